"""Somebody keeps a passkey, and signs with it instead of the password.

Real Chromium with a security key of its own, a real server, the demo company.
"""

import json
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
import requests
from odoo.addons.written_signoff_passkey.tests.authenticator import Authenticator
from story import STATEMENT, Person, calls, has_ordered, one, wins_a_customer

CUSTOMER = "Ferrybank Seeds"
GOODS = "BR-A416", "Seed catalogue, 16 pages"
# As a telephone or a laptop that knows its owner by the finger.
DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}
BASE_URL = "web.base.url"
PASSKEY = ".modal button[name='action_sign']:has(.fa-key)"


@pytest.fixture
def named(demo_server):
    """Give the address of the server as a name: no passkey belongs to a number."""
    address = f"http://localhost:{demo_server.port}"
    before = calls(demo_server, "ir.config_parameter", "get_param", BASE_URL)
    calls(demo_server, "ir.config_parameter", "set_param", BASE_URL, address)
    yield address
    calls(demo_server, "ir.config_parameter", "set_param", BASE_URL, before)


@pytest.fixture
def technical(demo_server, log_in, named):
    """`technical()` is that person at the name; no passkey of theirs stays behind."""
    yield lambda: Person(
        lambda login: log_in(login, base_url=named), "technical", "en_US"
    )
    user = one(demo_server, "SELECT id FROM res_users WHERE login = 'technical'")
    keys = demo_server.sql(
        "SELECT id FROM auth_passkey_key WHERE create_uid = %s", (user,)
    )
    commands = [[2, key, 0] for [key] in keys]
    calls(demo_server, "res.users", "write", [user], {"auth_passkey_key_ids": commands})


@contextmanager
def device(page):
    """Plug a device in; yields how often it has signed."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    plugged = session.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})

    def signed():
        found = session.send("WebAuthn.getCredentials", plugged)["credentials"]
        return [credential["signCount"] for credential in found]

    def verified(right):
        session.send("WebAuthn.setUserVerified", {**plugged, "isUserVerified": right})

    yield signed, verified
    session.send("WebAuthn.removeVirtualAuthenticator", plugged)
    session.detach()


def keeps_a_passkey(person):
    """Add one in the preferences, as Odoo has it: the password first, then its name."""
    page = person.page
    page.locator(".o_user_menu button").click()
    page.locator(".o-dropdown--menu [data-menu='preferences']").click()
    person.turns_to("page_security").presses("action_create_passkey")
    person.fills("password", person.login, ".modal")
    page.locator(".modal button[name='run_check']:visible").click()
    page.locator(".modal button[name='make_key']").wait_for()
    person.fills("name", "The laptop on my desk", ".modal")
    page.locator(".modal button[name='make_key']").click()
    page.locator(".modal button[name='make_key']").wait_for(state="detached")


def test_a_statement_is_signed_with_the_passkey(demo_server, person, technical):
    """PLT-05: kept in the preferences, asked at the signature, no password typed."""
    wins_a_customer(person("director"), demo_server, CUSTOMER)
    order = has_ordered(person("service"), demo_server, CUSTOMER, GOODS, 300)
    technical = technical()
    page = technical.page
    technical.order(order.id).presses("action_technical_statement")
    page.wait_for_selector(".modal [name='password']")
    assert not page.locator(PASSKEY).count(), "offered to who has none"
    page.locator(".modal .btn-close").click()
    with device(page) as (signed, verified):
        keeps_a_passkey(technical)
        [before] = signed()
        technical.order(order.id).presses("action_technical_statement")
        technical.fills("statement", STATEMENT, ".modal")
        # The finger of somebody else.
        verified(False)
        page.locator(PASSKEY).click()
        technical.reads("nothing was signed", ".o_notification")
        assert not order_signatures(demo_server, order)
        verified(True)
        page.locator(PASSKEY).click()
        page.wait_for_selector(".modal", state="detached")
        assert signed()[0] > before
    assert order_signatures(demo_server, order) == [("technical", "passkey", STATEMENT)]


def registers(server, passkey, login):
    """Put a passkey among those of a person, as Odoo stores it."""
    server.sql(
        "INSERT INTO auth_passkey_key (name, credential_identifier, public_key,"
        " sign_count, create_uid) SELECT 'Two tabs', %s, %s, 0, id FROM res_users"
        " WHERE login = %s",
        (passkey.identifier, passkey.public_key(), login),
    )


def test_one_answer_at_the_same_moment(demo_server, person, technical, named):
    """PLT-05, PLT-08: sent four times at once, an answer signs once."""
    customer = "Ferrybank Seeds Two"
    wins_a_customer(person("director"), demo_server, customer)
    order = has_ordered(person("service"), demo_server, customer, GOODS, 250)
    passkey = Authenticator()
    registers(demo_server, passkey, "technical")
    technical = technical()
    action = technical.asks("sale.order", "action_technical_statement", [order.id])
    dialog = action["res_model"]
    values = {"statement": STATEMENT, "outcome": "feasible"}
    ids = technical.asks(dialog, "create", [values], context=action["context"])
    options = technical.asks(dialog, "passkey_options", ids)
    # It does not count, so that nothing but the challenge tells them apart.
    answer = json.dumps(passkey.answers(options, named, count=0))
    cookies = {row["name"]: row["value"] for row in technical.page.context.cookies()}
    call = {
        "model": dialog,
        "method": "action_sign",
        "args": [ids],
        "kwargs": {"context": {"passkey": answer}},
    }

    def presses(_time):
        return requests.post(
            f"{demo_server.url}/web/dataset/call_kw",
            json={"jsonrpc": "2.0", "method": "call", "params": call},
            cookies=cookies,
            timeout=60,
        ).json()

    with ThreadPoolExecutor(4) as at_once:
        answers = list(at_once.map(presses, range(4)))
    refusals = [row["error"]["data"]["message"] for row in answers if "error" in row]
    assert len(refusals) == 3, answers
    assert all("was not accepted" in words for words in refusals), refusals
    assert order_signatures(demo_server, order) == [("technical", "passkey", STATEMENT)]


def order_signatures(server, order):
    return server.sql(
        "SELECT purpose_code, method, statement FROM signoff_signature"
        " WHERE res_model = 'sale.order' AND res_id = %s AND kind = 'signature'",
        (order.id,),
    )
