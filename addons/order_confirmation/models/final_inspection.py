from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

POINTS = [
    ("quantity", "Quantity within tolerance"),
    ("appearance", "Appearance"),
    ("packing", "Packing"),
    ("label", "Label"),
    ("product", "Point of this product"),
]


class ProductTemplate(models.Model):
    _inherit = "product.template"

    exfactory_point_ids = fields.One2many(
        "exfactory.point", "product_tmpl_id", string="Ex-factory Standard",
        help="What the final inspection looks at besides quantity, appearance, packing "
        "and label.",
    )  # fmt: skip


class ExfactoryPoint(models.Model):
    _name = "exfactory.point"
    _description = "Point of an Ex-factory Standard"
    _order = "sequence, id"

    product_tmpl_id = fields.Many2one(
        "product.template", required=True, index=True, ondelete="cascade"
    )
    sequence = fields.Integer(default=10)
    name = fields.Char(required=True, translate=True)


class FinalInspection(models.Model):
    """The ex-factory standard of a product, point by point (ORD-43).

    Quality signs; customer service attends and is named. Until then no finished goods
    go into stock, and nothing is shipped.
    """

    _name = "final.inspection"
    _inherit = ["signoff.mixin", "mail.thread", "mail.activity.mixin"]
    _description = "Final Inspection"
    _order = "id desc"
    _check_company_auto = True

    name = fields.Char(default="/", readonly=True, copy=False)
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    production_id = fields.Many2one("mrp.production", index=True, check_company=True)
    order_line_id = fields.Many2one("sale.order.line", index=True, check_company=True)
    order_id = fields.Many2one(related="order_line_id.order_id", store=True)
    product_id = fields.Many2one("product.product", required=True)
    uom_id = fields.Many2one(related="product_id.uom_id")
    quantity = fields.Float("Inspected", required=True, digits="Product Unit")
    passed_quantity = fields.Float("Passed", digits="Product Unit")
    attendee_id = fields.Many2one(
        "res.users",
        "Attended By",
        tracking=True,
        domain=lambda self: [
            ("all_group_ids", "in", self.env.ref(
                "customer_tiering.role_customer_service", raise_if_not_found=False
            ).ids)
        ],
        help="Customer service attends the inspection and is named.",
    )  # fmt: skip
    point_ids = fields.One2many("final.inspection.point", "inspection_id", copy=True)
    remark = fields.Text()
    result = fields.Selection(
        [("open", "Open"), ("passed", "Passed"), ("failed", "Failed")],
        compute="_compute_result",
        store=True,
        tracking=True,
    )
    signed = fields.Boolean(compute="_compute_signed", search="_search_signed")

    _quantities = models.Constraint(
        "CHECK(quantity > 0 AND passed_quantity >= 0 AND passed_quantity <= quantity)",
        "Inspect more than nothing, and pass no more than was inspected.",
    )

    @api.depends("point_ids.outcome")
    def _compute_result(self):
        for inspection in self:
            outcomes = set(inspection.point_ids.mapped("outcome"))
            if not outcomes or False in outcomes:
                inspection.result = "open"
            else:
                inspection.result = "failed" if "failed" in outcomes else "passed"

    @api.depends("signature_ids.state")
    def _compute_signed(self):
        valid = self.sudo()._signoff_valid(["final_inspection"])
        for inspection in self:
            inspection.signed = (inspection.id, "final_inspection") in valid

    def _search_signed(self, operator, value):
        if operator != "in":
            return NotImplemented
        signatures = (
            self.env["signoff.signature"]
            .sudo()
            ._search(
                [
                    ("res_model", "=", self._name),
                    ("purpose_code", "=", "final_inspection"),
                    ("state", "=", "valid"),
                ]
            )
        )
        return [("id", "in", signatures.subselect("res_id"))]

    @api.constrains("order_line_id", "product_id", "production_id")
    def _check_same_product(self):
        for inspection in self:
            others = inspection.order_line_id.product_id | (
                inspection.production_id.product_id
            )
            if others - inspection.product_id:
                raise ValidationError(
                    self.env._(
                        "The inspection is of %(product)s, and order or production is "
                        "of %(other)s.",
                        product=inspection.product_id.display_name,
                        other=", ".join(
                            (others - inspection.product_id).mapped("name")
                        ),
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        """Number the inspection and lay out the points of the standard."""
        self._check_given(vals_list)
        for vals in vals_list:
            if vals.get("name", "/") == "/":
                vals["name"] = self.env["ir.sequence"].next_by_code(self._name) or "/"
        inspections = super().create(vals_list)
        for inspection in inspections.filtered(lambda record: not record.point_ids):
            inspection.point_ids = inspection._standard()
        return inspections

    def _check_given(self, vals_list):
        if any(vals.keys() & {"result", "order_id"} for vals in vals_list):
            raise AccessError(
                self.env._("The result follows from the points, and cannot be written.")
            )

    def _standard(self):
        """Return the points of the product's ex-factory standard, as commands."""
        kinds = self.env["final.inspection.point"]._fields["kind"]
        names = dict(kinds._description_selection(self.env))
        points = [
            {"kind": kind, "name": names[kind], "sequence": number}
            for number, (kind, _label) in enumerate(POINTS[:-1])
        ]
        points += [
            {"kind": "product", "name": point.name, "sequence": 10 + number}
            for number, point in enumerate(self.product_id.exfactory_point_ids)
        ]
        return [(0, 0, point) for point in points]

    def write(self, vals):
        """Void the signature when what it covers changes (ORD-15)."""
        self._check_given([vals])
        result = super().write(vals)
        self._signoff_void_changed()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_unsigned(self):
        if self.sudo().signature_ids:
            raise UserError(self.env._("A signed inspection is kept."))

    def _signoff_terms(self, code):
        return {
            inspection.id: {
                "product": inspection.product_id.display_name,
                "order": inspection.order_line_id.id or None,
                "production": inspection.production_id.id or None,
                "quantity": inspection.quantity,
                "passed_quantity": inspection.passed_quantity,
                "attendee": inspection.attendee_id.name or "",
                "points": {
                    str(point.id): [
                        point.name,
                        point.outcome or "",
                        point.finding or "",
                    ]
                    for point in inspection.point_ids
                },
            }
            for inspection in self
        }

    def _signoff_check(self, purpose, signer):
        """Sign what is complete: every point answered, customer service named."""
        result = super()._signoff_check(purpose, signer)
        if self.result == "open":
            raise UserError(
                self.env._(
                    "Answer every point first. Open: %s.",
                    ", ".join(
                        self.point_ids.filtered(lambda p: not p.outcome).mapped("name")
                    ),
                )
            )
        if not self.attendee_id:
            raise UserError(
                self.env._("Name who of customer service attended the inspection.")
            )
        return result

    def _signoff_barred(self, purpose, signer):
        """Who attends for customer service does not sign for quality (ROL-03)."""
        if signer == self.attendee_id:
            return self.env._(
                "%s attended for customer service; quality signs.", signer.name
            )
        return super()._signoff_barred(purpose, signer)

    def action_sign(self):
        """Open quality's signature."""
        return self._signoff_dialog("final_inspection")

    def action_all_passed(self):
        """Answer every open point with passed, and pass the whole quantity."""
        self.point_ids.filtered(lambda point: not point.outcome).outcome = "passed"
        for inspection in self.filtered(lambda record: not record.passed_quantity):
            inspection.passed_quantity = inspection.quantity

    @api.model
    def _passed(self, field, ids):
        """Return ``{id: quantity}`` that quality passed, by order line or production.

        Only what is signed and still as signed counts. Constant queries.

        :param str field: ``order_line_id`` or ``production_id``
        """
        inspections = self.sudo().search(
            [(field, "in", ids), ("result", "=", "passed")]
        )
        valid = inspections._signoff_valid(["final_inspection"])
        quantities = dict.fromkeys(ids, 0.0)
        for inspection in inspections:
            if (inspection.id, "final_inspection") in valid:
                quantities[inspection[field].id] += inspection.passed_quantity
        return quantities


class FinalInspectionPoint(models.Model):
    _name = "final.inspection.point"
    _description = "Point of a Final Inspection"
    _order = "sequence, id"

    inspection_id = fields.Many2one(
        "final.inspection", required=True, ondelete="cascade", index=True
    )
    sequence = fields.Integer(default=10)
    kind = fields.Selection(POINTS, required=True, default="product")
    name = fields.Char("Point", required=True)
    outcome = fields.Selection([("passed", "Passed"), ("failed", "Failed")])
    finding = fields.Char()
    picture = fields.Image(max_width=1600, max_height=1600)

    @api.model_create_multi
    def create(self, vals_list):
        """Void the signature of an inspection that gets another point."""
        points = super().create(vals_list)
        points.inspection_id._signoff_void_changed()
        return points

    def write(self, vals):
        """Void the signature of an inspection whose answers change."""
        result = super().write(vals)
        self.inspection_id._signoff_void_changed()
        return result

    def unlink(self):
        """Void the signature of an inspection that loses a point."""
        inspections = self.inspection_id
        result = super().unlink()
        inspections._signoff_void_changed()
        return result
