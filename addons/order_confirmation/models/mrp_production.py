from odoo import api, fields, models
from odoo.addons.written_signoff.wording import numeral
from odoo.exceptions import UserError

from .final_inspection import ATTEND, INSPECT


class MrpProduction(models.Model):
    _inherit = "mrp.production"

    inspection_ids = fields.One2many("final.inspection", "production_id")
    inspection_count = fields.Integer(compute="_compute_inspection_count")
    needs_inspection = fields.Boolean(compute="_compute_inspection_count")
    may_ask_inspection = fields.Boolean(
        compute="_compute_may_ask_inspection", compute_sudo=True
    )

    @api.depends("inspection_ids", "product_id.sale_ok")
    def _compute_inspection_count(self):
        for production in self:
            production.inspection_count = len(production.inspection_ids)
            production.needs_inspection = bool(production._needing_inspection())

    @api.depends(
        "inspection_ids.quantity", "qty_producing", "state", "activity_ids",
        "product_id.sale_ok",
    )  # fmt: skip
    def _compute_may_ask_inspection(self):
        asking = self._inspection_to_ask()
        for production in self:
            production.may_ask_inspection = production in asking

    def _needing_inspection(self):
        """Return those whose goods are inspected: what we sell (ORD-43)."""
        return self.filtered(
            lambda production: (
                production.company_id.sudo().release_control
                and production.product_id.sale_ok
            )
        )

    def _inspectable(self):
        """Return how much there is to inspect, in the product's unit."""
        self.ensure_one()
        if self.state == "cancel":
            return 0.0
        made = (
            self.qty_produced
            if self.state == "done"
            else max(self.product_qty, self.qty_producing)
        )
        quantity = self.product_uom_id._compute_quantity(made, self.product_id.uom_id)
        return quantity + sum(
            scrap.product_uom_id._compute_quantity(
                scrap.scrap_qty, self.product_id.uom_id
            )
            for scrap in self.inspection_ids.decision_ids.scrap_id
            if scrap.location_id.usage == "production"
        )

    def _to_inspect_of(self, product):
        """Return how much of a product these make, in its unit; by-products too."""
        making = self.filtered(lambda production: production.product_id == product)
        beside = (self - making).move_byproduct_ids.filtered(
            lambda move: move.product_id == product and move.state != "cancel"
        )
        return sum(production._inspectable() for production in making) + sum(
            max(
                move.product_qty,
                move.product_uom._compute_quantity(move.quantity, product.uom_id),
            )
            for move in beside
        )

    def _lots(self):
        """Return the lots that are or were made."""
        moves = self.move_finished_ids | self.move_finished_ids.move_dest_ids
        return self.lot_producing_ids | moves.move_line_ids.lot_id

    # -- asking for it -----------------------------------------------------------------

    def write(self, vals):
        """Tell quality and customer service when there is something to inspect."""
        result = super().write(vals)
        if vals.get("qty_producing"):
            self._ask_for_inspection()
        return result

    def action_ask_for_inspection(self):
        """Ask quality to inspect, and customer service to attend, now.

        :raises UserError: nothing of it is inspected, or nothing is left to inspect
        """
        if not self._ask_for_inspection():
            raise UserError(
                self.env._(
                    "There is nothing left to inspect: everything is inspected, or "
                    "asked for, or not inspected at all."
                )
            )
        return True

    def _ask_for_inspection(self):
        """Give quality and customer service their to-dos, once; return of which.

        Customer service finds its own on the order, where it works.
        """
        waiting = self.sudo()._inspection_to_ask()
        users = self.env["res.users"]
        for production in waiting:
            company = production.company_id
            quantity = numeral(production._left_to_inspect())
            inspector = users._someone_of("quality", company)
            if inspector:
                production.activity_schedule(
                    INSPECT,
                    user_id=inspector.id,
                    summary=production.with_context(lang=inspector.lang).env._(
                        "Inspect %(quantity)s of %(product)s",
                        quantity=quantity,
                        product=production.product_id.with_context(
                            lang=inspector.lang
                        ).display_name,
                    ),
                )
            for order in production._orders_line().order_id:
                attendee = order._inspection_attendee()
                if attendee:
                    order.activity_schedule(
                        ATTEND,
                        user_id=attendee.id,
                        summary=order.with_context(lang=attendee.lang).env._(
                            "Attend the final inspection of %(production)s",
                            production=production.name,
                        ),
                    )
        return waiting

    def _inspection_to_ask(self):
        """Return those of which something is to inspect that nobody is asked for."""
        asked = self.env.ref(INSPECT)
        return self._needing_inspection().filtered(
            lambda production: (
                production.id
                and production._left_to_inspect() > 0
                and asked not in production.activity_ids.activity_type_id
            )
        )

    def _left_to_inspect(self):
        """Return how much is being made, or was, that no inspection names yet."""
        self.ensure_one()
        made = self.qty_produced if self.state == "done" else self.qty_producing
        made = self.product_uom_id._compute_quantity(made, self.product_id.uom_id)
        named = self.inspection_ids.filtered(
            lambda row: not row.reworked_id and row.product_id == self.product_id
        )
        return made - sum(named.mapped("quantity"))

    def _end_inspection_todos(self):
        """End the to-dos of those that are inspected as far as they are made."""
        for production in self:
            unit = production.product_id.uom_id
            if unit.compare(production._left_to_inspect(), 0) <= 0:
                production.activity_unlink([INSPECT])
                production._orders_line().order_id.activity_unlink([ATTEND])

    # -- the inspection ----------------------------------------------------------------

    def _inspection_values(self):
        """Return what an inspection of this production begins with."""
        line = self.sudo().sale_line_id or self._orders_line()
        order = line.order_id
        attendee = order._inspection_attendee() if order else self.env["res.users"]
        left = self._left_to_inspect() if self.state != "draft" else 0.0
        if left <= 0:
            left = self.product_uom_id._compute_quantity(
                self.qty_producing or self.product_qty, self.product_id.uom_id
            )
        return {
            "product_id": self.product_id.id,
            "order_line_id": line.id,
            "quantity": left,
            "company_id": self.company_id.id,
            "attendee_id": attendee.id,
        }

    def action_inspect(self):
        """Open the final inspections of this production, or begin one.

        Who may begin none is shown the list, empty where there is none yet.
        """
        self.ensure_one()
        values = {**self._inspection_values(), "production_id": self.id}
        action = {
            "type": "ir.actions.act_window",
            "name": self.env._("Final Inspection"),
            "res_model": "final.inspection",
            "view_mode": "form",
            "context": {f"default_{name}": value for name, value in values.items()},
        }
        may_begin = self.env["final.inspection"].has_access("create")
        if self.inspection_ids or not may_begin:
            every = self.env["ir.actions.act_window"]._for_xml_id(
                "order_confirmation.final_inspection_action"
            )
            action.update(
                view_mode="list,kanban,form",
                domain=[("production_id", "=", self.id)],
                help=every["help"],
            )
        return action

    def _orders_line(self):
        lines = self.sudo()._release_orders().order_line
        return lines.filtered(lambda line: line.product_id == self.product_id)[:1]
