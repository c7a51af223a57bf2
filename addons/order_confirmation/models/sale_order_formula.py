from odoo import api, fields, models
from odoo.addons.customer_tiering.matrix import Fact
from odoo.addons.written_signoff.keeping import keyed

from .formula_confirmation import CONSENT, STATES, TECHNICAL, TODO
from .sale_order_statements import _outcome


class SaleOrder(models.Model):
    """The order's side of the formula confirmation (ORD-12)."""

    _inherit = "sale.order"

    formula_confirmation_ids = fields.One2many("formula.confirmation", "order_id")
    formula_confirmation_state = fields.Selection(
        STATES, "Formula", compute="_compute_formula_confirmation_state"
    )

    @api.depends("formula_confirmation_ids.state")
    def _compute_formula_confirmation_state(self):
        for order in self:
            order.formula_confirmation_state = order._formula_confirmation().state

    def _formula_confirmation(self):
        return self.formula_confirmation_ids.filtered(
            lambda document: document.state != "cancelled"
        )[:1]

    def action_formula_confirmation(self):
        """Open the formula confirmation; technical begins it (ORD-12).

        :raises UserError: technical did not say “feasible by the old formula”
        :raises AccessError: there is none yet, and who asks is not technical
        """
        self.ensure_one()
        self.check_access("read")
        documents = self.env["formula.confirmation"]
        document = self.sudo()._formula_confirmation()
        if not document:
            self.env.user._require_role("technical")
            self._check_before_formula_confirmation()
            self._signoff_lock()
            document = documents._make(self)
        return document._open()

    def _formula_facts(self, technical):
        """Return ``{order id: Fact}``: technical signed, and the customer accepted.

        Needed where technical says “feasible by the old formula”. Constant queries.

        :param dict technical: the valid technical statements, by order id and code
        """
        concerned = [
            order.id
            for order in self
            if _outcome(technical.get((order.id, "technical"))) == "old_formula"
        ]
        documents = self.env["formula.confirmation"].sudo()
        if concerned:
            documents = documents.search(
                [("order_id", "in", concerned), ("state", "!=", "cancelled")]
            )
        signed = documents._signoff_valid([TECHNICAL, CONSENT]) if documents else {}
        by_order = {document.order_id.id: document for document in documents}
        return {
            order.id: order._formula_fact(
                order.id in concerned,
                technical.get((order.id, "technical")),
                by_order.get(order.id),
                signed,
            )
            for order in self
        }

    def _formula_fact(self, applies, technical, document, signed):
        if not applies:
            return Fact(False, applies=False)
        ours = document and signed.get((document.id, TECHNICAL))
        theirs = document and signed.get((document.id, CONSENT))
        if not ours:
            detail = self.env._("technical has not signed")
        elif not theirs:
            detail = self.env._("the customer has not accepted it in writing")
        else:
            detail = ""
        since = theirs or ours or technical
        return Fact(bool(ours and theirs), since.signed_at, detail)

    def _terms_changed(self):
        """Void what was signed for another product, quantity or formula."""
        result = super()._terms_changed()
        documents = self.sudo().formula_confirmation_ids
        live = documents.filtered(lambda document: document.state != "cancelled")
        if live:
            live._signoff_void_changed()
        return result

    def write(self, vals):
        """Cancel the confirmation with its order."""
        result = super().write(vals)
        if vals.get("state") == "cancel":
            documents = self.sudo().formula_confirmation_ids
            live = documents.filtered(lambda document: document.state != "cancelled")
            if live:
                keyed(live).write({"state": "cancelled"})
                live.activity_unlink([TODO])
        return result
