from odoo import api, fields, models
from odoo.exceptions import ValidationError


class SigningParty(models.AbstractModel):
    """One of those who sign a document side by side: its role, and who is asked.

    Those of a company; where it names none, the general ones.
    """

    _name = "signing.party"
    _description = "One of Those Who Sign Side by Side"
    _order = "sequence, id"
    # The code of the purpose that they sign.
    _purpose = None

    name = fields.Char("For", required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", help="Left empty: for every company that names none of its own."
    )
    group_id = fields.Many2one(
        "res.groups", "Role", required=True, ondelete="restrict", help="Who signs."
    )
    user_id = fields.Many2one(
        "res.users",
        "To-Do For",
        domain="[('all_group_ids', 'in', group_id)]",
        help="Gets the to-do; left empty, somebody in the role does.",
    )

    @api.constrains("group_id", "user_id")
    def _check_group(self):
        purpose = self.env["signoff.purpose"]._get(self._purpose)
        for party in self:
            role, person = party.group_id, party.user_id
            if role not in purpose.group_ids:
                raise ValidationError(
                    self.env._(
                        "%(role)s does not sign “%(purpose)s”; it is signed by: "
                        "%(roles)s.",
                        role=role.name,
                        purpose=purpose.name,
                        roles=purpose._signers(),
                    )
                )
            if person and role not in person.all_group_ids:
                raise ValidationError(
                    self.env._(
                        "%(person)s does not have the role %(role)s.",
                        person=person.name,
                        role=role.name,
                    )
                )

    @api.model
    def _of(self, company):
        """Return those who sign for a company."""
        found = self.sudo().search([("company_id", "in", [company.id, False])])
        return found.filtered("company_id") or found

    def _person(self, company):
        """Return who gets the to-do, often somebody named, else anybody in the role."""
        self.ensure_one()
        party = self.sudo()
        if party.user_id.active:
            return party.user_id
        return company._people_of(party.group_id).sorted("id")[:1]
