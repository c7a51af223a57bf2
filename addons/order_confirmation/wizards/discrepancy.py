from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.order_completeness import said
from ..models.order_discrepancy import Settling


class DiscrepancySettle(models.TransientModel):
    """Settle a discrepancy with the price or specification that holds (ORD-07)."""

    _name = "order.discrepancy.settle"
    _inherit = "signoff.sign"
    _description = "Settle a Discrepancy"

    discrepancy_id = fields.Many2one(
        "order.discrepancy", compute="_compute_discrepancy_id"
    )
    kind = fields.Selection(related="discrepancy_id.kind")
    currency_id = fields.Many2one(related="discrepancy_id.currency_id")
    found = fields.Text(related="discrepancy_id.found")
    expected = fields.Text(related="discrepancy_id.expected")
    verified_words = fields.Text(related="discrepancy_id.verified_words")
    settled_price = fields.Float(digits="Product Price")
    settled_specification = fields.Text()
    settled_tolerance = fields.Float("Settled Tolerance (± %)")

    @api.depends("res_id")
    def _compute_discrepancy_id(self):
        for dialog in self:
            dialog.discrepancy_id = dialog._document()

    @api.model
    def default_get(self, fields):
        """Propose what the line says."""
        values = super().default_get(fields)
        if values.get("res_id"):
            row = self.env["order.discrepancy"].browse(values["res_id"])
            row.check_access("read")
            line = row.sudo().order_line_id
            values.update(
                settled_price=line._net_price() if line else 0.0,
                settled_specification=line.specification,
                settled_tolerance=line.tolerance_percent,
            )
        return values

    def _before_signing(self, document):
        """Put the settled value on the line, so that the signature covers it.

        :raises UserError: the line is gone, or nothing is left of the specification
        """
        result = super()._before_signing(document)
        line = document.order_line_id
        if not line:
            raise UserError(self.env._("The line is no longer on the order."))
        values = self._settled_values(document, line)
        if values:
            line.with_context(discrepancy_settling=Settling(document.ids)).write(values)
        return result

    def _settled_values(self, document, line):
        digits = line._contract_digits()
        if document.kind == "price":
            if self.settled_price < 0:
                raise UserError(self.env._("A price cannot be negative."))
            price = round(self.settled_price, digits)
            if price == round(line._net_price(), digits):
                return {}
            if line.order_id.sudo().allowance_part:
                raise UserError(
                    self.env._(
                        "Another line takes something off the whole order, so that "
                        "this price depends on it: settle the price as it is, or "
                        "remove that line first."
                    )
                )
            return {"price_unit": price, "discount": 0.0}
        if document.kind == "specification":
            text = self.settled_specification
            if not said(text):
                raise UserError(self.env._("Say which specification holds."))
            return {} if text == line.specification else {"specification": text}
        if document.kind == "tolerance":
            value = self.settled_tolerance
            if value < 0:
                raise UserError(self.env._("A tolerance cannot be negative."))
            same = value == line.tolerance_percent
            return {} if same else {"tolerance_percent": value}
        return {}

    def _declared(self):
        """Say what was found and compared, beside what holds from now on."""
        row = self._document().sudo()
        return {
            **super()._declared(),
            "found": row.found_value,
            "compared": row.reference_values,
        }
