"""The steps that `run.py` measures, run in Odoo's shell."""

import io
import json
import time
from base64 import b64encode
from datetime import date

from odoo import Command
from PIL import Image, ImageDraw

PEOPLE = (
    "customer_service", "technical", "production", "production_head", "supervisor",
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
                    "default_code": "BRO-1",
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
        values = {
            "name": "Customer",
            "is_company": True,
            "email": "c@example.com",
            "street": "1 Harbour Road",
            "city": "Tainan",
        }
        self.terms = env.ref("account.account_payment_term_immediate")
        if controlled:
            self.people = {role: self.person(role) for role in PEOPLE}
            env.company.release_control = True
            values["customer_tier_id"] = env.ref("customer_tiering.tier_a").id
            # A tier is signed for on the screen; here it is given from the inside.
            from odoo.addons.customer_tiering.models.res_partner import tier_keyed

            partners = tier_keyed(env["res.partner"])
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
            "payment_term_id": self.terms.id,
        }
        if self.controlled:
            values["order_line"][0][2]["specification"] = "A4, 8 pages, four colours"
            values |= {
                "channel": "phone",
                "wanted_date": "2040-01-31",
                "ship_date": "2040-01-31",
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
                if code == "production":
                    order.sudo()._set_production_dates(*DATES)
                identified(order)._signoff_sign(code, "As agreed.", declared=declared)
        return orders

    def return_sheet(self, orders, size):
        """Make each order's sheet, check and send it, and verify its return."""
        from odoo.addons.written_signoff.identity import identified

        service, supervisor = (
            self.people[role] for role in ("customer_service", "supervisor")
        )
        for order in orders:
            action = order.with_user(service).action_make_sheet()
            sheet = self.env["order.sheet"].browse(action["res_id"])
            checker = sheet.with_user(supervisor)
            checker.check_line_ids.write({"done": True})
            identified(checker)._signoff_sign("sheet_check", "As agreed.")
            sheet.with_user(service).action_hand_over_link()
            sheet._take_return("Ms Lin", DRAWN, "portal", "drawn.png")
            identified(sheet.with_user(service))._signoff_sign(
                "sheet_verify", "As agreed.", declared=VERIFIED
            )
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
DATES = date(2040, 1, 10), date(2040, 1, 20)
DECLARED = {
    "technical": {"outcome": "feasible"},
    "instruction_production": {"accepted": CLAUSES},
}
VERIFIED = {
    **dict.fromkeys(["legible", "signatory_mark", "unchanged", "remarks_clear"], True),
    "no_signatory_reason": "Known to us for years",
}


def drawn():
    """Return a drawn signature as the portal sends it."""
    image = Image.new("RGB", (120, 40), "white")
    ImageDraw.Draw(image).line((5, 30, 110, 8), fill="black", width=3)
    stream = io.BytesIO()
    image.save(stream, "PNG")
    return b64encode(stream.getvalue()).decode()


DRAWN = drawn()


def measure(env, controlled, sizes):
    """Print a line of JSON for each number of orders."""
    scene = Scene(env, controlled)
    names = ["enter", "show_list", "confirm"]
    if controlled:
        names[2:2] = ["sign", "return_sheet", "ask_gates"]
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
