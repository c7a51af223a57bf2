from datetime import timedelta
from hashlib import sha256

from odoo import api, fields, models
from odoo.addons.written_signoff.keeping import keyed
from odoo.http import STORED_SESSION_BYTES, request
from odoo.tools import SQL

# How long somebody may look for the key.
MINUTES = 5


class SignoffPasskeyChallenge(models.Model):
    """What a passkey was asked with: one person, one session, one dialog, one answer.

    The row goes with the signature in one transaction: of two calls with the same
    answer at the same moment one waits, is tried again, and finds nothing.
    """

    _name = "signoff.passkey.challenge"
    _inherit = "kept.record"
    _description = "Passkey Asked For"

    user_id = fields.Many2one(
        "res.users", required=True, readonly=True, index=True, ondelete="cascade"
    )
    session = fields.Char(required=True, readonly=True)
    res_model = fields.Char("Dialog Model", required=True, readonly=True)
    res_id = fields.Many2oneReference(
        "Dialog ID", model_field="res_model", required=True, readonly=True
    )
    challenge = fields.Char(required=True, readonly=True)

    def _kept_refusal(self):
        """Refuse everybody but :meth:`_ask` and :meth:`_take` (PLT-05)."""
        return self.env._("A passkey is asked for by its dialog only.")

    @api.model
    def _ask(self, dialog):
        """Make a challenge for this dialog; an earlier one serves no more.

        :return: the options for the browser's ``navigator.credentials.get`` as JSON
            has them, with the passkeys of this person
        """
        self._drop(self._of_dialog(dialog))
        keys = self.env["auth.passkey.key"].sudo()
        options = keys._start_auth()
        # Not in the session: it would serve to log in as well.
        challenge = request.session.pop("webauthn_challenge")
        keyed(self).create(
            {
                "user_id": self.env.uid,
                "session": self._session(),
                "res_model": dialog._name,
                "res_id": dialog.id,
                "challenge": challenge,
            }
        )
        own = keys.search([("create_uid", "=", self.env.uid)])
        options["allowCredentials"] = [
            {"id": key.credential_identifier, "type": "public-key"} for key in own
        ]
        return options

    @api.model
    def _take(self, dialog):
        """Return the challenge of this dialog, which serves no more; None without one.

        A person who was asked in another session, or too long ago, was not asked.
        """
        rows = self._drop(
            SQL(
                "%s AND session = %s AND create_date >= %s",
                self._of_dialog(dialog),
                self._session(),
                self._limit(),
            )
        )
        return rows[0][0] if rows else None

    def _drop(self, condition):
        """Delete the rows that meet a condition, and return their challenges.

        In one query, as every signature waits for it.
        """
        self.flush_model()
        query = SQL(
            "DELETE FROM signoff_passkey_challenge WHERE %s RETURNING challenge",
            condition,
        )
        rows = self.env.execute_query(query)
        self.invalidate_model(flush=False)
        return rows

    def _of_dialog(self, dialog):
        return SQL(
            "user_id = %s AND res_model = %s AND res_id = %s",
            self.env.uid,
            dialog._name,
            dialog.id,
        )

    def _limit(self):
        return fields.Datetime.now() - timedelta(minutes=MINUTES)

    def _session(self):
        """Return a digest of the part of the session's id that stays; "" without one.

        Who can read the database is not to learn the id itself.
        """
        if not request:
            return ""
        return sha256(request.session.sid[:STORED_SESSION_BYTES].encode()).hexdigest()

    @api.autovacuum
    def _gc_challenges(self):
        self._drop(SQL("create_date < %s", self._limit()))
