from base64 import b64decode
from binascii import Error as Base64Error
from datetime import UTC, datetime, time, timedelta

from odoo import api, fields, models
from odoo.addons.written_signoff.keeping import keyed
from odoo.exceptions import UserError
from odoo.tools import format_datetime

from .. import scan
from ..opening import dialog
from . import dispatch_notice  # noqa: F401 - it comes before what extends it

PURPOSE = "arrival_receipt"
CLAIM_DAYS = 3
CLAIM_LENGTH = 2000


def claim_deadline(arrived_on, zone, days=CLAIM_DAYS):
    """Return until when shortage and damage may be reported (ORD-63).

    :param date arrived_on: the day of arrival in the company's time zone
    :param zone: that time zone (pytz)
    :return: the end of the last day, naive UTC
    """
    last = datetime.combine(arrived_on + timedelta(days=days), time(23, 59, 59))
    return zone.localize(last).astimezone(UTC).replace(tzinfo=None)


class DispatchNotice(models.Model):
    """The arrival receipt, and the days to count and inspect (ORD-63)."""

    _inherit = "dispatch.notice"

    arrived_on = fields.Date("Arrived", readonly=True, copy=False, tracking=True)
    arrived_at = fields.Datetime("Receipt Signed", readonly=True, copy=False)
    arrived_by = fields.Char("Received By", readonly=True, copy=False)
    remarks = fields.Text("Remarks at Arrival", readonly=True, copy=False)
    claim_until = fields.Datetime("Claims Until", readonly=True, copy=False)
    claims = fields.Text("Shortage or Damage Reported", readonly=True, copy=False)
    claimed_at = fields.Datetime("Reported", readonly=True, copy=False)

    # -- the signature -----------------------------------------------------------

    def _signoff_terms(self, code):
        """Cover what left, how, and what was remarked at arrival."""
        if code != PURPOSE:
            return super()._signoff_terms(code)
        return {notice.id: notice._arrival_terms() for notice in self}

    def _arrival_terms(self):
        return {
            "name": self.name,
            "order": self.order_id.name or "",
            "address": self.address or "",
            "shipped_at": self.shipped_at,
            "arrived_on": self.arrived_on or None,
            "remarks": self.remarks or "",
            "lines": {
                str(line.id): {
                    "product": line.product_id.display_name,
                    "quantity": line.quantity,
                    "unit": line.product_uom_id.name,
                    "lots": line.lots or "",
                }
                for line in self.line_ids
            },
        }

    def _signoff_check(self, purpose, signer):
        """Refuse a second receipt: the first one counts."""
        result = super()._signoff_check(purpose, signer)
        if purpose.code == PURPOSE and (reason := self.sudo()._arrival_refusal()):
            raise UserError(reason)
        return result

    def _arrival_refusal(self):
        if self.state != "arrived":
            return False
        return self.env._(
            "The arrival of %(name)s was signed for already, by %(person)s on "
            "%(time)s.",
            name=self.name,
            person=self.arrived_by,
            time=format_datetime(self.env, self.arrived_at, dt_format="short"),
        )

    def _sign_arrival(self, name, evidence, *, method, remarks="", arrived_on=None,
                      evidence_name=None):  # fmt: skip
        """Sign for the arrival; all of it is written, or nothing.

        :param str name: who received the goods
        :param bytes evidence: drawn signature or scan, base64
        :param str method: ``portal`` or ``scan``
        :param date arrived_on: as the paper says; today in the company's time zone
            unless given
        :raises UserError: no name, no signature, no picture, signed already, or
            remarks that are too long
        """
        self.ensure_one()
        self._signoff_lock()
        if reason := self.sudo()._arrival_refusal():
            raise UserError(reason)
        self._check_evidence(evidence, method)
        today = self._local_today()
        arrived_on = arrived_on or today
        self._check_arrival_day(arrived_on, today)
        remarks = (remarks or "").strip()
        if len(remarks) > CLAIM_LENGTH:
            raise UserError(
                self.env._("Please say it in at most %s characters.", CLAIM_LENGTH)
            )
        zone = self.company_id.sudo()._clock_timezone()
        with self.env.cr.savepoint():
            keyed(self).write(
                {
                    "arrived_on": arrived_on,
                    "arrived_at": fields.Datetime.now(),
                    "arrived_by": (name or "").strip(),
                    "remarks": remarks,
                    "claim_until": claim_deadline(arrived_on, zone),
                }
            )
            return self._signoff_sign(
                PURPOSE,
                remarks,
                method=method,
                signer_name=(name or "").strip(),
                evidence=evidence,
                evidence_name=evidence_name,
            )

    def _local_today(self):
        zone = self.company_id.sudo()._clock_timezone()
        return datetime.now(UTC).astimezone(zone).date()

    def _check_arrival_day(self, arrived_on, today):
        zone = self.company_id.sudo()._clock_timezone()
        left = self.shipped_at.replace(tzinfo=UTC).astimezone(zone).date()
        if not left <= arrived_on <= today:
            raise UserError(
                self.env._(
                    "Goods arrive on a day between that of their leaving and today."
                )
            )

    def _check_evidence(self, evidence, method):
        """Raise unless this is a drawn signature, or a scan of at most 25 MB."""
        try:
            data = b64decode(evidence or b"", validate=True)
        except (Base64Error, ValueError):
            data = b""
        if reason := self._evidence_refusal(data, method):
            raise UserError(reason)

    def _evidence_refusal(self, data, method):
        if len(data) > scan.MAX_BYTES:
            return self.env._("The scan is larger than 25 MB. Please scan it smaller.")
        if scan.huge(data):
            return self.env._(
                "This picture has more than 50 million pixels. Please take it smaller."
            )
        if not data or (method == "portal" and not scan.drawn(data)):
            return self.env._("The signature itself, drawn or scanned, is missing.")
        if not scan.kind(data):
            return self.env._(
                "This is neither a PDF nor a picture. Please upload the scan of the "
                "signed receipt."
            )
        if not scan.readable(data):
            return self.env._(
                "This file cannot be read: it is damaged or locked. Please scan the "
                "receipt again."
            )
        return False

    def _signoff_signed(self, signature):
        """Tell the salesperson that the goods have arrived."""
        super()._signoff_signed(signature)
        if signature.purpose_code != PURPOSE:
            return
        keyed(self).write({"state": "arrived"})
        self.sudo().activity_unlink(["mail.mail_activity_data_todo"])
        self._tell_arrival(signature)

    def _tell_arrival(self, signature):
        notice = self.sudo()
        person = notice.salesperson_id
        words = notice.with_context(lang=person.lang)
        text = words.env._(
            "%(name)s has arrived at the customer's; received by %(person)s.",
            name=notice.name,
            person=signature.signer_name,
        )
        if notice.remarks:
            text += "\n" + words.env._("Remarks: %s", notice.remarks)
            notice._ask_service(
                lambda env: env._("The receipt was signed with remarks: look into them")
            )
        notice.message_post(
            body=text,
            partner_ids=person.partner_id.ids,
            message_type="notification",
            subtype_xmlid="mail.mt_note",
        )

    def _ask_service(self, words):
        """Give customer service a to-do, in its language and not the customer's.

        :param words: function of an environment in that language
        """
        person = self._service_user()
        if person:
            self.sudo().activity_schedule(
                "mail.mail_activity_data_todo",
                user_id=person.id,
                summary=words(self.with_context(lang=person.lang).env),
            )

    # -- three days to count and inspect -----------------------------------------

    def _may_claim(self):
        """Tell whether the customer may still report shortage or damage."""
        self.ensure_one()
        return bool(self.claim_until) and fields.Datetime.now() <= self.claim_until

    def _claim(self, name, text, items=(), pictures=()):
        """Keep what the customer reports of shortage or damage, and ask for an answer.

        :param items: ``[(notice line id, "short" or "damaged", quantity)]``
        :param pictures: ``[(file name, bytes)]``
        :return: the ``dispatch.claim``
        :raises UserError: nothing is said, a quantity or a picture is impossible, not
            arrived, or the days are over; nothing is kept then
        """
        self.ensure_one()
        self._signoff_lock()
        notice = self.sudo()
        text, name = (text or "").strip(), (name or "").strip()
        notice._check_claimable()
        rows = self._check_claim_items(items)
        self._check_claim_pictures(pictures)
        if not name or not (rows or any(map(str.isalnum, text))):
            raise UserError(
                self.env._("Please say who you are, and what is short or damaged.")
            )
        if len(text) > CLAIM_LENGTH:
            raise UserError(
                self.env._("Please say it in at most %s characters.", CLAIM_LENGTH)
            )
        claim = notice._keep_claim(name, text, rows, pictures)
        now = claim.reported_at
        entry = notice._claim_entry(claim)
        seller = notice.with_context(lang=notice.salesperson_id.lang or self.env.lang)
        earlier = [notice.claims] if notice.claims else []
        keyed(notice).write({"claims": "\n".join([*earlier, entry]), "claimed_at": now})
        notice._claim_opened(claim)
        notice.message_post(
            body=seller._claim_entry(claim),
            partner_ids=notice.salesperson_id.partner_id.ids,
            message_type="notification",
            subtype_xmlid="mail.mt_note",
        )
        return claim

    def _claim_entry(self, claim):
        """Say who reported what and when: in the reader's language, our time zone."""
        zone = self.company_id._clock_timezone().zone
        claim = claim.with_context(lang=self.env.lang)
        when = format_datetime(self.env, claim.reported_at, tz=zone, dt_format="short")
        return f"{when} – {claim.reported_by}: {self._claim_words(claim)}"

    def _check_claimable(self):
        if not self.claim_until:
            raise UserError(
                self.env._("Please sign for the arrival of the goods first.")
            )
        if not self._may_claim():
            raise UserError(
                self.env._(
                    "The days to count and inspect ended on %s.",
                    self._claim_until_text(),
                )
            )

    def _claim_until_text(self):
        """Return until when claims are taken, in words, in the company's zone."""
        zone = self.company_id.sudo()._clock_timezone()
        return format_datetime(
            self.env, self.claim_until, tz=zone.zone, dt_format="short"
        )

    @api.depends("state", "expected_arrival", "claim_until")
    def _compute_next_step(self):
        texts = {
            "draft": self.env._(
                "Enter how it travels and when it arrives, then send it."
            ),
            "sent": self.env._(
                "Ask the customer whether the notice was received clearly."
            ),
            "received": self.env._(
                "Follow the transport; the customer signs at arrival."
            ),
        }
        for notice in self:
            notice.next_step = texts.get(notice.state) or notice._arrived_step()

    def _arrived_step(self):
        if self._may_claim():
            return self.env._(
                "Arrived. The customer may report shortage or damage until %s.",
                self._claim_until_text(),
            )
        return self.env._("Arrived; the days to report shortage or damage are over.")

    def action_upload_receipt(self):
        """Open the dialog in which a signed paper receipt is uploaded."""
        self.ensure_one()
        self.check_access("write")
        if reason := self._arrival_refusal():
            raise UserError(reason)
        return dialog(
            "dispatch.receipt.upload",
            self.env._("Arrival Receipt on Paper"),
            notice_id=self.id,
        )
