from odoo import api, fields, models
from odoo.addons.written_signoff.keeping import DISCUSSION, keyed
from odoo.exceptions import UserError
from odoo.tools import SQL, email_normalize, html2plaintext

from .. import returns

REASONS = [
    (returns.NO_FILE, "No file attached"),
    (returns.SEVERAL, "Several files"),
    (returns.LARGE, "File larger than 25 MB"),
    (returns.KIND, "Neither PDF nor picture"),
    (returns.UNREADABLE, "File cannot be read"),
    (returns.NO_SHEET, "No sheet named"),
    (returns.SEVERAL_SHEETS, "Several sheets named"),
    (returns.UNKNOWN_SENDER, "Sender not known to the customer"),
    (returns.OLD_VERSION, "Not a sheet to be returned"),
]
STATES = [("waiting", "Waiting"), ("taken", "Taken"), ("discarded", "Discarded")]
TODO = "mail.mail_activity_data_todo"


class OrderSheetTrayGuard(models.AbstractModel):
    """What came by mail: kept as it came, written by its own methods alone."""

    _name = "order.sheet.tray.guard"
    _description = "Kept by the Tray"
    _inherit = "kept.record"
    _kept_by = "order.sheet.tray"
    _kept_open = frozenset(DISCUSSION)

    def _kept_refusal(self):
        """Refuse everybody but the receipt of a mail and the tray; also to delete."""
        return self.env._(
            "What came by mail is kept as it came: it is assigned to a sheet, or "
            "discarded with the reason."
        )


class OrderSheetTray(models.Model):
    """A mail with a returned sheet, or what may be one (ORD-24).

    Nothing that a mail says opens anything. Clear ones become a return, which a person
    verifies (ORD-25); all others wait here, each with its reasons, until somebody
    assigns the sheet or discards the mail.
    """

    _name = "order.sheet.tray"
    _description = "Sheet Returned by Mail"
    _inherit = ["order.sheet.tray.guard", "mail.thread", "mail.activity.mixin"]
    _order = "id desc"
    _primary_email = "email_from"
    _mail_post_access = "read"

    name = fields.Char("Subject", readonly=True)
    mailbox_id = fields.Many2one("order.sheet.mailbox", readonly=True, index=True)
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    email_from = fields.Char("From", readonly=True)
    partner_id = fields.Many2one("res.partner", "Sender", readonly=True)
    received_at = fields.Datetime("Received", readonly=True)
    state = fields.Selection(
        STATES, required=True, readonly=True, default="waiting", index=True,
        tracking=True,
    )  # fmt: skip
    reason = fields.Selection(REASONS, readonly=True, help="The weightiest of them.")
    reason_codes = fields.Char(readonly=True)
    reasons = fields.Text("Why It Waits", compute="_compute_reasons")
    sheet_id = fields.Many2one("order.sheet", readonly=True, index=True)
    file_ids = fields.One2many("order.sheet.tray.file", "tray_id", "Files")
    picture = fields.Binary(compute="_compute_first_file")
    pdf = fields.Binary("Returned as PDF", compute="_compute_first_file")
    first_name = fields.Char("Name of the File", compute="_compute_first_file")
    handled_by_id = fields.Many2one("res.users", readonly=True)
    handled_at = fields.Datetime("Handled", readonly=True)
    discard_reason = fields.Char("Discarded Because", readonly=True)

    @api.depends("reason_codes", "sheet_id")
    @api.depends_context("lang")
    def _compute_reasons(self):
        names = dict(self._fields["reason"]._description_selection(self.env))
        for tray in self:
            codes = (tray.reason_codes or "").split(",")
            rows = [names[code] for code in codes if code in names]
            if returns.OLD_VERSION in codes and tray.sheet_id:
                rows.append(tray.sheet_id._return_refused() or "")
            tray.reasons = "\n".join(filter(None, rows))

    @api.depends("file_ids.data")
    def _compute_first_file(self):
        for tray in self:
            first = tray.file_ids.filtered("kept")[:1]
            paper = first.kind == "application/pdf"
            tray.first_name = first.name
            tray.picture = not paper and first.data
            tray.pdf = paper and first.data

    # -- receiving -------------------------------------------------------------------

    @api.model
    def message_new(self, msg_dict, custom_values=None):
        """Take in a mail that came to the address of the mailbox."""
        box = self.env["order.sheet.mailbox"].sudo()
        box = box.browse((custom_values or {}).get("mailbox_id") or ()).exists()
        tray = self._receive(msg_dict, box)
        # They are kept with the tray, where nobody can take them away.
        msg_dict["attachments"] = []
        return tray

    @api.model
    def _receive(self, msg_dict, mailbox=None, sheet=None):
        """Keep a mail and its files, and take it as a return where all is clear.

        :param mailbox: where it came in; decides the company
        :param sheet: what it answers, where Odoo's gateway knows
        """
        company = (sheet or mailbox or self.env["res.users"]).sudo().company_id
        company = company or self.env.company
        files = self._files(msg_dict)
        sheets = sheet or self._sheets_named(msg_dict, files, company)
        found = sheets if len(sheets) == 1 else sheets.browse()
        sender = self._sender(msg_dict.get("email_from"), found)
        reasons = returns.judge(
            [row["fault"] or None for row in files],
            len(sheets),
            bool(sender) and bool(found),
            bool(found) and bool(found.sudo()._return_refused()),
        )
        tray = keyed(self).create(
            {
                "name": msg_dict.get("subject") or self.env._("(no subject)"),
                "mailbox_id": mailbox and mailbox.id,
                "company_id": company.id,
                "email_from": msg_dict.get("email_from"),
                "partner_id": sender.id,
                "received_at": fields.Datetime.now(),
                "reason": reasons and reasons[0],
                "reason_codes": ",".join(reasons),
                "sheet_id": found.id,
                "file_ids": [fields.Command.create(row) for row in files],
            }
        )
        tray = tray.with_env(self.env)
        if reasons:
            tray._wait(reasons)
        else:
            tray._take_itself(sender)
        return tray

    def _files(self, msg_dict):
        """Return the files of a mail, as values; pictures inside the text come last.

        The logo under a letter is no return, but a photo that a telephone puts into
        the text is one where nothing else is attached.
        """
        rows = [
            self.env["order.sheet.tray.file"]._values(name, content)
            for name, content, *info in msg_dict.get("attachments") or ()
            if not (info and info[0] and info[0].get("cid"))
        ]
        return rows or [
            self.env["order.sheet.tray.file"]._values(name, content)
            for name, content, *_info in msg_dict.get("attachments") or ()
        ]

    def _sheets_named(self, msg_dict, files, company):
        """Return the sheets that a mail names; the surest place that names any counts.

        The file's own name first, then subject, the letter it answers, and its text.
        """
        body = html2plaintext(msg_dict.get("body") or "")
        for text in (" ".join(row["name"] for row in files), msg_dict.get("subject")):
            if sheets := self._by_number(text, company):
                return sheets
        return self._by_reference(msg_dict, company) or self._by_number(body, company)

    def _by_number(self, text, company):
        sheets = self.env["order.sheet"].sudo()
        readings = returns.named(text)
        keys = {name for names in readings for name in names}
        if not keys:
            return sheets
        sheets.flush_model(["name", "company_id"])
        rows = dict(
            self.env.execute_query(
                SQL(
                    """
                    SELECT regexp_replace(upper(name), '[^A-Z0-9]', '', 'g'), id
                      FROM order_sheet
                     WHERE company_id = %s
                       AND regexp_replace(upper(name), '[^A-Z0-9]', '', 'g') = ANY(%s)
                    """,
                    company.id,
                    list(keys),
                )
            )
        )
        found = [
            next((rows[name] for name in names if name in rows), None)
            for names in readings
        ]
        return sheets.browse(dict.fromkeys(filter(None, found)))

    def _by_reference(self, msg_dict, company):
        """Return the sheet whose letter this mail answers."""
        sheets = self.env["order.sheet"].sudo()
        text = f"{msg_dict.get('references') or ''} {msg_dict.get('in_reply_to') or ''}"
        if not text.strip():
            return sheets
        letter = (
            self.env["mail.message"]
            .sudo()
            .search(
                [("message_id", "in", text.split()), ("model", "=", sheets._name)],
                order="id desc",
                limit=1,
            )
        )
        found = sheets.browse(letter.res_id or ()).exists()
        return found.filtered(lambda sheet: sheet.company_id == company)

    def _sender(self, address, sheet):
        """Return who of the customer writes, or nobody: an address proves no person."""
        partners = self.env["res.partner"].sudo()
        address = email_normalize(address or "")
        if not address or not sheet:
            return partners
        return partners.search(
            [
                ("email_normalized", "=", address),
                (
                    "commercial_partner_id",
                    "=",
                    sheet.sudo().partner_id.commercial_partner_id.id,
                ),
            ],
            limit=1,
        )

    def _take_itself(self, sender):
        """Make the return; where the sheet refuses it after all, the mail waits."""
        visitor = self.env.ref("base.public_user")
        sheet = self.sheet_id.with_user(visitor).sudo()
        sheet = sheet.with_context(lang=sheet.lang)
        try:
            with self.env.cr.savepoint():
                self._hand_over(sheet, sender.name, self.file_ids)
        except UserError:
            keyed(self).write(
                {"reason": returns.OLD_VERSION, "reason_codes": returns.OLD_VERSION}
            )
            self._wait((returns.OLD_VERSION,))

    def _wait(self, reasons):
        """Ask a person to look, and answer a customer whose file cannot be used."""
        tray = self.sudo()
        person = tray._clerk()
        if person:
            tray.activity_schedule(
                TODO,
                user_id=person.id,
                summary=tray.with_context(lang=person.lang).env._(
                    "Look at what came by mail"
                ),
            )
        unusable = {returns.LARGE, returns.KIND, returns.UNREADABLE} & set(reasons)
        if unusable and tray.partner_id:
            template = self.env.ref("order_confirmation.mail_template_return_unusable")
            template._send_soon(tray)

    def _clerk(self):
        able = (self.mailbox_id.user_id | self.sheet_id.prepared_by_id).filtered(
            lambda user: user.active and not user.share
        )
        return able[:1] or self.env["res.users"].sudo().search(
            [
                ("all_group_ids", "in", self.env.ref(
                    "customer_tiering.role_customer_service"
                ).ids),
                ("company_ids", "in", self.company_id.ids),
            ],
            order="id",
            limit=1,
        )  # fmt: skip

    def _unusable_words(self):
        """Return to the customer what is wrong with each file that cannot be used."""
        names = dict(
            self.env["order.sheet.tray.file"]
            ._fields["fault"]
            ._description_selection(self.env)
        )
        return [
            f"{row.name}: {names[row.fault]}"
            for row in self.sudo().file_ids
            if row.fault
        ]
