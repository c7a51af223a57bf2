from odoo import api, fields, models
from odoo.tools import SQL

from . import order_document  # noqa: F401 - it comes before what inherits it

CAUSES = [
    ("first", "First promise"),
    ("sheet_late", "Sheet late"),
    ("deposit_late", "Deposit late"),
    ("material", "Material"),
    ("exception", "Exception in production"),
    ("relaxed", "Relaxed"),
    ("wish", "Customer's wish"),
]
SIDES = [("customer", "Customer"), ("us", "Us")]
# On whose side a cause is, unless somebody says otherwise.
SIDE_OF = {
    "sheet_late": "customer",
    "deposit_late": "customer",
    "wish": "customer",
}
FROZEN = (
    "order_id", "company_id", "cause", "side", "day", "working_days", "date_before",
    "date_after", "version", "sheet_id", "reason", "author_id", "decided_at",
    "signature_id",
)  # fmt: skip

_GUARD = """
CREATE OR REPLACE FUNCTION order_promise_guard() RETURNS trigger AS $$
BEGIN
    RAISE EXCEPTION 'The promise ledger only grows'
          USING ERRCODE = 'insufficient_privilege';
END $$ LANGUAGE plpgsql;

CREATE OR REPLACE TRIGGER order_promise_guard
BEFORE DELETE OR UPDATE OF %s ON order_promise
FOR EACH ROW EXECUTE FUNCTION order_promise_guard();

CREATE OR REPLACE TRIGGER order_promise_truncate_guard
BEFORE TRUNCATE ON order_promise
FOR EACH STATEMENT EXECUTE FUNCTION order_promise_guard();
"""


def release(cr):
    """Take the guard out of the database, when the add-on leaves it."""
    cr.execute("DROP FUNCTION IF EXISTS order_promise_guard() CASCADE")


class OrderPromise(models.Model):
    """One change of an order's promised completion date, for good (ORD-17).

    Rows are only ever added, by the methods of the order. The date that is promised is
    what the last row says, and the slips that the facts add to it since.
    """

    _name = "order.promise"
    _inherit = ["kept.record", "order.document"]
    _description = "Promise Ledger"
    _order = "id desc"
    _kept_for_good = True

    order_id = fields.Many2one(
        "sale.order", required=True, readonly=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, ondelete="restrict"
    )
    partner_id = fields.Many2one(
        related="order_id.partner_id",
        store=True,
        precompute=True,
        string="Customer",
    )
    user_id = fields.Many2one(
        related="order_id.user_id",
        store=True,
        precompute=True,
        string="Salesperson",
    )
    cause = fields.Selection(CAUSES, required=True, readonly=True, index=True)
    side = fields.Selection(SIDES, "Caused By", required=True, readonly=True)
    day = fields.Date(
        "Date", required=True, readonly=True, help="For a slip: the day that was lost."
    )
    working_days = fields.Integer(
        "Delay (Working Days)",
        readonly=True,
        aggregator="sum",
        help="By how many working days the promise moved; negative: earlier.",
    )
    date_before = fields.Date("From", readonly=True)
    date_after = fields.Date("Promised", required=True, readonly=True)
    version = fields.Integer(
        "Versions Before", readonly=True, help="Sheets that the order had by then."
    )
    sheet_id = fields.Many2one("order.sheet", readonly=True, index="btree_not_null")
    reason = fields.Text(readonly=True)
    author_id = fields.Many2one("res.users", "By", readonly=True, ondelete="restrict")
    decided_at = fields.Datetime("Entered", required=True, readonly=True)
    signature_id = fields.Many2one(
        "signoff.signature",
        readonly=True,
        index="btree_not_null",
        groups="base.group_user",
    )

    _slip_once = models.UniqueIndex(
        "(order_id, day) WHERE cause = 'sheet_late'",
        "A working day slips an order once.",
    )

    def init(self):
        """Let PostgreSQL itself refuse to alter or delete an entry."""
        columns = SQL(", ").join(map(SQL.identifier, FROZEN))
        guard = _GUARD.replace("%s", columns.code)
        self.env.cr.execute(guard)

    @api.depends("order_id", "cause", "date_after")
    def _compute_display_name(self):
        causes = dict(self._fields["cause"]._description_selection(self.env))
        for entry in self:
            entry.display_name = f"{entry.order_id.name} · {causes.get(entry.cause)}"

    def _kept_refusal(self):
        """Refuse everybody; the order's own methods add, and change nothing either."""
        return self.env._(
            "The promise ledger is written by what happens to an order: the production "
            "statement, a late sheet, a date relaxed with a signature. Nobody writes, "
            "changes or deletes its entries."
        )
