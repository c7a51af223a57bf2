from odoo import fields, models
from odoo.tools import format_date
from odoo.tools.misc import formatLang

from .sale_order_statements import OUTCOMES

NUMBERS = ("needed", "on_hand", "reserved", "claimed", "incoming", "short")
DATES = ("incoming_date", "earliest")


class SaleOrder(models.Model):
    """The two statements on paper, as they were signed (ORD-10, ORD-14)."""

    _inherit = "sale.order"

    def _reserve_words(self, rows):
        """Return the rows of a reserve table for a person, computed or frozen ones."""
        remarks = {
            "unmade": self.env._(
                "No bill of materials: it is bought or taken from stock."
            ),
            "unknown": self.env._("Short, and no vendor says how long it takes."),
        }
        return [
            {
                "product": row["product"],
                "unit": row["unit"],
                "scarce": float(row["short"]) > 0,
                "remark": remarks.get(row.get("remark"), ""),
                **{key: self._reserve_number(row.get(key)) for key in NUMBERS},
                **{
                    key: format_date(self.env, fields.Date.to_date(row[key]))
                    if row[key]
                    else ""
                    for key in DATES
                },
            }
            for row in rows
        ]

    def _reserve_number(self, value):
        value = round(float(value or 0), 3)
        digits = 0 if value == int(value) else len(str(value).partition(".")[2])
        return formatLang(self.env, value, digits=digits)

    def _statement_paper(self, code):
        """Return what a statement's paper prints; ``signature`` is empty without one.

        :param str code: ``technical`` or ``production``
        """
        self.ensure_one()
        order = self.sudo()
        signature = order._signoff_printed([code])
        content = signature._content() if signature else {}
        declared, terms = content.get("declared", {}), content.get("terms", {})
        outcomes = dict(OUTCOMES) | dict(
            self._fields["technical_outcome"]._description_selection(self.env)
        )
        return {
            "signature": signature,
            "lines": list(terms.get("lines", {}).values()),
            "outcome": outcomes.get(declared.get("outcome"), ""),
            "changes": declared.get("changes", ""),
            "reserve": self._reserve_words(declared.get("reserve", [])),
            "start": self._paper_date(terms.get("production_start_date")),
            "completion": self._paper_date(terms.get("production_completion_date")),
        }

    def _paper_date(self, text):
        return format_date(self.env, fields.Date.to_date(text)) if text else ""
