import logging
from datetime import UTC, datetime, time

from odoo import api, fields, models
from odoo.addons.written_signoff.keeping import keyed
from odoo.exceptions import UserError
from odoo.fields import Domain

from .balance_notice import COLLECTING, LIVE

_logger = logging.getLogger(__name__)


class BalanceNotice(models.Model):
    """The notice on its way to the customer, and the day before the goods leave."""

    _inherit = "balance.notice"

    def _check_sending(self):
        self.ensure_one()
        self.check_access("read")
        self.env.user._require_role(*COLLECTING)
        if self.state not in LIVE:
            raise UserError(
                self.env._(
                    "%(notice)s is not to be sent any more: %(next)s",
                    notice=self.name,
                    next=self.next_step,
                )
            )

    def action_send(self):
        """Send the notice with its paper, in the customer's language.

        :raises UserError: it is closed, or the customer has no e-mail address
        """
        self._check_sending()
        self.sudo().partner_id._require_email()
        self._send()
        return True

    def action_sent_on_paper(self):
        """Note that the notice was printed, and faxed or handed over."""
        self._check_sending()
        self._note_sent()
        return self.env.ref("order_confirmation.report_balance_notice").report_action(
            self
        )

    def _send(self):
        template = self.env.ref("order_confirmation.mail_template_balance_notice")
        template._send_soon(self)
        self._note_sent()

    def _note_sent(self):
        if self.state == "draft":
            keyed(self).write({"state": "sent", "sent_at": fields.Datetime.now()})

    # -- the day before ----------------------------------------------------------------

    @api.model
    def _cron_collect(self):
        """Close what was paid; tell those who owe, the day before their goods leave.

        Those whose goods are late are told, too. Once for each notice, however often it
        runs. Who has no e-mail address is told by the salesperson. Trouble with one
        company does not stop the others.
        """
        companies = self.env["res.company"].sudo().search([("release_control", "=", 1)])
        for company in companies:
            try:
                with self.env.cr.savepoint():
                    self._follow(company=company)
                    self._collect(company)
            except Exception:
                _logger.exception("Balances of %s cannot be collected", company.name)

    @api.model
    def _collect(self, company):
        today = company._business_date(fields.Datetime.now())
        orders = self._leaving_by(company, company._add_days(today, 1))
        self._renew(orders)
        notices = self.sudo().search(
            [
                ("order_id", "in", orders.ids),
                ("state", "in", LIVE),
                ("reminded_on", "=", False),
                ("on_delivery", "=", False),
            ]
        )
        for notice in notices:
            try:
                with self.env.cr.savepoint():
                    notice._remind(today)
            except Exception:
                _logger.exception("%s cannot be collected", notice.name)

    def _remind(self, today):
        """Tell the customer to pay, or ask the salesperson to tell them; once."""
        keyed(self).write({"reminded_on": today})
        if self.partner_id._has_email():
            self._send()
            self._tell_sales(
                lambda env: env._("The customer was told to pay: the goods leave next.")
            )
        else:
            self._tell_sales(
                lambda env: env._(
                    "The goods leave next, and the customer has no e-mail address: "
                    "please tell them to pay."
                )
            )

    @api.model
    def _leaving_by(self, company, day):
        """Return the orders of which something is to leave by a day, or is late.

        Planned to ship, or applied for, by then. The day of the transfer counts when
        its goods are applied for, or no other is given: before that Odoo takes it from
        the day of the order.
        """
        end = company._clock_timezone().localize(datetime.combine(day, time.max))
        orders = self.env["sale.order"].sudo()
        applied = Domain(
            "delivery_application_ids",
            "any",
            [("state", "in", ("draft", "signed")), ("wanted_on", "<=", day)],
        )
        due = Domain(
            "picking_ids",
            "any",
            [
                ("state", "not in", ("done", "cancel")),
                ("location_dest_id.usage", "=", "customer"),
                ("scheduled_date", "<=", end.astimezone(UTC).replace(tzinfo=None)),
            ],
        )
        planned = Domain("ship_date", "=", False) | Domain(
            "delivery_application_ids.state", "=", "signed"
        )
        return orders.search(
            Domain("company_id", "=", company.id)
            & Domain("state", "=", "sale")
            & Domain("delivery_status", "!=", "full")
            & (Domain("ship_date", "<=", day) | applied | (due & planned))
        )

    @api.model
    def _collect_at_the_door(self, orders):
        """Note what the driver collects, when goods leave for cash on delivery."""
        orders = orders.sudo().filtered(
            lambda order: order.payment_term_id.cash_on_delivery
        )
        if orders:
            live = self.sudo().search(
                [("order_id", "in", orders.ids), ("state", "in", LIVE)]
            )
            live._end("replaced")
            self._make(orders, orders._balance_asked({}), on_delivery=True)

    def _bank_accounts(self):
        """Return the company's accounts on which it may be paid, for the paper."""
        return self.company_id.sudo().partner_id.bank_ids.filtered("allow_out_payment")


class StockMove(models.Model):
    _inherit = "stock.move"

    def _action_done(self, cancel_backorder=False):
        """Ask for the balance when goods of an order have been made (ORD-51)."""
        done = super()._action_done(cancel_backorder=cancel_backorder)
        made = done.production_id.filtered(
            lambda production: production.company_id.sudo().release_control
        )
        if orders := made.sudo().sale_line_id.order_id:
            self.env["balance.notice"]._renew(orders)
        return done


class AccountPartialReconcile(models.Model):
    _inherit = "account.partial.reconcile"

    @api.model_create_multi
    def create(self, vals_list):
        """Close the notices that are paid by this."""
        rows = super().create(vals_list)
        rows._balance_notices_follow(rows._balance_partners())
        return rows

    def unlink(self):
        """Open the notices again that were paid by this."""
        partners = self._balance_partners()
        result = super().unlink()
        self._balance_notices_follow(partners)
        return result

    def _balance_partners(self):
        lines = (self.debit_move_id | self.credit_move_id).sudo()
        return lines.filtered(
            lambda line: (
                line.company_id.release_control
                and line.account_id.account_type == "asset_receivable"
            )
        ).partner_id

    def _balance_notices_follow(self, partners):
        if partners:
            self.env["balance.notice"]._follow(partners)


class AccountPayment(models.Model):
    _inherit = "account.payment"

    def write(self, vals):
        """Let the notices follow payments that are posted, taken back or shared."""
        result = super().write(vals)
        if vals.keys() & {"state", "sale_order_id", "allocation_ids", "amount"}:
            customers = self.sudo().filtered(
                lambda row: (
                    row.partner_type == "customer" and row.company_id.release_control
                )
            )
            if customers.partner_id:
                self.env["balance.notice"]._follow(customers.partner_id)
        return result
