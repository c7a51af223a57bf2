from odoo import api, fields, models
from odoo.addons.written_signoff import keeping
from odoo.addons.written_signoff.wording import joined, numeral
from odoo.exceptions import UserError
from odoo.tools import format_datetime

from ..discrepancy import CONTRACT, LAST_ORDER, PRICE_LIST, SETTLED
from .sale_order_contract import unit_price

VERIFY, SETTLE = "discrepancy_verify", "discrepancy_settle"
KINDS = [
    ("price", "Price"),
    ("specification", "Specification"),
    ("formula", "Formula"),
    ("tolerance", "Tolerance"),
]
STATES = [
    ("open", "To Verify with the Customer"),
    ("verified", "To Settle"),
    ("settled", "Settled"),
    ("cleared", "Cleared"),
]
WAITING = ("open", "verified")


def keyed(discrepancies):
    """Return the discrepancies with the right to write them, without notes of it."""
    return keeping.keyed(discrepancies).with_context(
        mail_create_nolog=True, mail_create_nosubscribe=True
    )


class Settling:
    """Proof that these discrepancies are being settled in this very call.

    Kept in the context while the settled value is put on the line. A context that
    comes over RPC holds texts and numbers, never an instance of this class.
    """

    __slots__ = ("ids",)

    def __init__(self, ids):
        self.ids = frozenset(ids)


class OrderDiscrepancy(models.Model):
    """A doubt about price, specification, formula or tolerance of a line (ORD-07).

    Opened by the server, one per line and kind. The salesperson verifies it and the
    supervisor settles it, each in writing; it stays closed as long as the line says
    what was settled.
    """

    _name = "order.discrepancy"
    _description = "Discrepancy"
    _inherit = ["kept.record", "mail.thread", "mail.activity.mixin", "signoff.mixin"]
    _order = "id desc"
    _mail_post_access = "read"
    _kept_open = frozenset(keeping.DISCUSSION)

    order_id = fields.Many2one(
        "sale.order", required=True, readonly=True, index=True, ondelete="cascade"
    )
    order_line_id = fields.Many2one(
        "sale.order.line",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    product_id = fields.Many2one("product.product", readonly=True)
    kind = fields.Selection(KINDS, required=True, readonly=True)
    state = fields.Selection(
        STATES,
        "Status",
        required=True,
        readonly=True,
        default="open",
        index=True,
        group_expand=True,
    )
    company_id = fields.Many2one(related="order_id.company_id", store=True, index=True)
    partner_id = fields.Many2one(
        related="order_id.partner_id", string="Customer", store=True
    )
    user_id = fields.Many2one(
        related="order_id.user_id", string="Salesperson", store=True, index=True
    )
    currency_id = fields.Many2one(related="order_id.currency_id")
    found_value = fields.Json(readonly=True)
    reference_values = fields.Json(readonly=True)
    found = fields.Text("On the Order", compute="_compute_words")
    expected = fields.Text("Compared With", compute="_compute_words")
    difference_percent = fields.Float(
        "Difference (%)", digits=(8, 1), readonly=True, aggregator="max"
    )
    opened_at = fields.Datetime("Opened", readonly=True)
    verified_by_id = fields.Many2one("res.users", readonly=True)
    verified_at = fields.Datetime("Verified", readonly=True)
    verified_words = fields.Text("Finding", readonly=True)
    settled_by_id = fields.Many2one("res.users", readonly=True)
    settled_at = fields.Datetime("Settled", readonly=True)
    settled_words = fields.Text("Why", readonly=True)
    settled_value = fields.Json(readonly=True)
    settled = fields.Text("Settled As", compute="_compute_words")

    _one_per_line_and_kind = models.UniqueIndex(
        "(order_line_id, kind) WHERE order_line_id IS NOT NULL",
        "There is a discrepancy of this kind on the line already.",
    )

    @api.depends("product_id", "kind", "order_id.name")
    @api.depends_context("lang")
    def _compute_display_name(self):
        names = dict(self._fields["kind"]._description_selection(self.env))
        for row in self:
            product = row.product_id.sudo().display_name or ""
            parts = (row.order_id.sudo().name, product, names.get(row.kind))
            row.display_name = joined(self.env, parts)

    @api.depends_context("lang")
    @api.depends("found_value", "reference_values", "settled_value")
    def _compute_words(self):
        sources = {
            CONTRACT: self.env._("Contract %(label)s: %(value)s"),
            PRICE_LIST: self.env._("Price list “%(label)s”: %(value)s"),
            None: self.env._("Price list: %(value)s"),
            LAST_ORDER: self.env._("Last order, %(label)s: %(value)s"),
            SETTLED: self.env._("Settled by %(label)s: %(value)s"),
        }
        for row in self:
            row.found = row._value_words(row.found_value)
            row.settled = row.settled_at and row._value_words(row.settled_value)
            row.expected = "\n".join(
                sources[label and source or None]
                % {"label": label, "value": row._value_words(value)}
                for source, label, value in row.reference_values or ()
            )

    def _value_words(self, value):
        """Return a value for people: money with currency, a tolerance in per cent."""
        self.ensure_one()
        if self.kind == "price" and isinstance(value, int | float):
            return unit_price(self.env, self.sudo().currency_id, value)
        if self.kind == "tolerance" and isinstance(value, int | float):
            return f"± {numeral(value)} %"
        return value or self.env._("nothing")

    # -- nobody writes here but the check and the signatures ---------------------

    def _kept_refusal(self):
        """Refuse everybody but the check of the lines and what is signed."""
        return self.env._(
            "Discrepancies are opened by the check of the order and closed by what is "
            "signed: nobody writes or deletes them directly."
        )

    # -- verifying and settling --------------------------------------------------

    def _value_now(self):
        """Return what the line says now, as it is compared and signed."""
        self.ensure_one()
        line = self.order_line_id
        return line._discrepancy_value(self.kind) if line else None

    def _signoff_terms(self, code):
        """Cover what was found when verified, and what the line says when settled."""
        self.order_line_id.mapped("formula")
        return {
            row.id: {
                "order": row.order_id.name,
                "product": row.product_id.display_name or "",
                "kind": row.kind,
                "value": row._value_now() if code == SETTLE else row.found_value,
            }
            for row in self
        }

    def _signoff_label(self, path):
        """Both signatures are about what the order says."""
        if path == ("value",):
            return self.env._("On the order")
        return super()._signoff_label(path)

    def _signoff_lock(self):
        """Hold the orders too, so that changing one and settling it meet."""
        self.sudo().order_id._signoff_lock()
        return super()._signoff_lock()

    def _signoff_dialog_model(self, code):
        if code == SETTLE:
            return "order.discrepancy.settle"
        return super()._signoff_dialog_model(code)

    def action_verify(self):
        """Open the dialog in which the salesperson says what is true."""
        return self._signoff_dialog(VERIFY)

    def action_settle(self):
        """Open the dialog in which the supervisor settles it, with the value."""
        return self._signoff_dialog(SETTLE)

    def _signoff_check(self, purpose, signer):
        """Keep the order of the two: verified first, then settled."""
        super()._signoff_check(purpose, signer)
        if purpose.code not in (VERIFY, SETTLE):
            return
        if self.state not in WAITING:
            raise UserError(
                self.env._("%s is closed: there is nothing to sign.", self.display_name)
            )
        if purpose.code == SETTLE and self.state != "verified":
            raise UserError(
                self.env._(
                    "The salesperson verifies %s first, and says what was found.",
                    self.display_name,
                )
            )

    def _signoff_signed(self, signature):
        """Let state and names follow the signature."""
        result = super()._signoff_signed(signature)
        what = {VERIFY: "verified", SETTLE: "settled"}.get(signature.purpose_code)
        if not what:
            return result
        values = {
            "state": what,
            f"{what}_by_id": signature.signer_id.id,
            f"{what}_at": signature.signed_at,
            f"{what}_words": signature.statement,
        }
        if what == "settled":
            values["settled_value"] = self._value_now()
        keyed(self).write(values)
        self._tell(what, signature)
        self.sudo().order_id._discrepancy_todo()
        return result

    def _tell(self, what, signature):
        """Tell who waits: the supervisor once it is verified, sales once settled."""
        order = self.sudo().order_id
        if what == "verified":
            people = order._discrepancy_told()
            body = self.env._(
                "%(who)s verified: %(words)s",
                who=signature.signer_name,
                words=signature.statement,
            )
        else:
            people = order.user_id.partner_id | self.create_uid.partner_id
            body = self.env._(
                "%(who)s settled it as %(value)s: %(words)s",
                who=signature.signer_name,
                value=self._value_words(self._value_now()),
                words=signature.statement,
            )
        self.sudo().message_post(
            body=body, partner_ids=people.ids, subtype_xmlid="mail.mt_note"
        )

    def _signoff_voided(self, signatures):
        """Open again what is no longer verified or settled."""
        result = super()._signoff_voided(signatures)
        if any(
            row.purpose_code == SETTLE and row.state == "withdrawn"
            for row in signatures
        ):
            # Taken back: it settled nothing, also not what to compare with.
            keyed(self).write(self._unsettled())
        self.sudo().order_line_id._check_discrepancies()
        return result

    def _unsettled(self):
        """Return the values of a discrepancy that nobody has settled."""
        return {
            "settled_at": False,
            "settled_by_id": False,
            "settled_words": False,
            "settled_value": False,
        }

    # -- who settled what before -------------------------------------------------

    def _settled_reference(self):
        """Return the settled value as what the line is compared with from then on."""
        self.ensure_one()
        who = self.sudo().settled_by_id.name or ""
        when = format_datetime(self.env, self.settled_at, dt_format="short")
        return [[SETTLED, f"{who}, {when}", self.settled_value]]

    def action_open_order(self):
        """Open the order."""
        self.ensure_one()
        return self.order_id.get_formview_action()
