from odoo import api, fields, models
from odoo.addons.written_signoff.keeping import holds_key, keyed, labels
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from ..opening import shown
from . import shipping_document  # noqa: F401 - it comes before what inherits it

PURPOSE = "delivery_application"

# What only the application itself writes: where it stands, and what it copied.
GUARDED = {
    "name", "state", "company_id", "partner_id", "salesperson_id", "address",
    "recipient", "contact", "phone", "signed_at", "signed_by_id",
}  # fmt: skip

# The items that customer service verifies beside the goods, in the order of asking.
ITEMS = ("address", "recipient", "contact", "phone")


class DeliveryApplication(models.Model):
    """Customer service's application to ship goods (ORD-52).

    No application, no shipment: in part or whole, in a batch or back to a customer
    alike. It belongs to an order, or to a transfer that has none.
    """

    _name = "delivery.application"
    _description = "Delivery Application"
    _inherit = "shipping.document"

    state = fields.Selection(
        [
            ("draft", "To verify"),
            ("signed", "Signed"),
            ("void", "Void"),
            ("done", "All has left"),
        ],
        default="draft",
        readonly=True,
        copy=False,
        index=True,
        tracking=True,
        help="Follows the signature and what has left; nobody sets it.",
    )
    address = fields.Text(readonly=True)
    recipient = fields.Char(readonly=True)
    contact = fields.Char(readonly=True)
    phone = fields.Char("Telephone", readonly=True)
    wanted_on = fields.Date("To Leave On", tracking=True)
    note = fields.Text("For the Shipping Clerk")
    line_ids = fields.One2many("delivery.application.line", "application_id")
    check_ids = fields.One2many("delivery.application.check", "application_id")
    open_checks = fields.Integer("Still to Verify", compute="_compute_open_checks")
    outdated = fields.Boolean(compute="_compute_outdated", compute_sudo=True)
    next_step = fields.Char(compute="_compute_next_step")

    _order_or_picking = models.Constraint(
        "CHECK ((order_id IS NULL) != (picking_id IS NULL))",
        "A delivery application is for an order, or for a transfer that has none.",
    )

    # -- making ------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        """Copy address, contact and goods from the order or the transfer.

        :raises UserError: the order is not released, or nothing is left to apply for
        :raises AccessError: a guarded field is given
        """
        if not holds_key(self):
            for vals in vals_list:
                self._refuse_guarded(vals)
        applications = super().create(
            [self._prepare_values(dict(vals)) for vals in vals_list]
        )
        for application in applications:
            application._source_check()
            if not application.line_ids:
                application._take_goods()
            application._take_over()
        return applications

    def _prepare_values(self, vals):
        """Propose the agreed ship date, unless it has passed."""
        values = super()._prepare_values(vals)
        order = self.env["sale.order"].sudo().browse(vals.get("order_id"))
        today = (
            order.company_id._business_date(fields.Datetime.now()) if order else None
        )
        if order.ship_date and order.ship_date >= today:
            values.setdefault("wanted_on", order.ship_date)
        return values

    def _refuse_guarded(self, vals):
        if forbidden := GUARDED & vals.keys():
            raise AccessError(
                self.env._(
                    "A delivery application follows its order and its signature; "
                    "nobody writes: %s",
                    labels(self, forbidden),
                )
            )

    def _source_refusal(self):
        return self.env._(
            "A delivery application is made on an order or a transfer, with "
            "“Apply for Delivery”."
        )

    def _source_check(self):
        """Raise unless goods may be applied for on the order or the transfer."""
        self.ensure_one()
        order, picking = self.sudo().order_id, self.sudo().picking_id
        if order and order.state != "sale":
            raise UserError(
                self.env._(
                    "%s is not released to production: there is nothing to ship yet.",
                    order.name,
                )
            )
        late = picking and self.env["emergency.shipment"]._of(order, picking)
        if picking and picking.state in ("done", "cancel") and not late:
            raise UserError(
                self.env._("%s is done or cancelled: nothing of it can leave.",
                           picking.name)
            )  # fmt: skip

    def write(self, vals):
        """Refuse what follows from order and signature."""
        if not holds_key(self):
            self._refuse_guarded(vals)
            if vals.keys() & {"order_id", "picking_id"}:
                raise UserError(
                    self.env._("An application stays with its order or transfer.")
                )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_unsigned(self):
        for application in self:
            if application.sudo()._signoff_ever():
                raise UserError(
                    self.env._(
                        "%s was signed, and stays as evidence.", application.name
                    )
                )

    def _signoff_ever(self):
        domain = Domain("res_model", "=", self._name) & Domain("res_id", "in", self.ids)
        return bool(self.env["signoff.signature"].sudo().search_count(domain, limit=1))

    # -- verified item by item ---------------------------------------------------

    def _present(self):
        """Return the items as the order or the transfer has them now."""
        self.ensure_one()
        return (self.order_id or self.picking_id)._application_items()

    def _copied(self):
        return {name: self[name] or "" for name in ITEMS}

    @api.depends(
        "state", "address", "recipient", "contact", "phone",
        "order_id.recipient_name", "order_id.delivery_contact",
        "order_id.delivery_phone", "order_id.partner_shipping_id.contact_address",
        "order_id.partner_shipping_id.name", "order_id.partner_shipping_id.phone",
        "picking_id.partner_id.contact_address", "picking_id.partner_id.phone",
        "line_ids.ordered", "line_ids.sale_line_id.product_uom_qty",
        "line_ids.sale_line_id.product_id",
    )  # fmt: skip
    def _compute_outdated(self):
        for application in self:
            neutral = application.with_context({})  # pylint: disable=context-overridden
            application.outdated = application.state != "done" and (
                neutral._copied() != neutral._present()
                or any(line._outdated() for line in neutral.line_ids)
            )

    @api.depends("check_ids.verified")
    def _compute_open_checks(self):
        for application in self:
            unverified = application.check_ids.filtered(lambda row: not row.verified)
            application.open_checks = len(unverified)

    def _take_over(self):
        """Copy what the order says now; what changed must be verified again."""
        for application in keyed(self).with_context(lang=None):
            application.write(application._present())
            application.line_ids._take_over()
            application._settle_checks()

    def _settle_checks(self):
        """Keep one check for each item; a tick holds for the value it was given."""
        self.ensure_one()
        wanted = self._checks_wanted()
        rows = {row.key: row for row in self.check_ids}
        keyed(self.env["delivery.application.check"]).union(
            *(row for key, row in rows.items() if key not in wanted)
        ).unlink()
        for sequence, (key, value) in enumerate(wanted.items()):
            if key not in rows:
                rows[key] = keyed(self.check_ids).create(
                    {"application_id": self.id, "key": key, "sequence": sequence,
                     "value": value}
                )  # fmt: skip
            elif rows[key].value != value:
                keyed(rows[key])._renew(value)

    def _checks_wanted(self):
        goods = {f"goods:{line.id}": line._as_text() for line in self.line_ids}
        return {**self._copied(), **goods}

    def _lines_changed(self):
        """Let checks and signature follow the goods that are applied for."""
        applications = self.exists()
        if "done" in applications.mapped("state"):
            raise UserError(self.env._("All of it has left; nothing can change."))
        for application in applications:
            application._settle_checks()
        applications._signoff_void_changed()

    def action_take_over(self):
        """Take over what the order says now; items that changed are open again."""
        self.check_access("write")
        if "done" in self.mapped("state"):
            raise UserError(self.env._("All of it has left; nothing can change."))
        self._signoff_lock()
        self._take_over()
        self._signoff_void_changed()
        return True

    # -- showing -----------------------------------------------------------------

    def _show(self):
        """Return the action that shows these applications."""
        return shown(self, self.env._("Delivery Applications"))
