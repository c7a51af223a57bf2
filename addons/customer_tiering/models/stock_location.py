from odoo import models
from odoo.exceptions import UserError
from odoo.fields import Domain


class StockLocation(models.Model):
    _inherit = "stock.location"

    def write(self, vals):
        """Refuse to make a customer's place another, or another a customer's.

        The gate asks where goods go. A place through which goods went keeps what it
        is, else they would be at the customer's without having passed (TIER-06).
        """
        if "usage" in vals:
            changed = self.filtered(
                lambda place: (
                    place.usage != vals["usage"]
                    and "customer" in (place.usage, vals["usage"])
                )
            )
            changed._check_release_usage()
        return super().write(vals)

    def _check_release_usage(self):
        companies = self.env["res.company"].sudo()
        controlled = Domain("release_control", "=", True)
        for place in self:
            shared = not place.company_id
            own = Domain.TRUE if shared else Domain("id", "=", place.company_id.id)
            used = shared or place._has_moved()
            if used and companies.search_count(own & controlled, limit=1):
                raise UserError(
                    self.env._(
                        "%s stays what it is while release control is on: goods leave "
                        "for customers only through the shipping gate.",
                        place.display_name,
                    )
                )

    def _has_moved(self):
        lines = self.env["stock.move.line"].sudo()
        either = Domain("location_id", "=", self.id) | Domain(
            "location_dest_id", "=", self.id
        )
        return bool(lines.search_count(either, limit=1))
