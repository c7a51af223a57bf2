from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from .sale_order_statements import _outcome

NOT_FEASIBLE_TODO = "order_confirmation.activity_not_feasible"


class SaleOrder(models.Model):
    """An order that cannot be made: on hold until technical says something else.

    Nothing is kept of it but the statement itself (ORD-11): the order is on hold as
    long as the last technical statement on it says “not feasible”.
    """

    _inherit = "sale.order"

    on_hold = fields.Boolean(
        compute="_compute_hold", search="_search_on_hold", groups="base.group_user"
    )
    hold_reason = fields.Text(
        compute="_compute_hold",
        groups="base.group_user",
        help="As technical signed it.",
    )
    hold_since = fields.Datetime(
        "On Hold Since", compute="_compute_hold", groups="base.group_user"
    )
    sample_can_be_proposed = fields.Boolean(
        compute="_compute_sample_can_be_proposed", groups="base.group_user"
    )

    @api.depends("signature_ids.state")
    def _compute_hold(self):
        last = self._last_technical()
        for order in self:
            row = last.get(order._origin.id)
            held = row if _outcome(row) == "not_feasible" else None
            order.on_hold = bool(held)
            order.hold_reason = held and held.statement
            order.hold_since = held and held.signed_at

    def _last_technical(self):
        """Return the last technical statement on each order, ``{order id: signature}``.

        Void ones too: an order that changed is still on hold until technical has looked
        at it again. One taken back by its signer is none.
        """
        rows = (
            self.env["signoff.signature"]
            .sudo()
            .search(
                [
                    ("kind", "=", "signature"),
                    ("res_model", "=", "sale.order"),
                    ("res_id", "in", self._origin.ids),
                    ("purpose_code", "=", "technical"),
                    ("state", "!=", "withdrawn"),
                ],
                order="id",
            )
        )
        return {row.res_id: row for row in rows}

    def _search_on_hold(self, operator, value):
        if operator != "in":
            return NotImplemented
        self.env["signoff.signature"].sudo().flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT res_id FROM (
                    SELECT DISTINCT ON (res_id) res_id, content
                      FROM signoff_signature
                     WHERE kind = 'signature' AND res_model = 'sale.order'
                       AND purpose_code = 'technical' AND state != 'withdrawn'
                     ORDER BY res_id, id DESC) last
                 WHERE content::jsonb #>> '{declared,outcome}' = 'not_feasible'
                """
            )
        )
        return [("id", "in", [order_id for [order_id] in rows])]

    # -- what follows from the statement -----------------------------------------------

    def _signoff_signed(self, signature):
        """Give the salesperson the to-do; the next statement takes it away (ORD-11)."""
        result = super()._signoff_signed(signature)
        if signature.purpose_code == "technical":
            order = self.sudo()
            order.activity_unlink([NOT_FEASIBLE_TODO])
            if _outcome(signature) == "not_feasible":
                order._ask_salesperson(signature)
        return result

    def _ask_salesperson(self, signature):
        person = self._intake_person()
        words = self.with_context(lang=person.lang).env
        self.activity_schedule(
            NOT_FEASIBLE_TODO,
            date_deadline=self.company_id._business_date(fields.Datetime.now()),
            user_id=person.id,
            summary=words._("Cannot be made: agree with the customer what to do"),
            note=signature.statement,
        )

    def _action_cancel(self):
        """Nobody needs to settle a cancelled order."""
        result = super()._action_cancel()
        self.sudo().activity_unlink([NOT_FEASIBLE_TODO])
        return result

    def _hold_hindrances(self):
        """Make no sheet of what cannot be made."""
        if not self.sudo().on_hold:
            return []
        return [self.env._("a technical statement that says it can be made (on hold)")]

    # -- what else can be offered ------------------------------------------------------

    @api.depends("signature_ids.state")
    def _compute_sample_can_be_proposed(self):
        possible = self._can_propose_sample()
        for order in self:
            order.sample_can_be_proposed = possible and order.on_hold

    @api.model
    def _can_propose_sample(self):
        """Return whether an add-on makes sample requests of orders (ORD-11).

        Asked for the button only. To be overridden, together with
        :meth:`_propose_sample`, by the add-on that makes them.
        """
        return False

    def _propose_sample(self):
        """Propose a sample request to the customer instead of this order.

        Called for one order on hold, in the name of who clicked, each time it is
        clicked. To be overridden.

        :return: the action that opens the proposal
        :raises UserError: no add-on does
        """
        raise UserError(self.env._("Sample requests are not installed."))

    def action_propose_sample(self):
        """Propose a sample request for an order that cannot be made (ORD-11).

        :raises UserError: the order is not on hold, or there are no sample requests
        """
        self.ensure_one()
        self.check_access("write")
        if not self.sudo().on_hold:
            raise UserError(
                self.env._("%s is not on hold: it can be made as ordered.", self.name)
            )
        return self._propose_sample()
