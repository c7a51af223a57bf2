from odoo import api, fields, models
from odoo.addons.written_signoff.keeping import keyed
from odoo.addons.written_signoff.wording import joined
from odoo.exceptions import AccessError, UserError

from . import order_sheet  # noqa: F401 - it comes before what extends it

# Keys of the lines of goods begin with it; the others are terms of the sheet.
GOODS = "lines/"


class OrderSheetCheck(models.Model):
    """One line of a sheet that a second person compares with the order (ORD-20)."""

    _name = "order.sheet.check"
    _inherit = "kept.record"
    _description = "Check of an Order Confirmation Sheet"
    _order = "sheet_id, sequence, id"
    _kept_by = "order.sheet"

    sheet_id = fields.Many2one(
        "order.sheet", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="sheet_id.company_id", store=True)
    sequence = fields.Integer(readonly=True)
    key = fields.Char(
        required=True, readonly=True, help="The term; of goods, the line of the order."
    )
    # Made when read: who ticks reads them in their own language, not in the maker's.
    name = fields.Char("What", compute="_compute_words")
    value = fields.Text("Says", compute="_compute_words")
    done = fields.Boolean("Agrees")
    done_by_id = fields.Many2one("res.users", "Ticked By", readonly=True)
    done_at = fields.Datetime("Ticked", readonly=True)

    @api.model
    def _generate(self, sheet):
        """Make one line to tick for each line and each clause of a sheet."""
        terms = sheet._frozen()["terms"]
        order = sheet.sudo().order_id
        lines = [str(line.id) for line in order.order_line]
        keys = [f"{GOODS}{line}" for line in lines if terms["lines"].get(line)]
        keys += [key for key, value in terms.items() if key != "lines" and value]
        return keyed(self).create(
            [
                {"sheet_id": sheet.id, "sequence": place, "key": key}
                for place, key in enumerate(keys)
            ]
        )

    @api.depends("key", "sheet_id.content")
    @api.depends_context("lang")
    def _compute_words(self):
        for sheet, lines in self.grouped("sheet_id").items():
            terms = sheet._frozen()["terms"]
            order = sheet.sudo().order_id
            for line in lines:
                goods = terms["lines"].get(line.key.removeprefix(GOODS))
                if goods:
                    line.name = line._goods_name(goods)
                    line.value = line._goods_value(goods)
                else:
                    line.name = order._signoff_label((line.key,))
                    line.value = order._sheet_words(line.key, terms.get(line.key))

    def _goods_name(self, line):
        return line["product"] or self.env._("Note")

    def _goods_value(self, line):
        if not line["product"]:
            return line["description"]
        tolerance = line["tolerance"] != "0" and f" ± {line['tolerance']} %"
        discount = line["discount"] != "0" and f" − {line['discount']} %"
        # Not inside the f-string: the export of texts finds none there.
        price = self.env._("Price")
        return "\n".join(
            filter(
                None,
                [
                    line["specification"] or line["description"],
                    f"{line['quantity']} {line['unit']}{tolerance or ''}",
                    f"{price} {line['price']}{discount or ''}",
                    joined(self.env, line["taxes"]),
                ],
            )
        )

    def _kept_refusal(self):
        """Refuse everybody but the making of a sheet."""
        return self.env._("The lines of a check come from its sheet; they are ticked.")

    def _kept_admit(self, vals):
        """Let a second person tick, and nobody change what is ticked (ROL-03)."""
        if vals.keys() - {"done"}:
            return super()._kept_admit(vals)
        self._check_ticking()
        person = self.env.uid if vals.get("done") else False
        now = fields.Datetime.now() if person else False
        return {**vals, "done_by_id": person, "done_at": now}

    def _check_ticking(self):
        sheets = self.sheet_id
        if any(sheet.state != "draft" for sheet in sheets):
            raise UserError(self.env._("This check is signed and stays as it is."))
        if self.env.user in sheets.prepared_by_id:
            raise AccessError(
                self.env._(
                    "You prepared this sheet. Somebody else checks it line by line."
                )
            )
        self.env.user._require_role("customer_service", "merchandiser", "supervisor")


class OrderSheet(models.Model):
    """The check of a sheet before it leaves (ORD-20)."""

    _inherit = "order.sheet"

    def action_check(self):
        """Open the dialog in which the second person signs the check."""
        return self._signoff_dialog("sheet_check")

    def _signoff_barred(self, purpose, signer):
        """Keep who prepared a sheet from checking it alone (ROL-03)."""
        barred = super()._signoff_barred(purpose, signer)
        if barred or purpose.code != "sheet_check":
            return barred
        if signer == self.sudo().prepared_by_id:
            return self.env._(
                "%(name)s prepared %(sheet)s; somebody else checks it.",
                name=signer.name,
                sheet=self.name,
            )
        return False

    def _signoff_check(self, purpose, signer):
        """Refuse a check that is not ticked through."""
        super()._signoff_check(purpose, signer)
        if purpose.code != "sheet_check":
            return
        self._require_state("draft")
        lines = self.sudo().check_line_ids
        left = lines.filtered(
            lambda line: not line.done or line.done_by_id == self.sudo().prepared_by_id
        )
        if left or not lines:
            raise UserError(
                self.env._(
                    "Not yet ticked on %(sheet)s: %(lines)s.",
                    sheet=self.name,
                    lines=joined(self.env, left.mapped("name")),
                )
            )

    def _signoff_signed(self, signature):
        """Let the state follow a signed check."""
        result = super()._signoff_signed(signature)
        if signature.purpose_code == "sheet_check":
            self._move("checked")
        return result
