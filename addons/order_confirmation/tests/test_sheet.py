"""The sheet: made, checked, sent, changed, and what refuses (ORD-20 to ORD-23)."""

import json

from odoo import Command
from odoo.addons.written_signoff.digest import sha256
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged

from .order_case import DRAWN, OrderCase


class SheetCase(OrderCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.people["merchandiser"] = cls._person("merchandiser")
        cls.service = cls.people["customer_service"]
        cls.supervisor = cls.people["supervisor"]
        cls.seller = cls.people["salesperson"]

    def dated(self, tier="b", **values):
        """Return an order that has both dates and statements, and misses nothing."""
        order = self.order(
            tier,
            **{
                "production_completion_date": "2030-01-20",
                "promised_completion_date": "2030-01-20",
                "ship_date": "2030-01-22",
                **values,
            },
        )
        return self.stated(order) if order.promised_completion_date else order

    def make(self, order, user=None):
        action = order.with_user(user or self.service).action_make_sheet()
        return self.env["order.sheet"].browse(action["res_id"])


@tagged("post_install", "-at_install")
class TestSheetMaking(SheetCase):
    def test_a_sheet_is_a_numbered_version_with_frozen_content(self):
        """ORD-20: number, version, content, digest; two dates (ORD-22)."""
        order = self.dated(packing="On pallets")
        sheet = self.make(order)
        self.assertEqual(sheet.name, f"{order.name}-V1")
        self.assertEqual((sheet.state, sheet.prepared_by_id), ("draft", self.service))
        self.assertEqual(sheet.digest, sha256(sheet.content))
        terms = json.loads(sheet.content)["terms"]
        self.assertEqual(terms["promised_completion_date"], "2030-01-20")
        self.assertEqual(terms["ship_date"], "2030-01-22")
        self.assertEqual(terms["packing"], "On pallets")
        self.assertEqual(order.current_sheet_id, sheet)

    def test_what_is_missing_is_named_all_at_once(self):
        """ORD-03, ORD-14: no sheet while something is missing; everything is named."""
        order = self.dated(
            recipient_name=False, ship_date=False, promised_completion_date=False
        )
        with self.assertRaises(UserError) as refusal:
            self.make(order)
        text = str(refusal.exception)
        for needed in ("Recipient", "promised completion date", "ship date"):
            self.assertIn(needed, text)
        self.assertFalse(order.sheet_ids)

    def test_no_sheet_without_the_statements(self):
        """ORD-14: a date alone is nobody's word; who has to state is named."""
        order = self.order(
            promised_completion_date="2030-01-20", ship_date="2030-01-22"
        )
        with self.assertRaises(UserError) as refusal:
            self.make(order)
        text = str(refusal.exception)
        self.assertIn("• the technical statement, from Technical", text)
        self.assertIn("• the production statement, from Planner, Production", text)
        self.sign(order, "technical", "technical")
        with self.assertRaisesRegex(UserError, "the production statement"):
            self.make(order)
        self.sign(order, "production", "production")
        order.order_line[0].product_uom_qty = 1200
        with self.assertRaisesRegex(UserError, "the technical statement"):
            self.make(order)
        self.assertFalse(order.sheet_ids)
        self.assertEqual(self.make(self.stated(order)).version, 1)

    def test_no_sheet_leaves_on_a_void_statement(self):
        """ORD-14, ORD-27: voided before it leaves it stays; what left goes its way."""
        order = self.dated()
        sheet = self.checked_sheet(order)
        row = order.sudo()._signoff_valid(["production"])[order.id, "production"]
        production = self.people["production"]
        order.with_user(production)._signoff_withdraw(
            row.with_user(production), "The press is broken"
        )
        for way in (
            "action_send", "action_print_for_fax", "action_hand_over_link",
        ):  # fmt: skip
            with self.assertRaisesRegex(
                UserError, "cannot be sent yet.*\n.*production"
            ):
                getattr(sheet.with_user(self.service), way)()
        self.assertEqual(sheet.state, "checked")
        self.stated(order)
        sheet.with_user(self.service).action_hand_over_link()
        row = order.sudo()._signoff_valid(["production"])[order.id, "production"]
        order.with_user(production)._signoff_withdraw(
            row.with_user(production), "Broken again"
        )
        sheet.with_user(self.service).action_hand_over_link()
        sheet._take_return("Ms Lin", DRAWN, "portal", "drawn.png")
        self.verify(sheet)
        self.assertEqual(sheet.state, "accepted")

    def test_the_promised_date_is_not_typed(self):
        """ORD-22: on the form it is read; it comes with a statement or an import."""
        order = self.order()
        with Form(order.with_user(self.service)) as form:
            with self.assertRaisesRegex(AssertionError, "readonly"):
                form.promised_completion_date = "2030-01-20"
        service = self.env["sale.order"].with_user(self.service)
        loaded = service.load(
            [".id", "promised_completion_date"], [[str(order.id), "2030-01-20"]]
        )
        self.assertEqual(loaded["ids"], order.ids, loaded["messages"])
        self.assertEqual(str(order.promised_completion_date), "2030-01-20")

    def test_no_sheet_for_a_cancelled_order(self):
        """ORD-20: a cancelled order gets no sheet."""
        order = self.dated()
        order._action_cancel()
        with self.assertRaisesRegex(UserError, "not cancelled"):
            self.make(order)

    def test_only_customer_service_makes_it(self):
        """ROL-03: salespeople and administrators do not."""
        order = self.dated()
        for user in (
            self.seller,
            self.people["merchandiser"],
            self.env.ref("base.user_admin"),
        ):
            with self.assertRaisesRegex(AccessError, "Customer service"):
                order.with_user(user).sudo().with_user(user).action_make_sheet()

    def test_the_same_again_is_refused_kindly(self):
        """ORD-23: a version that says the same is not made."""
        order = self.dated()
        self.make(order)
        with self.assertRaisesRegex(UserError, "already says what the order says"):
            self.make(order)
        self.assertEqual(len(order.sheet_ids), 1)

    def test_check_lines_name_every_line_and_clause(self):
        """ORD-20: one line to tick for each order line and each clause."""
        sheet = self.make(self.dated(packing="On pallets", labelling="Blue"))
        names = sheet.check_line_ids.mapped("name")
        self.assertIn("[BRO-1] Brochure", names)
        for clause in ("Packing", "Labelling", "Planned Ship Date", "Wanted Date"):
            self.assertIn(clause, names)
        goods = sheet.check_line_ids[0].value
        self.assertIn("1000", goods)
        self.assertIn("A4, 8 pages, four colours", goods)


@tagged("post_install", "-at_install")
class TestSheetCheck(SheetCase):
    def test_a_second_person_ticks_and_signs(self):
        """ORD-20: ticked line by line, then signed; the sheet is checked."""
        sheet = self.make(self.dated())
        lines = sheet.with_user(self.supervisor).check_line_ids
        lines.write({"done": True})
        self.assertEqual(set(lines.mapped("done_by_id").ids), {self.supervisor.id})
        row = self.sign(sheet, "sheet_check", "supervisor", statement="")
        self.assertEqual(sheet.state, "checked")
        self.assertEqual(row.signer_id, self.supervisor)

    def test_through_the_form_as_the_web_client_ticks(self):
        """ORD-20: ticking is written through the sheet's own form."""
        sheet = self.make(self.dated()).with_user(self.people["merchandiser"])
        commands = [
            Command.update(line.id, {"done": True}) for line in sheet.check_line_ids
        ]
        sheet.write({"check_line_ids": commands})
        self.assertTrue(all(sheet.check_line_ids.mapped("done")))

    def test_not_all_ticked_names_what_is_open(self):
        """ORD-20: what is not ticked is named, and nothing is signed."""
        sheet = self.make(self.dated(packing="On pallets"))
        lines = sheet.with_user(self.supervisor).check_line_ids
        lines.filtered(lambda line: line.name != "Packing").write({"done": True})
        with self.assertRaisesRegex(UserError, "Packing"):
            self.sign(sheet, "sheet_check", "supervisor")
        self.assertEqual(sheet.state, "draft")

    def test_the_preparer_neither_ticks_nor_signs(self):
        """ROL-03: who prepared a sheet does not check it alone."""
        sheet = self.make(self.dated())
        with self.assertRaisesRegex(AccessError, "You prepared this sheet"):
            sheet.with_user(self.service).check_line_ids.write({"done": True})
        sheet.with_user(self.supervisor).check_line_ids.write({"done": True})
        with self.assertRaisesRegex(AccessError, "somebody else checks it"):
            self.sign(sheet, "sheet_check", "customer_service")

    def test_a_changed_order_cannot_be_checked(self):
        """ORD-23: the check of a sheet that is no longer true is refused."""
        order = self.dated()
        sheet = self.make(order)
        sheet.with_user(self.supervisor).check_line_ids.write({"done": True})
        order.packing = "On pallets"
        with self.assertRaisesRegex(UserError, "The order has changed"):
            self.sign(sheet, "sheet_check", "supervisor")

    def test_a_signed_check_stays_ticked(self):
        """PLT-05: after signing nobody unticks."""
        sheet = self.checked_sheet(self.dated())
        with self.assertRaisesRegex(UserError, "signed and stays"):
            sheet.with_user(self.supervisor).check_line_ids.write({"done": False})


@tagged("post_install", "-at_install")
class TestSheetSending(SheetCase):
    def test_only_what_is_checked_is_sent(self):
        """ORD-21: sending comes after the check."""
        sheet = self.make(self.dated()).with_user(self.service)
        for way in ("action_send", "action_print_for_fax", "action_hand_over_link"):
            with self.assertRaisesRegex(UserError, "To be checked"):
                getattr(sheet, way)()

    def test_by_mail_in_the_language_of_the_customer(self):
        """ORD-21: the letter has the link and the paper; the order is `sent`."""
        order = self.dated()
        sheet = self.checked_sheet(order).with_user(self.service)
        action = sheet.action_send()
        composer = self.env["mail.compose.message"].with_user(self.service)
        composer = composer.with_context(**action["context"]).create({})
        self.assertIn(sheet.name, composer.subject)
        composer._action_send_mail()
        self.assertEqual((sheet.state, sheet.sent_how), ("sent", "email"))
        self.assertEqual(sheet.sent_by_id, self.service)
        self.assertEqual(order.state, "sent")
        letter = sheet.message_ids.filtered(lambda m: m.message_type == "comment")
        self.assertIn(sheet.access_url, letter.body)
        self.assertEqual(letter.partner_ids, order.partner_id)

    def test_by_fax_and_by_link(self):
        """ORD-21: print for fax, or hand over the link."""
        fax, link = (self.checked_sheet(self.dated()) for _way in range(2))
        action = fax.with_user(self.service).action_print_for_fax()
        self.assertEqual(action["report_name"], "order_confirmation.report_order_sheet")
        link.with_user(self.service).action_hand_over_link()
        self.assertEqual((fax.sent_how, link.sent_how), ("print", "link"))
        self.assertIn("access_token", link.portal_link)

    def test_received_clearly(self):
        """ORD-21: who confirmed, how and when; not before it was sent, not blank."""
        sheet = self.sent_sheet(self.dated()).with_user(self.service)
        wizard = self.env["order.sheet.received"].with_user(self.service)
        values = {"sheet_id": sheet.id, "received_by": "Ms Lin", "received_how": "fax"}
        for bad in (
            {"received_at": "2020-01-01 00:00:00"},
            {"received_by": " . "},
            {"received_by": "-5"},
        ):
            with self.assertRaises(UserError):
                wizard.create({**values, **bad}).action_record()
        self.assertFalse(sheet.received_at)
        wizard.create(values).action_record()
        self.assertEqual((sheet.received_by, sheet.received_how), ("Ms Lin", "fax"))
        self.assertTrue(sheet.received_at)


@tagged("post_install", "-at_install")
class TestSheetChange(SheetCase):
    def test_a_change_makes_the_next_version(self):
        """ORD-23: older ones stay, superseded; what was signed on them is void."""
        order = self.dated()
        first = self.return_sheet(order)
        self.assertEqual(first.state, "accepted")
        order.order_line[0].product_uom_qty = 1200
        first.invalidate_recordset()
        self.assertTrue(first.outdated)
        self.assertIn("version 2", first.next_step)
        self.assertEqual(set(first.signature_ids.mapped("state")), {"void"})
        second = self.make(self.stated(order))
        self.assertEqual((first.state, second.version), ("superseded", 2))
        self.assertIn('"quantity":"1000"', first.content)
        self.assertEqual(order.current_sheet_id, second)

    def test_a_change_taken_back_still_needs_a_new_version(self):
        """ORD-15: a void signature does not come to life again."""
        order = self.dated()
        first = self.return_sheet(order)
        order.packing = "On pallets"
        order.packing = False
        first.invalidate_recordset()
        self.assertTrue(first.outdated)
        self.assertFalse(order._sheet_facts()[order.id].met)
        self.assertEqual(self.make(order).version, 2)

    def test_cancelled_with_its_order(self):
        """ORD-23: an order cancelled and taken up again is signed again."""
        order = self.dated()
        sheet = self.return_sheet(order)
        order._action_cancel()
        self.assertEqual(sheet.state, "cancelled")
        order.action_draft()
        self.assertFalse(order._sheet_facts()[order.id].met)
        self.assertEqual(self.make(order).version, 2)

    def test_an_order_with_a_sheet_is_not_deleted(self):
        """ORD-23: older versions stay readable."""
        order = self.dated()
        self.make(order)
        with self.assertRaisesRegex(UserError, "Cancel the order instead"):
            order.unlink()

    def test_relaxing_the_promise(self):
        """ORD-22: reason, salesperson's signature, never earlier than production's."""
        order = self.dated()
        sheet = self.checked_sheet(order)
        with self.assertRaises(AccessError):
            order.with_user(self.service).action_relax_promise()
        with self.assertRaisesRegex(UserError, "later date"):
            self.sign(order, "promise_relaxed", "salesperson", new_date="2030-01-10")
        with self.assertRaisesRegex(UserError, "statement in words"):
            self.sign(
                order, "promise_relaxed", "salesperson", "–", new_date="2030-02-01"
            )
        row = self.sign(
            order,
            "promise_relaxed",
            "salesperson",
            "Dyeing is late",
            new_date="2030-02-01",
        )
        self.assertEqual(str(order.promised_completion_date), "2030-02-01")
        self.assertIn("2030-02-01", row.content)
        self.assertTrue(sheet in sheet._outdated())

    def test_no_promise_earlier_than_production(self):
        """ORD-22: one clear sentence, by whatever path."""
        order = self.dated()
        with self.assertRaisesRegex(ValidationError, "production finishes it on"):
            order.with_user(self.service).write(
                {"promised_completion_date": "2030-01-19"}
            )

    def test_odoos_own_signature_is_not_asked_for(self):
        """ORD-23: Odoo's survives edits; controlled orders are signed on the sheet."""
        order = self.dated(require_signature=True)
        order.action_quotation_sent()
        self.assertFalse(order._has_to_be_signed())
        self.company.write({"release_control": True})
        exempt = self.env["order.kind"].create({"name": "Shop", "exempt": True})
        exempt.group_ids = self.env.ref("base.group_user")
        order.order_kind_id = exempt
        self.assertTrue(order._has_to_be_signed())


@tagged("post_install", "-at_install")
class TestSheetGuards(SheetCase):
    """ROL-03, PLT-05: nobody writes a sheet but by its own steps."""

    def test_nobody_writes_state_or_content(self):
        """Not customer service, not an administrator, not as superuser."""
        sheet = self.checked_sheet(self.dated())
        for who in (sheet.with_user(self.service), sheet.sudo(), sheet):
            for values in (
                {"state": "accepted"},
                {"content": "{}"},
                {"digest": "0"},
                {"prepared_by_id": self.supervisor.id},
                {"pdf": DRAWN},
                {"sent_at": "2020-01-01"},
                {"signatory_id": self.seller.partner_id.id},
            ):
                with self.assertRaises(AccessError):
                    who.write(values)
        self.assertEqual(sheet.state, "checked")

    def test_no_context_opens_it(self):
        """A context that came over RPC holds no key, whatever it is called."""
        sheet = self.make(self.dated()).sudo()
        for forged in (True, 1, "sheet_key", {"key": 1}, None):
            with self.assertRaises(AccessError):
                sheet.with_context(sheet_key=forged).write({"state": "accepted"})
        with self.assertRaises(UserError):
            sheet.with_user(self.service).with_context(
                mark_sheet_as_sent=True
            ).message_post(body="sent")
        self.assertEqual(sheet.state, "draft")

    def test_nobody_creates_copies_or_deletes(self):
        """A sheet comes from its order only."""
        order = self.dated()
        sheet = self.make(order)
        values = {
            "name": "X-V9", "order_id": order.id, "version": 9, "state": "accepted",
            "company_id": order.company_id.id, "partner_id": order.partner_id.id,
            "currency_id": order.currency_id.id, "lang": "en_US", "content": "{}",
            "digest": "0", "prepared_by_id": self.env.uid,
        }  # fmt: skip
        with self.assertRaises(AccessError):
            self.env["order.sheet"].sudo().create(values)
        for attack in (sheet.sudo().copy, sheet.sudo().unlink):
            with self.assertRaises(AccessError):
                attack()
        with self.assertRaises(AccessError):
            order.sudo().write({"sheet_ids": [Command.create(values)]})
        with self.assertRaises(AccessError):
            sheet.check_line_ids.sudo().write({"value": "other"})
        with self.assertRaises(AccessError):
            sheet.check_line_ids.sudo().unlink()

    def test_the_plain_dialog_signs_no_verification(self):
        """ORD-25: the four points cannot be gone round by another dialog."""
        sheet = self.sent_sheet(self.dated())
        sheet._take_return("Ms Lin", DRAWN, "portal", "drawn.png")
        dialog = (
            self.env["signoff.sign"]
            .with_user(self.service)
            .create(
                {
                    "res_model": "order.sheet",
                    "res_id": sheet.id,
                    "purpose_id": self.env["signoff.purpose"]._get("sheet_verify").id,
                }
            )
        )
        with self.assertRaisesRegex(UserError, "All four points"):
            dialog.with_context(password="case_customer_service").action_sign()

    def test_two_companies_see_none_of_each_other(self):
        """ROL-06: a sheet of one company is not there for people of another."""
        sheet = self.make(self.dated())
        other = self.env["res.company"].create({"name": "Evening Colour Works"})
        stranger = self._person(
            "customer_service",
            login="case_stranger",
            company_id=other.id,
            company_ids=[Command.set(other.ids)],
        )
        theirs = (
            self.env["order.sheet"]
            .with_user(stranger)
            .with_context(allowed_company_ids=other.ids)
        )
        self.assertFalse(theirs.search([]))
        with self.assertRaises(AccessError):
            theirs.browse(sheet.id).read(["name"])
        with self.assertRaises(AccessError):
            theirs.browse(sheet.id).check_line_ids.mapped("name")

    def test_a_salesperson_sees_sheets_of_own_customers(self):
        """ROL-02: one's own customers' sheets, not a colleague's."""
        sheet = self.make(self.dated())
        colleague = self._person("salesperson", login="case_colleague")
        self.assertEqual(sheet.with_user(self.seller).name, sheet.name)
        self.assertFalse(
            self.env["order.sheet"].with_user(colleague).search([("id", "=", sheet.id)])
        )


@tagged("post_install", "-at_install")
class TestSheetFacts(SheetCase):
    def test_where_it_stands_in_a_phrase(self):
        """TIER-05: each stage has its words; met only when back and verified."""
        order = self.dated()

        def fact():
            return order._sheet_facts()[order.id]

        self.assertEqual((fact().met, fact().detail), (False, "no sheet yet"))
        sheet = self.make(order)
        self.assertIn("to be checked", fact().detail)
        sheet.with_user(self.supervisor).check_line_ids.write({"done": True})
        self.sign(sheet, "sheet_check", "supervisor")
        self.assertIn("to be sent", fact().detail)
        sheet.with_user(self.service).action_hand_over_link()
        self.assertIn("version 1 sent on", fact().detail)
        sheet._take_return("Ms Lin", DRAWN, "portal", "drawn.png")
        self.assertIn("to be verified", fact().detail)
        self.verify(sheet)
        self.assertTrue(fact().met)
        order.order_line[0].price_unit = 9
        self.assertEqual(
            (fact().met, fact().detail), (False, "the order changed after version 1")
        )

    def test_a_change_that_goes_round_every_hook_shows(self):
        """TIER-05: facts are asked again of the terms, not of the state."""
        order = self.dated()
        self.return_sheet(order)
        self.assertTrue(order._sheet_facts()[order.id].met)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE sale_order SET packing = 'loose' WHERE id = %s", [order.id]
        )
        self.env.invalidate_all()
        self.assertFalse(order._sheet_facts()[order.id].met)

    def test_as_many_queries_for_eighty_as_for_eight(self):
        """PLT-07: facts of many orders cost no more queries."""
        orders = self.env["sale.order"]
        for _number in range(80):
            orders |= self.dated()
        for order in orders:
            self.make(order)
        counts = []
        for some in (orders[:8], orders):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            facts = self.env["sale.order"].browse(some.ids)._sheet_facts()
            counts.append(self.env.cr.sql_log_count - before)
            self.assertEqual(len(facts), len(some))
        self.assertEqual(counts[0], counts[1])

    def test_what_is_owed_is_settled_when_it_is_verified(self):
        """ORD-31: the owed return of a tier A order is met by the verification."""
        order = self.dated("a")
        gate = self.env.ref("customer_tiering.gate_production")
        requirement = self.env["release.requirement"]._get("returned_sheet")
        owed = (
            self.env["release.owed"]
            .sudo()
            .create(
                {
                    "order_id": order.id,
                    "company_id": order.company_id.id,
                    "gate_id": gate.id,
                    "requirement_id": requirement.id,
                    "due_date": "2030-01-01",
                }
            )
        )
        self.return_sheet(order)
        self.assertEqual(owed.state, "met")
