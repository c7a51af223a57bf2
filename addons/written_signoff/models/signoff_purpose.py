from odoo import api, fields, models, tools
from odoo.addons.base.models.ir_model import MODULE_UNINSTALL_FLAG
from odoo.exceptions import UserError

from ..wording import joined
from . import recorded_rules  # noqa: F401 - it comes before what inherits it


class SignoffPurpose(models.Model):
    """What people sign for, and who may. Each change of it is on record (ROL-03)."""

    _name = "signoff.purpose"
    _inherit = ["recorded.rules"]
    _description = "Sign-off Purpose"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True, tracking=True)
    code = fields.Char(
        required=True, help="The name by which documents ask for this sign-off."
    )
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True, tracking=True)
    meaning = fields.Text(
        required=True,
        translate=True,
        tracking=True,
        help="What a signature for this purpose says. Shown before signing, kept in "
        "the signature, printed with it.",
    )
    group_ids = fields.Many2many(
        "res.groups",
        string="Who May Sign",
        tracking=True,
        help="Nobody else may, administrators included. Left empty: only the customer "
        "signs, on the portal or on paper.",
    )
    statement_required = fields.Boolean(
        default=True,
        tracking=True,
        help="An oral yes is worth nothing: say it in words.",
    )
    separate_from_ids = fields.Many2many(
        "signoff.purpose",
        "signoff_purpose_separation",
        "purpose_id",
        "other_id",
        string="Not by Who Signed",
        tracking=True,
        help="Whoever signed the same document for one of these may not sign this, and "
        "the other way round.",
    )
    separated_by_ids = fields.Many2many(
        "signoff.purpose", "signoff_purpose_separation", "other_id", "purpose_id"
    )
    delegate_group_ids = fields.Many2many(
        "res.groups",
        "signoff_purpose_delegate_rel",
        "purpose_id",
        "group_id",
        string="Can Be Delegated To",
        tracking=True,
        help="Roles whose people may sign for somebody of the roles above, who "
        "authorised them. Left empty: nobody signs this for another.",
    )
    tolerance_ids = fields.One2many(
        "signoff.tolerance", "purpose_id", string="Tolerances"
    )

    _code_unique = models.Constraint(
        "unique(code)", "There is already a sign-off purpose with this code."
    )

    @api.model
    @tools.ormcache("code")
    def _id_of(self, code):
        purposes = self.sudo().with_context(active_test=False)
        return purposes._search([("code", "=", code)], limit=1).get_result_ids()

    @tools.ormcache("self.id")
    def _signing_rules(self):
        """Return the ids of the groups that sign, and the codes of other signers."""
        purpose = self.sudo()
        others = purpose.separate_from_ids | purpose.separated_by_ids
        return tuple(purpose.group_ids.ids), tuple(others.mapped("code"))

    @api.model
    def _get(self, code):
        """Return the purpose with this code.

        :raises UserError: there is none, or it is archived
        """
        purpose = self.sudo().browse(self._id_of(code))
        if not purpose or not purpose.active:
            raise UserError(
                self.env._("There is no sign-off purpose “%s”.", code or "")
            )
        return purpose

    @api.model_create_multi
    def create(self, vals_list):
        self.env.registry.clear_cache()
        return super().create(vals_list)

    def write(self, vals):
        """Keep the code of a purpose once something was signed for it."""
        if "code" in vals:
            self._check_unsigned(vals["code"])
        self.env.registry.clear_cache()
        return super().write(vals)

    def _check_unsigned(self, code):
        if self.filtered(lambda purpose: purpose.code != code)._signed():
            raise UserError(
                self.env._("Something was signed for this purpose: its code stays.")
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_signed(self):
        if self._signed():
            raise UserError(
                self.env._("Something was signed for this purpose: archive it.")
            )

    def unlink(self):
        """Leave a signed purpose behind, archived, when its add-on is uninstalled."""
        self.env.registry.clear_cache()
        if not self.env.context.get(MODULE_UNINSTALL_FLAG):
            return super().unlink()
        signed = self._signed()
        signed.active = False
        return super(SignoffPurpose, self - signed).unlink()

    def _signed(self):
        """Return those of the purposes for which something was signed."""
        signatures = self.env["signoff.signature"].sudo()
        groups = signatures._read_group(
            [("purpose_id", "in", self.ids)], ["purpose_id"]
        )
        return self.browse(purpose.id for [purpose] in groups)

    def _roles_of(self, user):
        """Return the groups by which this person may sign, often none."""
        groups, _others = self._signing_rules()
        mine = set(user._get_group_ids())
        return (
            self.env["res.groups"].sudo().browse(id_ for id_ in groups if id_ in mine)
        )

    @tools.ormcache("self.id")
    def _delegate_groups(self):
        """Return the ids of the roles that may sign for another."""
        return tuple(self.sudo().delegate_group_ids.ids)

    def _may_stand_in(self, user):
        """Return whether this person may sign for who authorised them (ROL-04)."""
        groups = self._delegate_groups()
        return bool(groups) and not set(user._get_group_ids()).isdisjoint(groups)

    def _separated(self):
        """Return the codes of purposes that need another signer than this one."""
        return list(self._signing_rules()[1])

    def _signed_by_password(self):
        """Return whether people in roles sign this, and not the customer."""
        return bool(self._signing_rules()[0])

    def _tolerances(self):
        """Return ``{term: (per cent less, per cent more)}`` of one purpose."""
        return {row.term: (row.less, row.more) for row in self.sudo().tolerance_ids}

    def _signers(self):
        """Return, in words, who may sign: the names of the roles."""
        names = self.sudo().group_ids.mapped("name")
        return joined(self.env, names) or self.env._("the customer")


class SignoffTolerance(models.Model):
    """How far a term may move before it voids; its history is its purpose's."""

    _name = "signoff.tolerance"
    _inherit = ["recorded.part"]
    _description = "Sign-off Tolerance"
    _rec_name = "term"

    purpose_id = fields.Many2one(
        "signoff.purpose", required=True, index=True, ondelete="cascade"
    )
    term = fields.Char(required=True, help="Key of the term, for example quantity.")
    less = fields.Float(string="Less (%)")
    more = fields.Float(string="More (%)")

    _term_unique = models.Constraint(
        "unique(purpose_id, term)", "This term has a tolerance already."
    )
    _not_negative = models.Constraint(
        "CHECK(less >= 0 AND more >= 0)", "A tolerance cannot be negative."
    )

    def _part_of(self):
        return self.purpose_id

    def _part_words(self):
        words = self.env._(
            "%(less)s %% less, %(more)s %% more",
            less=f"{self.less:.12g}",
            more=f"{self.more:.12g}",
        )
        return self.env._("Tolerance of %s", self.term), words
