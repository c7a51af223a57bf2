from odoo import api, fields, models
from odoo.addons.written_signoff.keeping import keyed
from odoo.exceptions import UserError

from . import special_review  # noqa: F401 - it comes before what extends it
from .special_review_department import PURPOSE

OPINIONS = [("agree", "Agrees"), ("object", "Objects")]


class SpecialReviewOpinion(models.Model):
    """What one department says on a review: a signature of its own (ORD-16).

    All of them sign the same terms, side by side: what the order wants special, as it
    is now. The opinion itself is in the signature; here it stands for lists.
    """

    _name = "special.review.opinion"
    _description = "Opinion on a Special Product"
    _inherit = ["special.review.guard", "signoff.mixin"]
    _order = "review_id, id"

    review_id = fields.Many2one(
        "special.review", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="review_id.company_id", store=True)
    department_id = fields.Many2one(
        "special.review.department", required=True, index=True, ondelete="restrict"
    )
    opinion = fields.Selection(OPINIONS, readonly=True)
    customer_reason = fields.Text("Reason for the Customer", readonly=True)
    signature_id = fields.Many2one("signoff.signature", readonly=True)
    signer_name = fields.Char(related="signature_id.signer_name")
    signed_at = fields.Datetime(related="signature_id.signed_at")
    statement = fields.Text(related="signature_id.statement")
    can_sign = fields.Boolean(compute="_compute_can_sign")

    _once = models.Constraint(
        "unique(review_id, department_id)", "Each department says its opinion once."
    )

    @api.depends("review_id.name", "department_id.name")
    def _compute_display_name(self):
        for row in self:
            row.display_name = f"{row.review_id.name} – {row.department_id.name}"

    @api.depends_context("uid")
    @api.depends("opinion", "review_id.state")
    def _compute_can_sign(self):
        groups = self.env.user.all_group_ids
        for row in self:
            row.can_sign = (
                row.review_id.state == "open"
                and not row.opinion
                and row.sudo().department_id.group_id in groups
            )

    # -- what is signed --------------------------------------------------------------

    def _signoff_terms(self, code):
        """Cover the lines under review as the order has them now, for all alike."""
        if code != PURPOSE:
            return super()._signoff_terms(code)
        orders = self.review_id.order_id
        orders._read_together()
        orders.order_line.mapped("formula")
        terms = {
            review: {
                "review": review.name,
                "order": review.order_id.name,
                "lines": {
                    str(line.id): line._review_terms()
                    for line in review.line_ids.order_line_id
                },
            }
            for review in self.review_id
        }
        return {row.id: terms[row.review_id] for row in self}

    def _signoff_label(self, path):
        """Name a term as the order does."""
        labels = {"review": self.env._("Review"), "order": self.env._("Order")}
        return labels.get(path[0]) or self.review_id.order_id._signoff_label(path)

    def _signoff_words(self, path, value):
        """Name goods and units as the order does."""
        return self.review_id.order_id._signoff_words(path, value)

    def _signoff_lock(self):
        """Hold review and order too: who changes and who signs find each other."""
        self.sudo().review_id.order_id._signoff_lock()
        return super()._signoff_lock()

    def _signoff_check(self, purpose, signer):
        """Refuse an opinion on what is decided, or on what cannot be made at all."""
        result = super()._signoff_check(purpose, signer)
        review = self.sudo().review_id
        if review.state != "open":
            names = dict(review._fields["state"]._description_selection(self.env))
            raise UserError(
                self.env._(
                    "%(review)s is “%(state)s”: nothing is left to sign.",
                    review=review.name,
                    state=names[review.state],
                )
            )
        if refused := review.order_id._special_refusals():
            raise UserError("\n".join(refused))
        return result

    def _signoff_barred(self, purpose, signer):
        """Let each department speak for itself, and nobody for two (ROL-03)."""
        barred = super()._signoff_barred(purpose, signer)
        row = self.sudo()
        if barred:
            return barred
        if row.department_id.group_id not in signer.all_group_ids:
            return self.env._(
                "%(department)s is signed for by: %(role)s.",
                department=row.department_id.name,
                role=row.department_id.group_id.name,
            )
        others = row.review_id.opinion_ids - row
        if signer in [latest.signer_id for latest in others._latest_rows()]:
            return self.env._(
                "%(name)s signed %(review)s for another department already.",
                name=signer.name,
                review=row.review_id.name,
            )
        return False

    def _latest_rows(self):
        return list(self._signoff_latest([PURPOSE]).values())

    def _latest(self):
        """Return the signature of this opinion, or an empty one."""
        self.ensure_one()
        rows = self._signoff_latest([PURPOSE])
        return rows.get((self.id, PURPOSE), self.env["signoff.signature"].sudo())

    def _said(self):
        """Return ``{opinion id: agree or object}`` of what is validly signed now."""
        valid = self._signoff_valid([PURPOSE])
        return {
            row_id: row._content()["declared"].get("opinion")
            for (row_id, _code), row in valid.items()
        }

    def _signoff_dialog_model(self, code):
        """Ask for the opinion, and for the customer's reason."""
        return "special.review.sign"

    def action_sign(self):
        """Open the dialog in which a department signs its opinion."""
        return self._signoff_dialog(PURPOSE)

    def _signoff_signed(self, signature):
        """Take the opinion over from the signature, and decide where it can be."""
        result = super()._signoff_signed(signature)
        declared = signature.sudo()._content()["declared"]
        opinion = declared.get("opinion")
        if opinion not in dict(OPINIONS):
            raise UserError(self.env._("Please say whether you agree or object."))
        reason = (declared.get("customer_reason") or "").strip()
        if opinion == "object" and not any(map(str.isalnum, reason)):
            raise UserError(
                self.env._(
                    "Please write the reason for the customer, in kind words: they "
                    "read it as it stands."
                )
            )
        keyed(self).write(
            {
                "opinion": opinion,
                "customer_reason": opinion == "object" and reason,
                "signature_id": signature.id,
            }
        )
        self.review_id._decide()
        return result

    def _signoff_voided(self, signatures):
        """Ask the departments again whose signature no longer holds."""
        result = super()._signoff_voided(signatures)
        rows = self.sudo().filtered(
            lambda row: (
                row.review_id.state in ("open", "passed")
                and row.signature_id in signatures.sudo()
            )
        )
        if rows:
            keyed(rows).write(
                {"opinion": False, "signature_id": False, "customer_reason": False}
            )
            rows.review_id._reopen()
            rows.review_id._ask(rows)
        return result
