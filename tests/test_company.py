"""The demo company is served and can be entered with every log-in that is printed."""

import json
import urllib.request


def authenticate(server, login, password):
    """User id that Odoo gives to this log-in, None when it refuses it."""
    parameters = {"db": server.database, "login": login, "password": password}
    request = urllib.request.Request(
        f"{server.url}/web/session/authenticate",
        json.dumps({"jsonrpc": "2.0", "method": "call", "params": parameters}).encode(),
        {"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request) as answer:
        return json.load(answer).get("result", {}).get("uid")


def test_every_login_works(demo_server):
    """PLT-04: the log-ins that ./dev run prints are those of the company's people."""
    refused = [
        row["login"]
        for row in demo_server.logins
        if not authenticate(demo_server, row["login"], row["password"])
    ]
    assert demo_server.logins
    assert refused == []
    assert not authenticate(demo_server, demo_server.logins[0]["login"], "wrong")


def test_person_reaches_the_web_client(demo_server, log_in):
    """PLT-01: the web client opens on the served demo company."""
    page = log_in(demo_server.logins[0]["login"])
    page.wait_for_selector(".o_main_navbar")
    assert page.locator(".o_user_menu").is_visible()
