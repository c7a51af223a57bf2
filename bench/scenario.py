"""The steps that `run.py` measures, run in Odoo's shell."""

import json
import time

from odoo import Command

PEOPLE = (
    "customer_service", "technical", "production", "production_head", "sales_director",
)  # fmt: skip
SIGNATURES = (
    ("technical", "technical"),
    ("production", "production"),
    ("instruction_service", "customer_service"),
    ("instruction_production", "production_head"),
)


class Scene:
    """A company that makes one product to order, and its customer."""

    def __init__(self, env, controlled):
        self.env, self.controlled = env, controlled
        routes = env.ref("mrp.route_warehouse0_manufacture")
        routes |= env.ref("stock.route_warehouse0_mto")
        routes.active = True
        part, self.product = env["product.product"].create(
            [
                {"name": "Paper", "is_storable": True, "sale_ok": False},
                {
                    "name": "Brochure",
                    "is_storable": True,
                    "list_price": 2,
                    "route_ids": [Command.set(routes.ids)],
                },
            ]
        )
        env["mrp.bom"].create(
            {
                "product_tmpl_id": self.product.product_tmpl_id.id,
                "bom_line_ids": [
                    Command.create({"product_id": part.id, "product_qty": 1})
                ],
            }
        )
        values = {"name": "Customer", "is_company": True, "email": "c@example.com"}
        if controlled:
            self.people = {role: self.person(role) for role in PEOPLE}
            env.company.release_control = True
            values["customer_tier_id"] = env.ref("customer_tiering.tier_a").id
            partners = env["res.partner"].with_user(self.people["sales_director"])
            self.customer = partners.create(values).with_env(env)
        else:
            self.customer = env["res.partner"].create(values)
        env.flush_all()

    def person(self, role):
        return self.env["res.users"].create(
            {
                "name": role,
                "login": f"bench_{role}",
                "email": f"{role}@example.com",
                "group_ids": [
                    Command.link(self.env.ref(f"customer_tiering.role_{role}").id)
                ],
            }
        )

    def values(self):
        values = {
            "partner_id": self.customer.id,
            "order_line": [
                Command.create({"product_id": self.product.id, "product_uom_qty": 10})
            ],
        }
        if self.controlled:
            values |= {
                "channel": "phone",
                "wanted_date": "2040-01-31",
                "recipient_name": "Goods inward",
                "delivery_contact": "Ms Lin",
                "delivery_phone": "06 123 4567",
            }
        return values

    # -- steps -------------------------------------------------------------------

    def enter(self, orders, size):
        return orders.create([self.values() for _number in range(size)])

    def show_list(self, orders, size):
        """Read what the list of orders shows."""
        view = orders.get_view(view_type="list")
        names = [
            name for name in view["models"]["sale.order"] if name in orders._fields
        ]
        orders.read(names)
        return orders

    def sign(self, orders, size):
        """Give every signature that the release of tier A asks for."""
        from odoo.addons.written_signoff.identity import identified

        for code, role in SIGNATURES:
            for order in orders.with_user(self.people[role]):
                declared = DECLARED.get(code, {})
                identified(order)._signoff_sign(code, "As agreed.", declared=declared)
        return orders

    def ask_gates(self, orders, size):
        orders._release_answers("production")
        return orders

    def confirm(self, orders, size):
        orders.action_confirm()
        if set(orders.mapped("state")) != {"sale"}:
            raise AssertionError("Not every order was confirmed")
        return orders


CLAUSES = ["quantity", "dates", "tolerance", "packing", "special_rules"]
DECLARED = {
    "technical": {"outcome": "feasible"},
    "instruction_production": {"accepted": CLAUSES},
}


def measure(env, controlled, sizes):
    """Print a line of JSON for each number of orders."""
    scene = Scene(env, controlled)
    names = ["enter", "show_list", "confirm"]
    if controlled:
        names[2:2] = ["sign", "ask_gates"]
    # What is computed once per process is not what a step costs.
    for size in (1, *sizes):
        orders, steps = env["sale.order"], []
        for name in names:
            env.flush_all()
            env.invalidate_all()
            queries, start = env.cr.sql_log_count, time.perf_counter()
            orders = getattr(scene, name)(orders, size)
            env.flush_all()
            took = (time.perf_counter() - start) * 1000
            label = name.replace("_", " ")
            steps.append((label, env.cr.sql_log_count - queries, took))
        print("BENCH " + json.dumps({"orders": size, "steps": steps}), flush=True)
    env.cr.rollback()
