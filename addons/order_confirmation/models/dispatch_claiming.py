from base64 import b64encode
from math import isfinite

from odoo import fields, models
from odoo.addons.written_signoff.keeping import keyed
from odoo.addons.written_signoff.wording import joined
from odoo.exceptions import UserError

from .. import scan
from . import dispatch_notice  # noqa: F401 - it comes before what extends it
from .dispatch_claim_line import KINDS

PICTURES_AT_MOST = 6


class DispatchNotice(models.Model):
    """Shortage and damage, told line by line, with pictures (ORD-63)."""

    _inherit = "dispatch.notice"

    claim_ids = fields.One2many("dispatch.claim", "notice_id", "Reports", readonly=True)

    def _check_claim_items(self, items):
        """Return the items that say something, as values of claim lines.

        :param items: ``[(notice line id, kind, quantity)]``
        :raises UserError: not of this notice, negative, no number, or more than left
        """
        notice = self.sudo()
        lines = {line.id: line for line in notice.line_ids}
        rows, total = [], {}
        for earlier in notice.claim_ids.line_ids:
            line = earlier.notice_line_id
            total[line.id] = total.get(line.id, 0.0) + earlier.quantity
        for line_id, kind, quantity in items:
            line = lines.get(line_id)
            if not line or kind not in dict(KINDS):
                raise UserError(self.env._("These goods are not on the notice."))
            if not isfinite(quantity) or quantity < 0:
                raise UserError(
                    self.env._(
                        "%s: a quantity that is short or damaged is a number above "
                        "zero.",
                        line.product_id.display_name,
                    )
                )
            unit = line.product_uom_id
            if unit.is_zero(quantity):
                continue
            total[line.id] = total.get(line.id, 0.0) + quantity
            if unit.compare(total[line.id], line.quantity) > 0:
                raise UserError(
                    self.env._(
                        "%(product)s: %(left)s left for you; more cannot be short or "
                        "damaged.",
                        product=line.product_id.display_name,
                        left=line._amount(),
                    )
                )
            rows.append({"notice_line_id": line.id, "kind": kind, "quantity": quantity})
        return rows

    def _check_claim_pictures(self, pictures):
        """Raise unless each file is a picture that can be shown.

        :param pictures: ``[(name, bytes)]``
        :raises UserError: naming the file that is none, damaged, or too large
        """
        if len(pictures) > PICTURES_AT_MOST:
            raise UserError(
                self.env._("Please send at most %s pictures.", PICTURES_AT_MOST)
            )
        for name, data in pictures:
            fault = scan.fault(data)
            if not fault and not scan.kind(data).startswith("image/"):
                fault = "kind"
            if scan.huge(data):
                raise UserError(
                    self.env._(
                        "“%s” has more than 50 million pixels. Please take it smaller.",
                        name,
                    )
                )
            if fault == "large":
                raise UserError(self.env._("“%s” is larger than 25 MB.", name))
            if fault:
                raise UserError(
                    self.env._(
                        "“%s” cannot be read as a picture. Please choose it again, or "
                        "take it anew.",
                        name,
                    )
                )

    def _keep_claim(self, name, text, rows, pictures):
        """Write down what was reported; return it.

        :return: the ``dispatch.claim``
        """
        claim = keyed(self.env["dispatch.claim"]).create(
            {
                "notice_id": self.id,
                "reported_by": name,
                "reported_at": fields.Datetime.now(),
                "text": text,
                "line_ids": [fields.Command.create(row) for row in rows],
            }
        )
        if pictures:
            attachments = (
                self.env["ir.attachment"]
                .sudo()
                .create(
                    [
                        {
                            "name": picture,
                            "datas": b64encode(data),
                            "mimetype": scan.kind(data),
                            "res_model": claim._name,
                            "res_id": claim.id,
                        }
                        for picture, data in pictures
                    ]
                )
            )
            claim.write({"picture_ids": [fields.Command.set(attachments.ids)]})
        return claim

    def _claim_words(self, claim):
        rows = [line._words() for line in claim.line_ids]
        if claim.picture_ids:
            rows.append(self.env._("Pictures: %s", len(claim.picture_ids)))
        return joined(self.env, [claim.text, *rows])

    def _claim_opened(self, claim):
        """Do what follows from a report: a to-do for customer service.

        To be extended by what handles complaints.

        :param claim: the ``dispatch.claim``
        """
        self._ask_service(lambda env: env._("The customer reports shortage or damage"))
