"""`./dev i18n`: templates and translations brought in step with the texts."""

import modules
import odoo_command
import paths
import templates
import testing

# Runs in Odoo's shell. polib is what Odoo itself reads and writes these files with.
EXPORT = """
import io
from pathlib import Path

import polib
from odoo.tools.translate import trans_export

for addon in {addons!r}:
    folder = Path({root!r}) / addon / "i18n"
    buffer = io.BytesIO()
    trans_export(False, [addon], buffer, "po", env)
    template = polib.pofile(buffer.getvalue().decode(), wrapwidth=78)
    template.sort(key=lambda entry: entry.msgid)
    folder.mkdir(exist_ok=True)
    template.save(str(folder / (addon + ".pot")))
    for language in {languages!r}:
        path = folder / (language + ".po")
        old = polib.pofile(str(path)) if path.exists() else polib.POFile()
        known = {{entry.msgid: entry.msgstr for entry in old}}
        new = polib.pofile(str(folder / (addon + ".pot")), wrapwidth=78)
        own = {{"Language": language, "Plural-Forms": "nplurals=1; plural=0;"}}
        new.metadata = old.metadata or {{**template.metadata, **own}}
        for entry in new:
            entry.msgstr = known.get(entry.msgid, "")
        new.save(str(path))
"""
LANGUAGES = ("zh_TW", "zh_CN")


def run(addons):
    """Write the add-ons' .pot and .po files; print each text that has no translation.

    Translations of texts that are gone are dropped. Returns 1 while one is missing.
    """
    addons = addons or modules.suite()
    template = templates.suite(modules.with_dependencies(addons))
    with testing.database(template) as database:
        code = EXPORT.format(addons=addons, root=str(paths.ADDONS), languages=LANGUAGES)
        odoo_command.script(database, "Exporting texts", "i18n", code)
    missing = 0
    for addon in addons:
        for language in LANGUAGES:
            path = paths.ADDONS / addon / "i18n" / f"{language}.po"
            gaps = path.read_text().replace('msgstr ""\n"', "").count('msgstr ""\n')
            missing += gaps
            if gaps:
                print(f"{path.relative_to(paths.ROOT)}: {gaps} to translate")
    return 1 if missing else 0
