from odoo import api, fields, models
from odoo.exceptions import ValidationError

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

    Those of a company; where it names none, the general ones. One without a kind agrees
    to plans for exceptions of every kind.
    """

    _name = "production.exception.party"
    _description = "Who Agrees to Emergency Plans"
    _order = "sequence, id"

    name = fields.Char("For", required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", help="Left empty: for every company that names none of its own."
    )
    kind = fields.Selection(KINDS, help="Left empty: for exceptions of every kind.")
    group_id = fields.Many2one(
        "res.groups",
        "Role",
        required=True,
        ondelete="restrict",
        help="Who signs the plan.",
    )
    user_id = fields.Many2one(
        "res.users",
        "To-Do For",
        domain="[('all_group_ids', 'in', group_id)]",
        help="Gets the to-do; left empty, somebody in the role does.",
    )

    @api.constrains("group_id", "user_id")
    def _check_group(self):
        purpose = self.env["signoff.purpose"]._get(PURPOSE)
        for party in self:
            if party.group_id not in purpose.group_ids:
                raise ValidationError(
                    self.env._(
                        "%(role)s does not sign “%(purpose)s”; it is signed by: "
                        "%(roles)s.",
                        role=party.group_id.name,
                        purpose=purpose.name,
                        roles=purpose._signers(),
                    )
                )
            if party.user_id and party.group_id not in party.user_id.all_group_ids:
                raise ValidationError(
                    self.env._(
                        "%(person)s does not have the role %(role)s.",
                        person=party.user_id.name,
                        role=party.group_id.name,
                    )
                )

    @api.model
    def _of(self, company, kind):
        """Return who agrees to plans for exceptions of this kind in a company."""
        found = self.sudo().search([("company_id", "in", [company.id, False])])
        named = found.filtered("company_id") or found
        return named.filtered(lambda party: party.kind in (False, kind))

    def _person(self, company):
        """Return who gets the to-do, often somebody named, else anybody in the role."""
        self.ensure_one()
        party = self.sudo()
        if party.user_id.active:
            return party.user_id
        return company._people_of(party.group_id).sorted("id")[:1]
