from odoo import api, fields, models, tools
from odoo.exceptions import ValidationError

from ..matrix import OWED, WAIVED, Rule
from . import shared_rules  # noqa: F401 - it comes before what inherits it

TREATMENTS = [("required", "Required"), ("owed", "Owed later"), ("waived", "Waived")]


class ReleaseRule(models.Model):
    """One cell of the matrix tier × gate × requirement (TIER-03).

    Whose rule it is, and where its history stands, is a matter of its tier.
    """

    _name = "release.rule"
    _description = "Release Rule"
    _inherit = ["cached.rules", "shared.rules", "recorded.part"]
    _order = "gate_id, requirement_id, tier_id"

    tier_id = fields.Many2one(
        "customer.tier", required=True, index=True, ondelete="cascade"
    )
    gate_id = fields.Many2one("release.gate", required=True, ondelete="cascade")
    requirement_id = fields.Many2one(
        "release.requirement", required=True, index=True, ondelete="cascade"
    )
    treatment = fields.Selection(TREATMENTS, required=True, default="required")
    owed_days = fields.Integer(
        help="Working days after release within which it must follow."
    )

    _cell_unique = models.Constraint(
        "unique(tier_id, gate_id, requirement_id)",
        "There is already a rule for this tier, gate and requirement.",
    )
    _owed_days = models.Constraint(
        "CHECK(treatment != 'owed' OR owed_days > 0)",
        "What is owed later needs the number of working days.",
    )

    def _rule_company(self):
        return self.tier_id.company_id

    def _part_of(self):
        return self.tier_id

    def _part_words(self):
        words = dict(self._fields["treatment"]._description_selection(self.env))
        treatment = words.get(self.treatment, "")
        if self.treatment == OWED:
            treatment = self.env._(
                "%(treatment)s, working days: %(days)s",
                treatment=treatment,
                days=self.owed_days,
            )
        return f"{self.gate_id.name}, {self.requirement_id.name}", treatment

    @api.constrains("treatment", "requirement_id", "gate_id")
    def _check_rule(self):
        for rule in self:
            requirement = rule.requirement_id
            if requirement.never_waived and rule.treatment == WAIVED:
                raise ValidationError(
                    self.env._("“%s” cannot be waived for any tier.", requirement.name)
                )
            if requirement.never_waived and rule.treatment == OWED:
                raise ValidationError(
                    self.env._(
                        "“%s” cannot follow later for any tier.", requirement.name
                    )
                )
            if rule.gate_id not in requirement.gate_ids:
                raise ValidationError(
                    self.env._(
                        "“%(requirement)s” is not asked for at “%(gate)s”.",
                        requirement=requirement.name,
                        gate=rule.gate_id.name,
                    )
                )

    @api.model
    @tools.ormcache("gate_id", "tier_id")
    def _cells(self, gate_id, tier_id):
        rows = self.sudo().search(
            [("gate_id", "=", gate_id), ("tier_id", "=", tier_id)]
        )
        return {
            row.requirement_id.code: Rule(row.treatment, row.owed_days, tier=tier_id)
            for row in rows
        }

    @api.model
    def _of(self, gate, tier):
        """Return ``{requirement code: Rule}`` of a tier at a gate; do not change it."""
        return self._cells(gate.id, tier.id)

    @api.model
    def get_matrix(self):
        """Return the matrix as the screen shows it: gates, tiers, rows, cells.

        :return: ``{"tiers": [...], "gates": [{"requirements": [{"cells": {...}}]}]}``
        """
        self.check_access("read")
        tiers = self.env["customer.tier"].search(
            [("company_id", "in", [False, self.env.company.id])]
        )
        cells = {
            (rule.gate_id.id, rule.requirement_id.id, rule.tier_id.id): rule
            for rule in self.search([("tier_id", "in", tiers.ids)])
        }
        requirements = self.env["release.requirement"].search([])  # pylint: disable=no-search-all
        may = self.has_access("write")
        shared = self._may_change_shared()
        return {
            "editable": may and bool(shared or tiers.company_id or not tiers),
            "tiers": [
                {
                    "id": tier.id,
                    "name": tier.name,
                    "editable": may and bool(tier.company_id or shared),
                }
                for tier in tiers
            ],
            "gates": [
                {
                    "id": gate.id,
                    "name": gate.name,
                    "requirements": [
                        requirement._matrix_row(gate, tiers, cells)
                        for requirement in requirements
                        if gate in requirement.gate_ids
                    ],
                }
                for gate in self.env["release.gate"].search([])
            ],
        }

    @api.model
    def set_cell(self, tier_id, gate_id, requirement_id, treatment, owed_days=0):
        """Write one cell of the matrix, as the screen does.

        :param str treatment: required, owed or waived
        :param int owed_days: working days, for what is owed later
        :raises ValidationError: not allowed for this requirement
        """
        key = [
            ("tier_id", "=", tier_id),
            ("gate_id", "=", gate_id),
            ("requirement_id", "=", requirement_id),
        ]
        values = {"treatment": treatment, "owed_days": owed_days}
        if rule := self.search(key):
            rule.write(values)
        else:
            rule = self.create({**{name: v for name, _op, v in key}, **values})
        return rule.id


class ReleaseRequirement(models.Model):
    _inherit = "release.requirement"

    def _matrix_row(self, gate, tiers, cells):
        self.ensure_one()
        return {
            "id": self.id,
            "name": self.name,
            "never_waived": self.never_waived,
            "who": self._who(),
            "cells": {
                tier.id: {
                    "treatment": rule.treatment if rule else "required",
                    "owed_days": rule.owed_days if rule else 0,
                    "ruled": bool(rule),
                }
                for tier in tiers
                for rule in [cells.get((gate.id, self.id, tier.id))]
            },
        }
