from collections import defaultdict

from odoo import models
from odoo.addons.written_signoff.wording import joined, numeral


class StockMove(models.Model):
    """The salesperson is told when finished goods are in stock (ORD-44)."""

    _inherit = "stock.move"

    def _action_done(self, cancel_backorder=False):
        """Tell it once the goods are there."""
        done = super()._action_done(cancel_backorder=cancel_backorder)
        done.sudo()._tell_stocked()
        return done

    def _tell_stocked(self):
        """Tell the salesperson of each order what of it is in stock now.

        One message for a step and an order; none for what no order asks for.
        """
        for order, rows in self._stocked_for_orders().items():
            person = order.user_id or order._intake_person()
            words = order.with_context(lang=person.lang).env
            texts = [
                words._(
                    "In stock: %(quantity)s %(unit)s of %(product)s (%(production)s).",
                    quantity=numeral(row["quantity"]),
                    unit=product.with_env(words).uom_id.name,
                    product=product.with_env(words).display_name,
                    production=joined(words, row["productions"].mapped("name")),
                )
                + (
                    " "
                    + words._(
                        "Lots: %s.",
                        joined(words, sorted(row["lots"].mapped("name"))),
                    )
                    if row["lots"]
                    else ""
                )
                for product, row in rows.items()
            ]
            order.with_env(words).message_post(
                body="\n".join(texts),
                partner_ids=person.partner_id.ids,
                message_type="notification",
                subtype_xmlid="mail.mt_note",
            )

    def _stocked_for_orders(self):
        """Return ``{order: {product: quantity, lots, productions}}``, now in stock."""
        done = self.filtered(lambda move: move.state == "done")
        lines = done._lines_taking_effect()._of_goods_we_sell()._put_in_stock()
        if not lines:
            return {}
        origins = lines.move_id._finished_origins()
        # Read for all at once what is asked of each below.
        everything = self.env["mrp.production"].union(*origins.values())
        everything = everything.browse(everything.ids)
        orders = everything._release_orders()
        orders.mapped("state")
        orders.order_line.mapped("product_id")
        everything.mapped("move_dest_ids.raw_material_production_id")
        told = defaultdict(dict)
        for line in lines:
            product = line.product_id
            making = origins[line.move_id.id].filtered(
                lambda production, product=product: production.product_id == product
            )
            orders = making._release_orders().filtered(
                lambda order, product=product: (
                    product in order.order_line.product_id and order.state != "cancel"
                )
            )
            for order in orders:
                row = told[order].setdefault(
                    product,
                    {
                        "quantity": 0.0,
                        "lots": self.env["stock.lot"],
                        "productions": self.env["mrp.production"],
                    },
                )
                row["quantity"] += line.quantity_product_uom
                row["lots"] |= line.lot_id
                row["productions"] |= making
        return told
