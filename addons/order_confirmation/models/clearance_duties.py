from odoo import models

from . import delivery_application_signing  # noqa: F401 - extended here
from .delivery_application import PURPOSE

CLEARANCE = "finance_clearance"


class SaleOrder(models.Model):
    """Who applies for a delivery does not clear it, nor the reverse (ROL-03).

    Both are purposes of different documents of one order, so that the separation that
    a purpose names, which is within one document, does not reach.
    """

    _inherit = "sale.order"

    def _signoff_barred(self, purpose, signer):
        """Bar whoever asked, by a delivery application, for what finance grants."""
        barred = super()._signoff_barred(purpose, signer)
        if barred or purpose.code != CLEARANCE:
            return barred
        applications = self.sudo().delivery_application_ids
        signed = applications._signoff_valid([PURPOSE]) if applications else {}
        return self._asked_and_granted(purpose, signer, signed)

    def _asked_and_granted(self, purpose, signer, signed):
        """Return why this person may not sign as well, or False.

        :param dict signed: the valid signatures for the other of the two purposes
        """
        for row in signed.values():
            if signer in row.signer_id | row.principal_id:
                return self.env._(
                    "%(name)s signed “%(other)s” of %(document)s and cannot sign "
                    "“%(purpose)s” as well: who asks for a clearance does not grant "
                    "it.",
                    name=signer.name,
                    other=row.purpose_id.name,
                    document=row.document_name,
                    purpose=purpose.name,
                )
        return False


class DeliveryApplication(models.Model):
    _inherit = "delivery.application"

    def _signoff_barred(self, purpose, signer):
        """Bar whoever cleared the order from applying for its delivery."""
        barred = super()._signoff_barred(purpose, signer)
        order = self.sudo().order_id
        if barred or purpose.code != PURPOSE or not order:
            return barred
        signed = order._signoff_valid([CLEARANCE])
        return order.with_env(self.env)._asked_and_granted(purpose, signer, signed)
