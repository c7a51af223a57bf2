"""ORD-15, PLT-05, ROL-03: papers say what was signed, whoever writes to them."""

from attack_case import FORGED, AttackCase
from odoo.tests import tagged

ORDER, LINE = "sale.order", "sale.order.line"
WRITERS = ("salesperson", "root")


@tagged("post_install", "-at_install")
class TestAttackTerms(AttackCase):
    """ORD-15: whoever changes a term voids what covers it, and nothing else."""

    def setUp(self):
        super().setUp()
        self.order_ = self.order("b")
        self.sign_all(self.order_)
        self.sheet = self.order_.current_sheet_id
        self.env.flush_all()

    def voided(self, *codes):
        """These signatures are void with a reason on record, and the others hold."""
        everything = {
            "technical", "production", "instruction_service", "instruction_production",
        }  # fmt: skip
        self.assertEqual(self.latest(self.order_), everything - set(codes))
        for row in self.order_.sudo().signature_ids:
            gone = row.purpose_code in codes
            self.assertEqual(row.state, "void" if gone else "valid", row.purpose_code)
            if gone:
                self.assertIn("→", row.closing_ids.statement)
        self.refused(ORDER, "action_confirm", self.order_.ids)
        self.assertIn(self.order_.state, ("draft", "sent"))

    def test_line_changes(self):
        """ORD-15, ORD-23: by line, by command, added, removed, over three doors."""
        order, line = self.order_, self.order_.order_line
        poster = self.env["product.product"].create({"name": "Poster"})
        dozen = self.env.ref("uom.product_uom_dozen")
        made = ("technical", "production", "instruction_service",
                "instruction_production")  # fmt: skip
        new = {"product_id": poster.id, "product_uom_qty": 1}
        tries = (
            (made, LINE, line.ids, {"product_uom_qty": 999}),
            (made, LINE, line.ids, {"product_id": poster.id}),
            (made, LINE, line.ids, {"product_uom_id": dozen.id}),
            (made, ORDER, order.ids,
             {"order_line": [[1, line.id, {"product_uom_qty": 1001}]]}),
            (made, ORDER, order.ids, {"order_line": [[0, 0, new]]}),
            (made, ORDER, order.ids, {"order_line": [[2, line.id, 0]]}),
            (made, ORDER, order.ids, {"order_line": [[5, 0, 0]]}),
            ((), LINE, line.ids, {"price_unit": 0.01}),
            ((), LINE, line.ids, {"discount": 99}),
            ((), ORDER, order.ids, {"payment_term_id": False}),
            (made[2:], ORDER, order.ids, {"packing": "In crates"}),
        )  # fmt: skip
        for role in WRITERS:
            self.log_in(role)
            for codes, model, ids, vals in tries if role != "root" else tries[::4]:
                with self.undone(role=role, vals=vals):
                    self.allowed(model, "write", ids, vals, context=FORGED)
                    self.voided(*codes)
                    self.no_sheet()
            with self.undone(role=role, way="line made"):
                self.allowed(LINE, "create", [{**new, "order_id": order.id}])
                self.voided(*made)
                self.no_sheet()
            with self.undone(role=role, way="line removed"):
                self.allowed(LINE, "unlink", line.ids, context=FORGED)
                self.voided(*made)
                self.no_sheet()
            with self.undone(role=role, way="JSON-2"):
                body = {"ids": line.ids, "vals": {"product_uom_qty": 999}}
                self.allowed(LINE, "write", body, door="json2", context=FORGED)
                self.voided(*made)
            with self.undone(role=role, way="/jsonrpc"):
                self.allowed(LINE, "write", line.ids, {"product_uom_qty": 9},
                             door="jsonrpc")  # fmt: skip
                self.voided(*made)

    def no_sheet(self):
        """The customer's signature on the sheet holds no more."""
        codes = ("sheet_check", "sheet_return", "sheet_verify")
        self.assertFalse(self.latest(self.sheet, *codes))
        self.assertFalse(self.order_._sheet_facts()[self.order_.id].met)

    def test_goods_that_hide(self):
        """ORD-10, ORD-20: a line of goods is on every paper, whatever it is called."""
        line = self.order_.order_line
        self.log_in("salesperson")
        with self.undone(way="called a down payment"):
            self.attack(LINE, "write", line.ids, {"is_downpayment": True})
            self.assertIn(line, self.order_._goods())
            self.assertIn(str(line.id), self.order_._commercial_terms()["lines"])
            self.on_paper()
        with self.undone(way="another line"):
            values = {"order_id": self.order_.id, "product_id": self.brochure.id,
                      "product_uom_qty": 5000, "is_downpayment": True}  # fmt: skip
            self.attack(LINE, "create", [values])
            self.assertNotIn("technical", self.latest(self.order_))
            self.no_sheet()
            self.on_paper()

    def on_paper(self):
        """A sheet made now prints every line whose goods are made."""
        self.env.invalidate_all()
        printed = self.order_._sheet_printed("en_US")["lines"]
        self.assertEqual(
            [row["quantity"] for row in printed if row["kind"] == "goods"],
            self.order_._goods().mapped("product_uom_qty"),
        )

    def test_another_customer(self):
        """TIER-06, ORD-20: the sheet was signed by one customer."""
        for role in WRITERS:
            self.log_in(role)
            with self.undone(role=role):
                vals = {"partner_id": self.customers["a"].id}
                self.allowed(ORDER, "write", self.order_.ids, vals)
                self.no_sheet()

    def test_signatures_through_documents(self):
        """PLT-05: no command on a document reaches the rows of its signatures."""
        self.make_stock()
        row = self.order_.sudo().signature_ids[:1]
        inspection = self.env["final.inspection"].create(
            {"product_id": self.brochure.id, "quantity": 1,
             "company_id": self.company.id}
        )  # fmt: skip
        values = {"res_model": ORDER, "purpose_code": "technical", "kind": "signature"}
        before = self.evidence()
        for role in (*WRITERS, "quality"):
            self.log_in(role)
            for document in (self.order_, self.sheet, inspection):
                for command in (
                    [0, 0, values], [1, row.id, {"state": "void"}], [2, row.id, 0],
                    [3, row.id, 0], [4, row.id, 0], [5, 0, 0], [6, 0, [row.id]],
                ):  # fmt: skip
                    with self.undone(role=role, on=document._name, command=command):
                        self.attack(
                            document._name, "write", document.ids,
                            {"signature_ids": [command]}, context=FORGED,
                        )  # fmt: skip
                        self.assertEqual(self.evidence(), before)
            for method, arguments in (
                ("create", [[values]]), ("write", [row.ids, {"statement": "x"}]),
                ("unlink", [row.ids]), ("copy", [row.ids]),
                ("load", [[".id", "statement"], [[row.id, "x"]]]),
            ):  # fmt: skip
                with self.undone(role=role, method=method):
                    self.attack("signoff.signature", method, *arguments, context=FORGED)
                    self.assertEqual(self.evidence(), before)

    def test_copies_are_not_signed(self):
        """PLT-05: a copied order has no signature, sheet, decision or promise."""
        self.log_in("salesperson")
        [copied] = self.allowed(ORDER, "copy", self.order_.ids)
        copied = self.env[ORDER].browse(copied)
        self.assertFalse(self.latest(copied) or copied.sheet_ids)
        self.assertFalse(copied.production_completion_date)
        self.refused(ORDER, "action_confirm", copied.ids)
