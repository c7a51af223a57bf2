"""Delivery slips: numbered as goods leave, in three copies, never lost (ORD-61)."""

from datetime import date
from unittest.mock import patch

from freezegun import freeze_time
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from ..filing import missing, slip_name
from .shipping_case import ShippingCase

REPORT = "order_confirmation.report_delivery_slip"


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.sets(st.integers(1, 200), max_size=20), st.integers(0, 100), st.integers(0, 200)
)
def test_missing_numbers(known, after, last):
    """ORD-61: known and missing numbers are all numbers, and have none in common."""
    gaps = missing(known, after, last)
    assert gaps == sorted(set(gaps))
    assert not set(gaps) & known
    span = set(range(after + 1, last + 1))
    assert set(gaps) | (known & span) == span


class SlipCase(ShippingCase):
    def slip(self, *quantities, **values):
        """Return the slip of an order that has left."""
        order = self.released(*quantities, **values)
        self.applied(order)
        picking = self.ship(self.picking(order), user=self.clerk)
        return picking.delivery_slip_ids.with_env(self.env)

    def slips(self, count):
        """Return the slips of as many orders, in the order of their numbers."""
        return self.env["delivery.slip"].union(*(self.slip() for _row in range(count)))


@tagged("post_install", "-at_install")
class TestSlip(SlipCase):
    """ORD-61: one slip for each transfer that left."""

    def test_made_as_goods_leave(self):
        """ORD-61: it says what left, for whom, where to, and has the next number."""
        slip = self.slip(100, 20)
        year = slip.issued_on.year
        self.assertEqual(slip.name, slip_name(year, 1))
        self.assertEqual(slip.line_ids.mapped("quantity"), [100, 20])
        self.assertEqual(slip.recipient, "Goods inward")
        self.assertIn("1 Harbour Road", slip.address)
        self.assertEqual(slip.user_id, self.seller)
        self.assertEqual(slip.issued_by_id, self.clerk)
        self.assertEqual(slip.state, "issued")
        self.assertEqual(self.slip().name, slip_name(year, 2))

    def test_numbers_of_each_company_and_year(self):
        """ORD-61: from 1 in each year, and apart from another company's."""
        other = self.env["res.company"].create({"name": "Evening Works"})
        for day, number in (
            (date(2031, 12, 31), 1), (date(2031, 12, 31), 2), (date(2032, 1, 1), 1)
        ):  # fmt: skip
            self.assertEqual(self.company._next_slip_number(day), number)
        self.assertEqual(other._next_slip_number(date(2031, 12, 31)), 1)

    def test_no_number_is_lost_when_shipping_fails(self):
        """ORD-61: what is taken back gives its number back."""
        order = self.released()
        self.applied(order)
        broken = patch.object(
            type(self.env["dispatch.notice"]), "_make", side_effect=UserError("no")
        )
        later = patch.object(
            type(self.env["backorder.list"]), "_make", side_effect=UserError("no")
        )
        for failing in (broken, later):
            with failing, self.assertRaises(UserError), self.env.cr.savepoint():
                self.ship(self.picking(order))
        self.env.invalidate_all()
        self.ship(self.picking(order))
        self.assertEqual(order.picking_ids.delivery_slip_ids.number, 1)

    def test_none_for_what_stays_in_the_house(self):
        """ORD-61: picking inside the house has no slip; the last step has it."""
        self.warehouse.delivery_steps = "pick_ship"
        order = self.released()
        self.applied(order)
        while pending := self.picking(order):
            self.ship(pending[0])
        outer = order.picking_ids.filtered(
            lambda row: row.location_dest_id.usage == "customer"
        )
        self.assertTrue(len(order.picking_ids) > 1)
        self.assertEqual(order.picking_ids.delivery_slip_ids.picking_id, outer)

    def test_once(self):
        """ORD-61: done again, it is the same slip."""
        slip = self.slip()
        self.assertFalse(slip.picking_id._make_delivery_slips())
        self.assertEqual(slip.picking_id.delivery_slip_ids, slip)

    def test_three_copies_in_three_languages(self):
        """ORD-61, PLT-04: three pages, each says whose copy it is."""
        slip = self.slip()
        render = self.env["ir.actions.report"]._render_qweb_html
        for lang, words in (
            ("en_US", ("Copy 1 of 3: Shipping", "2 of 3: Finance", "3 of 3: Sales")),
            ("zh_TW", ("銷售發貨單", "第 3 聯")),
            ("zh_CN", ("销售发货单", "第 3 联")),
        ):  # fmt: skip
            self.env["res.lang"]._activate_lang(lang)
            self.customers["b"].lang = lang
            slip = self.slip()
            page = render(REPORT, slip.ids)[0].decode()
            self.assertEqual(page.count(slip.picking_id.name), 3, lang)
            for word in words:
                self.assertIn(word, page, lang)

    def test_amount_to_collect(self):
        """ORD-61: what the driver collects stands on it; nothing where nothing is."""
        render = self.env["ir.actions.report"]._render_qweb_html
        slip = self.slip()
        self.assertNotIn("to be collected", render(REPORT, slip.ids)[0].decode())
        model = type(self.env["delivery.slip"])
        with patch.object(model, "_to_collect", return_value=1234.5):
            slip = self.slip()
        page = render(REPORT, slip.ids)[0].decode()
        self.assertIn("to be collected", page)
        self.assertIn("1,234.50", page)

    def test_void_keeps_its_number(self):
        """ORD-61: voided with a reason, and made anew under the next number."""
        slip = self.slip().with_user(self.clerk)
        action = slip.action_void()
        wizard = Form(
            self.env[action["res_model"]]
            .with_user(self.clerk)
            .with_context(**action["context"])
        )
        wizard.reason = "Printed on the wrong form"
        wizard.save().action_void()
        self.assertEqual(slip.state, "void")
        self.assertEqual(slip.voided_by_id, self.clerk)
        self.assertEqual(slip.name, slip_name(slip.year, 1))
        self.assertFalse(slip.replaced)
        anew = slip.browse(slip.action_issue_anew()["res_id"])
        self.assertTrue(slip.replaced)
        self.assertFalse(anew.replaced)
        self.assertEqual(anew.number, 2)
        self.assertEqual(anew.picking_id, slip.picking_id)
        with self.assertRaisesRegex(UserError, "valid slip"):
            slip.action_issue_anew()

    def test_void_needs_a_reason_and_a_role(self):
        """ORD-61: no reason, void already, or another role: nothing changes."""
        slip = self.slip()
        for reason in ("", "  …  ", False):
            with self.subTest(reason), self.assertRaisesRegex(UserError, "in words"):
                slip.with_user(self.clerk)._void(reason)
        for role in ("warehouse", "finance", "salesperson", "planner"):
            with self.subTest(role), self.assertRaises(AccessError):
                slip.with_user(self.people[role])._void("Wrong")
        self.assertEqual(slip.state, "issued")
        slip.with_user(self.clerk)._void("Wrong")
        with self.assertRaisesRegex(UserError, "void already"):
            slip.with_user(self.clerk)._void("Wrong")

    def test_nobody_writes_it(self):
        """ORD-61: no role and no administrator writes, copies, makes, deletes one."""
        slip = self.slip()
        for values in (
            {"name": "SL/2026/99999"}, {"number": 7}, {"state": "void"},
            {"amount_to_collect": 0}, {"line_ids": [(5, 0, 0)]},
        ):  # fmt: skip
            for user in (self.clerk, self.env.user):
                with self.subTest(values), self.assertRaises(AccessError):
                    slip.with_user(user).sudo().write(values)
        with self.assertRaises(AccessError):
            slip.sudo().unlink()
        with self.assertRaises(AccessError):
            slip.sudo().copy({"number": 9})
        with self.assertRaises(AccessError):
            slip.sudo().line_ids.write({"quantity": 1})

    def test_signed_copy_is_back(self):
        """ORD-61: noted once, by who handles papers."""
        slip = self.slip()
        with self.assertRaises(AccessError):
            slip.with_user(self.people["planner"]).action_returned()
        slip.with_user(self.clerk).action_returned()
        self.assertEqual(slip.state, "returned")
        with self.assertRaisesRegex(UserError, "not waiting"):
            slip.with_user(self.clerk).action_returned()

    def test_companies_apart(self):
        """ROL-06: another company's clerk sees none of it."""
        slip = self.slip()
        other = self.env["res.company"].create({"name": "Evening Works"})
        stranger = self._person("shipping", login="stranger", company_id=other.id,
                                company_ids=[(6, 0, other.ids)])  # fmt: skip
        found = self.env["delivery.slip"].with_user(stranger)
        found = found.with_context(allowed_company_ids=other.ids).search([])
        self.assertFalse(found & slip)

    def test_salesperson_sees_own(self):
        """ROL-02: a salesperson reads the slips of own customers only."""
        slip = self.slip()
        self.assertTrue(slip.with_user(self.seller).has_access("read"))
        second = self._person("salesperson", login="second_seller")
        self.assertFalse(slip.with_user(second).has_access("read"))

    def test_years_by_the_company_s_clock(self):
        """ORD-61: the year of the number is that of the day where the company is."""
        self.company.resource_calendar_id.tz = "Asia/Taipei"
        with freeze_time("2031-12-31 17:00:00"):
            slip = self.slip()
        self.assertEqual(slip.issued_on, date(2032, 1, 1))
        self.assertEqual(slip.name, "SL/2032/00001")
