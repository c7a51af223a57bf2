from odoo import Command, api, fields, models
from odoo.addons.written_signoff.keeping import DISCUSSION, keyed
from odoo.addons.written_signoff.wording import numeral
from odoo.exceptions import AccessError, UserError

from .final_inspection import DECIDE

KINDS = [
    ("rework", "Rework"),
    ("scrap", "Scrap"),
    ("keep_out", "Keep out of stock or return"),
    ("concession", "Concession"),
]
SIGNED_BY = ("concession_quality", "concession_sales")
REWORK = "order_confirmation.activity_rework"
CONCEDE = "order_confirmation.activity_concede"


class FinalInspectionDecision(models.Model):
    """What becomes of goods that failed their inspection (ORD-43).

    Rework goes back to production and is inspected again; scrap is scrapped; a
    concession counts as passed when quality's head and the salesperson, two people,
    have both signed it. Written by its own methods only.
    """

    _name = "final.inspection.decision"
    _inherit = ["kept.record", "signoff.mixin", "mail.thread", "mail.activity.mixin"]
    _description = "Decision on Failed Goods"
    _order = "id desc"
    _kept_open = frozenset({*DISCUSSION, "signature_ids"})
    _mail_post_access = "read"

    inspection_id = fields.Many2one(
        "final.inspection", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="inspection_id.company_id", store=True)
    order_id = fields.Many2one(related="inspection_id.order_id", store=True)
    production_id = fields.Many2one(related="inspection_id.production_id")
    product_id = fields.Many2one(related="inspection_id.product_id")
    kind = fields.Selection(KINDS, "Decision", required=True, readonly=True)
    quantity = fields.Float(required=True, readonly=True, digits="Product Unit")
    lot_id = fields.Many2one("stock.lot", "Lot/Serial Number", readonly=True)
    reason = fields.Text(required=True, readonly=True)
    decided_by_id = fields.Many2one("res.users", readonly=True)
    state = fields.Selection(
        [
            ("open", "Waiting"),
            ("done", "Done"),
            ("withdrawn", "Withdrawn"),
        ],
        required=True,
        readonly=True,
        default="open",
        tracking=True,
    )
    scrap_id = fields.Many2one("stock.scrap", "Scrap Order", readonly=True)
    again_ids = fields.One2many(
        "final.inspection", "reworked_id", "Inspected Again", readonly=True
    )

    _quantity = models.Constraint("CHECK(quantity > 0)", "Decide on more than nothing.")

    @api.depends("kind", "inspection_id.name")
    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for row in self:
            row.display_name = f"{row.inspection_id.name}: {kinds.get(row.kind, '')}"

    # -- kept by its own methods -----------------------------------------------------

    def _kept_refusal(self):
        """Refuse everybody but the inspection itself: what was decided stays."""
        return self.env._(
            "What becomes of failed goods is decided on their inspection: nobody "
            "writes, copies or deletes it directly."
        )

    # -- deciding --------------------------------------------------------------------

    @api.model
    def _make(self, inspection, kind, quantity, lot, reason):
        """Decide on a part of what failed, and do what follows.

        :param str kind: one of ``KINDS``
        :param float quantity: in the product's unit
        :param lot: the lot or serial number, where the product is tracked
        :param str reason: in words
        :raises UserError: not signed, more than is undecided, or no reason
        :raises AccessError: not by quality
        """
        if not self.env.user.has_group("customer_tiering.role_quality"):
            raise AccessError(self.env._("Quality decides on what failed."))
        inspection._signoff_lock()
        inspection._check_decidable()
        self._check_numbers(inspection, quantity, lot)
        if not any(map(str.isalnum, reason or "")):
            raise UserError(self.env._("Give the reason in words."))
        decision = keyed(self).create(
            {
                "inspection_id": inspection.id,
                "kind": kind,
                "quantity": quantity,
                "lot_id": lot.id,
                "reason": reason.strip(),
                "decided_by_id": self.env.uid,
            }
        )
        if inspection.product_id.uom_id.compare(inspection.undecided_quantity, 0) <= 0:
            inspection.sudo().activity_unlink([DECIDE])
        getattr(decision, f"_follow_{kind}")()
        return decision.with_env(self.env)

    def _check_numbers(self, inspection, quantity, lot):
        unit = inspection.product_id.uom_id
        left = inspection.undecided_quantity
        if inspection.lot_ids:
            row = inspection.lot_ids.filtered(lambda row: row.lot_id == lot)
            if not row:
                raise UserError(
                    self.env._("Name the lot or serial number that is decided on.")
                )
            before = inspection.decision_ids.filtered(
                lambda other: other.lot_id == lot and other.state != "withdrawn"
            )
            left = row._failed() - sum(before.mapped("quantity"))
        if unit.compare(quantity, 0) <= 0 or unit.compare(quantity, left) > 0:
            raise UserError(
                self.env._(
                    "%(quantity)s cannot be decided on: %(left)s %(unit)s failed and "
                    "are undecided.",
                    quantity=numeral(quantity),
                    left=numeral(left),
                    unit=unit.name,
                )
            )

    def _follow_keep_out(self):
        keyed(self).write({"state": "done"})

    def _follow_rework(self):
        """Give production the work, and quality the inspection of what comes back."""
        inspection = self.inspection_id
        production = inspection.production_id
        again = {
            "production_id": production.id,
            "order_line_id": inspection.order_line_id.id,
            "product_id": inspection.product_id.id,
            "company_id": inspection.company_id.id,
            "quantity": self.quantity,
            "attendee_id": inspection.attendee_id.id,
            "reworked_id": self.id,
        }
        if self.lot_id:
            row = {"lot_id": self.lot_id.id, "quantity": self.quantity}
            again["lot_ids"] = [Command.create(row)]
        again = keyed(self.env["final.inspection"]).create(again)
        person = self.env["res.users"]._someone_of("production", inspection.company_id)
        if production and person:
            words = self.with_context(lang=person.lang).env
            production.activity_schedule(
                REWORK,
                user_id=person.id,
                summary=words._(
                    "Rework %(quantity)s; then %(inspection)s",
                    quantity=numeral(self.quantity),
                    inspection=again.name,
                ),
                note=self.reason,
            )

    def _inspected_again(self):
        """Note that what was reworked was inspected; production's to-do ends."""
        open_ = self.filtered(lambda row: row.state == "open")
        keyed(open_).write({"state": "done"})
        open_.production_id.activity_unlink([REWORK])

    def _follow_scrap(self):
        """Scrap by Odoo's own scrap order; nothing of it was ever stock.

        Before production is closed the goods are nowhere yet: they go from production
        straight to scrap.
        """
        inspection = self.inspection_id.sudo()
        production = inspection.production_id
        if not production:
            raise UserError(
                self.env._("There is no manufacturing order to scrap it from.")
            )
        product = inspection.product_id.with_company(inspection.company_id)
        place = (
            production.location_dest_id
            if production.state == "done"
            else product.property_stock_production
        )
        scrap = (
            self.env["stock.scrap"]
            .sudo()
            .with_company(inspection.company_id)
            .create(
                {
                    "product_id": product.id,
                    "product_uom_id": product.uom_id.id,
                    "scrap_qty": self.quantity,
                    "lot_id": self.lot_id.id,
                    "production_id": production.id,
                    "location_id": place.id,
                    "origin": inspection.name,
                    "company_id": inspection.company_id.id,
                }
            )
        )
        scrap.do_scrap()
        keyed(self).write({"scrap_id": scrap.id, "state": "done"})

    def _follow_concession(self):
        """Ask both for their signatures."""
        users = self.env["res.users"]
        head = users._someone_of("quality_head", self.company_id)
        seller = self.order_id.sudo().user_id or users._someone_of(
            "salesperson", self.company_id
        )
        for person in head | seller:
            self.activity_schedule(
                CONCEDE,
                user_id=person.id,
                summary=self.with_context(lang=person.lang).env._(
                    "Concession: %(quantity)s of %(product)s",
                    quantity=numeral(self.quantity),
                    product=self.product_id.with_context(lang=person.lang).display_name,
                ),
                note=self.reason,
            )

    # -- the concession ---------------------------------------------------------------

    def _signoff_terms(self, code):
        return {
            row.id: {
                "inspection": row.inspection_id.name,
                "product": row.product_id.display_name,
                "quantity": row.quantity,
                "lot": row.lot_id.name or "",
                "reason": row.reason,
            }
            for row in self
            if row.kind == "concession"
        }

    def _signoff_check(self, purpose, signer):
        """Concede only what failed an inspection that is signed."""
        result = super()._signoff_check(purpose, signer)
        if self.kind != "concession" or self.state == "withdrawn":
            raise UserError(self.env._("There is no concession to sign here."))
        if not self.inspection_id.signed:
            raise UserError(
                self.env._("The inspection is not signed, or not any more.")
            )
        return result

    def _signoff_barred(self, purpose, signer):
        """The salesperson is the order's own, or who acts for them."""
        owner = self._signoff_owner()
        if (
            purpose.sudo().code == "concession_sales"
            and owner
            and signer != owner
            and self._signoff_principal(purpose, signer) != owner
        ):
            return self.env._(
                "The order is %(owner)s's: they sign the concession, or who acts for "
                "them.",
                owner=owner.name,
            )
        return super()._signoff_barred(purpose, signer)

    def _signoff_signed(self, signature):
        """Count the quantity as passed when both have signed."""
        result = super()._signoff_signed(signature)
        todo = self.sudo().activity_ids.filtered(
            lambda todo: todo.user_id in signature.signer_id | signature.principal_id
        )
        todo.action_feedback()
        self._settle()
        return result

    def _signoff_voided(self, signatures):
        """Stop counting it when a signature ended."""
        result = super()._signoff_voided(signatures)
        self._settle()
        return result

    def _settle(self):
        concessions = self.filtered(
            lambda row: row.kind == "concession" and row.state != "withdrawn"
        )
        done = concessions._in_force()
        keyed(done).write({"state": "done"})
        keyed(concessions - done).write({"state": "open"})

    def _in_force(self):
        """Return the concessions that both have signed and that still hold."""
        rows = self.filtered(
            lambda row: row.kind == "concession" and row.state != "withdrawn"
        )
        valid = rows._signoff_valid(SIGNED_BY)
        return rows.filtered(
            lambda row: all((row.id, code) in valid for code in SIGNED_BY)
        )

    def action_sign_quality(self):
        """Open the signature of quality's head on the concession."""
        return self._signoff_dialog("concession_quality")

    def action_sign_sales(self):
        """Open the salesperson's signature on the concession."""
        return self._signoff_dialog("concession_sales")

    def action_withdraw(self):
        """Take back a concession that is not signed by both: it is decided anew.

        :raises UserError: it is no concession, or both have signed
        """
        if not self.env.user.has_group("customer_tiering.role_quality"):
            raise AccessError(self.env._("Quality decides on what failed."))
        for row in self:
            if row.kind != "concession" or row.state != "open":
                raise UserError(
                    self.env._("Only a concession that waits can be taken back.")
                )
        keyed(self).write({"state": "withdrawn"})
        self.sudo().activity_unlink([CONCEDE])
        for inspection in self.inspection_id:
            inspection._ask_for_decision()

    def action_open_scrap(self):
        """Open the scrap order."""
        return self.scrap_id.get_formview_action()
