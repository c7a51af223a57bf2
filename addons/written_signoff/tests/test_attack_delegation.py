"""Attacks on delegations over real JSON-RPC, by a deputy and by an administrator."""

from datetime import timedelta

from odoo import Command, fields
from odoo.tests import HttpCase, JsonRpcException, tagged
from odoo.tools import mute_logger

from .delegation_case import DelegationMixin
from .signing_case import CODE, PASSWORD
from .test_attack_rpc import FORGED, QUIET

MODEL = "signoff.delegation"


@tagged("post_install", "-at_install")
class TestAttackDelegation(DelegationMixin, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.make_people()

    def call(self, model, method, *args, **kwargs):
        return self.make_jsonrpc_request(
            "/web/dataset/call_kw",
            {"model": model, "method": method, "args": args, "kwargs": kwargs},
        )

    def refused(self, *args, **kwargs):
        with self.assertRaises(JsonRpcException), mute_logger(*QUIET):
            self.call(*args, **kwargs)
        self.env.invalidate_all()

    def rpc_values(self, **values):
        now = fields.Datetime.now()
        return {
            "receiver_id": self.dora.id,
            "purpose_ids": [Command.set(self.purpose.ids)],
            "company_id": self.company.id,
            "date_from": fields.Datetime.to_string(now - timedelta(hours=1)),
            "date_to": fields.Datetime.to_string(now + timedelta(days=7)),
            "reason": "Because I say so.",
            **values,
        }

    def sign_over_the_wire(self, document, code=CODE):
        action = self.call(
            document._name,
            "action_signoff",
            document.ids,
            context={"signoff_purpose": code},
        )
        dialog = self.call(
            action["res_model"],
            "create",
            [{"statement": "Over the wire."}],
            context=action["context"],
        )
        return self.call(
            action["res_model"],
            "action_sign",
            dialog,
            context={"password": PASSWORD},
        )

    def test_for_another_giver(self):
        """ROL-04: no create, import or default makes somebody else the giver."""
        for user in (self.dora, self.root):
            self.authenticate(user.login, PASSWORD)
            giver = {"giver_id": self.vera.id}
            self.refused(MODEL, "create", [self.rpc_values(**giver)])
            self.refused(MODEL, "web_save", [], self.rpc_values(**giver), {})
            context = {"default_giver_id": self.vera.id}
            self.refused(MODEL, "create", [self.rpc_values()], context=context)
            for forged in FORGED:
                context = {"signoff_delegation": forged}
                values = self.rpc_values(**giver, state="in_force")
                self.refused(MODEL, "create", [values], context=context)
        self.assertFalse(self.env[MODEL].search([("giver_id", "=", self.vera.id)]))

    def test_prolong_unrevoke_and_sign_after_the_end(self):
        """ROL-04: what ended stays ended, whatever is called."""
        row = self.delegation()
        document = self.document()
        self.revoke(row)
        self.env.flush_all()
        for user in (self.vera, self.dora, self.root):
            self.authenticate(user.login, PASSWORD)
            for forged in (None, *FORGED):
                context = {"signoff_delegation": forged}
                for values in (
                    {"state": "in_force"},
                    {"date_to": "2099-01-01 00:00:00"},
                    {"revoked_at": False, "revoked_by_id": False},
                ):
                    self.refused(MODEL, "write", row.ids, values, context=context)
            self.refused(MODEL, "unlink", row.ids)
            for method in ("_turn", "_started", "_signoff_signed", "_revoke"):
                self.refused(MODEL, method, row.ids)
        self.assertEqual(row.state, "revoked")
        self.authenticate(self.dora.login, PASSWORD)
        with self.assertRaises(JsonRpcException), mute_logger(*QUIET):
            self.sign_over_the_wire(document)
        self.assertFalse(self.rows(document))

    def test_another_purpose_document_or_company(self):
        """ROL-04: exactly what was named, nowhere else."""
        named, other = self.document(), self.document()
        abroad = self.env["res.company"].create({"name": "Southlight"})
        self.dora.company_ids |= abroad
        foreign = self.document(company=abroad)
        self.countersign.delegate_group_ids = self.purpose.delegate_group_ids
        self.delegation(res_model=named._name, res_id=named.id, date_to=False)
        self.env.flush_all()
        self.authenticate(self.dora.login, PASSWORD)
        attempts = [
            (other, CODE),
            (foreign, CODE),
            (named, self.countersign.code),
        ]
        for document, code in attempts:
            with self.assertRaises(JsonRpcException), mute_logger(*QUIET):
                self.sign_over_the_wire(document, code)
            self.assertFalse(self.rows(document))
        self.sign_over_the_wire(named)
        self.env.invalidate_all()
        row = self.rows(named)
        self.assertEqual((row.signer_id, row.principal_id), (self.dora, self.vera))

    def test_the_name_of_the_principal_is_not_the_caller_s(self):
        """ROL-04: nobody chooses in whose name a signature stands."""
        self.delegation()
        document = self.document()
        self.env.flush_all()
        self.authenticate(self.dora.login, PASSWORD)
        values = {
            "res_model": document._name,
            "res_id": document.id,
            "purpose_id": self.purpose.id,
            "statement": "For Otto.",
            "signer_name": "Otto",
            "principal_id": self.otto.id,
        }
        with mute_logger(*QUIET, "odoo.models"):
            try:
                [dialog] = self.call("signoff.sign", "create", [values])
                context = {"password": PASSWORD}
                self.call("signoff.sign", "action_sign", [dialog], context=context)
            except JsonRpcException:
                return
        self.env.invalidate_all()
        self.assertEqual(self.rows(document).principal_id, self.vera)
