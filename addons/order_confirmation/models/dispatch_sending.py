from odoo import fields, models
from odoo.addons.written_signoff.keeping import keyed
from odoo.addons.written_signoff.wording import joined
from odoo.exceptions import UserError

from . import dispatch_notice  # noqa: F401 - it comes before what extends it
from .order_completeness import said


class DispatchNotice(models.Model):
    """The notice on its way to the customer, and that it was received clearly."""

    _inherit = "dispatch.notice"

    receipt_activity_id = fields.Many2one(
        "mail.activity", readonly=True, copy=False, ondelete="set null",
        groups="base.group_user",
    )  # fmt: skip

    def _compute_access_url(self):
        result = super()._compute_access_url()
        for notice in self:
            notice.access_url = f"/my/dispatch/{notice.id}"
        return result

    def _check_sendable(self):
        """Raise unless the notice says all that the customer has to know."""
        self.ensure_one()
        self.check_access("write")
        if self.state != "draft":
            raise UserError(self.env._("%s was sent already.", self.name))
        missing = [
            self._fields[name]._description_string(self.env)
            for name in ("transport", "expected_arrival")
            if not self[name]
        ]
        if not any(map(said, (self.carrier, self.plate, self.transport_note))):
            missing.append(self.env._("carrier, number plate or how it travels"))
        if missing:
            raise UserError(
                self.env._("Please enter first: %s", joined(self.env, missing))
            )
        if self.differences and not self.differences_seen:
            raise UserError(
                self.env._(
                    "What left is not what the order says. Check it, and tick that you "
                    "did:\n%s",
                    self.differences,
                )
            )

    def action_send(self):
        """Send the notice with its link, in the customer's language.

        :raises UserError: something is missing, or the customer has no e-mail address
        """
        self._check_sendable()
        self.sudo().partner_id._require_email()
        self._send_link()
        return self._note_sent("mail")

    def _send_link(self):
        template = self.env.ref("order_confirmation.mail_template_dispatch_notice")
        template._send_soon(self)

    def action_sent_on_paper(self):
        """Note that the notice was printed and faxed or handed over."""
        self._check_sendable()
        self._note_sent("paper")
        return self.env.ref("order_confirmation.report_dispatch_notice").report_action(
            self
        )

    def _note_sent(self, how):
        keyed(self).write(
            {
                "state": "sent",
                "sent_at": fields.Datetime.now(),
                "sent_by_id": self.env.uid,
                "sent_how": how,
            }
        )
        self.sudo().activity_unlink(["mail.mail_activity_data_todo"])
        self._ask_received()
        return True

    def _ask_received(self):
        """Give customer service the to-do to ask whether it was received clearly."""
        person = self._service_user()
        if not person:
            return
        activity = self.sudo().activity_schedule(
            "mail.mail_activity_data_todo",
            user_id=person.id,
            date_deadline=self.company_id.sudo()._add_days(self._local_today(), 1),
            summary=self.with_context(lang=person.lang).env._(
                "Ask the customer whether the notice was received clearly"
            ),
        )
        keyed(self).write({"receipt_activity_id": activity.id})

    def action_received(self):
        """Note that the customer has received the notice clearly: who, how, when.

        :raises UserError: not sent yet, noted already, or who and how are missing
        """
        self.ensure_one()
        self.check_access("write")
        named = any(map(str.isalpha, self.received_by or ""))
        if not named or not self.received_how:
            raise UserError(
                self.env._("Please enter who at the customer's confirmed, and how.")
            )
        self._note_received(self.received_by, self.received_how)
        return True

    def _confirm_received(self, name):
        """Note what the customer confirms on the portal.

        :raises UserError: no name, or nothing to confirm
        """
        if not any(map(str.isalpha, name or "")):
            raise UserError(self.env._("Please give your name."))
        self._signoff_lock()
        self._note_received(name, "portal")

    def _note_received(self, name, how):
        if self.state != "sent":
            raise UserError(self.env._("%s is not waiting to be confirmed.", self.name))
        keyed(self).write(
            {
                "state": "received",
                "received_by": name,
                "received_how": how,
                "received_at": fields.Datetime.now(),
                "received_noted_by_id": self.env.uid,
            }
        )
        self.sudo().receipt_activity_id.unlink()

    def action_preview(self):
        """Open the page that the customer sees."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_url",
            "target": "new",
            "url": self.get_portal_url(),
        }
