"""What has really arrived in accounting for an order (TIER-04)."""

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import SQL

from ..money import Arrival, Counted, Invoice, Money, allotted, by_order, unconfirmed
from .sale_order import GatePassed

# What the SQL below reads; pending writes to it must be in the database first.
READ_FIELDS = {
    "account.account": "account_type",
    "account.move": "amount_residual amount_total_signed company_id currency_id date"
    " invoice_payment_term_id move_type reversed_entry_id state"
    " statement_line_id",
    "account.move.line": "account_id amount_currency amount_residual_currency balance"
    " currency_id display_type move_id price_total sale_line_ids",
    "account.partial.reconcile": "credit_amount_currency credit_move_id"
    " debit_amount_currency debit_move_id",
    "account.payment": "amount company_id currency_id date invoice_ids move_id"
    " partner_type payment_type sale_order_id state",
    "account.payment.allocation": "amount order_id payment_id",
    "account.payment.term": "discount_percentage early_discount",
    "res.currency.rate": "company_id currency_id name rate",
    "sale.order.line": "invoice_lines order_id",
}

CONFIRMED = SQL("payment.state IN ('in_process', 'paid')")
# The entry is neither drafted nor cancelled, nor taken back by a reversal, whether
# or not that was reconciled with it.
STANDS = SQL(
    """entry.state = 'posted' AND NOT EXISTS (
        SELECT FROM account_move back
         WHERE back.reversed_entry_id = entry.id AND back.state = 'posted')"""
)
# Per `moved` entry: what of its receivable is open, and how much of what it settles
# was money, for a write-off is none.
SETTLED = SQL(
    """
    SELECT entry_id, SUM(amount_residual_currency) FILTER (WHERE receivable) AS open,
           ABS(SUM(amount_currency) FILTER (WHERE receivable)) AS settled_currency,
           ABS(SUM(balance) FILTER (WHERE receivable)) AS settled,
           ABS(SUM(balance) FILTER (WHERE cash)) AS cash
      FROM (SELECT entry.entry_id, line.*,
                   account.account_type = 'asset_receivable' AS receivable,
                   account.account_type IN ('asset_cash', 'liability_credit_card')
                   AS cash
              FROM (SELECT DISTINCT entry_id FROM moved) entry
              JOIN account_move_line line ON line.move_id = entry.entry_id
              JOIN account_account account ON account.id = line.account_id) line
  GROUP BY entry_id"""
)


class SaleOrder(models.Model):
    _inherit = "sale.order"

    money_received = fields.Monetary(
        compute="_compute_money",
        help="Posted money in accounting for this order: payments and bank "
        "transactions reconciled with its invoices, and payments allocated to it. "
        "Refunds that were paid out are deducted; a credit note is no money.",
    )
    deposit_due = fields.Monetary(
        compute="_compute_money",
        help="What must have arrived before production, by the payment terms.",
    )
    balance_due = fields.Monetary(
        compute="_compute_money",
        help="The order's total less the money received.",
    )

    @api.depends("amount_total", "currency_id", "payment_term_id.deposit_percent")
    def _compute_money(self):
        totals = self._origin._money_totals()
        deposits = self._origin._deposits_asked(self)
        for order in self:
            total = totals.get(order._origin.id, (0.0, None))
            money = order._money(*total, deposits[order.id])
            order.money_received = money.received
            order.deposit_due = money.deposit_due
            order.balance_due = money.balance_due

    def _release_money(self):
        """The money side of the gates as accounting stands now (TIER-04, ORD-50).

        Counted are posted customer payments and bank transactions, for what of them
        is reconciled with the orders' invoices, and for what is not reconciled but
        allocated to the order. An invoice of several orders is shared by what it
        bills for each. Other currencies are taken at the company's rate of the day
        the money moved. A cash discount of the invoice's terms counts as paid; any
        other write-off does not.

        :return: {order id: Money}, in a constant number of queries
        """
        totals = self._money_totals()
        deposits = self._deposits_asked(self)
        return {
            order.id: order._money(*totals[order.id], deposits[order.id])
            for order in self
        }

    def _deposits_asked(self, orders):
        """{id of one of `orders`: percent}: as at the release, else as now (TIER-08).

        Terms and contracts that are changed later do not reach what is released; an
        order that is given other terms is held to those.

        :param orders: these orders, as they are under change on a form
        """
        percents = orders._deposit_percents()
        fresh = self.env.context.get("release_fresh")
        fresh = fresh.ids if isinstance(fresh, GatePassed) else ()
        released = self.sudo().filtered(
            lambda order: order.state == "sale" and order.id not in fresh
        )
        if not released:
            return percents
        decisions = self.env["release.decision"].sudo()
        rows = decisions.search_fetch(
            [("order_id", "in", released.ids), ("payment_term_id", "!=", False)],
            ["order_id", "payment_term_id", "deposit_percent"],
            order="id",
        )
        kept = {row.order_id.id: row for row in rows}
        for order in orders.sudo():
            row = kept.get(order._origin.id)
            if row and row.payment_term_id == order.payment_term_id._origin:
                percents[order.id] = row.deposit_percent
        return percents

    def _deposit_percents(self):
        """Return ``{order id: percent}`` of the total that must come before production.

        To be extended where something else than the payment terms asks for it; in a
        number of queries that does not grow with the orders.
        """
        return {
            order.id: order.sudo().payment_term_id.deposit_percent for order in self
        }

    def _money(self, received, since, deposit_percent):
        """`received`: unrounded, in the order's currency."""
        self.ensure_one()
        order = self.sudo()
        currency = order.currency_id or order.env.company.currency_id
        received = currency.round(received)
        deposit = order.amount_total * deposit_percent / 100
        return Money(
            received=received,
            deposit_due=currency.round(deposit),
            balance_due=max(0.0, currency.round(order.amount_total - received)),
            since=since if received > 0 else None,
        )

    def _money_totals(self):
        """{order id: (amount in the order's currency, when the last of it came)}"""
        totals = {order_id: (0.0, None) for order_id in self.ids}
        for order_id, entries in self._money_counted().items():
            since = [
                entry.arrival.since for entry in entries if entry.arrival.amount > 0
            ]
            total = sum(entry.amount for entry in entries)
            totals[order_id] = total, max(since, default=None)
        return totals

    def _money_counted(self):
        """What was counted for each order, and from which entry (TIER-04).

        :return: {order id: [Counted]}, in a constant number of queries
        """
        if not self.ids:
            return {}
        for model, names in READ_FIELDS.items():
            self.env[model].flush_model(names.split())
        # A payment for several orders is shared among all of them, asked for or not.
        orders = self.sudo().browse(self._money_together())
        invoices = orders._money_invoices()
        arrivals = orders._money_reconciled(invoices)
        shared = orders._money_allocated()
        arrivals += [arrival for arrival, part in shared if part is None]
        promises = orders._money_promised(invoices)
        currencies = {order.id: order.currency_id.id for order in orders}
        billed = {invoice.currency_id for invoice in invoices.values()}
        convert = orders._money_converter(
            arrivals + promises + [arrival for arrival, _part in shared],
            billed | set(currencies.values()),
        )
        arrivals += _allotted(shared, arrivals, invoices, convert)
        arrivals += list(unconfirmed(promises, arrivals, invoices, convert))
        counted = {order_id: [] for order_id in self.ids}
        for arrival, order_id, share in by_order(arrivals, invoices):
            if order_id in counted:
                amount = convert(arrival, currencies[order_id]) * share
                counted[order_id].append(Counted(arrival, amount))
        return counted

    def _money_together(self):
        """The ids of these orders and of those that share a payment with them."""
        query = SQL(
            """
            SELECT other.order_id
              FROM account_payment_allocation mine
              JOIN account_payment_allocation other
                ON other.payment_id = mine.payment_id
             WHERE mine.order_id = ANY(%s)
            """,
            self.ids,
        )
        together = {order_id for (order_id,) in self.env.execute_query(query)}
        return [*self.ids, *sorted(together - set(self.ids))]

    def _money_invoices(self):
        """{invoice id: Invoice} of all posted invoices that bill these orders."""
        query = SQL(
            """
            WITH touched AS (
                SELECT DISTINCT line.move_id
                  FROM sale_order_line ordered
                  JOIN sale_order_line_invoice_rel rel
                    ON rel.order_line_id = ordered.id
                  JOIN account_move_line line ON line.id = rel.invoice_line_id
                 WHERE ordered.order_id = ANY(%s)
            ), part AS (
                SELECT line.move_id, ordered.order_id,
                       line.price_total / COUNT(*) OVER (PARTITION BY line.id) AS amount
                  FROM touched
                  JOIN account_move_line line ON line.move_id = touched.move_id
                  LEFT JOIN sale_order_line_invoice_rel rel
                    ON rel.invoice_line_id = line.id
                  LEFT JOIN sale_order_line ordered ON ordered.id = rel.order_line_id
                 WHERE line.display_type = 'product'
            )
            SELECT invoice.id, part.order_id, SUM(part.amount), invoice.currency_id,
                   ABS(invoice.amount_residual),
                   CASE WHEN term.early_discount
                        THEN term.discount_percentage ELSE 0 END
              FROM part
              JOIN account_move invoice ON invoice.id = part.move_id
              LEFT JOIN account_payment_term term
                ON term.id = invoice.invoice_payment_term_id
             WHERE invoice.state = 'posted'
               AND invoice.move_type IN ('out_invoice', 'out_receipt', 'out_refund')
          GROUP BY invoice.id, part.order_id, term.id
            """,
            self.ids,
        )
        invoices = {}
        for invoice_id, order_id, billed, *about in self.env.execute_query(query):
            invoice = invoices.setdefault(invoice_id, Invoice(*about))
            invoice.billed[order_id] = billed or 0.0
        return invoices

    def _money_reconciled(self, invoices):
        """Arrivals reconciled with `invoices`, in the invoices' currency."""
        # Materialized, for without statistics the planner would cross the tables.
        query = SQL(
            """
            WITH own AS MATERIALIZED (
                SELECT line.id, line.move_id, line.currency_id
                  FROM account_move_line line
                  JOIN account_account account ON account.id = line.account_id
                 WHERE line.move_id = ANY(%(invoices)s)
                   AND account.account_type = 'asset_receivable'
            ), part AS MATERIALIZED (
                SELECT own.*, credit_move_id AS other_id, part.create_date,
                       debit_amount_currency AS amount
                  FROM own JOIN account_partial_reconcile part
                    ON debit_move_id = own.id
                 UNION ALL
                SELECT own.*, debit_move_id, part.create_date, -credit_amount_currency
                  FROM own JOIN account_partial_reconcile part
                    ON credit_move_id = own.id
            ), moved AS MATERIALIZED (
                SELECT part.*, entry.id AS entry_id, entry.company_id, entry.date,
                       payment.amount AS paid, payment.id AS payment_id
                  FROM part
                  JOIN account_move_line other ON other.id = part.other_id
                  JOIN account_move entry ON entry.id = other.move_id
                  LEFT JOIN account_payment payment ON payment.move_id = entry.id
                 WHERE %(stands)s
                   AND (%(confirmed)s
                        OR payment.id IS NULL AND entry.statement_line_id IS NOT NULL)
            )
            SELECT moved.move_id, moved.amount, COALESCE(
                       moved.paid / NULLIF(entry.settled_currency, 0),
                       entry.cash / NULLIF(entry.settled, 0), 0),
                   moved.currency_id, moved.company_id, moved.date, moved.create_date,
                   moved.paid IS NULL, moved.entry_id, moved.payment_id
              FROM moved
              JOIN (%(settled)s) entry ON entry.entry_id = moved.entry_id
            """,
            invoices=list(invoices),
            settled=SETTLED,
            stands=STANDS,
            confirmed=CONFIRMED,
        )
        arrivals = []
        for invoice_id, amount, share, *about in self.env.execute_query(query):
            if share < invoices[invoice_id].least_share:
                amount *= share  # the rest was a write-off
            arrivals.append(Arrival(invoice_id, None, amount, *about))
        return arrivals

    def _money_allocated(self):
        """Money allocated to these orders, for what is reconciled with nothing.

        :return: [(Arrival, part)]; part is None where the whole payment is the order's
        """
        query = SQL(
            """
            WITH moved AS MATERIALIZED (
                SELECT payment.*, entry.id AS entry_id, entry.create_date AS since,
                       given.order_id AS given_to, given.amount AS part
                  FROM (SELECT id AS payment_id, sale_order_id AS order_id,
                               NULL::numeric AS amount
                          FROM account_payment WHERE sale_order_id = ANY(%(orders)s)
                         UNION ALL
                        SELECT payment_id, order_id, amount
                          FROM account_payment_allocation
                         WHERE order_id = ANY(%(orders)s)) given
                  JOIN account_payment payment ON payment.id = given.payment_id
                  JOIN account_move entry ON entry.id = payment.move_id
                 WHERE payment.partner_type = 'customer'
                   AND %(confirmed)s AND %(stands)s
            )
            SELECT moved.given_to, -entry.open
                   * LEAST(1, moved.amount / NULLIF(entry.settled_currency, 0)),
                   moved.currency_id, moved.company_id, moved.date, moved.since,
                   FALSE, moved.entry_id, moved.id, moved.part
              FROM moved
              JOIN (%(settled)s) entry ON entry.entry_id = moved.entry_id
             WHERE entry.open <> 0
            """,
            orders=self.ids,
            settled=SETTLED,
            confirmed=CONFIRMED,
            stands=STANDS,
        )
        return [
            (Arrival(None, *row), part) for *row, part in self.env.execute_query(query)
        ]

    def _money_promised(self, invoices):
        """Payments that make no journal entry: each shared by what the invoices it
        was registered on come to, else for the order it is allocated to."""
        query = SQL(
            """
            SELECT invoice.id,
                   CASE WHEN invoice.id IS NULL
                        THEN COALESCE(given.order_id, payment.sale_order_id) END,
                   CASE WHEN payment.payment_type = 'inbound' THEN 1 ELSE -1 END
                   * COALESCE(given.amount, payment.amount) * COALESCE(
                       ABS(invoice.amount_total_signed)
                       / NULLIF(SUM(ABS(invoice.amount_total_signed))
                                OVER (PARTITION BY payment.id), 0), 1),
                   payment.currency_id, payment.company_id, payment.date,
                   payment.create_date, FALSE, NULL, payment.id
              FROM account_payment payment
              LEFT JOIN (
                   account_move__account_payment rel
                   JOIN account_move invoice ON invoice.id = rel.invoice_id
              ) ON rel.payment_id = payment.id AND invoice.state = 'posted'
               AND CASE WHEN payment.payment_type = 'inbound'
                        THEN invoice.move_type IN ('out_invoice', 'out_receipt')
                        ELSE invoice.move_type = 'out_refund' END
              LEFT JOIN account_payment_allocation given
                ON given.payment_id = payment.id AND invoice.id IS NULL
             WHERE payment.move_id IS NULL AND payment.amount <> 0
               AND payment.partner_type = 'customer' AND %(confirmed)s
               AND payment.id IN (
                   SELECT id FROM account_payment WHERE sale_order_id = ANY(%(orders)s)
                   UNION ALL
                   SELECT payment_id FROM account_payment_allocation
                    WHERE order_id = ANY(%(orders)s)
                   UNION ALL
                   SELECT payment_id FROM account_move__account_payment
                    WHERE invoice_id = ANY(%(invoices)s))
          ORDER BY payment.date, payment.id
            """,
            confirmed=CONFIRMED,
            orders=self.ids,
            invoices=list(invoices),
        )
        return [
            Arrival(*row)
            for row in self.env.execute_query(query)
            if row[0] in invoices or row[1]
        ]

    def _money_converter(self, arrivals, currency_ids):
        """A function from (arrival, currency id) to the arrival's amount in that
        currency, at the rate of the company's books on the arrival's day."""
        currency_ids = currency_ids | {arrival.currency_id for arrival in arrivals}
        days = list({(arrival.company_id, arrival.day) for arrival in arrivals})
        companies = self.env["res.company"].browse({company for company, _day in days})
        roots = {company.id: company.root_id.id for company in companies}
        query = SQL(
            """
            SELECT currency.id, asked.company, asked.day, COALESCE(
                   (SELECT rate FROM res_currency_rate
                     WHERE currency_id = currency.id AND name <= asked.day
                       AND (company_id = asked.root OR company_id IS NULL)
                  ORDER BY company_id, name DESC LIMIT 1),
                   (SELECT rate FROM res_currency_rate
                     WHERE currency_id = currency.id
                       AND (company_id = asked.root OR company_id IS NULL)
                  ORDER BY company_id, name LIMIT 1), 1.0)
              FROM UNNEST(%s::int[], %s::int[], %s::date[])
                   AS asked (company, root, day),
                   UNNEST(%s::int[]) AS currency (id)
            """,
            [company for company, _day in days],
            [roots[company] for company, _day in days],
            [day for _company, day in days],
            list(currency_ids),
        )
        rates = {tuple(key): rate for *key, rate in self.env.execute_query(query)}

        def convert(arrival, currency_id):
            if currency_id == arrival.currency_id:
                return arrival.amount
            book = arrival.company_id, arrival.day
            ours, theirs = rates[currency_id, *book], rates[arrival.currency_id, *book]
            return arrival.amount * ours / theirs

        return convert


def _allotted(shared, arrivals, invoices, convert):
    """Arrivals from payments that are shared among several orders."""
    payments = {}
    for arrival, part in shared:
        if part is not None:
            payments.setdefault(arrival.payment_id, []).append((arrival, float(part)))
    used = {}
    for arrival, order_id, share in by_order(arrivals, invoices):
        if arrival.payment_id in payments:
            key = arrival.payment_id, order_id
            currency_id = payments[arrival.payment_id][0][0].currency_id
            used[key] = used.get(key, 0.0) + convert(arrival, currency_id) * share
    found = []
    for payment_id, rows in payments.items():
        amounts = allotted(
            {arrival.order_id: part for arrival, part in rows},
            {
                order: amount
                for (id_, order), amount in used.items()
                if id_ == payment_id
            },
            float(rows[0][0].amount or 0.0),
        )
        found += [row._replace(amount=amounts[row.order_id]) for row, _part in rows]
    return [arrival for arrival in found if arrival.amount]


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_invoice_link(vals)
        return super().create(vals_list)

    def write(self, vals):
        self._check_invoice_link(vals)
        return super().write(vals)

    def _check_invoice_link(self, vals):
        """Whose line bills an order decides whose money it is: accounting's say."""
        accounting = self.env.su or self.env.user.has_group(
            "account.group_account_invoice"
        )
        if vals.get("invoice_lines") and not accounting:
            raise AccessError(
                self.env._("Only accounting may link invoices to an order's lines.")
            )
