"""TIER-02: tiers are measured, proposed, signed; by hand with reason and end."""

import json
from datetime import timedelta
from unittest.mock import patch

from freezegun import freeze_time
from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.service.model import call_kw
from odoo.tests import Form, tagged
from odoo.tools import SQL

from ..models.res_partner import tier_keyed
from .test_gates import GateCase


class TierChangeCase(GateCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.proposals = cls.env["customer.tier.proposal"]
        cls.reviews = cls.env["customer.tier.review"]
        cls.tiers = {c: cls.env.ref(f"customer_tiering.tier_{c}") for c in "abc"}
        cls.today = cls.company._business_date(fields.Datetime.now())

    def tier(self, customer):
        self.env.invalidate_all()
        return customer._tier(self.company)[customer.id].code

    def invoice(self, customer, amount, paid_after=None, ago=60, due=0):
        """Post an invoice of so many days ago, paid so many days after it was due."""
        day = self.today - timedelta(days=ago)
        invoice = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": customer.id,
                "invoice_date": day,
                "invoice_date_due": day + timedelta(days=due),
                "invoice_payment_term_id": False,
                "invoice_line_ids": [
                    Command.create(
                        {"name": "Work", "price_unit": amount, "tax_ids": False}
                    )
                ],
            }
        )
        invoice.action_post()
        if paid_after is not None:
            wizard = self.env["account.payment.register"].with_context(
                active_model="account.move", active_ids=invoice.ids
            )
            paid = day + timedelta(days=due + paid_after)
            wizard.create({"payment_date": paid}).action_create_payments()
        return invoice

    def figures(self, measure):
        criterion = self.env.ref(f"customer_tiering.criterion_{measure}")
        self.env.flush_all()
        return criterion._figures(criterion._span(self.company, self.today))

    def measure(self):
        director = self.people["sales_director"]
        # As the button above the list does, with nothing selected.
        call_kw(self.reviews.with_user(director), "action_measure", [[]], {})
        return self.reviews.search([("company_id", "=", self.company.id)], limit=1)

    def by_hand(self, customer, code, role="salesperson", days=30, **values):
        wizard = self.env["customer.tier.ask"].with_user(self.people[role]).create(
            {
                "partner_id": customer.id,
                "tier_id": self.tiers[code].id,
                "reason": "They are about to sign the large contract.",
                "until": self.today + timedelta(days=days),
                **values,
            }
        )  # fmt: skip
        return self.proposals.browse(wizard.action_ask()["res_id"])


@tagged("post_install", "-at_install")
class TestMeasures(TierChangeCase):
    """TIER-02: each measure, from the books."""

    def test_revenue(self):
        """TIER-02: posted, less credit notes, within the months, without tax."""
        customer = self.customers["b"]
        kept = self.invoice(customer, 1000)
        self.invoice(customer, 5000, ago=500)
        draft = self.invoice(customer, 300)
        draft.button_draft()
        credit = kept._reverse_moves([{"invoice_date": kept.invoice_date}])
        credit.invoice_line_ids.price_unit = 200
        credit.action_post()
        self.assertEqual(self.figures("revenue")[customer.id], 800)
        self.assertNotIn(self.customers["c"].id, self.figures("revenue"))

    def test_revenue_of_contacts_and_in_the_company_s_currency(self):
        """TIER-02: what a contact was invoiced is the customer's, at the day's rate."""
        euro = self.env.ref("base.EUR")
        euro.active = True
        self.env["res.currency.rate"].create(
            {
                "currency_id": euro.id,
                "company_id": self.company.id,
                "name": "2000-01-01",
                "rate": 0.5,
            }
        )
        contact = self.env["res.partner"].create(
            {"name": "Buyer", "parent_id": self.customers["b"].id}
        )
        invoice = self.invoice(contact, 100)
        invoice.button_draft()
        invoice.currency_id = euro
        invoice.action_post()
        self.assertEqual(self.figures("revenue")[self.customers["b"].id], 200)

    def test_days_late(self):
        """TIER-02: early is not better than in time; what is open counts up to now."""
        customer = self.customers["b"]
        self.invoice(customer, 100, paid_after=10, due=14)
        self.invoice(customer, 100, paid_after=-5, due=14)
        self.assertAlmostEqual(self.figures("days_late")[customer.id], 5)
        self.invoice(customer, 100, ago=60, due=30)
        self.assertAlmostEqual(self.figures("days_late")[customer.id], 40 / 3)
        reversed_ = self.invoice(customer, 100, ago=300)
        reversed_._reverse_moves(
            [{"invoice_date": reversed_.invoice_date}], cancel=True
        )
        self.assertAlmostEqual(self.figures("days_late")[customer.id], 40 / 3)
        self.assertNotIn(self.customers["c"].id, self.figures("days_late"))

    def test_orders_and_years(self):
        """TIER-02: confirmed and not cancelled; since the first of all."""
        customer = self.customers["a"]
        for _number in range(3):
            self.order("a", quantity=1).action_confirm()
        last = self.order("a", quantity=1)
        last.action_confirm()
        last._action_cancel()
        self.assertEqual(self.figures("orders")[customer.id], 3)
        self.invoice(customer, 10, ago=731)
        self.assertAlmostEqual(self.figures("years")[customer.id], 2, 1)

    def test_a_company_of_its_own(self):
        """TIER-02, ROL-06: another company's books do not count."""
        self.invoice(self.customers["b"], 1000)
        other = self.env["res.company"].create({"name": "Evening Lamps"})
        criterion = self.env.ref("customer_tiering.criterion_revenue")
        self.env.flush_all()
        self.assertFalse(criterion._figures(criterion._span(other, self.today)))


@tagged("post_install", "-at_install")
class TestProposals(TierChangeCase):
    """TIER-02: from figures to a signed tier."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # One criterion is enough to see through: 10,000 in a year is the best.
        criteria = cls.env["customer.tier.criterion"].search([])
        cls.revenue = cls.env.ref("customer_tiering.criterion_revenue")
        (criteria - cls.revenue).active = False
        cls.revenue.step_ids = [
            Command.clear(),
            *(
                Command.create({"at_least": least, "points": points})
                for least, points in ((0, 0), (5000, 50), (10000, 100))
            ),
        ]

    def proposal(self, review, customer):
        return review.proposal_ids.filtered(lambda row: row.partner_id == customer)

    def test_measured_proposed_and_signed(self):
        """TIER-02: proposed with figures, in force by signature, history stays."""
        customer = self.customers["c"]
        self.invoice(customer, 12000)
        review = self.measure()
        row = self.proposal(review, customer)
        self.assertEqual((row.present_tier_id.code, row.tier_id.code), ("C", "A"))
        self.assertEqual((row.score, row.direction, row.state), (100, "up", "open"))
        self.assertEqual(self.tier(customer), "C")
        # B and A have no revenue: both fall, nobody else is proposed.
        self.assertEqual(self.proposal(review, self.customers["a"]).tier_id.code, "C")
        self.assertEqual(review.proposal_count, len(review.proposal_ids))
        self.assertEqual(review.activity_ids.user_id, self.people["sales_director"])
        signature = self.sign(row, "customer_tier", "sales_director", "Deserved.")
        self.assertEqual(self.tier(customer), "A")
        self.assertEqual(row.state, "signed")
        self.assertEqual(signature._content()["terms"]["figures"], {"revenue": "12000"})
        self.assertIn("Deserved.", customer.message_ids[0].body)
        self.assertEqual(customer.tier_proposal_count, 1)

    def test_one_sentence_in_the_reader_s_language(self):
        """TIER-02, PLT-06: composed when read, figures and dates included."""
        self.invoice(self.customers["c"], 12000)
        row = self.proposal(self.measure(), self.customers["c"])
        [[line]] = row.lines()
        self.assertEqual((line["figure"], line["points"]), (12000, 100))
        self.assertIn("Invoiced", line["sentence"])
        self.assertIn("12,000", line["sentence"])
        self.assertIn("100 of 100 points", line["sentence"])
        shown = str(row.explanation).replace("&nbsp;", "\xa0")
        self.assertIn(line["sentence"], shown)
        self.assertNotIn("Invoiced", json.dumps(row.figures))

    def test_measured_again(self):
        """TIER-02: what was not decided is replaced; twice changes nothing."""
        self.invoice(self.customers["c"], 6000)
        first = self.measure()
        second = self.measure()
        self.assertEqual(set(first.proposal_ids.mapped("state")), {"replaced"})
        self.assertEqual(self.proposal(second, self.customers["c"]).tier_id.code, "B")
        with self.assertRaisesRegex(UserError, "decided"):
            self.sign(
                self.proposal(first, self.customers["c"]),
                "customer_tier", "sales_director",
            )  # fmt: skip
        self.assertEqual(len(second.activity_ids | first.activity_ids), 1)

    def test_several_in_one_go(self):
        """TIER-02: forty proposals are signed with one password, each for itself."""
        self.invoice(self.customers["c"], 6000)
        review = self.measure()
        rows = review.proposal_ids
        self.assertGreater(len(rows), 1)
        director = self.people["sales_director"]
        action = rows.with_user(director).action_sign()
        dialog = self.env[action["res_model"]].with_user(director)
        dialog = dialog.with_context(**action["context"]).create(
            {"statement": "Seen one by one."}
        )
        for row in rows:
            self.assertIn(row.partner_id.name, str(dialog.terms_html))
        with self.assertRaises(UserError), self.env.cr.savepoint():
            dialog.with_context(password="wrong").action_sign()
        self.assertEqual(self.tier(self.customers["c"]), "C")
        # A passkey answers once: so often is asked for the password, too.
        asks = type(self.env["signoff.identity"])
        with patch.object(
            asks, "_check_identity", autospec=True, side_effect=asks._check_identity
        ) as asked:
            dialog.with_context(password="case_sales_director").action_sign()
        self.assertEqual(asked.call_count, 1)
        self.assertEqual(set(rows.mapped("state")), {"signed"})
        self.assertEqual(len(rows._signoff_valid(["customer_tier"])), len(rows))
        self.assertEqual(self.tier(self.customers["c"]), "B")

    def test_the_dialog_on_the_screen(self):
        """TIER-02: each proposal once, with its figures, and one as one."""
        self.invoice(self.customers["c"], 6000)
        rows = self.measure().proposal_ids
        director = self.people["sales_director"]
        for some in (rows, rows[:1]):
            action = some.with_user(director).action_sign()
            dialog = self.env[action["res_model"]].with_user(director)
            form = Form(dialog.with_context(**action["context"]))
            shown = str(form.terms_html)
            self.assertEqual(shown.count("<table"), len(some))
            for row in some:
                self.assertIn(row.partner_id.name, shown)
            alone = len(some) == 1
            self.assertEqual("changes of tiers" in form.document_name, not alone)

    def test_the_tier_moved_on_meanwhile(self):
        """TIER-02: a proposal starts from the tier that it names, or not at all."""
        customer = self.customers["c"]
        self.invoice(customer, 12000)
        row = self.proposal(self.measure(), customer)
        tier_keyed(customer).customer_tier_id = self.tiers["b"]
        with self.assertRaisesRegex(UserError, "has changed since"):
            self.sign(row, "customer_tier", "sales_director")

    def test_declined(self):
        """TIER-02: the present tier stays."""
        self.invoice(self.customers["c"], 12000)
        row = self.proposal(self.measure(), self.customers["c"])
        with self.assertRaises(AccessError):
            row.with_user(self.people["salesperson"]).action_decline()
        row.with_user(self.people["sales_director"]).action_decline()
        self.assertEqual((row.state, self.tier(self.customers["c"])), ("declined", "C"))

    def test_a_customer_with_entries_joins_a_family(self):
        """TIER-01: accounting moves its entries along, and nobody says to where."""
        customer, family = self.customers["b"], self.customers["c"]
        (customer | family).is_company = False
        invoice = self.invoice(customer, 100)
        customer.parent_id = family
        self.assertEqual(customer.commercial_partner_id, family)
        self.assertEqual(invoice.commercial_partner_id, family)
        for other in (customer, self.customers["a"]):
            with self.assertRaises(AccessError):
                customer.commercial_partner_id = other
            with self.assertRaises(AccessError):
                customer.write(
                    {"parent_id": family.id, "commercial_partner_id": other.id}
                )

    def test_without_a_standard(self):
        """TIER-02: one sentence says what to do."""
        self.revenue.active = False
        with self.assertRaisesRegex(UserError, "standard"):
            self.measure()

    def test_one_company_without_a_standard_stops_no_other(self):
        """TIER-02, PLT-08: the monthly job says so, and measures the others."""
        other = self.env["res.company"].create(
            {"name": "Aurora Lamps", "release_control": True}
        )
        self.assertTrue(other)
        self.revenue.company_id = self.company
        with self.assertLogs("odoo.addons.customer_tiering", "WARNING") as log:
            self.reviews._cron_measure()
        said = "\n".join(log.output)
        self.assertIn("Aurora Lamps are not measured: There is no customer tier", said)
        self.assertNotIn(self.company.name, said)
        [review] = self.reviews.search([("until", "=", self.today)])
        self.assertEqual(review.company_id, self.company)

    def test_queries_do_not_grow(self):
        """TIER-02, PLT-07: thousands are measured in the queries of a few."""
        self.env["customer.tier.criterion"].with_context(active_test=False).search(
            []
        ).active = True
        counts = []
        for number in (3, 3, 3000):
            self.customers_by_sql(number)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            review = self.reviews._measure(self.company)
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(counts[1], counts[2])
        self.assertGreaterEqual(review.measured_count, 3000)
        self.assertGreaterEqual(len(review.proposal_ids), 3000)

    def customers_by_sql(self, number):
        """Let there be so many customers more, each with an order of long ago."""
        pattern = self.order("a", quantity=1)
        pattern.action_confirm()
        pattern.date_order = self.today - timedelta(days=3000)
        self.env.flush_all()
        partners = self.copies("res_partner", pattern.partner_id.id, number)
        orders = self.copies("sale_order", pattern.id, number)
        self.env.cr.execute(
            """
            UPDATE res_partner SET commercial_partner_id = id WHERE id = ANY(%s);
            UPDATE sale_order SET partner_id = pair.partner
              FROM UNNEST(%s, %s) AS pair (partner, ordered) WHERE id = pair.ordered
            """,
            [partners, partners, orders],
        )
        self.env.invalidate_all()

    def copies(self, table, row_id, number):
        """Copy a row of the database so many times, and return the new ids."""
        self.env.cr.execute(
            "SELECT string_agg(quote_ident(column_name), ',')"
            "  FROM information_schema.columns"
            " WHERE table_name = %s AND column_name NOT IN ('id', 'access_token')",
            [table],
        )
        [[columns]] = self.env.cr.fetchall()
        self.env.cr.execute(
            SQL(
                "INSERT INTO %(table)s (%(columns)s) SELECT %(columns)s FROM %(table)s"
                " CROSS JOIN generate_series(1, %(number)s) WHERE id = %(row)s"
                " RETURNING id",
                table=SQL.identifier(table),
                columns=SQL(columns),
                number=number,
                row=row_id,
            )
        )
        return [new_id for (new_id,) in self.env.cr.fetchall()]


@tagged("post_install", "-at_install")
class TestByHand(TierChangeCase):
    """TIER-02: a tier given by hand has a reason, an end and a signature."""

    def test_until_its_end(self):
        """TIER-02: signed, counts until the last day, falls back, in the chatter."""
        customer = self.customers["c"]
        row = self.by_hand(customer, "a")
        self.assertEqual(self.tier(customer), "C")
        self.assertEqual(row.activity_ids.user_id, self.people["sales_director"])
        self.sign(row, "customer_tier", "sales_director")
        self.assertEqual(self.tier(customer), "A")
        order = self.order("c")
        self.assertTrue(order._release_answers("production")[order.id].open)
        with freeze_time(row.until + timedelta(hours=1)):
            self.assertEqual(self.tier(customer), "A")
        with freeze_time(row.until + timedelta(days=2)):
            # The gate does not wait for the job.
            self.assertEqual(self.tier(customer), "C")
            self.assertFalse(order._release_answers("production")[order.id].open)
            self.assertEqual(customer.customer_tier_id.code, "A")
            self.proposals._cron_end()
            self.proposals._cron_end()
            self.assertEqual(row.state, "ended")
            self.assertEqual(customer.customer_tier_id.code, "C")
            self.assertFalse(customer.customer_tier_until)
            self.assertIn("has ended", customer.message_ids[0].body)

    def test_falls_back_to_what_was_measured_meanwhile(self):
        """TIER-02: what was measured and signed last counts after the end."""
        customer = self.customers["c"]
        row = self.by_hand(customer, "a")
        self.sign(row, "customer_tier", "sales_director")
        measured = self.measured(customer, "c", "b")
        self.sign(measured, "customer_tier", "sales_director")
        self.assertEqual(self.tier(customer), "A")
        with freeze_time(row.until + timedelta(days=2)):
            self.assertEqual(self.tier(customer), "B")
            self.proposals._cron_end()
            self.assertEqual(customer.customer_tier_id.code, "B")

    def measured(self, customer, present, proposed):
        for tier, score in (("a", 75), ("b", 45), ("c", 0)):
            self.tiers[tier].min_score = score
        review = self.measure()
        rows = review.proposal_ids.filtered(lambda row: row.partner_id == customer)
        if not rows:
            review._propose(
                [
                    (
                        customer.id,
                        self.tiers[present].id,
                        self.tiers[proposed].id,
                        50,
                        [],
                    )
                ],
                self.env["customer.tier"]._of_company(self.company),
            )
            rows = review.proposal_ids.filtered(lambda row: row.partner_id == customer)
        return rows

    def test_one_after_the_other(self):
        """TIER-02: a second one by hand replaces the first; both fall back the same."""
        customer = self.customers["c"]
        first = self.by_hand(customer, "a", days=10)
        self.sign(first, "customer_tier", "sales_director")
        second = self.by_hand(customer, "b", days=40)
        self.sign(second, "customer_tier", "sales_director")
        self.assertEqual((first.state, self.tier(customer)), ("replaced", "B"))
        self.assertEqual(second.base_tier_id.code, "C")
        with freeze_time(first.until + timedelta(days=5)):
            self.proposals._cron_end()
            self.assertEqual(self.tier(customer), "B")

    def test_taken_back(self):
        """TIER-02: who withdraws the signature takes the tier back."""
        customer = self.customers["c"]
        row = self.by_hand(customer, "a")
        signature = self.sign(row, "customer_tier", "sales_director")
        director = self.people["sales_director"]
        self.env["signoff.withdraw"].with_user(director).create(
            {"signature_id": signature.id, "reason": "A mistake."}
        ).with_context(password="case_sales_director").action_withdraw()
        self.assertEqual((row.state, self.tier(customer)), ("withdrawn", "C"))

    def test_bad_input(self):
        """TIER-02: no reason, no end ahead, the same tier: one sentence each."""
        customer = self.customers["c"]
        for values, words in (
            ({"reason": "-"}, "reason"),
            ({"until": self.today - timedelta(days=1)}, "lies ahead"),
            ({"tier_id": self.tiers["c"].id}, "already"),
        ):
            with self.assertRaisesRegex(UserError, words), self.env.cr.savepoint():
                self.by_hand(customer, "a", **values)


@tagged("post_install", "-at_install")
class TestTierAttack(TierChangeCase):
    """TIER-02, TIER-06: no tier but by signature."""

    def test_nobody_writes_a_tier(self):
        """TIER-02: director, administrator, sudo, import, forged keys: no."""
        customer = self.customers["c"]
        forged = {
            "customer_tier_key": True,
            "tier_proposal_key": {},
            "install_mode": True,
            "default_customer_tier_id": self.tiers["a"].id,
        }
        for user in (
            self.people["sales_director"],
            self.people["salesperson"],
            self.env.ref("base.user_admin"),
        ):
            own = customer.with_user(user).with_context(**forged)
            partners = own.browse()
            a = self.tiers["a"].id
            for way in (
                lambda own=own, a=a: own.write({"customer_tier_id": a}),
                lambda own=own, a=a: own.sudo().write({"customer_tier_id": a}),
                lambda own=own: own.sudo().write({"customer_tier_until": "2040-01-01"}),
                lambda rows=partners, a=a: rows.sudo().create(
                    {"name": "X", "customer_tier_id": a}
                ),
            ):
                with self.assertRaises(AccessError), self.env.cr.savepoint():
                    way()
        result = (
            self.env["res.partner"]
            .with_user(self.people["sales_director"])
            .load(["name", "customer_tier_id/.id"], [["X", str(self.tiers["a"].id)]])
        )
        self.assertFalse(result["ids"])
        self.assertEqual(self.tier(customer), "C")

    def test_no_default_makes_better(self):
        """TIER-02: nor in a company that never saw the customer."""
        other = self.env["res.company"].create({"name": "Evening Lamps"})
        for name, value in (
            ("customer_tier_id", self.tiers["a"].id),
            ("customer_tier_until", "2040-01-01"),
        ):
            with self.assertRaises(AccessError), self.env.cr.savepoint():
                self.env["ir.default"].set(
                    "res.partner", name, value, company_id=other.id
                )

    def test_nobody_writes_a_proposal(self):
        """TIER-02: it is measured or asked for, and then stays."""
        row = self.by_hand(self.customers["c"], "b")
        for user in (self.people["sales_director"], self.env.ref("base.user_admin")):
            user.company_ids |= self.company
            own = row.with_user(user).sudo().with_context(tier_proposal_key=True)
            for way in (
                lambda own=own: own.write({"tier_id": self.tiers["a"].id}),
                lambda own=own: own.write({"until": "2099-01-01"}),
                lambda own=own: own.write({"state": "signed"}),
                lambda own=own: own.copy(),
                lambda own=own: own.unlink(),
                lambda own=own: own.review_id.create({"until": "2030-01-01"}),
            ):
                with self.assertRaises(AccessError), self.env.cr.savepoint():
                    way()

    def test_only_the_director_signs(self):
        """TIER-02, ROL-03: no other role, and an administrator gets no free pass."""
        row = self.by_hand(self.customers["c"], "a")
        admin = self.env.ref("base.user_admin")
        admin.company_ids |= self.company
        for user in (self.people["supervisor"], self.people["finance"], admin):
            with self.assertRaises(AccessError):
                row.with_user(user).action_sign()
        for role in ("supervisor", "salesperson", "technical"):
            with self.assertRaises(AccessError):
                self.reviews.with_user(self.people[role]).action_measure()
        with self.assertRaises(AccessError):
            self.by_hand(self.customers["c"], "a", role="technical")

    def test_merging_hands_no_orders_to_a_better_customer(self):
        """TIER-06: only the director merges customers of different tiers."""
        pair = self.customers["a"] | self.customers["c"]
        wizard = self.env["base.partner.merge.automatic.wizard"]
        seller = self.people["salesperson"]
        with self.assertRaises(AccessError), self.env.cr.savepoint():
            wizard.with_user(seller).sudo()._merge(pair.ids, self.customers["a"], False)
        director = self.people["sales_director"]
        wizard.with_user(director).sudo()._merge(pair.ids, self.customers["a"], False)
        self.assertFalse(self.customers["c"].exists())

    def test_two_companies(self):
        """ROL-06: another company reads no proposal and keeps its own tier."""
        row = self.by_hand(self.customers["c"], "a")
        self.sign(row, "customer_tier", "sales_director")
        other = self.env["res.company"].create({"name": "Evening Lamps"})
        self.assertEqual(
            self.customers["c"]._tier(other)[self.customers["c"].id].code, "C"
        )
        stranger = self._person(
            "sales_director", login="stranger", company_id=other.id,
            company_ids=[Command.set(other.ids)],
        )  # fmt: skip
        seen = self.proposals.with_user(stranger)
        seen = seen.with_context(allowed_company_ids=other.ids)
        self.assertFalse(seen.search([("id", "=", row.id)]))
