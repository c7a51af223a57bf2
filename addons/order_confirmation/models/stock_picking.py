from collections import defaultdict

from odoo import api, fields, models
from odoo.addons.written_signoff.wording import joined, numeral
from odoo.exceptions import UserError

from .sale_order_shipping import Leaving


class StockPicking(models.Model):
    _inherit = "stock.picking"

    delivery_application_ids = fields.Many2many(
        "delivery.application",
        compute="_compute_delivery_application_ids",
        compute_sudo=True,
        groups="base.group_user",
    )
    delivery_application_count = fields.Integer(
        compute="_compute_delivery_application_ids",
        compute_sudo=True,
        groups="base.group_user",
    )
    needs_application = fields.Boolean(
        compute="_compute_needs_application", compute_sudo=True
    )
    leads_to_customer = fields.Boolean(
        compute="_compute_leads_to_customer",
        compute_sudo=True,
        help="It is the step that brings goods to a customer, from wherever.",
    )
    may_apply_for_delivery = fields.Boolean(
        "Delivery Can Be Applied For",
        compute="_compute_may_apply_for_delivery",
        compute_sudo=True,
    )
    dispatch_notice_ids = fields.One2many(
        "dispatch.notice", "picking_id", groups="base.group_user"
    )

    def _compute_delivery_application_ids(self):
        """Find the applications of the orders behind a transfer, and its own."""
        orders = self.move_ids._release_orders()
        found = self.env["delivery.application"].search(
            ["|", ("order_id", "in", orders.ids), ("picking_id", "in", self.ids)]
        )
        for picking in self:
            own = picking.move_ids._release_orders()
            applications = found.filtered(
                lambda row, own=own, picking=picking: (
                    row.picking_id == picking or (row.order_id and row.order_id in own)
                )
            )
            picking.delivery_application_ids = applications
            picking.delivery_application_count = len(applications)

    def _compute_needs_application(self):
        """Tell, before anybody picks, that goods without an order wait for theirs."""
        for picking in self:
            loose = picking._application_moves()
            pending = picking.state not in ("done", "cancel")
            picking.needs_application = bool(
                pending and loose and loose._application_uncovered(planned=True)
            )

    @api.depends(
        "picking_type_code", "move_ids.location_id", "move_ids.location_dest_id"
    )
    def _compute_leads_to_customer(self):
        for picking in self:
            picking.leads_to_customer = picking.picking_type_code == "outgoing" or any(
                move._release_leads_out() for move in picking.move_ids
            )

    def _compute_may_apply_for_delivery(self):
        """Tell whether an application can be made, or gone on with (ORD-52)."""
        for picking in self:
            orders = picking.move_ids._release_orders()
            picking.may_apply_for_delivery = (
                picking.leads_to_customer
                and picking.state not in ("done", "cancel")
                and (
                    picking.needs_application
                    or any(orders.mapped("may_apply_for_delivery"))
                )
            )

    # -- what an application copies ----------------------------------------------

    def _application_moves(self):
        """Return the moves to a customer that no order line stands behind."""
        return self.move_ids._release_leaving()._without_order_line()

    def _application_items(self):
        """Return where the goods go: address, recipient, contact, telephone."""
        self.ensure_one()
        partner = self.partner_id
        return {
            "address": partner._address_lines(),
            "recipient": partner.name or "",
            "contact": partner.name or "",
            "phone": partner.phone or "",
        }

    def _application_lines(self):
        """Return the goods of this transfer that no order line stands behind."""
        quantities = defaultdict(float)
        for move in self._application_moves():
            quantities[move.product_id, move.product_uom] += move.product_uom_qty
        return [
            {
                "product_id": product.id,
                "product_uom_id": unit.id,
                "quantity": quantity,
            }
            for (product, unit), quantity in quantities.items()
            if quantity > 0
        ]

    def action_apply_for_delivery(self):
        """Make, or open, the delivery applications that this transfer needs.

        :raises UserError: it brings nothing to a customer, or all is applied for
        """
        self.ensure_one()
        applications = self.env["delivery.application"]
        if self._application_moves():
            own = [("picking_id", "=", self.id), ("state", "in", ("draft", "void"))]
            applications |= applications.search(own, limit=1) or applications.create(
                {"picking_id": self.id}
            )
        for order in self.move_ids._release_orders():
            if order._application_lines() or not self._application_moves():
                action = order.action_apply_for_delivery()
                applications |= applications.browse(action["res_id"])
        if not applications:
            raise UserError(self.env._("%s brings nothing to a customer.", self.name))
        return applications._show()

    def action_delivery_applications(self):
        """Show the delivery applications of this transfer."""
        return self.delivery_application_ids.with_env(self.env)._show()

    def action_dispatch_notices(self):
        """Show the dispatch notice of this transfer."""
        return self.dispatch_notice_ids._show()

    def write(self, vals):
        """Void the application of goods that go to somebody else now (ORD-52)."""
        result = super().write(vals)
        if "partner_id" in vals:
            applications = self.env["delivery.application"].sudo()
            applications.search(
                [("picking_id", "in", self.ids), ("state", "=", "signed")]
            )._signoff_void_changed()
        return result

    def _action_done(self):
        """Write the dispatch notice at once when goods have left (ORD-60)."""
        result = super()._action_done()
        self._make_dispatch_notices()
        return result

    def _make_dispatch_notices(self):
        """Make the notice of each transfer that brought goods to a customer.

        Runs as often as one likes: a transfer has one notice. Orders that are not
        held to the rules have none.

        :return: the notices made now
        """
        notices = self.env["dispatch.notice"].sudo()
        noted = notices.search([("picking_id", "in", self.ids)]).picking_id
        pending = (self - noted).filtered(lambda picking: picking._has_dispatched())
        made = notices._make(pending.sudo())
        self.env["balance.notice"]._collect_at_the_door(made.order_id)
        return made

    def _has_dispatched(self):
        moves = self.sudo().move_ids.filtered(
            lambda move: move.state == "done" and move.quantity
        )
        leaving = moves._release_leaving()
        orders = leaving._release_orders()
        return bool(leaving) and (not orders or bool(orders._release_held_to_rules()))


class StockMove(models.Model):
    """No application, no shipment: in part or whole, with an order or without."""

    _inherit = "stock.move"

    def _without_order_line(self):
        """Return the moves that stand for no line of an order held to the rules.

        A product added to a transfer by hand belongs to the order's line of that
        product, where there is one.
        """
        loose = self.browse()
        for move in self.filtered(lambda move: not move.sale_line_id):
            orders = move._release_orders()
            if orders and not orders._release_held_to_rules():
                continue
            if move.product_id not in orders.order_line.product_id:
                loose |= move
        return loose

    def _release_quantities(self):
        """Count goods added by hand to the order's line of the same product."""
        quantities = super()._release_quantities()
        for move in self.filtered(lambda move: not move.sale_line_id):
            lines = move._release_orders().order_line
            line = lines.filtered(
                lambda row, move=move: row.product_id == move.product_id
            )[:1]
            if line:
                quantities[line.id] = quantities.get(
                    line.id, 0.0
                ) + move.product_uom._compute_quantity(
                    move.quantity, line.product_uom_id, rounding_method="HALF-UP"
                )
        return quantities

    def _release_check_moves(self):
        """Hold the applications while the gate is asked, and check what was added.

        Two transfers that leave at the same moment must not both use the same
        application, nor leave while its order changes.
        """
        leaving = self._release_pending()._release_leaving().sudo()
        if not leaving:
            return super()._release_check_moves()
        leaving._applications()._signoff_lock()
        emergencies = leaving._emergency_shipments()
        emergencies._signoff_lock()
        key = Leaving(self.ids)
        moves = self.with_context(application_leaving=key)
        result = super(StockMove, moves)._release_check_moves()
        added = leaving._without_order_line().filtered(
            lambda move: move._release_orders()
        )
        added._release_check_loose()
        leaving._check_still_ordered()
        leaving._check_addresses()
        if emergencies:
            leaving.with_context(application_leaving=key)._emergency_use(emergencies)
        leaving._check_shipping_steps()
        return result

    def _check_still_ordered(self):
        """Raise where the order is cancelled: its application lets nothing leave.

        Odoo cancels the transfers of the order; another could name it all the same.

        :raises UserError: naming transfer and order
        """
        moves = self.filtered(lambda move: move.picking_id.state != "done")
        orders = moves._release_orders()._release_held_to_rules()
        for order in orders.filtered(lambda order: order.state != "sale"):
            names = moves.filtered(
                lambda move, order=order: order in move._release_orders()
            ).picking_id.mapped("name")
            raise UserError(
                self.env._(
                    "%(order)s is cancelled, or not released: nothing leaves for it "
                    "(%(transfer)s).",
                    order=order.name,
                    transfer=joined(self.env, names),
                )
            )

    def _applications(self):
        return (
            self.env["delivery.application"]
            .sudo()
            .search(
                [
                    ("state", "in", ("signed", "done")),
                    "|",
                    ("order_id", "in", self._release_orders().ids),
                    ("picking_id", "in", self.picking_id.ids),
                ]
            )
        )

    def _release_check_loose(self):
        """Let goods without an order leave with an application of their own (ORD-52).

        Goods that go back to a customer, and repaired ones, are applied for on their
        transfer.

        :raises UserError: no valid application covers them
        """
        uncovered = self._application_uncovered()
        if not uncovered:
            return
        gate = self.env["release.gate"]._get("shipping")
        names = self.picking_id.mapped("name") or self.product_id.mapped("display_name")
        raise UserError(
            self.env._(
                "%(name)s cannot pass “%(gate)s” yet. Missing:\n• Delivery application "
                "– not applied for: %(goods)s – from %(roles)s – on the transfer: "
                "“Apply for Delivery”",
                name=joined(self.env, names),
                gate=gate.name,
                goods=joined(
                    self.env,
                    (
                        f"{product.display_name} {numeral(quantity)} "
                        f"{product.uom_id.name}"
                        for product, quantity in uncovered.items()
                    ),
                ),
                roles=self.env["signoff.purpose"]
                ._get("delivery_application")
                ._signers(),
            )
        )

    def _application_uncovered(self, planned=False, on_paper=False):
        """Return ``{product: quantity}`` that no application of its transfer covers.

        Nor an emergency shipment (ORD-53).

        :param planned: ask for what is demanded, not for what was picked
        :param on_paper: leave out what an emergency would still let leave
        """
        applications = (
            self.env["delivery.application"]
            .sudo()
            .search([("picking_id", "in", self.picking_id.ids)], order="id")
        )
        granted = defaultdict(float)
        for line in applications._standing().line_ids:
            key = line.application_id.picking_id, line.product_id
            granted[key] += line.product_uom_id._compute_quantity(
                line.quantity, line.product_id.uom_id
            )
        emergencies = self.env["emergency.shipment"]._of(
            self.env["sale.order"], self.picking_id
        )
        for key, quantity in emergencies._loose_granted(used_only=on_paper).items():
            granted[key] += quantity
        wanted = defaultdict(float)
        for move in self.sudo() | self.sudo()._loose_done_before():
            quantity = move.product_uom_qty if planned else move.quantity
            wanted[move.picking_id, move.product_id] += (
                move.product_uom._compute_quantity(quantity, move.product_id.uom_id)
            )
        return {
            product: quantity - granted[picking, product]
            for (picking, product), quantity in wanted.items()
            if product.uom_id.compare(quantity, granted[picking, product]) > 0
        }

    def _loose_done_before(self):
        """Return the moves without order that have left with the same transfers."""
        done = self.picking_id.move_ids.filtered(lambda move: move.state == "done")
        return done._release_leaving()._without_order_line() - self

    def _name_order_lines(self):
        """Let what leaves for an order stand for the line that it is counted to.

        Where a move names the order by its reference only: Odoo would write a line of
        its own for it, and what left would not be taken off what was applied for.
        """
        named = (
            self.sudo()
            ._release_leaving()
            .filtered(
                lambda move: not move.sale_line_id and move.quantity and move.picked
            )
        )
        for move in named - named._without_order_line():
            lines = move._release_orders()._release_held_to_rules().order_line
            line = lines.filtered(
                lambda row, move=move: row.product_id == move.product_id
            )[:1]
            if line:
                move.sale_line_id = line

    def _action_done(self, cancel_backorder=False):
        """Note which applications are used up."""
        self._name_order_lines()
        applications = self._release_leaving().sudo()._applications()
        done = super()._action_done(cancel_backorder=cancel_backorder)
        applications._refresh_state()
        return done
