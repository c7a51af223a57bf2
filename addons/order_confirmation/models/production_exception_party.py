from odoo import api, fields, models

from . import signing_party  # noqa: F401 - it comes before what inherits it

PURPOSE = "emergency_plan"
KINDS = [
    ("machine", "Machine"),
    ("material", "Material"),
    ("quality", "Quality"),
    ("staff", "Staff"),
    ("design", "Design"),
    ("other", "Other"),
]


class ProductionExceptionParty(models.Model):
    """Who must agree to the emergency plan of a production exception (ORD-41).

    One without a kind agrees to plans for exceptions of every kind.
    """

    _name = "production.exception.party"
    _description = "Who Agrees to Emergency Plans"
    _inherit = "signing.party"
    _purpose = PURPOSE

    kind = fields.Selection(KINDS, help="Left empty: for exceptions of every kind.")
    group_id = fields.Many2one(help="Who signs the plan.")

    @api.model
    def _concerned(self, company, kind):
        """Return who agrees to plans for exceptions of this kind in a company."""
        return self._of(company).filtered(lambda party: party.kind in (False, kind))
