from odoo import fields, models
from odoo.addons.written_signoff.keeping import keyed
from odoo.exceptions import UserError

from ..opening import form_of


class ShippingDocument(models.AbstractModel):
    """A signed document by which goods leave: of an order, or of a transfer without.

    Its lines are the goods of either that are still to leave.
    """

    _name = "shipping.document"
    _description = "Document by Which Goods Leave"
    _inherit = ["signoff.mixin", "mail.thread", "mail.activity.mixin"]
    _order = "id desc"

    name = fields.Char("Number", readonly=True, copy=False, default="/")
    order_id = fields.Many2one("sale.order", index="btree_not_null", copy=False)
    picking_id = fields.Many2one(
        "stock.picking", "Transfer", index="btree_not_null", copy=False
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    partner_id = fields.Many2one("res.partner", "Customer", readonly=True)
    salesperson_id = fields.Many2one("res.users", readonly=True)

    def _source_refusal(self):
        """Return how such a document is made, for who names neither source."""
        raise NotImplementedError

    def _prepare_values(self, vals):
        """Return the values with number, company and people of the source.

        :raises UserError: neither an order nor a transfer is named
        """
        source = self.env["sale.order"].browse(vals.get("order_id"))
        source = source or self.env["stock.picking"].browse(vals.get("picking_id"))
        if not source:
            raise UserError(self._source_refusal())
        source.check_access("read")
        source = source.sudo()
        order = source if source._name == "sale.order" else source.sale_id
        sequence = self.env["ir.sequence"].sudo().with_company(source.company_id)
        return {
            **vals,
            "name": sequence.next_by_code(self._name) or "/",
            "company_id": source.company_id.id,
            "partner_id": source.partner_id.id,
            "salesperson_id": order.user_id.id,
        }

    def _take_goods(self):
        """Begin with everything of the source that is still to leave.

        :raises UserError: nothing is
        """
        source = self.sudo().order_id or self.sudo().picking_id
        lines = source._application_lines()
        if not lines:
            raise UserError(
                self.env._(
                    "Everything of %s has left or is applied for already.",
                    source.display_name,
                )
            )
        field = self._fields["line_ids"]
        keyed(self.env[field.comodel_name]).create(
            [{**line, field.inverse_name: self.id} for line in lines]
        )

    def action_open_source(self):
        """Open the order or the transfer."""
        self.ensure_one()
        return form_of(self.order_id or self.picking_id)
