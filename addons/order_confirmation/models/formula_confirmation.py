from odoo import api, fields, models
from odoo.addons.written_signoff.keeping import DISCUSSION, keyed
from odoo.exceptions import UserError

from . import (  # noqa: F401 - before what inherits
    customer_paper,
    customer_thread,
    order_document,
)
from .sale_order_statements import _outcome

TECHNICAL, CONSENT = "formula_confirmation", "formula_consent"
STATES = [
    ("draft", "To be signed by technical"),
    ("signed", "To be sent"),
    ("sent", "With the customer"),
    ("accepted", "Accepted"),
    ("cancelled", "Cancelled"),
]
TODO = "mail.mail_activity_data_todo"
# What technical fills in, before anybody has signed.
_WORDS = {"formula_words", "consequence"}


class FormulaConfirmation(models.Model):
    """The customer insists on the old formula, and says so in writing (ORD-12).

    Technical says which formula it is and what that means for the goods, and signs;
    the customer accepts it in writing, on the portal or on paper. Without both there
    is no release. Both signatures cover the goods of the order as they are now.
    """

    _name = "formula.confirmation"
    _description = "Formula Confirmation"
    _inherit = [
        "customer.paper",
        "order.document",
        "customer.thread",
        "mail.activity.mixin",
        "signoff.mixin",
    ]
    _order = "id desc"
    _mail_post_access = "read"
    _kept_open = frozenset({*DISCUSSION, "access_token", "signature_ids"})

    name = fields.Char("Number", required=True, readonly=True, index="trigram")
    order_id = fields.Many2one(
        "sale.order", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    partner_id = fields.Many2one(
        "res.partner", "Customer", required=True, readonly=True
    )
    user_id = fields.Many2one(related="order_id.user_id", store=True, index=True)
    state = fields.Selection(
        STATES, required=True, readonly=True, default="draft", index=True, tracking=True
    )
    formula_words = fields.Char(
        "Old Formula", help="By which formula it is made, in words for the customer."
    )
    consequence = fields.Text(
        "What It Means", help="What the customer has to expect of goods made by it."
    )
    accepted_at = fields.Datetime("Accepted", readonly=True)
    accepted_by = fields.Char("Signed By", readonly=True)
    next_step = fields.Char(compute="_compute_next_step", groups="base.group_user")

    _current_unique = models.UniqueIndex(
        "(order_id) WHERE state != 'cancelled'",
        "An order has one formula confirmation.",
    )

    @api.depends("state")
    def _compute_next_step(self):
        words = {
            "draft": self.env._("Technical fills in what it means, and signs."),
            "signed": self.env._("Send it to the customer."),
            "sent": self.env._("The customer accepts it in writing."),
            "accepted": self.env._("Done: it may be made by the old formula."),
            "cancelled": self.env._("It was cancelled with its order."),
        }
        for document in self:
            document.next_step = words[document.state]

    # -- nobody writes here but the document itself ------------------------------------

    def _kept_refusal(self):
        """Refuse everybody but :meth:`_make` and what is signed, and deleting."""
        return self.env._(
            "A formula confirmation is made from its order, and its state follows what "
            "technical and the customer sign: nobody writes, copies or deletes it "
            "directly."
        )

    def _kept_admit(self, vals):
        """Let technical fill it in before it is signed."""
        draft = all(document.state == "draft" for document in self)
        if draft and self._kept_closed(vals) <= _WORDS:
            return vals
        return super()._kept_admit(vals)

    @api.model
    def _make(self, order):
        """Make the confirmation of an order."""
        return keyed(self).create(
            {
                "name": self.env["ir.sequence"].sudo().next_by_code(self._name),
                "order_id": order.id,
                "company_id": order.company_id.id,
                "partner_id": order.partner_id.id,
                "lang": order._sheet_language(),
            }
        )

    # -- what is signed ----------------------------------------------------------------

    def _signoff_terms(self, code):
        """Cover the goods, their formula, and what the customer was told of it."""
        if code not in (TECHNICAL, CONSENT):
            return super()._signoff_terms(code)
        self.order_id._read_together()
        self.order_id.order_line.mapped("formula")
        return {
            document.id: {
                "confirmation": document.name,
                "formula_words": document.formula_words or "",
                "consequence": document.consequence or "",
                **document.order_id._technical_terms(),
            }
            for document in self
        }

    def _signoff_label(self, path):
        """Name a term as the form and the order do."""
        if path[0] == "confirmation":
            return self.env._("Formula confirmation")
        if path[0] in _WORDS:
            return self._fields[path[0]]._description_string(self.env)
        return self.order_id._signoff_label(path)

    def _signoff_lock(self):
        """Hold the orders too: who changes and who signs find each other."""
        self.sudo().order_id._signoff_lock()
        return super()._signoff_lock()

    def _signoff_check(self, purpose, signer):
        """Keep the order of the signatures: technical says what it means, first."""
        result = super()._signoff_check(purpose, signer)
        if purpose.code == TECHNICAL and (reason := self._technical_refusal()):
            raise UserError(reason)
        if purpose.code == CONSENT and (reason := self._consent_refused()):
            raise UserError(reason)
        return result

    def _technical_refusal(self):
        if self.state != "draft":
            return self.env._("%s is signed already.", self.name)
        order = self.sudo().order_id
        technical = order._signoff_valid(["technical"]).get((order.id, "technical"))
        if _outcome(technical) != "old_formula":
            return self.env._(
                "A formula confirmation belongs to a technical statement that says "
                "“feasible by the old formula”; %s has none.",
                order.name,
            )
        if not all((self[name] or "").strip() for name in _WORDS):
            return self.env._(
                "Please fill in first which formula it is, and what the customer has "
                "to expect of it."
            )
        return False

    def _consent_refused(self):
        """Return in the customer's words why there is nothing to accept, or False."""
        self.ensure_one()
        if self.state == "accepted":
            return self.env._("%s is accepted already. Thank you!", self.name)
        if self.state == "cancelled":
            return self.env._("This order was cancelled.")
        document = self.sudo()
        if self.state != "sent" or not document._signoff_valid([TECHNICAL]):
            return self.env._(
                "%s is being revised. It will be sent to you again; it can not be "
                "accepted as it is.",
                self.name,
            )
        return False

    def _signoff_signed(self, signature):
        """Let the state follow what is signed."""
        result = super()._signoff_signed(signature)
        document = self.sudo()
        accepted = document._signoff_valid([CONSENT])
        if signature.purpose_code == TECHNICAL and accepted:
            keyed(self).write({"state": "accepted"})
        elif signature.purpose_code == TECHNICAL:
            keyed(self).write({"state": "signed"})
            document._ask_sales(
                lambda env: env._("Send the formula confirmation to the customer")
            )
        elif signature.purpose_code == CONSENT:
            keyed(self).write(
                {
                    "state": "accepted",
                    "accepted_at": signature.signed_at,
                    "accepted_by": signature.signer_name,
                }
            )
            document.activity_unlink([TODO])
            person = document.user_id
            document.message_post(
                body=document.with_context(lang=person.lang).env._(
                    "%s accepted it in writing.", signature.signer_name
                ),
                partner_ids=person.partner_id.ids,
                message_type="notification",
                subtype_xmlid="mail.mt_note",
            )
        return result

    def _ask_sales(self, words):
        person = self.order_id._intake_person()
        self.activity_unlink([TODO])
        self.activity_schedule(
            TODO,
            user_id=person.id,
            summary=words(self.with_context(lang=person.lang).env),
        )

    def _signoff_voided(self, signatures):
        """Begin again: what was signed is not what the order says now."""
        result = super()._signoff_voided(signatures)
        live = self.sudo().filtered(lambda document: document.state != "cancelled")
        if live:
            keyed(live).write(
                {"state": "draft", "accepted_at": False, "accepted_by": False}
            )
            live.activity_unlink([TODO])
        return result
