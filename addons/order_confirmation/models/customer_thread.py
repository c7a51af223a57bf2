from odoo import models


class CustomerThread(models.AbstractModel):
    """The chatter of a paper that the customer opens by its link."""

    _name = "customer.thread"
    _description = "Discussion of a Paper for a Customer"
    _inherit = ["portal.mixin", "mail.thread"]

    def _message_compute_author(self, author_id=None, email_from=None):
        """Name the customer where a visitor with nothing but the link did it."""
        if author_id is None and not email_from and self.env.user._is_public():
            author_id = self.sudo().partner_id[:1].id or None
        return super()._message_compute_author(author_id, email_from)
