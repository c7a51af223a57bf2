"""Kinds of clocks: per company or general, switched off, refused."""

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger
from psycopg2 import IntegrityError

from .clock_case import ClockCase, taipei


@tagged("post_install", "-at_install")
class TestKinds(ClockCase):
    def test_own_kind_before_the_general_one(self):
        own = self.kind.copy(
            {
                "code": "answer",
                "company_id": self.company.id,
                "hours": 1,
                "warn_hours": 0,
            }
        )
        other = self._company("Nachbar Leuchten", "Asia/Taipei")
        documents = self.order + self._documents(1, other)
        documents._clock_start("answer", at=taipei(2, 8))
        self.assertEqual(documents[0].clock_ids.kind_id, own)
        self.assertEqual(documents[0].clock_ids.due_at, taipei(2, 9))
        self.assertEqual(documents[1].clock_ids.kind_id, self.kind)

    def test_change_of_kind_leaves_one_clock(self):
        """A kind of its own, made while a clock of the general one runs."""
        clock = self.order._clock_start("answer", at=taipei(2, 8))
        self.kind.copy({"code": "answer", "company_id": self.company.id})
        self.assertEqual(self.order._clock_start("answer"), clock)

    def test_archived_is_switched_off(self):
        own = self.kind.copy({"code": "answer", "company_id": self.company.id})
        own.active = False
        self.assertFalse(self.order._clock_start("answer"))
        own.unlink()
        self.assertTrue(self.order._clock_start("answer"))

    def test_unknown_kind(self):
        with self.assertRaisesRegex(UserError, "no clock kind “nonsense” for Yonglin"):
            self.order._clock_start("nonsense")
        self.assertFalse(self.order._clock_meet("nonsense"))

    def test_kind_in_use_stays(self):
        self.order._clock_start("answer")
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError):
            self.kind.unlink()

    def test_code_once_per_company(self):
        for company in (False, self.company.id):
            values = {"code": "double", "name": "x", "hours": 1, "company_id": company}
            self.env["service.clock.kind"].create(values)
            with (
                mute_logger("odoo.sql_db"),
                self.assertRaises(IntegrityError),
                self.cr.savepoint(),
            ):
                self.env["service.clock.kind"].create(values)

    def test_impossible_times(self):
        for values in (
            {"hours": 0},
            {"hours": -1},
            {"hours": 1e9},
            {"warn_hours": -1},
            {"warn_hours": 5},
        ):
            with (
                self.subTest(**values),
                mute_logger("odoo.sql_db"),
                self.assertRaises(IntegrityError),
                self.cr.savepoint(),
            ):
                self.kind.write(values)
                self.env.flush_all()
            self.kind.invalidate_recordset()
