from odoo import fields, models
from odoo.tools import is_html_empty


class ResCompany(models.Model):
    _inherit = "res.company"

    sheet_clauses = fields.Html(
        "General Clauses",
        translate=True,
        help="Printed under every order confirmation sheet. Left empty, the suite's "
        "own clauses are printed, in the customer's language.",
    )

    def _sheet_clauses(self, lang):
        """Return the clauses of a sheet in this language."""
        self.ensure_one()
        own = self.with_context(lang=lang).sheet_clauses
        if not is_html_empty(own):
            return own
        qweb = self.env["ir.qweb"].with_context(lang=lang)
        return qweb._render("order_confirmation.sheet_default_clauses", {"lang": lang})
