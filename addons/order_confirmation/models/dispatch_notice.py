from collections import defaultdict

from odoo import api, fields, models
from odoo.addons.written_signoff.keeping import holds_key, keyed, labels
from odoo.addons.written_signoff.wording import numeral
from odoo.exceptions import AccessError, UserError

from ..opening import form_of, shown
from . import customer_thread  # noqa: F401 - before what inherits

# What people enter: how the goods travel, until the notice is sent; then how the
# customer confirmed it. Everything else follows from what happened.
TRAVEL = {
    "transport", "carrier", "plate", "driver", "transport_note", "expected_arrival",
    "differences_seen",
}  # fmt: skip
CONFIRMED = {"received_by", "received_how"}
GUARDED = {
    "name", "state", "picking_id", "order_id", "company_id", "partner_id",
    "salesperson_id", "sheet_number", "address", "shipped_at", "line_ids", "sent_at",
    "sent_by_id", "sent_how", "received_at", "received_noted_by_id", "arrived_on",
    "arrived_at", "arrived_by", "remarks", "claim_until", "claims", "claimed_at",
    "claim_ids", "access_token", "link_given_at", "send_by", "receipt_activity_id",
}  # fmt: skip


class DispatchNotice(models.Model):
    """Tells the customer what left, how, and when it arrives (ORD-60).

    Made by itself when goods have left, one for each transfer; what it says of the
    goods is what left, and nobody can write it.
    """

    _name = "dispatch.notice"
    _description = "Dispatch Notice"
    _inherit = ["signoff.mixin", "customer.thread", "mail.activity.mixin"]
    _order = "id desc"

    name = fields.Char("Number", readonly=True, copy=False, default="/")
    state = fields.Selection(
        [
            ("draft", "To send"),
            ("sent", "Sent"),
            ("received", "Received clearly"),
            ("arrived", "Arrived"),
        ],
        default="draft",
        readonly=True,
        copy=False,
        index=True,
        tracking=True,
    )
    picking_id = fields.Many2one(
        "stock.picking",
        "Transfer",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    order_id = fields.Many2one("sale.order", readonly=True, index="btree_not_null")
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    partner_id = fields.Many2one("res.partner", "Customer", readonly=True)
    salesperson_id = fields.Many2one("res.users", readonly=True)
    sheet_number = fields.Char("Order Confirmation Sheet", readonly=True)
    address = fields.Text(readonly=True)
    shipped_at = fields.Datetime("Left", required=True, readonly=True)
    line_ids = fields.One2many("dispatch.notice.line", "notice_id", readonly=True)
    transport = fields.Selection(
        [("delivery", "Delivered"), ("pickup", "Picked up by the customer")],
        default="delivery",
        tracking=True,
    )
    carrier = fields.Char(tracking=True)
    plate = fields.Char("Number Plate", tracking=True)
    driver = fields.Char(tracking=True)
    transport_note = fields.Char(
        "How It Travels", help="Where carrier and plate do not say enough."
    )
    expected_arrival = fields.Date(tracking=True)
    differences = fields.Text(compute="_compute_differences", compute_sudo=True)
    differences_seen = fields.Boolean(
        "I Have Checked the Differences",
        help="What left is right although it is not what the order says.",
    )
    sent_at = fields.Datetime("Sent", readonly=True, copy=False)
    sent_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    sent_how = fields.Selection(
        [("mail", "E-mail with link"), ("paper", "Printed, faxed or handed over")],
        readonly=True,
        copy=False,
    )
    received_by = fields.Char("Confirmed By", help="Who, at the customer's.")
    received_how = fields.Selection(
        [
            ("phone", "Telephone"),
            ("mail", "E-mail"),
            ("fax", "Fax"),
            ("portal", "Portal"),
        ],
        "Confirmed By Way Of",
    )
    received_at = fields.Datetime("Received Clearly", readonly=True, copy=False)
    received_noted_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    next_step = fields.Char(compute="_compute_next_step")

    _picking_unique = models.Constraint(
        "unique(picking_id)", "A transfer has one dispatch notice."
    )

    # -- made by itself ----------------------------------------------------------

    @api.model
    def _make(self, pickings):
        """Make the notices of transfers that are done, and ask for their sending."""
        sequence = self.env["ir.sequence"].sudo()
        notices = keyed(self).create(
            [
                {
                    "name": sequence.with_company(picking.company_id).next_by_code(
                        "dispatch.notice"
                    ),
                    **self._prepare_values(picking),
                }
                for picking in pickings
            ]
        )
        for notice in notices:
            notice.activity_schedule(
                "mail.mail_activity_data_todo",
                user_id=notice._clerk().id,
                date_deadline=notice.send_by,
                summary=notice.with_context(lang=notice._clerk().lang).env._(
                    "Tell the customer what left, how, and when it arrives"
                ),
            )
        return notices.with_env(self.env)

    def _prepare_values(self, picking):
        order = picking.sale_id
        partner = order.partner_id or picking.partner_id
        place = picking._goes_to(order)
        return {
            "picking_id": picking.id,
            "order_id": order.id,
            "company_id": picking.company_id.id,
            "partner_id": partner.id,
            "salesperson_id": order.user_id.id,
            "sheet_number": self._sheet_number_of(order),
            "address": place.with_context(lang=partner.lang)._address_lines(),
            "shipped_at": picking.date_done or fields.Datetime.now(),
            "line_ids": [
                fields.Command.create(vals) for vals in self._prepare_lines(picking)
            ],
        }

    def _sheet_number_of(self, order):
        return order.current_sheet_id.name or ""

    def _prepare_lines(self, picking):
        """Return what left, by product and order line, with its lots."""
        quantities, lots = defaultdict(float), defaultdict(list)
        moves = picking.move_ids.filtered(lambda move: move.state == "done")
        for row in moves._release_leaving().move_line_ids:
            unit = row.move_id.product_uom
            key = (row.product_id, row.move_id.sale_line_id, unit)
            quantities[key] += row.product_uom_id._compute_quantity(row.quantity, unit)
            if name := row.lot_id.name or row.lot_name:
                lots[key].append(name)
        return [
            {
                "product_id": product.id,
                "sale_line_id": line.id,
                "product_uom_id": unit.id,
                "quantity": quantity,
                "lots": ", ".join(dict.fromkeys(lots[product, line, unit])),
            }
            for (product, line, unit), quantity in quantities.items()
            if quantity
        ]

    def _clerk(self):
        """Return who is to send the notice: who shipped, else customer service."""
        user = self.env.user
        roles = ("role_shipping", "role_customer_service")
        if any(user.has_group(f"customer_tiering.{role}") for role in roles):
            return user
        return self._service_user() or user

    def _service_user(self):
        """Return who applied for the delivery, else the salesperson."""
        self.ensure_one()
        notice = self.sudo()
        applications = notice.picking_id.delivery_application_ids
        signed = applications.filtered("signed_by_id").sorted("signed_at")
        return signed[-1:].signed_by_id or notice.salesperson_id

    # -- nobody writes what happened ---------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        """Refuse everybody: a notice is made when goods have left."""
        if not holds_key(self):
            raise AccessError(
                self.env._("A dispatch notice is made by itself when goods have left.")
            )
        return super().create(vals_list)

    def write(self, vals):
        """Let people write how the goods travel, and how the customer confirmed."""
        if not holds_key(self):
            self._refuse_guarded(vals)
        return super().write(vals)

    def _refuse_guarded(self, vals):
        states = set(self.mapped("state"))
        forbidden = GUARDED & vals.keys()
        if states - {"draft"}:
            forbidden |= TRAVEL & vals.keys()
        if states & {"received", "arrived"}:
            forbidden |= CONFIRMED & vals.keys()
        if forbidden:
            raise AccessError(
                self.env._(
                    "A dispatch notice says what happened; this cannot be written any "
                    "more: %s",
                    labels(self, forbidden),
                )
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("Dispatch notices stay: the goods have left."))

    # -- checked against the order -----------------------------------------------

    @api.depends("line_ids")
    def _compute_differences(self):
        for notice in self:
            notice.differences = "\n".join(notice._differences()) or False

    def _differences(self):
        """Return, in words, where what left is not what the order says."""
        order = self.order_id
        if not order:
            return []
        shipped = self.line_ids.grouped("sale_line_id")
        texts = [
            self.env._(
                "%(product)s is not on the order: %(quantity)s left",
                product=line.product_id.display_name,
                quantity=line._amount(),
            )
            for line in self.line_ids
            if line.product_id not in order.order_line.product_id
        ]
        for line in order._goods():
            texts += self._line_differences(line, shipped.get(line))
        return texts

    def _line_differences(self, line, shipped):
        product, unit = line.product_id.display_name, line.product_uom_id
        ordered, left = line.product_uom_qty, line.qty_delivered
        words = {"product": product, "ordered": f"{numeral(ordered)} {unit.name}"}
        if unit.compare(left, ordered) > 0 and shipped:
            return [
                self.env._(
                    "%(product)s: %(left)s left, more than the %(ordered)s ordered",
                    left=f"{numeral(left)} {unit.name}",
                    **words,
                )
            ]
        if unit.compare(left, ordered) < 0:
            return [
                self.env._(
                    "%(product)s: %(rest)s of %(ordered)s still to follow",
                    rest=f"{numeral(ordered - left)} {unit.name}",
                    **words,
                )
            ]
        return []

    # -- showing -----------------------------------------------------------------

    def action_open_source(self):
        """Open the order, or the transfer where there is none."""
        self.ensure_one()
        return form_of(self.order_id or self.picking_id)

    def _show(self):
        """Return the action that shows these notices."""
        return shown(self, self.env._("Dispatch Notices"))


class DispatchNoticeLine(models.Model):
    """What left, as it left."""

    _name = "dispatch.notice.line"
    _description = "Dispatch Notice Line"
    _rec_name = "product_id"
    _signoff_fields = {"unit": "product_uom_id"}

    notice_id = fields.Many2one(
        "dispatch.notice", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="notice_id.company_id", store=True)
    product_id = fields.Many2one("product.product", required=True, readonly=True)
    sale_line_id = fields.Many2one(
        "sale.order.line", readonly=True, ondelete="set null"
    )
    product_uom_id = fields.Many2one("uom.uom", "Unit", required=True, readonly=True)
    quantity = fields.Float(digits="Product Unit", readonly=True)
    lots = fields.Char("Lots / Serial Numbers", readonly=True)

    def _amount(self):
        return f"{numeral(self.quantity)} {self.product_uom_id.name}"
