"""Ground for the stories of intake: a memorandum, people who take calls, a rival."""

from datetime import datetime

from odoo import Command

from .order_case import OrderCase


class IntakeCase(OrderCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.people["merchandiser"] = cls._person("merchandiser")
        cls.colleague = cls._person("salesperson", login="case_colleague")
        cls.service = cls.people["customer_service"]
        cls.seller = cls.people["salesperson"]
        # Working hours Monday to Friday 8-12 and 13-17, UTC: 2 March 2026 is a Monday.
        cls.company.resource_calendar_id = cls.env["resource.calendar"].create(
            {"name": "Office", "tz": "UTC", "company_id": cls.company.id}
        )
        cls.monday = datetime(2026, 3, 2, 9)

    def memorandum(self, user=None, **values):
        """Return the note of a telephone call about 500 brochures."""
        return (
            self.env["order.memorandum"]
            .with_user(user or self.service)
            .create(
                {
                    "partner_id": self.customers["b"].id,
                    "caller_name": "Ms Lin",
                    "caller_phone": "06 123 4567",
                    "requirement": "500 brochures as last year, before the fair.",
                    "wanted_date": "2030-01-31",
                    "special_requirements": "Deliver to the back door.",
                    "line_ids": [
                        Command.create(
                            {
                                "product_id": self.brochure.id,
                                "quantity": 500,
                                "specification": "A4, 8 pages",
                            }
                        )
                    ],
                    **values,
                }
            )
        )

    def bare_order(self, **values):
        """Return an order of which only customer and product are known."""
        return self.order(
            **{
                "channel": False,
                "wanted_date": False,
                "recipient_name": False,
                "delivery_contact": " - ",
                "delivery_phone": "unknown",
                "payment_term_id": False,
                **values,
            }
        )

    def other_company(self):
        """Return another company and its own customer service person."""
        rival = self.env["res.company"].create({"name": "Evening Colour Works"})
        person = self._person(
            "customer_service",
            login="case_rival",
            company_id=rival.id,
            company_ids=[Command.set(rival.ids)],
        )
        return rival, person
