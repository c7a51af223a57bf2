"""What becomes of what failed: rework, scrap, kept out, conceded."""

from odoo.exceptions import AccessError
from odoo.tests import tagged

from .inspection_case import InspectionCase


@tagged("post_install", "-at_install")
class TestInspectionDecision(InspectionCase):
    def test_rework(self):
        """ORD-43: back to production, inspected again, then into stock."""
        production = self.made(100)
        inspection = self.failed(production, 95)
        self.assertEqual(inspection.activity_ids.user_id, self.people["quality_head"])
        decision = self.decide(inspection, "rework", 5)
        again = decision.again_ids
        self.assertEqual((again.quantity, again.rework_of_id), (5, inspection))
        todo = production.activity_ids.filtered(
            lambda row: "Rework" in (row.summary or "")
        )
        self.assertEqual(todo.user_id, self.people["production"])
        self.assertFalse(inspection.activity_ids)
        self.assertFalse(inspection.undecided_quantity)
        with self.refused("passed 95"):
            self.finish(production)
        self.passes(again)
        self.assertEqual(decision.state, "done")
        self.finish(production)
        self.assertEqual(self.in_stock(), 100)

    def test_reworked_goods_that_fail_again(self):
        """ORD-43: no more is inspected again than was reworked, and so on."""
        inspection = self.failed(self.made(100), 95)
        again = self.decide(inspection, "rework", 5).again_ids
        again.with_user(self.people["quality"]).quantity = 6
        again.action_all_passed()
        with self.refused("6 Units would be inspected.*no more than 5"):
            self.sign(again, "final_inspection", "quality")
        again.write({"passed_quantity": 5, "quantity": 5})
        self.answer(again, 3)
        self.sign(again, "final_inspection", "quality")
        self.assertEqual(again.undecided_quantity, 2)
        self.decide(again, "keep_out", 2)
        passed = inspection._passed("production_id", inspection.production_id.ids)
        self.assertEqual(passed[inspection.production_id.id], 98)

    def test_scrap_before_production_is_closed(self):
        """ORD-43: straight from production to scrap, by Odoo's own scrap order."""
        production = self.made(100)
        inspection = self.failed(production, 95)
        scrap = self.decide(inspection, "scrap", 5).scrap_id
        self.assertEqual((scrap.state, scrap.scrap_qty), ("done", 5))
        self.assertEqual(scrap.production_id, production)
        self.assertEqual(self.in_stock(), 0)
        production.qty_producing = 95
        production._set_qty_producing()
        backorder = self.finish(production)
        self.assertEqual(self.in_stock(), 95)
        self.assertEqual(backorder.product_qty, 5)
        backorder.qty_producing = 5
        backorder._set_qty_producing()
        backorder.move_raw_ids.picked = True
        with self.refused("passed 0"):
            self.finish(backorder)
        self.inspect(backorder, 5)
        self.finish(backorder)
        self.assertEqual(self.in_stock(), 100)

    def test_scrap_from_post_production(self):
        """ORD-43: in three steps, from where the goods stand."""
        production = self.made(100, steps="pbm_sam")
        self.finish(production)
        inspection = self.failed(production, 95)
        scrap = self.decide(inspection, "scrap", 5).scrap_id
        self.assertEqual(scrap.location_id, self.warehouse.sam_loc_id)
        self.store(production, 95)
        self.assertEqual(self.in_stock(), 95)

    def test_scrap_of_a_serial_number(self):
        """ORD-43: that very piece."""
        production = self.made(3, tracking="serial")
        bad = production.lot_producing_ids[2]
        inspection = self.failed(production, 2)
        with self.refused("Name the lot"):
            self.decide(inspection, "scrap", 1)
        scrap = self.decide(inspection, "scrap", 1, bad).scrap_id
        self.assertEqual(scrap.lot_id, bad)
        with self.refused("Nothing of it is left"):
            self.decide(inspection, "scrap", 1, bad)

    def test_concession_needs_both(self):
        """ORD-43: quality's head and the salesperson, two people; then it passes."""
        production = self.made(100)
        inspection = self.failed(production, 0)
        decision = self.decide(inspection, "concession", 100)
        self.assertEqual(
            decision.activity_ids.user_id,
            self.people["quality_head"] | self.people["salesperson"],
        )
        self.sign(decision, "concession_quality", "quality_head")
        with self.refused("passed 0"):
            self.finish(production)
        both = self.people["quality_head"]
        both.group_ids |= self.env.ref("customer_tiering.role_salesperson")
        self.order_of(production).user_id = both
        with self.assertRaisesRegex(AccessError, "two different people"):
            self.sign(decision, "concession_sales", "quality_head")
        self.order_of(production).user_id = self.people["salesperson"]
        self.sign(decision, "concession_sales", "salesperson")
        self.assertEqual(decision.state, "done")
        self.assertFalse(decision.activity_ids)
        self.finish(production)
        self.assertEqual(self.in_stock(), 100)
        line = self.order_of(production).order_line
        self.assertEqual(inspection._passed("order_line_id", line.ids)[line.id], 100)

    def test_only_the_order_s_own_salesperson(self):
        """ORD-43, ROL-03: not another's, not customer service without authority."""
        decision = self.decide(self.failed(self.made(100), 0), "concession", 100)
        self.people["other"] = self._person("salesperson", login="case_other",
                                            password="case_other")  # fmt: skip
        with self.assertRaisesRegex(AccessError, "they sign the concession"):
            self.sign(decision, "concession_sales", "other")
        for role in ("quality", "customer_service", "sales_director"):
            with self.assertRaises(AccessError):
                self.sign(decision, "concession_sales", role)
            with self.assertRaises(AccessError):
                self.sign(decision, "concession_quality", role)

    def test_concession_ends_with_its_ground(self):
        """ORD-15, ORD-43: another finding voids the inspection, and the concession."""
        production = self.made(100)
        inspection = self.failed(production, 60)
        self.concede(self.decide(inspection, "concession", 40))
        passed = inspection._passed
        self.assertEqual(passed("production_id", production.ids)[production.id], 100)
        inspection.point_ids[1].finding = "Torn"
        self.assertEqual(passed("production_id", production.ids)[production.id], 0)
        with self.refused("final inspection"):
            self.finish(production)

    def test_taken_back_and_decided_anew(self):
        """ORD-43: a concession that waits is taken back; one that holds is not."""
        inspection = self.failed(self.made(100), 90)
        decision = self.decide(inspection, "concession", 10)
        decision.with_user(self.people["quality"]).action_withdraw()
        self.assertEqual(inspection.undecided_quantity, 10)
        with self.refused("no concession to sign"):
            self.sign(decision, "concession_quality", "quality_head")
        anew = self.decide(inspection, "concession", 4)
        self.concede(anew)
        with self.refused("Only a concession that waits"):
            anew.with_user(self.people["quality"]).action_withdraw()

    def test_who_decides_and_how_much(self):
        """ORD-43: quality, no more than failed, with a reason, after signing."""
        production = self.made(100)
        begun = self.begun(production)
        with self.refused("Quality signs the inspection first"):
            self.decide(begun, "scrap", 1)
        inspection = self.failed(production, 90)
        for quantity in (11, 0, -1):
            with self.refused("cannot be decided on: 10"):
                self.decide(inspection, "scrap", quantity)
        decisions = self.env["final.inspection.decision"]
        quality = self.people["quality"]
        with self.refused("reason in words"):
            decisions.with_user(quality)._make(
                inspection, "keep_out", 1, self.env["stock.lot"], " – "
            )
        for role in ("production", "salesperson", "customer_service"):
            with self.assertRaises(AccessError):
                self.decide(inspection, "keep_out", 1, role=role)

    def test_conceded_serial_number(self):
        """ORD-43: by lot; the conceded piece goes in, the other failed one not."""
        production = self.made(3, tracking="serial")
        one, two = production.lot_producing_ids[1:]
        inspection = self.failed(production, 1)
        self.concede(self.decide(inspection, "concession", 1, one))
        with self.refused(f"Lot {two.name}"):
            self.finish(production)
        production.lot_producing_ids -= two
        production.qty_producing = 2
        production._set_qty_producing()
        self.finish(production)

    def test_the_paper_in_three_languages(self):
        """ORD-43, PLT-01: points, lots, concession and both signatures."""
        self.env["res.lang"]._activate_lang("zh_TW")
        self.env["res.lang"]._activate_lang("zh_CN")
        production = self.made(3, tracking="serial")
        inspection = self.failed(production, 2)
        bad = production.lot_producing_ids[2]
        self.concede(self.decide(inspection, "concession", 1, bad))
        titles = {"en_US": "Final Inspection", "zh_TW": "最終檢驗", "zh_CN": "最终检验"}
        for lang, title in titles.items():
            report = self.env["ir.actions.report"].with_context(lang=lang)
            html, _kind = report._render_qweb_html(
                "order_confirmation.report_final_inspection", inspection.ids
            )
            text = html.decode()
            for part in (
                title, inspection.name, "Scratched", bad.name, "Quality Head",
                "Salesperson", "data:image/png", "Scratched at the folder",
            ):  # fmt: skip
                self.assertIn(part, text, lang)
