from odoo import api, fields, models
from odoo.addons.written_signoff.wording import joined
from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tools import format_date, format_datetime

from ..matrix import EXCEPTED, MET, MISSING, NOT_NEEDED, OWED, WAIVED, Answer, words

# Internal answers: a customer on the portal never reads one, not even over RPC.
GATE_STATES = [
    ("open", "Open"),
    ("blocked", "Blocked"),
    ("free", "Not controlled"),
]
# On their way: to production, and out of the house.
ENTERING = ("draft", "sent")
LEAVING = ("pending", "started", "partial")


class SaleOrder(models.Model):
    """What a gate answers, in words: the same on form, list, refusal and over RPC."""

    _inherit = "sale.order"

    production_gate = fields.Selection(
        GATE_STATES,
        compute="_compute_gates",
        groups="base.group_user",
    )
    shipping_gate = fields.Selection(
        GATE_STATES,
        compute="_compute_gates",
        groups="base.group_user",
    )
    production_gate_lines = fields.Json(
        compute="_compute_gates", groups="base.group_user"
    )
    shipping_gate_lines = fields.Json(
        compute="_compute_gates", groups="base.group_user"
    )
    release_next = fields.Char(
        "Next", compute="_compute_gates", groups="base.group_user"
    )
    release_blocked_by = fields.Char(
        "Blocked By", compute="_compute_gates", groups="base.group_user"
    )
    release_blocked_at = fields.Selection(
        [("production", "At production"), ("shipping", "At shipping")],
        "Blocked",
        compute="_compute_gates",
        search="_search_release_blocked_at",
        groups="base.group_user",
        help="The gate that comes next, where it is closed. What is delivered has "
        "none.",
    )

    def _release_refusal(self, gate, answer):
        """Return why this order does not pass, for the person who tried."""
        lines = [f"• {self._release_words(line)}" for line in answer.missing] or [
            self.env._("• no requirement is set up for this gate")
        ]
        return "\n".join(
            [
                self.env._(
                    "%(order)s cannot pass “%(gate)s” yet. Missing:",
                    order=self.name,
                    gate=gate.name,
                ),
                *lines,
            ]
        )

    def _release_words(self, line):
        row = self._release_row(line)
        waiting = row["since"] and self.env._("waiting since %s", row["since"])
        said = [
            row["name"],
            row["detail"],
            self.env._("from %s", row["who"]),
            row["where"],
            row["rule"],
            waiting,
        ]
        return " – ".join(filter(None, said))

    def _release_row(self, line):
        requirement = self.env["release.requirement"]._get(line.code)
        names = dict(self._release_states())
        return {
            "code": line.code,
            "name": requirement.name,
            "state": line.state,
            "state_name": names[line.state],
            "treatment": line.rule.treatment,
            "days": line.rule.days,
            "detail": words(line.fact.detail),
            "who": " · ".join(filter(None, [requirement._who(), words(line.fact.who)])),
            "where": requirement.where or "",
            "since": self._release_moment(line.fact.since),
            "due": format_date(self.env, line.due) if line.due else "",
            "by": line.excepted.by if line.excepted else "",
            "until": self._release_moment(line.excepted and line.excepted.until),
            **self._release_rule_row(line.rule),
        }

    def _release_rule_row(self, rule):
        """Return by which rule: of which tier, and of which release (TIER-05, TIER-08).

        :return: ``tier`` and ``released`` (both may be empty), and ``rule``, the words
        """
        tier = self.env["customer.tier"].sudo().browse(rule.tier or ()).name or ""
        released = format_date(self.env, rule.kept) if rule.kept else ""
        if tier and released:
            text = self.env._(
                "rule of tier %(tier)s at the release of %(date)s",
                tier=tier,
                date=released,
            )
        elif tier:
            text = self.env._("rule of tier %s", tier)
        else:
            text = self.env._("required, as no rule says otherwise")
        return {"tier": tier, "released": released, "rule": text}

    def _release_moment(self, moment):
        return format_datetime(self.env, moment, dt_format="short") if moment else ""

    @api.model
    def _release_states(self):
        return [
            (MET, self.env._("met")),
            (OWED, self.env._("owed later")),
            (EXCEPTED, self.env._("excepted")),
            (WAIVED, self.env._("waived for this tier")),
            (NOT_NEEDED, self.env._("not needed here")),
            (MISSING, self.env._("missing")),
        ]

    @api.depends("state", "order_line", "partner_id", "company_id", "order_kind_id")
    @api.depends_context("lang")
    def _compute_gates(self):
        held = self._release_held_to_rules().filtered("id")
        production = held._release_answers("production") if held else {}
        shipping = held._release_answers("shipping") if held else {}
        for order in self:
            order.production_gate, order.production_gate_lines = order._release_shown(
                production.get(order.id)
            )
            order.shipping_gate, order.shipping_gate_lines = order._release_shown(
                shipping.get(order.id)
            )
            waiting = order._release_waits_for(
                production.get(order.id), shipping.get(order.id)
            )
            order.release_blocked_at = order._release_blocked_at(
                production.get(order.id), shipping.get(order.id)
            )
            order.release_blocked_by = joined(
                self.env, (row["name"] for row in waiting)
            )
            order.release_next = bool(waiting) and self.env._(
                "%(what)s, from %(who)s", what=waiting[0]["name"], who=waiting[0]["who"]
            )

    def _release_shown(self, answer: Answer | None):
        if answer is None:
            return "free", []
        rows = [self._release_row(line) for line in answer.lines]
        return ("open" if answer.open else "blocked"), rows

    def _release_waits_for(self, production, shipping):
        """Return the rows of what is missing at the gate that comes next."""
        answer = shipping if self.state == "sale" else production
        if not answer or self.state == "cancel":
            return []
        return [self._release_row(line) for line in answer.missing]

    def _release_blocked_at(self, production, shipping):
        """Return the code of the gate that comes next and is closed, or False."""
        if self.state in ENTERING:
            return bool(production and not production.open) and "production"
        leaving = self.state == "sale" and self.sudo().delivery_status in LEAVING
        return bool(leaving and shipping and not shipping.open) and "shipping"

    def _search_release_blocked_at(self, operator, value):
        """Ask the gates of what is on its way; what is delivered is not looked at."""
        self._check_field_access(self._fields["release_blocked_at"], "read")
        if operator != "in":
            return NotImplemented
        orders = self.search(
            [
                ("company_id.release_control", "=", True),
                "|",
                ("order_kind_id", "=", False),
                ("order_kind_id.exempt", "=", False),
                "|",
                ("state", "in", ENTERING),
                "&",
                ("state", "=", "sale"),
                ("delivery_status", "in", LEAVING),
            ]
        )
        blocked = orders.grouped("release_blocked_at")
        blocked.pop(False, None)
        found = self.union(*(blocked.get(gate, self) for gate in value if gate))
        domain = Domain("id", "in", found.ids)
        if False in value:
            domain |= Domain("id", "not in", self.union(*blocked.values()).ids)
        return domain

    def release_status(self, gate):
        """Tell, over RPC, what a gate says of these orders (TIER-05, PLT-11).

        :param str gate: ``production`` or ``shipping``
        :return: a list, one dictionary per order: ``id``, ``open``, ``controlled`` and
            ``requirements`` (code, name, state, treatment, days, detail, who, where,
            since, ``due`` of what is owed, ``by`` and ``until`` of an exception,
            ``rule`` in words, the ``tier`` whose rule it is, and the day ``released``
            where it is that of the release)
        """
        self.check_access("read")
        if not self.env.user._is_internal():
            raise AccessError(self.env._("This is for our own people only."))
        held = self._release_held_to_rules()
        answers = held._release_answers(gate) if held else {}
        return [
            {
                "id": order.id,
                "controlled": order.id in answers,
                "open": answers[order.id].open if order.id in answers else True,
                "requirements": order._release_shown(answers.get(order.id))[1],
            }
            for order in self
        ]
