from odoo import api, fields, models
from odoo.tools import SQL

from ..digest import GENESIS
from ..guard import protect_chain


class SignoffChain(models.Model):
    """The head of each company's chain of signatures: how many, and the last digest.

    Kept apart from the rows so that rows taken off the end are missed too.
    """

    _name = "signoff.chain"
    _description = "Head of a Signature Chain"
    _log_access = False

    company_id = fields.Many2one("res.company", required=True, ondelete="restrict")
    last_no = fields.Integer(required=True)
    last_digest = fields.Char(required=True)

    _company_unique = models.Constraint(
        "unique(company_id)", "A company has one chain of signatures."
    )

    def init(self):
        """Let PostgreSQL itself refuse to take the head back."""
        protect_chain(self.env.cr)

    @api.model
    def _lock_head(self, company):
        """Take the company's chain for this transaction.

        Two signers wait for one another here, and the later one is tried again.

        :return: ``(number, digest)`` of the last row
        """
        [row] = self.env.execute_query(
            SQL(
                """
                INSERT INTO signoff_chain AS chain (company_id, last_no, last_digest)
                     VALUES (%s, 0, %s)
                ON CONFLICT (company_id)
                  DO UPDATE SET last_no = chain.last_no
                  RETURNING chain.last_no, chain.last_digest
                """,
                company.id,
                GENESIS,
            )
        )
        return row

    @api.model
    def _move_head(self, company, number, digest):
        self.env.execute_query(
            SQL(
                """
                UPDATE signoff_chain SET last_no = %s, last_digest = %s
                 WHERE company_id = %s RETURNING id
                """,
                number,
                digest,
                company.id,
            )
        )
