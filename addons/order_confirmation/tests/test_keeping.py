"""What only a document's own methods write (PLT-05): one key for each, held by none."""

from odoo.addons.written_signoff.keeping import holds_key, keyed
from odoo.exceptions import AccessError
from odoo.tests import TransactionCase, tagged

FORGED = (True, 1, None, [1], {"key": 1}, "kept_key", "<object object>")


@tagged("post_install", "-at_install")
class TestKeeping(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        kept = cls.env.registry["kept.record"]
        cls.kept = [
            model.sudo()
            for name, model in cls.env.items()
            if issubclass(cls.env.registry[name], kept) and not model._abstract
        ]

    def refuses(self, model):
        """Assert that nothing is created, written or deleted with this context."""
        for attempt in (
            lambda: model.create({}),
            lambda: model.browse().write({"company_id": False}),
            lambda: model.browse().unlink(),
        ):
            with self.assertRaises(AccessError):
                attempt()

    def test_documents_found(self):
        """PLT-05: the documents that follow from what happens are kept this way."""
        names = {model._name for model in self.kept}
        self.assertLessEqual(
            {
                "signoff.signature", "release.decision", "release.exception",
                "customer.tier.proposal", "customer.tier.review", "order.sheet",
                "order.sheet.check", "order.sheet.tray", "order.sheet.tray.file",
                "order.review", "order.review.line", "order.review.loser",
                "order.promise", "order.discrepancy", "formula.confirmation",
                "special.review", "special.review.line", "special.review.opinion",
                "delivery.application.check", "packing.plan", "packing.plan.line",
                "shipping.briefing",
                "final.inspection.decision",
            },
            names,
        )  # fmt: skip

    def test_no_context_opens_any(self):
        """PLT-05: what comes over RPC is no key, for the superuser neither."""
        for model in self.kept:
            for forged in FORGED:
                with self.subTest(model=model._name, forged=forged):
                    self.refuses(model.with_context(kept_key=forged))

    def test_one_key_opens_one_document(self):
        """PLT-05: who writes one document with its key opens no other by it."""
        for mine in self.kept:
            held = keyed(mine).env
            self.assertTrue(holds_key(held[mine._name]))
            for other in self.kept:
                same = (other._kept_by or other._name) == (mine._kept_by or mine._name)
                self.assertEqual(holds_key(held[other._name]), same)
                if not same:
                    self.refuses(held[other._name])

    def test_key_is_lost_with_another(self):
        """PLT-05: a key taken inside the writing of another document replaces it."""
        sheet, promise = self.env["order.sheet"], self.env["order.promise"]
        inner = keyed(keyed(sheet).env["order.promise"])
        self.assertTrue(holds_key(inner))
        self.assertFalse(holds_key(inner.env["order.sheet"]))
        self.assertFalse(holds_key(promise))
        self.assertFalse(holds_key(sheet))

    def test_no_record_hands_it_out(self):
        """PLT-05: no attribute of a record is a key, or can be altered to open more."""
        for model in self.kept:
            key = keyed(model).env.context["kept_key"]
            for name in dir(type(model)):
                self.assertIsNot(getattr(type(model), name, None), key)
            self.assertIsInstance(model._kept_open, frozenset)
