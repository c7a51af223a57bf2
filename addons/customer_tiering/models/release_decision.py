from odoo import api, fields, models
from odoo.addons.written_signoff.keeping import keyed

from ..matrix import WAIVED, Excepted, Rule


class ReleaseDecision(models.Model):
    """That an order passed a gate: when, by whom, and by which rules (TIER-08).

    The rules are kept as they were, so that a later change of tier, matrix or
    contract does not reach what is released already. Rows are only ever added.
    """

    _name = "release.decision"
    _inherit = "kept.record"
    _description = "Release Decision"
    _order = "id desc"

    order_id = fields.Many2one(
        "sale.order", required=True, readonly=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    gate_id = fields.Many2one("release.gate", required=True, readonly=True)
    tier_id = fields.Many2one("customer.tier", readonly=True)
    user_id = fields.Many2one("res.users", "Released By", readonly=True)
    decided_at = fields.Datetime("Time", required=True, readonly=True)
    payment_term_id = fields.Many2one("account.payment.term", readonly=True)
    deposit_percent = fields.Float("Deposit (%)", readonly=True, digits=(5, 2))
    rules = fields.Json(readonly=True)
    summary = fields.Text(compute="_compute_summary")

    @api.depends("rules")
    def _compute_summary(self):
        names = dict(self.env["sale.order"]._release_states())
        requirements = self.env["release.requirement"]
        for decision in self:
            decision.summary = "\n".join(
                f"{requirements._get(code).name}: {names[row['state']]}"
                for code, row in (decision.rules or {}).items()
            )

    def _kept_refusal(self):
        """Refuse everybody but the gate itself."""
        return self.env._(
            "Releases are recorded when an order passes its gate, and cannot be "
            "written, changed or deleted."
        )

    @api.model
    def _record(self, gate, orders, answers):
        """Note that these orders passed the gate, and start what is owed."""
        tiers = orders._release_tiers()
        asked = orders.filtered(lambda order: _asks_deposit(answers[order.id]))
        deposits = asked._deposits_asked(asked) if asked else {}
        decisions = keyed(self).create(
            [
                {
                    "order_id": order.id,
                    "company_id": order.company_id.id,
                    "gate_id": gate.id,
                    "tier_id": tiers[order.id].id,
                    "user_id": self.env.uid,
                    "decided_at": fields.Datetime.now(),
                    "payment_term_id": order.sudo().payment_term_id.id
                    if order in asked
                    else False,
                    "deposit_percent": deposits.get(order.id, 0.0),
                    "rules": _rules_of(answers[order.id]),
                }
                for order in orders
            ]
        )
        self.env["release.owed"]._start(gate, orders, answers)
        return decisions

    @api.model
    def _rules_kept(self, gate, orders):
        """Return ``{order id: {code: Rule}}`` of orders released already."""
        rows = self.sudo().search(
            [("gate_id", "=", gate.id), ("order_id", "in", orders.ids)], order="id"
        )
        return {
            row.order_id.id: {
                code: Rule(
                    kept["treatment"],
                    kept["days"],
                    _excepted_then(kept),
                    row.tier_id.id or None,
                    row.decided_at,
                )
                for code, kept in row.rules.items()
            }
            for row in rows
        }


def _asks_deposit(answer):
    """Return whether a deposit was looked for: where it was waived none is kept."""
    codes = {line.code for line in answer.lines if line.rule.treatment != WAIVED}
    return "deposit_arrived" in codes


def _rules_of(answer):
    return {
        line.code: {
            "treatment": line.rule.treatment,
            "days": line.rule.days,
            "state": line.state,
            **(
                {
                    "exception": line.excepted.id,
                    "by": line.excepted.by,
                    "until": fields.Datetime.to_string(line.excepted.until),
                }
                if line.excepted
                else {}
            ),
        }
        for line in answer.lines
    }


def _excepted_then(kept):
    """Return the exception by which a requirement was passed, None without one."""
    if not kept.get("exception"):
        return None
    until = fields.Datetime.to_datetime(kept["until"])
    return Excepted(kept["exception"], kept["by"], until)
