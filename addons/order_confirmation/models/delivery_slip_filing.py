import logging
from collections import defaultdict

from dateutil.relativedelta import relativedelta
from odoo import api, fields, models
from odoo.addons.written_signoff.keeping import DISCUSSION, keyed
from odoo.exceptions import UserError

from ..filing import missing, slip_name
from ..opening import dialog, form_of
from . import delivery_paper  # noqa: F401 - it comes before what inherits it

_logger = logging.getLogger(__name__)

HAND_OVER, RECEIVE = "slip_hand_over", "slip_receive"
STATES = [
    ("draft", "To hand over"),
    ("handed", "Handed over"),
    ("filed", "Filed"),
]
# Statuses of a line that are looked for again next month.
OPEN = ("missing", "unsigned", "no_slip")


class DeliverySlipFiling(models.Model):
    """The slips of one month, handed over for filing (ORD-61).

    Lists every number of the month: the slips there are, the void ones, numbers of
    which there is no slip at all. Who hands over ticks what is here and what came back
    signed; both sign. What is missing is listed again the next month, until it is
    found.
    """

    _name = "delivery.slip.filing"
    _inherit = ["delivery.paper", "signoff.mixin"]
    _description = "Delivery Slip Filing"
    _order = "month desc, id desc"
    _kept_open = frozenset({*DISCUSSION, "signature_ids"})

    name = fields.Char("Filing", required=True, readonly=True)
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, ondelete="restrict"
    )
    month = fields.Date(required=True, readonly=True, help="Its first day.")
    state = fields.Selection(
        STATES, required=True, readonly=True, default="draft", index=True,
        tracking=True,
    )  # fmt: skip
    line_ids = fields.One2many("delivery.slip.filing.line", "filing_id", "Slips")
    slip_count = fields.Integer("Slips Listed", compute="_compute_counts")
    here_count = fields.Integer("Here", compute="_compute_counts")
    missing_count = fields.Integer("Missing", compute="_compute_counts")
    unsigned_count = fields.Integer("Not Back Signed", compute="_compute_counts")
    round = fields.Integer(readonly=True, help="How often it was sent back, plus one.")
    handed_by_id = fields.Many2one("res.users", "Handed Over By", readonly=True)
    handed_at = fields.Datetime("Handed Over On", readonly=True)
    received_by_id = fields.Many2one("res.users", "Filed By", readonly=True)
    received_at = fields.Datetime("Filed On", readonly=True)
    sent_back_reason = fields.Text("Why Sent Back", readonly=True)

    _once = models.Constraint(
        "unique(company_id, month)", "The slips of a month are filed once."
    )

    @api.depends("line_ids.status")
    def _compute_counts(self):
        counts = defaultdict(int)
        for filing, status, count in self.env["delivery.slip.filing.line"]._read_group(
            [("filing_id", "in", self.ids)], ["filing_id", "status"], ["__count"]
        ):
            counts[filing.id, status] = count
        for filing in self:
            of = {status: counts[filing.id, status] for status in (*OPEN, "complete")}
            filing.missing_count = of["missing"] + of["no_slip"]
            filing.unsigned_count = of["unsigned"]
            filing.here_count = of["complete"] + of["unsigned"]
            filing.slip_count = sum(of.values()) + counts[filing.id, "void"]

    def _kept_refusal(self):
        return self.env._(
            "A filing lists what was numbered in its month; nobody writes, copies or "
            "deletes it. What is here and what came back signed is ticked on its lines."
        )

    def _kept_admit(self, vals):
        """Let the lines be ticked; each line looks after itself."""
        commands = vals.get("line_ids") or []
        if vals.keys() == {"line_ids"} and all(row[0] in (1, 4) for row in commands):
            return vals
        return super()._kept_admit(vals)

    # -- making ------------------------------------------------------------------

    @api.model
    def _cron_make(self):
        """Make last month's filing of every company that ships (ORD-61).

        Trouble with one company does not stop the others.
        """
        companies = self.env["res.company"].sudo().search(
            [("release_control", "=", True)]
        )  # fmt: skip
        for company in companies:
            try:
                with self.env.cr.savepoint():
                    company._make_slip_ranges()
                    month = self._last_month(company)
                    if not self._find(company, month):
                        self.sudo()._make(company, month, empty=False)
            except Exception:
                _logger.exception("No filing of slips of %s", company.name)

    def action_make_last_month(self):
        """Make the filing of last month, or open the one there is.

        :raises AccessError: neither shipping clerk nor who receives
        """
        self.env.user._require_role("shipping", "finance", "merchandiser")
        company = self.env.company
        month = self._last_month(company)
        filing = self._find(company, month) or self.sudo()._make(company, month)
        return form_of(filing.with_env(self.env))

    def _last_month(self, company):
        today = company.sudo()._business_date(fields.Datetime.now())
        return today.replace(day=1) - relativedelta(months=1)

    def _find(self, company, month):
        return self.sudo().search(
            [("company_id", "=", company.id), ("month", "=", month)], limit=1
        )

    @api.model
    def _make(self, company, month, empty=True):
        """Make the filing of one month.

        :param date month: its first day
        :param bool empty: make it even where there is nothing to list
        :raises UserError: the month is not over, or has its filing
        """
        if self._find(company, month):
            raise UserError(
                self.env._("The slips of %s are listed already.", f"{month:%Y-%m}")
            )
        if month > self._last_month(company):
            raise UserError(
                self.env._(
                    "%s is not over: its slips are still coming.", f"{month:%Y-%m}"
                )
            )
        rows = self._rows(company, month)
        if not rows and not empty:
            return self.browse()
        return keyed(self).create(
            {
                "name": f"SF/{month:%Y/%m}",
                "company_id": company.id,
                "month": month,
                "round": 1,
                "line_ids": [fields.Command.create(row) for row in rows],
            }
        )

    def _rows(self, company, month):
        """Return the lines of a month: its numbers, then what is still looked for."""
        slips = self.env["delivery.slip"].sudo()
        end = month + relativedelta(months=1, days=-1)
        of_company = [("company_id", "=", company.id)]
        listed = slips.search(
            [*of_company, ("issued_on", ">=", month), ("issued_on", "<=", end)],
            order="year, number",
        )
        rows = [self._row_of(slip) for slip in listed]
        year = month.year
        before = slips.search(
            [*of_company, ("year", "=", year), ("issued_on", "<", month)],
            order="number desc",
            limit=1,
        ).number
        given = company._last_slip_number(year) if month.month == 12 else 0
        last = max([before, given, *listed.filtered(
            lambda slip: slip.year == year).mapped("number")])  # fmt: skip
        known = slips.search([*of_company, ("year", "=", year)]).mapped("number")
        rows += [
            {"name": slip_name(year, number)} for number in missing(known, before, last)
        ]
        rows.sort(key=lambda row: row["name"])
        return rows + self._carried(company, month)

    def _row_of(self, slip):
        return {
            "name": slip.name,
            "slip_id": slip.id,
            "void": slip.state == "void",
            "signed_back": slip.state == "returned",
        }

    def _carried(self, company, month):
        """Return what earlier filings did not find, and no later one lists yet."""
        lines = self.env["delivery.slip.filing.line"].sudo()
        lost = lines.search(
            [
                ("company_id", "=", company.id),
                ("filing_id.state", "=", "filed"),
                ("filing_id.month", "<", month),
                ("status", "in", OPEN),
                ("successor_ids", "=", False),
            ],
            order="name",
        )
        return [
            {
                "name": line.name,
                "slip_id": line.slip_id.id,
                "here": line.here,
                "signed_back": line.signed_back or line.slip_id.state == "returned",
                "void": line.slip_id.state == "void",
                "carried_from_id": line.id,
            }
            for line in lost
        ]

    # -- handing over ------------------------------------------------------------

    def _signoff_terms(self, code):
        """Cover each number, and whether it is here and signed."""
        if code not in (HAND_OVER, RECEIVE):
            return super()._signoff_terms(code)
        return {
            filing.id: {
                "month": filing.month,
                "round": filing.round,
                "lines": {
                    line.name: {
                        "here": line.here,
                        "signed_back": line.signed_back,
                        "void": line.void,
                    }
                    for line in filing.line_ids
                },
            }
            for filing in self
        }

    def _signoff_check(self, purpose, signer):
        """Refuse out of turn: handed over first, then received."""
        result = super()._signoff_check(purpose, signer)
        if purpose.code == HAND_OVER and self.state != "draft":
            raise UserError(self.env._("%s was handed over already.", self.name))
        if purpose.code == RECEIVE and self.state != "handed":
            raise UserError(self.env._("%s is not handed over.", self.name))
        return result

    def _signoff_signed(self, signature):
        """Go on: handed over, then filed."""
        result = super()._signoff_signed(signature)
        if signature.purpose_code == HAND_OVER:
            keyed(self).write(
                {
                    "state": "handed",
                    "handed_by_id": signature.signer_id.id,
                    "handed_at": signature.signed_at,
                    "sent_back_reason": False,
                }
            )
        elif signature.purpose_code == RECEIVE:
            keyed(self).write(
                {
                    "state": "filed",
                    "received_by_id": signature.signer_id.id,
                    "received_at": signature.signed_at,
                }
            )
            self._file()
        return result

    def _file(self):
        """Mark the slips that are complete as filed here."""
        slips = keyed(self.env["delivery.slip"])
        lines = self.sudo().line_ids
        done = lines.filtered(lambda line: line.status in ("complete", "void")).slip_id
        slips.browse(done.ids).write({"filing_id": self.id})
        back = lines.filtered("signed_back").slip_id
        back = back.filtered(lambda slip: slip.state == "issued")
        slips.browse(back.ids).write(
            {"state": "returned", "returned_at": fields.Datetime.now()}
        )

    def _send_back(self, reason):
        """Give the slips back to who handed them over.

        :raises AccessError: not who receives
        :raises UserError: no reason, or not handed over
        """
        self.ensure_one()
        self.check_access("read")
        self.env.user._require_role("finance", "merchandiser")
        reason = (reason or "").strip()
        if not any(map(str.isalnum, reason)):
            raise UserError(self.env._("Please say in words what does not agree."))
        self._signoff_lock()
        if self.state != "handed":
            raise UserError(self.env._("%s is not handed over.", self.name))
        keyed(self).write(
            {
                "state": "draft",
                "round": self.round + 1,
                "sent_back_reason": reason,
                "handed_by_id": False,
                "handed_at": False,
            }
        )
        self.sudo()._signoff_void_changed()
        self.message_post(body=self.env._("Sent back: %s", reason))

    def action_send_back(self):
        """Ask what does not agree."""
        self.ensure_one()
        self.env.user._require_role("finance", "merchandiser")
        return dialog(
            "delivery.slip.filing.back", self.env._("Send Back"), filing_id=self.id
        )

    def action_refresh(self):
        """List anew what has come to the month since, and keep what is ticked.

        :raises UserError: handed over already
        """
        self.ensure_one()
        self.check_access("read")
        self.env.user._require_role("shipping", "finance", "merchandiser")
        self._signoff_lock()
        if self.state != "draft":
            raise UserError(self.env._("%s was handed over already.", self.name))
        filing = self.sudo()
        rows = {row["name"]: row for row in filing._rows(self.company_id, self.month)}
        known = filing.line_ids.grouped("name")
        keyed(self).write(
            {
                "line_ids": [
                    fields.Command.create(row)
                    for name, row in rows.items()
                    if name not in known
                ]
            }
        )
        for line in filing.line_ids:
            state = line.slip_id.state
            changes = {"void": state == "void"}
            if state == "returned":
                changes["signed_back"] = True
            keyed(line).write(changes)
        return True

    def action_tick_all(self):
        """Tick every slip that is valid as here; the rest is unticked by hand."""
        self.ensure_one()
        lines = self.line_ids.filtered(lambda line: line.slip_id and not line.void)
        lines.write({"here": True})
        return True
