"""An order comes in with gaps: who asks, who answers, and whose turn it is then.

Real Chromium, a real server, the demo company.
"""

from story import WANTED, Order, one

CUSTOMER, PRODUCT = "Fjordlight", "LB-080"
SPECIFICATION = "Round 80 mm, matt, one spot colour"


def takes_what_is_known(service, server):
    """Enter an order of which the caller knew little more than the quantity."""
    page = service.begins("order_confirmation.orders_action").page
    service.chooses("partner_id", CUSTOMER)
    service.picks("channel", "Telephone")
    lines = page.locator("[name='order_line']")
    lines.locator(".o_field_x2many_list_row_add a").first.click()
    row = lines.locator(".o_selected_row")
    row.locator("[name='product_template_id'] input").fill(PRODUCT)
    page.locator(".o-autocomplete--dropdown-item", has_text=PRODUCT).first.click()
    row.locator("[name='price_unit'] input").wait_for()
    row.locator("[name='product_uom_qty'] input").fill("6000")
    page.keyboard.press("Tab")
    page.locator("[name='tax_totals']", has_text="7,200").wait_for()
    service.saves()
    return Order(server, service.record)


def fills_in_the_answer(sales):
    """What the customer said on the telephone."""
    line = sales.page.locator("[name='order_line'] .o_data_row")
    line.locator("[name='specification']").click()
    line.locator("[name='specification'] textarea").fill(SPECIFICATION)
    line.locator("[name='tolerance_percent'] input").fill("3")
    sales.turns_to("sheet_terms")
    sales.fills("recipient_name", "Goods inward")
    sales.fills("delivery_contact", "Tom Rusk")
    sales.fills("delivery_phone", "+44 1632 960 114")
    sales.fills("packing", "Rolls of 1,000")
    sales.dates("wanted_date", WANTED)
    sales.saves()


def tells_when_the_sheet_is_ready(service, order):
    """The customer wants to know; what is said is kept (ORD-05)."""
    service.order(order.id).presses("action_tell_estimate")
    service.page.wait_for_selector(".modal .o_form_view")
    service.fills("told_to", "Tom Rusk", ".modal")
    service.page.locator(".modal button[name='action_tell']").click()
    service.page.wait_for_selector(".modal", state="detached")


def waits_for(somebody, order):
    """Open what waits for this person; returns the row of the order."""
    somebody.page.goto("/odoo/action-order_confirmation.order_waiting_action")
    return somebody.page.locator(".o_data_row", has_text=order.number)


def test_what_is_missing_is_asked_and_answered(demo_server, person):
    """ORD-03, ORD-05, ROL-01: listed, asked, answered; then it is technical's turn."""
    service = person("service")
    order = takes_what_is_known(service, demo_server)
    for missing in ("Specification", "Recipient", "Contact", "Wanted date"):
        service.reads(missing, ".o_intake_checklist")
    service.presses("action_make_sheet")
    assert "Recipient" in service.is_refused()
    service.presses("action_ask_customer")
    service.reads("was asked to call the customer", ".alert-info")
    tells_when_the_sheet_is_ready(service, order)
    sales = person("sales")
    waits_for(sales, order).first.click()
    sales.reads("Still missing", ".alert-info")
    fills_in_the_answer(sales)
    sales.misses(".o_intake_checklist")
    sales.reads("Complete", ".badge")
    sales.reads("Technical statement", ".alert-info")
    assert (
        one(
            demo_server,
            "SELECT count(*) FROM mail_activity WHERE res_model = 'sale.order'"
            " AND res_id = %s AND active",
            order.id,
        )
        == 0
    )
    assert (
        one(
            demo_server,
            "SELECT told_to FROM order_estimate WHERE order_id = %s",
            order.id,
        )
        == "Tom Rusk"
    )
    waits_for(person("technical"), order).first.wait_for()
