"""What an emergency shipment does at the gate, and what paper it then owes (ORD-53)."""

from collections import defaultdict

from odoo import models
from odoo.addons.customer_tiering.matrix import Excepted, except_for
from odoo.addons.written_signoff.keeping import keyed

PAPER = "delivery_application"


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def _release_excepted(self, gate, answers, shipping=None):
        """Let an emergency in force stand for the delivery application."""
        answers = super()._release_excepted(gate, answers, shipping)
        if gate != self.env["release.gate"]._get("shipping"):
            return answers
        short = self.filtered(
            lambda order: PAPER in {line.code for line in answers[order.id].missing}
        )
        if not short:
            return answers
        found = short._emergencies(shipping)
        return {
            **answers,
            **{
                order_id: except_for(answers[order_id], {PAPER: excepted})
                for order_id, excepted in found.items()
            },
        }

    def _emergencies(self, shipping=None):
        """Return ``{order id: Excepted}`` where emergencies cover what is missing.

        The number of queries does not grow with the orders.

        :param dict shipping: ``{sale order line id: quantity}`` about to leave; None
            asks whether anything may leave
        """
        emergencies = self.env["emergency.shipment"]._of(self)._standing()
        if not emergencies:
            return {}
        rest = emergencies._rest_by_line()
        needs = self._emergency_needs(shipping) if shipping else {}
        found = {}
        for order, own in emergencies.grouped("order_id").items():
            lines = own.line_ids.sale_line_id
            leaving = [line for line in order.order_line if line.id in needs]
            covered = all(
                line.product_uom_id.compare(needs[line.id], rest.get(line.id, 0.0)) <= 0
                for line in leaving
            )
            if not leaving:
                covered = not shipping and any(rest.get(line.id) for line in lines)
            if covered:
                row = own[-1]
                found[order.id] = Excepted(
                    row.id, row.signed_by_id.name, row.due_at, row._name
                )
        return found

    def _emergency_needs(self, shipping):
        """Return ``{line id: quantity}`` that applications do not cover.

        :param dict shipping: ``{sale order line id: quantity}`` about to leave
        """
        applications = self.env["delivery.application"].sudo()
        applications = applications.search([("order_id", "in", self.ids)], order="id")
        reach = applications._standing()._reach()
        left = self.order_line._gross_left()
        needs = {}
        for line in self.order_line:
            if line.id in shipping:
                top = max(reach.get(line.id, {}).values(), default=0.0)
                room = max(top - left.get(line.id, 0.0), 0.0)
                needs[line.id] = max(shipping[line.id] - room, 0.0)
        return needs

    def action_emergency_shipment(self):
        """Make, or open, the emergency shipment that the supervisor is to sign.

        :raises UserError: everything has left or is applied for
        """
        self.ensure_one()
        emergencies = self.env["emergency.shipment"]
        draft = emergencies.search(
            [("order_id", "=", self.id), ("state", "=", "draft")], limit=1
        )
        return (draft or emergencies.create({"order_id": self.id}))._show()


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    def _emergency_owed(self):
        """Return ``{line id: quantity}`` that left in an emergency, without paper.

        In the unit of the order line.
        """
        if not self.ids:
            return {}
        rows = (
            self.env["emergency.shipment.line"]
            .sudo()
            ._read_group(
                [("sale_line_id", "in", self.ids), ("used", ">", 0)],
                ["sale_line_id", "product_uom_id"],
                ["used:sum", "papered:sum"],
            )
        )
        owed = {}
        for line, unit, used, papered in rows:
            rest = unit._compute_quantity(used - papered, line.product_uom_id)
            if line.product_uom_id.compare(rest, 0.0) > 0:
                owed[line.id] = owed.get(line.id, 0.0) + rest
        return owed


class EmergencyShipment(models.Model):
    _inherit = "emergency.shipment"

    def _rest_by_line(self):
        """Return ``{order line id: quantity}`` that may still leave."""
        rest = defaultdict(float)
        for line in self.line_ids:
            if line.sale_line_id:
                rest[line.sale_line_id.id] += line.product_uom_id._compute_quantity(
                    line._rest(), line.sale_line_id.product_uom_id
                )
        return dict(rest)

    def _use(self, needs):
        """Note what leaves on these emergencies, the oldest first.

        :param dict needs: ``{sale order line id or product id: quantity}``, in the unit
            of the order line, or of the product where there is none
        """
        for line in self.line_ids:
            key = line.sale_line_id.id or line.product_id.id
            unit = line.sale_line_id.product_uom_id or line.product_id.uom_id
            taken = min(
                needs.get(key, 0.0),
                line.product_uom_id._compute_quantity(line._rest(), unit),
            )
            if unit.compare(taken, 0.0) > 0:
                needs[key] -= taken
                keyed(line).used += unit._compute_quantity(taken, line.product_uom_id)
        self._settle()

    def _paper(self, application):
        """Note that a signed application follows for what has left.

        :param application: one delivery.application, signed just now
        """
        for line in application.line_ids:
            key = line.sale_line_id or line.product_id
            rest = line.quantity
            for own in self.line_ids:
                if (own.sale_line_id or own.product_id) != key:
                    continue
                taken = min(
                    rest,
                    own.product_uom_id._compute_quantity(
                        own._owed(), line.product_uom_id
                    ),
                )
                if line.product_uom_id.compare(taken, 0.0) > 0:
                    rest -= taken
                    keyed(own).papered += line.product_uom_id._compute_quantity(
                        taken, own.product_uom_id
                    )
        self._settle()

    def _loose_granted(self, used_only=False):
        """Return ``{(transfer, product): quantity}`` that may leave, or has, unpapered.

        Of emergencies of transfers that have no order; in the unit of the product.

        :param used_only: only what has left already
        """
        standing = self.browse() if used_only else self._standing()
        granted = defaultdict(float)
        for line in self.line_ids:
            whole = line.quantity if line.emergency_id in standing else line.used
            granted[line.emergency_id.picking_id, line.product_id] += (
                line.product_uom_id._compute_quantity(
                    max(whole - line.papered, 0.0), line.product_id.uom_id
                )
            )
        return granted


class StockPicking(models.Model):
    _inherit = "stock.picking"

    def action_emergency_shipment(self):
        """Make, or open, the emergency shipment of this transfer or its order.

        :raises UserError: it brings nothing to a customer
        """
        self.ensure_one()
        emergencies = self.env["emergency.shipment"]
        orders = self.move_ids._release_orders()
        if not self._application_moves() and orders:
            return orders[:1].action_emergency_shipment()
        draft = emergencies.search(
            [("picking_id", "=", self.id), ("state", "=", "draft")], limit=1
        )
        return (draft or emergencies.create({"picking_id": self.id}))._show()


class StockMove(models.Model):
    _inherit = "stock.move"

    def _emergency_shipments(self):
        """Return the emergencies, not ended, under which these moves may leave."""
        return self.env["emergency.shipment"]._of(
            self._release_orders(), self.picking_id
        )

    def _emergency_use(self, emergencies):
        """Note what these moves, which the gate let pass, leave without paper.

        Called while they leave, with the key of the context that leaves them out of
        what has left before.
        """
        standing = emergencies._standing()
        orders = self._release_orders()._release_held_to_rules()
        needs = orders._emergency_needs(self._release_quantities())
        standing.filtered("order_id")._use(needs)
        for emergency in standing.filtered("picking_id"):
            own = self._without_order_line().filtered(
                lambda move, row=emergency: move.picking_id == row.picking_id
            )
            uncovered = own._application_uncovered(on_paper=True)
            emergency._use({product.id: qty for product, qty in uncovered.items()})
