from markupsafe import Markup
from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.sale_order_statements import OUTCOMES

COLUMNS = (
    "needed",
    "on_hand",
    "reserved",
    "incoming",
    "incoming_date",
    "short",
    "earliest",
)


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
            rows = dialog._document()._raw_material_reserve()
            dialog.reserve_html = dialog._reserve_table(rows)

    def _reserve_table(self, rows):
        names = {
            "needed": self.env._("Needed"),
            "on_hand": self.env._("On hand"),
            "reserved": self.env._("Reserved"),
            "incoming": self.env._("Incoming"),
            "incoming_date": self.env._("Incoming on"),
            "short": self.env._("Short"),
            "earliest": self.env._("Earliest"),
        }
        head = Markup().join(Markup("<th>%s</th>") % names[name] for name in COLUMNS)
        body = Markup().join(self._reserve_row(row) for row in rows)
        return Markup(
            "<table class='table table-sm'><thead><tr><th>%s</th>%s</tr></thead>"
            "<tbody>%s</tbody></table>"
        ) % (self.env._("Material"), head, body)

    def _reserve_row(self, row):
        cells = Markup().join(
            Markup("<td>%s</td>") % _shown(row[name]) for name in COLUMNS
        )
        style = "table-warning" if row["short"] else ""
        return Markup("<tr class='%s'><td>%s (%s)</td>%s</tr>") % (
            style, row["product"], row["unit"], cells,
        )  # fmt: skip

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
                "Material and time to make allow %(start)s to %(end)s.",
                start=start,
                end=completion,
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
        document.sudo()._set_production_dates(self.start_date, self.completion_date)
        return result


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def _set_production_dates(self, start, completion):
        """Take over production's dates; the promise is never earlier than they are."""
        self.ensure_one()
        values = {
            "production_start_date": start,
            "production_completion_date": completion,
        }
        promised = self.promised_completion_date
        if not promised or promised < completion:
            values["promised_completion_date"] = completion
        if not self.ship_date or self.ship_date < completion:
            values["ship_date"] = completion
        changed = {name: value for name, value in values.items() if self[name] != value}
        if changed:
            self.write(changed)


def _shown(value):
    if value is None:
        return ""
    return f"{value:g}" if isinstance(value, float) else value
