from collections import defaultdict

from odoo import Command, api, fields, models
from odoo.addons.written_signoff.keeping import holds_key, keyed
from odoo.addons.written_signoff.wording import joined, numeral
from odoo.exceptions import AccessError, UserError, ValidationError

from ..opening import dialog
from .final_inspection_point import POINTS

# What follows from the rest, and is written by the inspection's own methods only.
FOLLOWING = {
    "result", "order_id", "failed_quantity", "undecided_quantity", "reworked_id",
    "decision_ids", "out_of_tolerance",
}  # fmt: skip
INSPECT = "order_confirmation.activity_inspect"
ATTEND = "order_confirmation.activity_attend"
DECIDE = "order_confirmation.activity_decide"


class FinalInspection(models.Model):
    """The ex-factory standard of a product, point by point (ORD-43).

    Quality signs; customer service attends and is named. Until then no finished goods
    go into stock, and nothing is shipped. Of what failed, quality decides: rework,
    scrap, kept out of stock, or a concession that quality's head and the salesperson
    sign (``final.inspection.decision``).
    """

    _name = "final.inspection"
    _inherit = ["signoff.mixin", "mail.thread", "mail.activity.mixin"]
    _signoff_fields = {"order": "order_line_id"}
    _description = "Final Inspection"
    _order = "id desc"
    _check_company_auto = True
    _mail_post_access = "read"

    name = fields.Char(default="/", readonly=True, copy=False)
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    production_id = fields.Many2one("mrp.production", index=True, check_company=True)
    order_line_id = fields.Many2one("sale.order.line", index=True, check_company=True)
    order_id = fields.Many2one(
        related="order_line_id.order_id", store=True, index="btree_not_null"
    )
    product_id = fields.Many2one("product.product", required=True)
    tracking = fields.Selection(related="product_id.tracking")
    uom_id = fields.Many2one(related="product_id.uom_id")
    lot_ids = fields.One2many(
        "final.inspection.lot", "inspection_id", "Lots", copy=False
    )
    quantity = fields.Float(
        "Inspected", required=True, digits="Product Unit",
        compute="_compute_quantities", store=True, readonly=False, precompute=True,
    )  # fmt: skip
    passed_quantity = fields.Float(
        "Passed", digits="Product Unit",
        compute="_compute_quantities", store=True, readonly=False, precompute=True,
    )  # fmt: skip
    failed_quantity = fields.Float(
        "Failed", digits="Product Unit", compute="_compute_failed", store=True
    )
    undecided_quantity = fields.Float(
        "To Decide", digits="Product Unit", compute="_compute_failed", store=True,
        help="Failed, and neither reworked, scrapped, kept out nor conceded.",
    )  # fmt: skip
    out_of_tolerance = fields.Boolean(
        "Quantity Out of Tolerance", readonly=True, copy=False,
        help="Too many or too few, whatever passed otherwise: nothing passes but by a "
        "concession.",
    )  # fmt: skip
    correcting = fields.Boolean("Being Corrected", readonly=True, copy=False)
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
        [
            ("open", "Open"),
            ("passed", "Passed"),
            ("partly", "Passed in Part"),
            ("failed", "Failed"),
        ],
        compute="_compute_result",
        store=True,
        tracking=True,
    )
    signed = fields.Boolean(compute="_compute_signed", search="_search_signed")
    decision_ids = fields.One2many(
        "final.inspection.decision", "inspection_id", "Decisions", copy=False
    )
    reworked_id = fields.Many2one(
        "final.inspection.decision", "Rework Decided By", readonly=True, copy=False,
        index="btree_not_null", ondelete="restrict",
    )  # fmt: skip
    rework_of_id = fields.Many2one(
        related="reworked_id.inspection_id", string="Inspected Again After"
    )

    _quantities = models.Constraint(
        "CHECK(quantity > 0 AND passed_quantity >= 0 AND passed_quantity <= quantity)",
        "Inspect more than nothing, and pass no more than was inspected.",
    )

    # -- what follows ----------------------------------------------------------------

    @api.depends("lot_ids.quantity", "lot_ids.passed_quantity")
    def _compute_quantities(self):
        for inspection in self:
            lots = inspection.lot_ids
            inspection.quantity = (
                sum(lots.mapped("quantity")) if lots else inspection.quantity
            )
            inspection.passed_quantity = (
                sum(lots.mapped("passed_quantity"))
                if lots
                else inspection.passed_quantity
            )

    @api.depends(
        "quantity", "passed_quantity", "decision_ids.quantity", "decision_ids.state",
        "out_of_tolerance",
    )  # fmt: skip
    def _compute_failed(self):
        for inspection in self:
            failed = inspection.quantity - inspection.passed_quantity
            if inspection.out_of_tolerance:
                failed = inspection.quantity
            decided = inspection.decision_ids.filtered(
                lambda row: row.state != "withdrawn"
            )
            inspection.failed_quantity = failed
            inspection.undecided_quantity = failed - sum(decided.mapped("quantity"))

    @api.depends("point_ids.outcome", "quantity", "passed_quantity", "out_of_tolerance")
    def _compute_result(self):
        for inspection in self:
            outcomes = set(inspection.point_ids.mapped("outcome"))
            unit = inspection.product_id.uom_id
            whole = unit and (
                unit.compare(inspection.passed_quantity, inspection.quantity) >= 0
            )
            if not outcomes or False in outcomes:
                inspection.result = "open"
            elif inspection.out_of_tolerance:
                inspection.result = "failed"
            elif whole:
                inspection.result = "failed" if "failed" in outcomes else "passed"
            else:
                inspection.result = (
                    "partly" if inspection.passed_quantity > 0 else "failed"
                )

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

    @api.constrains("quantity", "passed_quantity")
    def _check_quantities(self):
        for inspection in self:
            if not 0 <= inspection.passed_quantity <= inspection.quantity > 0:
                raise ValidationError(
                    self.env._(
                        "Inspect more than nothing, and pass no more than was "
                        "inspected: %(passed)s of %(inspected)s passed cannot be.",
                        passed=numeral(inspection.passed_quantity),
                        inspected=numeral(inspection.quantity),
                    )
                )

    @api.constrains("order_line_id", "product_id", "production_id")
    def _check_same_product(self):
        for inspection in self:
            production = inspection.production_id.sudo()
            others = inspection.order_line_id.product_id
            if inspection.product_id not in production.move_byproduct_ids.product_id:
                others |= production.product_id
            if others - inspection.product_id:
                raise ValidationError(
                    self.env._(
                        "The inspection is of %(product)s, and order or production is "
                        "of %(other)s.",
                        product=inspection.product_id.display_name,
                        other=joined(
                            self.env, (others - inspection.product_id).mapped("name")
                        ),
                    )
                )

    @api.constrains("attendee_id")
    def _check_attendee(self):
        role = self.env.ref("customer_tiering.role_customer_service")
        for attendee in self.attendee_id.sudo():
            if role not in attendee.all_group_ids:
                raise ValidationError(
                    self.env._(
                        "Customer service attends the inspection: %s is not of them.",
                        attendee.name,
                    )
                )

    # -- writing ---------------------------------------------------------------------

    @api.onchange("production_id")
    def _onchange_production_id(self):
        for inspection in self.filtered("production_id"):
            values = inspection.production_id._inspection_values()
            inspection.update(values)

    @api.onchange("production_id", "product_id")
    def _onchange_standard(self):
        """Lay out the points at once, so that they are answered before saving."""
        for inspection in self.filtered(lambda record: not record._origin):
            points = inspection._standard() if inspection.product_id else []
            inspection.point_ids = [Command.clear(), *points]

    @api.model_create_multi
    def create(self, vals_list):
        """Number the inspection and lay out the points of the standard, and the lots.

        :raises AccessError: what follows from the points was given
        """
        self._check_given(vals_list)
        for vals in vals_list:
            if vals.get("name", "/") == "/":
                vals["name"] = self.env["ir.sequence"].next_by_code(self._name) or "/"
        inspections = super().create(vals_list)
        inspections._complete_standard()
        for inspection in inspections.filtered(lambda record: not record.lot_ids):
            if lots := inspection._lots_made():
                inspection.lot_ids = lots
        inspections._answer_quantity()
        return inspections

    def _check_given(self, vals_list):
        if not holds_key(self) and any(vals.keys() & FOLLOWING for vals in vals_list):
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
            {
                "kind": "product",
                "name": point.name,
                "sequence": 10 + number,
                "standard_id": point._origin.id,
            }
            for number, point in enumerate(self.product_id.exfactory_point_ids)
        ]
        return [Command.create(point) for point in points]

    def _complete_standard(self):
        """Add the points of the standard that are not on these inspections.

        Those that came since, or were left out by whoever laid them out.
        """
        for inspection in self:
            lacking = inspection._lacking_points()
            if lacking:
                inspection.point_ids = lacking

    def _lacking_points(self):
        """Return the points of the standard that are not here, as commands."""
        self.ensure_one()
        kinds = set(self.point_ids.mapped("kind"))
        own = self.point_ids.filtered(lambda point: point.kind == "product")
        known = {*own.standard_id.ids, *own.mapped("name")}
        return [
            command
            for command in self._standard()
            for point in [command[2]]
            if (
                not {point["standard_id"], point["name"]} & known
                if point["kind"] == "product"
                else point["kind"] not in kinds
            )
        ]

    def _lots_made(self):
        """Return the lots that were made and are not inspected yet, as commands."""
        if self.tracking not in ("lot", "serial"):
            return []
        known = self.production_id.inspection_ids.lot_ids.lot_id
        lots = self.production_id.lot_producing_ids
        if self.tracking == "lot":
            return [
                Command.create(
                    {
                        "lot_id": lot.id,
                        "quantity": self.quantity,
                        "passed_quantity": self.passed_quantity,
                    }
                )
                for lot in lots[:1]
            ]
        whole = self.passed_quantity >= self.quantity
        return [
            Command.create(
                {"lot_id": lot.id, "quantity": 1, "passed_quantity": int(whole)}
            )
            for lot in (lots - known)[: int(self.quantity)]
        ]

    def write(self, vals):
        """Void the signature when what it covers changes (ORD-15)."""
        self._check_given([vals])
        result = super().write(vals)
        if vals.keys() & {
            "quantity", "passed_quantity", "lot_ids", "order_line_id", "production_id",
            "point_ids",
        }:  # fmt: skip
            self._answer_quantity()
        self._signoff_void_changed()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_unsigned(self):
        if self.sudo().signature_ids or self.sudo().reworked_id:
            raise UserError(self.env._("A signed inspection is kept."))

    # -- the point that the system answers -------------------------------------------

    def _answer_quantity(self):
        """Compare with the order's tolerance, always: people do not answer (ORD-43).

        What is wrong with the quantity is put right by the numbers, or conceded.
        """
        for inspection in self:
            points = inspection.point_ids.filtered(
                lambda point: point.kind == "quantity"
            )
            answer = points and inspection._quantity_answer(inspection.quantity)
            if answer:
                outcome, finding = answer
                values = {"outcome": outcome, "finding": finding, "by_system": True}
                points.filtered(
                    lambda point, values=values: any(
                        point[name] != value for name, value in values.items()
                    )
                ).write(values)
            failing = bool(answer) and answer[0] == "failed"
            if failing and inspection.passed_quantity < inspection.quantity:
                # What is left out may be what was too much.
                rest, _finding = inspection._quantity_answer(inspection.passed_quantity)
                failing = rest == "failed"
            if inspection.out_of_tolerance != failing:
                keyed(inspection).write({"out_of_tolerance": failing})

    def _quantity_answer(self, quantity):
        """Return ``(outcome, finding)`` of what is made against what was ordered.

        :param float quantity: how much counts of what is inspected here
        :return: None where it is not made for an order
        """
        line = self.order_line_id.sudo()
        if not line:
            return None
        unit = self.product_id.uom_id
        ordered = line.product_uom_id._compute_quantity(line.product_uom_qty, unit)
        known = self.sudo().search(
            [
                ("order_line_id", "=", line.id),
                ("reworked_id", "=", False),
                ("signed", "=", True),
            ]
        )
        inspected = sum((known - self).mapped("quantity"))
        again = bool(self.reworked_id & known.decision_ids)
        inspected += 0.0 if again else quantity
        gone = (known - self).decision_ids.filtered(
            lambda row: row.kind in ("scrap", "keep_out") and row.state != "withdrawn"
        )
        made = inspected - sum(gone.mapped("quantity"))
        inspected += 0.0 if again else self.quantity - quantity
        share = line.tolerance_percent / 100
        words = {
            "made": numeral(made),
            "ordered": numeral(ordered),
            "unit": unit.name,
            "tolerance": numeral(line.tolerance_percent),
        }
        if unit.compare(made, ordered * (1 + share)) > 0:
            return "failed", self.env._(
                "%(made)s %(unit)s of %(ordered)s ordered, ± %(tolerance)s %%: too "
                "many.",
                **words,
            )
        batch = self.production_id.sudo()._same_batch()
        batch |= batch.search(
            [
                ("sale_line_id", "=", line.id),
                ("product_id", "=", self.product_id.id),
                ("state", "!=", "cancel"),
            ]
        )
        enough = made + line._quantity_from_stock(batch, known)
        if unit.compare(enough, ordered * (1 - share)) >= 0:
            return "passed", self.env._(
                "%(made)s %(unit)s of %(ordered)s ordered, ± %(tolerance)s %%.", **words
            )
        rest = batch._to_inspect_of(self.product_id) - inspected
        if not self.production_id or unit.compare(rest, 0) > 0:
            return "passed", self.env._(
                "%(made)s %(unit)s of %(ordered)s ordered, ± %(tolerance)s %%; the "
                "rest is still to come.",
                **words,
            )
        return "failed", self.env._(
            "%(made)s %(unit)s of %(ordered)s ordered, ± %(tolerance)s %%: too few, "
            "and no more is being made.",
            **words,
        )

    # -- signing ---------------------------------------------------------------------

    def _signoff_label(self, path):
        """Call points by what they ask, and lots by their numbers."""
        if path[0] == "points" and len(path) > 1:
            point = self.point_ids.filtered(lambda row: str(row.id) == path[1])
            return point.title or self.env._("removed line")
        if path[0] == "lots" and len(path) > 1:
            return path[1]
        return super()._signoff_label(path)

    def _signoff_words(self, path, value):
        """Say outcome and finding of a point; its pictures are seen on the form."""
        if path[0] == "points" and value:
            outcomes = self.point_ids._fields["outcome"]._description_selection(
                self.env
            )
            _name, outcome, finding, *_pictures = value
            return joined(self.env, [dict(outcomes).get(outcome, ""), finding])
        return super()._signoff_words(path, value)

    def _signoff_terms(self, code):
        pictures = self._picture_marks()
        terms = {}
        for inspection in self:
            terms[inspection.id] = {
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
                        *pictures.get(point.id, ()),
                    ]
                    for point in inspection.point_ids
                },
            }
            if inspection.lot_ids:
                terms[inspection.id]["lots"] = {
                    row.lot_id.name: [row.quantity, row.passed_quantity]
                    for row in inspection.lot_ids
                }
        return terms

    def _picture_marks(self):
        """Return ``{point id: [digests]}`` of the pictures, without reading them."""
        more = self.point_ids.picture_ids
        owners = {
            **{("final.inspection.point", point.id): point for point in self.point_ids},
            **{("final.inspection.picture", row.id): row.point_id for row in more},
        }
        files = (
            self.env["ir.attachment"]
            .sudo()
            .search_fetch(
                [
                    ("res_field", "=", "picture"),
                    "|",
                    "&",
                    ("res_model", "=", "final.inspection.point"),
                    ("res_id", "in", self.point_ids.ids),
                    "&",
                    ("res_model", "=", "final.inspection.picture"),
                    ("res_id", "in", more.ids),
                ],
                ["res_model", "res_id", "checksum"],
                order="res_model desc, res_id",
            )
        )
        marks = defaultdict(list)
        for file in files:
            marks[owners[file.res_model, file.res_id].id].append(file.checksum)
        return marks

    def _signoff_check(self, purpose, signer):
        """Sign what is complete: points answered, customer service named, numbers true.

        :raises UserError: in one sentence, what is missing or cannot be
        """
        result = super()._signoff_check(purpose, signer)
        self._answer_quantity()
        if lacking := self._lacking_points():
            raise UserError(
                self.env._(
                    "The ex-factory standard asks for more: %s. Choose “Sign” again "
                    "and answer it.",
                    joined(self.env, (command[2]["name"] for command in lacking)),
                )
            )
        if self.result == "open":
            raise UserError(
                self.env._(
                    "Answer every point first. Open: %s.",
                    joined(
                        self.env,
                        self.point_ids.filtered(lambda p: not p.outcome).mapped(
                            "title"
                        ),
                    ),
                )
            )
        if not self.attendee_id:
            raise UserError(
                self.env._("Name who of customer service attended the inspection.")
            )
        self._check_attendee()
        self._check_findings()
        self._check_lots()
        self._check_made()
        return result

    def _check_findings(self):
        """Raise unless what failed is said in words and in numbers, and only that."""
        failed = self.point_ids.filtered(lambda point: point.outcome == "failed")
        if silent := failed.filtered(lambda point: not (point.finding or "").strip()):
            raise UserError(
                self.env._(
                    "Write what was found at: %s.",
                    joined(self.env, silent.mapped("title")),
                )
            )
        rejected = self.quantity - self.passed_quantity
        some = self.product_id.uom_id.compare(rejected, 0) > 0
        # Too few, or too many, is nobody's fault among the pieces.
        pieces = failed.filtered(lambda point: point.kind != "quantity")
        if pieces and not some:
            raise UserError(
                self.env._(
                    "%(points)s failed, and the whole quantity passed. Enter how many "
                    "passed.",
                    points=joined(self.env, pieces.mapped("title")),
                )
            )
        if some and not failed:
            raise UserError(
                self.env._(
                    "%(failed)s did not pass, and every point did. Say at which point "
                    "they failed.",
                    failed=numeral(rejected),
                )
            )

    def _check_lots(self):
        """Raise unless tracked goods are named by their lots, as made."""
        if self.tracking not in ("lot", "serial"):
            return
        if not self.lot_ids:
            raise UserError(
                self.env._(
                    "Name the lots or serial numbers that were inspected: %s is "
                    "tracked.",
                    self.product_id.display_name,
                )
            )
        made = self.production_id.sudo()._same_batch()._lots()
        strange = self.lot_ids.lot_id - made
        if self.production_id and strange:
            raise UserError(
                self.env._(
                    "%(lots)s: not made under %(production)s.",
                    lots=joined(self.env, strange.mapped("name")),
                    production=self.production_id.name,
                )
            )
        unit = self.product_id.uom_id
        if unit.compare(sum(self.lot_ids.mapped("quantity")), self.quantity) or (
            unit.compare(
                sum(self.lot_ids.mapped("passed_quantity")), self.passed_quantity
            )
        ):
            raise UserError(
                self.env._("The quantities are not those of the lots together.")
            )

    def _check_made(self):
        """Raise when more was inspected than made, backorders included."""
        unit = self.product_id.uom_id
        if self.reworked_id:
            limit, inspected = self.reworked_id.quantity, self.quantity
        elif self.production_id:
            batch = self.production_id.sudo()._same_batch()
            limit = batch._to_inspect_of(self.product_id)
            others = (batch.inspection_ids - self).filtered(
                lambda row: (
                    not row.reworked_id
                    and row.signed
                    and row.product_id == self.product_id
                )
            )
            inspected = self.quantity + sum(others.mapped("quantity"))
        else:
            return
        if unit.compare(inspected, limit) > 0:
            raise UserError(
                self.env._(
                    "%(inspected)s %(unit)s would be inspected, and there are no more "
                    "than %(made)s.",
                    inspected=numeral(inspected),
                    unit=unit.name,
                    made=numeral(limit),
                )
            )

    def _signoff_barred(self, purpose, signer):
        """Who attends for customer service does not sign for quality (ROL-03)."""
        if signer == self.attendee_id:
            return self.env._(
                "%s attended for customer service; quality signs.", signer.name
            )
        return super()._signoff_barred(purpose, signer)

    def _signoff_signed(self, signature):
        """End the to-dos, and ask for a decision on what failed."""
        result = super()._signoff_signed(signature)
        self.sudo().correcting = False
        self.sudo().reworked_id._inspected_again()
        self.production_id.sudo()._end_inspection_todos()
        unit = self.product_id.uom_id
        if unit.compare(self.undecided_quantity, 0) > 0:
            self._ask_for_decision()
        return result

    def _ask_for_decision(self):
        person = self.env["res.users"]._someone_of("quality_head", self.company_id)
        person = person or self.env.user
        self.sudo().activity_schedule(
            DECIDE,
            user_id=person.id,
            summary=self.with_context(lang=person.lang).env._(
                "%(quantity)s failed: rework, scrap, keep out or concession",
                quantity=numeral(self.undecided_quantity),
            ),
        )

    # -- acts ------------------------------------------------------------------------

    def action_sign(self):
        """Open quality's signature, the quantity compared as it stands now."""
        self.ensure_one()
        if not self.signed:
            self._answer_quantity()
            if self._lacking_points():
                self._complete_standard()
                # Shown on the form, to be answered; nothing to sign yet.
                return self.get_formview_action()
        return self._signoff_dialog("final_inspection")

    def action_correct(self):
        """Open a signed inspection for correction: what is changed, voids it.

        :raises AccessError: not by quality
        """
        if not self.env.user.has_group("customer_tiering.role_quality"):
            raise AccessError(self.env._("Quality corrects its own inspections."))
        self.correcting = True

    def action_all_passed(self):
        """Answer every open point with passed, and pass the whole quantity.

        Where a point failed, how many passed is for people to say.
        """
        self.point_ids.filtered(lambda point: not point.outcome).outcome = "passed"
        for inspection in self.filtered(lambda record: not record.passed_quantity):
            pieces = inspection.point_ids.filtered(lambda row: row.kind != "quantity")
            if "failed" in pieces.mapped("outcome"):
                continue
            if inspection.lot_ids:
                inspection.lot_ids.action_pass()
            else:
                inspection.passed_quantity = inspection.quantity

    def action_decide(self):
        """Open the dialog in which quality says what becomes of what failed.

        :raises UserError: not signed, or nothing left to decide
        """
        self.ensure_one()
        self._check_decidable()
        return dialog(
            "final.inspection.decide",
            self.env._("Decide on What Failed"),
            inspection_id=self.id,
            quantity=self.undecided_quantity,
        )

    def _check_decidable(self):
        if not self.signed:
            raise UserError(
                self.env._("Quality signs the inspection first; then it is decided.")
            )
        if self.product_id.uom_id.compare(self.undecided_quantity, 0) <= 0:
            raise UserError(self.env._("Nothing of it is left to decide."))

    def action_open_production(self):
        """Open the manufacturing order that was inspected."""
        return self.production_id.get_formview_action()

    def action_open_order(self):
        """Open the sale order for which it was made."""
        return self.order_id.get_formview_action()

    # -- what passed -----------------------------------------------------------------

    @api.model
    def _passed(self, field, ids):
        """Return ``{id: quantity}`` that quality passed, by order line or production.

        Of a production its product only, not what falls off beside it. Only what is
        signed and still as signed counts; what was conceded in writing by both counts
        as passed. Constant queries.

        :param str field: ``order_line_id`` or ``production_id``
        """
        passed = self._passed_since(field, ids)
        return {key: quantity for key, (quantity, _signed_at) in passed.items()}

    @api.model
    def _passed_since(self, field, ids):
        """Return ``{id: (quantity, when the last of it was signed or None)}``.

        As ``_passed``, in as many queries.
        """
        passed = dict.fromkeys(ids, (0.0, None))
        for inspection, _lot, more, signed_at in self._passed_rows(
            [(field, "in", ids)]
        ):
            record = inspection[field]
            if record.product_id == inspection.product_id:
                quantity, last = passed[record.id]
                passed[record.id] = quantity + more, max(last or signed_at, signed_at)
        return passed

    @api.model
    def _passed_by_lot(self, lots):
        """Return ``{lot id: quantity}`` that quality passed. Constant queries."""
        quantities = dict.fromkeys(lots.ids, 0.0)
        for _inspection, lot, quantity, _signed_at in self._passed_rows(
            [("lot_ids.lot_id", "in", lots.ids)]
        ):
            if lot.id in quantities:
                quantities[lot.id] += quantity
        return quantities

    @api.model
    def _passed_rows(self, domain):
        """Return what passed, validly: inspection, lot or none, quantity, when signed.

        What was conceded counts from the inspection on which it was decided.
        """
        found = self.sudo().search([*domain, ("result", "not in", ("open", False))])
        valid = found._signoff_valid(["final_inspection"])
        signed = found.filtered(lambda row: (row.id, "final_inspection") in valid)
        rows = []
        for inspection in signed.filtered(lambda row: row.result != "failed"):
            if inspection.lot_ids:
                rows += [
                    (inspection, row.lot_id, row.passed_quantity)
                    for row in inspection.lot_ids
                ]
            else:
                none = self.env["stock.lot"]
                rows.append((inspection, none, inspection.passed_quantity))
        rows += [
            (decision.inspection_id, decision.lot_id, decision.quantity)
            for decision in signed.decision_ids._in_force()
        ]
        return [(*row, valid[row[0].id, "final_inspection"].signed_at) for row in rows]
