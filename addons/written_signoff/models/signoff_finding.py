from base64 import b64decode

from odoo import fields, models

from ..digest import GENESIS, link, sha256
from .signoff_signature import payload

PROBLEMS = [
    ("content", "What was signed is not what is stored."),
    ("evidence", "The drawn or scanned signature was exchanged."),
    ("altered", "The row was altered after it was signed."),
    ("forked", "The next row does not follow from this one: it was exchanged."),
    ("gap", "Rows are missing."),
    ("state", "Its state is not what the facts say."),
    ("end", "Rows were cut off the end of the chain, or the head was altered."),
    ("history", "An earlier verification read another row here."),
]


class SignoffFinding(models.Model):
    """One row of evidence that is not as it was signed."""

    _name = "signoff.finding"
    _description = "Finding of a Verification"
    _order = "chain_no, id"

    verification_id = fields.Many2one(
        "signoff.verification",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(related="verification_id.company_id", store=True)
    problem = fields.Selection(PROBLEMS, required=True, readonly=True)
    chain_no = fields.Integer("No.", readonly=True)
    until_no = fields.Integer("To No.", readonly=True)
    signature_id = fields.Many2one("signoff.signature", readonly=True)
    document = fields.Char(readonly=True)
    signer = fields.Char(readonly=True)

    def _numbers(self):
        """Return the numbers of the rows in question: ``3``, or ``3–5``."""
        first, last = self.chain_no, self.until_no
        return str(first) if first == last else f"{first}–{last}"

    def _key(self):
        """Return what makes two findings of different verifications the same."""
        return {(row.problem, row.chain_no, row.until_no) for row in self}


class ChainReading:
    """One pass over a chain: where we are, and what was found so far.

    :param dict history: ``{number: digest}`` that earlier verifications ended with
    """

    def __init__(self, history):
        self.history = history
        self.count = 0
        self.number = 0
        self.digest = GENESIS
        self.last = {}
        self.findings = []

    def take(self, row):
        """Read the next row, a dictionary of columns with the kind that closed it."""
        self.count += 1
        if row["chain_no"] != self.number + 1:
            self._find("gap", {}, self.number + 1, row["chain_no"] - 1)
        elif row["previous_digest"] != self.digest:
            self._find("forked", self.last, self.number)
        for problem in self._problems(row):
            self._find(problem, row, row["chain_no"])
        self.number, self.digest, self.last = row["chain_no"], row["digest"], row

    def _problems(self, row):
        if _digest(row["content"]) != row["content_digest"]:
            yield "content"
        if _digest(_decoded(row["evidence"])) != row["evidence_digest"]:
            yield "evidence"
        if link_of(row) != row["digest"]:
            yield "altered"
        if row["state"] != _state(row):
            yield "state"
        if self.history.get(row["chain_no"], row["digest"]) != row["digest"]:
            yield "history"

    def finish(self, number, digest):
        """Compare the last row read with the head that is kept elsewhere."""
        known = max([number, *self.history])
        if self.number < known:
            self._find("end", {}, self.number + 1, known)
        elif (self.number, self.digest) != (number, digest):
            self._find("end", self.last, self.number)

    def _find(self, problem, row, first, last=None):
        self.findings.append(
            {
                "problem": problem,
                "chain_no": first,
                "until_no": last or first,
                "signature_id": row.get("id"),
                "document": row.get("document_name"),
                "signer": row.get("signer_name"),
            }
        )


def link_of(row):
    """Return the digest that a row's columns should have."""
    return link(payload(row), row["previous_digest"])


def _state(row):
    return (row["closed"] or "valid") if row["kind"] == "signature" else None


def _digest(data):
    return sha256(data) if data else None


def _decoded(evidence):
    return evidence and b64decode(bytes(evidence))
