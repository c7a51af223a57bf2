from markupsafe import Markup
from odoo import fields, models
from odoo.tools import format_date, html2plaintext

LAYOUT_LINES = ("line_section", "line_subsection", "line_note")


def _address(partner):
    """Return an address without the empty lines of what is not known of it."""
    return _without_gaps(partner._display_address(True))


def _without_gaps(text):
    return "\n".join(row for row in map(str.strip, text.splitlines()) if row)


class SaleOrder(models.Model):
    """What a sheet freezes of its order: the terms, and the words to print them."""

    _inherit = "sale.order"

    def _sheet_terms(self):
        """Return what the customer signs, ``{order id: terms}``, read as nobody.

        Neither language nor company of whoever asks may decide whether it changed.
        """
        terms = {}
        for company, orders in self.sudo().grouped("company_id").items():
            reader = orders.with_context({}).with_company(company)  # pylint: disable=context-overridden
            terms.update({order.id: order._commercial_terms() for order in reader})
        return terms

    def _sheet_language(self):
        """Return the language of the customer, else that of the company."""
        self.ensure_one()
        order = self.sudo()
        installed = dict(self.env["res.lang"].get_installed())
        asked = (order.partner_id.lang, order.company_id.partner_id.lang, self.env.lang)
        return next((code for code in asked if code in installed), "en_US")

    def _sheet_words(self, key, value):
        """Return the value of a term for a person: dates and amounts written out."""
        if key.endswith("_date"):
            return format_date(self.env, fields.Date.to_date(value))
        if key == "amount_total":
            return self.currency_id.format(float(value))
        return _without_gaps(value)

    def _sheet_printed(self, lang):
        """Return everything a sheet prints, in this language, as plain values.

        Read once, when the sheet is made: a product renamed later, or a customer who
        moved, does not change a sheet that is on the way.
        """
        self.ensure_one()
        # Plain sudo: the paper says the same, whoever prepared it.
        order = self.sudo().with_context({"lang": lang}).with_company(self.company_id)  # pylint: disable=context-overridden
        customer = order.partner_id.commercial_partner_id
        note = order.payment_term_id.note
        return {
            "order": order.name,
            "reference": order.client_order_ref or "",
            "date": fields.Date.context_today(self),
            "customer": customer.name or order.partner_id.name or "",
            "customer_address": _address(customer),
            "customer_vat": customer.vat or "",
            "attention": order.partner_id.name or "",
            "recipient": order.recipient_name or "",
            "contact": order.delivery_contact or "",
            "phone": order.delivery_phone or "",
            "address": _address(order.partner_shipping_id),
            "salesperson": order.user_id.name or "",
            "payment_terms": order.payment_term_id.name or "",
            "payment_note": html2plaintext(note).strip() if note else "",
            "wanted_date": order.wanted_date or None,
            "promised_completion_date": order._promise_on_sheet() or None,
            "ship_date": order.ship_date or None,
            "packing": order.packing or "",
            "labelling": order.labelling or "",
            "special_requirements": order.special_requirements or "",
            "lines": [line._sheet_printed() for line in order._sheet_lines()],
            "totals": order._sheet_totals(),
            "clauses": str(order.company_id._sheet_clauses(lang)),
        }

    def _sheet_lines(self):
        """Return the lines that print: all but those that Odoo adds for a payment.

        A line of goods is on the paper, whatever it is called (ORD-20).
        """
        return self.order_line.filtered(
            lambda line: not line.is_downpayment or line.product_id
        )

    def _sheet_totals(self):
        """Return the rows under the table: subtotals, taxes by group, total."""
        totals = self.tax_totals or {}
        rows = []
        for subtotal in totals.get("subtotals", ()):
            rows.append(
                {"name": subtotal["name"], "amount": subtotal["base_amount_currency"]}
            )
            rows += [
                {"name": group["group_name"], "amount": group["tax_amount_currency"]}
                for group in subtotal["tax_groups"]
            ]
        return rows


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    def _sheet_printed(self):
        """Return one line of the table, in the language of the context."""
        self.ensure_one()
        kind = self.display_type or "goods"
        if kind in LAYOUT_LINES:
            return {"kind": kind, "name": self.name or ""}
        product = self.product_id
        names = {product.name, product.display_name}
        words = (self.name or "").splitlines()
        return {
            "kind": "goods",
            "code": product.default_code or "",
            "name": product.name or "",
            "description": "\n".join(row for row in words if row.strip() not in names),
            "specification": self.specification or "",
            "quantity": self.product_uom_qty,
            "tolerance": self.tolerance_percent,
            "unit": self.product_uom_id.name or "",
            "price": self.price_unit,
            "discount": self.discount,
            "taxes": ", ".join(self.tax_ids.mapped("name")),
            "amount": self.price_subtotal,
        }


class OrderSheet(models.Model):
    """The frozen words of a sheet, ready for paper and portal."""

    _inherit = "order.sheet"

    def _printed(self):
        """Return what the sheet prints, with numbers and dates as such."""
        self.ensure_one()
        printed = self._frozen()["print"]
        for key, value in printed.items():
            if key == "date" or key.endswith("_date"):
                printed[key] = value and fields.Date.to_date(value)
        for line in printed["lines"]:
            for key in ("price", "amount"):
                line[key] = float(line.get(key) or 0)
        for row in printed["totals"]:
            row["amount"] = float(row["amount"])
        printed["clauses"] = Markup(printed["clauses"])
        return printed

    def _decimals(self, text):
        """Return how many decimals a frozen number has: 1000 has none, 2.5 has one."""
        return len(str(text).partition(".")[2])

    def _price_decimals(self, price):
        """Return the decimals to print of a unit price, at least the currency's."""
        needed = len(f"{price:.6f}".rstrip("0").partition(".")[2])
        return max(self.currency_id.decimal_places, needed)
