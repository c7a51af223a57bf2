from odoo import api, fields, models, tools
from odoo.addons.base.models.ir_model import MODULE_UNINSTALL_FLAG
from odoo.addons.written_signoff.wording import joined
from odoo.exceptions import AccessError, UserError, ValidationError

from . import shared_rules  # noqa: F401 - it comes before what inherits it

# What makes a requirement count; of one that is never waived it is nobody's to change.
LAWFUL = {"never_waived", "active", "code", "gate_ids"}
# Compared by identity: no context that comes from outside can hold this object.
_LAWFUL_KEY = object()


def lawful(requirements):
    """Return the requirements with the right to change what is never waived."""
    return requirements.with_context(release_lawful_key=_LAWFUL_KEY)


class ReleaseGate(models.Model):
    """A point that an order passes only when its requirements are met (TIER-03)."""

    _name = "release.gate"
    _description = "Release Gate"
    _inherit = ["cached.rules", "shared.rules"]
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True)
    sequence = fields.Integer(default=10)

    _code_unique = models.Constraint("unique(code)", "This gate exists already.")

    @api.model
    @tools.ormcache("code")
    def _id_of(self, code):
        return self.sudo().search([("code", "=", code)]).id

    @api.model
    def _get(self, code):
        """Return the gate with this code.

        :raises UserError: there is none
        """
        if not (gate_id := self._id_of(code)):
            raise UserError(self.env._("There is no gate “%s”.", code))
        return self.sudo().browse(gate_id)

    @tools.ormcache("self.id")
    def _requirement_ids(self):
        requirements = self.env["release.requirement"].sudo()
        return requirements.search([("gate_ids", "in", self.ids)]).ids

    def _requirements(self):
        """Return the requirements registered for this gate, in the order of showing."""
        self.ensure_one()
        return self.env["release.requirement"].sudo().browse(self._requirement_ids())


class ReleaseRequirement(models.Model):
    """Something that a gate asks for. Add-ons register theirs as data."""

    _name = "release.requirement"
    _description = "Release Requirement"
    _inherit = ["cached.rules", "shared.rules", "recorded.rules"]
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True, tracking=True)
    code = fields.Char(required=True, tracking=True)
    sequence = fields.Integer(default=10)
    gate_ids = fields.Many2many(
        "release.gate", string="Gates", required=True, tracking=True
    )
    group_ids = fields.Many2many(
        "res.groups",
        string="Who Can Meet It",
        tracking=True,
        help="Named in every refusal.",
    )
    where = fields.Char(
        translate=True, help="Where in Odoo it is met; said in every refusal."
    )
    never_waived = fields.Boolean(
        tracking=True,
        help="No tier may do without it, and nobody can grant an exception from it.",
    )
    exception_group_ids = fields.Many2many(
        "res.groups",
        "release_requirement_exception_group",
        string="Who May Grant an Exception",
        tracking=True,
        help="By signature, for one order and until a moment. Left empty: nobody.",
    )
    active = fields.Boolean(default=True, tracking=True)
    rule_ids = fields.One2many("release.rule", "requirement_id")

    _code_unique = models.Constraint("unique(code)", "This requirement exists already.")

    @api.model
    @tools.ormcache("code")
    def _id_of(self, code):
        return self.sudo().search([("code", "=", code)]).id

    @api.model
    def _get(self, code):
        """Return the requirement with this code, empty where there is none."""
        return self.sudo().browse(self._id_of(code) or ())

    def _facts(self, orders, shipping=None):
        """Return ``{code: {order id: Fact}}`` for these requirements.

        Called by every gate, form, list and refusal, with one order or thousands;
        each add-on adds its own in a number of queries that does not grow with the
        orders. A requirement that nobody answers for counts as missing.

        :param shipping: ``{sale order line id: quantity}`` about to leave, in the
            line's unit; None where nothing is leaving right now
        """
        return {}

    @api.model
    @tools.ormcache()
    def _code_by_id(self):
        return {row.id: row.code for row in self.sudo().search([])}

    def _codes(self):
        """Return the codes of these requirements, in their order, without a query."""
        by_id = self._code_by_id()
        return [by_id[requirement_id] for requirement_id in self.ids]

    @api.constrains("exception_group_ids", "never_waived")
    def _check_exception_groups(self):
        purpose = self.env["signoff.purpose"]._get("release_exception")
        for requirement in self:
            if requirement.never_waived and requirement.exception_group_ids:
                raise ValidationError(
                    self.env._(
                        "Nobody can grant an exception from “%s”.", requirement.name
                    )
                )
            if requirement.exception_group_ids - purpose.group_ids:
                raise ValidationError(
                    self.env._(
                        "An exception from “%(requirement)s” can be granted by: "
                        "%(roles)s.",
                        requirement=requirement.name,
                        roles=purpose._signers(),
                    )
                )

    def write(self, vals):
        """Keep what is illegal to waive from being taken out of the way (TIER-03)."""
        if vals.keys() & LAWFUL:
            self._check_lawful()
        return super().write(vals)

    def unlink(self):
        """Keep what is illegal to waive, as long as its add-on is installed."""
        if not self.env.context.get(MODULE_UNINSTALL_FLAG):
            self._check_lawful()
        return super().unlink()

    def _check_lawful(self):
        if any(self.sudo().mapped("never_waived")) and self.env.registry.ready:
            if self.env.context.get("release_lawful_key") is not _LAWFUL_KEY:
                raise AccessError(
                    self.env._(
                        "“%s” is asked of everybody by law or by the rules of the "
                        "house: it can be neither waived nor taken out of a gate.",
                        joined(
                            self.env,
                            self.sudo().filtered("never_waived").mapped("name"),
                        ),
                    )
                )

    def _who(self):
        """Return the roles that can meet this requirement, in words."""
        return joined(self.env, self.sudo().group_ids.mapped("name"))
