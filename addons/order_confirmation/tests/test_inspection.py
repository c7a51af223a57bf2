"""What an inspection says, and what it must not say."""

from base64 import b64encode
from datetime import datetime

from freezegun import freeze_time
from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .inspection_case import PICTURE, InspectionCase


@tagged("post_install", "-at_install")
class TestInspection(InspectionCase):
    def test_quantity_is_compared_by_the_system(self):
        """ORD-43: quantity against the order's tolerance, filled in; refilled."""
        production = self.made(100)
        line = production._orders_line()
        line.tolerance_percent = 5
        inspection = self.begun(production, 60)
        point = inspection.point_ids[0]
        self.assertEqual((point.kind, point.outcome), ("quantity", "passed"))
        self.assertIn("still to come", point.finding)
        inspection.quantity = 100
        self.assertEqual(point.outcome, "passed")
        self.assertIn("100 Units of 100 ordered", point.finding)
        inspection.quantity = 106
        self.assertEqual(point.outcome, "failed")
        self.assertIn("too many", point.finding)

    def test_passed_since_it_was_signed(self):
        """ORD-43: the gate says since when quality has passed the goods."""
        production = self.made(100)
        order = self.order_of(production)
        self.assertEqual(order._inspection_facts()[order.id].since, order.create_date)
        with freeze_time("2031-03-03 02:00:00"):
            self.passes(self.begun(production, 100))
        fact = order._inspection_facts()[order.id]
        self.assertTrue(fact.met)
        self.assertEqual(fact.since, datetime(2031, 3, 3, 2))

    def test_nobody_answers_the_quantity_by_hand(self):
        """ORD-43: a point that the system compares is not passed by a person."""
        production = self.made(107)
        line = production._orders_line()
        self.env.flush_all()
        # Signed for fewer: the order keeps its statements.
        self.cr.execute(
            "UPDATE sale_order_line SET product_uom_qty = 100, tolerance_percent = 5"
            " WHERE id = %s",
            [line.id],
        )
        line.invalidate_recordset()
        inspection = self.begun(production, 107)
        point = inspection.point_ids[0]
        self.assertEqual(point.outcome, "failed")
        point.write({"outcome": "passed", "finding": "Counted again: 105"})
        self.assertEqual(point.outcome, "failed")
        self.assertIn("too many", point.finding)
        point.action_pass()
        self.assertEqual(point.outcome, "failed")
        # Two more are left out: what passes is within the tolerance.
        inspection.action_all_passed()
        self.assertEqual((inspection.result, inspection.undecided_quantity),
                         ("failed", 107))  # fmt: skip
        inspection.passed_quantity = 106
        self.assertEqual(inspection.result, "failed")
        inspection.passed_quantity = 105
        self.assertEqual((inspection.result, inspection.undecided_quantity),
                         ("partly", 2))  # fmt: skip
        self.sign(inspection, "final_inspection", "quality")

    def test_too_few_is_conceded(self):
        """ORD-43: too few, no more is made: no piece failed, and it is conceded."""
        production = self.released(100)
        change = {"mo_id": production.id, "product_qty": 80}
        self.env["change.production.qty"].create(change).change_prod_qty()
        production.qty_producing = 80
        production._set_qty_producing()
        production.move_raw_ids.picked = True
        inspection = self.begun(production, 80)
        inspection.action_all_passed()
        self.assertIn("too few", inspection.point_ids[0].finding)
        self.assertEqual(inspection.result, "failed")
        self.sign(inspection, "final_inspection", "quality")
        with self.refused("passed 0"):
            self.finish(production)
        decision = self.decide(inspection, "concession", 80)
        self.sign(decision, "concession_quality", "quality_head")
        with self.refused("passed 0"):
            self.finish(production)
        self.sign(decision, "concession_sales", "salesperson")
        self.finish(production)
        self.assertEqual(self.in_stock(), 80)

    def test_what_comes_from_stock_is_not_too_few(self):
        """ORD-43: less is made where the rest is reserved from stock."""
        production = self.released(100)
        change = {"mo_id": production.id, "product_qty": 80}
        self.env["change.production.qty"].create(change).change_prod_qty()
        production.qty_producing = 80
        self.env["stock.quant"]._update_available_quantity(
            self.brochure, self.warehouse.lot_stock_id, 20
        )
        picking = self.order_of(production).picking_ids
        picking.move_ids.write(
            {"procure_method": "make_to_stock", "move_orig_ids": [Command.clear()]}
        )
        picking.move_ids._action_assign()
        self.assertEqual(picking.move_ids.quantity, 20)
        inspection = self.begun(production, 80)
        self.assertEqual(inspection.point_ids[0].outcome, "passed")

    def test_no_point_of_the_standard_is_left_out(self):
        """ORD-43: neither by deleting it, nor by points of one's own over RPC."""
        production = self.made(100)
        self.brochure.exfactory_point_ids = [(0, 0, {"name": "Spine glued"})]
        quality = self.people["quality"]
        own = Command.create({"name": "Looks nice", "outcome": "passed"})
        inspection = self.begun(production, point_ids=[own]).with_user(quality)
        kinds = inspection.point_ids.mapped("kind")
        self.assertEqual(
            sorted(kinds),
            ["appearance", "label", "packing", "product", "product", "quantity"],
        )
        of_standard = inspection.point_ids.filtered(
            lambda point: point.kind != "product" or point.standard_id
        )
        self.assertEqual(len(of_standard), 5)
        for point in of_standard:
            with self.refused("belongs to the ex-factory standard"):
                point.unlink()
        (inspection.point_ids - of_standard).unlink()
        # By another name it is missing all the same.
        label = inspection.point_ids.filtered(lambda point: point.kind == "label")
        label.kind = "product"
        inspection.passed_quantity = inspection.quantity
        inspection.action_all_passed()
        with self.refused("standard asks for more: Label"):
            self.sign(inspection, "final_inspection", "quality")
        label.kind = "label"
        # What the standard has asked since is laid out when somebody would sign.
        self.brochure.exfactory_point_ids = [(0, 0, {"name": "Edges straight"})]
        with self.refused("standard asks for more: Edges straight"):
            self.sign(inspection, "final_inspection", "quality")
        inspection.action_sign()
        self.assertEqual(inspection.result, "open")
        with self.refused("Open: Edges straight"):
            self.sign(inspection, "final_inspection", "quality")
        self.passes(inspection)
        self.assertTrue(inspection.signed)

    def test_customer_service_attends(self):
        """ORD-43: nobody else is named, also over RPC and when roles change."""
        production = self.made(100)
        for role in ("production", "quality_head", "warehouse"):
            person = self.people.get(role) or self._person(role)
            with self.assertRaisesRegex(ValidationError, "Customer service attends"):
                self.begun(production, attendee_id=person.id)
        inspection = self.begun(production)
        inspection.action_all_passed()
        attendee = self.people["customer_service"]
        attendee.group_ids -= self.env.ref("customer_tiering.role_customer_service")
        with self.refused("Customer service attends"):
            self.sign(inspection, "final_inspection", "quality")

    def test_a_signed_inspection_is_corrected_on_purpose(self):
        """ORD-43: on screen it is read-only once signed, until “Correct”."""
        inspection = self.passes(self.begun(self.made(100)))
        form = Form(inspection.with_user(self.people["quality"]))
        for name in ("passed_quantity", "attendee_id", "point_ids", "lot_ids"):
            self.assertTrue(form._get_modifier(name, "readonly"), name)
        with self.assertRaises(AccessError):
            inspection.with_user(self.people["production"]).action_correct()
        inspection.with_user(self.people["quality"]).action_correct()
        self.assertTrue(inspection.signed)
        with Form(inspection.with_user(self.people["quality"])) as form:
            form.passed_quantity = 99
        self.assertFalse(inspection.signed)
        self.assertTrue(inspection.correcting)
        inspection.passed_quantity = 100
        self.sign(inspection, "final_inspection", "quality")
        self.assertFalse(inspection.correcting)

    def test_a_new_inspection_shows_its_points_at_once(self):
        """ORD-43: the standard stands on the form before anything is saved."""
        production = self.made(100)
        production.product_id.exfactory_point_ids = [(0, 0, {"name": "Spine glued"})]
        quality = self.people["quality"]
        empty = self.env["final.inspection"].with_user(quality)
        action = production.with_user(quality).action_inspect()
        with Form(empty.with_context(**action["context"])) as form:
            self.assertEqual(len(form.point_ids), 5)
            for index in range(1, 5):
                with form.point_ids.edit(index) as point:
                    point.outcome = "passed"
            with form.point_ids.new() as point:
                point.title = "Smells of nothing"
                point.outcome = "passed"
        points = form.record.point_ids
        kinds = ["quantity", "appearance", "packing", "label", "product", "product"]
        self.assertEqual(points.mapped("kind"), kinds)
        self.assertEqual(
            points[-2:].mapped("name"), ["Spine glued", "Smells of nothing"]
        )
        # The quantity is compared by the system, as ever.
        self.assertEqual(set(points.mapped("outcome")), {"passed"})
        self.assertTrue(points[0].by_system)

    def test_who_may_begin_none_sees_the_list(self):
        """ORD-43: production looks for the inspection, quality begins it."""
        production = self.made(100)
        views = {}
        for role in ("production", "quality"):
            action = production.with_user(self.people[role]).action_inspect()
            views[role] = action["view_mode"].split(",")[0]
        self.assertEqual(views, {"production": "list", "quality": "form"})

    def test_points_are_read_in_one_s_own_language(self):
        """ORD-43: what quality began in English is read in Chinese."""
        inspection = self.begun(self.made(100))
        in_chinese = inspection.point_ids.with_context(lang="zh_TW")
        self.assertEqual(in_chinese[1].title, "外觀")
        self.assertEqual(inspection.point_ids[1].title, "Appearance")
        inspection.point_ids[1].title = "Looks"
        self.assertEqual(inspection.point_ids[1].name, "Appearance")

    def test_a_point_that_failed_needs_its_finding_and_its_number(self):
        """ORD-43: what failed is said in words and in numbers, and only that."""
        inspection = self.begun(self.made(100))
        inspection.action_all_passed()
        appearance = inspection.point_ids[1]
        appearance.outcome = "failed"
        with self.refused("Write what was found at: Appearance"):
            self.sign(inspection, "final_inspection", "quality")
        appearance.finding = "Scratched"
        with self.refused("Enter how many passed"):
            self.sign(inspection, "final_inspection", "quality")
        inspection.passed_quantity = 90
        self.sign(inspection, "final_inspection", "quality")
        self.assertEqual(inspection.result, "partly")
        self.assertEqual(inspection.failed_quantity, 10)
        self.assertTrue(inspection.activity_ids)
        appearance.outcome = "passed"
        self.assertFalse(inspection.signed)
        with self.refused("Say at which point"):
            self.sign(inspection, "final_inspection", "quality")

    @mute_logger("odoo.sql_db")
    def test_numbers_that_cannot_be(self):
        """ORD-43: negative, passed more than inspected, more than made."""
        production = self.made(100)
        for vals in (
            {"quantity": -1}, {"passed_quantity": -1}, {"passed_quantity": 101},
        ):  # fmt: skip
            with self.subTest(vals=vals), self.assertRaises(ValidationError) as caught:
                with self.env.cr.savepoint():
                    self.begun(production, 100).write(vals)
                    self.env.flush_all()
            self.assertIn("pass no more than was inspected", str(caught.exception))
            self.env.invalidate_all()
        too_many = self.begun(production, 101)
        too_many.action_all_passed()
        with self.refused("101 Units would be inspected.*no more than 100"):
            self.sign(too_many, "final_inspection", "quality")
        self.inspect(production, 60)
        again = self.begun(production, 41)
        again.action_all_passed()
        with self.refused("101 Units would be inspected"):
            self.sign(again, "final_inspection", "quality")

    def test_pictures(self):
        """ORD-43: unreadable pictures are refused; another one voids the signature."""
        inspection = self.begun(self.made(100))
        point = inspection.point_ids[1]
        broken = b64encode(b"\x89PNG\r\n\x1a\n and no more").decode()
        for bad in (broken, b64encode(b"%PDF-1.4 a paper").decode(), "no base64!"):
            with self.refused("This picture cannot be read"):
                point.picture = bad
        with self.refused("This picture cannot be read"):
            point.picture_ids = [Command.create({"picture": broken})]
        point.picture = PICTURE
        point.picture_ids = [Command.create({"picture": PICTURE, "name": "Close"})]
        self.passes(inspection)
        self.assertTrue(inspection.signed)
        point.picture_ids.unlink()
        self.assertFalse(inspection.signed)
        self.passes(inspection)
        point.picture = False
        self.assertFalse(inspection.signed)

    def test_who_is_asked(self):
        """ORD-43: quality gets a to-do, customer service is asked to attend."""
        production = self.made(100)
        order = self.order_of(production)
        todo = production.activity_ids
        self.assertEqual(todo.user_id, self.people["quality"])
        self.assertIn("Inspect 100 of", todo.summary)
        attending = order.activity_ids.filtered(
            lambda row: "Attend" in (row.summary or "")
        )
        self.assertEqual(attending.user_id, self.people["customer_service"])
        with self.refused("nothing left to inspect"):
            production.action_ask_for_inspection()
        # The button that would be refused is not shown.
        self.assertFalse(production.may_ask_inspection)
        production.activity_ids.unlink()
        self.assertTrue(production.may_ask_inspection)
        production.action_ask_for_inspection()
        todo = production.activity_ids
        production.qty_producing = 99
        self.assertEqual(production.activity_ids, todo)
        action = production.with_user(self.people["quality"]).action_inspect()
        self.assertEqual(
            action["context"]["default_attendee_id"],
            self.people["customer_service"].id,
        )
        self.inspect(production, 99)
        self.assertFalse(todo.exists().active and todo.exists())
        self.assertFalse(
            order.activity_ids.filtered(lambda row: "Attend" in (row.summary or ""))
        )

    def test_answering_on_a_telephone(self):
        """ORD-43: one touch for each point; a failure opens finding and picture."""
        inspection = self.begun(self.made(100))
        first, second = inspection.point_ids[1:3]
        first.action_pass()
        action = second.action_fail()
        self.assertEqual((first.outcome, second.outcome), ("passed", "failed"))
        self.assertEqual((action["res_model"], action["res_id"]), (
            "final.inspection.point", second.id,
        ))  # fmt: skip

    def test_who_attended_does_not_sign(self):
        """ORD-43, ROL-03: customer service attends, quality signs: two people."""
        quality = self.people["quality"]
        quality.group_ids |= self.env.ref("customer_tiering.role_customer_service")
        inspection = self.begun(self.made(100), attendee_id=quality.id)
        inspection.action_all_passed()
        with self.assertRaisesRegex(AccessError, "attended for customer service"):
            self.sign(inspection, "final_inspection", "quality")

    @mute_logger("odoo.addons.base.models.ir_model", "odoo.addons.base.models.ir_rule")
    def test_nobody_writes_what_follows(self):
        """ORD-43, PLT-05: result and decisions by write, RPC values and import."""
        inspection = self.failed(self.made(100), 90)
        decision = self.decide(inspection, "concession", 10)
        quality = inspection.with_user(self.people["quality"])
        for vals in (
            {"result": "passed"}, {"failed_quantity": 0}, {"undecided_quantity": 0},
            {"reworked_id": decision.id}, {"decision_ids": [Command.clear()]},
            {"decision_ids": [Command.update(decision.id, {"quantity": 1})]},
        ):  # fmt: skip
            with self.subTest(vals=vals), self.assertRaises(AccessError):
                quality.with_context(kept_key=True).write(vals)
        for user in (self.people["quality_head"], self.env.ref("base.user_root")):
            own = decision.with_user(user).with_context(kept_key=True)
            with self.assertRaises(AccessError):
                own.write({"state": "done"})
            with self.assertRaises(AccessError):
                own.unlink()
            with self.assertRaises(AccessError):
                own.copy()
        result = quality.load(
            ["production_id/.id", "product_id/.id", "quantity", "result"],
            [[str(inspection.production_id.id), str(self.brochure.id), "1", "passed"]],
        )
        self.assertFalse(result["ids"])
        with self.assertRaises(UserError):
            quality.unlink()

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_other_companies_see_nothing(self):
        """ROL-06: points, lots and decisions of another company are not read."""
        inspection = self.failed(self.made(100), 90)
        decision = self.decide(inspection, "keep_out", 10)
        stranger = self.env["res.company"].create({"name": "Next Door"})
        other = self._person(
            "quality", login="other_quality", company_id=stranger.id,
            company_ids=[Command.set(stranger.ids)],
        )  # fmt: skip
        for record in (inspection, inspection.point_ids, decision):
            own = record.with_user(other).with_context(allowed_company_ids=stranger.ids)
            self.assertFalse(own.has_access("read"), record)
