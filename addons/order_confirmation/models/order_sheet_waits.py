from odoo import fields, models
from odoo.addons.service_clock.models.res_company import aware
from odoo.addons.written_signoff.keeping import keyed

from ..promise import Wait
from . import order_sheet  # noqa: F401 - it comes before what extends it

WAITING = ("sent", "rejected")


class OrderSheet(models.Model):
    """When a sheet was with the customer: the facts behind a slip (ORD-26)."""

    _inherit = "order.sheet"

    # Pairs of naive UTC moments, as text; the end of the last is null while it lasts.
    waits = fields.Json("With the Customer", readonly=True, groups="base.group_user")
    slips_pending = fields.Boolean(
        readonly=True,
        groups="base.group_user",
        help="Days may have been lost that are not in the promise ledger yet.",
    )

    _slips_pending_idx = models.Index("(order_id) WHERE slips_pending")

    def write(self, vals):
        """Note when a sheet goes to the customer, and when that ends."""
        result = super().write(vals)
        if "state" in vals:
            moment = vals.get("returned_at") or vals.get("sent_at")
            waiting = vals["state"] in WAITING
            for sheet in self.sudo():
                sheet._note_wait(waiting, moment or fields.Datetime.now())
        return result

    def _note_wait(self, waiting, moment):
        """Begin or end a wait; doing so twice changes nothing."""
        waits = [list(pair) for pair in self.waits or ()]
        lasts = bool(waits) and waits[-1][1] is None
        if waiting == lasts:
            return
        text = fields.Datetime.to_string(fields.Datetime.to_datetime(moment))
        if waiting:
            waits.append([text, None])
        else:
            waits[-1][1] = text
        keyed(self).write({"waits": waits, "slips_pending": True})

    def _end_waits(self):
        """End what these sheets wait for: they can no longer be returned."""
        for sheet in self.sudo().filtered("waits"):
            sheet._note_wait(False, fields.Datetime.now())

    def _wait_facts(self):
        """Return the waits of these sheets, oldest first, as policy reads them."""
        return [
            Wait(
                sheet.id,
                aware(fields.Datetime.to_datetime(start)),
                end and aware(fields.Datetime.to_datetime(end)),
            )
            for sheet in self.sorted("version")
            for start, end in sheet.waits or ()
        ]
