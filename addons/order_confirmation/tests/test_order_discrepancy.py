"""Price and specification check: opened by the server, closed in writing (ORD-07)."""

from datetime import timedelta

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, HttpCase, JsonRpcException, tagged
from odoo.tools import html2plaintext, mute_logger

from .intake_case import IntakeCase

VERIFY, SETTLE = "discrepancy_verify", "discrepancy_settle"
TODO = "order_confirmation.activity_verify_discrepancy"


class DiscrepancyCase(IntakeCase):
    def doubted(self, **values):
        """Return an order at 1.50 instead of 2.00, and its discrepancy."""
        order = self.order()
        order.order_line.with_user(self.service).write({"price_unit": 1.5, **values})
        return order, order.discrepancy_ids

    def earlier(self, **values):
        """Return a confirmed order of customer B: the last one of the product."""
        order = self.order()
        order.order_line.write(values)
        self.env.flush_all()
        # The effect alone: how orders are released is another test's story.
        self.env.cr.execute(
            "UPDATE sale_order SET state = 'sale', date_order = %s WHERE id = %s",
            [fields.Datetime.now() - timedelta(days=30), order.id],
        )
        self.env.cr.execute(
            "UPDATE sale_order_line SET state = 'sale' WHERE order_id = %s", [order.id]
        )
        self.env.invalidate_all()
        return order

    def verify(self, row, words="The customer was promised this price."):
        return self.sign(row, VERIFY, "salesperson", words)

    def settle(self, row, words="Once, for the fair.", **values):
        return self.sign(row, SETTLE, "supervisor", words, **values)


@tagged("post_install", "-at_install")
class TestDiscrepancyOpened(DiscrepancyCase):
    def test_nothing_is_in_doubt_at_the_list_price(self):
        """ORD-07: within the tolerance nothing is opened."""
        order = self.order()
        self.assertFalse(order.discrepancy_ids)
        order.order_line.price_unit = 2.04
        self.assertFalse(order.discrepancy_ids)
        order.order_line.price_unit = 2.05
        self.assertTrue(order.discrepancy_ids)

    def test_tolerance_is_the_company_s(self):
        """ORD-07: the tolerance is data, per company."""
        self.company.price_tolerance_percent = 30
        order, rows = self.doubted()
        self.assertFalse(rows)
        self.company.price_tolerance_percent = 0
        order.order_line._check_discrepancies()
        self.assertTrue(order.discrepancy_ids)

    def test_who_loosened_the_tolerance(self):
        """PLT-05, ORD-07: what the company tolerates, and its largest deviation."""
        self.company.write({"price_tolerance_percent": 50, "special_limit": "1/2"})
        words = html2plaintext(self.company.partner_id.message_ids[0].body)
        self.assertIn("Price Tolerance (%): 2.0 → *50.0*", words)
        self.assertIn("Largest Deviation: 1/3 → *1/2*", words)

    def test_one_per_line_and_kind(self):
        """ORD-07: checked again, nothing is opened twice; changed, it is renewed."""
        order, row = self.doubted()
        self.assertEqual((row.kind, row.state), ("price", "open"))
        self.assertIn("2.00", row.expected)
        self.assertIn("1.50", row.found)
        self.assertEqual(row.difference_percent, 25)
        order.order_line._check_discrepancies()
        order.order_line.discount = 10
        self.assertEqual(order.discrepancy_ids, row)
        self.assertIn("1.35", row.found)

    def test_put_right_it_clears_itself(self):
        """ORD-07: a line put back to the price list is in no doubt any more."""
        order, row = self.doubted()
        order.order_line.price_unit = 2
        self.assertEqual(row.state, "cleared")
        self.assertFalse(order.activity_search([TODO]))
        order.order_line.price_unit = 1
        self.assertEqual(row.state, "open")

    def test_by_import_and_by_new_line(self):
        """ORD-07: opened by the server, whichever way the line came."""
        order = self.order()
        line = order.order_line
        line.load([".id", "price_unit"], [[str(line.id), "1.2"]])
        self.assertEqual(order.discrepancy_ids.state, "open")
        order.order_line = [
            Command.create({"product_id": self.brochure.id, "price_unit": 9})
        ]
        self.assertEqual(len(order.discrepancy_ids), 2)
        order.order_line[1].unlink()
        self.assertEqual(
            sorted(order.discrepancy_ids.mapped("state")), ["cleared", "open"]
        )

    def test_salesperson_has_one_todo_and_the_bosses_are_told(self):
        """ORD-07: one to-do per order; supervisor and sales director are told."""
        order = self.order()
        order.order_line = [
            Command.create({"product_id": self.brochure.id, "price_unit": 9}),
            Command.create({"product_id": self.brochure.id, "price_unit": 8}),
        ]
        todo = order.activity_search([TODO])
        self.assertEqual(len(todo), 1)
        self.assertEqual(todo.user_id, self.seller)
        told = order.message_ids.filtered(lambda m: "in doubt" in (m.body or ""))
        self.assertEqual(len(told), 1)
        people = self.people
        self.assertLessEqual(
            (people["supervisor"] | people["sales_director"]).partner_id,
            told.partner_ids,
        )

    def test_against_the_last_order(self):
        """ORD-07: price, specification and tolerance as the customer had it last."""
        last = self.earlier(price_unit=1.9, tolerance_percent=5)
        order = self.order()
        line = order.order_line
        # Nobody said anything of a tolerance.
        self.assertEqual(order.discrepancy_ids.mapped("kind"), ["price"])
        line.tolerance_percent = 8
        self.assertEqual(order.discrepancy_ids.mapped("kind"), ["price", "tolerance"])
        self.assertIn(last.name, order.discrepancy_ids[0].expected)
        line.write({"price_unit": 1.96, "tolerance_percent": 5})
        self.assertEqual(
            set(order.discrepancy_ids.mapped("state")), {"cleared", "open"}
        )
        line.specification = "A4,  8 pages,\nfour colours"
        self.assertFalse(
            order.discrepancy_ids.filtered(lambda r: r.kind == "specification")
        )
        line.specification = "A4, 8 pages, two colours"
        row = order.discrepancy_ids.filtered(lambda r: r.kind == "specification")
        self.assertIn("four colours", row.expected)
        self.assertIn("two colours", row.found)

    def test_only_the_customer_s_own_confirmed_orders_count(self):
        """ORD-07: neither quotations nor other customers' orders are references."""
        draft = self.order()
        draft.order_line.price_unit = 1
        other = self.earlier(price_unit=1)
        self.env.cr.execute(
            "UPDATE sale_order SET partner_id = %s WHERE id = %s",
            [self.customers["a"].id, other.id],
        )
        self.env.invalidate_all()
        self.assertFalse(self.order().discrepancy_ids)

    def test_the_same_two_lines_again(self):
        """ORD-07: of several earlier lines of a product the one that fits counts."""
        two = [
            Command.create(
                {
                    "product_id": self.brochure.id,
                    "product_uom_qty": 5,
                    "specification": text,
                }
            )
            for text in ("A4", "A5")
        ]
        last = self.order(order_line=two)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE sale_order SET state = 'sale' WHERE id = %s", last.ids
        )
        self.env.invalidate_all()
        self.assertFalse(self.order(order_line=two).discrepancy_ids)

    def test_formula_that_changed_since(self):
        """ORD-07: another formula than technical signed last time is in doubt."""
        last = self.order()
        self.sign(last, "technical", "technical")
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE sale_order SET state = 'sale' WHERE id = %s", last.ids
        )
        self.env.invalidate_all()
        self.assertFalse(self.order().discrepancy_ids)
        self.bom.bom_line_ids[0].product_qty = 60
        order = self.order()
        self.assertEqual(order.discrepancy_ids.kind, "formula")

    def test_against_the_contract(self):
        """ORD-07: a contract price takes the price list's place."""
        self.env["sales.contract"].create(
            {
                "partner_id": self.customers["b"].id,
                "date_start": fields.Date.today() - timedelta(days=3),
                "payment_term_id": self.terms.id,
                "price_ids": [
                    Command.create({"product_id": self.brochure.id, "price": 1.5})
                ],
            }
        )
        order = self.order()
        self.assertEqual(order.order_line.price_unit, 1.5)
        self.assertFalse(order.discrepancy_ids)
        order.order_line.price_unit = 2
        self.assertIn("Contract", order.discrepancy_ids.expected)
        self.assertNotIn("Price list", order.discrepancy_ids.expected)

    def test_lines_that_are_not_priced(self):
        """ORD-07: sections, notes and Odoo's down payments are not compared."""
        order = self.order()
        order.order_line = [
            Command.create({"display_type": "line_section", "name": "Covers"}),
            Command.create({"display_type": "line_note", "name": "As last year"}),
            Command.create(
                {
                    "name": "Down payment",
                    "is_downpayment": True,
                    "price_unit": 70,
                    "product_uom_qty": 0,
                }
            ),
        ]
        self.assertFalse(order.discrepancy_ids)

    def test_goods_by_another_name_are_compared(self):
        """ORD-07: goods called a down payment or a discount keep their price."""
        for name, value in (
            ("is_downpayment", True),
            ("extra_tax_data", {"computation_key": "global_discount,1"}),
        ):
            order = self.order()
            line = order.order_line.with_user(self.seller)
            with self.subTest(name):
                line.write({name: value, "price_unit": 0.5})
                row = order.discrepancy_ids
                self.assertEqual((row.state, row.difference_percent), ("open", 75))
            with self.subTest(name, way="new line"):
                order.order_line = [
                    Command.create(
                        {"product_id": self.brochure.id, name: value, "price_unit": 1}
                    )
                ]
                self.assertEqual(len(order.discrepancy_ids), 2)

    def discount(self, order, **values):
        """Take something off the whole with Odoo's own dialog, as the salesperson."""
        self.company.sale_discount_product_id = self.env["product.product"].create(
            {"name": "Discount", "type": "service", "list_price": 0}
        )
        dialog = self.env["sale.order.discount"].with_user(self.seller)
        dialog.create({"sale_order_id": order.id, **values}).action_apply_discount()

    def test_a_discount_on_the_whole_is_on_every_price(self):
        """ORD-07: a global discount or a fixed amount off is in doubt as a price."""
        for values in (
            {"discount_type": "so_discount", "discount_percentage": 0.6},
            {"discount_type": "amount", "discount_amount": 1200},
        ):
            with self.subTest(values["discount_type"]):
                order = self.order()
                order.order_line.tax_ids = False
                self.discount(order, **values)
                self.assertAlmostEqual(order.amount_total, 800)
                row = order.discrepancy_ids
                self.assertEqual((row.kind, row.state), ("price", "open"))
                self.assertIn("0.80", row.found)
                self.assertAlmostEqual(row.difference_percent, 60)
                order.order_line[1].unlink()
                self.assertEqual(row.state, "cleared")

    def test_anything_that_takes_off_counts(self):
        """ORD-07: a negative line is a discount, whatever product it names."""
        service = self.env["product.product"].create(
            {"name": "Credit", "type": "service", "list_price": 100}
        )
        goods = self.env["product.product"].create({"name": "Proof", "list_price": 0})
        for product in (service, goods):
            order = self.order()
            with self.subTest(product.name):
                order.order_line = [
                    Command.create(
                        {
                            "product_id": product.id,
                            "product_uom_qty": -5,
                            "price_unit": 100,
                        }
                    )
                ]
                self.assertEqual(order.discrepancy_ids.product_id, self.brochure)
                self.assertEqual(order.discrepancy_ids.difference_percent, 25)

    def test_settled_with_a_discount_on_the_whole(self):
        """ORD-07: it is settled as it stands; another price waits for the discount."""
        order = self.order()
        self.discount(order, discount_type="so_discount", discount_percentage=0.1)
        row = order.discrepancy_ids
        self.verify(row)
        with self.assertRaisesRegex(UserError, "off the whole order"):
            self.settle(row, settled_price=1.7)
        self.settle(row)
        self.assertEqual(row.state, "settled")
        order.order_line[1].price_unit *= 2
        self.assertEqual(row.state, "open")

    def test_taken_off_a_released_order(self):
        """ORD-07, TIER-08: what is taken off after the release is in doubt, too."""
        order = self.earlier()
        self.assertFalse(order.discrepancy_ids)
        credit = self.env["product.product"].create(
            {"name": "Credit", "type": "service", "list_price": 0}
        )
        line = self.env["sale.order.line"].create(
            {"order_id": order.id, "product_id": credit.id, "price_unit": -500}
        )
        self.assertEqual(order.discrepancy_ids.difference_percent, 25)
        line.price_unit = 0
        self.assertEqual(order.discrepancy_ids.state, "cleared")

    def price_list(self, name, **values):
        return self.env["product.pricelist"].create(
            {
                "name": name,
                "company_id": self.company.id,
                "item_ids": [
                    Command.create(
                        {
                            "applied_on": "0_product_variant",
                            "product_id": self.brochure.id,
                            "compute_price": "fixed",
                            **item,
                        }
                    )
                    for item in values["items"]
                ],
            }
        )

    def own_list(self, *items):
        """Give customer B a price list of its own."""
        self.env.ref("base.group_user").sudo()._apply_group(
            self.env.ref("product.group_product_pricelist")
        )
        own = self.price_list("Trade", items=items)
        self.customers["b"].property_product_pricelist = own
        return own

    def test_another_price_list_on_the_order(self):
        """ORD-07: the customer's own list is compared with, not the one chosen."""
        self.own_list({"fixed_price": 1.9})
        other = self.price_list("Friends", items=[{"fixed_price": 0.8}])
        order = self.order()
        self.assertEqual(order.order_line.price_unit, 1.9)
        self.assertFalse(order.discrepancy_ids)
        mine = order.with_user(self.seller)
        mine.pricelist_id = other
        mine.action_update_prices()
        self.assertEqual(order.order_line.price_unit, 0.8)
        self.assertEqual(order.discrepancy_ids.state, "open")
        self.assertIn("Trade", order.discrepancy_ids.expected)
        self.assertNotIn("Friends", order.discrepancy_ids.expected)

    def test_another_date_on_the_order(self):
        """ORD-07: an order dated back is compared with the prices of today."""
        now = fields.Datetime.now()
        self.own_list(
            {"fixed_price": 1.0, "date_end": now - timedelta(days=5)},
            {"fixed_price": 1.9, "date_start": now - timedelta(days=4)},
        )
        order = self.order().with_user(self.seller)
        order.date_order = now - timedelta(days=10)
        order.action_update_prices()
        self.assertEqual(order.order_line.price_unit, 1.0)
        self.assertEqual(order.sudo().discrepancy_ids.state, "open")
        self.assertIn("1.90", order.sudo().discrepancy_ids.expected)

    def test_a_customer_s_price_list_is_not_the_salesperson_s(self):
        """ORD-07, ROL-02: who keeps contacts gives no customer better prices."""
        self.own_list({"fixed_price": 1.9})
        other = self.price_list("Friends", items=[{"fixed_price": 0.8}])
        for role in ("salesperson", "customer_service", "merchandiser", "shipping"):
            for name in (
                "property_product_pricelist", "specific_property_product_pricelist",
            ):  # fmt: skip
                customer = self.customers["b"].with_user(self.people[role])
                with self.subTest(role=role, field=name):
                    with self.assertRaisesRegex(AccessError, "price list"):
                        customer.write({name: other.id})
                    with self.assertRaisesRegex(AccessError, "price list"):
                        customer.create({"name": "A friend", name: other.id})
        for role in ("supervisor", "sales_director"):
            customer = self.customers["c"].with_user(self.people[role])
            customer.property_product_pricelist = other
            self.assertEqual(customer.property_product_pricelist, other)
            customer.property_product_pricelist = False
        contact = (
            self.env["res.partner"]
            .with_user(self.seller)
            .create({"name": "Ms Lin", "parent_id": self.customers["b"].id})
        )
        self.assertEqual(contact.property_product_pricelist.name, "Trade")

    def test_gifts_and_prices_of_nothing(self):
        """ORD-07: a gift is in doubt; a product without a price is not."""
        order = self.order()
        order.order_line.discount = 100
        self.assertEqual(order.discrepancy_ids.difference_percent, 100)
        plain = self.env["product.product"].create({"name": "Proof", "list_price": 0})
        other = self.order(
            order_line=[Command.create({"product_id": plain.id, "price_unit": 7})]
        )
        self.assertFalse(other.discrepancy_ids)

    def test_price_list_in_a_foreign_currency(self):
        """ORD-07: references are compared in the currency of the order."""
        euro = self.env.ref("base.EUR")
        euro.active = True
        self.env["res.currency.rate"].create(
            {
                "currency_id": euro.id,
                "company_id": self.company.id,
                "name": "2020-01-01",
                "rate": 0.5,
            }
        )
        self.earlier(price_unit=2)
        pricelist = self.env["product.pricelist"].create(
            {
                "name": "Euro",
                "currency_id": euro.id,
                "company_id": self.company.id,
                "item_ids": [
                    Command.create(
                        {
                            "applied_on": "0_product_variant",
                            "product_id": self.brochure.id,
                            "compute_price": "fixed",
                            "fixed_price": 1.0,
                        }
                    )
                ],
            }
        )
        order = self.order(pricelist_id=pricelist.id)
        self.assertEqual(order.currency_id, euro)
        self.assertFalse(order.discrepancy_ids)
        order.order_line.price_unit = 2
        self.assertEqual(order.discrepancy_ids.difference_percent, 100)

    def test_bare_odoo_is_not_checked(self):
        """TIER-10: exempt kinds of order are Odoo's own."""
        counter = self.env.ref("customer_tiering.kind_counter_sale")
        order = self.order().with_user(self.people["supervisor"])
        order.order_kind_id = counter
        order.order_line.price_unit = 1
        self.assertFalse(order.discrepancy_ids)

    def test_queries_do_not_grow_with_the_lines(self):
        """ORD-07: an order of 50 lines is checked in as many queries as one of 1."""
        self.earlier()
        products = self.env["product.product"].create(
            [{"name": f"Card {n}", "list_price": 2.0} for n in range(49)]
        )
        lines = [
            Command.create(
                {
                    "product_id": product.id,
                    "product_uom_qty": n + 1,
                    "specification": "A4, 8 pages, four colours",
                }
            )
            for n, product in enumerate([self.brochure, *products])
        ]
        one, many = self.order(order_line=lines[:1]), self.order(order_line=lines)
        self.assertEqual(len(many.order_line), 50)
        counts = []
        for order in (one, one, many):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.assertFalse(order.order_line._check_discrepancies())
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(counts[1], counts[2])
        # Opening fifty takes no more than opening one.
        self.brochure.list_price = 3
        products.list_price = 3
        counts = []
        for order in (one, many):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            opened = order.order_line._check_discrepancies()
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)
            self.assertEqual(len(opened), len(order.order_line))
        self.assertLessEqual(counts[1], counts[0] + 5)

    def test_gate_queries_do_not_grow_with_the_orders(self):
        """ORD-07: the gate asks for 2 orders as for 30."""
        orders = self.env["sale.order"]
        for _n in range(30):
            order, row = self.doubted()
            orders |= order
        self.verify(row)
        self.settle(row)
        counts = []
        for some in (orders[-2:], orders[-2:], orders):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            blocking = some._discrepancies_blocking()
            counts.append(self.env.cr.sql_log_count - before)
            self.assertFalse(blocking[order.id])
        self.assertEqual(counts[1], counts[2])


@tagged("post_install", "-at_install")
class TestDiscrepancySettled(DiscrepancyCase):
    def test_verified_then_settled(self):
        """ORD-07: the salesperson verifies, the supervisor settles, each in writing."""
        order, row = self.doubted()
        with self.assertRaisesRegex(UserError, "verifies .* first"):
            self.settle(row)
        self.verify(row)
        self.assertEqual(row.state, "verified")
        self.assertEqual(row.verified_by_id, self.seller)
        self.assertFalse(order.activity_search([TODO]))
        signature = self.settle(row)
        self.assertEqual((row.state, row.settled_value), ("settled", 1.5))
        self.assertEqual(row.settled_by_id, self.people["supervisor"])
        self.assertEqual(row.settled_words, "Once, for the fair.")
        self.assertEqual(signature.state, "valid")
        self.assertFalse(order._discrepancies_blocking()[order.id])

    def test_settled_at_another_price(self):
        """ORD-07: the settled price goes on the line, and is what is signed."""
        order, row = self.doubted(discount=10)
        self.verify(row)
        signature = self.settle(row, settled_price=1.8)
        self.assertEqual(order.order_line.price_unit, 1.8)
        self.assertEqual(order.order_line.discount, 0)
        self.assertEqual((row.state, row.settled_value), ("settled", 1.8))
        self.assertIn('"1.8"', signature.content)
        self.assertEqual(signature.state, "valid")

    def test_the_same_does_not_reopen_and_another_change_does(self):
        """ORD-07: the settled value is the line's reference from then on."""
        order, row = self.doubted()
        self.verify(row)
        signature = self.settle(row)
        order.order_line.product_uom_qty = 900
        order.order_line._check_discrepancies()
        self.brochure.list_price = 4
        order.order_line._check_discrepancies()
        self.assertEqual((row.state, len(order.discrepancy_ids)), ("settled", 1))
        order.order_line.price_unit = 4
        self.assertEqual((row.state, signature.state), ("open", "void"))
        self.assertIn("Settled by", row.expected)
        self.assertTrue(order.activity_search([TODO]))
        order.order_line.price_unit = 1.5
        self.assertEqual(row.state, "cleared")

    def test_specification_is_settled_in_words(self):
        """ORD-07: the supervisor may correct the specification while settling it."""
        self.earlier()
        order = self.order()
        order.order_line.specification = "A3"
        row = order.discrepancy_ids
        self.verify(row, "They want A4 as ever.")
        with self.assertRaisesRegex(UserError, "which specification"):
            self.settle(row, settled_specification=" - ")
        self.settle(row, settled_specification="A4, 8 pages, four colours")
        self.assertEqual(order.order_line.specification, "A4, 8 pages, four colours")
        self.assertEqual(row.state, "settled")

    def test_withdrawn_is_open_again(self):
        """ORD-15: a settlement taken back closes nothing any more."""
        order, row = self.doubted()
        self.verify(row)
        signature = self.settle(row)
        supervisor = self.people["supervisor"]
        row.with_user(supervisor)._signoff_withdraw(
            signature.with_user(supervisor), "A mistake"
        )
        self.assertTrue(order._discrepancies_blocking()[order.id])

    def test_no_sheet_while_one_is_open(self):
        """ORD-07: the sheet waits, and the next-step panel says for whom."""
        order, row = self.doubted()
        self.sign(order, "technical", "technical")
        self.sign(order, "production", "production")
        order = order.with_user(self.service)
        with self.assertRaisesRegex(UserError, "settled discrepancy: .*Brochure"):
            order.action_make_sheet()
        self.assertIn("Price and specification check", order.release_next)
        self.assertIn(self.seller.name, order.release_next)
        self.verify(row)
        with self.assertRaisesRegex(UserError, "settled discrepancy"):
            order.action_make_sheet()
        self.settle(row)
        self.assertEqual(order.action_make_sheet()["res_model"], "order.sheet")

    def test_the_price_list_moved_before_the_sheet(self):
        """ORD-07: checked once more; what is newly in doubt is on record."""
        order = self.order()
        self.sign(order, "technical", "technical")
        self.sign(order, "production", "production")
        self.brochure.list_price = 3
        action = order.with_user(self.service).action_make_sheet()
        self.assertEqual(action["res_model"], "order.discrepancy")
        self.assertEqual(order.discrepancy_ids.state, "open")
        self.assertFalse(order.sheet_ids)

    def test_a_change_round_every_hook_shows_at_the_gate(self):
        """TIER-05: a price changed by SQL closes the gate that was settled open."""
        order, row = self.doubted()
        self.verify(row)
        self.settle(row)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE sale_order_line SET price_unit = 0.5 WHERE order_id = %s", order.ids
        )
        self.env.invalidate_all()
        self.assertTrue(order._discrepancies_blocking()[order.id])

    def test_released_orders_are_not_doubted_for_a_new_price_list(self):
        """TIER-08: only what changes on a released order is checked."""
        order = self.earlier()
        self.brochure.list_price = 5
        order.packing = "in boxes"
        self.assertFalse(order.discrepancy_ids)

    def test_forms_open_for_everybody(self):
        """ROL-02: order and discrepancy open in each role that reads the order."""
        order, row = self.doubted()
        for role in ("technical", "production", "shipping", "finance", "salesperson"):
            with self.subTest(role):
                Form(order.with_user(self.people[role]))
        Form(row.with_user(self.people["supervisor"]))


@tagged("post_install", "-at_install")
class TestDiscrepancyAttack(DiscrepancyCase, HttpCase):
    def test_nobody_closes_one_but_by_signing(self):
        """ORD-07: no role, no administrator, no forged context writes it."""
        _order, row = self.doubted()
        keys = {"discrepancy_key": True, "discrepancy_settling": [row.id]}
        for role in ("supervisor", "salesperson", "sales_director"):
            mine = row.with_user(self.people[role]).with_context(**keys)
            with self.subTest(role), self.assertRaises(AccessError):
                mine.write({"state": "settled"})
        with self.assertRaises(AccessError):
            row.sudo().write({"state": "settled"})
        with self.assertRaises(AccessError):
            row.sudo().unlink()
        with self.assertRaises(AccessError):
            row.sudo().create({"order_id": row.order_id.id, "kind": "price"})

    def test_each_signs_its_own_part(self):
        """ROL-03: customer service settles nothing, the supervisor verifies nothing."""
        _order, row = self.doubted()
        for role in ("customer_service", "supervisor", "finance"):
            with self.subTest(role), self.assertRaises(AccessError):
                self.sign(row, VERIFY, role)
        self.verify(row)
        for role in ("customer_service", "salesperson", "sales_director"):
            with self.subTest(role), self.assertRaises(AccessError):
                self.sign(row, SETTLE, role)

    def test_over_rpc(self):
        """ORD-07: the context of a call opens nothing."""
        order, row = self.doubted()
        self.authenticate("case_customer_service", "case_customer_service")
        context = {"discrepancy_key": True, "discrepancy_settling": {"ids": row.ids}}
        for model, ids, values in (
            ("order.discrepancy", row.ids, {"state": "settled"}),
            ("sale.order", order.ids, {"discrepancy_ids": [[2, row.id, 0]]}),
        ):
            with mute_logger("odoo.http"), self.assertRaises(JsonRpcException):
                self.make_jsonrpc_request(
                    f"/web/dataset/call_kw/{model}/write",
                    {
                        "model": model,
                        "method": "write",
                        "args": [ids, values],
                        "kwargs": {"context": context},
                    },
                )
        self.make_jsonrpc_request(
            "/web/dataset/call_kw/sale.order.line/write",
            {
                "model": "sale.order.line",
                "method": "write",
                "args": [order.order_line.ids, {"price_unit": 0.1}],
                "kwargs": {"context": context},
            },
        )
        self.env.invalidate_all()
        self.assertEqual(row.state, "open")
        self.assertEqual(row.found_value, 0.1)
