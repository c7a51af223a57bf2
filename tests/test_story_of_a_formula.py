"""The customer insists on the old formula, and accepts in writing what it means.

Real Chromium, a real server, the demo company.
"""

from story import (
    checks_and_sends_the_sheet,
    has_ordered,
    one,
    signs_on_the_portal,
    signs_the_instruction,
)

# No other story orders these: from now on their formula is this customer's last one.
BAGS = "PB-300", "Carrier bag 240×90×300 mm, one spot colour"
FORMULA = "Process ink of 2019, without the new binder"
CONSEQUENCE = "In the window it fades sooner than the new one."


def states_the_old_formula(technical, order):
    """Feasible, but by the old formula only; and what that means (ORD-10, ORD-12)."""
    technical.order(order.id).presses("action_technical_statement")
    technical.page.locator(".modal [name='outcome'] input").nth(1).check()
    technical.signs("They insist on the ink of 2019.")
    technical.presses("action_formula_confirmation")
    technical.page.wait_for_selector("[name='formula_words'] input")
    technical.fills("formula_words", FORMULA)
    technical.fills("consequence", CONSEQUENCE)
    technical.saves()
    technical.presses("action_sign").signs().reaches("signed")
    return technical.record


def sends_it(service, formula):
    """Send the letter with the link; returns the link."""
    service.opens("formula.confirmation", formula).presses("action_send")
    service.page.locator(".modal .o_mail_send").click()
    service.page.wait_for_selector(".modal", state="detached")
    service.reaches("sent")
    link = service.page.locator("[name='portal_link']").first
    link.wait_for()
    return link.inner_text().strip()


def accepts_it(visitor, link, name):
    """The customer reads what it means, and signs, on a telephone."""
    visitor.goto(link)
    for words in (FORMULA, CONSEQUENCE):
        assert visitor.get_by_text(words).is_visible()
    signs_on_the_portal(visitor, name)
    visitor.locator(".alert-success").first.wait_for()


def test_the_old_formula_takes_two_signatures(demo_server, person, visitor):
    """ORD-12, ORD-30: technical signs, the customer accepts, then it is released."""
    service = person("service")
    order = has_ordered(service, demo_server, "Fjordlight Tea Company", BAGS, 250)
    formula = states_the_old_formula(person("technical"), order)
    service.order(order.id).presses("action_confirm")
    words = service.is_refused()
    assert "Formula confirmation" in words and "technical has not" not in words, words
    link = sends_it(service, formula)
    accepts_it(visitor, link, "Maud Ellery")
    service.opens("formula.confirmation", formula).reaches("accepted")
    service.reads("Maud Ellery", "[name='accepted_by']")
    person("production").order(order.id).presses("action_production_statement").signs()
    checks_and_sends_the_sheet(person, order)
    signs_the_instruction(person, order)
    service.order(order.id).presses("action_confirm")
    service.reaches("sale")
    assert order.state == "sale"
    assert (
        one(
            demo_server, "SELECT state FROM formula_confirmation WHERE id = %s", formula
        )
        == "accepted"
    )
