"""After the lorry has gone: the rest gets its date, and the slips of the month a place.

Real Chromium, a real server, the demo company.
"""

from datetime import date, timedelta

from story import one


def test_the_rest_gets_another_date(demo_server, person):
    """ORD-64: the planner moves the date with a reason; the customer gets the list."""
    name = one(demo_server, "SELECT min(id) FROM backorder_list WHERE state = 'dated'")
    planner = person("planner").opens("backorder.list", name)
    planner.presses("action_give_date")
    moved = date.today() + timedelta(days=9)
    planner.dates("day", moved)
    planner.page.locator(".modal button[name='action_give']").click()
    # Why it moves is asked for; the date that was entered is not lost.
    planner.page.locator(".modal .o_field_invalid[name='reason']").wait_for()
    planner.fills("reason", "The board came in two days late.", ".modal")
    planner.page.locator(".modal button[name='action_give']").click()
    planner.page.wait_for_selector(".modal", state="detached")
    promised, moves, told = demo_server.sql(
        "SELECT promised_on, moves, told_at IS NOT NULL FROM backorder_list"
        " WHERE id = %s",
        (name,),
    )[0]
    assert (promised, told) == (moved, True)
    assert moves > 1
    service = person("service").opens("backorder.list", name)
    service.turns_to("dates").reads("The board came in two days late.")


def test_the_month_is_filed(demo_server, person):
    """ORD-61: a number without a slip shows; who hands over and who files both sign."""
    filing = one(demo_server, "SELECT min(id) FROM delivery_slip_filing")
    shipping = person("shipping").opens("delivery.slip.filing", filing)
    gap = shipping.page.locator("[name='line_ids'] tr.text-danger").first
    gap.wait_for()
    shipping.presses("action_tick_all")
    shipping.presses("action_signoff").signs().reaches("handed")

    finance = person("finance").opens("delivery.slip.filing", filing)
    finance.presses("action_send_back")
    finance.fills("reason", "SL/2026/00003 has no paper.", ".modal")
    finance.page.locator(".modal button[name='action_send_back']").click()
    finance.page.wait_for_selector(".modal", state="detached")

    shipping.opens("delivery.slip.filing", filing).reads("SL/2026/00003 has no paper.")
    shipping.presses("action_signoff").signs().reaches("handed")
    finance.opens("delivery.slip.filing", filing)
    finance.presses("action_signoff").signs().reaches("filed")
    rows = demo_server.sql(
        "SELECT name, status FROM delivery_slip_filing_line WHERE filing_id = %s",
        (filing,),
    )
    # The gap stays on the list, and is looked for again next month.
    assert ("SL/2026/00003", "no_slip") in rows
    assert ("SL/2026/00004", "unsigned") in rows
