from base64 import b64encode

from odoo import fields, models
from odoo.addons.written_signoff.digest import sha256
from odoo.addons.written_signoff.keeping import keyed
from odoo.addons.written_signoff.wording import joined
from odoo.exceptions import UserError

from ..opening import dialog, letter
from . import order_sheet  # noqa: F401 - it comes before what extends it

REPORT = "order_confirmation.report_order_sheet"
SENT_HOW = [
    ("email", "E-mail with portal link"),
    ("link", "Portal link handed over"),
    ("print", "Printed for fax"),
]
RECEIVED_HOW = [("telephone", "Telephone"), ("fax", "Fax"), ("mail", "Mail")]


class OrderSheet(models.Model):
    """The sheet on its way to the customer (ORD-21)."""

    _inherit = "order.sheet"

    sent_at = fields.Datetime("Sent", readonly=True)
    sent_how = fields.Selection(SENT_HOW, readonly=True)
    sent_by_id = fields.Many2one("res.users", readonly=True, groups="base.group_user")
    pdf = fields.Binary("As Sent", attachment=False, readonly=True)
    pdf_name = fields.Char(compute="_compute_pdf_name")
    pdf_digest = fields.Char("SHA-256 of PDF", readonly=True)
    portal_link = fields.Char(compute="_compute_portal_link", groups="base.group_user")
    received_by = fields.Char("Received by", readonly=True)
    received_how = fields.Selection(RECEIVED_HOW, readonly=True)
    received_at = fields.Datetime("Received Clearly", readonly=True)

    def _compute_access_url(self):
        """Lead the customer to the sheet's own page."""
        for sheet in self:
            sheet.access_url = f"/my/sheets/{sheet.id}"

    def _compute_pdf_name(self):
        for sheet in self:
            sheet.pdf_name = f"{sheet.name}.pdf"

    def _compute_portal_link(self):
        for sheet in self:
            shown = sheet.state not in ("draft", "checked")
            sheet.portal_link = shown and sheet.get_base_url() + sheet.get_portal_url()

    def _get_report_base_filename(self):
        """Name the downloaded file after number and version."""
        return self.name

    def _freeze_pdf(self):
        """Render the PDF in the customer's language and keep it, the first time."""
        self.ensure_one()
        if self.sudo().pdf:
            return
        report = self.env["ir.actions.report"].sudo().with_context(lang=self.lang)
        data, kind = report._render_qweb_pdf(REPORT, self.ids)
        if kind == "pdf":
            keyed(self).write({"pdf": b64encode(data), "pdf_digest": sha256(data)})

    # -- sending -------------------------------------------------------------------

    def action_send(self):
        """Open Odoo's composer with the letter in the customer's language.

        :raises UserError: not checked, or the order has changed
        :raises AccessError: not customer service
        """
        self._check_sending()
        self._freeze_pdf()
        return letter(
            self,
            self.env._("Send the Sheet"),
            "order_confirmation.mail_template_order_sheet",
            default_email_layout_xmlid="mail.mail_notification_layout_with_"
            "responsible_signature",
            mark_sheet_as_sent=True,
        )

    def action_print_for_fax(self):
        """Note that the sheet goes by fax, and return its PDF."""
        self._sent("print")
        return self.env.ref(
            "order_confirmation.action_report_order_sheet"
        ).report_action(self, config=False)

    def action_hand_over_link(self):
        """Note that the customer gets the portal link by another way."""
        self._sent("link")
        return True

    def action_preview(self):
        """Show the page that the customer sees."""
        self.ensure_one()
        return {"type": "ir.actions.act_url", "url": self.get_portal_url()}

    def message_post(self, **kwargs):
        """Note a letter from the composer as sent.

        The key comes from the client. It opens nothing: what may be sent, and by whom,
        is asked here.
        """
        if self.env.context.get("mark_sheet_as_sent"):
            self._sent("email")
        unmarked = self.with_context(mark_sheet_as_sent=False)
        return super(OrderSheet, unmarked).message_post(**kwargs)

    def _check_sending(self):
        self.env.user._require_role("customer_service")
        self._require_state("checked", "sent", "rejected")
        # What was sent already may be sent again, whatever became void since (ORD-27).
        left = self.filtered(lambda sheet: sheet.state == "checked")
        missing = [text for row in left for text in row.order_id._statements_missing()]
        if missing:
            raise UserError(
                "\n".join(
                    [
                        self.env._(
                            "%s cannot be sent yet. Missing:",
                            joined(self.env, left.mapped("name")),
                        ),
                        *(f"• {text}" for text in dict.fromkeys(missing)),
                    ]
                )
            )

    def _sent(self, how):
        """Freeze the PDF and note the first sending; the order is with the customer."""
        self._check_sending()
        # While add-ons load there is no server from which a PDF takes its style.
        if self.env.registry.ready:
            self._freeze_pdf()
        if self.state != "checked":
            return
        now = fields.Datetime.now()
        self._move("sent", sent_at=now, sent_how=how, sent_by_id=self.env.uid)
        order = self.sudo().order_id
        if order.state == "draft":
            order.with_context(tracking_disable=True).write({"state": "sent"})
        # The sheet carries the date: from here on the customer knows it (ORD-14).
        order._clock_meet("date_to_customer")

    def action_received(self):
        """Open the dialog that records “received clearly” (ORD-21)."""
        self.env.user._require_role("customer_service", "merchandiser")
        self._require_state("sent", "returned", "rejected", "accepted")
        return dialog(
            "order.sheet.received", self.env._("Received Clearly"), sheet_id=self.id
        )

    def _received(self, who, how, when):
        """Record who at the customer confirmed that the sheet can be read.

        :raises UserError: no name, or a time before it was sent
        """
        self.env.user._require_role("customer_service", "merchandiser")
        self._require_state("sent", "returned", "rejected", "accepted")
        if not any(map(str.isalpha, who or "")):
            raise UserError(self.env._("Please say who confirmed it."))
        early = self.sent_at.replace(second=0, microsecond=0)
        if when < early or when > fields.Datetime.now():
            raise UserError(
                self.env._("It can be received only after it was sent, and not later.")
            )
        values = {"received_by": who.strip(), "received_how": how, "received_at": when}
        keyed(self).write(values)
