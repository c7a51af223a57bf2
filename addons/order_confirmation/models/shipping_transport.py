"""Pick-up or delivery, who loads and who drives (ORD-55)."""

from odoo import api, fields, models
from odoo.addons.written_signoff.keeping import holds_key, keyed
from odoo.addons.written_signoff.wording import joined
from odoo.exceptions import AccessError, UserError

from ..opening import form_of
from .order_completeness import said

TRANSPORTS = [
    ("delivery", "Delivered"),
    ("pickup", "Picked up by the customer"),
]
# The goods are the customer's from our door on.
PICKUP_TERMS = ("EXW", "FCA")

LOADING = {"loading_notice", "loading_noted_at", "loading_noted_by_id"}
# What a loading notice says; change one, and it is made anew.
NOTED = {"transport", "pickup_company", "plate", "driver", "crew"}


def _rings(phone):
    """Tell whether a telephone number has a digit that could be dialled."""
    return any(map(str.isdigit, phone or ""))


class SaleOrder(models.Model):
    _inherit = "sale.order"

    transport = fields.Selection(
        TRANSPORTS, "Pick-up or Delivery", compute="_compute_transport", store=True,
        readonly=False, groups="base.group_user",
        help="From the delivery terms: EXW and FCA are picked up. May be changed.",
    )  # fmt: skip

    @api.depends("incoterm")
    def _compute_transport(self):
        for order in self:
            picked_up = order.incoterm.sudo().code in PICKUP_TERMS
            order.transport = "pickup" if picked_up else "delivery"


class StockPicking(models.Model):
    _inherit = "stock.picking"

    transport = fields.Selection(
        TRANSPORTS, "Pick-up or Delivery", compute="_compute_transport", store=True,
        readonly=False, compute_sudo=True, copy=False,
    )  # fmt: skip
    haulier_id = fields.Many2one(
        "res.partner", "Carrier", copy=False,
        help="Who drives the goods; with a telephone, on which the lorry is reached. "
        "For a lorry of our own: our own company.",
    )  # fmt: skip
    haulier_phone = fields.Char(
        related="haulier_id.phone", string="Carrier's Telephone"
    )
    pickup_company = fields.Char(
        "Company That Loads", copy=False, help="Who comes for the goods."
    )
    plate = fields.Char("Number Plate", copy=False)
    driver = fields.Char(copy=False)
    crew = fields.Char("Loaders", copy=False, help="Who else is on the lorry or loads.")
    loading_notice = fields.Char(readonly=True, copy=False)
    loading_noted_at = fields.Datetime("Loading Noted", readonly=True, copy=False)
    loading_noted_by_id = fields.Many2one("res.users", readonly=True, copy=False)

    @api.depends("sale_id.transport")
    def _compute_transport(self):
        for picking in self:
            if picking.state not in ("done", "cancel") or not picking.transport:
                picking.transport = picking.sale_id.transport or "delivery"

    # -- the loading notice ----------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        """Refuse a loading notice that nobody made."""
        for vals in vals_list:
            self._check_loading(vals)
        return super().create(vals_list)

    def write(self, vals):
        """Take a loading notice back when it would say something else by now."""
        self._check_loading(vals)
        if not vals.keys() & NOTED:
            return super().write(vals)
        stale = self.filtered(
            lambda picking: (
                picking.loading_notice
                and any(
                    (picking[name] or "") != (vals[name] or "")
                    for name in NOTED & vals.keys()
                )
            )
        )
        gone = stale.filtered(lambda picking: picking.state == "done")
        if gone:
            raise UserError(
                self.env._(
                    "%s has left: its loading notice stays.",
                    joined(self.env, gone.mapped("name")),
                )
            )
        result = super().write(vals)
        if stale:
            keyed(stale).write(dict.fromkeys(LOADING, False))
        return result

    def _check_loading(self, vals):
        given = {name for name in LOADING & vals.keys() if vals[name] or self.ids}
        if given and not holds_key(self):
            raise AccessError(
                self.env._("A loading notice is made with its button, not written.")
            )

    def _loading_missing(self):
        """Return the names of what a pick-up still has to say."""
        self.ensure_one()
        return [
            self._fields[name]._description_string(self.env)
            for name in ("pickup_company", "plate", "driver")
            if not said(self[name])
        ]

    def action_loading_notice(self):
        """Number the loading notice of a pick-up, and print it.

        :raises UserError: company, plate or driver is missing, or it is delivered
        """
        self.ensure_one()
        self.check_access("write")
        if self.transport != "pickup":
            raise UserError(
                self.env._("%s is delivered: it has no loading notice.", self.name)
            )
        if missing := self._loading_missing():
            raise UserError(
                self.env._(
                    "A loading notice names company, plate and driver. Please enter "
                    "first: %s",
                    joined(self.env, missing),
                )
            )
        if not self.loading_notice:
            sequence = self.env["ir.sequence"].sudo().with_company(self.company_id)
            keyed(self).write(
                {
                    "loading_notice": sequence.next_by_code("loading.notice"),
                    "loading_noted_at": fields.Datetime.now(),
                    "loading_noted_by_id": self.env.uid,
                }
            )
        report = self.env.ref("order_confirmation.report_loading_notice")
        return report.report_action(self)

    def _transport_check(self):
        """Raise unless it is said who carries or fetches these goods, and with what.

        Everything that is missing is named at once, of all of these transfers.

        :raises UserError: a delivery without carrier, the carrier's telephone, plate or
            crew; a pick-up without company, plate, driver or loading notice
        """
        missing = {picking: picking._transport_missing() for picking in self}
        words = [
            self.env._(
                "%(transfer)s is picked up. Before it is loaded, please enter: "
                "%(missing)s",
                transfer=picking.name,
                missing=joined(self.env, names),
            )
            if picking.transport == "pickup"
            else self.env._(
                "%(transfer)s is delivered. Before it leaves, please enter on the page "
                "“Transport”: %(missing)s",
                transfer=picking.name,
                missing=joined(self.env, names),
            )
            for picking, names in missing.items()
            if names
        ]
        unnoted = self.filtered(
            lambda picking: (
                picking.transport == "pickup"
                and not missing[picking]
                and not picking.loading_notice
            )
        )
        if unnoted:
            words.append(
                self.env._(
                    "%s is picked up: print its loading notice first, with “Loading "
                    "Notice”.",
                    joined(self.env, unnoted.mapped("name")),
                )
            )
        if words:
            raise UserError("\n".join(words))

    def _transport_missing(self):
        """Return the names of what has to be said before these goods leave (ORD-55).

        One's own lorry has a carrier too: the own company.
        """
        self.ensure_one()
        if self.transport == "pickup":
            return self._loading_missing()
        haulier = self.haulier_id
        asked = ["haulier_id"]
        if not haulier.parcel_service:
            asked.append("plate")
            # The crew: whoever is on the lorry.
            asked += [] if said(self.crew) else ["driver"]
        missing = [
            self._fields[name]._description_string(self.env)
            for name in asked
            if not (self[name].id if name == "haulier_id" else said(self[name]))
        ]
        if haulier and not _rings(haulier.phone):
            telephone = self.env._("the telephone of %s", haulier.display_name)
            missing.insert(0, telephone)
        return missing

    @api.onchange("haulier_id")
    def _onchange_haulier_id(self):
        if self.haulier_id and not _rings(self.haulier_id.phone):
            return {
                "warning": {
                    "title": self.env._("No Telephone"),
                    "message": self.env._(
                        "%s has no telephone: enter it before the goods leave.",
                        self.haulier_id.display_name,
                    ),
                }
            }
        return None

    # -- the papers --------------------------------------------------------------

    def action_packing_plan(self):
        """Make the packing plan of this transfer, or bring it up to date, and show it.

        :raises UserError: no packing standard is on file for these goods
        """
        plan = self.env["packing.plan"]._make(self)
        return form_of(plan)

    def _issue_lines(self):
        """Return ``[(product, quantity, unit, lots, place)]`` to issue (ORD-55)."""
        self.ensure_one()
        rows = []
        for move in self.move_ids.filtered(lambda row: row.state != "cancel"):
            places = move.move_line_ids.location_id or move.location_id
            lots = move.move_line_ids.mapped(
                lambda row: row.lot_id.name or row.lot_name
            )
            quantity = move.quantity or move.product_uom_qty
            rows.append(
                (
                    move.product_id,
                    quantity,
                    move.product_uom,
                    joined(self.env, lots),
                    joined(self.env, places.mapped("display_name")),
                )
            )
        return rows


class ResPartner(models.Model):
    _inherit = "res.partner"

    parcel_service = fields.Boolean(
        help="Fetches parcels with lorries that nobody here knows: of its deliveries "
        "neither number plate nor driver is asked.",
    )


class DeliverySlip(models.Model):
    _inherit = "delivery.slip"

    transport = fields.Selection(TRANSPORTS, "Pick-up or Delivery", readonly=True)
    carrier = fields.Char("Carried By", readonly=True)
    plate = fields.Char("Number Plate", readonly=True)
    driver = fields.Char(readonly=True)
    crew = fields.Char("Loaders", readonly=True)

    def _prepare_values(self, picking):
        """Take over who carried the goods, with what, as it was when they left."""
        pickup = picking.transport == "pickup"
        return {
            **super()._prepare_values(picking),
            "transport": picking.transport,
            "carrier": picking.pickup_company
            if pickup
            else picking.haulier_id.display_name,
            "plate": picking.plate,
            "driver": picking.driver,
            "crew": picking.crew,
        }


class DispatchNotice(models.Model):
    _inherit = "dispatch.notice"

    def _prepare_values(self, picking):
        """Take over from the transfer how the goods travel."""
        values = super()._prepare_values(picking)
        pickup = picking.transport == "pickup"
        haulier = picking.haulier_id
        carrier = " ".join(filter(None, [haulier.display_name, haulier.phone]))
        return {
            **values,
            "transport": picking.transport or "delivery",
            "carrier": picking.pickup_company if pickup else carrier or False,
            "plate": picking.plate,
            "driver": picking.driver,
        }
