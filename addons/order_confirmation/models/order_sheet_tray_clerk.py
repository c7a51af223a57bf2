from base64 import b64encode

from odoo import fields, models
from odoo.addons.written_signoff.keeping import keyed
from odoo.exceptions import UserError

from .. import scan
from ..opening import dialog
from .order_sheet_tray import TODO

ROLES = ("customer_service", "merchandiser")


class OrderSheetTray(models.Model):
    """What becomes of a mail in the tray: a return, or put away (ORD-24)."""

    _inherit = "order.sheet.tray"

    def _hand_over(self, sheet, name, files):
        """Give the files to the sheet as the customer's return."""
        contents = [row._content() for row in files]
        joined = len(contents) > 1
        data = scan.join(contents) if joined else contents[0]
        if refusal := self.env["paper.scan"]._refusal(data):
            raise UserError(refusal)
        file_name = f"{sheet.name}.pdf" if joined else files.name
        sheet._take_return(name, b64encode(data), "scan", file_name)
        keyed(self).write({"state": "taken", "sheet_id": sheet.id})
        sheet.sudo().message_post(
            body=sheet.env._(
                "The return came by mail from %(sender)s: %(subject)s",
                sender=self.email_from,
                subject=self.name,
            ),
            message_type="notification",
            subtype_xmlid="mail.mt_note",
        )

    def _require_waiting(self):
        self.ensure_one()
        self.env.user._require_role(*ROLES)
        self.check_access("read")
        if self.state != "waiting":
            raise UserError(self.env._("This mail was handled already."))

    def action_assign(self):
        """Open the dialog in which a clerk names the sheet."""
        self._require_waiting()
        return self._dialog("order.sheet.tray.assign", self.env._("Take as Return"))

    def action_discard(self):
        """Open the dialog in which a clerk says why this is no return."""
        self._require_waiting()
        return self._dialog("order.sheet.tray.discard", self.env._("Discard"))

    def _dialog(self, model, title):
        return dialog(model, title, tray_id=self.id)

    def _assign(self, sheet, files, signer_name):
        """Take these files as the return of a sheet, in the order in which they came.

        :raises UserError: handled already, no file that can be used, another company,
            an old version, no name
        :raises AccessError: not customer service or merchandiser
        """
        self._require_waiting()
        self._lock()
        sheet.check_access("read")
        if sheet.sudo().company_id != self.sudo().company_id:
            raise UserError(self.env._("This sheet belongs to another company."))
        if not files or files.tray_id != self:
            raise UserError(self.env._("Choose the file that was signed."))
        if any(row.fault for row in files):
            raise UserError(
                self.env._("A file that cannot be used cannot be taken as a return.")
            )
        self._hand_over(sheet, signer_name, files)
        self._handled()

    def _discard(self, reason):
        """Put the mail away with the reason; it is kept.

        :raises UserError: handled already, or no reason
        :raises AccessError: not customer service or merchandiser
        """
        self._require_waiting()
        self._lock()
        reason = (reason or "").strip()
        if not any(map(str.isalnum, reason)):
            raise UserError(self.env._("Please say why this is no return."))
        keyed(self).write({"state": "discarded", "discard_reason": reason})
        self._handled()

    def _lock(self):
        self.lock_for_update()
        self.invalidate_recordset(["state"])
        self._require_waiting()

    def _handled(self):
        keyed(self).write(
            {"handled_by_id": self.env.uid, "handled_at": fields.Datetime.now()}
        )
        self.sudo().activity_unlink([TODO])

    def action_open_sheet(self):
        """Open the sheet that this is, or may be, the return of."""
        self.ensure_one()
        return self.sheet_id._open()
