from odoo import api, fields, models
from odoo.addons.written_signoff.keeping import keyed
from odoo.exceptions import UserError

from .production_exception import TODO
from .production_exception_party import PURPOSE


class ProductionExceptionConsent(models.Model):
    """That one of those concerned agrees to an emergency plan: a signature (ORD-41).

    All of them sign the same plan, side by side; whoever changes it asks them again.
    """

    _name = "production.exception.consent"
    _description = "Consent to an Emergency Plan"
    _inherit = ["production.exception.guard", "signoff.mixin"]
    _order = "exception_id, id"

    exception_id = fields.Many2one(
        "production.exception", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="exception_id.company_id", store=True)
    party_id = fields.Many2one(
        "production.exception.party", "For", required=True, index=True,
        ondelete="restrict",
    )  # fmt: skip
    agreed = fields.Boolean(readonly=True)
    signature_id = fields.Many2one("signoff.signature", readonly=True)
    signer_name = fields.Char("Signed By", related="signature_id.signer_name")
    signed_at = fields.Datetime(related="signature_id.signed_at")
    statement = fields.Text(related="signature_id.statement")
    can_sign = fields.Boolean(compute="_compute_can_sign")

    _once = models.Constraint(
        "unique(exception_id, party_id)", "Each agrees to a plan once."
    )

    @api.depends("exception_id.name", "party_id.name")
    def _compute_display_name(self):
        for row in self:
            row.display_name = f"{row.exception_id.name} – {row.party_id.name}"

    @api.depends_context("uid")
    @api.depends("agreed", "exception_id.state", "exception_id.plan")
    def _compute_can_sign(self):
        groups = self.env.user.all_group_ids
        for row in self:
            row.can_sign = (
                bool(row.exception_id.plan)
                and row.exception_id.state in ("reported", "noted")
                and not row.agreed
                and row.sudo().party_id.group_id in groups
            )

    def _ask(self):
        """Give somebody the to-do to sign the plan."""
        for row in self.sudo():
            exception = row.exception_id
            person = row.party_id._person(exception.company_id)
            exception._todo(
                person,
                lambda env, row=row: env._(
                    "Emergency plan, agree for: %s", row.party_id.with_env(env).name
                ),
            )

    # -- what is signed --------------------------------------------------------------

    def _signoff_terms(self, code):
        if code != PURPOSE:
            return super()._signoff_terms(code)
        terms = self.exception_id._plan_terms()
        return {row.id: terms[row.exception_id.id] for row in self}

    def _signoff_label(self, path):
        return self.exception_id._signoff_label(path)

    def _signoff_words(self, path, value):
        return self.exception_id._signoff_words(path, value)

    def _signoff_lock(self):
        """Hold the exception too: who changes the plan and who signs meet there."""
        self.sudo().exception_id._signoff_lock()
        return super()._signoff_lock()

    def _signoff_check(self, purpose, signer):
        """Refuse to agree to a plan that is not written, or that is settled."""
        result = super()._signoff_check(purpose, signer)
        exception = self.sudo().exception_id
        if not (exception.plan or "").strip():
            raise UserError(
                self.env._("%s has no emergency plan yet: write it first.",
                           exception.name)
            )  # fmt: skip
        if exception.state not in ("reported", "noted"):
            raise UserError(
                self.env._("The plan of %s is agreed already.", exception.name)
            )
        return result

    def _signoff_barred(self, purpose, signer):
        """Let each speak for themselves, and nobody for two (ROL-03)."""
        if barred := super()._signoff_barred(purpose, signer):
            return barred
        row = self.sudo()
        if row.party_id.group_id not in signer.all_group_ids:
            return self.env._(
                "%(party)s is signed for by: %(role)s.",
                party=row.party_id.name,
                role=row.party_id.group_id.name,
            )
        others = row.exception_id.consent_ids - row
        if signer in others.filtered("agreed").signature_id.signer_id:
            return self.env._(
                "%(name)s signed the plan of %(exception)s for somebody else already.",
                name=signer.name,
                exception=row.exception_id.name,
            )
        return False

    def _agreed(self):
        """Return the ids of those whose signature on the plan holds now."""
        return {row_id for row_id, _code in self._signoff_valid([PURPOSE])}

    def action_sign(self):
        """Open the dialog in which the plan is agreed to."""
        return self._signoff_dialog(PURPOSE)

    def _signoff_signed(self, signature):
        """Let the exception follow."""
        result = super()._signoff_signed(signature)
        keyed(self).write({"agreed": True, "signature_id": signature.id})
        exception = self.sudo().exception_id
        exception.activity_ids.filtered(
            lambda todo: (
                todo.automated
                and todo.user_id == self.env.user
                and todo.activity_type_id == self.env.ref(TODO)
            )
        ).unlink()
        self.exception_id._settle()
        return result

    def _signoff_voided(self, signatures):
        """Ask again who agreed to another plan than this."""
        result = super()._signoff_voided(signatures)
        rows = self.sudo().filtered(lambda row: row.signature_id in signatures.sudo())
        if rows:
            keyed(rows).write({"agreed": False, "signature_id": False})
            rows._ask()
            rows.exception_id._settle()
        return result
