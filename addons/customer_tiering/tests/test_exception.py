"""TIER-07: an order passes without something, by whom, why, until when."""

from datetime import timedelta

from freezegun import freeze_time
from odoo import Command, fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from ..models.release_gate import lawful
from .test_gates import GateCase


class ExceptionCase(GateCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.deposit = cls.env["release.requirement"]._get("deposit_arrived")
        cls.balance = cls.env["release.requirement"]._get("balance_arrived")

    def ask(self, order, role="salesperson", hours=24, **values):
        order = order.with_user(self.people[role])
        action = order.action_ask_exception()
        wizard = self.env["release.exception.ask"].with_user(self.people[role])
        wizard = wizard.with_context(**action["context"]).create(
            {
                "reason": "The ship sails on Friday.",
                "expires_at": fields.Datetime.now() + timedelta(hours=hours),
                **values,
            }
        )
        return self.env["release.exception"].browse(wizard.action_ask()["res_id"])

    def granted(self, order, **values):
        row = self.ask(order, **values)
        self.sign(row, "release_exception", "sales_director", "It may go.")
        return row

    def line(self, order, gate, code):
        [found] = [
            line
            for line in order._release_answers(gate)[order.id].lines
            if line.code == code
        ]
        return found


@tagged("post_install", "-at_install")
class TestException(ExceptionCase):
    """TIER-07: the way of an exception."""

    def test_it_opens_the_gate_and_says_so(self):
        """TIER-07: excepted, by whom and until when, on form and over RPC."""
        order = self.order("b")
        row = self.granted(order)
        self.assertEqual(row.state, "granted")
        self.assertEqual(row.requirement_ids, self.deposit)
        self.assertEqual(self.line(order, "production", "deposit_arrived").state,
                         "excepted")  # fmt: skip
        [shown] = [
            line
            for line in order.production_gate_lines
            if line["code"] == "deposit_arrived"
        ]
        self.assertEqual(shown["by"], "Sales Director")
        self.assertTrue(shown["until"])
        self.assertFalse(order.release_next)
        order.action_confirm()
        self.assertEqual(order.state, "sale")
        self.assertTrue(row.used_at)
        self.assertIn("excepted", order.release_decision_ids.summary)

    def test_asked_is_not_granted(self):
        """TIER-07: asking opens nothing, and is a to-do for who may grant it."""
        order = self.order("b")
        row = self.ask(order)
        with self.assertRaisesRegex(UserError, "Deposit arrived"):
            order.action_confirm()
        self.assertEqual(row.activity_ids.user_id, self.people["sales_director"])

    def test_expired_closes_what_is_not_released(self):
        """TIER-07: the moment counts, in UTC, whether or not a job has run."""
        order, released = self.order("b"), self.order("b", quantity=100)
        rows = self.granted(order, hours=2) | self.granted(released, hours=2)
        released.action_confirm()
        with freeze_time(rows[0].expires_at - timedelta(seconds=1)):
            self.assertTrue(order._release_answers("production")[order.id].open)
        with freeze_time(max(rows.mapped("expires_at"))):
            self.assertFalse(order._release_answers("production")[order.id].open)
            with self.assertRaises(UserError), self.env.cr.savepoint():
                order.action_confirm()
            # What passed stays released and is made ...
            released.mrp_production_ids.qty_producing = 100
            # ... and more than that waits.
            released.order_line.product_uom_qty = 150
            moves = released.picking_ids.move_ids
            self.assertEqual(sum(moves.mapped("product_uom_qty")), 100)
            with self.assertRaises(UserError), self.env.cr.savepoint():
                released.action_release_changes()
            self.env["release.exception"]._cron_end()
            self.env["release.exception"]._cron_end()
            self.assertEqual(set(rows.mapped("state")), {"expired"})

    def test_withdrawn_closes(self):
        """TIER-07: ended before its time, by the role or by taking the signature."""
        order = self.order("b")
        row = self.granted(order)
        with self.assertRaises(AccessError):
            row.with_user(self.people["salesperson"]).action_withdraw()
        row.with_user(self.people["sales_director"]).action_withdraw()
        self.assertFalse(order._release_answers("production")[order.id].open)
        other = self.granted(order)
        signature = other._signoff_latest()[other.id, "release_exception"]
        director = self.people["sales_director"]
        self.env["signoff.withdraw"].with_user(director).create(
            {"signature_id": signature.id, "reason": "The ship has sailed."}
        ).with_context(password="case_sales_director").action_withdraw()
        self.assertEqual(other.state, "withdrawn")
        self.assertFalse(order._release_answers("production")[order.id].open)

    def test_shipping(self):
        """TIER-07: each shipment asks; after the end the rest stays."""
        self.brochure.route_ids = False
        self.env["stock.quant"]._update_available_quantity(
            self.brochure, self.warehouse.lot_stock_id, 1000
        )
        order = self.order("b", quantity=100)
        self.pay(order, order.amount_total * 0.3)
        order.action_confirm()
        row = self.granted(order)
        self.assertEqual(row.gate_id.code, "shipping")
        picking = order.picking_ids
        picking.move_ids.write({"quantity": 40, "picked": True})
        picking.with_context(skip_backorder=True).button_validate()
        self.assertEqual(picking.state, "done")
        self.assertTrue(row.used_at)
        rest = order.picking_ids - picking
        rest.move_ids.picked = True
        with freeze_time(row.expires_at + timedelta(minutes=1)):
            with self.assertRaisesRegex(UserError, "Balance arrived"):
                rest.button_validate()

    def test_more_money_or_another_customer_is_not_excepted(self):
        """TIER-07: the signature covers customer and amount; less needs none anew."""
        order = self.order("b")
        row = self.granted(order)
        order.order_line.price_unit /= 2
        self.assertTrue(order._release_answers("production")[order.id].open)
        order.order_line.price_unit *= 4
        self.assertFalse(order._release_answers("production")[order.id].open)
        order.order_line.price_unit /= 4
        self.assertTrue(order._release_answers("production")[order.id].open)
        order.partner_id = self.customers["c"]
        order.payment_term_id = self.terms
        self.assertFalse(order._release_answers("production")[order.id].open)
        self.env["release.exception"]._cron_end()
        self.assertEqual(row.state, "withdrawn")

    def test_a_cancelled_order_needs_another(self):
        """TIER-07, TIER-08: an exception that was used and is over is no ticket."""
        order = self.order("b")
        row = self.granted(order, hours=1)
        order.action_confirm()
        order._action_cancel()
        order.action_draft()
        with freeze_time(row.expires_at + timedelta(minutes=1)):
            with self.assertRaisesRegex(UserError, "Deposit arrived"):
                order.action_confirm()

    def test_weekly_report(self):
        """TIER-07: director and finance are told, once, in one letter."""
        order = self.order("b")
        row = self.granted(order)
        before = self.env["mail.message"].search([], order="id desc", limit=1).id
        reports = self.env["release.exception"]
        reports._cron_report()
        reports._cron_report()
        letters = self.env["mail.message"].search(
            [("id", ">", before), ("subject", "ilike", "Exceptions in force")]
        )
        own = letters.filtered(lambda letter: order.name in letter.body)
        self.assertEqual(len(own), 1)
        told = own.notified_partner_ids or own.partner_ids
        for role in ("sales_director", "finance"):
            self.assertIn(self.people[role].partner_id, told)
        with freeze_time(fields.Datetime.now() + timedelta(days=7)):
            reports._cron_report()
            self.assertFalse(row._since(self.company, fields.Datetime.now()))

    def test_queries_do_not_grow(self):
        """TIER-07, PLT-07: 40 excepted orders are asked at the cost of 4."""
        orders = self.env["sale.order"].union(*(self.order("b") for _n in range(40)))
        for order in orders:
            self.granted(order)
        self.env.flush_all()
        counts = []
        orders[:4]._release_answers("production")
        for some in (orders[:4], orders):
            self.env.invalidate_all()
            some.mapped("name")
            before = self.env.cr.sql_log_count
            answers = some._release_answers("production")
            counts.append(self.env.cr.sql_log_count - before)
            self.assertTrue(all(answer.open for answer in answers.values()))
        self.assertEqual(counts[0], counts[1])


@tagged("post_install", "-at_install")
class TestExceptionAttack(ExceptionCase):
    """TIER-07: what nobody gets by writing, copying, forging or being somebody."""

    def test_nobody_writes_one(self):
        """TIER-07: no longer time, no signed one born, no copy, no deletion."""
        order = self.order("b")
        row = self.granted(order)
        later = row.expires_at + timedelta(days=30)
        forged = {"release_exception_key": True, "tier_proposal_key": True}
        values = {
            "order_id": order.id,
            "company_id": self.company.id,
            "gate_id": row.gate_id.id,
            "requirement_ids": [Command.set(self.deposit.ids)],
            "reason": "Because",
            "expires_at": later,
            "state": "granted",
        }
        for user in (
            self.people["sales_director"],
            self.people["salesperson"],
            self.env.ref("base.user_admin"),
        ):
            user.company_ids |= self.company
            own = row.with_user(user).with_context(**forged)
            for way in (
                lambda own=own: own.write({"expires_at": later}),
                lambda own=own: own.sudo().write({"expires_at": later}),
                lambda own=own: own.sudo().write({"state": "granted"}),
                lambda own=own: own.sudo().write({"order_id": order.id}),
                lambda own=own: own.sudo().create(values),
                lambda own=own: own.create(values),
                lambda own=own: own.sudo().copy(),
                lambda own=own: own.sudo().unlink(),
            ):
                with self.assertRaises(AccessError), self.env.cr.savepoint():
                    way()
        self.assertEqual(len(order.release_exception_ids), 1)

    def test_not_by_sql_either(self):
        """TIER-07: an end that was not signed does not count."""
        order = self.order("b")
        row = self.granted(order, hours=1)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE release_exception SET expires_at = expires_at + interval '1 year'"
            " WHERE id = %s",
            [row.id],
        )
        self.env.invalidate_all()
        self.assertFalse(order._release_answers("production")[order.id].open)

    def test_who_may_sign(self):
        """TIER-07, ROL-03: the role that is named, not who asked, no free pass."""
        order = self.order("b")
        row = self.ask(order)
        for role in ("salesperson", "finance", "supervisor", "planner"):
            with self.assertRaises(AccessError):
                row.with_user(self.people[role]).action_sign()
        admin = self.env.ref("base.user_admin")
        admin.company_ids |= self.company
        with self.assertRaises(AccessError):
            row.with_user(admin).action_sign()
        own = self.ask(order, role="sales_director")
        with self.assertRaisesRegex(AccessError, "somebody else grants"):
            own.with_user(self.people["sales_director"]).action_sign()
        self.sign(row, "release_exception", "sales_director")
        with self.assertRaisesRegex(UserError, "decided"):
            row.with_user(self.people["sales_director"]).action_sign()

    def test_who_may_decline(self):
        """TIER-07: “Decline” is shown to who may grant it or asked for it, only."""
        row = self.ask(self.order("b"))
        for role, may in (
            ("sales_director", True),
            ("salesperson", True),
            ("warehouse", False),
            ("planner", False),
        ):
            self.env.invalidate_all()
            theirs = row.with_user(self.people.get(role) or self._person(role))
            self.assertEqual(theirs.may_decline, may, role)
            if not may:
                with self.assertRaises(AccessError):
                    theirs.action_decline()
        row.with_user(self.people["salesperson"]).action_decline()
        self.assertEqual(row.state, "declined")
        self.assertFalse(row.with_user(self.people["sales_director"]).may_decline)

    def test_the_role_is_data(self):
        """TIER-07: the requirement names who grants; only signers of the purpose."""
        self.deposit.exception_group_ids = self.env.ref("customer_tiering.role_finance")
        row = self.ask(self.order("b"))
        with self.assertRaises(AccessError):
            row.with_user(self.people["sales_director"]).action_sign()
        self.sign(row, "release_exception", "finance")
        self.assertEqual(row.state, "granted")
        with self.assertRaises(ValidationError):
            self.deposit.exception_group_ids = self.env.ref("base.group_user")

    def test_never_from_what_is_illegal(self):
        """TIER-07: no exception where nothing can be waived, not even by SQL."""
        strict = self.env["release.requirement"].create(
            {
                "name": "Statement",
                "code": "strict_test",
                "never_waived": True,
                "gate_ids": [
                    Command.set(self.env.ref("customer_tiering.gate_production").ids)
                ],
            }
        )
        with self.assertRaises(ValidationError), self.env.cr.savepoint():
            strict.exception_group_ids = self.env.ref(
                "customer_tiering.role_sales_director"
            )
        order = self.order("b")
        with self.assertRaisesRegex(UserError, "Nobody can grant"):
            self.ask(order, requirement_ids=[Command.set(strict.ids)])
        row = self.granted(order)
        self.assertFalse(order._release_answers("production")[order.id].open)
        self.env.cr.execute(
            "UPDATE release_exception_release_requirement_rel"
            " SET release_requirement_id = %s WHERE release_exception_id = %s",
            [strict.id, row.id],
        )
        self.env.invalidate_all()
        self.assertEqual(self.line(order, "production", "strict_test").state, "missing")

    def test_what_is_never_waived_stays(self):
        """TIER-03, TIER-07: not unticked, archived, moved or renamed by anybody."""
        strict = self.env["release.requirement"].create(
            {
                "name": "Statement",
                "code": "strict_test",
                "never_waived": True,
                "gate_ids": [
                    Command.set(self.env.ref("customer_tiering.gate_production").ids)
                ],
            }
        )
        forged = {"release_lawful_key": True, "install_mode": True}
        for user in (self.people["sales_director"], self.env.user):
            own = strict.with_user(user).with_context(**forged)
            for vals in (
                {"never_waived": False},
                {"active": False},
                {"code": "other"},
                {"gate_ids": [Command.clear()]},
            ):
                with self.assertRaises(AccessError), self.env.cr.savepoint():
                    own.write(vals)
            with self.assertRaises(AccessError), self.env.cr.savepoint():
                own.unlink()
        lawful(strict).active = False
        self.assertFalse(strict.active)

    def test_bad_input(self):
        """TIER-07: no reason, an end that is past, nothing missing: one sentence."""
        order = self.order("b")
        for values, words in (
            ({"reason": " . "}, "in words"),
            ({"hours": -1}, "lies ahead"),
            ({"requirement_ids": [Command.set(self.balance.ids)]}, "not asked for"),
        ):
            with self.assertRaisesRegex(UserError, words), self.env.cr.savepoint():
                self.ask(order, **values)
        self.pay(order, order.amount_total)
        with self.assertRaisesRegex(UserError, "Nothing is missing"):
            self.ask(order)
        self.assertFalse(order.release_exception_ids)

    def test_two_companies(self):
        """ROL-06: another company reads nothing of it."""
        row = self.granted(self.order("b"))
        other = self.env["res.company"].create({"name": "Evening Lamps"})
        stranger = self._person(
            "sales_director", login="stranger", company_id=other.id,
            company_ids=[Command.set(other.ids)],
        )  # fmt: skip
        seen = self.env["release.exception"].with_user(stranger)
        seen = seen.with_context(allowed_company_ids=other.ids)
        self.assertFalse(seen.search([("id", "=", row.id)]))
