"""Two people at once, in two real transactions (PLT-08).

Everything here is really committed, to a private copy of the company's database.
"""

import os
import threading
import time
import traceback
from datetime import timedelta

import databases
from odoo import SUPERUSER_ID, api, fields
from odoo.addons.customer_tiering.models.res_partner import tier_keyed
from odoo.addons.order_confirmation.tests.order_case import CLAUSES, OrderCase
from odoo.addons.written_signoff.identity import identified
from odoo.exceptions import AccessError, UserError
from odoo.modules.registry import Registry
from odoo.service.model import retrying
from odoo.tests import TransactionCase, tagged
from odoo.tools import config, mute_logger

ROUNDS = 10
QUIET = ("odoo.sql_db", "odoo.service.model", "odoo.addons.mail.models.mail_mail")


def shipping(picking):
    """Return the task of validating this transfer."""

    def task(env):
        row = env["stock.picking"].browse(picking.id)
        row.with_context(skip_backorder=True).button_validate()

    return task


class Committed(TransactionCase):
    """A database of its own, which is dropped afterwards: what is done is done."""

    @classmethod
    def setUpClass(cls):
        name = f"{config['db_name'][0]}_races"
        databases.copy(os.environ["DEMO_TEMPLATE"], name)
        cls.addClassCleanup(cls.drop, name)
        cls.registry = cls.load(name)
        cls.cr = cls.registry.cursor()
        cls.env = api.Environment(cls.cr, SUPERUSER_ID, {})

    @classmethod
    def load(cls, name):
        # While tests are enabled, loading a registry would run those of each add-on.
        enabled = config["test_enable"]
        config["test_enable"] = False
        try:
            return Registry(name)
        finally:
            config["test_enable"] = enabled

    @classmethod
    def drop(cls, name):
        if cls.cr:
            cls.cr.close()
        Registry.delete(name)
        databases.drop(name)

    def setUp(self):
        """Nothing is taken back after a test: no savepoint."""

    def tearDown(self):
        self.cr.commit()


@tagged("post_install", "-at_install")
class TestRaces(OrderCase, Committed):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.brochure.route_ids = False
        cls.env["stock.quant"]._update_available_quantity(
            cls.brochure, cls.warehouse.lot_stock_id, 100_000
        )
        cls.people["second"] = cls._person(
            "shipping", name="Second clerk", login="case_second"
        )
        cls.people["other"] = cls._person(
            "technical", name="Second engineer", login="case_other"
        )
        cls.cr.commit()

    def together(self, *tasks, late=None):
        """Run `(role, task)` at once; all have begun before one writes.

        :param late: the number of the task that starts a little later
        :return: for each task what it returned, or its refusal
        """
        self.cr.commit()
        barrier = threading.Barrier(len(tasks))
        outcomes = [None] * len(tasks)
        errors = []

        def run(number, role, task):
            try:
                outcomes[number] = self.run_alone(role, task, barrier, number == late)
            except (UserError, AccessError) as refusal:
                outcomes[number] = refusal
            except Exception:
                errors.append(traceback.format_exc())

        threads = [
            threading.Thread(target=run, args=(number, role, task))
            for number, (role, task) in enumerate(tasks)
        ]
        with mute_logger(*QUIET):
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(60)
        self.assertFalse(any(thread.is_alive() for thread in threads))
        self.assertFalse(errors, "\n".join(errors))
        self.cr.rollback()
        self.env.invalidate_all()
        return outcomes

    def run_alone(self, role, task, barrier, is_late):
        with self.registry.cursor() as cr:
            context = {"allowed_company_ids": self.company.ids}
            env = api.Environment(cr, self.people[role].id, context)
            tries = []

            def attempt():
                # The transaction sees the world as it is at this moment.
                cr.execute("SELECT count(*) FROM signoff_signature")
                tries.append(1)
                if len(tries) == 1:
                    barrier.wait(30)
                    time.sleep(0.05 if is_late else 0)
                return task(env)

            return retrying(attempt, env)

    # -- ground ------------------------------------------------------------------

    def signed(self, quantity=100):
        """Return an order of tier A to which only the release is missing."""
        order = self.order("a", quantity=quantity)
        for role, code in (
            ("technical", "technical"),
            ("production", "production"),
            ("customer_service", "instruction_service"),
            ("production_head", "instruction_production"),
        ):
            self.write_down(order, code, role, accepted=CLAUSES)
        return order

    def write_down(self, document, code, role, **declared):
        # Without the dialog, whose password takes its time on purpose.
        document = document.with_user(self.people[role])
        identified(document)._signoff_sign(code, "I confirm.", declared=declared)

    def shippable(self, quantity=100):
        order = self.signed(quantity)
        order.action_confirm()
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
        self.write_down(inspection, "final_inspection", "quality")
        self.sign(order, "finance_clearance", "finance")
        return order

    def applied(self, order, quantity):
        service = self.people["customer_service"]
        action = order.with_user(service).action_apply_for_delivery()
        application = self.env["delivery.application"].browse(action["res_id"])
        application = application.with_user(service)
        application.line_ids.quantity = quantity
        application.check_ids.write({"verified": True})
        identified(application)._signoff_sign("delivery_application", "As telephoned.")

    def left(self, order):
        moves = order.order_line.move_ids
        done = moves.filtered(lambda move: move.state == "done")
        return sum(done.mapped("quantity"))

    # -- races -------------------------------------------------------------------

    def test_two_contracts_for_the_same_days(self):
        """PLT-08, ORD-06: one is entered, the other refused in a sentence."""
        for turn in range(ROUNDS):
            customer = self.env["res.partner"].create({"name": f"Customer {turn}"})

            def enter(env, customer=customer):
                contract = env["sales.contract"].create(
                    {"partner_id": customer.id, "payment_term_id": self.terms.id}
                )
                return contract.id

            outcomes = self.together(
                ("supervisor", enter), ("sales_director", enter), late=turn % 2
            )
            with self.subTest(turn=turn):
                refused = [row for row in outcomes if isinstance(row, UserError)]
                self.assertEqual(len(refused), 1, outcomes)
                self.assertIn("on some of these days", str(refused[0]))
                held = self.env["sales.contract"].search_count(
                    [("partner_id", "=", customer.id)]
                )
                self.assertEqual(held, 1)

    def test_changing_a_line_and_releasing(self):
        """PLT-08, ORD-15, ORD-30: nothing is released but what was signed."""
        ends = set()
        for turn in range(ROUNDS):
            order = self.signed()
            line = order.order_line

            def change(env, line=line):
                env["sale.order.line"].browse(line.id).product_uom_qty = 120

            def release(env, order=order):
                env["sale.order"].browse(order.id).action_confirm()

            changed, released = self.together(
                ("customer_service", change), ("customer_service", release),
                late=turn % 2,
            )  # fmt: skip
            with self.subTest(turn=turn):
                self.assertFalse(changed)
                self.assertEqual(line.product_uom_qty, 120)
                self.assertFalse(
                    order._signoff_valid(["technical", "production"]),
                    "Signatures that are good for what nobody signed",
                )
                voided = order.signature_ids.filtered(lambda row: row.state == "void")
                self.assertEqual(len(voided), 4)
                planned = sum(line.move_ids.mapped("product_uom_qty"))
                if released is None:
                    # Released as signed; what was changed afterwards is held.
                    self.assertEqual((order.state, planned), ("sale", 100))
                    self.assertEqual(len(order.release_decision_ids), 1)
                    answer = order._release_answers("production")[order.id]
                    self.assertFalse(answer.open)
                else:
                    self.assertIn("Technical statement", str(released))
                    self.assertEqual((order.state, planned), ("draft", 0))
                    self.assertFalse(order.release_decision_ids)
                ends.add(order.state)
        self.assertTrue(ends)

    def test_two_sign_the_same(self):
        """PLT-08, PLT-05: both have signed, one signature holds, the chain is sound."""
        for _turn in range(3):
            order = self.order("a")

            def sign(env, order=order):
                document = env["sale.order"].browse(order.id)
                identified(document)._signoff_sign("technical", "Feasible.")

            self.assertEqual(
                self.together(("technical", sign), ("other", sign)), [None, None]
            )
            self.assertEqual(
                sorted(order.signature_ids.mapped("state")), ["superseded", "valid"]
            )
        run = self.env["signoff.verification"]._verify(self.company)
        self.assertEqual(run.state, "sound", run.finding_ids.mapped("problem"))

    def _one_half_leaves(self, order, turn):
        """Let two clerks ship a half each, of which only one may leave."""
        first = order.picking_ids
        first.action_assign()
        first.move_ids.quantity = 50
        first.action_split_transfer()
        second = order.picking_ids - first
        second.action_assign()
        (first | second).move_ids.write({"quantity": 50, "picked": True})
        outcomes = self.together(
            ("shipping", shipping(first)), ("second", shipping(second)), late=turn
        )
        refused = [text for text in outcomes if isinstance(text, UserError)]
        self.assertEqual(len(refused), 1, outcomes)
        self.assertIn("Delivery application", str(refused[0]))
        self.assertEqual(self.left(order), 50)

    def test_two_clerks_ship_the_same_transfer(self):
        """PLT-08, ORD-52, ORD-60: it leaves once, with one notice."""
        for turn in range(2):
            order = self.shippable()
            self.applied(order, 100)
            picking = order.picking_ids
            picking.action_assign()
            picking.move_ids.picked = True

            ship = shipping(picking)
            self.together(("shipping", ship), ("second", ship), late=turn)
            with self.subTest(turn=turn):
                self.assertEqual(self.left(order), 100)
                self.assertEqual(order.order_line.qty_delivered, 100)
                self.assertEqual(len(order.dispatch_notice_ids), 1)

    def test_two_transfers_on_one_application(self):
        """PLT-08, ORD-52: what was applied for once leaves once."""
        for turn in range(2):
            order = self.shippable()
            self.applied(order, 50)
            with self.subTest(turn=turn):
                self._one_half_leaves(order, turn)
                self.assertEqual(len(order.dispatch_notice_ids), 1)

    def test_two_transfers_on_one_emergency(self):
        """PLT-08, ORD-53: what was ordered for fifty lets fifty leave, once."""
        soon = fields.Datetime.now() + timedelta(hours=4)
        for turn in range(2):
            order = self.shippable()
            supervisor = self.people["supervisor"]
            action = order.with_user(supervisor).action_emergency_shipment()
            emergency = self.env["emergency.shipment"].browse(action["res_id"])
            emergency = emergency.with_user(supervisor)
            emergency.write({"reason": "The fair opens.", "due_at": soon})
            emergency.line_ids.quantity = 50
            identified(emergency)._signoff_sign("emergency_shipment", "At once.")
            with self.subTest(turn=turn):
                self._one_half_leaves(order, turn)
                self.assertEqual(emergency.line_ids.used, 50)
                self.assertEqual(emergency.state, "owing")

    def test_two_make_the_sheet(self):
        """PLT-08, ORD-20: one version; who comes second is told that it is there."""
        self.people["clerk"] = self._person(
            "customer_service", name="Second service", login="case_clerk"
        )
        for turn in range(3):
            order = self.signed()
            # The dialog gives the promise that the sheet needs.
            self.sign(order, "production", "production")

            def make(env, order=order):
                env["sale.order"].browse(order.id).action_make_sheet()

            outcomes = self.together(
                ("customer_service", make), ("clerk", make), late=turn % 2
            )
            with self.subTest(turn=turn):
                self.assertEqual(order.sheet_ids.mapped("version"), [1], outcomes)
                refused = [text for text in outcomes if text]
                self.assertEqual(len(refused), 1)
                self.assertIn("already says", str(refused[0]))

    def test_two_change_a_tier_and_release(self):
        """PLT-08, TIER-08: a release keeps the rules it was made by."""
        for turn in range(2):
            customer = tier_keyed(self.customers["a"])
            customer.customer_tier_id = self.env.ref("customer_tiering.tier_a")
            order = self.signed()

            def lower(env, partner=customer):
                tier = env.ref("customer_tiering.tier_c")
                tier_keyed(
                    env["res.partner"].browse(partner.id)
                ).customer_tier_id = tier

            def release(env, order=order):
                env["sale.order"].browse(order.id).action_confirm()

            self.together(
                ("sales_director", lower), ("customer_service", release), late=turn
            )
            with self.subTest(turn=turn):
                if order.state == "sale":
                    self.assertEqual(order.release_decision_ids.tier_id.code, "A")
                else:
                    self.assertFalse(order.release_decision_ids)
        customer.customer_tier_id = self.env.ref("customer_tiering.tier_a")
