from datetime import timedelta

from odoo import Command, models

INSTRUCTIONS = (
    (
        "與簽核樣稿比對顏色與套印；兩者並排拍照。",
        "与签核样稿比对颜色与套印；两者并排拍照。",
    ),
    ("清點良品，不計投入張數。", "清点良品，不计投入张数。"),
)


class OrderDemo(models.AbstractModel):
    """What is looked at while goods are made, and what went wrong with some."""

    _inherit = "order.demo"

    def _make_supervision(self):
        """Say what the merchandiser looks at, before any order is made."""
        category = self._get("product_CB-100").categ_id
        template = self.env["supervision.template"].create(
            {
                "name": "Printed goods",
                "categ_id": category.id,
                "line_ids": [
                    Command.create(row)
                    for row in (
                        {
                            "name": "First sheets against the proof",
                            "kind": "quality",
                            "due_on": "hours",
                            "hours": 2,
                            "instructions": "Compare colour and register with the "
                            "signed proof; take a picture of both side by side.",
                            "picture_required": True,
                        },
                        {
                            "name": "Good pieces so far",
                            "kind": "quantity",
                            "due_on": "part",
                            "part": 0.5,
                            "number_required": True,
                            "instructions": "Count what is good, not what was fed in.",
                        },
                        {
                            "name": "Will it be finished in time?",
                            "kind": "time",
                            "due_on": "part",
                            "part": 0.8,
                        },
                    )
                ],
            }
        )
        self._translate(template, "name", ("印刷品", "印刷品"))
        words = (
            ("首件與樣稿比對", "首件与样稿比对"),
            ("目前良品數量", "目前良品数量"),
            ("能否如期完工？", "能否如期完工？"),
        )
        for line, chinese in zip(template.line_ids, words, strict=True):
            self._translate(line, "name", chinese)
        for line, chinese in zip(template.line_ids, INSTRUCTIONS, strict=False):
            self._translate(line, "instructions", chinese)

    def _make_production(self):
        """Leave a late point, one that is due, and an open exception."""
        order = self._get("order_in_production")
        production = order.mrp_production_ids[:1]
        now = self._now()
        production.with_context(force_date=True).write(
            {
                "date_start": now - timedelta(days=4),
                "date_finished": now + timedelta(hours=6),
            }
        )
        points = production.supervision_ids.sorted("due_at")
        points.filtered(lambda point: point.due_at and point.due_at <= now)._fall_due()
        first = points[:1]
        clocks = first.clock_ids.filtered(lambda clock: clock.state == "running")
        if clocks and clocks.deadline_at < now:
            clocks._mark_late()
        other = self._get("order_in_production_zh").mrp_production_ids[:1]
        self._as(self.env["production.exception"], "production").create(
            {
                "production_id": other.id,
                "kind": "quality",
                "quantity": min(300, other.product_qty),
                "delay": 6,
                "description": "第二印张套色偏移约 0.4 mm，已停机隔离。",
            }
        )
