from odoo.addons.web.tests import test_js
from odoo.tests import HttpCase, tagged

SCREEN = "/odoo/action-customer_tiering.release_matrix_action"
READY = "!!document.querySelector('.o_release_matrix h2')"

# What a person does, in the words of the tests below.
HANDS = """
const until = async (what, seen) => {
    for (let i = 0; i < 100; i++) {
        const found = seen();
        if (found) { return found; }
        await new Promise((done) => setTimeout(done, 100));
    }
    throw new Error("Never seen: " + what);
};
const rowOf = (gate, requirement) => {
    const block = [...document.querySelectorAll(".o_release_matrix section")].find(
        (section) => section.querySelector("h2").textContent === gate
    );
    return [...block.querySelectorAll("tbody tr")].find((row) =>
        row.querySelector("th span").textContent === requirement
    );
};
const cellOf = (gate, requirement, tier) => {
    const row = rowOf(gate, requirement);
    const names = [...row.closest("table").querySelectorAll("thead th")].map(
        (head) => head.textContent
    );
    return row.children[names.indexOf(tier)];
};
const choose = async (cell, treatment) => {
    cell.querySelector("button").click();
    const item = await until("the choice " + treatment, () =>
        document.querySelector(`.o-dropdown--menu [data-treatment=${treatment}]`)
    );
    item.click();
};
const typeDays = (cell, days) => {
    const input = cell.querySelector("input");
    input.focus();
    input.value = days;
    input.dispatchEvent(new Event("change", { bubbles: true }));
};
const savedIn = (cell) => () =>
    cell.querySelector(".o_release_saved:not(.invisible)");
const refused = (text) => () =>
    [...document.querySelectorAll(".o_notification")].some((shown) =>
        shown.textContent.includes(text)
    );
const check = (what, holds) => {
    if (!holds) { throw new Error("Not so: " + what); }
};
"""


@tagged("post_install", "-at_install")
class TestMatrixScreen(HttpCase):
    """The rules are seen and edited as a matrix, in a real browser (TIER-03)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.gate = cls.env["release.gate"].create({"name": "Gate X", "code": "x"})
        cls.free, cls.strict = cls.env["release.requirement"].create(
            [
                {"name": "Sample seen", "code": "x1", "gate_ids": cls.gate.ids},
                {
                    "name": "Statement X",
                    "code": "x2",
                    "gate_ids": cls.gate.ids,
                    "never_waived": True,
                },
            ]
        )
        cls.tier = cls.env["customer.tier"].create({"name": "Tier X", "code": "X"})
        cls.director = cls.person("matrix_director", "sales_director")
        cls.seller = cls.person("matrix_seller", "salesperson")

    @classmethod
    def person(cls, login, role):
        return cls.env["res.users"].create(
            {
                "name": login,
                "login": login,
                "password": login,
                "group_ids": [(4, cls.env.ref(f"customer_tiering.role_{role}").id)],
            }
        )

    def rule(self, requirement):
        return self.env["release.rule"].search(
            [
                ("tier_id", "=", self.tier.id),
                ("gate_id", "=", self.gate.id),
                ("requirement_id", "=", requirement.id),
            ]
        )

    def act(self, code, user):
        self.browser_js(
            SCREEN,
            f"(async () => {{ {HANDS} {code} console.log('test successful'); }})()",
            READY,
            login=user.login,
        )

    def test_director_changes_a_cell(self):
        """TIER-03: a cell is changed, stored at once, and shown when opened again."""
        self.assertFalse(self.rule(self.free))
        self.act(
            """
            const cell = () => cellOf("Gate X", "Sample seen", "Tier X");
            check("no rule is said", cell().textContent.includes("no rule"));
            await choose(cell(), "owed");
            await until("stored", savedIn(cell()));
            typeDays(cell(), "8");
            await until("8 days announced", () =>
                document.querySelector(".o_release_matrix [role=status]")
                    .textContent.includes("within 8 working days")
            );
            """,
            self.director,
        )
        rule = self.rule(self.free)
        self.assertEqual((rule.treatment, rule.owed_days), ("owed", 8))
        self.act(
            """
            const cell = cellOf("Gate X", "Sample seen", "Tier X");
            check("still owed", cell.querySelector("button").textContent
                .includes("Owed later"));
            check("still 8 days", cell.querySelector("input").value === "8");
            await choose(cell, "waived");
            await until("stored", savedIn(cell));
            """,
            self.director,
        )
        self.assertEqual((rule.treatment, rule.owed_days), ("waived", 0))

    def test_refused_days_are_taken_back(self):
        """TIER-03: owed later without working days is refused, and shown as it was."""
        rule = self.env["release.rule"].create(
            {
                "tier_id": self.tier.id,
                "gate_id": self.gate.id,
                "requirement_id": self.free.id,
                "treatment": "owed",
                "owed_days": 3,
            }
        )
        with self.assertLogs("odoo.sql_db", "ERROR"):
            self.act(
                """
                const cell = cellOf("Gate X", "Sample seen", "Tier X");
                typeDays(cell, "0");
                await until("the refusal", refused("number of working days"));
                await until("what is stored", () =>
                    cell.querySelector("input").value === "3");
                """,
                self.director,
            )
        self.assertEqual((rule.treatment, rule.owed_days), ("owed", 3))

    def test_never_waived_has_a_lock(self):
        """TIER-03: “never waived” offers no choice, and no call gets around that."""
        call = [self.tier.id, self.gate.id, self.strict.id, "waived"]
        self.act(
            f"""
            const cell = cellOf("Gate X", "Statement X", "Tier X");
            check("a lock", cell.querySelector(".fa-lock"));
            check("in words", cell.textContent.includes("Required"));
            check("nothing to change", !cell.querySelector("button, input"));
            const {{ rpc }} = odoo.loader.modules.get("@web/core/network/rpc");
            const answer = await rpc("/web/dataset/call_kw/release.rule/set_cell", {{
                model: "release.rule", method: "set_cell", args: {call}, kwargs: {{}},
            }}).catch((error) => error.data.message);
            check("refused in words", String(answer).includes("cannot be waived"));
            """,
            self.director,
        )
        self.assertFalse(self.rule(self.strict))

    def test_salesperson_reads_only(self):
        """TIER-03: who may not change the rules sees them, in words."""
        self.act(
            """
            check("nothing to change", !document.querySelector(
                ".o_release_matrix table button, .o_release_matrix table input"));
            check("in words", cellOf("Gate X", "Sample seen", "Tier X")
                .textContent.includes("Required (no rule)"));
            """,
            self.seller,
        )


@tagged("post_install", "-at_install")
class TestScreenParts(HttpCase):
    """The unit tests of matrix and gate panel (TIER-03, TIER-05)."""

    def test_screen_parts(self):
        """Each screen part alone, with a server that answers and one that refuses."""
        # Borrowed, not inherited: the class would bring its own tests along.
        suite = test_js.HOOTCommon._generate_hash(self, "@customer_tiering")
        self.browser_js(
            f"/web/tests?headless&loglevel=2&preset=desktop&id={suite}",
            "",
            login="admin",
            timeout=300,
            success_signal="[HOOT] Test suite succeeded",
            error_checker=test_js.unit_test_error_checker,
        )
