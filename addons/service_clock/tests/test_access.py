"""Who sees and who changes what; two companies."""

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from ..recording import KEY
from .clock_case import ClockCase, taipei


@tagged("post_install", "-at_install")
class TestAccess(ClockCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls._company("Nachbar Leuchten", "Europe/Berlin")
        cls.neighbour = cls._person("neighbour", cls.other)
        cls.foreign = cls._documents(1, cls.other)

    def setUp(self):
        super().setUp()
        both = self.order + self.foreign
        both._clock_start("answer", at=taipei(2, 15))
        self.clock = self.order.clock_ids
        self.foreign_clock = self.foreign.clock_ids

    def test_company_of_the_document_decides(self):
        """Each in the hours and the zone of its own company."""
        self.assertEqual(self.clock.company_id, self.company)
        self.assertEqual(self.clock.due_at, taipei(3, 10))
        # 15:00 in Taipei is 8:00 in Berlin: due at 12:00 there, 19:00 here.
        self.assertEqual(self.foreign_clock.company_id, self.other)
        self.assertEqual(self.foreign_clock.due_at, taipei(2, 19))

    def test_each_company_sees_its_own(self):
        mine = self.clock + self.foreign_clock
        for user, clock in (
            (self.outsider, self.clock),
            (self.neighbour, self.foreign_clock),
            (self.manager, self.clock),
        ):
            env = self.env(user=user, context={})
            clocks, events = env["service.clock"], env["service.clock.event"]
            self.assertEqual(clocks.search([("id", "in", mine.ids)]), clock)
            self.assertEqual(
                events.search([("clock_id", "in", mine.ids)]), clock.event_ids
            )
            hidden = (mine - clock).with_env(env)
            events = hidden.sudo().event_ids.sudo(False)
            for records in (hidden, events):
                with self.assertRaises(AccessError):
                    records.read(["company_id"])

    def test_nobody_writes_clocks_or_events(self):
        """Neither people of any role nor the superuser."""
        admin = self.env.ref("base.user_admin")
        admin.company_ids |= self.company
        for user in (self.planner, self.manager, admin, self.env.user):
            for records in (self.clock, self.clock.event_ids):
                records = records.with_user(user)
                with self.subTest(user=user.login, model=records._name):
                    with self.assertRaises(UserError):
                        records.write({"company_id": self.company.id})
                    with self.assertRaises(UserError):
                        records.unlink()
                    with self.assertRaises(UserError):
                        records.copy()

    def test_even_the_superuser_needs_the_sentinel(self):
        """A context key that anybody can send opens nothing."""
        for forged in (True, 1, "RECORDING", object(), {"recording": True}):
            clock = self.clock.sudo().with_context(**{KEY: forged})
            for records in (clock, clock.event_ids):
                with self.assertRaisesRegex(UserError, "kept by the system"):
                    records.write({"company_id": self.company.id})
                with self.assertRaisesRegex(UserError, "kept by the system"):
                    records.unlink()
                with self.assertRaisesRegex(UserError, "kept by the system"):
                    records.copy()
                with self.assertRaisesRegex(UserError, "kept by the system"):
                    records.create({})

    def test_ordinary_people_start_and_meet_by_their_work(self):
        """The document's own rights decide; the clock follows."""
        mine = self.order.with_user(self.outsider)
        mine._clock_meet("answer", at=taipei(3, 9))
        self.assertEqual(self.clock.state, "met")
        self.assertEqual(self.clock.event_ids.sorted("id")[-1].user_id, self.outsider)
        clock = mine._clock_start("answer", at=taipei(3, 9))
        self.assertEqual(clock.env.user, self.outsider)
        self.assertFalse(clock.env.su)

    def test_kinds_are_for_the_manager(self):
        values = {"code": "new", "name": "New", "hours": 1}
        Kind = self.env["service.clock.kind"]
        for user in (self.planner, self.env.ref("base.public_user")):
            with self.assertRaises(AccessError):
                Kind.with_user(user).create(values)
        self.assertEqual(self.kind.with_user(self.planner).hours, 4)
        with self.assertRaises(AccessError):
            self.kind.with_user(self.planner).write({"hours": 400})
        form = Form(Kind.with_user(self.manager))
        form.name, form.code, form.hours = "New", "new", 1
        kind = form.save()
        kind.write({"hours": 2})
        kind.unlink()
        self.assertFalse(kind.exists())

    def test_manager_of_one_company_leaves_the_other_alone(self):
        foreign = self.kind.copy({"code": "theirs", "company_id": self.other.id})
        with self.assertRaises(AccessError):
            foreign.with_user(self.manager).write({"hours": 400})

    def test_portal_and_public_see_nothing(self):
        for user in ("base.public_user", "base.template_portal_user_id"):
            user = self.env.ref(user)
            for model in ("service.clock", "service.clock.event"):
                with self.assertRaises(AccessError):
                    self.env[model].with_user(user).search([])

    def test_my_department(self):
        found = {
            user: self.env["service.clock"]
            .with_user(user)
            .search([("in_my_department", "=", True)])
            for user in (self.planner, self.outsider)
        }
        self.assertEqual(found[self.planner], self.clock)
        self.assertFalse(found[self.outsider])
        self.assertTrue(self.clock.with_user(self.planner).in_my_department)
        self.assertIn(
            self.clock,
            self.env["service.clock"]
            .with_user(self.outsider)
            .search([("in_my_department", "=", False)]),
        )
