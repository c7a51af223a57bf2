import base64
import json

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ..digest import link, sha256
from ..guard import protect_signatures
from ..wording import table
from . import kept_record  # noqa: F401 - it comes before who inherits it

# The columns that the digest of a row covers. Content and evidence are covered by
# their own digests.
COVERED = (
    "company_id", "chain_no", "kind", "target_id", "res_model", "res_id",
    "document_name", "purpose_id", "purpose_code", "meaning", "statement", "signer_id",
    "signer_name", "signer_role", "principal_id", "principal_name", "signed_at",
    "method", "content_digest", "evidence_name", "evidence_digest",
)  # fmt: skip
GUARDED = (*COVERED, "content", "evidence", "previous_digest", "digest")


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
    _inherit = "kept.record"
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
        "Document ID",
        model_field="res_model",
        required=True,
        readonly=True,
        index=True,
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
    signer_name = fields.Char("Name", required=True, readonly=True)
    signer_role = fields.Char("Role", readonly=True)
    principal_id = fields.Many2one(
        "res.users", "On Behalf Of", readonly=True, ondelete="restrict"
    )
    principal_name = fields.Char("On Behalf Of (Name)", readonly=True)
    signed_by = fields.Char("Who", compute="_compute_signed_by")
    signed_at = fields.Datetime("Time", required=True, readonly=True)
    method = fields.Selection(
        [
            ("password", "Password again"),
            # Asked by an add-on; here, so that the evidence stays without it.
            ("passkey", "Passkey again"),
            ("portal", "Drawn on the portal"),
            ("scan", "Signed on paper"),
            ("system", "Found by the system"),
        ],
        required=True,
        readonly=True,
    )
    content = fields.Text(readonly=True)
    content_html = fields.Html("What Was Signed", compute="_compute_content_html")
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
        """Let PostgreSQL itself refuse to alter or delete a row of evidence."""
        protect_signatures(self.env.cr, GUARDED)

    @api.depends("purpose_id", "document_name")
    def _compute_display_name(self):
        for row in self:
            row.display_name = f"{row.document_name} · {row.purpose_id.name}"

    @api.depends("signer_name", "principal_name")
    @api.depends_context("lang")
    def _compute_signed_by(self):
        for row in self:
            row.signed_by = row.principal_name and self.env._(
                "%(name)s for %(principal)s",
                name=row.signer_name,
                principal=row.principal_name,
            )
            row.signed_by = row.signed_by or row.signer_name

    @api.depends("content")
    @api.depends_context("lang")
    def _compute_content_html(self):
        for row in self:
            # The words are those of the kind of document, even when this one is gone.
            document = self.env.get(row.res_model, self.env["signoff.mixin"])
            signed = row._content()
            row.content_html = table(
                document.browse(row.res_id),
                {**signed.get("terms", {}), **signed.get("declared", {})},
            )

    # -- nobody writes here but the chain itself ---------------------------------

    def _kept_refusal(self):
        """Refuse everybody but :meth:`_append` and :meth:`_settle` (ROL-03, PLT-05)."""
        return self.env._(
            "Signatures are evidence. They are made by signing a document, and "
            "nobody can write, change, copy or delete them."
        )

    # -- the chain ---------------------------------------------------------------

    @api.model
    def _append(self, company, vals_list):
        """Add rows to the end of the company's chain. Needs the key of the chain.

        :param vals_list: values without number and digests; ``content`` is the
            canonical text of what was signed
        :return: the rows, in the order of the values
        """
        self._kept_check()
        chain = self.env["signoff.chain"].sudo()
        last, head = chain._lock_head(company)
        prepared = []
        for number, vals in enumerate(vals_list, last + 1):
            row = {**vals, "company_id": company.id, "chain_no": number}
            if row.get("content"):
                row["content_digest"] = sha256(row["content"])
            if row.get("evidence"):
                row["evidence_digest"] = sha256(base64.b64decode(row["evidence"]))
            row["previous_digest"] = head
            head = row["digest"] = link(payload(row), head)
            prepared.append(row)
        chain._move_head(company, last + len(prepared), head)
        return self.create(prepared)

    def _close(self, kind, reason, method="system"):
        """Note that these signings are void, superseded or withdrawn, and why.

        What was signed stays as it is; the fact is a row of its own. Needs the key of
        the chain.

        :param dict reason: ``{signature id: text}``
        """
        self._kept_check()
        for company, rows in self.grouped("company_id").items():
            self._append(company, rows._closing(kind, reason, method))
        self._settle(kind)

    def _settle(self, kind):
        """Let the stored state follow the closing rows."""
        if self:
            self.write({"state": kind})

    def _closing(self, kind, reason, method="system"):
        """Return the values of the rows that close these signings."""
        user = self.env.user
        now = fields.Datetime.now()
        return [
            {
                "kind": kind,
                "target_id": row.id,
                "res_model": row.res_model,
                "res_id": row.res_id,
                "document_name": row.document_name,
                "purpose_id": row.purpose_id.id,
                "purpose_code": row.purpose_code,
                "statement": reason[row.id],
                "signer_id": user.id,
                "signer_name": user.sudo().name,
                "signed_at": now,
                "method": method,
            }
            for row in self
        ]

    # -- who reads ---------------------------------------------------------------

    @api.model
    def _search(self, domain, *args, bypass_access=False, **kwargs):
        """Find only signatures of documents that the reader may read."""
        if not (self.env.su or bypass_access):
            domain = Domain(domain) & self._of_readable_documents()
        return super()._search(domain, *args, bypass_access=bypass_access, **kwargs)

    def _check_access(self, operation):
        """Refuse to read signatures of documents that the reader may not read."""
        result = super()._check_access(operation)
        if result or operation != "read" or not any(self._ids):
            return result
        readable = self._search([("id", "in", self.ids)], active_test=False)
        if forbidden := self - self.browse(readable.get_result_ids()):
            return forbidden, lambda: self.env["ir.rule"]._make_access_error(
                operation, forbidden
            )
        return None

    def _of_readable_documents(self):
        """Return the domain of signatures whose document the reader may read.

        One sub-query for each kind of document, however many signatures there are.
        Who watches over signatures reads all of his companies.
        """
        if self.env.user.has_group("written_signoff.group_signoff_auditor"):
            return Domain.TRUE
        return Domain.OR(
            self._of_readable(self.env[name].with_context(active_test=False))
            for name in self._signed_models()
            if self.env[name].has_access("read")
        )

    def _signed_models(self):
        mixin = self.env.registry["signoff.mixin"]
        return [
            name
            for name, model in self.env.registry.items()
            if issubclass(model, mixin) and not model._abstract
        ]

    def _of_readable(self, documents):
        readable = documents._search([])

        def to_sql(model, alias, query):
            res_id = model._field_to_sql(alias, "res_id", query)
            return SQL("%s IN %s", res_id, readable.subselect())

        return Domain("res_model", "=", documents._name) & Domain.custom(to_sql=to_sql)

    # -- reading -----------------------------------------------------------------

    def _content(self):
        """Return what was signed as a dictionary: ``terms`` and ``declared``."""
        self.ensure_one()
        return json.loads(self.content or "{}")

    def action_open_document(self):
        """Open the signed document.

        :raises UserError: it was deleted
        """
        self.ensure_one()
        document = self._document()
        if not document:
            raise UserError(self.env._("The signed document does not exist any more."))
        return {
            "type": "ir.actions.act_window",
            "res_model": document._name,
            "res_id": document.id,
            "view_mode": "form",
            "views": [(False, "form")],
        }

    def _document(self):
        """Return the signed document, or an empty recordset or None when it is gone."""
        self.ensure_one()
        model = self.env.get(self.res_model)
        return model if model is None else model.browse(self.res_id).exists()
