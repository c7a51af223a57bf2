from odoo import api, fields, models

STATES = [("owed", "Owed"), ("met", "Met"), ("dropped", "Order cancelled")]


class ReleaseOwed(models.Model):
    """What an order was released without, and by when it must follow (ORD-31)."""

    _name = "release.owed"
    _description = "Owed After Release"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "due_date, id"

    name = fields.Char(compute="_compute_name", store=True)
    order_id = fields.Many2one(
        "sale.order", required=True, readonly=True, index=True, ondelete="cascade"
    )
    partner_id = fields.Many2one(related="order_id.partner_id", store=True)
    user_id = fields.Many2one(
        related="order_id.user_id", store=True, string="Salesperson"
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    gate_id = fields.Many2one("release.gate", required=True, readonly=True)
    requirement_id = fields.Many2one(
        "release.requirement", required=True, readonly=True
    )
    due_date = fields.Date(required=True, readonly=True)
    met_at = fields.Datetime("Met On", readonly=True)
    state = fields.Selection(STATES, default="owed", readonly=True, index=True)

    @api.depends("order_id.name", "requirement_id.name")
    def _compute_name(self):
        for owed in self:
            owed.name = f"{owed.order_id.name} · {owed.requirement_id.name}"

    @api.depends("order_id.name", "requirement_id.name")
    @api.depends_context("lang")
    def _compute_display_name(self):
        """Name it in the reader's language; the stored name is for searching."""
        for owed in self:
            owed.display_name = f"{owed.order_id.name} · {owed.requirement_id.name}"

    @api.model
    def _start(self, gate, orders, answers):
        """Begin what these orders owe, with a to-do for the salesperson.

        What an order owes already, because it was released before and is released
        again with its changes, keeps its date.
        """
        owing = orders.filtered(lambda order: answers[order.id].owed)
        running = self._running(owing)
        values = [
            self._start_values(gate, order, line)
            for order in owing
            for line in answers[order.id].owed
            if (order.id, line.code) not in running
        ]
        if not values:
            return self
        started = self.sudo().create(values)
        for owed in started:
            owed.activity_schedule(
                "mail.mail_activity_data_todo",
                date_deadline=owed.due_date,
                user_id=owed.user_id.id or self.env.uid,
                summary=owed._said_owed(),
            )
        return started

    def _said_owed(self):
        """Return what is owed, in the language of who has to see to it."""
        reader = self.with_context(lang=self.user_id.lang or self.env.lang)
        return reader.env._("Still owed: %s", reader.requirement_id.name)

    def _start_values(self, gate, order, line):
        return {
            "order_id": order.id,
            "company_id": order.company_id.id,
            "gate_id": gate.id,
            "requirement_id": self.env["release.requirement"]._get(line.code).id,
            "due_date": line.due,
        }

    @api.model
    def _running(self, orders):
        """Return ``{(order id, requirement code): due date}`` of what is owed now."""
        if not orders.ids:
            return {}
        rows = self.sudo().search_fetch(
            [("order_id", "in", orders.ids), ("state", "=", "owed")],
            ["order_id", "requirement_id", "due_date"],
        )
        requirements = rows.requirement_id
        codes = dict(zip(requirements.ids, requirements._codes(), strict=True))
        return {
            (row.order_id.id, codes[row.requirement_id.id]): row.due_date
            for row in rows
        }

    @api.model
    def _dues(self, orders, answers):
        """Return ``{(order id, requirement code): date}`` of all that is owed.

        The date on which it was promised, where the order is released; else the one
        it would get if it were released today. Working days of the company.
        """
        dues = self._running(orders.filtered(lambda order: order.state == "sale"))
        now = fields.Datetime.now()
        for company, own in orders.sudo().grouped("company_id").items():
            open_ = [
                (order.id, line)
                for order in own
                for line in answers[order.id].owed
                if (order.id, line.code) not in dues
            ]
            today = company._business_date(now)
            dates = {
                days: company._add_working_days(today, days)
                for days in {line.rule.days for _order_id, line in open_}
            }
            dues.update(
                {
                    (order_id, line.code): dates[line.rule.days]
                    for order_id, line in open_
                }
            )
        return dues

    @api.model
    def _drop(self, orders):
        """Nothing is owed on orders that were cancelled."""
        rows = self.sudo().search(
            [("order_id", "in", orders.ids), ("state", "=", "owed")]
        )
        rows.write({"state": "dropped"})
        rows.activity_unlink(["mail.mail_activity_data_todo"])

    @api.model
    def _settle(self, orders=None):
        """Close what has come meanwhile.

        Called when something that may be owed arrives, and each night for what
        arrives without a hook. Running it twice changes nothing.
        """
        domain = [("state", "=", "owed")]
        if orders is not None:
            domain.append(("order_id", "in", orders.ids))
        for requirement, rows in self.sudo().search(domain).grouped(
            "requirement_id"
        ).items():  # fmt: skip
            facts = requirement._facts(rows.order_id).get(requirement.code, {})
            met = rows.filtered(
                lambda owed, facts=facts: (
                    facts.get(owed.order_id.id) and facts[owed.order_id.id].met
                )
            )
            met.write({"state": "met", "met_at": fields.Datetime.now()})
            met.activity_unlink(["mail.mail_activity_data_todo"])

    @api.model
    def _cron_settle(self):
        self._settle()
        self._escalate()
