"""The demo company: an invented colour printer in Taiwan, with people in each role.

Loaded by ``demo/demo_company.xml`` and by nothing else. Its data are the tables beside
that file; here is only what puts them in, through the methods that people use.
"""

import csv
import io
from base64 import b64encode
from datetime import timedelta
from random import Random

from odoo import Command, api, fields, models
from odoo.tools import file_open
from PIL import Image, ImageDraw

ZONE = "Asia/Taipei"
COMPANY = {
    "name": "槐錦彩印 Huaijin Colour Printing",
    "street": "8 Paper Mill Road, Lane 3",
    "street2": "造紙廠路 3 巷 8 號",
    "city": "Tainan 台南市",
    "zip": "700",
    "phone": "+886 6 5550 1688",
    "email": "office@huaijin.example",
    "website": "https://huaijin.example",
}
MORNING, AFTERNOON = (8.5, 12.0), (13.0, 17.5)
CHINESE = ("zh_TW", "zh_CN")


class OrderDemo(models.AbstractModel):
    """Builder of the demo company; each step reads its table and fills it in."""

    _name = "order.demo"
    _description = "Demo Company"

    @api.model
    def _load(self):
        """Build the whole company. Mail that people would get is kept in the house."""
        demo = self.with_context(
            mail_notify_force_send=False, mail_create_nosubscribe=True,
            no_reset_password=True,
        )  # fmt: skip
        # Demo data come before the translations; what is printed here needs them.
        demo.env["ir.module.module"].search(
            [("name", "=", "order_confirmation")]
        )._update_translations()
        demo._make_company()
        demo._make_calendar()
        demo._make_people()
        demo._make_goods()
        demo._make_customers()
        demo.env.flush_all()
        demo.env.ref("base.main_company").release_control = True
        demo._make_dimensions()
        demo._make_supervision()
        demo._make_orders()
        demo._make_production()
        demo._make_planning()
        demo._make_tiers()
        demo._make_tray()
        demo._make_shipping()
        demo.env["mail.mail"].search([("state", "=", "outgoing")]).cancel()

    # -- reading tables, naming records ------------------------------------------

    def _rows(self, table):
        """Return the rows of ``demo/<table>.csv`` as dictionaries."""
        with file_open(f"order_confirmation/demo/{table}.csv", "r") as stream:
            return list(csv.DictReader(stream))

    def _named(self, record, key):
        """Give a record an external id, by which the rest of the demo finds it."""
        self.env["ir.model.data"]._update_xmlids(
            [{"xml_id": f"order_confirmation.demo_{key}", "record": record,
              "noupdate": True}]
        )  # fmt: skip
        return record

    def _get(self, key):
        return self.env.ref(f"order_confirmation.demo_{key}")

    def _person(self, login):
        return self._get(f"user_{login}")

    def _as(self, record, login):
        """Return a record as this person sees it, in the person's language."""
        user = self._person(login)
        return record.with_user(user).with_context(lang=user.lang, tz=ZONE)

    def _drawn(self, name):
        """Return a signature drawn by hand, the same for the same name, as base64."""
        pen = Random(name)
        image = Image.new("RGB", (360, 120), "white")
        for _stroke in range(max(3, min(len(name), 6))):
            start = pen.randint(20, 220)
            points = [
                (start + step * 11 + pen.randint(-5, 5), pen.randint(25, 95))
                for step in range(10)
            ]
            ImageDraw.Draw(image).line(points, fill=(20, 30, 90), width=3)
        stream = io.BytesIO()
        image.save(stream, "PNG")
        return b64encode(stream.getvalue()).decode()

    # -- the company -------------------------------------------------------------

    def _make_company(self):
        company = self.env.ref("base.main_company")
        if not company.chart_template:
            self.env["account.chart.template"].try_loading(
                "generic_coa", company=company, install_demo=False
            )
        taiwan_dollar = self.env.ref("base.TWD")
        taiwan_dollar.active = True
        old = company.currency_id
        company.write(
            {**COMPANY, "country_id": self.env.ref("base.tw").id,
             "currency_id": taiwan_dollar.id, "logo": self._logo()}
        )  # fmt: skip
        company.partner_id.write({"tz": ZONE, "lang": "en_US"})
        self._make_taxes(company)
        bank = self.env["res.bank"].create({"name": "Anping Bank 安平銀行"})
        self.env["res.partner.bank"].create(
            {
                "acc_number": "000-168-0075508",
                "partner_id": company.partner_id.id,
                "bank_id": bank.id,
                "allow_out_payment": True,
            }
        )
        pricelists = self.env["product.pricelist"]
        pricelists.search([("currency_id", "=", old.id)]).currency_id = taiwan_dollar
        self.env["stock.warehouse"].search(
            [("company_id", "=", company.id)], limit=1
        ).name = "Tainan"
        # Odoo would send text messages through a paid service elsewhere.
        if "stock_text_confirmation" in company._fields:
            company.stock_text_confirmation = False
        self._make_terms()

    def _make_taxes(self, company):
        """Let the generic chart's taxes be Taiwan's: 5 % at home, nothing abroad."""
        own = [("company_id", "=", company.id)]
        for model in ("account.tax.group", "account.tax"):
            self.env[model].search(own).country_id = company.country_id
        domestic = self.env["account.fiscal.position"].search(
            [*own, ("country_id", "!=", False)]
        )
        domestic.country_id = company.country_id
        company.account_fiscal_country_id = company.country_id
        for tax in company.account_sale_tax_id | company.account_purchase_tax_id:
            tax.write({"name": "5%", "amount": 5})
            tax.tax_group_id.name = "5%"
            for named in (tax, tax.tax_group_id):
                self._translate(named, "name", ("5%", "5%"))

    def _logo(self):
        image = Image.new("RGB", (240, 240), "white")
        brush = ImageDraw.Draw(image)
        inks = ((0, 160, 210), (220, 20, 120), (250, 215, 0), (40, 40, 40))
        for place, ink in enumerate(inks):
            left, top = 30 + 90 * (place % 2), 30 + 90 * (place // 2)
            brush.ellipse((left, top, left + 80, top + 80), fill=ink)
        stream = io.BytesIO()
        image.save(stream, "PNG")
        return b64encode(stream.getvalue())

    def _make_terms(self):
        """Make the three payment terms, in three languages."""
        table = {
            "deposit_30": (
                30, [(30, 0), (70, 0)], "30 % deposit, balance before shipping",
                "訂金 30%，餘款出貨前付清", "定金 30%，余款发货前付清",
            ),
            "contract_60": (
                0, [(100, 60)], "Contract, 60 days", "合約，60 天", "合同，60 天",
            ),
            "advance": (
                100, [(100, 0)], "In advance", "款到生產", "款到生产",
            ),
        }  # fmt: skip
        for key, (deposit, parts, english, *chinese) in table.items():
            terms = self.env["account.payment.term"].create(
                {
                    "name": english,
                    "deposit_percent": deposit,
                    "line_ids": [
                        Command.create(
                            {"value": "percent", "value_amount": part, "nb_days": days}
                        )
                        for part, days in parts
                    ],
                }
            )
            self._translate(self._named(terms, f"terms_{key}"), "name", chinese)

    def _translate(self, record, field, texts):
        installed = dict(self.env["res.lang"].get_installed())
        found = {
            code: text
            for code, text in zip(CHINESE, texts, strict=True)
            if code in installed and text
        }
        record.update_field_translations(field, found)

    def _make_calendar(self):
        """Make working hours of our own, with a lunch break and two public holidays."""
        company = self.env.ref("base.main_company")
        calendar = self.env["resource.calendar"].create(
            {
                "name": "Tainan, Monday to Friday",
                "company_id": company.id,
                "tz": ZONE,
                "attendance_ids": [
                    Command.create(
                        {
                            "name": name,
                            "dayofweek": str(day),
                            "day_period": period,
                            "hour_from": hours[0],
                            "hour_to": hours[1],
                        }
                    )
                    for day in range(5)
                    for name, period, hours in (
                        ("Morning", "morning", MORNING),
                        ("Afternoon", "afternoon", AFTERNOON),
                    )
                ],
            }
        )
        company.resource_calendar_id = self._named(calendar, "calendar")
        for name, ahead in (("Company anniversary", 12), ("Paper Festival", 40)):
            self._make_holiday(calendar, name, ahead)

    def _make_holiday(self, calendar, name, ahead):
        """Close the house on a working day some weeks from today."""
        day = self._day(ahead)
        while day.weekday() > 4:
            day += timedelta(days=1)
        self.env["resource.calendar.leaves"].create(
            {
                "name": name,
                "calendar_id": calendar.id,
                "company_id": calendar.company_id.id,
                # A day in Taipei, in UTC: from 16:00 of the day before.
                "date_from": f"{day - timedelta(days=1)} 16:00:00",
                "date_to": f"{day} 15:59:59",
            }
        )

    def _day(self, ahead=0):
        """Return the date some days from today in Taipei (negative: before)."""
        today = fields.Date.context_today(self.with_context(tz=ZONE))
        return today + timedelta(days=ahead)

    def _now(self):
        return fields.Datetime.now()

    # -- the people --------------------------------------------------------------

    def _make_people(self):
        """Make somebody for each role of the suite."""
        installed = dict(self.env["res.lang"].get_installed())
        for row in self._rows("logins"):
            if row["role"] in ("administrator", "customer"):
                continue
            lang = row["lang"] if row["lang"] in installed else "en_US"
            user = self.env["res.users"].create(
                {
                    "name": row["name"],
                    "login": row["login"],
                    "password": row["password"],
                    "email": row["email"],
                    "lang": lang,
                    "tz": ZONE,
                    "notification_type": "inbox",
                    "company_id": self.env.ref("base.main_company").id,
                    "company_ids": [Command.set(self.env.ref("base.main_company").ids)],
                    "group_ids": [
                        Command.link(
                            self.env.ref(f"customer_tiering.role_{row['role']}").id
                        )
                    ],
                }
            )
            self._named(user, f"user_{row['login']}")
