from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ..models.order_promise import CAUSES
from ..models.sale_order_statements import OUTCOMES

# Why production may finish later than it was promised.
MOVING = ("material", "exception", "deposit_late", "wish")


class TechnicalStatement(models.TransientModel):
    """Can it be made, by which formula, and what raw material is there (ORD-10)."""

    _name = "order.technical.statement"
    _inherit = "signoff.sign"
    _description = "Technical Statement"

    outcome = fields.Selection(OUTCOMES, required=True, default="feasible")
    changes = fields.Char(
        "Process or Formula Changes", help="Left empty: nothing changes."
    )
    reserve_html = fields.Html("Raw-Material Reserve", compute="_compute_reserve_html")

    @api.depends("res_id")
    def _compute_reserve_html(self):
        for dialog in self:
            order = dialog._document()
            rows = order._reserve_words(order._raw_material_reserve())
            dialog.reserve_html = self.env["ir.qweb"]._render(
                "order_confirmation.raw_material_reserve", {"rows": rows}
            )

    def _declared(self):
        """Freeze outcome and reserve into the statement."""
        return {
            **super()._declared(),
            "outcome": self.outcome,
            "changes": self.changes or "",
            "reserve": self._document()._raw_material_reserve(),
        }


class ProductionStatement(models.TransientModel):
    """By when the goods are finished, on top of a technical statement (ORD-14)."""

    _name = "order.production.statement"
    _inherit = "signoff.sign"
    _description = "Production Statement"

    start_date = fields.Date(required=True)
    completion_date = fields.Date("Goods Finished", required=True)
    suggestion = fields.Char(compute="_compute_suggestion")
    promised_date = fields.Date("Promised So Far", compute="_compute_promise_moves")
    promise_moves = fields.Boolean(compute="_compute_promise_moves")
    promise_cause = fields.Selection(
        [row for row in CAUSES if row[0] in MOVING],
        "Why the Promise Moves",
        help="The customer was promised an earlier date. The ledger keeps both.",
    )

    @api.model
    def default_get(self, fields):
        """Propose the dates that material and time to make allow."""
        values = super().default_get(fields)
        if values.get("res_id") and "start_date" in fields:
            order = self.env["sale.order"].browse(values["res_id"])
            order.check_access("read")
            start, completion = order._suggested_dates()
            values.update(start_date=start, completion_date=completion)
        return values

    @api.depends("res_id")
    def _compute_suggestion(self):
        for dialog in self:
            start, completion = dialog._document()._suggested_dates()
            dialog.suggestion = self.env._(
                "Material, load of the work centres and lead times allow %(start)s to "
                "%(end)s.",
                start=format_date(self.env, start),
                end=format_date(self.env, completion),
            )

    @api.depends("res_id", "completion_date")
    def _compute_promise_moves(self):
        for dialog in self:
            promised = dialog._document().promised_completion_date
            dialog.promised_date = promised
            dialog.promise_moves = (
                promised
                and dialog.completion_date
                and promised < dialog.completion_date
            )

    def _before_signing(self, document):
        """Put the dates on the order, so that the signature covers them.

        :raises UserError: the goods would be finished before they are begun
        """
        result = super()._before_signing(document)
        if self.completion_date < self.start_date:
            raise UserError(
                self.env._("The goods cannot be finished before they are begun.")
            )
        document.sudo()._set_production_dates(
            self.start_date, self.completion_date, self.promise_cause
        )
        return result


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def _set_production_dates(self, start, completion, cause=None):
        """Take over production's dates; the promise is never earlier than they are."""
        self.ensure_one()
        values = {
            "production_start_date": start,
            "production_completion_date": completion,
        }
        self._promise_production(completion, cause)
        if not self.ship_date or self.ship_date < completion:
            values["ship_date"] = completion
        changed = {name: value for name, value in values.items() if self[name] != value}
        if changed:
            self.write(changed)
