"""Oral promises: noted, not valid until written, lapsing by themselves (ORD-09)."""

from datetime import datetime, timedelta

from freezegun import freeze_time
from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger
from psycopg2 import IntegrityError

from .intake_case import IntakeCase


class PromiseCase(IntakeCase):
    def promise(self, order, user=None, **values):
        return (
            self.env["oral.promise"]
            .with_user(user or self.seller)
            .create({"name": "Two days earlier", "order_id": order.id, **values})
        )


@tagged("post_install", "-at_install")
class TestOralPromise(PromiseCase):
    def test_one_line_on_the_order(self):
        """ORD-09: who promised what, and when, shown as not valid until written."""
        order = self.order()
        with Form(order.with_user(self.service)) as form:
            with form.oral_promise_ids.new() as line:
                line.name = "Two days earlier"
                line.user_id = self.seller
        row = order.oral_promise_ids
        self.assertEqual((row.state, row.user_id), ("open", self.seller))
        self.assertEqual(row.noted_by_id, self.service)
        self.assertEqual(row.partner_id, order.partner_id)
        self.assertIn("not valid until written", order.message_ids[0].body)

    def test_on_a_memorandum_before_any_order(self):
        """ORD-09: also on a contact that is no order yet."""
        memorandum = self.memorandum()
        with Form(memorandum) as form, form.oral_promise_ids.new() as line:
            line.name = "A proof by tomorrow"
        row = memorandum.oral_promise_ids
        self.assertEqual(row.company_id, self.company)
        self.assertEqual(row.state, "open")

    def test_lapses_at_the_end_of_the_next_working_day(self):
        """ORD-09: Friday's promise lapses on Monday evening; no job is needed."""
        order = self.order()
        with freeze_time("2026-03-06 10:00"):
            row = self.promise(order)
            self.assertEqual(row.lapses_at, datetime(2026, 3, 9, 17))
        with freeze_time("2026-03-09 16:59"):
            row.invalidate_recordset()
            self.assertEqual(row.state, "open")
        with freeze_time("2026-03-09 17:01"):
            row.invalidate_recordset()
            self.assertEqual(row.state, "lapsed")

    def test_lists_know_without_a_job(self):
        """ORD-09: filters and figures ask the time, not a stored state."""
        order = self.order()
        now = self.promise(order)
        past = self.promise(order, promised_at=fields.Datetime.now() - timedelta(9))
        rows = now | past
        for state, row in (("open", now), ("lapsed", past)):
            found = rows.search([("state", "=", state), ("id", "in", rows.ids)])
            self.assertEqual(found, row)

    def test_counted_per_person(self):
        """ORD-09: each person's promises, by what became of them."""
        order = self.order()
        self.promise(order)
        self.promise(order, promised_at=fields.Datetime.now() - timedelta(9))
        self.promise(order, user=self.service)
        self.env.flush_all()
        figures = (
            self.env["oral.promise.report"]
            .with_user(self.people["sales_director"])
            ._read_group(
                [("order_id", "=", order.id)], ["user_id", "state"], ["__count"]
            )
        )
        counted = {(user.id, state): count for user, state, count in figures}
        self.assertEqual(
            counted,
            {
                (self.seller.id, "open"): 1,
                (self.seller.id, "lapsed"): 1,
                (self.service.id, "open"): 1,
            },
        )

    def test_written_by_a_signature(self):
        """ORD-09: the signature that came of it makes it valid."""
        order = self.order()
        row = self.promise(order)
        signature = self.sign(order, "technical", "technical")
        dialog = self.env["oral.promise.written"].with_user(self.seller)
        dialog = dialog.with_context(**row.action_written()["context"]).create({})
        self.assertIn(signature, dialog.signature_ids.sudo())
        dialog.signature_id = signature
        dialog.action_link()
        self.assertEqual((row.state, row.signature_id), ("written", signature))
        self.assertEqual(row.written_at, signature.signed_at)

    def test_written_by_the_sheet(self):
        """ORD-09: the sheet that left with it makes it valid."""
        order = self.order()
        row = self.promise(order)
        self.sign(order, "technical", "technical")
        self.sign(order, "production", "production")
        sheet = self.checked_sheet(order)
        with self.assertRaisesRegex(UserError, "not in force|belongs"):
            row._make_written(sheet=sheet.with_user(self.seller))
        sheet.with_user(self.service).action_hand_over_link()
        row._make_written(sheet=sheet.with_user(self.seller))
        self.assertEqual(row.state, "written")

    def test_what_is_no_evidence(self):
        """ORD-09: nothing of another order, from before, or too late."""
        order, other = self.order(), self.order()
        foreign = self.sign(other, "technical", "technical")
        early = self.sign(order, "technical", "technical")
        row = self.promise(order)
        with self.assertRaisesRegex(UserError, "another order"):
            row._make_written(foreign.with_user(self.seller))
        with self.assertRaisesRegex(UserError, "Choose"):
            row._make_written()
        old = self.promise(order, promised_at=fields.Datetime.now() - timedelta(9))
        with self.assertRaisesRegex(UserError, "had lapsed"):
            old._make_written(early.with_user(self.seller))
        self.assertEqual(old.state, "lapsed")

    def test_nobody_rewrites_a_promise(self):
        """ORD-09: what was noted stays; neither text, person nor state is written."""
        row = self.promise(self.order())
        for values in (
            {"name": "Three days"},
            {"user_id": self.service.id},
            {"written_at": fields.Datetime.now()},
            {"promised_at": "2020-01-01"},
        ):
            for user in (self.seller, self.people["supervisor"]):
                with self.subTest(values), self.assertRaises(AccessError):
                    row.with_user(user).write(values)
        with self.assertRaises(AccessError):
            row.with_user(self.people["supervisor"]).unlink()
        forged = self.promise(self.order(), written_at=fields.Datetime.now())
        self.assertEqual(forged.state, "open")

    @mute_logger("odoo.sql_db")
    def test_bad_input(self):
        """ORD-09: words, a paper it belongs to, and a time that has come."""
        order = self.order()
        with self.assertRaisesRegex(ValidationError, "in words"):
            self.promise(order, name=" - ")
        with self.assertRaisesRegex(ValidationError, "after it was made"):
            self.promise(order, promised_at="2099-01-01")
        with self.assertRaises(IntegrityError), self.env.cr.savepoint():
            self.promise(self.env["sale.order"])

    def test_the_job_only_tells(self):
        """ORD-09: told once that it has lapsed; run twice it changes nothing."""
        order = self.order()
        row = self.promise(order, promised_at=fields.Datetime.now() - timedelta(9))
        fresh = self.promise(order)
        before = len(row.message_ids)
        for _n in range(2):
            self.env["oral.promise"]._cron_tell_lapsed()
        self.assertEqual(len(row.message_ids), before + 1)
        self.assertIn(self.seller.partner_id, row.message_ids[0].partner_ids)
        self.assertFalse(fresh.told)
        self.assertEqual((row.state, fresh.state), ("lapsed", "open"))

    def test_every_department_may_note_its_own(self):
        """ORD-09, ROL-06: production notes too; a rival company reads nothing."""
        row = self.promise(self.order(), user=self.people["production"])
        self.assertEqual(row.user_id, self.people["production"])
        rival = self.other_company()[1]
        with self.assertRaises(AccessError):
            row.with_user(rival).read(["name"])
        with self.assertRaises(AccessError):
            row.with_user(self.colleague).read(["name"])
