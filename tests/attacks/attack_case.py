"""A company under release control, attacked from outside: over RPC, as real log-ins."""

import json
from contextlib import contextmanager
from datetime import datetime, timedelta

from odoo import Command
from odoo.addons.order_confirmation.tests.order_case import OrderCase
from odoo.tests import HttpCase, JsonRpcException
from odoo.tools import mute_logger

# What a caller may think of: our keys by name, Odoo's own switches, defaults.
FORGED = {
    "release_passed": True,
    "release_moves": True,
    "release_gate_key": True,
    "release_switch": True,
    "release_lawful_key": True,
    "release_exception_key": {},
    "customer_tier_key": True,
    "tier_proposal_key": "<object object>",
    "tier_review_key": [1],
    "signoff_chain": True,
    "kept_key": "<object object>",
    "sheet_key": "<object object>",
    "delivery_application_key": {},
    "dispatch_notice_key": [1],
    "application_leaving": [],
    "skip_procurement": True,
    "install_mode": True,
    "module": "order_confirmation",
    "import_file": True,
    "tracking_disable": True,
    "mail_notrack": True,
    "active_test": False,
    "inventory_mode": True,
    "skip_backorder": True,
    "skip_sanity_check": True,
    "force_delete": True,
    "_force_unlink": True,
    "bypass_search_access": True,
}
TECHNICAL = (
    "base.group_system", "base.group_no_one", "base.group_sanitize_override",
    "stock.group_stock_manager", "stock.group_stock_multi_locations",
    "stock.group_production_lot", "mrp.group_mrp_manager",
    "base.group_partner_manager",
    "mrp.group_unlocked_by_default", "mrp.group_mrp_routings",
    "sales_team.group_sale_manager", "account.group_account_manager",
    "written_signoff.group_signoff_auditor",
)  # fmt: skip
REFUSED = {
    "odoo.exceptions.AccessError",
    "odoo.exceptions.UserError",
    "odoo.exceptions.ValidationError",
    "odoo.exceptions.MissingError",
    "builtins.AttributeError",
    "werkzeug.exceptions.NotFound",
}
QUIET = (
    "odoo.http", "odoo.models", "odoo.models.load", "odoo.sql_db", "odoo.registry",
    "odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model",
    "odoo.addons.rpc.controllers.jsonrpc", "odoo.addons.base_import.models.base_import",
    "odoo.addons.mail.models.mail_mail",
)  # fmt: skip


class AttackCase(OrderCase, HttpCase):
    """`self.attack(...)` tries something as somebody; `self.undone()` takes it back."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.people["root"] = cls.env["res.users"].create(
            {
                "name": "Root",
                "login": "case_root",
                "password": "case_root",
                "email": "root@example.com",
                "company_id": cls.company.id,
                "company_ids": [Command.set(cls.company.ids)],
                "group_ids": [Command.link(cls.env.ref(n).id) for n in TECHNICAL],
            }
        )
        cls.customer_place = cls.env.ref("stock.stock_location_customers")
        cls.stock_place = cls.warehouse.lot_stock_id
        cls.keys = {
            role: cls.env["res.users.apikeys"]
            .with_user(cls.people[role])
            .sudo()
            ._generate("rpc", "attack", datetime.now() + timedelta(days=1))
            for role in ("root", "salesperson", "customer_service", "shipping")
        }

    @classmethod
    def make_stock(cls, product=None, quantity=1000):
        cls.env["stock.quant"]._update_available_quantity(
            product or cls.brochure, cls.stock_place, quantity
        )

    # -- three doors -------------------------------------------------------------

    def log_in(self, role):
        """Be somebody on `/web/dataset/call_kw`."""
        self.env.flush_all()
        self.authenticate(f"case_{role}", f"case_{role}")
        self.role = role

    def contexts(self):
        """Return the contexts to try as this person: the administrator forges."""
        return [FORGED] if self.role == "root" else [{}]

    def web(self, model, method, args, kwargs):
        return self.make_jsonrpc_request(
            "/web/dataset/call_kw",
            {"model": model, "method": method, "args": args, "kwargs": kwargs},
        )

    def jsonrpc(self, model, method, args, kwargs):
        login = (self.people[self.role].id, f"case_{self.role}")
        return self.make_jsonrpc_request(
            "/jsonrpc",
            {
                "service": "object",
                "method": "execute_kw",
                "args": [self.env.cr.dbname, *login, model, method, args, kwargs],
            },
        )

    def json2(self, model, method, body):
        """Call `/json/2` with an API key; the body names its arguments."""
        answer = self.url_open(
            f"/json/2/{model}/{method}",
            data=json.dumps(body),
            headers={
                "Authorization": f"Bearer {self.keys[self.role]}",
                "Content-Type": "application/json",
            },
        )
        if answer.status_code >= 400:
            raise JsonRpcException(answer.status_code, answer.json().get("name"))
        return answer.json()

    def attack(self, model, method, *args, door="web", context=None, **kwargs):
        """Try it; return ``(answer, name of the refusal)``, one of them None.

        A programming error on our side is no refusal and fails the test.
        """
        self.env.flush_all()
        kwargs["context"] = {"allowed_company_ids": self.company.ids, **(context or {})}
        answer = refusal = None
        with mute_logger(*QUIET):
            try:
                if door == "json2":
                    answer = self.json2(model, method, {**kwargs, **args[0]})
                else:
                    answer = getattr(self, door)(model, method, list(args), kwargs)
            except JsonRpcException as error:
                refusal = str(error.args[-1] if door == "json2" else error.args[0])
        self.env.invalidate_all()
        if refusal is not None:
            self.assertIn(refusal.split(":")[0].strip(), REFUSED, refusal)
        return answer, refusal

    def refused(self, model, method, *args, **kwargs):
        """Expect a refusal; what it is about is asserted by the caller, too."""
        answer, refusal = self.attack(model, method, *args, **kwargs)
        self.assertTrue(refusal, f"{model}.{method}{args} as {self.role}: {answer}")

    def allowed(self, model, method, *args, **kwargs):
        """Expect that it goes through, for what is no attack by itself."""
        answer, refusal = self.attack(model, method, *args, **kwargs)
        self.assertFalse(refusal, f"{model}.{method}{args} as {self.role}: {refusal}")
        return answer

    @contextmanager
    def undone(self, **what):
        """Take back what is done inside; a subtest of its own."""
        with self.subTest(**what):
            self.env.flush_all()
            point = self.env.cr.savepoint(flush=False)
            try:
                yield
            finally:
                self.env.invalidate_all(flush=False)
                point.close(rollback=True)
                self.env.registry.clear_cache()

    # -- what must hold ----------------------------------------------------------

    def latest(self, document, *codes):
        """Return the codes of the signatures that are good now."""
        self.env.invalidate_all()
        valid = document.sudo()._signoff_valid(codes or self.codes)
        return {code for _id, code in valid}

    codes = (
        "technical", "production", "instruction_service", "instruction_production",
        "finance_clearance",
    )  # fmt: skip

    def at_customers(self, product=None):
        """Return how much of a product the books have at customers'."""
        self.env.invalidate_all()
        self.env.cr.execute(
            """
            SELECT coalesce(sum(quantity), 0) FROM stock_quant q
              JOIN stock_location l ON l.id = q.location_id
             WHERE product_id = %s AND usage = 'customer'
            """,
            [(product or self.brochure).id],
        )
        return self.env.cr.fetchone()[0]

    def in_stock(self, product=None):
        product = (product or self.brochure).with_context(location=self.stock_place.id)
        self.env.invalidate_all()
        return product.qty_available

    def launched(self, order):
        """Return how much was procured for an order."""
        moves = self.env["stock.move"].search(
            [
                ("sale_line_id.order_id", "=", order.id),
                ("state", "!=", "cancel"),
                ("location_dest_id.usage", "=", "customer"),
            ]
        )
        return sum(moves.mapped("product_uom_qty"))

    def evidence(self):
        """Return the rows of all signatures, as they are in the database."""
        self.env.flush_all()
        self.env.cr.execute(
            "SELECT id, kind, state, digest FROM signoff_signature ORDER BY id"
        )
        return self.env.cr.fetchall()

    def held(self, order):
        """Nothing of this order was released or launched."""
        self.env.invalidate_all()
        self.assertIn(order.state, ("draft", "sent", "cancel"))
        self.assertFalse(order.release_decision_ids)
        self.assertFalse(self.launched(order))
        self.assertFalse(self.productions(order))

    def productions(self, order):
        return self.env["mrp.production"].search(
            [("sale_line_id.order_id", "=", order.id)]
        )

    # -- a good order ------------------------------------------------------------

    def pay(self, order, amount):
        payment = self.env["account.payment"].create(
            {
                "payment_type": "inbound",
                "partner_type": "customer",
                "partner_id": order.partner_id.id,
                "amount": amount,
                "sale_order_id": order.id,
            }
        )
        payment.action_post()
        return payment

    def released(self, tier="a", quantity=100, **values):
        """Return an order released by the rules, its sheet owed for tier A."""
        order = self.order(tier, quantity=quantity, **values)
        self.sign_all(order, sheet=tier != "a")
        order.action_confirm()
        self.assertEqual(order.state, "sale")
        return order

    def shippable(self, quantity=100):
        """Return a released order of goods in stock, inspected and cleared."""
        self.brochure.route_ids = False
        self.make_stock()
        order = self.released("a", quantity)
        inspection = self.env["final.inspection"].create(
            {
                "product_id": self.brochure.id,
                "order_line_id": order.order_line.id,
                "quantity": quantity,
                "passed_quantity": quantity,
                "attendee_id": self.people["customer_service"].id,
                "company_id": self.company.id,
            }
        )
        inspection.action_all_passed()
        self.sign(inspection, "final_inspection", "quality")
        self.sign(order, "finance_clearance", "finance")
        return order

    def apply(self, order):
        """Apply for the delivery of what the order still has to deliver."""
        service = self.people["customer_service"]
        action = order.with_user(service).action_apply_for_delivery()
        application = self.env["delivery.application"].browse(action["res_id"])
        application.with_user(service).check_ids.write({"verified": True})
        self.sign(application, "delivery_application", "customer_service")
        return application
