"""Somebody leaves the company: what the system asked of them is not lost (ROL-01)."""

from odoo.tests import tagged

from .shipping_case import ShippingCase


@tagged("post_install", "-at_install")
class TestPeopleWhoLeave(ShippingCase):
    """ROL-01: a to-do waits for somebody who is there."""

    def setUp(self):
        super().setUp()
        self.second = self._person("customer_service", login="case_second_service")

    def todos(self, record):
        return record.sudo().activity_ids

    def test_todos_go_to_a_colleague(self):
        """ROL-01, ORD-60: archived, the clerk's to-dos are a colleague's now."""
        notice = self.sent()
        before = self.todos(notice)
        self.assertEqual(before.user_id, self.service)
        own = notice.sudo().activity_schedule(
            "mail.mail_activity_data_todo", user_id=self.service.id, automated=False
        )
        self.service.action_archive()
        after = self.todos(notice)
        # Those that Odoo deletes are what the clerk noted for oneself.
        self.assertEqual(after, before - own)
        self.assertEqual(after.user_id, self.second)
        self.assertEqual(notice.sudo().tracking_ids.activity_id, after & before
                         & notice.sudo().tracking_ids.activity_id)  # fmt: skip
        self.assertTrue(notice.sudo().tracking_ids.activity_id)

    def test_archived_without_the_button(self):
        """ROL-01: written, imported or by a job, archived is archived."""
        notice = self.sent()
        count = len(self.todos(notice))
        self.service.write({"active": False})
        self.assertEqual(self.todos(notice).user_id, self.second)
        self.assertEqual(len(self.todos(notice)), count)

    def test_nobody_who_has_left_is_asked(self):
        """ROL-01, ORD-60: the clerk who applied has left before the goods do."""
        order = self.released()
        self.applied(order)
        self.service.action_archive()
        self.ship(self.picking(order))
        notice = order.dispatch_notice_ids
        self.assertEqual(self.todos(notice).user_id, self.second)
        notice.with_user(self.clerk).write(
            {"carrier": "Blue Lorry", "expected_arrival": "2030-02-01"}
        )
        notice.with_user(self.clerk).action_send()
        self.assertEqual(self.todos(notice).user_id, self.second)

    def test_a_colleague_who_may_read_it(self):
        """ROL-01, ROL-02: a salesperson's goes to who sees the order: a supervisor."""
        self._person("salesperson", login="case_other_seller")
        order = self.released()
        order.activity_schedule("mail.mail_activity_data_todo", user_id=self.seller.id)
        self.seller.action_archive()
        self.assertEqual(self.todos(order).user_id, self.people["supervisor"])

    def test_the_clerk_before_the_supervisor(self):
        """ROL-01: a supervisor is customer service too, and is asked after the clerks.

        However early the supervisor came.
        """
        role = self.env.ref("customer_tiering.role_customer_service")
        self.assertLess(self.people["supervisor"].id, self.second.id)
        self.service.action_archive()
        self.assertEqual(
            self.env["res.users"]._someone_of("customer_service", self.company),
            self.second,
        )
        self.assertIn(self.people["supervisor"], self.company._nearest_of(role))

    def test_nobody_is_left(self):
        """ROL-01: without anybody for it, the last to leave still leaves."""
        notice = self.sent()
        (self.second | self.people["supervisor"]).action_archive()
        self.service.write({"active": False})
        self.assertTrue(self.todos(notice))
