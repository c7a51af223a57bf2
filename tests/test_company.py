"""The demo company is served and can be entered with every log-in it prints."""


def test_administrator_reaches_the_web_client(demo_server, log_in):
    """PLT-01: the web client opens on the served demo company."""
    page = log_in(demo_server.logins[0]["login"])
    page.wait_for_selector(".o_main_navbar")
    assert "/odoo" in page.url or "/web" in page.url
