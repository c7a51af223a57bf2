from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from . import (
    order_completeness,  # noqa: F401 - its _intake_person() is extended here
    order_discrepancy,  # noqa: F401 - shows who may verify it
    order_sheet,  # noqa: F401 - its _make_values() is extended here
    order_sheet_check,  # noqa: F401 - its _check_ticking() is extended here
)


def order_of(document):
    """Return the order that a document is or belongs to, as superuser, or none."""
    if document._name == "sale.order":
        return document.sudo()
    field = document._fields.get("order_id")
    if field is not None and field.comodel_name == "sale.order":
        return document.sudo().order_id
    return document.env["sale.order"].sudo()


class SignoffMixin(models.AbstractModel):
    """Papers of an order count as the order, for whoever acts for its salesperson."""

    _inherit = "signoff.mixin"

    def _signoff_subjects(self):
        subjects = super()._signoff_subjects()
        return subjects | {("sale.order", order.id) for order in order_of(self)}

    def _signoff_owner(self):
        return order_of(self).user_id or super()._signoff_owner()


class SignoffDelegation(models.Model):
    """The order that a salesperson hands over (ORD-04)."""

    _inherit = "signoff.delegation"

    order_id = fields.Many2one(
        "sale.order",
        "Only for Order",
        compute="_compute_order_id",
        search="_search_order_id",
        readonly=False,
        groups="sales_team.group_sale_salesman",
        domain="[('user_id', '=', giver_id), ('company_id', '=', company_id)]",
        help="Left empty: every order of the giver, for the time given here.",
    )

    @api.depends("res_model", "res_id")
    def _compute_order_id(self):
        for row in self:
            found = row.res_model == "sale.order" and row.res_id
            row.order_id = self.env["sale.order"].browse(found or ()).exists()

    @api.onchange("order_id")
    def _onchange_order_id(self):
        self.update(self._of_order(self.order_id.id))

    def _of_order(self, order_id):
        return {"res_model": order_id and "sale.order", "res_id": order_id}

    def _named(self, vals):
        """Return the values with the order as the document that it is."""
        if "order_id" not in vals:
            return vals
        kept = {name: value for name, value in vals.items() if name != "order_id"}
        return {**kept, **self._of_order(vals["order_id"])}

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._named(vals) for vals in vals_list])

    def write(self, vals):
        return super().write(self._named(vals))

    def _search_order_id(self, operator, value):
        if operator != "in":
            return NotImplemented
        return Domain("res_model", "=", "sale.order") & Domain("res_id", "in", value)

    def _started(self):
        """Hand the giver's open to-dos over, too (ORD-04)."""
        result = super()._started()
        todos = self.env["mail.activity"].sudo()
        for row in self:
            todos._open_todos_of(row.giver_id)._hand_over()
        return result

    def _ended(self):
        """Give back what is still to do."""
        result = super()._ended()
        todos = self.env["mail.activity"].sudo()
        todos.search([("delegation_id", "in", self.ids)])._give_back()
        return result


class SaleOrder(models.Model):
    """Who acts for the salesperson of an order (ORD-04, ROL-04)."""

    _inherit = "sale.order"

    delegated_to_id = fields.Many2one(
        "res.users",
        compute="_compute_delegated",
        search="_search_delegated_to_id",
        groups="base.group_user",
    )
    delegated_words = fields.Char(
        "Delegation", compute="_compute_delegated", groups="base.group_user"
    )
    delegated_to_me = fields.Boolean(
        compute="_compute_delegated", groups="base.group_user"
    )
    is_my_order = fields.Boolean(
        compute="_compute_is_my_order", groups="base.group_user"
    )

    def _delegations(self):
        """Return who acts for the salespeople of these orders now.

        A constant number of queries; what was given for the one order goes before
        what was given for a time.

        :return: ``{order id: signoff.delegation as superuser}``, where there is one
        """
        orders = self.sudo()
        of_order = Domain("res_model", "=", "sale.order") & Domain(
            "res_id", "in", self.ids
        )
        found = self.env["signoff.delegation"]._in_force(
            Domain("giver_id", "in", orders.user_id.ids)
            & (Domain("res_model", "in", (False, "")) | of_order)
        )
        delegations = {}
        for order in orders if found else ():
            fitting = found.filtered(
                lambda row, order=order: (
                    row.giver_id == order.user_id
                    and row.company_id == order.company_id
                    and (not row.res_model or row.res_id == order.id)
                )
            )
            if fitting:
                chosen = fitting.sorted(lambda row: (not row.res_model, -row.id))
                delegations[order.id] = chosen[0]
        return delegations

    @api.depends("user_id", "company_id")
    @api.depends_context("uid", "lang", "tz")
    def _compute_delegated(self):
        delegations = self._origin._delegations()
        for order in self:
            row = delegations.get(order._origin.id)
            order.delegated_to_id = row and row.receiver_id
            order.delegated_to_me = bool(row) and row.receiver_id == self.env.user
            order.delegated_words = row and row.with_env(self.env).sudo()._said_on()

    def _search_delegated_to_id(self, operator, value):
        if operator != "in":
            return NotImplemented
        rows = self.env["signoff.delegation"]._in_force(
            [("receiver_id", "in", [user_id for user_id in value if user_id])]
        )
        return Domain.OR(
            Domain("user_id", "=", row.giver_id.id)
            & Domain("company_id", "=", row.company_id.id)
            & (Domain("id", "=", row.res_id) if row.res_model else Domain.TRUE)
            for row in rows
        )

    @api.depends("user_id")
    @api.depends_context("uid")
    def _compute_is_my_order(self):
        for order in self:
            order.is_my_order = order.user_id == self.env.user

    def action_delegate(self):
        """Open a new delegation of this order, to be signed by its salesperson.

        :raises UserError: it is somebody else's order
        """
        self.ensure_one()
        if self.user_id != self.env.user:
            raise UserError(
                self.env._(
                    "%(order)s is the order of %(name)s, who alone can delegate it.",
                    order=self.name,
                    name=self.user_id.name or self.env._("nobody"),
                )
            )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Delegate %s", self.name),
            "res_model": "signoff.delegation",
            "views": [(False, "form")],
            "context": {
                "default_res_model": self._name,
                "default_res_id": self.id,
                "default_company_id": self.company_id.id,
            },
        }

    # -- what goes to the person who acts ------------------------------------------

    def _intake_person(self):
        """Let the delegated person ask the customer (ORD-03, ORD-04)."""
        who = super()._intake_person()
        delegation = self._delegations().get(self.id)
        if delegation and delegation.giver_id == who.sudo():
            return delegation.receiver_id.with_env(self.env)
        return who


class OrderDiscrepancy(models.Model):
    _inherit = "order.discrepancy"

    delegated_to_me = fields.Boolean(related="order_id.delegated_to_me")


class SignoffDelegationWords(models.Model):
    _inherit = "signoff.delegation"

    def _said_on(self):
        """Return, for a form, who acts for whom and until when."""
        if not self.date_to:
            return self.env._("%(receiver)s acts for %(giver)s.", **self._said())
        return self.env._(
            "%(receiver)s acts for %(giver)s until %(end)s.", **self._said()
        )


class OrderSheet(models.Model):
    """For whom a sheet was prepared, so that they do not check it alone (ROL-03)."""

    _inherit = "order.sheet"

    prepared_for_id = fields.Many2one(
        "res.users", readonly=True, groups="base.group_user"
    )

    def _make_values(self, order, version):
        delegation = order._delegations().get(order.id)
        acting = delegation and delegation.receiver_id == self.env.user
        return {
            **super()._make_values(order, version),
            "prepared_for_id": acting and delegation.giver_id.id,
        }

    def _signoff_barred(self, purpose, signer):
        barred = super()._signoff_barred(purpose, signer)
        if not barred and purpose.code == "sheet_check":
            if signer == self.sudo().prepared_for_id:
                return self.env._(
                    "%(sheet)s was prepared for %(name)s; somebody else checks it.",
                    name=signer.name,
                    sheet=self.name,
                )
        return barred
