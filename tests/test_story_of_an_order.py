"""One order, told by the people who carry it, in the web client and on the portal.

Real Chromium, a real server, the demo company. People log in one after the other, each
with nothing but their own role.
"""

from story import (
    SAME_BOOKLET,
    WANTED,
    Order,
    checks_and_sends_the_sheet,
    names_the_lorry,
    returns_the_sheet,
    signs_before_the_sheet,
    signs_on_the_portal,
    signs_the_instruction,
    verifies,
    verifies_and_applies,
)

# Not what this customer ordered last time.
DEARER_BOOKLET = "BR-A416", "Assembly booklet, 16 pages, gloss paper"


def takes_the_order(service, server, customer, goods, quantity, caller):
    """Note the call in a memorandum and turn it into an order (ORD-01, ORD-02)."""
    code, specification = goods
    page = service.begins("order_confirmation.order_memorandum_action").page
    service.chooses("partner_id", customer)
    service.fills("caller_name", caller)
    service.fills("requirement", "The same booklet again, before the fair.")
    page.locator("[name='line_ids'] .o_field_x2many_list_row_add a").click()
    row = page.locator("[name='line_ids'] .o_selected_row")
    row.locator("[name='product_id'] input").fill(code)
    page.locator(".o-autocomplete--dropdown-item", has_text=code).first.click()
    row.locator("[name='specification'] textarea, [name='specification'] input").fill(
        specification
    )
    row.locator("[name='quantity'] input").fill(str(quantity))
    service.saves()
    service.presses("action_make_order")
    page.wait_for_selector("[name='order_line']")
    page.locator(".nav-link[name='sheet_terms']").click()
    service.fills("recipient_name", "Goods inward")
    service.fills("delivery_contact", caller)
    service.fills("delivery_phone", "+1 555 0142")
    service.dates("wanted_date", WANTED)
    service.saves()
    return Order(server, service.record)


def settles_the_doubt(person, order):
    """Not what was ordered last time: verified, then settled, in writing (ORD-07)."""
    order_page = person("service").order(order.id)
    order_page.presses("action_make_sheet")
    words = order_page.is_refused()
    assert "Assembly booklet, 16 pages, gloss paper" in words, words
    sales = person("sales").opens("order.discrepancy", order.discrepancy)
    sales.presses("action_verify").signs()
    supervisor = person("supervisor").opens("order.discrepancy", order.discrepancy)
    supervisor.presses("action_settle").signs()


def pays(person, order, customer, amount, number):
    """Finance books a bank transfer for the order in accounting (TIER-04)."""
    finance = person("finance").begins("account.action_account_payments")
    finance.chooses("partner_id", customer)
    finance.fills("amount", amount)
    finance.chooses("sale_order_id", number)
    finance.saves()
    finance.presses("action_post")
    finance.page.wait_for_selector("button[name='action_draft']")


def inspects(person, order):
    """Quality inspects on the manufacturing order, customer service attending."""
    quality = person("quality")
    quality.opens("mrp.production", order.production)
    quality.presses("action_inspect")
    quality.page.wait_for_selector("[name='attendee_id']")
    quality.chooses("attendee_id", "Amy")
    quality.saves()
    quality.presses("action_all_passed")
    quality.presses("action_sign").signs()


def makes_the_goods(person, order):
    """Production makes them; into stock only when quality has passed them (ORD-43)."""
    production = person("production")
    production.opens("mrp.production", order.production)
    production.presses("button_mark_done")
    words = production.is_refused()
    assert order.quantity in words, words
    inspects(person, order)
    production.opens("mrp.production", order.production)
    production.presses("button_mark_done")
    production.reaches("done")


def applies_for_delivery(person, order):
    """Customer service verifies the address item by item and signs (ORD-52)."""
    service = person("service")
    service.order(order.id).presses("action_apply_for_delivery")
    verifies_and_applies(service)


def ships(person, order):
    """The warehouse validates the delivery."""
    warehouse = person("warehouse")
    warehouse.opens("stock.picking", order.delivery)
    warehouse.presses("button_validate")
    return warehouse


def tells_the_customer(person, order):
    """Shipping says how the goods travel; returns the customer's link (ORD-60)."""
    shipping = person("shipping").opens("dispatch.notice", order.notice)
    shipping.fills("carrier", "Quayside Carriers")
    shipping.dates("expected_arrival", WANTED)
    shipping.saves()
    with shipping.page.expect_download():
        shipping.presses("action_sent_on_paper")
    assert order.notice_state == "sent"
    with shipping.page.context.expect_page() as opened:
        shipping.presses("action_preview")
    return opened.value.url


def asks_for_the_balance(person, server, order):
    """Sales sends the notice that was made when the goods were (ORD-51)."""
    [[notice]] = server.sql(
        "SELECT id FROM balance_notice WHERE order_id = %s AND state = 'draft'",
        (order.id,),
    )
    sales = person("sales").opens("balance.notice", notice)
    sales.presses("action_send").reaches("sent")
    return notice


def acknowledges_the_arrival(page, link, name):
    """The customer signs for the goods on a telephone (ORD-63)."""
    page.goto(link)
    signs_on_the_portal(page, name)
    page.locator(".alert-success").first.wait_for()


def goes_from_clearance_to_receipt(person, visitor, order, name):
    """Cleared, applied for, shipped, told, and signed for."""
    person("finance").order(order.id).presses("action_finance_clearance").signs()
    applies_for_delivery(person, order)
    names_the_lorry(person("warehouse"), order.delivery)
    ships(person, order).reaches("done")
    link = tells_the_customer(person, order)
    acknowledges_the_arrival(visitor, link, name)
    assert order.notice_state == "arrived"


def test_tier_b_from_the_telephone_to_the_receipt(demo_server, person, visitor):
    """ORD-02, 07, 10, 14, 20, 24, 25, 30, 32, 43, 50, 51, 52, 60, 63, TIER-03: B.

    Each gate is tried too early, and refuses with what is missing and from whom.
    """
    service = person("service")
    order = takes_the_order(
        service, demo_server, "Tanglewick", DEARER_BOOKLET, 500, "Ned Hollis"
    )
    [[number]] = demo_server.sql(
        "SELECT name FROM sale_order WHERE id = %s", (order.id,)
    )
    service.order(order.id).presses("action_confirm")
    words = service.is_refused()
    for missing in ("Technical statement", "Production statement", "Returned sheet"):
        assert missing in words
    assert "waiting since" in words
    signs_before_the_sheet(person, order)
    settles_the_doubt(person, order)
    sheet, _link = checks_and_sends_the_sheet(person, order)
    returns_the_sheet(person, sheet, "Olive Tanner")
    signs_the_instruction(person, order)
    service.order(order.id).presses("action_confirm")
    words = service.is_refused()
    assert "Deposit arrived" in words
    assert "Technical statement" not in words
    pays(person, order, "Tanglewick", round(order.total * 0.3), number)
    service.order(order.id).presses("action_confirm")
    service.reaches("sale")
    assert order.state == "sale"
    makes_the_goods(person, order)
    words = ships(person, order).is_refused()
    # The warehouse reads 简体: finance clearance, balance arrived.
    for missing in (number, "财务核准发货", "余款到账"):
        assert missing in words, words
    notice = asks_for_the_balance(person, demo_server, order)
    pays(person, order, "Tanglewick", round(order.total * 0.7) + 1, number)
    person("sales").opens("balance.notice", notice).reaches("paid")
    goes_from_clearance_to_receipt(person, visitor, order, "Ned Hollis")


def test_tier_a_with_the_sheet_owed(demo_server, person, visitor):
    """ORD-30, ORD-31, TIER-03: A is made with the sheet owed, and ships on terms."""
    order = takes_the_order(
        person("service"), demo_server, "Fjordlight", SAME_BOOKLET, 400, "Tom Rusk"
    )
    signs_before_the_sheet(person, order)
    sheet, link = checks_and_sends_the_sheet(person, order)
    signs_the_instruction(person, order)
    service = person("service").order(order.id).presses("action_confirm")
    service.reaches("sale")
    assert order.owed == "owed"
    visitor.goto(link)
    signs_on_the_portal(visitor, "Maud Ellery")
    visitor.locator(".alert-success").first.wait_for()
    verifies(person, sheet, "Maud Ellery")
    assert order.owed == "met"
    makes_the_goods(person, order)
    goes_from_clearance_to_receipt(person, visitor, order, "Tom Rusk")


def test_departments_review_a_special_product_side_by_side(demo_server, person):
    """ORD-16: each department says what it thinks, in writing; all agree."""
    [[review, order]] = demo_server.sql(
        "SELECT id, order_id FROM special_review WHERE state = 'open'"
    )
    person("service").order(order).presses("action_confirm")
    words = person("service").is_refused()
    assert "Special-product review" in words, words
    for login in ("technical", "production", "quality"):
        reviewer = person(login).opens("special.review", review)
        reviewer.presses("action_sign")
        reviewer.page.locator(".modal [name='opinion'] input").first.check()
        reviewer.signs()
    [[state]] = demo_server.sql(
        "SELECT state FROM special_review WHERE id = %s", (review,)
    )
    assert state == "passed"
    person("service").order(order).presses("action_confirm")
    assert "Special-product review" not in person("service").is_refused()


def test_the_planner_says_what_ships_and_when(demo_server, person):
    """ORD-13: what can ship from stock now, the rest with a date, signed."""
    [[order]] = demo_server.sql(
        "SELECT max(o.id) FROM sale_order o WHERE o.state = 'draft' AND EXISTS"
        " (SELECT FROM signoff_signature s WHERE s.res_model = 'sale.order'"
        " AND s.res_id = o.id AND s.purpose_code = 'production' AND s.state = 'valid')"
        " AND NOT EXISTS (SELECT FROM order_review r WHERE r.order_id = o.id)"
    )
    planner = person("planner").order(order).presses("action_review")
    planner.page.wait_for_selector("button[name='action_propose']:visible")
    planner.presses("action_sign").signs()
    planner.page.wait_for_selector("button[name='action_sign']", state="detached")
    [[state]] = demo_server.sql(
        "SELECT state FROM order_review WHERE order_id = %s", (order,)
    )
    assert state == "signed"
