"""Customers are measured, their tiers signed; and an order that may not wait for one.

Real Chromium, a real server, the demo company.
"""

from datetime import date, timedelta

from story import (
    calls,
    has_ordered,
    one,
    signs_before_the_sheet,
    signs_the_instruction,
    wins_a_customer,
)

# What a customer was invoiced and paid in time: enough for tier B.
INVOICED = 1_200_000
# Nobody else of the stories orders these from Tanglewick Toys.
CALENDARS = "CA-W13", "Wall calendar, 13 sheets, wire-bound"


def has_bought_and_paid(finance, server, customer):
    """Book an invoice of the past months, paid on the day it fell due."""
    day = str(date.today() - timedelta(days=60))
    product = one(
        server, "SELECT id FROM product_product WHERE default_code = %s", CALENDARS[0]
    )
    line = {"product_id": product, "quantity": 1, "price_unit": INVOICED}
    values = {
        "move_type": "out_invoice",
        "partner_id": customer,
        "invoice_date": day,
        "invoice_date_due": day,
        "invoice_line_ids": [[0, 0, line | {"tax_ids": [[6, 0, []]]}]],
    }
    [invoice] = finance.asks("account.move", "create", [values])
    finance.asks("account.move", "action_post", [invoice])
    context = {"active_model": "account.move", "active_ids": [invoice]}
    [wizard] = finance.asks(
        "account.payment.register", "create", [{"payment_date": day}], context=context
    )
    finance.asks(
        "account.payment.register", "action_create_payments", [wizard], context=context
    )


def measures_all_customers(director):
    """Measure now; the proposals are shown."""
    director.page.goto("/odoo/tier-reviews")
    director.presses("action_measure")
    director.page.locator(".breadcrumb, .o_breadcrumb").get_by_text(
        "Tier Proposals"
    ).first.wait_for()


def proposal_of(director, name):
    row = director.page.locator(".o_data_row", has_text=name)
    row.first.wait_for()
    return row.first


def shows_the_tier(director, customer, tier):
    """The tier stands on the contact."""
    director.opens("res.partner", customer)
    director.page.locator(".nav-link", has_text="Sales & Purchase").click()
    director.reads(tier, "[name='customer_tier_id']")


def test_tiers_are_measured_and_signed(demo_server, person):
    """TIER-02: one sentence for each figure; one is signed, then two in one go."""
    names = "Foxglove Papers", "Gorsehill Toys", "Harrowfield Teas"
    director, finance = person("director"), person("finance")
    customers = [wins_a_customer(director, demo_server, name) for name in names]
    for customer in customers:
        has_bought_and_paid(finance, demo_server, customer)
    measures_all_customers(director)
    proposal_of(director, names[0]).locator("[name='partner_id']").click()
    director.reads("Invoiced 1,200,000", "[name='explanation']")
    director.reads("which gives 100 of 100 points", "[name='explanation']")
    director.presses("action_sign").signs("They pay in time.").reaches("signed")
    shows_the_tier(director, customers[0], "B")
    measures_all_customers(director)
    for name in names[1:]:
        proposal_of(director, name).locator(".o_list_record_selector input").check()
    director.presses("action_sign")
    director.reads("2 changes of tiers", ".modal")
    for name in names[1:]:
        director.reads(name, ".modal [name='terms_html']")
    director.signs("Both as the figures say.")
    for customer in customers[1:]:
        shows_the_tier(director, customer, "B")


def asks_for_an_exception(sales, order, reason):
    """Ask on the order for what is missing at the next gate."""
    sales.order(order.id).turns_to("release").presses("action_ask_exception")
    sales.page.wait_for_selector(".modal .o_form_view")
    for missing in ("Returned sheet", "Deposit arrived"):
        sales.reads(missing, ".modal [name='requirement_ids']")
    sales.fills("reason", reason, ".modal")
    sales.page.locator(".modal button[name='action_ask']").click()
    sales.page.wait_for_selector(".modal", state="detached")
    sales.reaches("asked")
    return sales.record


def is_reported(server, director, reason):
    """Run the week's report; the director reads it in the inbox."""
    # As if the last one had been sent a week ago.
    server.sql("UPDATE res_company SET exceptions_reported_at = NULL")
    job = one(
        server,
        "SELECT res_id FROM ir_model_data WHERE module = 'customer_tiering'"
        " AND name = 'cron_report_exceptions'",
    )
    calls(server, "ir.cron", "method_direct_trigger", [job])
    director.page.goto("/odoo/discuss?active_id=mail.box_inbox")
    director.reads(reason, ".o-mail-Message table")


def test_an_exception_is_granted_in_writing(demo_server, person):
    """TIER-05, TIER-07: blocked, asked for, granted, released, reported."""
    service, sales, director = person("service"), person("sales"), person("director")
    order = has_ordered(service, demo_server, "Tanglewick Toys", CALENDARS, 350)
    signs_before_the_sheet(person, order)
    signs_the_instruction(person, order)
    service.order(order.id).presses("action_confirm")
    words = service.is_refused()
    assert "Returned sheet" in words and "Deposit arrived" in words, words
    reason = "Their fair opens on Monday; both are promised for Friday."
    exception = asks_for_an_exception(sales, order, reason)
    assert not sales.page.locator("button[name='action_sign']:visible").count()
    director.opens("release.exception", exception).reads(reason)
    director.presses("action_sign").signs("Once, for the fair.").reaches("granted")
    service.order(order.id).presses("action_confirm")
    service.reaches("sale")
    assert order.state == "sale"
    service.turns_to("release")
    service.reads(reason, "[name='release_exception_ids'] .o_data_row")
    is_reported(demo_server, director, reason)
