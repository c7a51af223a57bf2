import logging

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tools import SQL
from odoo.tools.misc import format_datetime

from ..digest import GENESIS
from .signoff_finding import ChainReading
from .signoff_signature import GUARDED

_logger = logging.getLogger(__name__)
BATCH = 1000
# What people write on a run; everything else is what was read.
WRITABLE = {"remark"}


class SignoffVerification(models.Model):
    """One reading of a company's whole chain, and what it found (PLT-05).

    The run is itself a document: whoever looked into the findings signs that.
    """

    _name = "signoff.verification"
    _inherit = ["signoff.mixin", "mail.thread", "mail.activity.mixin"]
    _signoff_fields = {"rows_read": "checked", "last_digest": "head_digest"}
    _description = "Verification of Signatures"
    _order = "id desc"

    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True
    )
    run_at = fields.Datetime("Time", readonly=True, default=fields.Datetime.now)
    checked = fields.Integer("Rows Read", readonly=True)
    last_no = fields.Integer("Last No.", readonly=True)
    head_digest = fields.Char("Last SHA-256", readonly=True)
    finding_ids = fields.One2many(
        "signoff.finding", "verification_id", "Findings", readonly=True
    )
    state = fields.Selection(
        [("sound", "Sound"), ("broken", "Broken")],
        compute="_compute_state",
        store=True,
    )
    remark = fields.Text(
        help="What was found out about the findings; covered by the review's signature."
    )

    @api.depends("run_at", "company_id")
    @api.depends_context("lang", "tz")
    def _compute_display_name(self):
        for run in self:
            run.display_name = self.env._(
                "Verification, %(company)s, %(time)s",
                company=run.company_id.name,
                time=format_datetime(self.env, run.run_at, dt_format="short"),
            )

    @api.depends("finding_ids")
    def _compute_state(self):
        for run in self:
            run.state = "broken" if run.finding_ids else "sound"

    def write(self, vals):
        """Void the review's signature when what it covers changes.

        :raises AccessError: what was read is no one's to change
        """
        read = {name for name, field in self._fields.items() if _is_own(field)}
        if not self.env.su and (read - WRITABLE) & vals.keys():
            raise AccessError(
                self.env._("Of a verification only the remark can be written.")
            )
        result = super().write(vals)
        if WRITABLE & vals.keys():
            self._signoff_void_changed()
        return result

    def _signoff_terms(self, code):
        if not code.startswith("verification_"):
            return super()._signoff_terms(code)
        return {
            run.id: {
                "remark": run.remark or "",
                "findings": {
                    f"{row._numbers()}, {row.problem}": row.problem
                    for row in run.finding_ids
                },
                "rows_read": run.checked,
                "last_digest": run.head_digest,
            }
            for run in self
        }

    def _signoff_label(self, path):
        """Name a finding by its numbers."""
        if path[0] == "findings" and len(path) > 1:
            return path[1].split(",")[0]
        return super()._signoff_label(path)

    def _signoff_words(self, path, value):
        if path[0] == "findings" and isinstance(value, str):
            field = self.env["signoff.finding"]._fields["problem"]
            return dict(field._description_selection(self.env)).get(value, value)
        return super()._signoff_words(path, value)

    # -- running -----------------------------------------------------------------

    @api.model
    def action_verify(self):
        """Read the chains of the companies in view, and open what was found.

        :raises AccessError: the caller does not watch over signatures
        """
        self.check_access("write")
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
        """Verify every company's chain; one that fails does not stop the others."""
        companies = self.env["res.company"].search(Domain.TRUE)
        for done, company in enumerate(companies, 1):
            try:
                with self.env.cr.savepoint():
                    self._verify(company)
            except Exception:
                _logger.exception("Verification of company %s failed", company.id)
            self.env["ir.cron"]._commit_progress(1, remaining=len(companies) - done)

    @api.model
    def _verify(self, company):
        """Read the whole chain of a company, in batches, from its first row.

        Every digest is computed again from the columns as they are in the database,
        and compared with what earlier verifications have read.

        :return: the run, with a finding for each row that is not as it was signed
        """
        before = self.sudo().search([("company_id", "=", company.id)])
        # Newest first: where two disagree, the one that was there first is believed.
        sound = before.filtered(lambda run: run.state == "sound" and run.last_no)
        reading = ChainReading({run.last_no: run.head_digest for run in sound})
        for rows in self._batches(company):
            for row in rows:
                reading.take(row)
        number, digest = self._head(company)
        reading.finish(number, digest)
        run = self.sudo().create(
            {
                "company_id": company.id,
                "checked": reading.count,
                "last_no": reading.number,
                "head_digest": reading.digest,
                "finding_ids": [(0, 0, values) for values in reading.findings],
            }
        )
        # A run that read what the last one read has nothing new to report.
        if run.finding_ids._key() - before[:1].finding_ids._key():
            run._alarm()
        return run.with_env(self.env)

    def _alarm(self):
        """Give everybody who watches over signatures a to-do."""
        self.ensure_one()
        _logger.warning(
            "Verification %s of company %s: %s signatures are not as they were given",
            self.id,
            self.company_id.id,
            len(self.finding_ids),
        )
        for user in self._watchers():
            self.activity_schedule(
                "mail.mail_activity_data_warning",
                user_id=user.id,
                summary=self.with_context(lang=user.lang).env._(
                    "Signatures were altered in the database"
                ),
            )

    def _watchers(self):
        """Return who is told: the auditors, or administrators where there are none."""
        for group in ("written_signoff.group_signoff_auditor", "base.group_system"):
            users = self.env.ref(group).all_user_ids.filtered(
                lambda user: user.active and self.company_id in user.company_ids
            )
            if people := users.filtered(lambda user: not user._is_superuser()):
                return people
        return self.env["res.users"]

    # -- reading the rows --------------------------------------------------------

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
            SQL.identifier("row", name) for name in ("id", *GUARDED, "state")
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


def _is_own(field):
    return field._module == "written_signoff"
