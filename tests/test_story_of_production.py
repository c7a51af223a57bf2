"""An order while it is made: looked at, held, settled; in the web client.

Real Chromium, a real server, the demo company, each person with nothing but their role.
"""

import re
from datetime import date, timedelta

from story import PATIENCE, one

PLAN = "Sort out the sheets that are out of register and reprint 300 tonight."


def at_telephone_size(person):
    person.page.set_viewport_size({"width": 390, "height": 844})
    return person


def answers_a_point(person, server):
    """The merchandiser stands at the press with a telephone (ORD-40).

    Returns the manufacturing order that was looked at.
    """
    point = one(
        server,
        "SELECT id FROM supervision_point WHERE state IN ('due', 'late')"
        " AND number_required ORDER BY id LIMIT 1",
    )
    merchandiser = at_telephone_size(person("merchandiser")).opens(
        "supervision.point", point
    )
    page = merchandiser.page
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    merchandiser.presses("action_answer")
    page.wait_for_selector(".modal .o_form_view")
    merchandiser.fills("finding", "張數與進度相符，色差在標準內。", ".modal")
    merchandiser.fills("number", "9,800", ".modal")
    page.locator(".modal button[name='action_answer']:visible").click()
    page.wait_for_selector(".modal", state="detached")
    state, number, who = server.sql(
        "SELECT point.state, point.number, login FROM supervision_point point"
        " JOIN res_users person ON person.id = answered_by_id WHERE point.id = %s",
        (point,),
    )[0]
    assert (state, float(number), who) == ("answered", 9800, "merchandiser")
    return one(
        server, "SELECT production_id FROM supervision_point WHERE id = %s", point
    )


def records_an_exception(person, production):
    """Production records what happened, from the manufacturing order (ORD-41)."""
    maker = person("production").opens("mrp.production", production)
    maker.presses("action_report_exception")
    page = maker.page
    page.wait_for_selector("[name='description']")
    maker.picks("kind", "质量")
    maker.fills("quantity", 300)
    maker.fills("delay", 6)
    maker.fills("description", "第二色套印偏移 0.4 mm，已停机。")
    maker.saves()
    return maker.record


def signs_the_plan(person, exception):
    """Who must agree signs, each at their own desk (ORD-41)."""
    head = person("head").opens("production.exception", exception)
    head.fills("plan", PLAN)
    head.saves()
    for login in ("head", "quality", "service"):
        signer = person(login).opens("production.exception", exception)
        signer.presses("action_sign").signs(statement="")


def test_a_quality_exception_from_the_press_to_the_report(person, demo_server):
    """ORD-40, ORD-41, ORD-42: looked at, held, agreed, answered, closed, reported."""
    server = demo_server
    production = answers_a_point(person, server)
    exception = records_an_exception(person, production)
    maker = person("production").opens("mrp.production", production)
    maker.page.get_by_text(re.compile("PEX/")).first.wait_for()
    person("service").opens("production.exception", exception).presses("action_note")
    person("service").reaches("noted")
    signs_the_plan(person, exception)
    person("service").reaches("agreed")
    order = one(
        server, "SELECT order_id FROM production_exception WHERE id = %s", exception
    )
    promised = one(
        server, "SELECT promise_settled_date FROM sale_order WHERE id = %s", order
    )
    wanted = max(promised, date.today()) + timedelta(days=6)
    service = person("service").opens("production.exception", exception)
    service.presses("action_answer")
    service.page.wait_for_selector(".modal .o_form_view")
    service.fills("said", "Six days later is fine, if it is all in one lot.", ".modal")
    service.fills("new_date", f"{wanted:%m/%d/%Y}", ".modal")
    service.page.keyboard.press("Tab")
    service.page.locator(".modal button[name='action_record']").click()
    service.page.wait_for_selector(".modal", state="detached")
    service.reaches("answered")
    entry = server.sql(
        "SELECT cause, date_after FROM order_promise WHERE order_id = %s"
        " ORDER BY id DESC LIMIT 1",
        (order,),
    )[0]
    assert tuple(entry) == ("exception", wanted)
    quality = person("quality").opens("production.exception", exception)
    quality.presses("action_close").signs("Reprinted sheets checked against the proof.")
    quality.reaches("closed")
    maker.opens("mrp.production", production)
    assert not maker.page.get_by_text(re.compile("PEX/")).count()
    prints_the_day(person)


def prints_the_day(person):
    """The head of production prints today (ORD-42)."""
    head = person("head")
    head.page.goto("/odoo/action-order_confirmation.daily_production_print_action")
    head.page.wait_for_selector(".modal .o_form_view")
    with head.page.expect_download(timeout=PATIENCE) as download:
        head.page.locator(".modal button[name='action_print']").click()
    assert download.value.path().read_bytes().startswith(b"%PDF")
