from odoo import api, fields, models
from odoo.addons.written_signoff.keeping import keyed
from odoo.addons.written_signoff.wording import joined
from odoo.exceptions import UserError

from . import production_exception_hold  # noqa: F401 - it comes before what extends it
from .production_exception import CLOCKS

PURPOSE = "exception_withdrawn"
# Until the plan is agreed, and nobody has signed it.
EARLY = ("reported", "noted")


class ProductionException(models.Model):
    """An exception that was recorded by mistake is withdrawn, in writing (ORD-41).

    By who recorded it, or by the supervisor, as long as nobody has signed the emergency
    plan; one of quality by quality or the supervisor, for it holds the next operation.
    It stays on file, with the reason; what it held goes on.
    """

    _inherit = "production.exception"

    withdrawn = fields.Boolean(readonly=True, copy=False, tracking=True)
    withdrawal = fields.Text("Why Withdrawn", readonly=True, copy=False)
    can_withdraw = fields.Boolean(compute="_compute_can_withdraw")

    @api.depends_context("uid")
    @api.depends("state", "kind", "consent_ids.agreed", "reported_by_id")
    def _compute_can_withdraw(self):
        for row in self:
            early = row.state in EARLY and not any(row.consent_ids.mapped("agreed"))
            mine = row._may_withdraw(self.env.user)
            row.can_withdraw = bool(row.id) and early and mine

    def _may_withdraw(self, user):
        """Tell whether it is this person's to withdraw."""
        if user.has_group("customer_tiering.role_supervisor"):
            return True
        if self.kind == "quality":
            return user.has_group("customer_tiering.role_quality")
        return self.sudo().reported_by_id == user

    def action_withdraw(self):
        """Open the dialog in which the exception is withdrawn, with the reason.

        :raises UserError: somebody has signed the plan, or it is closed
        :raises AccessError: neither who recorded it nor the supervisor, of quality
            neither quality nor the supervisor
        """
        return self._signoff_dialog(PURPOSE)

    def _signoff_terms(self, code):
        """Cover what was recorded."""
        return self._plan_terms() if code == PURPOSE else super()._signoff_terms(code)

    def _signoff_check(self, purpose, signer):
        """Withdraw only what nobody has answered with a signature yet."""
        if purpose.code != PURPOSE:
            return super()._signoff_check(purpose, signer)
        if self.state == "closed":
            raise UserError(self.env._("%s is closed.", self.name))
        valid = self.sudo().consent_ids._agreed()
        agreed = self.sudo().consent_ids.filtered(lambda row: row.id in valid)
        if agreed or self.state not in EARLY:
            raise UserError(
                self.env._(
                    "%(exception)s cannot be withdrawn any more: its emergency plan is "
                    "signed by %(names)s. Carry it to its end.",
                    exception=self.name,
                    names=joined(self.env, agreed.mapped("signer_name")),
                )
            )
        return None

    def _signoff_barred(self, purpose, signer):
        """Let only who recorded it, quality for its own, or the supervisor do it."""
        if barred := super()._signoff_barred(purpose, signer):
            return barred
        if purpose.code != PURPOSE or self._may_withdraw(signer):
            return False
        if self.kind == "quality":
            return self.env._(
                "%s is about quality: quality or the supervisor withdraws it.",
                self.name,
            )
        return self.env._(
            "%(exception)s is withdrawn by %(name)s, who recorded it, or by the "
            "supervisor.",
            exception=self.name,
            name=self.sudo().reported_by_id.name,
        )

    def _signoff_signed(self, signature):
        """End it, free what it held, and say so to whom it was told."""
        result = super()._signoff_signed(signature)
        if signature.purpose_code != PURPOSE:
            return result
        for kind in CLOCKS:
            self._clock_cancel(kind, self.env._("Withdrawn"))
        self._end(signature, withdrawn=True, withdrawal=signature.statement)
        people = self._people("production") | self._people("customer_service")
        if self.seller_told_at:
            people |= self.order_ids.user_id
        if self.escalation:
            people |= self._people("supervisor")
        if self.escalation == "director":
            people |= self._people("sales_director")
        self._tell(
            people,
            lambda env: env._(
                "Withdrawn by %(name)s, recorded by mistake: %(reason)s",
                name=signature.signer_name,
                reason=signature.statement,
            ),
        )
        return result

    def _signoff_voided(self, signatures):
        """Open it again when the signature that withdrew it does not hold any more."""
        result = super()._signoff_voided(signatures)
        codes = set(signatures.sudo().mapped("purpose_code"))
        reopened = self.filtered("withdrawn") if PURPOSE in codes else self.browse()
        if reopened:
            keyed(reopened).write(
                {
                    "withdrawn": False,
                    "withdrawal": False,
                    "closed_by_id": False,
                    "closed_at": False,
                }
            )
            for kind in CLOCKS:
                reopened._clock_start(kind)
            reopened._settle()
        return result

    @api.model
    def _holding(self, productions):
        """Leave out what is withdrawn, as far as that signature holds now."""
        rows = super()._holding(productions)
        valid = rows._signoff_valid([PURPOSE]) if rows else {}
        return rows.filtered(lambda row: (row.id, PURPOSE) not in valid)
