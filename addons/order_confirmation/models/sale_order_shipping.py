from collections import defaultdict

from odoo import api, fields, models
from odoo.addons.customer_tiering.matrix import Fact
from odoo.addons.written_signoff.wording import joined, numeral


class Leaving:
    """The moves that are about to leave: what they carry has not left before.

    Kept in the context by the code that asks the gate. A context that comes over RPC
    holds texts and numbers, never an instance of this class.
    """

    __slots__ = ("ids",)

    def __init__(self, ids):
        self.ids = frozenset(ids)


class SaleOrder(models.Model):
    """The last leg of an order: delivery application, dispatch notice, arrival."""

    _inherit = "sale.order"

    delivery_application_ids = fields.One2many(
        "delivery.application", "order_id", groups="base.group_user"
    )
    delivery_application_count = fields.Integer(
        compute="_compute_shipping_papers", compute_sudo=True, groups="base.group_user"
    )
    dispatch_notice_ids = fields.One2many(
        "dispatch.notice", "order_id", groups="base.group_user"
    )
    dispatch_notice_count = fields.Integer(
        compute="_compute_shipping_papers", compute_sudo=True, groups="base.group_user"
    )

    may_apply_for_delivery = fields.Boolean(
        "Delivery Can Be Applied For",
        compute="_compute_may_apply_for_delivery",
        compute_sudo=True,
        groups="base.group_user",
        help="There are goods to apply for, or an application to go on with.",
    )

    @api.depends("delivery_application_ids", "dispatch_notice_ids")
    def _compute_shipping_papers(self):
        for order in self:
            order.delivery_application_count = len(order.delivery_application_ids)
            order.dispatch_notice_count = len(order.dispatch_notice_ids)

    @api.depends("state", "delivery_application_ids.state", "order_line.qty_delivered")
    def _compute_may_apply_for_delivery(self):
        released = self.filtered(lambda order: order.state == "sale")
        rest = released._application_rest()
        for order in self:
            order.may_apply_for_delivery = order in released and (
                "draft" in order.delivery_application_ids.mapped("state")
                or bool(rest[order.id])
            )

    # -- what an application copies ----------------------------------------------

    def _application_items(self):
        """Return where the goods go: address, recipient, contact, telephone."""
        self.ensure_one()
        partner = self.partner_shipping_id
        return {
            "address": partner._address_lines(),
            "recipient": self.recipient_name or partner.name or "",
            "contact": self.delivery_contact or partner.name or "",
            "phone": self.delivery_phone or partner.phone or "",
        }

    def _application_lines(self):
        """Return the goods that an application of this order is about."""
        self.ensure_one()
        return self._application_rest()[self.id]

    def _application_rest(self):
        """Return the goods that have not left and are not applied for.

        And those that left in an emergency, for which the paper is owed (ORD-53).

        :return: ``{order id: [values of an application's line]}``
        """
        rows = {order.id: [] for order in self}
        rests = self._application_room()
        for line in self._goods():
            rest = rests[line.id]
            if line.product_uom_id.compare(rest, 0.0) > 0:
                row = {"sale_line_id": line.id, "quantity": rest}
                rows[line.order_id.id].append(row)
        return rows

    def _application_room(self, tolerance=False):
        """Return ``{order line id: quantity}`` that may still be applied for.

        :param bool tolerance: with what the line's tolerance allows above the order
        """
        applications = self.env["delivery.application"].sudo()
        applications = applications.search([("order_id", "in", self.ids)], order="id")
        reach = applications._standing()._reach()
        left = self.order_line._gross_left()
        owed = self.order_line._emergency_owed()
        room = {}
        for line in self._goods():
            applied = max(reach.get(line.id, {}).values(), default=0.0)
            pending = max(applied - left.get(line.id, 0.0), 0.0)
            most = line.product_uom_qty
            if tolerance:
                most *= 1 + line.tolerance_percent / 100
            rest = max(most - line.qty_delivered - pending, 0.0)
            room[line.id] = rest + owed.get(line.id, 0.0)
        return room

    def action_apply_for_delivery(self):
        """Make, or open, the delivery application for what has still to leave.

        :raises UserError: nothing is left to apply for, or the order is not released
        """
        self.ensure_one()
        applications = self.env["delivery.application"]
        pending = applications.search(
            [("order_id", "=", self.id), ("state", "=", "draft")], limit=1
        )
        return (pending or applications.create({"order_id": self.id}))._show()

    def action_delivery_applications(self):
        """Show the delivery applications of this order."""
        return self.delivery_application_ids._show()

    def action_dispatch_notices(self):
        """Show the dispatch notices of this order."""
        return self.dispatch_notice_ids._show()

    def _terms_changed(self):
        """Void the delivery applications that say something else by now (ORD-52)."""
        result = super()._terms_changed()
        self._void_applications()
        return result

    def _void_applications(self):
        applications = self.env["delivery.application"].sudo()
        applications.search(
            [("order_id", "in", self.ids), ("state", "=", "signed")]
        )._signoff_void_changed()

    # -- what the gate asks ------------------------------------------------------

    def _application_facts(self, shipping=None):
        """Return whether delivery applications cover what leaves (ORD-52).

        Called by every gate, list and form; the number of queries does not grow with
        the orders.

        :param dict shipping: ``{sale order line id: quantity}`` about to leave, in the
            unit of the line; None asks whether anything may leave
        :return: ``{order id: Fact}``
        """
        applications = self.env["delivery.application"].sudo()
        applications = applications.search([("order_id", "in", self.ids)], order="id")
        standing = applications._standing()
        reach = {
            line_id: max(totals.values())
            for line_id, totals in standing._reach().items()
        }
        left = self.order_line._gross_left()
        by_order = applications.grouped("order_id")
        good = standing.grouped("order_id")
        nothing = applications.browse()
        return {
            order.id: order._application_fact(
                by_order.get(order, nothing),
                good.get(order, nothing),
                order._application_short(reach, left, shipping),
            )
            for order in self
        }

    def _application_short(self, reach, left, shipping):
        """Return ``[(order line, quantity not covered)]``; None: nothing may leave."""
        # A list, not a recordset of them: the lines of all orders are read together.
        leaving = [line for line in self.order_line if line.id in (shipping or {})]
        if not leaving:
            return self._application_none_left(reach, left)
        return [
            (line, short)
            for line in leaving
            if line.product_uom_id.compare(
                short := left.get(line.id, 0.0)
                + shipping[line.id]
                - reach.get(line.id, 0.0),
                0.0,
            )
            > 0
        ]

    def _application_none_left(self, reach, left):
        """Return an empty list when something may leave or all has, else None."""
        goods = self._goods()
        covered = any(
            line.product_uom_id.compare(reach.get(line.id, 0.0), left.get(line.id, 0.0))
            > 0
            for line in goods
        )
        gone = goods and all(
            line.product_uom_id.compare(line.qty_delivered, line.product_uom_qty) >= 0
            for line in goods
        )
        return [] if covered or gone else None

    def _application_fact(self, applications, standing, short):
        if short == []:
            newest = standing[-1:]
            return Fact(
                met=True,
                since=newest.signed_at or None,
                detail=joined(self.env, standing.mapped("name")),
            )
        # Filtered, not subtracted: the others' values are read along with these.
        waiting = applications.filtered(
            lambda row: row not in standing and row.state != "done"
        )
        newest = waiting[-1:]
        since = newest.create_date or self.date_order
        return Fact(False, since, self._application_missing(standing, newest, short))

    def _application_missing(self, standing, waiting, short):
        """Say in a phrase what keeps the goods from leaving."""
        if waiting:
            return waiting._open_phrase()
        if standing and short:
            return self.env._(
                "not applied for: %s",
                joined(
                    self.env,
                    (
                        f"{line.product_id.display_name} {numeral(quantity)} "
                        f"{line.product_uom_id.name}"
                        for line, quantity in short
                    ),
                ),
            )
        if standing:
            return self.env._("what was applied for has left")
        return self.env._("no delivery application yet")


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    def _gross_left(self, whole=False):
        """Return how much of these lines has ever left for the customer.

        What came back is not taken off: it needs an application to leave again. What
        left in an emergency is left out until its application follows (ORD-53).

        :param bool whole: count kits of which every part has left; else those of which
            any has
        :return: ``{line id: quantity in the unit of the line}``
        """
        if not self.ids:
            return {}
        domain = [
            ("sale_line_id", "in", self.ids),
            ("state", "=", "done"),
            ("location_id.usage", "!=", "customer"),
            ("location_dest_id.usage", "=", "customer"),
        ]
        leaving = self.env.context.get("application_leaving")
        if isinstance(leaving, Leaving):
            domain.append(("id", "not in", list(leaving.ids)))
        left, kits = {}, defaultdict(lambda: defaultdict(float))
        for line, product, part, unit, quantity in (
            self.env["stock.move"]
            .sudo()
            ._read_group(
                domain,
                ["sale_line_id", "product_id", "bom_line_id", "product_uom"],
                ["quantity:sum"],
            )
        ):
            if part and product != line.product_id:
                own = unit._compute_quantity(quantity, product.uom_id)
                kits[line][part] += own
                continue
            own = unit._compute_quantity(quantity, line.product_uom_id)
            left[line.id] = left.get(line.id, 0.0) + own
        for line, parts in kits.items():
            left[line.id] = left.get(line.id, 0.0) + line._release_kits(parts, whole)
        for line_id, owed in self._emergency_owed().items():
            left[line_id] = left.get(line_id, 0.0) - owed
        return left


class ResPartner(models.Model):
    _inherit = "res.partner"

    def _address_lines(self):
        """Return the address as it is written on a paper, without empty lines."""
        lines = self._display_address(True).splitlines() if self else []
        return "\n".join(line.strip() for line in lines if line.strip())

    def write(self, vals):
        """Void the applications for goods that go to a changed address (ORD-52)."""
        result = super().write(vals)
        if vals.keys() & {*self._address_fields(), "name", "phone"}:
            applications = self.env["delivery.application"].sudo()
            applications.search(
                [
                    ("state", "=", "signed"),
                    "|",
                    ("order_id.partner_shipping_id", "in", self.ids),
                    ("picking_id.partner_id", "in", self.ids),
                ]
            )._signoff_void_changed()
        return result
