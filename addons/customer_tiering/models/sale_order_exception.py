from odoo import fields, models
from odoo.exceptions import UserError


class SaleOrder(models.Model):
    """Asking for an exception on the order that needs it (TIER-07)."""

    _inherit = "sale.order"

    def _exception_gate(self):
        """Return the gate that this order has to pass next."""
        code = "shipping" if self.state == "sale" else "production"
        return self.env["release.gate"]._get(code)

    def _exception_possible(self, gate):
        """Return what is missing at a gate and can be excepted by somebody."""
        self.ensure_one()
        held = self._release_held_to_rules()
        answers = held._release_answers(gate.code) if held else {}
        requirements = self.env["release.requirement"]
        for answer in answers.values():
            for line in answer.missing:
                requirements |= requirements._get(line.code)
        return requirements.sudo().filtered(
            lambda row: row.exception_group_ids and not row.never_waived
        )

    def _exception_end(self, days):
        """Return when the n-th working day from now is over (naive UTC)."""
        company = self.company_id
        now = fields.Datetime.now()
        day = company._add_working_days(company._business_date(now), days)
        return company._working_day_end(day) or fields.Datetime.add(now, days=days)

    def action_ask_exception(self):
        """Open the dialog in which an exception is asked for.

        :raises UserError: nothing is missing from which one can be granted
        """
        self.ensure_one()
        if not self._exception_possible(self._exception_gate()):
            raise UserError(
                self.env._(
                    "Nothing is missing on %s from which an exception could be "
                    "granted.",
                    self.name,
                )
            )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Ask for an Exception"),
            "res_model": "release.exception.ask",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_order_id": self.id},
        }
