"""ROL-02: which role may do what, as documented, and each may do its own work."""

import os
from pathlib import Path

from lxml import etree
from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import TransactionCase, tagged
from odoo.tools import mute_logger

PAGE = Path(__file__).parents[1] / "docs" / "rights.md"
ADDONS = sorted(
    path.parent.name
    for path in (Path(__file__).parents[1] / "addons").glob("*/__manifest__.py")
)
OPERATIONS = {"create": "C", "read": "R", "write": "W", "unlink": "D"}
HEAD = """\
# Rights

Which role may create (C), read (R), write (W) and delete (D) what, of the documents of
this suite. Made by `docs/make_rights.py` from the rights in the database, and compared
with them by `tests/test_rights.py`: this page cannot say anything else than what holds.

What it does not show: record rules narrow it down (one's own company; a salesperson's
own customers; what waits for oneself), and many documents refuse more than these rights
do, whoever asks: signatures, sheets, releases and what is signed are written by their
own steps only. Who may *sign* what is in the purposes (app *Signatures* →
Configuration). Administration is no role and gives none.

"""


@tagged("post_install", "-at_install")
class TestRights(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        ids = cls.env["ir.model.data"].search(
            [
                ("module", "=", "customer_tiering"),
                ("model", "=", "res.groups"),
                ("name", "=like", "role_%"),
            ]
        )
        roles = cls.env["res.groups"].browse(ids.mapped("res_id"))
        cls.roles = roles.sorted(lambda role: role.privilege_id.sequence)
        cls.company = cls.env["res.company"].create({"name": "Rights and Sons"})
        cls.people = {role: cls.person(role) for role in cls.roles}

    @classmethod
    def person(cls, groups):
        return cls.env["res.users"].create(
            {
                "name": f"Only {groups[0].name}",
                "login": f"rights_{groups[0].id}",
                "company_id": cls.company.id,
                "company_ids": [Command.set(cls.company.ids)],
                "group_ids": [Command.set(groups.ids)],
            }
        )

    def own_models(self):
        """Return the lasting models of this suite, by their names for people."""
        ids = self.env["ir.model.data"].search(
            [("model", "=", "ir.model"), ("module", "in", ADDONS)]
        )
        models = self.env["ir.model"].browse(set(ids.mapped("res_id"))).exists()
        return [
            model.model
            for model in models.sorted("model")
            if model.model in self.env
            and self.env[model.model]._original_module in ADDONS
            and not self.env[model.model]._abstract
            and not self.env[model.model]._transient
        ]

    def letters(self, model, user):
        """Return what this person may do with a kind of document, as letters."""
        records = self.env[model].with_user(user)
        return "".join(
            letter
            for operation, letter in OPERATIONS.items()
            if records.has_access(operation)
        )

    def matrix(self):
        """Return the page: for each document, the roles by what they may do."""
        rows = []
        for model in self.own_models():
            by_letters = {}
            for role, user in self.people.items():
                by_letters.setdefault(self.letters(model, user), []).append(role.name)
            cells = [
                self.cell(by_letters, letters)
                for letters in ("CRWD", "CRW", "RW", "R", "")
            ]
            others = [
                f"{letters}: {', '.join(names)}"
                for letters, names in by_letters.items()
                if letters not in ("CRWD", "CRW", "RW", "R", "")
            ]
            name = self.env[model]._description
            cells.append("; ".join(others) or "–")
            rows.append(f"| {name}<br>`{model}` | {' | '.join(cells)} |")
        table = (
            "| document | CRWD | CRW | RW | R | nothing | otherwise |\n"
            "| --- | --- | --- | --- | --- | --- | --- |\n"
        )
        roles = "\n".join(
            f"- **{role.name}**: {role.comment or ''}" for role in self.roles
        )
        return (
            f"{HEAD}## Roles\n\n{roles}\n\n## Documents\n\n{table}"
            + "\n".join(rows)
            + "\n"
        )

    def cell(self, by_letters, letters):
        names = by_letters.get(letters, [])
        if len(names) == len(self.roles):
            return "everybody"
        if len(names) > len(self.roles) / 2:
            others = [role.name for role in self.roles if role.name not in names]
            return f"all but {', '.join(others)}"
        return ", ".join(names) or "–"

    def test_the_page_is_what_holds(self):
        """ROL-02: the documented matrix is the one in the database."""
        page = self.matrix()
        if os.environ.get("WRITE_RIGHTS"):
            PAGE.write_text(page, encoding="utf-8")
        self.assertEqual(
            PAGE.read_text(encoding="utf-8"), page, "Run docs/make_rights.py"
        )

    def test_administration_is_no_role(self):
        """ROL-02, ROL-03: who runs the system writes no evidence and no release."""
        root = self.person(self.env.ref("base.group_system"))
        for model in ("signoff.signature", "release.decision", "release.owed"):
            self.assertEqual(self.letters(model, root).strip("R"), "", model)

    def test_every_menu_of_every_role_opens(self):
        """ROL-02: each role opens all that its menus lead to."""
        for role, user in self.people.items():
            menus = self.env["ir.ui.menu"].with_user(user)
            visible = menus.browse(menus._visible_menu_ids())
            ours = visible.filtered(
                lambda menu: (
                    (menu.get_external_id()[menu.id] or "").split(".")[0] in ADDONS
                )
            )
            self.assertTrue(ours)
            for menu in ours:
                action = menu.action
                if action and action._name == "ir.actions.act_window":
                    with self.subTest(role=role.name, menu=menu.complete_name):
                        self.opens(action.sudo(), user)

    @mute_logger("odoo.addons.base.models.ir_model")
    def opens(self, action, user):
        """Open the views of an action and read a page of it, as the client does."""
        model = self.env[action.res_model].with_user(user)
        model = model.with_context(allowed_company_ids=user.company_ids.ids)
        kinds = action.view_mode.split(",")
        views = model.get_views([(False, kind) for kind in kinds])["views"]
        for kind in kinds:
            names = {
                node.get("name")
                for node in etree.fromstring(views[kind]["arch"]).iter("field")
                if node.get("name") in model._fields
                and not any(up.tag == "field" for up in node.iterancestors())
            }
            try:
                model.search([], limit=3).web_read({name: {} for name in names})
            except AccessError as error:
                self.fail(f"{kind}: {error}")

    def test_no_view_asks_for_what_its_reader_may_not_see(self):
        """ROL-02: no field of a view is out of reach for who sees the view."""
        ids = self.env["ir.model.data"].search(
            [("model", "=", "ir.ui.view"), ("module", "in", ADDONS)]
        )
        views = self.env["ir.ui.view"].browse(set(ids.mapped("res_id"))).exists()
        with self.assertNoLogs("odoo.addons.base.models.ir_ui_view", "WARNING"):
            views._check_xml()

    def test_labels_are_told_apart(self):
        """ROL-02: no two fields of a document of ours have the same name for people."""
        for model in self.own_models():
            if model == "order.demo":
                continue
            labels = {}
            for name, field in self.env[model]._fields.items():
                if field._module in ADDONS:
                    words = field._description_string(self.env)
                    self.assertNotIn(words, labels, f"{model}: {name}")
                    labels[words] = name
