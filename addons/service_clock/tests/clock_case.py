"""Ground for the stories: a company in Taipei, its people, and documents.

Contacts serve as documents: they have a chatter, to-dos and a company. The mixin
is put on them for the time of a test class only.
"""

from datetime import datetime

from odoo import Command, models
from odoo.tests import TransactionCase, new_test_user

# Taipei is UTC+8 all year; the calendar is Monday to Friday 8-12 and 13-17.
TAIPEI = 8


def taipei(day, hour, minute=0, month=3):
    """Return the naive UTC datetime of a wall-clock time in Taipei, 2026.

    2 March 2026 is a Monday.
    """
    return datetime(2026, month, day, hour, minute) - TAIPEI * HOUR


HOUR = datetime(2026, 1, 1, 1) - datetime(2026, 1, 1, 0)


def clocks_on_contacts(cls):
    """Let contacts inherit the mixin until the test class ends."""
    from odoo.orm.model_classes import add_to_registry  # noqa: PLC0415

    class Partner(models.Model):
        _module = None
        _name = "res.partner"
        _inherit = ["res.partner", "service.clock.mixin"]

    registry, cr = cls.registry, cls.env.cr
    partner, mixin = registry["res.partner"], registry["service.clock.mixin"]
    bases, children = partner._base_classes__, set(mixin._inherit_children)

    def restore():
        partner._base_classes__ = bases
        mixin._inherit_children.clear()
        mixin._inherit_children.update(children)
        registry._setup_models__(cr, ["res.partner"])

    cls.addClassCleanup(restore)
    add_to_registry(registry, Partner)
    registry._setup_models__(cr, ["res.partner"])


def working_week(name, tz):
    """Return values of a calendar, Monday to Friday 8-12 and 13-17."""
    spans = (("morning", 8, 12), ("lunch", 12, 13), ("afternoon", 13, 17))
    return {
        "name": name,
        "tz": tz,
        "attendance_ids": [Command.clear()]
        + [
            Command.create(
                {
                    "name": f"{day} {period}",
                    "dayofweek": str(day),
                    "day_period": period,
                    "hour_from": low,
                    "hour_to": high,
                }
            )
            for day in range(5)
            for period, low, high in spans
        ],
    }


class ClockCase(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        clocks_on_contacts(cls)
        cls.env = cls.env(context={**cls.env.context, "tracking_disable": True})
        cls.company = cls._company("Yonglin Lamps", "Asia/Taipei")
        cls.department = cls.env["res.groups"].create({"name": "Planning"})
        cls.planner = cls._person("planner", cls.company, cls.department)
        cls.colleague = cls._person("colleague", cls.company, cls.department)
        cls.outsider = cls._person("outsider", cls.company)
        cls.manager = cls._person("boss", cls.company)
        cls.manager.group_ids |= cls.env.ref("service_clock.group_manager")
        cls.kind = cls.env["service.clock.kind"].create(
            {
                "code": "answer",
                "name": "Planner's answer",
                "hours": 4,
                "warn_hours": 2,
                "group_id": cls.department.id,
            }
        )
        cls.env = cls.env(
            context={
                **cls.env.context,
                "allowed_company_ids": cls.company.ids,
            }
        )
        cls.order = cls._documents(1)

    @classmethod
    def _company(cls, name, tz):
        company = cls.env["res.company"].create({"name": name})
        calendar = cls.env["resource.calendar"].create(
            {**working_week(name, tz), "company_id": company.id}
        )
        company.resource_calendar_id = calendar
        return company

    @classmethod
    def _person(cls, login, company, groups=None):
        user = new_test_user(
            cls.env,
            f"clock_{login}",
            "base.group_user",
            company_id=company.id,
            company_ids=[Command.set(company.ids)],
            email=f"{login}@clocks.example",
            tz="Asia/Taipei",
        )
        user.group_ids |= groups or cls.env["res.groups"]
        return user

    @classmethod
    def _documents(cls, count, company=None):
        company = company or cls.company
        return (
            cls.env["res.partner"]
            .with_company(company)
            .create(
                [
                    {"name": f"Order {n}", "company_id": company.id}
                    for n in range(1, count + 1)
                ]
            )
        )

    @classmethod
    def _holiday(cls, day, company=None, **values):
        company = company or cls.company
        return cls.env["resource.calendar.leaves"].create(
            {
                "name": "Public holiday",
                "calendar_id": company.resource_calendar_id.id,
                "company_id": company.id,
                "date_from": taipei(day, 0),
                "date_to": taipei(day, 23, 59),
                **values,
            }
        )

    def _events(self, clock):
        return clock.event_ids.sorted("id").mapped("event")
