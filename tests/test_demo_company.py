"""The demo company is whole: people, customers, an order at each stage (PLT-04)."""

import re
import xmlrpc.client

import pytest

ROLES_WITHOUT_GROUP = {"administrator", "customer"}
# The key of each order in the demo's table, and the column of the board it stands in.
STAGES = {
    "incomplete": "technical",
    "incomplete_zh": "technical",
    "by_word": "technical",
    "technical": "technical",
    "technical_en": "technical",
    "voided": "technical",
    "production": "production_date",
    "production_en": "production_date",
    "sheet_draft": "sheet",
    "sheet_checked": "sheet",
    "sheet_sent": "return",
    "sheet_sent_zh": "return",
    "sheet_rejected": "return",
    "sheet_returned": "verify",
    "old_formula": "release",
    "deposit": "release",
    "release": "release",
    "sheet_owed": "production",
    "in_production": "production",
    "in_production_zh": "production",
    "inspection": "inspection",
    "clearance": "clearance",
    "application": "application",
    "shipping": "shipping",
    "backorder": "shipping",
    "under_way": "under_way",
    "arrived": "arrived",
}


class Person:
    """Somebody of the demo company who works through XML-RPC."""

    def __init__(self, server, login):
        self.database, self.password = server.database, server.password(login)
        common = xmlrpc.client.ServerProxy(f"{server.url}/xmlrpc/2/common")
        self.uid = common.authenticate(self.database, login, self.password, {})
        self.models = xmlrpc.client.ServerProxy(f"{server.url}/xmlrpc/2/object")

    def call(self, model, method, *arguments, **options):
        return self.models.execute_kw(
            self.database, self.uid, self.password, model, method, arguments, options
        )

    def read(self, model, domain, *names):
        return self.call(model, "search_read", domain, list(names))


@pytest.fixture(scope="module")
def director(demo_server):
    return Person(demo_server, "director")


@pytest.fixture(scope="module")
def orders(demo_server):
    """Order ids by their key in the demo's table."""
    rows = demo_server.sql(
        "SELECT name, res_id FROM ir_model_data WHERE module = 'order_confirmation'"
        " AND model = 'sale.order' AND name ~ '^demo_order_'"
    )
    return {name.removeprefix("demo_order_"): res_id for name, res_id in rows}


@pytest.fixture(scope="module")
def stages(director):
    cards = director.read("order.board", [], "order_id", "stage", "blocked_by")
    return {card["order_id"][0]: card for card in cards}


def test_every_role_has_a_person(demo_server):
    """PLT-04: whoever has a role to try finds a log-in for it."""
    held = demo_server.sql(
        "SELECT data.name, users.login FROM ir_model_data data"
        " JOIN res_groups_users_rel rel ON rel.gid = data.res_id"
        " JOIN res_users users ON users.id = rel.uid"
        " WHERE data.module = 'customer_tiering' AND data.model = 'res.groups'"
    )
    roles = demo_server.sql(
        "SELECT name FROM ir_model_data WHERE module = 'customer_tiering'"
        " AND model = 'res.groups' AND name ~ '^role_'"
    )
    assert {name for (name,) in roles} == {name for name, _login in held}
    printed = {
        (f"role_{row['role']}", row["login"])
        for row in demo_server.logins
        if row["role"] not in ROLES_WITHOUT_GROUP
    }
    assert printed <= set(held)
    assert sum(role == "role_customer_service" for role, _login in printed) >= 2


def test_a_customer_can_log_in(demo_server):
    """PLT-04: the customer sees the sheet that waits for a signature, and no other."""
    customer = Person(demo_server, "customer")
    sheets = customer.read("order.sheet", [], "partner_id", "state")
    assert "sent" in {sheet["state"] for sheet in sheets}
    assert len({sheet["partner_id"][0] for sheet in sheets}) == 1


def test_customers_of_each_tier_in_each_language(demo_server):
    """PLT-04, TIER-01: two customers or more of A, B and C; English and Chinese."""
    rows = demo_server.sql(
        "SELECT tier.code, partner.lang, partner.id FROM res_partner partner"
        " JOIN res_company company ON company.id = 1"
        " JOIN customer_tier tier ON tier.id ="
        "      (partner.customer_tier_id ->> company.id::text)::int"
        " WHERE partner.is_company AND partner.customer_rank > 0"
    )
    tiers = [code for code, _lang, _id in rows]
    assert all(tiers.count(code) >= 2 for code in "ABC")
    assert {lang for _code, lang, _id in rows} == {"en_US", "zh_TW", "zh_CN"}


def test_an_order_stands_at_each_stage(orders, stages):
    """PLT-04, ORD-70: every column of the board has an order in it."""
    found = {key: stages[orders[key]]["stage"] for key in STAGES}
    assert found == STAGES


def test_what_each_special_order_waits_for(director, orders, stages):
    """PLT-04: incomplete, by word, not feasible, old formula, deposit, cancelled."""
    names = ["intake_complete", "by_word", "technical_outcome", "state"]
    rows = director.call("sale.order", "read", list(orders.values()), names)
    found = {row["id"]: row for row in rows}

    def order(key):
        return found[orders[key]]

    assert not order("incomplete")["intake_complete"]
    assert not order("incomplete_zh")["intake_complete"]
    assert order("by_word")["by_word"]
    assert order("not_feasible")["technical_outcome"] == "not_feasible"
    assert order("cancelled")["state"] == "cancel"
    assert stages[orders["old_formula"]]["blocked_by"] == "Formula confirmation"
    assert stages[orders["deposit"]]["blocked_by"] == "Deposit arrived"
    assert not stages[orders["release"]]["blocked_by"]


def test_calls_that_are_no_order_yet(director):
    """PLT-04, ORD-02: a memorandum stands before any order."""
    calls = director.read("order.memorandum", [], "state", "partner_id")
    assert {"new", "ordered"} <= {call["state"] for call in calls}
    assert any(not call["partner_id"] for call in calls)


def test_signatures_are_real_and_sound(demo_server):
    """PLT-04, PLT-05: the whole chain is verified, and one is void."""
    administrator = Person(demo_server, "admin")
    administrator.call("signoff.verification", "action_verify")
    [run] = administrator.call(
        "signoff.verification", "search_read", [], ["state", "checked"], limit=1
    )
    assert run["state"] == "sound"
    assert run["checked"] > 100
    rows = demo_server.sql(
        "SELECT DISTINCT purpose_code, signer_name, state FROM signoff_signature"
        " WHERE kind = 'signature'"
    )
    signers = {name for code, name, _state in rows if code == "technical"}
    assert len(signers) == 1
    assert "void" in {state for _code, _name, state in rows}
    assert any(code == "arrival_receipt" for code, _name, _state in rows)


def test_nothing_is_sent_outside(demo_server):
    """PLT-04: loading the company leaves no letter to be sent to anybody."""
    assert demo_server.sql("SELECT 1 FROM mail_mail WHERE state = 'outgoing'") == []
    addresses = demo_server.sql(
        "SELECT email FROM res_partner WHERE email IS NOT NULL AND active"
    )
    assert all(re.search(r"\.example(\.com)?$|@example\.com$", e) for (e,) in addresses)


@pytest.mark.parametrize("login", ["technical", "service2", "customer"])
def test_the_first_page_opens(log_in, login):
    """PLT-04, ROL-01: a person in English, one in Chinese, and a customer."""
    page = log_in(login)
    assert page.locator(".o_main_navbar, .o_portal").first.is_visible()
    assert page.locator(".o_error_dialog").count() == 0
