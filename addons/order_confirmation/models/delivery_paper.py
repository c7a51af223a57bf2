from odoo import models
from odoo.addons.written_signoff.keeping import DISCUSSION
from odoo.tools import SQL


class DeliveryPaper(models.AbstractModel):
    """A paper of the way from our door to the customer: written by its own steps."""

    _name = "delivery.paper"
    _description = "Paper of a Delivery"
    _inherit = ["kept.record", "mail.thread", "mail.activity.mixin"]
    _mail_post_access = "read"
    _kept_open = frozenset(DISCUSSION)

    def _lock(self):
        """Hold the rows: of two people at once, one finds what the other did.

        They are written, not only locked, so that who comes second is tried again on
        what the first one left.
        """
        self.flush_recordset()
        if self.ids:
            self.env.execute_query(
                SQL(
                    "UPDATE %(table)s SET id = id WHERE id IN %(ids)s RETURNING id",
                    table=SQL.identifier(self._table),
                    ids=tuple(sorted(self.ids)),
                )
            )

    def _language_of(self, partner):
        """Return the language of a customer if it is installed, else the company's."""
        installed = dict(self.env["res.lang"].get_installed())
        company = self.company_id or self.env.company
        asked = (partner.lang, company.partner_id.lang, self.env.lang)
        return next((code for code in asked if code in installed), "en_US")
