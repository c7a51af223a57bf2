import logging
from base64 import b64decode

from odoo import api, fields, models
from odoo.tools import SQL

from ..digest import GENESIS, link, sha256
from .signoff_signature import COVERED, payload

_logger = logging.getLogger(__name__)
BATCH = 1000


class SignoffVerification(models.Model):
    """One reading of a company's whole chain, and what it found (PLT-05).

    The run is itself a document: whoever looked into the findings signs that.
    """

    _name = "signoff.verification"
    _inherit = ["signoff.mixin", "mail.thread", "mail.activity.mixin"]
    _description = "Verification of Signatures"
    _order = "id desc"

    name = fields.Char(compute="_compute_name", store=True)
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, default=lambda self: self.env.company
    )
    run_at = fields.Datetime(readonly=True, default=fields.Datetime.now)
    checked = fields.Integer("Rows Read", readonly=True)
    head_digest = fields.Char("Last Digest", readonly=True)
    finding_ids = fields.One2many("signoff.finding", "verification_id", readonly=True)
    state = fields.Selection(
        [("sound", "Sound"), ("broken", "Broken")],
        compute="_compute_state",
        store=True,
    )
    remark = fields.Text(
        help="What was found out about the findings; covered by the review's signature."
    )

    @api.depends("run_at", "company_id")
    def _compute_name(self):
        for run in self:
            run.name = f"{run.company_id.name} {fields.Datetime.to_string(run.run_at)}"

    @api.depends("finding_ids")
    def _compute_state(self):
        for run in self:
            run.state = "broken" if run.finding_ids else "sound"

    def write(self, vals):
        """Void the review's signature when what it covers changes."""
        result = super().write(vals)
        if "remark" in vals:
            self._signoff_void_changed()
        return result

    def _signoff_terms(self, code):
        return {
            run.id: {
                "checked": run.checked,
                "head": run.head_digest,
                "findings": run.sudo().finding_ids.mapped("problem"),
                "remark": run.remark or "",
            }
            for run in self
        }

    @api.model
    def action_verify(self):
        """Read the chains of the companies in view, and open what was found."""
        runs = self.browse()
        for company in self.env.companies:
            runs |= self._verify(company)
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "written_signoff.signoff_verification_action"
        )
        if len(runs) == 1:
            action.update(views=[(False, "form")], res_id=runs.id)
        return action

    @api.model
    def _cron_verify(self):
        companies = self.env["res.company"].search([])
        for done, company in enumerate(companies, 1):
            try:
                with self.env.cr.savepoint():
                    self._verify(company)._alarm()
            except Exception:
                _logger.exception("Verification of %s failed", company.name)
            self.env["ir.cron"]._commit_progress(1, remaining=len(companies) - done)

    def _alarm(self):
        """Give everybody who watches over signatures a to-do when one is broken."""
        group = self.env.ref("written_signoff.group_signoff_auditor")
        for run in self.filtered(lambda run: run.state == "broken"):
            users = group.all_user_ids.filtered(
                lambda user, run=run: run.company_id in user.company_ids
            )
            for user in users:
                run.activity_schedule(
                    "mail.mail_activity_data_warning",
                    user_id=user.id,
                    summary=self.env._("Signatures were altered in the database"),
                )

    @api.model
    def _verify(self, company):
        """Read the whole chain of a company, in batches, from its first row.

        Every digest is computed again from the columns as they are in the database.

        :return: the run, with a finding for each row that is not as it was signed
        """
        reading = _Reading(self.env)
        for rows in self._batches(company):
            for row in rows:
                reading.take(row)
        number, digest = self._head(company)
        reading.finish(number, digest)
        return self.sudo().create(
            {
                "company_id": company.id,
                "checked": reading.count,
                "head_digest": digest,
                "finding_ids": [(0, 0, values) for values in reading.findings],
            }
        )

    def _head(self, company):
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                "SELECT last_no, last_digest FROM signoff_chain WHERE company_id = %s",
                company.id,
            )
        )
        return rows[0] if rows else (0, GENESIS)

    def _batches(self, company):
        self.env.flush_all()
        columns = SQL(", ").join(
            SQL.identifier("row", name)
            for name in ("id", *COVERED, "content", "evidence", "state", "digest")
        )
        last = 0
        while rows := self._batch(company, columns, last):
            yield rows
            last = rows[-1]["chain_no"]

    def _batch(self, company, columns, last):
        self.env.cr.execute(
            SQL(
                """
                SELECT %s, closing.kind AS closed
                  FROM signoff_signature row
                  LEFT JOIN LATERAL (
                       SELECT kind FROM signoff_signature c WHERE c.target_id = row.id
                        ORDER BY c.id LIMIT 1) closing ON TRUE
                 WHERE row.company_id = %s AND row.chain_no > %s
                 ORDER BY row.chain_no LIMIT %s
                """,
                columns,
                company.id,
                last,
                BATCH,
            )
        )
        return self.env.cr.dictfetchall()


class _Reading:
    """The state of one pass over a chain: where we are, and what is wrong so far."""

    def __init__(self, env):
        self.env = env
        self.count = 0
        self.number = 0
        self.digest = GENESIS
        self.findings = []

    def take(self, row):
        self.count += 1
        self._check_gap(row["chain_no"] - 1)
        for problem in self._problems(row):
            self._find(problem, row)
        self.number, self.digest = row["chain_no"], row["digest"]

    def _check_gap(self, expected):
        if self.number != expected:
            self._find(
                self.env._(
                    "Rows %(first)s to %(last)s are missing.",
                    first=self.number + 1,
                    last=expected,
                )
            )
            self.digest = None

    def _problems(self, row):
        if row["content"] and sha256(row["content"]) != row["content_digest"]:
            yield self.env._("What was signed is not what is stored.")
        if row["evidence"] and _evidence_digest(row) != row["evidence_digest"]:
            yield self.env._("The drawn or scanned signature was exchanged.")
        if self.digest and link(payload(row), self.digest) != row["digest"]:
            yield self.env._("The row was altered, or the one before it was.")
        if row["kind"] == "signature" and row["state"] != (row["closed"] or "valid"):
            yield self.env._("Its state is not what the facts say.")

    def finish(self, number, digest):
        if (number, digest) != (self.number, self.digest or digest):
            self._find(
                self.env._(
                    "The chain ends at row %(found)s and should end at %(kept)s.",
                    found=self.number,
                    kept=number,
                )
            )

    def _find(self, problem, row=None):
        row = row or {}
        self.findings.append(
            {
                "problem": problem,
                "chain_no": row.get("chain_no"),
                "signature_id": row.get("id"),
                "document": row.get("document_name"),
                "signer": row.get("signer_name"),
            }
        )


def _evidence_digest(row):
    return sha256(b64decode(bytes(row["evidence"])))


class SignoffFinding(models.Model):
    _name = "signoff.finding"
    _description = "Finding of a Verification"

    verification_id = fields.Many2one(
        "signoff.verification", required=True, readonly=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="verification_id.company_id", store=True)
    problem = fields.Char(required=True, readonly=True)
    chain_no = fields.Integer("No.", readonly=True)
    signature_id = fields.Many2one("signoff.signature", readonly=True)
    document = fields.Char(readonly=True)
    signer = fields.Char(readonly=True)
