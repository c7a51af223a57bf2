from base64 import b64decode

from odoo import fields, models
from odoo.addons.written_signoff.digest import number
from odoo.addons.written_signoff.keeping import keyed
from odoo.exceptions import UserError

from ..opening import dialog, letter
from ..scan import drawn
from .formula_confirmation import CONSENT, TECHNICAL

HOW = [("email", "E-mail with portal link"), ("link", "Portal link handed over")]


class FormulaConfirmation(models.Model):
    """The confirmation on its way to the customer and back (ORD-12)."""

    _inherit = "formula.confirmation"

    sent_at = fields.Datetime("Sent", readonly=True)
    sent_how = fields.Selection(HOW, readonly=True)
    sent_by_id = fields.Many2one("res.users", readonly=True, groups="base.group_user")
    portal_link = fields.Char(compute="_compute_portal_link", groups="base.group_user")

    def _compute_access_url(self):
        """Lead the customer to the confirmation's own page."""
        for document in self:
            document.access_url = f"/my/formulas/{document.id}"

    def _compute_portal_link(self):
        for document in self:
            shown = document.state in ("sent", "accepted")
            document.portal_link = (
                shown and document.get_base_url() + document.get_portal_url()
            )

    def action_sign(self):
        """Open the dialog in which technical signs."""
        return self._signoff_dialog(TECHNICAL)

    def action_send(self):
        """Open Odoo's composer with the letter in the customer's language.

        :raises UserError: technical has not signed, or it is accepted
        :raises AccessError: not customer service or sales
        """
        self._check_sending()
        return letter(
            self,
            self.env._("Send the Formula Confirmation"),
            "order_confirmation.mail_template_formula",
            mark_formula_as_sent=True,
        )

    def action_hand_over_link(self):
        """Note that the customer gets the link, or the paper, by another way."""
        self._sent("link")
        return True

    def message_post(self, **kwargs):
        """Note a letter from the composer as sent.

        The key comes from the client. It opens nothing: what may be sent, and by whom,
        is asked here.
        """
        if self.env.context.get("mark_formula_as_sent"):
            self._sent("email")
        unmarked = self.with_context(mark_formula_as_sent=False)
        return super(FormulaConfirmation, unmarked).message_post(**kwargs)

    def _check_sending(self):
        self.ensure_one()
        self.env.user._require_role("customer_service", "merchandiser", "salesperson")
        self.check_access("read")
        if self.state not in ("signed", "sent"):
            raise UserError(
                self.env._(
                    "%(document)s is not ready to be sent: %(next)s",
                    document=self.name,
                    next=self.next_step,
                )
            )

    def _sent(self, how):
        self._check_sending()
        if self.state == "signed":
            keyed(self).write(
                {
                    "state": "sent",
                    "sent_at": fields.Datetime.now(),
                    "sent_how": how,
                    "sent_by_id": self.env.uid,
                }
            )
            self.sudo()._ask_sales(
                lambda env: env._("Collect the customer's written acceptance")
            )

    def action_preview(self):
        """Show the page that the customer sees."""
        self.ensure_one()
        return {"type": "ir.actions.act_url", "url": self.get_portal_url()}

    def action_scan(self):
        """Open the dialog that takes an acceptance on paper."""
        self.ensure_one()
        self.env.user._require_role("customer_service", "merchandiser", "salesperson")
        return dialog(
            "formula.confirmation.scan",
            self.env._("Accepted on Paper"),
            formula_id=self.id,
        )

    def _accept(self, name, evidence, method, evidence_name):
        """Take the customer's written acceptance, drawn or scanned.

        Whoever calls it has made sure that this reader may sign.

        :param str name: who signed, in print
        :param evidence: base64 of the drawn signature or of the scan
        :param str method: ``portal`` or ``scan``
        :raises UserError: no name, nothing drawn, or nothing to accept
        """
        name = " ".join((name or "").split())
        if not any(map(str.isalnum, name)):
            raise UserError(self.env._("Please give the name of the person who signs."))
        if method == "portal" and not drawn(_decoded(evidence)):
            raise UserError(self.env._("Please draw your signature before sending it."))
        return self.sudo()._signoff_sign(
            CONSENT,
            method=method,
            signer_name=name,
            signer_role=self.env._("Customer"),
            evidence=evidence,
            evidence_name=evidence_name,
        )

    def _printed_goods(self):
        """Return the goods for paper and portal, in the language of the context."""
        self.ensure_one()
        return [
            {
                "product": line.product_id.display_name,
                "specification": line._sheet_printed()["specification"],
                "quantity": number(line.product_uom_qty),
                "unit": line.product_uom_id.name,
            }
            for line in self.sudo().order_id._goods()
        ]

    def _get_report_base_filename(self):
        """Name the downloaded file after the number."""
        return self.name.replace("/", "-")


def _decoded(evidence):
    try:
        return b64decode(evidence or b"", validate=True)
    except ValueError:
        return b""
