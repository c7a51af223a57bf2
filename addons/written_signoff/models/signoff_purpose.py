from odoo import api, fields, models, tools
from odoo.exceptions import UserError


class SignoffPurpose(models.Model):
    _name = "signoff.purpose"
    _description = "Sign-off Purpose"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(
        required=True, help="The name by which documents ask for this sign-off."
    )
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    meaning = fields.Text(
        required=True,
        translate=True,
        help="What a signature for this purpose says. Shown before signing, kept in "
        "the signature, printed with it.",
    )
    group_ids = fields.Many2many(
        "res.groups",
        string="Who May Sign",
        help="Nobody else may, administrators included. Left empty: only the customer "
        "signs, on the portal or on paper.",
    )
    statement_required = fields.Boolean(
        default=True, help="An oral yes is worth nothing: say it in words."
    )
    separate_from_ids = fields.Many2many(
        "signoff.purpose",
        "signoff_purpose_separation",
        "purpose_id",
        "other_id",
        string="Not by Who Signed",
        help="Whoever signed the same document for one of these may not sign this.",
    )
    tolerance_ids = fields.One2many("signoff.tolerance", "purpose_id")

    _code_unique = models.Constraint(
        "unique(code)", "There is already a sign-off purpose with this code."
    )

    @api.model
    @tools.ormcache("code")
    def _id_of(self, code):
        return self.sudo().with_context(active_test=False)._search(
            [("code", "=", code)], limit=1
        ).get_result_ids()[:1]

    @api.model
    def _get(self, code):
        """Return the purpose with this code.

        :raises UserError: there is none, or it is archived
        """
        purpose = self.sudo().browse(self._id_of(code))
        if not purpose or not purpose.active:
            raise UserError(
                self.env._("There is no sign-off purpose “%s”.", code)
            )
        return purpose

    @api.model_create_multi
    def create(self, vals_list):
        self.env.registry.clear_cache()
        return super().create(vals_list)

    def write(self, vals):
        if "code" in vals:
            self.env.registry.clear_cache()
        return super().write(vals)

    def unlink(self):
        self.env.registry.clear_cache()
        return super().unlink()

    def _tolerances(self):
        """Return ``{term: (per cent less, per cent more)}`` of one purpose."""
        return {row.term: (row.less, row.more) for row in self.sudo().tolerance_ids}

    def _signers(self):
        """Return, in words, who may sign: the names of the roles."""
        names = self.sudo().group_ids.mapped("name")
        return ", ".join(names) or self.env._("the customer")


class SignoffTolerance(models.Model):
    _name = "signoff.tolerance"
    _description = "Sign-off Tolerance"
    _rec_name = "term"

    purpose_id = fields.Many2one("signoff.purpose", required=True, ondelete="cascade")
    term = fields.Char(required=True, help="Key of the term, for example quantity.")
    less = fields.Float(string="Less (%)")
    more = fields.Float(string="More (%)")

    _term_unique = models.Constraint(
        "unique(purpose_id, term)", "This term has a tolerance already."
    )
    _not_negative = models.Constraint(
        "CHECK(less >= 0 AND more >= 0)", "A tolerance cannot be negative."
    )
