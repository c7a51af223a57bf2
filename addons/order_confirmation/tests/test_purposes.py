"""Who may sign what: every purpose, every role, and no free pass (ROL-02, ROL-03)."""

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .order_case import OrderCase
from .test_waiting import ROLES

SERVICE = {"customer_service", "supervisor"}
# Who signs each purpose of the suite. A new purpose is added here, with its roles.
SIGNERS = {
    "technical": {"technical"},
    "formula_confirmation": {"technical"},
    "special_review": {
        "technical",
        "engineering",
        "planner",
        "production",
        "production_head",
        "quality",
        "quality_head",
        "finance",
        "quotation",
        "supervisor",
        "sales_director",
    },
    "contract_deviation": {"salesperson", "sales_director"},
    "discrepancy_verify": {"salesperson", "sales_director"},
    "discrepancy_settle": {"supervisor"},
    "production": {"planner", "production", "production_head"},
    "instruction_service": SERVICE,
    "instruction_production": {"production_head"},
    "promise_relaxed": {"salesperson"},
    "sheet_check": SERVICE | {"merchandiser"},
    "sheet_verify": SERVICE,
    "final_inspection": {"quality", "quality_head"},
    "concession_quality": {"quality_head"},
    "concession_sales": {"salesperson"},
    "finance_clearance": {"finance"},
    "delivery_application": SERVICE,
    "nothing_follows": SERVICE | {"planner"},
    "slip_hand_over": {"shipping"},
    "slip_receive": {"finance", "merchandiser"},
    "stock_production": {"planner"},
    "release_control_off": {"sales_director"},
    # The customer, on the portal or on paper.
    "sheet_return": set(),
    "formula_consent": set(),
    "arrival_receipt": set(),
    # Each for themselves; auditors are no role of the house.
    "delegation": set(ROLES),
    "verification_review": set(),
}


@tagged("post_install", "-at_install")
class TestPurposes(OrderCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for role in ROLES:
            if role not in cls.people:
                cls.people[role] = cls._person(role)
        cls.root = cls._person("supervisor", login="case_root")
        cls.root.group_ids = cls.env.ref("base.group_system") | cls.env.ref(
            "base.group_user"
        )
        cls.root.password = "case_root"

    def test_each_purpose_has_its_roles(self):
        """ROL-03: exactly these roles, an administrator and the system not."""
        purposes = self.env["signoff.purpose"].search([])
        self.assertLessEqual(set(SIGNERS), set(purposes.mapped("code")))
        for purpose in purposes:
            with self.subTest(purpose=purpose.code):
                signers = {r for r in ROLES if purpose._roles_of(self.people[r])}
                if purpose.code in SIGNERS:
                    self.assertEqual(signers, SIGNERS[purpose.code])
                if purpose.code != "delegation":
                    self.assertFalse(purpose._roles_of(self.root))
                    self.assertLess(len(signers), len(ROLES))

    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")
    def test_who_is_not_entitled_is_refused_on_the_document(self):
        """ROL-03: on a real order, by every role and by administrators, by name."""
        order = self.order()
        codes = (
            "technical", "production", "instruction_service",
            "instruction_production", "finance_clearance", "promise_relaxed",
        )  # fmt: skip
        system = self.env.ref("base.user_root")
        for code in codes:
            outside = [self.people[role] for role in ROLES if role not in SIGNERS[code]]
            for user in [*outside, self.root, system]:
                with self.subTest(code=code, user=user.name):
                    with self.assertRaises(AccessError):
                        order.with_user(user)._signoff_dialog(code)
                    with self.assertRaises(AccessError):
                        order.with_user(user).sudo()._signoff_sign(code, "I may not.")
        self.assertFalse(order.signature_ids)

    def test_who_prepares_does_not_check(self):
        """ROL-03: sheet and check, instruction and acceptance: two people each."""
        order = self.order()
        self.sign(order, "technical", "technical")
        self.sign(order, "production", "production")
        service = self.people["customer_service"]
        action = order.with_user(service).action_make_sheet()
        sheet = self.env["order.sheet"].browse(action["res_id"])
        with self.assertRaisesRegex(AccessError, "somebody else checks it"):
            self.sign(sheet, "sheet_check", "customer_service")
        both = self.people["production_head"]
        both.group_ids |= self.env.ref("customer_tiering.role_customer_service")
        self.sign(order, "instruction_service", "production_head")
        with self.assertRaisesRegex(AccessError, "two different people"):
            self.sign(order, "instruction_production", "production_head")

    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")
    def test_nobody_touches_another_s_signature(self):
        """ROL-02: no role writes, deletes, adds to or withdraws what another signed."""
        order = self.order()
        row = self.sign(order, "technical", "technical")
        values = {"document_name": "Forged", "signer_name": "Forged"}
        for role in [*ROLES, "root"]:
            user = self.root if role == "root" else self.people[role]
            mine = row.with_user(user)
            with self.subTest(role=role):
                for operation in ("create", "write", "unlink"):
                    self.assertFalse(mine.has_access(operation))
                with self.assertRaises(AccessError):
                    mine.create([values])
                with self.assertRaises(AccessError):
                    mine.write({"statement": "Something else."})
                with self.assertRaises(AccessError):
                    mine.unlink()
                if role != "technical":
                    self.withdraw_refused(row, user)
        self.assertEqual(row.state, "valid")

    def withdraw_refused(self, row, user):
        dialogs = self.env["signoff.withdraw"].with_user(user)
        dialog = dialogs.create({"signature_id": row.id, "reason": "Not mine."})
        with self.assertRaises(UserError):
            dialog.with_context(password=user.login).action_withdraw()
