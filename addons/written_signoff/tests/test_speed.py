"""What signing and asking cost, in SQL queries (PLT-07)."""

from odoo.tests import tagged

from ..identity import identified
from .signing_case import CODE, PASSWORD, SigningCase

MOST = 12


@tagged("post_install", "-at_install")
class TestSpeed(SigningCase):
    def cost(self, action):
        self.env.flush_all()
        before = self.cr.sql_log_count
        action()
        self.env.flush_all()
        return self.cr.sql_log_count - before

    def dialog_cost(self, document):
        dialog = self.dialog(document).with_context(password=PASSWORD)
        return self.cost(dialog.action_sign)

    def test_signing(self):
        """Signing costs at most 12 queries, the first time and anew."""
        self.dialog_cost(self.document())
        document = self.document()
        self.assertLessEqual(self.dialog_cost(document), MOST)
        self.assertLessEqual(self.dialog_cost(document), MOST)

    def test_signing_in_a_request_of_its_own(self):
        """The same with nothing of the records in memory, as a server sees it."""
        costs = []
        for _time in range(2):
            dialog = self.dialog(self.document()).with_context(password=PASSWORD)
            self.env.flush_all()
            self.env.invalidate_all()
            # Whoever is logged in was read before the call.
            self.assertTrue(dialog.env.user.name and dialog.env.company.name)
            costs.append(self.cost(dialog.action_sign))
        self.assertLessEqual(costs[1], MOST)

    def test_valid_for_many(self):
        """Eighty documents cost what eight cost."""
        documents = self.env["signoff.verification"].union(
            *(self.document() for _number in range(80))
        )
        for document in documents:
            identified(document.with_user(self.vera))._signoff_sign(CODE, "Seen.")
        costs = []
        for some in (documents[:8], documents[:8], documents):
            self.env.flush_all()
            self.env.invalidate_all()
            costs.append(self.cost(lambda some=some: some._signoff_valid([CODE])))
            self.assertEqual(len(some._signoff_valid([CODE])), len(some))
        self.assertEqual(costs[1], costs[2])
