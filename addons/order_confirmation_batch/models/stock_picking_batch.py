from odoo import api, fields, models
from odoo.addons.order_confirmation.opening import dialog
from odoo.addons.written_signoff.wording import joined
from odoo.exceptions import UserError

# Everything of the lorry that a transfer keeps. The first is for what is delivered
# only, the second for what the customer fetches.
LORRY = ("haulier_id", "pickup_company", "plate", "driver", "crew")


class StockPickingBatch(models.Model):
    """One lorry for all transfers of a batch, entered once (ORD-55).

    It stays with the transfers, where the gate asks for it: the batch shows what they
    say, and what they still lack.
    """

    _inherit = "stock.picking.batch"

    haulier_ids = fields.Many2many(
        "res.partner", string="Carrier", compute="_compute_transport"
    )
    pickup_companies = fields.Char("Company That Loads", compute="_compute_transport")
    plates = fields.Char("Number Plate", compute="_compute_transport")
    drivers = fields.Char("Driver", compute="_compute_transport")
    crews = fields.Char("Loaders", compute="_compute_transport")
    pickup_count = fields.Integer("Pick-ups to Load", compute="_compute_transport")
    transport_missing = fields.Text(
        "Missing of the Lorry", compute="_compute_transport"
    )

    @api.depends(
        "picking_ids.state", "picking_ids.picking_type_code", "picking_ids.transport",
        "picking_ids.haulier_id.phone", "picking_ids.haulier_id.parcel_service",
        *(f"picking_ids.{name}" for name in LORRY),
    )  # fmt: skip
    def _compute_transport(self):
        for batch in self:
            pickings = batch.picking_ids.filtered(
                lambda row: (
                    row.picking_type_code == "outgoing" and row.state != "cancel"
                )
            )
            leaving = batch._still_leaving()
            batch.haulier_ids = pickings.haulier_id
            batch.pickup_companies = pickings._lorry_words("pickup_company")
            batch.plates = pickings._lorry_words("plate")
            batch.drivers = pickings._lorry_words("driver")
            batch.crews = pickings._lorry_words("crew")
            batch.pickup_count = len(leaving._picked_up())
            missing = {picking: picking._transport_missing() for picking in leaving}
            batch.transport_missing = "\n".join(
                self.env._(
                    "%(transfer)s: %(missing)s",
                    transfer=picking.name,
                    missing=joined(self.env, names),
                )
                for picking, names in missing.items()
                if names
            )

    def _still_leaving(self):
        """Return the transfers out of the house that have not left yet."""
        return self.picking_ids.filtered(
            lambda row: (
                row.picking_type_code == "outgoing"
                and row.state not in ("done", "cancel")
            )
        )

    def action_transport(self):
        """Open the dialog in which carrier and lorry are entered for all transfers.

        It begins with what the transfers say already, where they agree.
        """
        self.ensure_one()
        self.check_access("write")
        said = {name: self._still_leaving().mapped(name) for name in LORRY}
        common = {}
        for name, values in said.items():
            values = values.ids if name == "haulier_id" else set(filter(None, values))
            if len(values) == 1:
                (common[name],) = values
        return dialog(
            "stock.picking.batch.transport",
            self.env._("Carrier and Lorry of %s", self.name),
            batch_id=self.id,
            **common,
        )

    def _enter_lorry(self, values):
        """Write carrier and lorry on every transfer that is still to leave (ORD-55).

        What is blank stays on each transfer as it is.

        :param dict values: by the names of ``LORRY``
        :raises UserError: nothing was entered, or nothing is left to load
        :raises AccessError: not somebody who may change the batch and its transfers
        """
        self.ensure_one()
        self.check_access("write")
        leaving = self._still_leaving()
        if not leaving:
            raise UserError(
                self.env._("Of %s nothing is left to load.", self.display_name)
            )
        entered = {name: values[name] for name in LORRY if values.get(name)}
        if not entered:
            raise UserError(
                self.env._("Please enter the carrier, the number plate or who drives.")
            )
        fetched = leaving._picked_up()
        for pickings, other in (
            (leaving - fetched, "pickup_company"),
            (fetched, "haulier_id"),
        ):
            fitting = {name: value for name, value in entered.items() if name != other}
            if pickings and fitting:
                pickings.write(fitting)

    def action_loading_notices(self):
        """Number the loading notices of all pick-ups of the batch, and print them.

        :raises UserError: company, plate or driver is missing, or nothing is fetched
        """
        self.ensure_one()
        fetched = self._still_leaving()._picked_up()
        if not fetched:
            raise UserError(
                self.env._("Of %s the customer fetches nothing.", self.display_name)
            )
        for picking in fetched:
            picking.action_loading_notice()
        report = self.env.ref("order_confirmation.report_loading_notice")
        return report.report_action(fetched)


class StockPicking(models.Model):
    _inherit = "stock.picking"

    def _picked_up(self):
        return self.filtered(lambda row: row.transport == "pickup")

    def _lorry_words(self, name):
        """Return what these say of one thing, each word once, in their order."""
        return joined(self.env, dict.fromkeys(filter(None, self.mapped(name))))
