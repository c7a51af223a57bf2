from collections import defaultdict

from odoo import api, fields, models
from odoo.addons.written_signoff.keeping import DISCUSSION, keyed
from odoo.addons.written_signoff.wording import joined
from odoo.exceptions import AccessError, UserError

from ..opening import form_of
from ..packing import pack

PURPOSE = "packing_check"
PACKERS = ("role_shipping", "role_warehouse")


class PackingPlan(models.Model):
    """How the goods of one transfer are packed, and that somebody checked it (ORD-56).

    Computed of the packing standards. Who packed says so; another person compares
    cartons, labels, marks and weight, and signs. What is packed otherwise afterwards,
    or in another quantity, is checked again before it leaves.
    """

    _name = "packing.plan"
    _description = "Packing Plan"
    _inherit = ["kept.record", "signoff.mixin", "mail.thread", "mail.activity.mixin"]
    _signoff_fields = {"transfer": "picking_id"}
    _order = "id desc"
    _mail_post_access = "read"
    _kept_open = frozenset({*DISCUSSION, "signature_ids"})

    name = fields.Char("Number", readonly=True, copy=False, default="/")
    picking_id = fields.Many2one(
        "stock.picking", "Transfer", required=True, readonly=True, index=True,
        ondelete="cascade",
    )  # fmt: skip
    order_id = fields.Many2one("sale.order", readonly=True, index="btree_not_null")
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    partner_id = fields.Many2one("res.partner", "Customer", readonly=True)
    state = fields.Selection(
        [("draft", "To pack"), ("packed", "To check"), ("checked", "Checked")],
        default="draft", readonly=True, copy=False, index=True, tracking=True,
    )  # fmt: skip
    line_ids = fields.One2many("packing.plan.line", "plan_id", readonly=True)
    packed_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    packed_at = fields.Datetime("Packed", readonly=True, copy=False)
    checked_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    cartons = fields.Integer(compute="_compute_totals")
    pallets = fields.Integer(compute="_compute_totals")
    net_weight = fields.Float(compute="_compute_totals", digits="Stock Weight")
    gross_weight = fields.Float(compute="_compute_totals", digits="Stock Weight")
    weight_uom_name = fields.Char(compute="_compute_weight_uom_name")
    without = fields.Char(
        "Without a Standard", compute="_compute_outdated", compute_sudo=True,
        help="Goods of this transfer for which no packing standard is on file.",
    )  # fmt: skip
    outdated = fields.Boolean(compute="_compute_outdated", compute_sudo=True)
    can_check = fields.Boolean(compute="_compute_can_check")
    next_step = fields.Char(compute="_compute_next_step")

    _picking_unique = models.Constraint(
        "unique(picking_id)", "A transfer has one packing plan."
    )

    def _kept_refusal(self):
        return self.env._(
            "A packing plan is computed of the transfer and the packing standards; "
            "nobody writes it."
        )

    @api.model
    def _make(self, picking):
        """Return the plan of a transfer, computed anew where it says something else.

        :raises UserError: no packing standard fits, or nothing leaves
        """
        picking.ensure_one()
        picking.check_access("write")
        plan = self.sudo().search([("picking_id", "=", picking.id)])
        lines = self._prepare_lines(picking.sudo())[picking]
        if not lines:
            raise UserError(
                self.env._(
                    "No packing standard is on file for the goods of %s.", picking.name
                )
            )
        if not plan:
            sequence = self.env["ir.sequence"].sudo().with_company(picking.company_id)
            order = picking.sudo().sale_id
            plan = keyed(self).create(
                {
                    "name": sequence.next_by_code(self._name) or "/",
                    "picking_id": picking.id,
                    "order_id": order.id,
                    "company_id": picking.company_id.id,
                    "partner_id": picking.sudo()._packing_partner().id,
                }
            )
        if not plan.line_ids or plan.outdated:
            plan._refill(lines)
        return plan.with_env(self.env)

    def _refill(self, lines):
        if self.picking_id.state == "done":
            raise UserError(self.env._("All of it has left; nothing can change."))
        plan = keyed(self)
        plan._signoff_lock()
        plan.line_ids.unlink()
        plan.write(
            {
                "line_ids": [fields.Command.create(line) for line in lines],
                "state": "draft", "packed_by_id": False, "packed_at": False,
                "checked_by_id": False,
            }
        )  # fmt: skip
        plan._signoff_void_changed()

    @api.model
    def _prepare_lines(self, pickings):
        """Return what transfers are packed into, one line for each product.

        In a number of queries that does not grow with the transfers.

        :return: ``{transfer: [values of a line]}``
        """
        quantities, standards = pickings._packing_quantities(), {}
        for company, own in pickings.grouped("company_id").items():
            pairs = [
                (picking._packing_partner(), product)
                for picking in own
                for product in quantities[picking]
            ]
            standards[company] = self.env["packing.standard"]._find(company, pairs)
        return {
            picking: self._prepare_rows(
                picking._packing_partner(),
                quantities[picking],
                standards[picking.company_id],
            )
            for picking in pickings
        }

    @api.model
    def _prepare_rows(self, partner, quantities, standards):
        rows = []
        for product, quantity in quantities.items():
            standard = standards.get((partner, product))
            if not standard or product.uom_id.compare(quantity, 0.0) <= 0:
                continue
            packed = pack(quantity, standard._as_standard(product))
            rows.append(
                {
                    "product_id": product.id,
                    "quantity": quantity,
                    "per_inner": standard.per_inner,
                    "per_carton": standard.per_carton,
                    "per_pallet": standard.per_pallet,
                    "carton_type_id": standard.carton_type_id.id,
                    "pallet_type_id": standard.pallet_type_id.id,
                    "labels": standard.labels,
                    "marks": standard.marks,
                    "full_cartons": packed.full,
                    "rest": packed.rest,
                    "cartons": packed.cartons,
                    "inners": packed.inners,
                    "pallets": packed.pallets,
                    "net_weight": packed.net,
                    "gross_weight": packed.gross,
                }
            )
        return rows

    # -- packed, then checked by somebody else ---------------------------------------

    def action_compute(self):
        """Compute the plan anew of what the transfer and the standards say now."""
        for plan in self:
            plan._make(plan.picking_id)
        return True

    def action_packed(self):
        """Note who packed, and when.

        :raises UserError: packed already, or the transfer says something else by now
        :raises AccessError: not the stores or shipping
        """
        self.ensure_one()
        self._check_packer()
        if self.state != "draft":
            raise UserError(self.env._("%s is packed already.", self.name))
        self._check_present()
        keyed(self).write(
            {
                "state": "packed",
                "packed_by_id": self.env.uid,
                "packed_at": fields.Datetime.now(),
            }
        )
        return True

    def _check_packer(self):
        user = self.env.user
        if not any(user.has_group(f"customer_tiering.{role}") for role in PACKERS):
            raise AccessError(self.env._("Goods are packed by warehouse and shipping."))

    def _check_present(self):
        if self.outdated:
            raise UserError(
                self.env._(
                    "The transfer says something else by now: choose “Compute Again”."
                )
            )

    def action_sign(self):
        """Open the dialog in which another person signs the check."""
        return self._signoff_dialog(PURPOSE)

    def _signoff_terms(self, code):
        """Cover every line: what is packed how, and in how many cartons."""
        if code != PURPOSE:
            return super()._signoff_terms(code)
        return {
            plan.id: {
                "transfer": plan.picking_id.name or "",
                "packed_by": plan.packed_by_id.name or "",
                "lines": {str(line.id): line._as_text() for line in plan.line_ids},
            }
            for plan in self
        }

    def _signoff_label(self, path):
        """Lines say themselves what they are."""
        return (
            self.env._("Goods") if path[0] == "lines" else super()._signoff_label(path)
        )

    def _signoff_words(self, path, value):
        """Say what is packed in the reader's language, if it is what was signed."""
        if path[0] == "lines" and len(path) == 2:
            line = self.line_ids.filtered(lambda row: str(row.id) == path[1])
            if line and line.with_context(lang=None)._as_text() == value:
                return line._as_text()
        return super()._signoff_words(path, value)

    def _signoff_check(self, purpose, signer):
        """Refuse to check what is not packed, or packed for another quantity."""
        result = super()._signoff_check(purpose, signer)
        if self.state == "draft":
            raise UserError(
                self.env._("%s is not packed yet: who packs presses “Packed”.",
                           self.name)
            )  # fmt: skip
        if self.state == "checked":
            raise UserError(self.env._("%s is checked already.", self.name))
        self._check_present()
        return result

    def _signoff_barred(self, purpose, signer):
        """Who packed does not check alone (ROL-03)."""
        barred = super()._signoff_barred(purpose, signer)
        if not barred and signer == self.sudo().packed_by_id:
            barred = self.env._(
                "%s packed these goods; somebody else checks them.", signer.name
            )
        return barred

    def _signoff_signed(self, signature):
        """Note who checked."""
        result = super()._signoff_signed(signature)
        keyed(self).write({"state": "checked", "checked_by_id": signature.signer_id.id})
        return result

    def _signoff_voided(self, signatures):
        """What is no longer as it was checked is checked again."""
        result = super()._signoff_voided(signatures)
        plans = keyed(self.browse(signatures.mapped("res_id")).exists())
        plans.filtered(lambda plan: plan.state == "checked").write(
            {"state": "packed", "checked_by_id": False}
        )
        return result

    # -- showing -----------------------------------------------------------------

    @api.depends("line_ids")
    def _compute_totals(self):
        for plan in self:
            for name in ("cartons", "pallets", "net_weight", "gross_weight"):
                plan[name] = sum(plan.line_ids.mapped(name))

    def _compute_weight_uom_name(self):
        templates = self.env["product.template"]
        self.weight_uom_name = templates._get_weight_uom_name_from_ir_config_parameter()

    @api.depends("line_ids", "picking_id.move_ids.quantity")
    def _compute_outdated(self):
        quantities = self.picking_id._packing_quantities()
        lines = self._prepare_lines(self.picking_id)
        for plan in self:
            picking = plan.picking_id
            planned = plan._planned()
            lost = [p for p in quantities.get(picking, ()) if p not in planned]
            wanted = {row["product_id"]: row for row in lines.get(picking, ())}
            plan.without = joined(
                self.env,
                (product.display_name for product in lost if product.id not in wanted),
            )
            plan.outdated = picking.state not in ("done", "cancel") and (
                wanted.keys() != {product.id for product in planned}
                or any(
                    line._differs(wanted[line.product_id.id]) for line in plan.line_ids
                )
            )

    @api.depends_context("uid")
    @api.depends("state", "outdated", "packed_by_id")
    def _compute_can_check(self):
        packers = [self.env.ref(f"customer_tiering.{role}") for role in PACKERS]
        able = any(group in self.env.user.all_group_ids for group in packers)
        for plan in self:
            plan.can_check = (
                able
                and plan.state == "packed"
                and not plan.outdated
                and plan.packed_by_id != self.env.user
            )

    def _planned(self):
        """Return ``{product: quantity}`` of the plan, in the unit of the product."""
        planned = defaultdict(float)
        for line in self.line_ids:
            planned[line.product_id] += line.quantity
        return planned

    @api.depends("state", "outdated")
    def _compute_next_step(self):
        texts = {
            "draft": self.env._("Pack as it says here, then press “Packed”."),
            "packed": self.env._("Somebody else checks what is packed, and signs."),
            "checked": self.env._("Checked: the goods may be loaded."),
        }
        for plan in self:
            plan.next_step = (
                self.env._("The transfer has changed: compute the plan again.")
                if plan.outdated
                else texts.get(plan.state)
            )

    def action_open_picking(self):
        """Open the transfer."""
        self.ensure_one()
        return form_of(self.picking_id)
