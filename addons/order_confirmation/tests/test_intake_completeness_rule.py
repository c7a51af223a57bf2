"""The plain rules of completeness (ORD-03)."""

from odoo.tests import BaseCase, tagged

from ..completeness import Rule, mandatory_items


@tagged("post_install", "-at_install")
class TestIntakeCompletenessRule(BaseCase):
    def test_no_rule_means_not_mandatory(self):
        self.assertEqual(mandatory_items([], 1), set())

    def test_general_rule_holds_for_every_company_and_product(self):
        rules = [Rule("packing", True), Rule("labelling", False)]
        self.assertEqual(mandatory_items(rules, 1), {"packing"})
        self.assertEqual(mandatory_items(rules, 2, (7, 9)), {"packing"})

    def test_nearest_category_decides_whatever_the_order_of_rules(self):
        rules = [
            Rule("packing", True, category=9),
            Rule("packing", False, category=7),
            Rule("packing", True),
        ]
        for given in (rules, rules[::-1]):
            self.assertEqual(mandatory_items(given, 1), {"packing"})
            self.assertEqual(mandatory_items(given, 1, (7,)), set())
            self.assertEqual(mandatory_items(given, 1, (7, 9)), {"packing"})
            self.assertEqual(mandatory_items(given, 1, (7, 8)), set())

    def test_own_rule_of_a_company_comes_before_a_general_one(self):
        rules = [
            Rule("packing", True, category=9),
            Rule("packing", False, company=1),
        ]
        self.assertEqual(mandatory_items(rules, 1, (7, 9)), set())
        self.assertEqual(mandatory_items(rules, 2, (7, 9)), {"packing"})

    def test_rules_of_another_company_do_not_count(self):
        self.assertEqual(mandatory_items([Rule("packing", True, company=1)], 2), set())
