"""PLT-06: every text of every add-on in 繁體 and 简体, without gaps."""

import io
import re
from pathlib import Path

import polib
import pytest
from lxml import etree
from odoo.tests import TransactionCase, tagged
from odoo.tools.translate import code_translations, trans_export

ADDONS = sorted(
    path.parent
    for path in (Path(__file__).parents[1] / "addons").glob("*/__manifest__.py")
)
LANGUAGES = ("zh_TW", "zh_CN")
PLACEHOLDER = re.compile(r"%\(\w+\)[sdg]|%[sdg]|\{\{.*?\}\}")
TAG = re.compile(r"<[^>]+>")
# What a reader sees of a tag is translated; all else of it stays.
SPOKEN = re.compile(r'(title|aria-label|placeholder|string|alt)="[^"]*"')
CHINESE = re.compile(r"[\u4e00-\u9fff]")
# Code that the export takes for text, and what is the same in every language.
UNTRANSLATED = re.compile(
    r"ID|id|\w+_id|SHA-256|Res|object\.name.*|%\(\w+\)s: %\(\w+\)s|%\(.*→.*"
)
# Of each pair only the first belongs to zh_TW, only the second to zh_CN.
SCRIPTS = (
    "單单 簽签 發发 貨货 產产 書书 說说 確确 認认 "
    "訂订 關关 條条 時时 間间 後后 這这 為为 個个"
)
# Titles exactly as the glossary gives them.
TITLES = {
    "Customer Information Memorandum": ("客戶資訊備忘錄", "客户信息备忘录"),
    "Order Confirmation Sheet": ("銷售部客戶訂單確認書", "销售部客户订单确认书"),
    "Technical Statement": ("技術確認書面說明", "技术确认书面说明"),
    "Formula Confirmation": ("工藝配方書面確認", "工艺配方书面确认"),
    "Production Statement": ("生產交期書面說明", "生产交期书面说明"),
    "Promised Completion Date": ("預訂交貨日期", "预订交货日期"),
    "Production instruction": ("生產指令單", "生产指令单"),
    "Delivery Application": ("商品銷售發貨(申請)通知單", "商品销售发货(申请)通知单"),
    "Dispatch Notice": ("發貨告知書", "发货告知书"),
    "Arrival Receipt": ("到貨回單", "到货回单"),
    "Ex-factory Standard": ("產品出廠標準", "产品出厂标准"),
}


def texts(addon, name):
    """Return the entries of one file in an add-on's i18n folder, by source text."""
    return {entry.msgid: entry for entry in polib.pofile(addon / "i18n" / name)}


def marks(text):
    """Return what a translation must repeat: placeholders, tags, outer line breaks."""
    return (
        sorted(PLACEHOLDER.findall(text)),
        sorted(SPOKEN.sub("", tag) for tag in TAG.findall(text)),
        text.startswith("\n"),
        text.endswith("\n"),
    )


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("addon", ADDONS, ids=lambda path: path.name)
class TestTranslations:
    def test_all_covered(self, addon, language):
        """PLT-06: the template's texts, all of them and no other, none empty."""
        entries = texts(addon, f"{language}.po")
        assert set(texts(addon, f"{addon.name}.pot")) == set(entries)
        gaps = [
            text
            for text, entry in entries.items()
            if entry.fuzzy or not entry.msgstr.strip()
        ]
        assert gaps == []

    def test_marks_agree(self, addon, language):
        """PLT-06: placeholders and markup are those of the source."""
        wrong = [
            text
            for text, entry in texts(addon, f"{language}.po").items()
            if marks(text) != marks(entry.msgstr)
        ]
        assert wrong == []

    def test_no_english_left(self, addon, language):
        """PLT-06: what has no Chinese in it is code or the same everywhere."""
        left = [
            text
            for text, entry in texts(addon, f"{language}.po").items()
            if not CHINESE.search(entry.msgstr) and not UNTRANSLATED.fullmatch(text)
        ]
        assert left == []

    def test_own_script(self, addon, language):
        """PLT-06: zh_TW has no character or word of the mainland, nor the reverse."""
        pairs = [
            (pair[: len(pair) // 2], pair[len(pair) // 2 :]) for pair in SCRIPTS.split()
        ]
        foreign = {pair[LANGUAGES.index(language) - 1] for pair in pairs}
        other = {"zh_TW": ("信息", "默认", "打印"), "zh_CN": ("資訊", "預設", "列印")}
        mixed = [
            entry.msgstr
            for entry in texts(addon, f"{language}.po").values()
            if any(word in entry.msgstr for word in foreign | set(other[language]))
        ]
        assert mixed == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_titles_of_the_glossary(language):
    """PLT-06: forms carry the names that both markets know."""
    entries = texts(
        next(addon for addon in ADDONS if addon.name == "order_confirmation"),
        f"{language}.po",
    )
    titles = {title: entries[title].msgstr for title in TITLES}
    index = LANGUAGES.index(language)
    assert titles == {title: names[index] for title, names in TITLES.items()}


@tagged("post_install", "-at_install")
class TestTemplates(TransactionCase):
    def test_up_to_date(self):
        """PLT-06: the templates hold what Odoo exports from the add-ons today."""
        for addon in ADDONS:
            buffer = io.BytesIO()
            trans_export(False, [addon.name], buffer, "po", self.env)
            exported = {
                entry.msgid for entry in polib.pofile(buffer.getvalue().decode())
            }
            with self.subTest(addon=addon.name):
                self.assertEqual(exported, set(texts(addon, f"{addon.name}.pot")))

    def test_what_odoo_leaves_in_english(self):
        """PLT-06: the web client finds a translation for what every form shows."""
        for language in LANGUAGES:
            ours = code_translations.get_web_translations(
                "order_confirmation", language
            )
            shown = {row["id"]: row["string"] for row in ours["messages"]}
            self.assertRegex(shown.get("Missing required fields", ""), CHINESE)


def test_no_stop_stands_alone():
    """PLT-06: a stop after a value is no text: no translation reaches it."""
    alone = [
        f"{path.name}:{node.sourceline}"
        for folder in ("views", "report", "wizards")
        for addon in ADDONS
        for path in sorted((addon / folder).glob("*.xml"))
        for node in etree.parse(path).iter()
        if (node.tail or "").strip() in (".", "!", "?")
    ]
    assert alone == []
