from datetime import timedelta

from odoo import Command, models

STEPS = (
    "technical", "production", "sheet", "check", "send", "return", "verify",
    "instruct", "deposit", "release", "start", "make", "inspect", "stock", "balance",
    "clear", "apply", "ship", "notice", "arrive",
)  # fmt: skip


class OrderDemo(models.AbstractModel):
    """Orders at each stage, taken there by the people whose work it is.

    Each row of ``demo/orders.csv`` walks the steps up to ``until``, but for those named
    in ``without``; ``then`` names what happens to it at last.
    """

    _inherit = "order.demo"

    def _make_orders(self):
        self._make_memoranda()
        for row in self._rows("orders"):
            order = self._take_order(row)
            self._walk(order, row)
            if row["then"]:
                getattr(self, f"_then_{row['then']}")(order)
            self._date_back(order, int(row["days"]))

    def _walk(self, order, row):
        """Take an order through its steps, up to the one where it now waits."""
        if not row["until"]:
            return
        steps = STEPS[: STEPS.index(row["until"]) + 1]
        for step in steps:
            if step not in row["without"].split():
                getattr(self, f"_step_{step}")(order, row)

    def _take_order(self, row):
        customer = self._get(f"customer_{row['customer']}")
        product = self._get(f"product_{row['code']}")
        line = {
            "product_id": product.id,
            "product_uom_qty": float(row["quantity"]),
            "specification": row["specification"],
            "tolerance_percent": 3,
        }
        order = self._as(self.env["sale.order"], row["service"]).create(
            {
                "partner_id": customer.id,
                "user_id": customer.user_id.id,
                "channel": row["channel"],
                "wanted_date": self._day(int(row["wanted"])),
                "recipient_name": row["recipient"],
                "delivery_contact": row["contact"],
                "delivery_phone": row["contact"] and customer.phone,
                "packing": row["packing"],
                "labelling": row["labelling"],
                "special_requirements": row["special"],
                "order_line": [Command.create(line)],
            }
        )
        return self._named(order.with_env(self.env), f"order_{row['key']}")

    def _date_back(self, order, days):
        """Let the order have come in some days ago; signatures keep their real time."""
        came = self._now() - timedelta(days=days, hours=days % 5)
        order.date_order = came
        order.flush_recordset()
        self.env.cr.execute(
            "UPDATE sale_order SET create_date = %s WHERE id = %s", [came, order.id]
        )
        order.invalidate_recordset(["create_date"])

    # -- contacts before any order -----------------------------------------------

    def _make_memoranda(self):
        """Note calls that are no order yet, and one that has just become one."""
        memoranda = self._as(self.env["order.memorandum"], "service")
        alone = memoranda.create(
            {
                "channel": "phone",
                "partner_id": self._get("customer_fjordlight").id,
                "caller_name": "Tom Rusk",
                "caller_phone": "+44 1632 960 115",
                "date": self._now() - timedelta(hours=3),
                "requirement": "Asks for a tin-look carton for the winter blend, "
                "about 15,000, before the trade fair. Wants a price first.",
                "wanted_date": self._day(45),
                "line_ids": [
                    Command.create(
                        {
                            "product_id": self._get("product_CB-100").id,
                            "quantity": 15000,
                            "specification": "Metallic board, as the summer blend",
                        }
                    )
                ],
            }
        )
        self._named(alone, "memorandum_en")
        stranger = self._as(self.env["order.memorandum"], "service2").create(
            {
                "channel": "fax",
                "caller_name": "鍾小姐",
                "caller_company": "晚汐餅舖",
                "caller_phone": "+886 8 5550 7711",
                "date": self._now() - timedelta(days=1),
                "requirement": "新客戶，詢問中秋餅盒 2000 個，附手繪草圖。",
                "line_ids": [
                    Command.create({"name": "餅盒，八角形，燙金", "quantity": 2000})
                ],
            }
        )
        self._named(stranger, "memorandum_zh")
        self._make_order_of_call()

    def _make_order_of_call(self):
        """Turn a call into an order in one click; the address is still to be asked."""
        call = self._as(self.env["order.memorandum"], "service2").create(
            {
                "channel": "phone",
                "partner_id": self._get("customer_luoxing").id,
                "caller_name": "阮小樂",
                "caller_phone": "+886 3 5550 4243",
                "date": self._now() - timedelta(days=2, hours=2),
                "requirement": "市集用紙袋 600 個，圖案與去年相同，收貨人後補。",
                "wanted_date": self._day(14),
                "line_ids": [
                    Command.create(
                        {
                            "product_id": self._get("product_PB-300").id,
                            "quantity": 600,
                            "specification": "300×90×350 mm，深藍底白星",
                        }
                    )
                ],
            }
        )
        call.action_make_order()
        order = call.order_id.with_env(self.env)
        self._named(order, "order_incomplete_zh")
        self._date_back(order, 2)

    # -- what happens to an order at last ----------------------------------------

    def _then_ask(self, order):
        self._as(order, "service").action_ask_customer()

    def _then_not_feasible(self, order):
        """Nothing more: the technical statement says it, see the step."""

    def _then_old_formula(self, order):
        """The customer has still to accept in writing what the old formula means."""
        self._instruct(order)
        technical = self._as(order, "technical")
        action = technical.action_formula_confirmation()
        document = self._as(self.env["formula.confirmation"], "technical")
        document = document.browse(action["res_id"])
        document.write(
            {
                "formula_words": "2023 年油墨配方",
                "consequence": "日晒下比新配方容易褪色。",
            }
        )
        self._sign(document, "formula_confirmation", "technical", "As they ask.")
        self._as(document, "service").action_hand_over_link()

    def _then_reject(self, order):
        self._as(order.current_sheet_id, "service2")._reject(
            "簽名模糊，且未加蓋店章，請重新簽回。"
        )

    def _then_change(self, order):
        """Order less after the departments have signed: their signatures are void."""
        self._as(order.order_line, "service2").product_uom_qty = 25000

    def _then_cancel(self, order):
        self._as(order, "service")._action_cancel()
