from odoo import api, fields, models
from odoo.exceptions import UserError

OUTCOMES = [
    ("feasible", "Feasible"),
    ("old_formula", "Feasible by the old formula"),
    ("not_feasible", "Not feasible"),
]
DIALOGS = {
    "technical": "order.technical.statement",
    "production": "order.production.statement",
    "finance_clearance": "order.finance.clearance",
}


class SaleOrder(models.Model):
    """Who says what in writing before the release (ORD-10, ORD-14, ORD-32)."""

    _inherit = "sale.order"

    technical_outcome = fields.Selection(
        OUTCOMES, compute="_compute_written", groups="base.group_user"
    )
    has_technical = fields.Boolean(compute="_compute_written", groups="base.group_user")
    has_production = fields.Boolean(
        compute="_compute_written", groups="base.group_user"
    )
    has_service_instruction = fields.Boolean(
        compute="_compute_written", groups="base.group_user"
    )
    has_instruction = fields.Boolean(
        compute="_compute_written", groups="base.group_user"
    )
    has_clearance = fields.Boolean(compute="_compute_written", groups="base.group_user")

    @api.depends("signature_ids.state")
    def _compute_written(self):
        signed = self.sudo()._signoff_valid(
            ["technical", "production", "instruction_service",
             "instruction_production", "finance_clearance"]
        )  # fmt: skip
        for order in self:
            technical = signed.get((order.id, "technical"))
            order.technical_outcome = _outcome(technical)
            order.has_technical = bool(technical)
            order.has_production = (order.id, "production") in signed
            service = (order.id, "instruction_service") in signed
            order.has_service_instruction = service
            order.has_instruction = (
                service and (order.id, "instruction_production") in signed
            )
            order.has_clearance = (order.id, "finance_clearance") in signed

    def _signoff_dialog_model(self, code):
        """Statements ask for more than words: outcome, dates, quantities."""
        return DIALOGS.get(code) or super()._signoff_dialog_model(code)

    def action_technical_statement(self):
        """Open the technical statement."""
        return self._signoff_dialog("technical", dialog_size="large")

    def action_production_statement(self):
        """Open the production statement."""
        return self._signoff_dialog("production")

    def action_sign_instruction(self):
        """Open customer service's signature on the production instruction."""
        return self._signoff_dialog("instruction_service")

    def action_accept_instruction(self):
        """Open production's signature on the production instruction."""
        return self._signoff_dialog("instruction_production")

    def action_finance_clearance(self):
        """Open the clearance to ship."""
        return self._signoff_dialog("finance_clearance", dialog_size="large")

    # -- what comes before what --------------------------------------------------

    def _signoff_check(self, purpose, signer):
        """Keep the order of the statements: one stands on the other."""
        result = super()._signoff_check(purpose, signer)
        check = getattr(self, f"_check_before_{purpose.code}", None)
        if check:
            check()
        return result

    def _check_before_technical(self):
        if not self._goods():
            raise UserError(
                self.env._("%s has no product yet on which to say anything.", self.name)
            )

    def _check_before_formula_confirmation(self):
        technical = self._signoff_valid(["technical"]).get((self.id, "technical"))
        if _outcome(technical) != "old_formula":
            raise UserError(
                self.env._(
                    "A formula confirmation belongs to a technical statement that says "
                    "“feasible by the old formula”; %s has none.",
                    self.name,
                )
            )

    def _check_before_production(self):
        technical = self._signoff_valid(["technical"]).get((self.id, "technical"))
        if not technical:
            raise UserError(
                self.env._(
                    "The technical statement on %s comes first: it is missing, or "
                    "something it covers has changed since.",
                    self.name,
                )
            )
        if _outcome(technical) == "not_feasible":
            raise UserError(
                self.env._(
                    "Technical says that %s cannot be made; there is no date to give.",
                    self.name,
                )
            )

    def _check_before_instruction_service(self):
        if not self._signoff_valid(["production"]):
            raise UserError(
                self.env._(
                    "The production statement on %s comes first: the instruction "
                    "carries its date.",
                    self.name,
                )
            )

    def _check_before_instruction_production(self):
        self._check_before_instruction_service()
        if not self._signoff_valid(["instruction_service"]):
            raise UserError(
                self.env._(
                    "Customer service signs the instruction on %s first.", self.name
                )
            )

    def _check_before_finance_clearance(self):
        if self.state != "sale":
            raise UserError(
                self.env._("%s is not released yet: nothing to clear.", self.name)
            )

    # -- what follows ------------------------------------------------------------

    def _signoff_signed(self, signature):
        """Start and stop the clocks of the answers (ORD-14); tell who waits."""
        result = super()._signoff_signed(signature)
        order = self.sudo()
        if signature.purpose_code == "technical":
            order._after_technical(signature)
        elif signature.purpose_code == "production":
            order._clock_meet("production_answer")
            order._clock_start("date_to_customer")
        return result

    def _after_technical(self, signature):
        if _outcome(signature) == "not_feasible":
            self.message_post(
                body=self.env._(
                    "Technical says that this cannot be made: %s", signature.statement
                ),
                partner_ids=self.user_id.partner_id.ids,
                message_type="notification",
            )
        else:
            self._clock_start("production_answer")

    def _signoff_voided(self, signatures):
        """Ask production again for a date that no longer holds (ORD-14)."""
        result = super()._signoff_voided(signatures)
        ended = signatures.sudo().filtered(
            lambda row: (
                row.purpose_code == "production" and row.state in ("void", "withdrawn")
            )
        )
        orders = self.sudo().browse(ended.mapped("res_id")).exists()
        orders = orders.filtered(lambda order: order.state in ("draft", "sent"))
        if orders:
            orders._clock_cancel(
                "date_to_customer", self.env._("The production statement is void.")
            )
            technical = orders._signoff_valid(["technical"])
            asked = orders.filtered(lambda order: (order.id, "technical") in technical)
            asked._clock_start("production_answer")
        return result

    def _action_cancel(self):
        """Nobody waits for an answer on a cancelled order."""
        result = super()._action_cancel()
        for code in ("production_answer", "date_to_customer"):
            self._clock_cancel(code, self.env._("The order was cancelled."))
        return result


def _outcome(signature):
    return signature and signature._content()["declared"].get("outcome") or False
