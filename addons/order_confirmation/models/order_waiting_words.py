import re

from odoo import api, fields, models
from odoo.addons.written_signoff.wording import joined
from odoo.tools import html2plaintext

from .order_waiting import KINDS_AT_MOST
from .sale_order_board import STAGES

# As plain text, emphasis would come back as asterisks.
EMPHASIS = re.compile(r"</?(?:b|strong|i|em)\b[^>]*>")


class OrderWaiting(models.Model):
    """What a waiting line says, in the reader's words, and where it leads (ROL-01)."""

    _inherit = "order.waiting"

    name = fields.Char("What", compute="_compute_words")
    document = fields.Char(compute="_compute_words")
    next_step = fields.Char("What to Do", compute="_compute_words")
    acting_for = fields.Char(compute="_compute_acting_for")

    @api.depends("kind", "code", "res_model", "res_id")
    @api.depends_context("lang", "uid")
    def _compute_words(self):
        documents = self._documents()
        for row in self:
            document = documents.get((row.res_model, row.res_id))
            row.document = document and document.display_name
        for kind, rows in self.grouped("kind").items():
            words = rows._waiting_words(kind)
            for row in rows:
                row.name, row.next_step = words.get(row, (row.document, False))

    def _documents(self):
        """Return ``{(model, id): document as superuser}``, for the names only.

        The rows are the reader's own: whoever has to do something learns on what.
        """
        documents = {}
        for model, rows in self.grouped("res_model").items():
            if model in self.env:
                records = self.env[model].sudo().browse(set(rows.mapped("res_id")))
                found = records.exists()
                found.fetch(["display_name"])
                documents.update({(model, record.id): record for record in found})
        return documents

    def _waiting_words(self, kind):
        """Return ``{row: (what, what to do)}`` for rows of one kind. To be extended.

        In a constant number of queries, however many rows there are.
        """
        words = {
            "step": self._step_words,
            "todo": self._todo_words,
            "clock": self._clock_words,
            "owed": self._owed_words,
        }
        if kind in words:
            return words[kind]()
        fixed = {
            "call": (
                self.env._("A call of which nothing has come yet"),
                self.env._("Make an order of it, or close it with the reason."),
            ),
            "delegation": (
                self.env._("Delegation, not signed yet"),
                self.env._("Sign it, or delete the draft."),
            ),
        }
        if kind == "transfer":
            incoming = self.env._("Goods to receive")
            moving = self.env._("Goods to move inside the house")
            do = self.env._("Count them and validate the transfer.")
            return {
                row: (incoming if row.code == "incoming" else moving, do)
                for row in self
            }
        return dict.fromkeys(self, fixed[kind]) if kind in fixed else {}

    def _step_words(self):
        names = dict(self.env["order.board"]._stage_names())
        todo = self._step_sentences()
        sheets = self._sheet_steps()
        blocked = self.filtered(lambda row: row.code == "release")
        missing = {
            order.id: joined(
                self.env,
                (
                    row["name"]
                    for row in order.production_gate_lines
                    if row["state"] == "missing"
                ),
            )
            for order in blocked.order_id.sudo()
        }
        return {
            row: (
                names[row.code],
                missing.get(row.order_id.id)
                and self.env._("Still missing: %s", missing[row.order_id.id])
                or sheets.get(row.order_id.id)
                or todo.get(row.code, False),
            )
            for row in self
        }

    def _step_sentences(self):
        """Return ``{stage: what to do}``. To be extended with the stages."""
        return {
            "on_hold": self.env._("Ask the customer how to go on."),
            "technical": self.env._("Say in writing whether it can be made."),
            "production_date": self.env._("Say in writing when it is finished."),
            "sheet": self.env._("Make the sheet."),
            "return": self.env._("See that the customer signs and returns the sheet."),
            "verify": self.env._("Verify what came back."),
            "instruction": self.env._("Sign the production instruction."),
            "release": self.env._("Release it to production."),
            "production": self.env._("Start production."),
            "inspection": self.env._("Inspect the finished goods."),
            "clearance": self.env._("Compare terms and receipts, and clear it."),
            "application": self.env._("Verify the address and apply for delivery."),
            "shipping": self.env._("Ship it."),
            "under_way": self.env._("Follow it until it has arrived."),
        }

    def _sheet_steps(self):
        """Return what the sheets themselves say comes next, ``{order id: words}``."""
        rows = self.filtered(lambda row: row.code in ("sheet", "verify"))
        if not rows:
            return {}
        sheets = self.env["order.sheet"].sudo()
        live = sheets.search(
            [
                ("order_id", "in", rows.order_id.ids),
                ("state", "not in", ("superseded", "cancelled")),
            ]
        )
        return {sheet.order_id.id: sheet.next_step for sheet in live}

    def _todo_words(self):
        todos = self.env["mail.activity"].sudo().browse(self._sources())
        found = {todo.id: todo for todo in todos.exists()}
        words = {}
        for row, source in zip(self, self._sources(), strict=True):
            if todo := found.get(source):
                kind = todo.activity_type_id.name or self.env._("To-do")
                note = html2plaintext(EMPHASIS.sub("", todo.note or ""))
                note = note.strip().partition("\n")[0]
                words[row] = (todo.summary or kind, note)
        return words

    def _clock_words(self):
        clocks = self.env["service.clock"].sudo().browse(self._sources())
        found = {clock.id: clock for clock in clocks.exists()}
        return {
            row: (
                found[source].kind_id.name,
                found[source].kind_id.description or self.env._("Answer in time."),
            )
            for row, source in zip(self, self._sources(), strict=True)
            if source in found
        }

    def _owed_words(self):
        owed = self.env["release.owed"].sudo().browse(self.mapped("res_id"))
        names = {row.id: row.requirement_id.name for row in owed}
        return {
            row: (
                self.env._("Still owed: %s", names[row.res_id]),
                self.env._("The order was released without: see that it comes."),
            )
            for row in self
        }

    def _sources(self):
        """Return the ids of the source rows, in the order of these rows."""
        from_id = [row.id for row in self]
        return [row_id // KINDS_AT_MOST for row_id in from_id]

    @api.depends("user_id", "delegate_id")
    @api.depends_context("uid")
    def _compute_acting_for(self):
        delegated = self.filtered(lambda row: row.kind == "todo")
        todos = self.env["mail.activity"].sudo().browse(delegated._sources()).exists()
        givers = {todo.id: todo.delegation_id.giver_id.name for todo in todos}
        for row in self:
            acts = row.delegate_id == self.env.user
            given = row.kind == "todo" and givers.get(row._sources()[0])
            row.acting_for = row.user_id.sudo().name if acts else given

    # -- the way there ---------------------------------------------------------------

    def action_go(self):
        """Open what is to be done: the step's own dialog, or the document.

        A release is not a matter of one click in a list: it opens the order.
        """
        self.ensure_one()
        if self.kind == "step" and self.code in STAGES and self.code != "release":
            card = self.env["order.board"].browse(self.order_id.id)
            if card.has_access("read") and card.waits_for_me:
                return card.action_next()
        return self.action_open()

    def action_open(self):
        """Open the document behind the line."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": self.res_model,
            "res_id": self.res_id,
            "views": [(False, "form")],
        }
