from odoo import api, fields, models

from .sale_order_delegation import order_of


class MailActivity(models.Model):
    """To-dos of a salesperson go to whoever acts for them (ORD-04, ROL-04).

    Only those that the system gives: who plans a to-do by hand has chosen the person.
    """

    _inherit = "mail.activity"

    delegation_id = fields.Many2one(
        "signoff.delegation", "Under", readonly=True, index="btree_not_null"
    )

    @api.model_create_multi
    def create(self, vals_list):
        return super().create(self._delegated(vals_list))

    @api.model
    def _delegated(self, vals_list):
        """Return the values with the person who acts, where a salesperson is meant."""
        given = [vals for vals in vals_list if vals.get("automated")]
        meant = {}
        for vals in given:
            order = self._order_in(vals)
            if order and (
                vals.get("user_id") == order.user_id.id or self._is_of_order(vals)
            ):
                meant[id(vals)] = order
        if not meant:
            return vals_list
        orders = self.env["sale.order"].sudo().union(*meant.values())
        delegations = orders._delegations()
        return [
            self._redirected(vals, delegations.get(meant[id(vals)].id))
            if id(vals) in meant
            else vals
            for vals in vals_list
        ]

    @api.model
    def _is_of_order(self, vals):
        """Return whether the kind of to-do is one that salespeople get on orders.

        Those may have been given to the person who acts already.
        """
        kinds = self.env["mail.activity.type"].sudo()
        return (
            kinds.browse(vals.get("activity_type_id") or ()).res_model == "sale.order"
        )

    def _redirected(self, vals, delegation):
        if not delegation or vals.get("user_id") not in (
            delegation.giver_id.id,
            delegation.receiver_id.id,
        ):
            return vals
        return {
            **vals,
            "user_id": delegation.receiver_id.id,
            "delegation_id": delegation.id,
        }

    def _order_in(self, vals):
        model = self.env["ir.model"].sudo().browse(vals.get("res_model_id") or ())
        if not model.model or not vals.get("res_id") or model.model not in self.env:
            return self.env["sale.order"]
        return order_of(self.env[model.model].browse(vals["res_id"]))

    @api.model
    def _open_todos_of(self, user):
        """Return the open to-dos that the system gave this person on orders."""
        names = [
            name
            for name, model in self.env.registry.items()
            if not model._abstract and model._auto and not model._transient
            if name == "sale.order" or _belongs_to_order(model)
        ]
        return self.sudo().search(
            [
                ("user_id", "=", user.id),
                ("automated", "=", True),
                ("res_model", "in", names),
            ]
        )

    def _hand_over(self):
        """Give these to-dos to those who act for the salespeople now."""
        orders = {todo: order_of(self.env[todo.res_model].browse(todo.res_id))
                  for todo in self}  # fmt: skip
        together = self.env["sale.order"].sudo().union(*orders.values())
        delegations = together._delegations()
        for todo, order in orders.items():
            delegation = delegations.get(order.id)
            if delegation and todo.user_id == delegation.giver_id:
                todo.write(
                    {
                        "user_id": delegation.receiver_id.id,
                        "delegation_id": delegation.id,
                    }
                )

    def _give_back(self):
        """Give these to-dos back to the people for whom they were done."""
        for delegation, todos in self.sudo().grouped("delegation_id").items():
            mine = todos.filtered(
                lambda todo, row=delegation: todo.user_id == row.receiver_id
            )
            mine.write({"user_id": delegation.giver_id.id, "delegation_id": False})


def _belongs_to_order(model):
    field = model._fields.get("order_id")
    return field is not None and field.comodel_name == "sale.order"
