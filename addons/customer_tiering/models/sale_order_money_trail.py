from markupsafe import Markup
from odoo import api, fields, models
from odoo.tools import format_date


class SaleOrder(models.Model):
    """What was counted for an order, and from which entry: for finance (TIER-04)."""

    _inherit = "sale.order"

    money_trail = fields.Html(
        "What Was Counted",
        compute="_compute_money_trail",
        groups="account.group_account_invoice,customer_tiering.role_sales_director",
    )

    @api.depends("amount_total", "currency_id")
    @api.depends_context("lang")
    def _compute_money_trail(self):
        trails = self._money_trail()
        for order in self:
            order.money_trail = order._money_table(trails.get(order.id, []))

    def _money_trail(self):
        """Return what was counted for these orders, the oldest first.

        :return: ``{order id: [dict]}``: date, entry (account.move), payment, invoice
            (what it was reconciled with), counted (in the order's currency), how
            (reconciled, allocated or promised)
        """
        counted = self._money_counted()
        arrivals = [entry.arrival for rows in counted.values() for entry in rows]
        moves = self.env["account.move"].sudo()
        moves = moves.browse(
            {id_ for row in arrivals for id_ in (row.move_id, row.invoice_id) if id_}
        )
        moves.fetch(["name"])
        trails = {}
        for order_id, rows in counted.items():
            rows = [row for row in rows if row.amount]
            trails[order_id] = [
                {
                    "date": row.arrival.day,
                    "entry": moves.browse(row.arrival.move_id or ()),
                    "payment": self.env["account.payment"]
                    .sudo()
                    .browse(row.arrival.payment_id or ()),
                    "invoice": moves.browse(row.arrival.invoice_id or ()),
                    "counted": row.amount,
                    "how": _how(row.arrival),
                }
                for row in sorted(rows, key=lambda row: row.arrival.since)
            ]
        return trails

    def _money_table(self, rows):
        if not rows:
            return False
        currency = self.currency_id
        hows = {
            "reconciled": self.env._("reconciled with %s"),
            "promised": self.env._("not in the books yet"),
            "allocated": self.env._("allocated to the order"),
        }
        body = Markup().join(
            Markup(
                "<tr><td>%s</td><td>%s</td><td>%s</td><td class='text-end'>%s</td></tr>"
            )
            % (
                format_date(self.env, row["date"]),
                self._money_link(row),
                hows[row["how"]].replace("%s", row["invoice"].name or ""),
                currency.format(row["counted"]),
            )
            for row in rows
        )
        total = currency.format(sum(row["counted"] for row in rows))
        heads = Markup().join(
            Markup("<th>%s</th>") % text
            for text in (
                self.env._("Date"),
                self.env._("Entry"),
                self.env._("Counted because"),
            )
        )
        return Markup(
            "<table class='table table-sm'><thead><tr>%s<th class='text-end'>%s</th>"
            "</tr></thead><tbody>%s</tbody><tfoot><tr><th colspan='3'>%s</th>"
            "<th class='text-end'>%s</th></tr></tfoot></table>"
        ) % (heads, self.env._("Counted"), body, self.env._("Received"), total)

    def _money_link(self, row):
        if row["payment"]:
            payment = row["payment"]
            name = row["entry"].name or payment.name or payment.memo or payment.id
            return Markup("<a href='/odoo/account.payment/%s'>%s</a>") % (
                payment.id,
                name,
            )
        return Markup("<a href='/odoo/account.move/%s'>%s</a>") % (
            row["entry"].id,
            row["entry"].name,
        )


def _how(arrival):
    if arrival.payment_id and not arrival.move_id:
        return "promised"
    return "reconciled" if arrival.invoice_id else "allocated"
