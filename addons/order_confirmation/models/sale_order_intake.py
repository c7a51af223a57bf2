from odoo import api, fields, models
from odoo.addons.written_signoff.wording import joined
from odoo.exceptions import UserError
from odoo.fields import Domain

from .order_memorandum import adopt_attachments

BY_WORD = "salesperson_word"
MEMORANDUM_READERS = (
    "customer_tiering.role_customer_service,customer_tiering.role_merchandiser,"
    "customer_tiering.role_salesperson,customer_tiering.role_sales_director"
)


class SaleOrder(models.Model):
    """How an order came in: channel, written order, memoranda (ORD-01, ORD-02)."""

    _inherit = "sale.order"

    written_order_ids = fields.Many2many(
        "ir.attachment",
        "sale_order_written_order_rel",
        copy=False,
        groups="base.group_user",
        help="The order in writing that follows an order given by word.",
    )
    by_word = fields.Boolean(
        "By Word Only",
        compute="_compute_by_word",
        search="_search_by_word",
        compute_sudo=True,
        groups="base.group_user",
    )
    memorandum_ids = fields.One2many(
        "order.memorandum", "order_id", groups=MEMORANDUM_READERS
    )
    memorandum_count = fields.Integer(
        "Memoranda", compute="_compute_memorandum_count", groups=MEMORANDUM_READERS
    )

    @api.depends("channel", "written_order_ids")
    def _compute_by_word(self):
        for order in self:
            order.by_word = order.channel == BY_WORD and not order.written_order_ids

    def _search_by_word(self, operator, value):
        if operator != "in":
            return NotImplemented
        flagged = Domain("channel", "=", BY_WORD) & Domain(
            "written_order_ids", "=", False
        )
        return Domain.OR(flagged if wanted else ~flagged for wanted in value)

    def _compute_memorandum_count(self):
        counts = dict(
            self.env["order.memorandum"]._read_group(
                [("order_id", "in", self.ids)], ["order_id"], ["__count"]
            )
        )
        for order in self:
            order.memorandum_count = counts.get(order._origin, 0)

    @api.model_create_multi
    def create(self, vals_list):
        orders = super().create(vals_list)
        for order in orders.filtered("written_order_ids"):
            adopt_attachments(order, order.written_order_ids)
        return orders

    def write(self, vals):
        """Keep the flag of orders by word, and see whether an order is complete."""
        if "channel" in vals:
            self._check_channel(vals["channel"])
        result = super().write(vals)
        if "written_order_ids" in vals:
            for order in self:
                adopt_attachments(order, order.written_order_ids)
        if vals.keys() & {"channel", "written_order_ids"}:
            self._release_held_to_rules()._intake_answered()
        return result

    def _check_channel(self, channel):
        """Refuse to relabel an order by word instead of having it written (ORD-01).

        :raises UserError: it is relabelled by somebody else than the supervisor
        """
        if self.env.su or self.env.user.has_group("customer_tiering.role_supervisor"):
            return
        relabelled = self._release_held_to_rules().filtered(
            lambda order: order.channel == BY_WORD and channel != BY_WORD
        )
        if relabelled:
            raise UserError(
                self.env._(
                    "%s came in by word: attach the written order. Only the customer "
                    "service supervisor corrects the channel.",
                    joined(self.env, relabelled.mapped("name")),
                )
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_release_memoranda(self):
        """Give the memoranda back: their requirement is still to be met."""
        self.env["order.memorandum"].sudo().search(
            [("order_id", "in", self.ids)]
        ).order_id = False

    def action_view_memoranda(self):
        """Show the memoranda of this order; new ones belong to it."""
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id(
            "order_confirmation.order_memorandum_action"
        )
        action["domain"] = [("order_id", "=", self.id)]
        action["context"] = {
            "default_order_id": self.id,
            "default_partner_id": self.partner_id.id,
            "default_company_id": self.company_id.id,
        }
        return action
