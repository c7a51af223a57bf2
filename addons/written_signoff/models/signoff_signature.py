import base64
import json

from odoo import api, fields, models
from odoo.exceptions import AccessError

from ..digest import link, sha256

# Whoever holds this object may append to the chain. It is compared by identity, and a
# context that comes over RPC can hold no object of ours: no caller can forge it.
_CHAIN_KEY = object()

# The columns that the digest of a row covers. Content and evidence are covered by
# their own digests, references by their ids and by the names written beside them.
COVERED = (
    "company_id", "chain_no", "kind", "target_id", "res_model", "res_id",
    "document_name", "purpose_code", "meaning", "statement", "signer_id", "signer_name",
    "signer_role", "principal_id", "principal_name", "signed_at", "method",
    "content_digest", "evidence_name", "evidence_digest",
)  # fmt: skip
GUARDED = (
    *COVERED, "purpose_id", "content", "evidence", "previous_digest", "digest",
)  # fmt: skip


def payload(row):
    """Return what the digest of a row covers, from its values by column."""
    return {name: row.get(name) or None for name in COVERED}


KINDS = [
    ("signature", "Signature"),
    ("void", "Voided"),
    ("superseded", "Superseded"),
    ("withdrawn", "Withdrawn"),
]


class SignoffSignature(models.Model):
    """One link of a company's chain of evidence (PLT-05).

    A row is a signing, or the fact that a signing was voided, superseded or
    withdrawn. Rows are only ever added. ``state`` of a signing is a shortcut for
    lists; the facts are the rows, and the verification compares the two.
    """

    _name = "signoff.signature"
    _description = "Signature"
    _order = "id desc"

    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, ondelete="restrict"
    )
    chain_no = fields.Integer("No.", required=True, readonly=True)
    kind = fields.Selection(KINDS, required=True, readonly=True)
    target_id = fields.Many2one(
        "signoff.signature", "Of Signature", readonly=True, index="btree_not_null",
        ondelete="restrict",
    )  # fmt: skip
    closing_ids = fields.One2many("signoff.signature", "target_id", "What Ended It")
    state = fields.Selection(
        [
            ("valid", "Valid"),
            ("void", "Void"),
            ("superseded", "Superseded"),
            ("withdrawn", "Withdrawn"),
        ],
        readonly=True,
    )
    res_model = fields.Char("Document Model", required=True, readonly=True)
    res_id = fields.Many2oneReference(
        "Document ID", model_field="res_model", required=True, readonly=True
    )
    document_name = fields.Char("Document", required=True, readonly=True)
    purpose_id = fields.Many2one(
        "signoff.purpose", required=True, readonly=True, ondelete="restrict"
    )
    purpose_code = fields.Char(required=True, readonly=True)
    meaning = fields.Text(readonly=True)
    statement = fields.Text(readonly=True)
    signer_id = fields.Many2one(
        "res.users", "Signed By", readonly=True, index=True, ondelete="restrict"
    )
    signer_name = fields.Char("Printed Name", required=True, readonly=True)
    signer_role = fields.Char("Role", readonly=True)
    principal_id = fields.Many2one(
        "res.users", "On Behalf Of", readonly=True, ondelete="restrict"
    )
    principal_name = fields.Char("On Behalf Of (Name)", readonly=True)
    signed_at = fields.Datetime("Time", required=True, readonly=True)
    method = fields.Selection(
        [
            ("password", "Password again"),
            ("portal", "Drawn on the portal"),
            ("scan", "Signed on paper"),
            ("system", "Found by the system"),
        ],
        required=True,
        readonly=True,
    )
    content = fields.Text(readonly=True)
    content_digest = fields.Char("SHA-256 of Content", readonly=True)
    evidence = fields.Binary("Drawn or Scanned", attachment=False, readonly=True)
    evidence_name = fields.Char(readonly=True)
    evidence_digest = fields.Char("SHA-256 of Evidence", readonly=True)
    previous_digest = fields.Char(required=True, readonly=True)
    digest = fields.Char("SHA-256", required=True, readonly=True)

    _chain_unique = models.Constraint(
        "unique(company_id, chain_no)", "A place in the chain is taken once."
    )
    _document_idx = models.Index(
        "(res_model, res_id, purpose_code) WHERE kind = 'signature'"
    )

    def init(self):
        """Let PostgreSQL itself refuse to alter or delete a row of evidence.

        Server actions can run SQL as the application's own database role; this stops
        what slips past the ORM. Who owns the database can still switch it off, which
        is what the verification of the chain is for.
        """
        self.env.cr.execute(
            """
            CREATE OR REPLACE FUNCTION signoff_evidence_guard() RETURNS trigger AS $$
            BEGIN
                RAISE EXCEPTION 'Signatures are evidence: row % stays as it is', OLD.id
                      USING ERRCODE = 'insufficient_privilege';
            END $$ LANGUAGE plpgsql
            """
        )
        columns = ", ".join(GUARDED)
        self.env.cr.execute(
            f"""
            CREATE OR REPLACE TRIGGER signoff_evidence_guard
            BEFORE DELETE OR UPDATE OF {columns} ON signoff_signature
            FOR EACH ROW EXECUTE FUNCTION signoff_evidence_guard()
            """  # noqa: S608 - names of our own columns
        )

    @api.depends("purpose_id", "signer_name", "document_name")
    def _compute_display_name(self):
        for row in self:
            row.display_name = f"{row.document_name} · {row.purpose_id.name}"

    # -- nobody writes here but the chain itself ---------------------------------

    def _check_chain_key(self):
        if self.env.context.get("signoff_chain") is not _CHAIN_KEY:
            raise AccessError(
                self.env._(
                    "Signatures are evidence. They are made by signing a document, and "
                    "nobody can write, change, copy or delete them."
                )
            )

    @api.model_create_multi
    def create(self, vals_list):
        """Refuse everybody but :meth:`_append` (ROL-03, PLT-05)."""
        self._check_chain_key()
        return super().create(vals_list)

    def write(self, vals):
        """Refuse everybody; only the shortcut ``state`` follows a closing row."""
        self._check_chain_key()
        return super().write(vals)

    def unlink(self):
        """Refuse everybody."""
        self._check_chain_key()
        return super().unlink()

    # -- the chain ---------------------------------------------------------------

    @api.model
    def _append(self, company, vals_list):
        """Add rows to the end of the company's chain.

        :param vals_list: values without number and digests; ``content`` is the
            canonical text of what was signed
        :return: the rows
        """
        chain = self.env["signoff.chain"].sudo()
        number, head = chain._lock_head(company)
        prepared = []
        for number, vals in enumerate(vals_list, number + 1):
            row = {**vals, "company_id": company.id, "chain_no": number}
            if row.get("content"):
                row["content_digest"] = sha256(row["content"])
            if row.get("evidence"):
                row["evidence_digest"] = sha256(base64.b64decode(row["evidence"]))
            row["previous_digest"] = head
            head = row["digest"] = link(payload(row), head)
            prepared.append(row)
        chain._move_head(company, number, head)
        writer = self.sudo().with_context(signoff_chain=_CHAIN_KEY)
        return writer.create(prepared).with_env(self.env)

    def _close(self, kind, reason, user=None, method="system"):
        """Note that these signings are void, superseded or withdrawn, and why.

        What was signed stays as it is; the fact is a row of its own.

        :param dict reason: ``{signature id: text}``
        """
        open_rows = self.filtered(lambda row: row.state == "valid")
        user = user or self.env.user
        now = fields.Datetime.now()
        for company, rows in open_rows.grouped("company_id").items():
            self._append(
                company,
                [row._closing_values(kind, reason[row.id], user, method, now)
                 for row in rows],
            )  # fmt: skip
        open_rows.sudo().with_context(signoff_chain=_CHAIN_KEY).write({"state": kind})
        return open_rows

    def _closing_values(self, kind, reason, user, method, now):
        self.ensure_one()
        return {
            "kind": kind,
            "target_id": self.id,
            "res_model": self.res_model,
            "res_id": self.res_id,
            "document_name": self.document_name,
            "purpose_id": self.purpose_id.id,
            "purpose_code": self.purpose_code,
            "statement": reason,
            "signer_id": user.id,
            "signer_name": user.name,
            "signed_at": now,
            "method": method,
        }

    # -- reading -----------------------------------------------------------------

    def _content(self):
        """Return what was signed as a dictionary: ``terms`` and ``declared``."""
        self.ensure_one()
        return json.loads(self.content or "{}")

    def action_open_document(self):
        """Open the signed document."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": self.res_model,
            "res_id": self.res_id,
            "view_mode": "form",
        }
