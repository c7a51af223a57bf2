from odoo import models

from ..opening import form_of


class OrderDocument(models.AbstractModel):
    """A document that belongs to an order, and leads back to it."""

    _name = "order.document"
    _description = "Document of an Order"

    def _open(self):
        """Return the action that opens this document."""
        self.ensure_one()
        return form_of(self)

    def action_open_order(self):
        """Open the order behind it."""
        self.ensure_one()
        return form_of(self.order_id)
