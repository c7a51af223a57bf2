"""The planner's review: who gets scarce stock, and who loses by it (ORD-13)."""

from datetime import timedelta

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import SQL

from .order_case import OrderCase


class ReviewCase(OrderCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.planner = cls.people["planner"]
        cls.poster, cls.banner = cls.env["product.product"].create(
            [
                {"name": name, "default_code": code, "is_storable": True}
                for name, code in (("Poster", "POS-1"), ("Banner", "BAN-1"))
            ]
        )
        cls.company.resource_calendar_id = cls.env["resource.calendar"].create(
            {"name": "Office", "tz": "UTC", "company_id": cls.company.id}
        )

    def stock(self, product, quantity):
        self.env["stock.quant"]._update_available_quantity(
            product, self.warehouse.lot_stock_id, quantity
        )

    def waiting(self, tier, quantity, days=0, product=None, **values):
        """Return an order that came in some calendar days ago."""
        order = self.order(
            tier,
            order_line=[
                Command.create(
                    {
                        "product_id": (product or self.poster).id,
                        "product_uom_qty": quantity,
                    }
                )
            ],
            **values,
        )
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE sale_order SET create_date = %s WHERE id = %s",
            [fields.Datetime.now() - timedelta(days=days), order.id],
        )
        order.invalidate_recordset(["create_date"])
        return order

    def review(self, order):
        """Return the proposal that the planner opens on an order."""
        action = order.with_user(self.planner).action_review()
        reviews = self.env["order.review"].with_user(self.planner)
        return reviews.browse(action["res_id"])

    def deliver(self, order, quantity):
        """Let so much have left; how, is not what is asked here."""
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE sale_order_line SET qty_delivered = %s WHERE id = %s",
            [quantity, order.order_line.id],
        )
        self.env.invalidate_all()

    def signed(self, order):
        review = self.review(order)
        for line in review.line_ids.filtered("rest"):
            line.rest_date = fields.Date.today() + timedelta(days=30)
        self.sign(review, "order_review", "planner", "")
        return review

    def shares(self, *orders):
        """Return what each order gets of the stock."""
        self.env.flush_all()
        given = self.company._share_stock().given
        return [given.get(order.order_line.id) for order in orders]


@tagged("post_install", "-at_install")
class TestSharing(ReviewCase):
    def test_by_tier_then_by_sequence(self):
        """ORD-13: A before B before C, and among equals the first come."""
        self.stock(self.poster, 100)
        third = self.waiting("c", 40, 3)
        second, later = self.waiting("b", 40, 2), self.waiting("b", 40, 1)
        first = self.waiting("a", 40)
        self.assertEqual(self.shares(first, second, later, third), [40, 40, 20, 0])

    def test_nobody_writes_a_place_in_the_queue(self):
        """ORD-13: a date set back gains nothing, and confirming loses nothing."""
        self.stock(self.poster, 50)
        first, later = self.waiting("c", 40, 3), self.waiting("c", 40, 2)
        later.with_user(self.people["salesperson"]).date_order -= timedelta(days=300)
        self.assertEqual(self.shares(first, later), [40, 10])
        self.assertEqual(first.order_line.review_age, later.order_line.review_age + 1)
        age = first.order_line.review_age
        self.env.cr.execute(
            "UPDATE sale_order SET state = 'sale', date_order = now() WHERE id = %s",
            [first.id],
        )
        self.env.invalidate_all()
        self.assertEqual(self.shares(first, later), [40, 10])
        self.assertEqual(first.order_line.review_age, age)

    def test_an_age_after_which_nobody_is_passed_over(self):
        """ORD-13: data of the company, in its working days."""
        self.stock(self.poster, 50)
        old = self.waiting("c", 40, 15)
        young = self.waiting("a", 40)
        self.company.review_age_days = 20
        self.assertEqual(self.shares(young, old), [40, 10])
        self.company.review_age_days = 10
        self.assertEqual(self.shares(young, old), [10, 40])
        self.company.review_age_days = 0
        self.assertEqual(self.shares(young, old), [40, 10])

    def test_every_open_order_and_no_other(self):
        """ORD-13: cancelled, delivered and exempt ones ask for nothing."""
        self.stock(self.poster, 50)
        gone = self.waiting("a", 40)
        gone._action_cancel()
        done = self.waiting("a", 40)
        self.deliver(done, 40)
        exempt = self.waiting("a", 40)
        exempt.order_kind_id = self.env["order.kind"].create(
            {
                "name": "Shop", "exempt": True,
                "group_ids": [Command.link(self.env.ref("base.group_user").id)],
            }
        )  # fmt: skip
        part = self.waiting("b", 40)
        self.deliver(part, 25)
        self.assertEqual(self.shares(part, gone, done, exempt), [15, None, None, None])

    def test_what_is_reserved_for_a_delivery_is_that_order_s(self):
        """ORD-13: goods made for one order are not shared out to a better tier."""
        self.stock(self.poster, 50)
        low = self.waiting("c", 40)
        move = self.env["stock.move"].create(
            {
                "product_id": self.poster.id,
                "product_uom_qty": 30,
                "location_id": self.warehouse.lot_stock_id.id,
                "location_dest_id": self.env.ref("stock.stock_location_customers").id,
                "company_id": self.company.id,
                "sale_line_id": low.order_line.id,
            }
        )
        move._action_confirm(merge=False)._action_assign()
        self.assertEqual(self.shares(low, self.waiting("a", 40)), [30, 20])

    def test_units_of_the_line(self):
        """ORD-13: dozens are shared in pieces and shown in dozens."""
        self.stock(self.poster, 30)
        order = self.waiting("b", 4)
        order.order_line.product_uom_id = self.env.ref("uom.product_uom_dozen")
        line = order.order_line.with_user(self.planner)
        self.assertEqual(line.review_open, 4)
        self.assertEqual((line.review_from_stock, line.review_rest), (2.5, 1.5))

    def test_stock_that_production_takes_is_not_shared(self):
        """ORD-13: what is reserved for something else is not there."""
        self.stock(self.poster, 50)
        location = self.env["stock.location"].create(
            {"name": "Fair", "usage": "inventory", "company_id": self.company.id}
        )
        move = self.env["stock.move"].create(
            {
                "product_id": self.poster.id,
                "product_uom_qty": 30,
                "location_id": self.warehouse.lot_stock_id.id,
                "location_dest_id": location.id,
                "company_id": self.company.id,
            }
        )
        move._action_confirm(merge=False)._action_assign()
        order = self.waiting("a", 40)
        self.assertEqual(self.shares(order), [20])

    def copies(self, order, number):
        """Copy an order and its line by SQL: sharing alone is measured here."""
        self.env.flush_all()
        names = {}
        for table in ("sale_order", "sale_order_line"):
            self.env.cr.execute(
                "SELECT column_name FROM information_schema.columns "
                "WHERE table_name = %s AND column_name NOT IN ('id', 'order_id')",
                [table],
            )
            names[table] = [name for (name,) in self.env.cr.fetchall()]

        def columns(table, alias=None):
            return SQL(", ").join(
                SQL.identifier(*filter(None, (alias, name))) for name in names[table]
            )

        made = self.env.execute_query(
            SQL(
                "INSERT INTO sale_order (%(names)s) SELECT %(names)s FROM sale_order, "
                "generate_series(1, %(number)s) WHERE id = %(id)s RETURNING id",
                names=columns("sale_order"), number=number, id=order.id,
            )
        )  # fmt: skip
        self.env.execute_query(
            SQL(
                "INSERT INTO sale_order_line (order_id, %(names)s) SELECT made.id, "
                "%(own)s FROM sale_order_line line, unnest(%(made)s) made (id) "
                "WHERE line.order_id = %(id)s RETURNING id",
                names=columns("sale_order_line"),
                own=columns("sale_order_line", "line"),
                made=[row[0] for row in made], id=order.id,
            )
        )  # fmt: skip

    def test_a_thousand_orders_cost_the_queries_of_ten(self):
        """ORD-13: over all open orders, constant."""
        self.stock(self.poster, 500)
        orders = [self.waiting(tier, 2) for tier in "abc"]
        counts = []
        for number in (3, 329):
            for order in orders:
                self.copies(order, number)
            self.env.invalidate_all()
            self.company._share_stock()
            self.env.invalidate_all()
            self.company.mapped("name")
            before = self.env.cr.sql_log_count
            shares = self.company._share_stock()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(len(shares.given), 999)
        self.assertEqual(sum(shares.given.values()), 500)
        self.assertEqual(counts[0], counts[1])

    def test_the_list_of_waiting_lines(self):
        """ORD-13: what can ship now and what not, until a review is signed."""
        self.stock(self.poster, 50)
        first, second = self.waiting("a", 40), self.waiting("b", 40)
        lines = self.env["sale.order.line"].with_user(self.planner)
        found = lines.search([("review_waiting", "=", True)])
        self.assertEqual(found.order_id.sudo(), first | second)
        self.assertEqual(
            {line.order_id.id: line.review_from_stock for line in found},
            {first.id: 40, second.id: 10},
        )
        self.signed(first)
        found = lines.search([("review_waiting", "=", True)])
        self.assertEqual(found.order_id.sudo(), second)


@tagged("post_install", "-at_install")
class TestOrderReview(ReviewCase):
    def test_the_proposal(self):
        """ORD-13: per line from stock now, the rest with the date it comes in."""
        self.stock(self.poster, 30)
        vendor = self.env.ref("stock.stock_location_suppliers")
        coming = fields.Datetime.now() + timedelta(days=9)
        self.env["stock.move"].create(
            {
                "product_id": self.poster.id,
                "product_uom_qty": 100,
                "location_id": vendor.id,
                "location_dest_id": self.warehouse.lot_stock_id.id,
                "picking_type_id": self.warehouse.in_type_id.id,
                "date": coming,
            }
        )._action_confirm(merge=False).date = coming
        order = self.waiting("b", 50)
        line = self.review(order).line_ids
        self.assertEqual((line.proposed, line.from_stock, line.rest), (30, 30, 20))
        self.assertEqual(line.rest_date, coming.date())

    def test_signed_by_the_planner_and_kept(self):
        """ORD-13: signed stock is not shared out again, not even to tier A."""
        self.stock(self.poster, 50)
        low = self.waiting("c", 40)
        review = self.signed(low)
        self.assertEqual((review.state, low.review_state), ("signed", "signed"))
        high = self.waiting("a", 40)
        self.assertEqual(self.shares(low, high), [40, 10])
        self.deliver(low, 30)
        self.assertEqual(self.shares(low, high), [10, 40])

    def test_who_loses_what(self):
        """ORD-13: the orders that get less are shown, and their salesperson told."""
        self.stock(self.poster, 50)
        low, middle = self.waiting("c", 30), self.waiting("b", 30)
        review = self.review(self.waiting("a", 40))
        lost = {row.order_id: (row.before, row.after, row.lost)
                for row in review.loser_ids}  # fmt: skip
        self.assertEqual(lost, {low: (20, 0, 20), middle: (30, 10, 20)})
        self.sign(review, "order_review", "planner", "")
        self.assertIn("20 less", low.message_ids[0].body)
        self.assertEqual(
            low.message_ids[0].notified_partner_ids, low.user_id.partner_id
        )

    def test_another_choice_needs_a_reason(self):
        """ORD-13: less or more than proposed, with a reason, up to what is there."""
        self.stock(self.poster, 50)
        self.waiting("a", 40)
        low = self.waiting("c", 40)
        review = self.review(low)
        line = review.line_ids
        self.assertEqual(line.from_stock, 10)
        line.write({"from_stock": 35, "rest_date": "2090-01-31"})
        self.assertTrue(review.differs)
        self.assertEqual(review.loser_ids.lost, 25)
        self.assertEqual(review.loser_ids.action_open_review()["res_id"], review.id)
        with self.assertRaisesRegex(UserError, "reason for another choice"):
            self.sign(review, "order_review", "planner", "")
        review.reason = "The fair opens on Monday"
        row = self.sign(review, "order_review", "planner", "")
        self.assertIn("The fair opens", row.content)
        with self.assertRaisesRegex(UserError, "between 0 and"):
            self.review(self.waiting("b", 5)).line_ids.from_stock = 6

    def test_not_what_somebody_else_was_signed_for(self):
        """ORD-13: nothing is promised twice."""
        self.stock(self.poster, 50)
        self.signed(self.waiting("c", 40))
        review = self.review(self.waiting("a", 40))
        self.assertEqual(review.line_ids.from_stock, 10)
        review.line_ids.write({"from_stock": 11, "rest_date": "2090-01-31"})
        review.reason = "Please"
        with self.assertRaisesRegex(UserError, "no other review is signed for"):
            self.sign(review, "order_review", "planner", "")

    def test_a_rest_needs_a_date(self):
        """ORD-13: today or later."""
        self.stock(self.poster, 5)
        review = self.review(self.waiting("b", 40))
        for day in (False, "2020-01-01"):
            review.line_ids.rest_date = day
            with self.assertRaisesRegex(UserError, "please give the date"):
                self.sign(review, "order_review", "planner", "")

    def test_an_old_proposal_is_not_signed(self):
        """ORD-13: stock went meanwhile; proposed anew it can be."""
        self.stock(self.poster, 50)
        review = self.review(self.waiting("b", 40))
        self.stock(self.poster, -20)
        with self.assertRaisesRegex(UserError, "propose anew"):
            self.sign(review, "order_review", "planner", "")
        review.action_propose()
        self.assertEqual(review.line_ids.from_stock, 30)

    def test_a_change_of_the_order_voids_it(self):
        """ORD-15: another quantity is not what was reviewed; a new review follows."""
        self.stock(self.poster, 50)
        order = self.waiting("b", 40)
        review = self.signed(order)
        order.order_line.product_uom_qty = 45
        self.assertEqual(review.state, "void")
        again = self.signed(order)
        self.assertNotEqual(again, review)
        order._action_cancel()
        self.assertEqual(again.state, "cancelled")

    def test_signed_anew(self):
        """ORD-13: the later review takes the place of the earlier."""
        self.stock(self.poster, 50)
        order = self.waiting("b", 40)
        first = self.signed(order)
        order.with_user(self.planner).action_review_anew()
        second = self.review(order) - first
        second = second or order.review_ids.filtered(lambda r: r.state == "draft")
        self.sign(second, "order_review", "planner", "")
        self.assertEqual((first.state, second.state), ("superseded", "signed"))

    def test_nobody_else_writes_or_signs(self):
        """ROL-02, PLT-05: the planner chooses; nobody forges, not with a context."""
        self.stock(self.poster, 50)
        order = self.waiting("b", 60)
        with self.assertRaises(AccessError):
            order.with_user(self.people["salesperson"]).action_review()
        review = self.review(order)
        seller = review.with_user(self.people["salesperson"])
        self.assertEqual(seller.line_ids.from_stock, 50)
        with self.assertRaises(AccessError):
            self.sign(review, "order_review", "customer_service", "")
        admin = self.env.ref("base.user_admin")
        admin.sudo().company_ids |= self.company
        for user in (self.planner, admin, self.env.ref("base.user_root")):
            forged = review.with_user(user).with_context(review_key=True)
            for act in (
                lambda forged=forged: forged.write({"state": "signed"}),
                lambda forged=forged: forged.write({"line_ids": [Command.clear()]}),
                lambda forged=forged: forged.line_ids.write({"proposed": 60}),
                lambda forged=forged: forged.line_ids.unlink(),
                lambda forged=forged: forged.copy(),
                lambda forged=forged: forged.create({"order_id": order.id}),
            ):
                with self.assertRaises(AccessError):
                    act()
        self.assertEqual(review.state, "draft")
        self.signed(order)
        with self.assertRaisesRegex(UserError, "signed or over"):
            review.line_ids.from_stock = 3

    def test_the_paper(self):
        """ORD-13: the review prints with who loses, as a proposal until signed."""
        self.stock(self.poster, 50)
        self.waiting("c", 30)
        review = self.review(self.waiting("a", 40))
        report = self.env["ir.actions.report"].sudo()
        name = "order_confirmation.paper_order_review"
        text = report._render_qweb_html(name, review.ids)[0].decode()
        for words in ("A proposal, not signed", "Poster", "Who loses what"):
            self.assertIn(words, text)
        self.sign(review, "order_review", "planner", "")
        text = report._render_qweb_html(name, review.ids)[0].decode()
        self.assertNotIn("A proposal", text)
        self.assertIn(self.planner.name, text)
