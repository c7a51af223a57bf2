"""Acting for another: given by the giver alone, shown everywhere, ended for good."""

from datetime import timedelta

from freezegun import freeze_time
from odoo import Command, fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged

from .delegation_case import DelegationCase


@tagged("post_install", "-at_install")
class TestDelegationGiven(DelegationCase):
    def refused(self, words, error=ValidationError, giver=None, **values):
        with self.assertRaisesRegex(error, words), self.env.cr.savepoint():
            self.draft(giver, **values)
        self.env.invalidate_all()

    def test_given_with_a_signature_of_its_own(self):
        """ROL-04: nothing is delegated until the giver has signed it."""
        row = self.draft()
        document = self.document()
        self.assertEqual(row.state, "draft")
        with self.assertRaises(AccessError):
            self.sign(self.as_dora(document))
        signature = self.sign(row, "", code="delegation")
        self.assertEqual(row.state, "in_force")
        self.assertEqual(signature.signer_id, self.vera)
        self.assertIn("Travelling to the fair.", signature.content)
        self.assertTrue(self.sign(self.as_dora(document)))

    def test_the_form(self):
        """ROL-04: what can be given is offered, and nothing else."""
        form = Form(self.env["signoff.delegation"].with_user(self.vera))
        self.assertIn(self.purpose, form.offered_purpose_ids[:])
        self.assertNotIn(self.countersign, form.offered_purpose_ids[:])
        form.receiver_id = self.dora
        form.date_to = fields.Datetime.now() + timedelta(days=1)
        form.reason = "On leave."
        row = form.save()
        self.assertEqual(row.giver_id, self.vera)
        self.assertIn("Dora for Vera", row.display_name)

    def test_only_by_the_giver(self):
        """ROL-04: nobody creates, alters or signs another's giving."""
        for user in (self.otto, self.root):
            self.refused("", AccessError, user, giver_id=self.vera.id)
            rows = self.env["signoff.delegation"].with_user(user).sudo()
            with self.assertRaisesRegex(AccessError, "own authority"):
                rows.create(self.values(giver_id=self.vera.id))
        for state in ("planned", "in_force"):
            self.refused("own authority", AccessError, state=state)
        row = self.draft()
        for user in (self.dora, self.root):
            with self.assertRaises(AccessError):
                row.with_user(user).write({"reason": "Mine now."})
            with self.assertRaises(AccessError):
                row.with_user(user).sudo().write({"reason": "Mine now."})
        with self.assertRaisesRegex(AccessError, "Only Vera can give"):
            self.sign(self.as_dora(row), "", code="delegation")

    def test_what_cannot_be_given(self):
        """ROL-04: not to oneself, nor across companies, nor what is not one's own."""
        self.refused("themselves", receiver_id=self.vera.id)
        other = self.env["res.company"].create({"name": "Southlight"})
        stranger = self.person("stranger", "base.group_user", company=other)
        self.refused("does not work for", receiver_id=stranger.id)
        self.refused("does not work for", company_id=other.id)
        self.refused("until when", date_to=False)
        self.refused(
            "before it begins", date_to=fields.Datetime.now() - timedelta(days=3)
        )
        self.refused("say why", reason=" … ")
        self.refused("may not sign", giver=self.sales)
        self.refused("may not sign", giver=self.root)
        self.refused("can be delegated to: Deputies", receiver_id=self.otto.id)
        self.refused(
            "delegated to: nobody", purpose_ids=[Command.set(self.countersign.ids)]
        )
        delegation = self.env.ref("written_signoff.purpose_delegation")
        self.refused("can be delegated", purpose_ids=[Command.set(delegation.ids)])
        self.refused("no such document", res_model="res.users", res_id=1)
        self.refused("no such document", res_model="signoff.verification", res_id=2**30)
        foreign = self.document(company=other)
        self.refused(
            "another company", res_model="signoff.verification", res_id=foreign.id
        )

    def test_no_chain(self):
        """ROL-04: who received it cannot pass it on."""
        self.delegation()
        self.refused("Dora may not sign", giver=self.dora, receiver_id=self.otto.id)

    def test_a_portal_user_receives_nothing(self):
        """ROL-04: authority stays in the house."""
        guest = self.person("guest", "base.group_portal")
        self.refused("colleague", receiver_id=guest.id)


@tagged("post_install", "-at_install")
class TestDelegationUsed(DelegationCase):
    def test_both_names(self):
        """ROL-04: the row, the list, the paper, the chatter say "X for Y"."""
        self.delegation()
        document = self.document()
        row = self.sign(self.as_dora(document))
        self.assertEqual((row.signer_id, row.signer_name), (self.dora, "Dora"))
        self.assertEqual((row.principal_id, row.principal_name), (self.vera, "Vera"))
        self.assertEqual(row.signer_role, "Signature Auditor")
        self.assertEqual(row.signed_by, "Dora for Vera")
        self.assertIn("Dora for Vera", row._content()["declared"]["authority"])
        self.assertIn("Dora signed", document.message_ids[0].body)
        self.assertEqual(
            document.message_ids[0].notified_partner_ids, self.vera.partner_id
        )
        html = self.env["ir.qweb"]._render(
            "written_signoff.signatures", {"signatures": row}
        )
        self.assertRegex(" ".join(str(html).split()), "Dora</span>.*for.*Vera")
        run = self.env["signoff.verification"]._verify(self.company)
        self.assertFalse(run.finding_ids)

    def test_the_dialog_says_for_whom(self):
        """ROL-04: who signs for another sees it before the password."""
        self.delegation()
        dialog = self.dialog(self.as_dora(self.document()))
        self.assertEqual(dialog.signer_name, "Dora for Vera")

    def test_altered_principal_is_found(self):
        """ROL-04: for whom it was signed is part of what the chain covers."""
        self.delegation()
        row = self.sign(self.as_dora(self.document()))
        self.env.flush_all()
        self.env.cr.execute("ALTER TABLE signoff_signature DISABLE TRIGGER USER")
        self.env.cr.execute(
            "UPDATE signoff_signature SET principal_name = 'Otto' WHERE id = %s",
            [row.id],
        )
        self.env.cr.execute("ALTER TABLE signoff_signature ENABLE TRIGGER USER")
        self.env.invalidate_all()
        run = self.env["signoff.verification"]._verify(self.company)
        self.assertTrue(run.finding_ids)

    def test_own_role_first(self):
        """ROL-04: who may sign in their own name does."""
        self.dora.group_ids |= self.env.ref("written_signoff.group_signoff_auditor")
        self.delegation()
        row = self.sign(self.as_dora(self.document()))
        self.assertFalse(row.principal_id)

    def test_other_purpose_and_no_purpose(self):
        """ROL-04: only what was named is signed."""
        self.countersign.delegate_group_ids = [Command.set(self.deputies.ids)]
        self.delegation()
        document = self.as_dora(self.document())
        with self.assertRaisesRegex(AccessError, "Dora is none of them"):
            self.sign(document, code=self.countersign.code)
        self.delegation(purpose_ids=False)
        with self.assertRaises(AccessError):
            self.sign(document, code=self.countersign.code)

    def test_one_document(self):
        """ROL-04: what was given for one document is no use on another."""
        document, other = self.document(), self.document()
        row = self.delegation(
            res_model=document._name, res_id=document.id, date_to=False
        )
        with self.assertRaises(AccessError):
            self.sign(self.as_dora(other))
        self.assertTrue(self.sign(self.as_dora(document)).principal_id)
        self.assertEqual(row.document_name, document.display_name)

    def test_separation_holds_for_both(self):
        """ROL-03, ROL-04: neither the giver nor the deputy signs the other half."""
        self.countersign.separate_from_ids = [Command.set(self.purpose.ids)]
        self.countersign.delegate_group_ids = [Command.set(self.deputies.ids)]
        self.delegation(
            purpose_ids=[Command.set((self.purpose | self.countersign).ids)]
        )
        document = self.document()
        self.sign(document)
        # Vera signed herself: her deputy would be the same hand.
        with self.assertRaisesRegex(AccessError, "two different people"):
            self.sign(self.as_dora(document), code=self.countersign.code)
        document = self.document()
        self.sign(self.as_dora(document))
        for user in (self.vera, self.dora):
            with self.assertRaisesRegex(AccessError, "two different people"):
                self.sign(document.with_user(user), code=self.countersign.code)
        other = document.with_user(self.otto)
        self.assertTrue(self.sign(other, code=self.countersign.code))

    def test_a_giver_without_the_role_gives_nothing_any_more(self):
        """ROL-04: the deputy has what the giver has now, not what they had."""
        self.delegation()
        self.vera.group_ids -= self.env.ref("written_signoff.group_signoff_auditor")
        with self.assertRaises(AccessError):
            self.sign(self.as_dora(self.document(user=self.otto)))

    def test_a_purpose_taken_back_counts_at_once(self):
        """ROL-04: which purposes are delegated is data, asked at each signature."""
        self.delegation()
        self.purpose.delegate_group_ids = False
        with self.assertRaises(AccessError):
            self.sign(self.as_dora(self.document()))


@tagged("post_install", "-at_install")
class TestDelegationEnds(DelegationCase):
    def told(self, row, words):
        """Return who was notified of a message with these words."""
        found = row.sudo().message_ids.filtered(lambda m: words in (m.body or ""))
        return found.notified_partner_ids

    def test_turns_are_told(self):
        """ROL-04: both are told when it starts, a day before it ends, when it ended."""
        start = fields.Datetime.now() + timedelta(days=2)
        row = self.delegation(date_from=start, date_to=start + timedelta(days=7))
        document = self.as_dora(self.document())
        both = (self.vera | self.dora).partner_id
        turn = self.env["signoff.delegation"]._cron_turn
        self.assertEqual(row.state, "planned")
        with self.assertRaises(AccessError):
            self.sign(document)
        with freeze_time(start + timedelta(minutes=1)):
            turn()
            self.assertEqual(row.state, "in_force")
            self.assertEqual(self.told(row, "from now until"), both)
            self.assertTrue(self.sign(document))
        with freeze_time(start + timedelta(days=6, minutes=1)):
            turn()
            turn()
            self.assertEqual(self.told(row, "ends within a day"), both)
            ending = row.sudo().message_ids.filtered(
                lambda m: "within a day" in (m.body or "")
            )
            self.assertEqual(len(ending), 1)
        with freeze_time(start + timedelta(days=7)):
            # By the clock, whether the job has run or not.
            with self.assertRaises(AccessError):
                self.sign(document)
            turn()
            self.assertEqual(row.state, "ended")
            self.assertEqual(self.told(row, "the time is over"), both)

    def test_revoked_by_the_giver(self):
        """ROL-04: at once, for good, and told to both."""
        row = self.delegation()
        document = self.as_dora(self.document())
        dialog = self.dialog(document)
        self.revoke(row)
        self.assertEqual((row.state, row.revoked_by_id), ("revoked", self.vera))
        self.assertEqual(row.signature_ids.state, "withdrawn")
        self.assertIn(self.dora.partner_id, self.told(row, "Back earlier."))
        # Also in a dialog that was open before.
        with self.assertRaises(AccessError):
            dialog.with_context(password="a-long-password").action_sign()
        with self.assertRaisesRegex(UserError, "signed already"):
            self.sign(row, "", code="delegation")
        with self.assertRaisesRegex(UserError, "does not hold"):
            self.revoke(row)

    def test_given_back_and_ended_by_an_administrator(self):
        """ROL-04: who has it may give it back; administrators may only end it."""
        row = self.delegation()
        with self.assertRaises(AccessError):
            self.revoke(row, self.otto)
        self.revoke(row, self.dora, "I cannot judge this.")
        self.assertIn(self.vera.partner_id, self.told(row, "I cannot judge this."))
        row = self.delegation()
        self.revoke(row, self.root, "Left the company.")
        self.assertEqual((row.state, row.revoked_by_id), ("revoked", self.root))

    def test_revoking_asks_for_the_password(self):
        """ROL-04: no revocation in somebody's name at an open desk."""
        row = self.delegation()
        dialogs = self.env["signoff.delegation.revoke"].with_user(self.vera)
        dialog = dialogs.create({"delegation_id": row.id, "reason": "Oh."})
        with self.assertRaisesRegex(UserError, "not your password"):
            dialog.action_revoke()
        with self.assertRaisesRegex(AccessError, "in its dialog"):
            row._revoke("By a server action.")
        self.assertEqual(row.state, "in_force")

    def test_withdrawing_the_signature_ends_it(self):
        """ROL-04: the delegation lives by its signature."""
        row = self.delegation()
        dialogs = self.env["signoff.withdraw"].with_user(self.vera)
        dialog = dialogs.create(
            {"signature_id": row.signature_ids.id, "reason": "Signed in haste."}
        )
        dialog.with_context(password="a-long-password").action_withdraw()
        self.assertEqual(row.state, "revoked")
        with self.assertRaises(AccessError):
            self.sign(self.as_dora(self.document()))

    def test_prolonged_by_nobody(self):
        """ROL-04: neither giver nor administrator nor SQL moves its end."""
        row = self.delegation()
        later = fields.Datetime.now() + timedelta(days=90)
        for user in (self.vera, self.dora, self.root):
            for values in (
                {"date_to": later},
                {"receiver_id": self.otto.id},
                {"purpose_ids": [Command.set(self.countersign.ids)]},
                {"state": "in_force"},
                {"giver_id": user.id},
                {"revoked_at": False},
            ):
                for rows in (row.with_user(user), row.with_user(user).sudo()):
                    for key in (True, "_DELEGATION_KEY"):
                        rows = rows.with_context(signoff_delegation=key)
                        with self.assertRaises(UserError):
                            rows.write(values)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE signoff_delegation SET date_to = %s WHERE id = %s", [later, row.id]
        )
        self.env.invalidate_all()
        with self.assertRaises(AccessError):
            self.sign(self.as_dora(self.document()))
        self.env["signoff.delegation"]._cron_turn()
        self.assertEqual(row.state, "ended")

    def test_revoked_by_sql_stays_revoked(self):
        """ROL-04: no state written in the database brings it back."""
        row = self.delegation()
        self.revoke(row)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE signoff_delegation SET state = 'in_force', revoked_at = NULL"
        )
        self.env.invalidate_all()
        with self.assertRaises(AccessError):
            self.sign(self.as_dora(self.document()))

    def test_only_drafts_are_deleted(self):
        """ROL-04: what was given stays on record."""
        row = self.delegation()
        for user in (self.vera, self.root):
            with self.assertRaises(UserError):
                row.with_user(user).unlink()
        with self.assertRaises(UserError):
            row.sudo().unlink()
        self.draft().unlink()

    def test_somebody_left(self):
        """ROL-04: who left gives nothing any more, and the other is told."""
        row = self.delegation()
        self.vera.active = False
        with self.assertRaises(AccessError):
            self.sign(self.as_dora(self.document(user=self.otto)))
        self.env["signoff.delegation"]._cron_turn()
        self.assertEqual(row.state, "ended")
        self.assertIn(self.dora.partner_id, self.told(row, "the time is over"))

    def test_who_reads(self):
        """ROL-04, ROL-06: the two of them, and who watches; no other company."""
        row = self.delegation()
        delegations = self.env["signoff.delegation"]

        def found(user):
            return row in delegations.with_user(user).search([])

        self.assertTrue(all(found(u) for u in (self.vera, self.dora, self.root)))
        self.assertFalse(found(self.sales))
        other = self.env["res.company"].create({"name": "Southlight"})
        stranger = self.person("far", "base.group_user,base.group_system", other)
        self.assertFalse(found(stranger))


@tagged("post_install", "-at_install")
class TestDelegationCost(DelegationCase):
    def test_signing_for_oneself_asks_nothing_more(self):
        """ROL-04: who signs in their own name pays no query for delegations."""
        document = self.document()
        document._signoff_verify_signer(self.purpose, self.vera)
        self.env.flush_all()
        with self.assertQueryCount(0):
            document._signoff_principal(self.purpose, self.vera)
