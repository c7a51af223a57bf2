from odoo import api, fields, models
from odoo.exceptions import UserError

# What starting a clock needs to know of its kind.
RULE = [
    "code",
    "company_id",
    "active",
    "hours",
    "calendar_hours",
    "warn_hours",
    "group_id",
]


class ServiceClockKind(models.Model):
    """A kind of promise: how much time, and which department keeps it.

    Changing a kind does not change the clocks that run already: they keep the
    rule they were started under.
    """

    _name = "service.clock.kind"
    _description = "Clock Kind"
    _order = "name, id"

    code = fields.Char(
        required=True, help="Name by which documents start clocks of this kind."
    )
    name = fields.Char(required=True, translate=True)
    description = fields.Text(translate=True)
    hours = fields.Float(
        string="Time Allowed (Hours)",
        required=True,
        help="Working hours, unless every hour counts. A document may allow another"
        " time when it starts the clock.",
    )
    calendar_hours = fields.Boolean(
        string="Every Hour Counts",
        help="Count nights, weekends and holidays too instead of working hours.",
    )
    warn_hours = fields.Float(
        string="Notice of Delay (Hours)",
        help="A delay counts as declared in time if it is declared at least so many"
        " hours before the clock is due.",
    )
    group_id = fields.Many2one(
        "res.groups",
        string="Department",
        ondelete="restrict",
        help="People of this group are told when nobody in particular must act, and"
        " may declare a delay.",
    )
    company_id = fields.Many2one(
        "res.company", help="Empty: for every company that has no kind of this code."
    )
    active = fields.Boolean(
        default=True,
        help="Archive a kind to start no more clocks of it; an archived kind of a"
        " company also switches off the general kind of the same code there.",
    )

    _code_company_unique = models.UniqueIndex(
        "(code, COALESCE(company_id, 0))",
        "Each code can be used once per company.",
    )
    _hours_positive = models.Constraint(
        "CHECK (hours > 0 AND hours <= 20000)",
        "The time allowed must be more than 0 and at most 20,000 hours.",
    )
    _warn_hours_within_hours = models.Constraint(
        "CHECK (warn_hours >= 0 AND warn_hours <= hours)",
        "The notice of delay cannot be longer than the time allowed.",
    )

    def copy_data(self, default=None):
        return [
            {**values, "code": self.env._("%s (copy)", kind.code)}
            if "code" not in (default or {})
            else values
            for kind, values in zip(self, super().copy_data(default), strict=True)
        ]

    @api.model
    def _by_company(self, code, companies):
        """Return {company: kind} in force, in one query.

        A company's own kind comes before the general one. The value is empty
        where the kind is archived: no clock is started there.

        :raise UserError: a company has no kind of the code at all
        """
        kinds = (
            self.sudo()
            .with_context(active_test=False)
            .search_fetch(
                [("code", "=", code), ("company_id", "in", [*companies.ids, False])],
                RULE,
            )
            .grouped("company_id")
        )
        general = kinds.get(self.env["res.company"], self.browse())
        result = {}
        for company in companies:
            kind = kinds.get(company.sudo(), general)
            if not kind:
                raise UserError(
                    self.env._(
                        "There is no clock kind “%(code)s” for %(company)s.",
                        code=code,
                        company=company.sudo().name,
                    )
                )
            result[company] = kind.filtered("active")
        return result
