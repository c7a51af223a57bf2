from typing import NamedTuple

from dateutil.relativedelta import relativedelta
from odoo import api, fields, models
from odoo.tools import format_date, formatLang

from ..standard import Step, step_of


class Span(NamedTuple):
    """What is measured: a company's books from `since` (None: ever) up to `until`.

    Both days count, and are those of the company.
    """

    company: models.Model
    since: object
    until: object


class CustomerTierCriterion(models.Model):
    """One criterion of the customer tier standard, measured from the books (TIER-02).

    What is measured is a method ``_figures_<measure>(span)``; an add-on brings another
    one by adding to the selection and the method.
    """

    _name = "customer.tier.criterion"
    _description = "Criterion of the Customer Tier Standard"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    measure = fields.Selection(
        [
            ("revenue", "Revenue"),
            ("days_late", "Days paid late"),
            ("orders", "Orders"),
            ("years", "Years as a customer"),
        ],
        required=True,
        help="What is measured from the books.",
    )
    weight = fields.Float(
        required=True, default=10, digits=(6, 2), help="How much it counts."
    )
    months = fields.Integer(
        default=12, help="How far back is measured; 0 measures from the beginning."
    )
    step_ids = fields.One2many(
        "customer.tier.step", "criterion_id", "Points", copy=True
    )
    company_id = fields.Many2one(
        "res.company", help="Left empty, it counts in every company."
    )
    active = fields.Boolean(default=True)

    _weight = models.Constraint("CHECK(weight > 0)", "A weight is more than nothing.")
    _months = models.Constraint("CHECK(months >= 0)", "Months cannot be negative.")

    @api.model
    def _of_company(self, company):
        """Return the criteria by which this company measures its customers."""
        return self.sudo().search([("company_id", "in", [False, company.id])])

    def _span(self, company, until):
        self.ensure_one()
        since = until - relativedelta(months=self.months, days=-1)
        return Span(company, since if self.months else None, until)

    def _figures(self, span):
        """Measure all customers of a company at once.

        :return: ``{commercial partner id: figure}``; who is missing in it has none
        """
        self.ensure_one()
        return getattr(self, f"_figures_{self.measure}")(span)

    def _steps(self):
        return [Step(step.at_least, step.points) for step in self.step_ids]

    # -- in words --------------------------------------------------------------------

    def _sentence(self, row, company):
        """Explain in one sentence, in the reader's language, what was measured.

        :param dict row: as frozen in a proposal: measure, figure, points, from, since,
            until (dates as ISO texts)
        """
        say = f"_say_{row['measure']}"
        figure = row["figure"]
        points = formatLang(self.env, row["points"], digits=0)
        # The add-on that brought a measure may be gone.
        if figure is None or not hasattr(self, say):
            return self.env._("Nothing known, which gives %s points.", points)
        return self.env._(
            "%(what)s, which gives %(points)s of 100 points.",
            what=getattr(self, say)(figure, self._say_span(row), company),
            points=points,
        )

    def _say_span(self, row):
        if not row["since"]:
            return self.env._("up to %s", format_date(self.env, row["until"]))
        return self.env._(
            "from %(since)s to %(until)s",
            since=format_date(self.env, row["since"]),
            until=format_date(self.env, row["until"]),
        )

    def _say_revenue(self, figure, span, company):
        return self.env._(
            "Invoiced %(amount)s without tax %(span)s",
            amount=company.currency_id.with_env(self.env).format(figure),
            span=span,
        )

    def _say_days_late(self, figure, span, company):
        return self.env._(
            "Paid what fell due %(span)s on average %(days)s days late",
            days=formatLang(self.env, figure, digits=1),
            span=span,
        )

    def _say_orders(self, figure, span, company):
        return self.env._(
            "Orders confirmed %(span)s: %(count)s",
            count=formatLang(self.env, figure, digits=0),
            span=span,
        )

    def _say_years(self, figure, span, company):
        return self.env._(
            "Customer for %(years)s years %(span)s",
            years=formatLang(self.env, figure, digits=1),
            span=span,
        )

    def _measured(self, span, figure):
        """Return what a proposal freezes of this criterion for one customer."""
        step = step_of(self._steps(), figure)
        return {
            "criterion": self.id,
            "measure": self.measure,
            "weight": self.weight,
            "figure": figure,
            "points": step.points if step else 0.0,
            "since": fields.Date.to_string(span.since) if span.since else "",
            "until": fields.Date.to_string(span.until),
        }


class CustomerTierStep(models.Model):
    _name = "customer.tier.step"
    _description = "Points for a Figure"
    _order = "at_least, id"

    criterion_id = fields.Many2one(
        "customer.tier.criterion", required=True, index=True, ondelete="cascade"
    )
    at_least = fields.Float(
        "From", help="From this figure on: money in the company's currency, days, "
        "orders, sheets, years."
    )  # fmt: skip
    points = fields.Float(digits=(6, 1), help="0 to 100.")

    _points = models.Constraint(
        "CHECK(points >= 0 AND points <= 100)", "Points lie between 0 and 100."
    )
    _step_unique = models.Constraint(
        "unique(criterion_id, at_least)",
        "There are points from this figure on already.",
    )
