"""A framework contract is put on file, and what differs from it is settled in writing.

Real Chromium, a real server, the demo company.
"""

from datetime import date, timedelta

from story import STATEMENT, has_ordered, one, scan, wins_a_customer

BOOKLET = "BR-A416", "Order book, 16 pages, ruled"
TERMS = "30 % deposit"
FIRST_DAY = date.today() - timedelta(days=30)
LAST_DAY = FIRST_DAY + timedelta(days=365)
AGREED, TYPED = 36, 33


def fills_in_a_contract(director, customer, first, last, price):
    """Customer, days, terms, and the price of a booklet."""
    director.begins("order_confirmation.sales_contract_action")
    director.chooses("partner_id", customer)
    director.dates("date_start", first)
    director.dates("date_end", last)
    director.chooses("payment_term_id", TERMS)
    prices = director.page.locator("[name='price_ids']")
    prices.locator(".o_field_x2many_list_row_add a").click()
    row = prices.locator(".o_selected_row")
    row.locator("[name='product_id'] input").fill(BOOKLET[0])
    choice = director.page.locator(".o-autocomplete--dropdown-item")
    choice.filter(has_text=BOOKLET[0]).first.click()
    row.locator("[name='price'] input").fill(str(price))


def attaches_the_scan(director):
    """Until the signed paper is on file, the contract says that it is missing."""
    director.reads("attach its scan", ".alert-warning")
    upload = director.page.locator("[name='scan_ids'] input[type='file']")
    paper = {"name": "contract.pdf", "mimeType": "application/pdf", "buffer": scan()}
    upload.set_input_files(paper)
    director.page.locator("[name='scan_ids'] .o_attachment").wait_for()
    director.saves().misses(".alert-warning")


def types_another_price(service, price):
    """Change the unit price of the only line."""
    cell = service.page.locator("[name='order_line'] .o_data_row [name='price_unit']")
    cell.click()
    service.page.locator(
        "[name='order_line'] .o_selected_row [name='price_unit'] input"
    ).fill(str(price))
    service.saves()


def settles_after_a_slip(supervisor, price):
    """Refused for another field, somebody corrects that one only, and signs.

    The password, typed once and still to be seen as dots, counts.
    """
    supervisor.presses("action_settle").fills("settled_price", -price, ".modal")
    supervisor.fills("statement", STATEMENT, ".modal")
    supervisor.fills("password", supervisor.login, ".modal")
    sign = supervisor.page.locator(".modal button[name='action_sign']")
    sign.click()
    refusal = supervisor.page.locator(".modal:has(.o_error_dialog), .o_error_dialog")
    refusal.last.wait_for()
    refusal.last.locator("button.btn-primary").click()
    refusal.last.wait_for(state="detached")
    supervisor.fills("settled_price", price, ".modal")
    sign.click()
    supervisor.page.wait_for_selector(".modal", state="detached")


def test_a_price_off_the_contract_is_settled_in_writing(demo_server, person):
    """ORD-06, ORD-07, ROL-03: shown, verified by sales, settled by the supervisor."""
    customer = "Quillhaven Stationers"
    director = person("director")
    wins_a_customer(director, demo_server, customer)
    fills_in_a_contract(director, customer, FIRST_DAY, LAST_DAY, AGREED)
    director.saves().reaches("in_force")
    attaches_the_scan(director)
    service = person("service")
    order = has_ordered(service, demo_server, customer, BOOKLET, 400)
    assert order.price == AGREED
    service.order(order.id).misses(".alert-warning")
    types_another_price(service, TYPED)
    service.reads("in doubt", ".alert-warning")
    service.reads("Not as the contract says", ".alert-warning")
    service.presses("action_make_sheet")
    words = service.is_refused()
    assert "33" in words and "36" in words, words
    sales = person("sales").order(order.id).presses("action_view_discrepancies")
    sales.presses("action_verify").signs("A slip: they agreed to the contract's price.")
    sales.reaches("verified")
    supervisor = person("supervisor").opens("order.discrepancy", order.discrepancy)
    supervisor.reads("A slip")
    settles_after_a_slip(supervisor, AGREED)
    supervisor.reaches("settled")
    service.order(order.id).misses(".alert-warning")
    assert order.price == AGREED


def test_two_contracts_on_one_day_are_refused(demo_server, person):
    """ORD-06: said in one sentence; what was typed is still there, and is corrected."""
    customer = "Pennywhistle Prints"
    director = person("director")
    wins_a_customer(director, demo_server, customer)
    fills_in_a_contract(director, customer, FIRST_DAY, LAST_DAY, AGREED)
    director.saves()
    number = one(
        demo_server,
        "SELECT name FROM sales_contract WHERE id = %s",
        director.record,
    )
    overlap = LAST_DAY, LAST_DAY + timedelta(days=90)
    fills_in_a_contract(director, customer, *overlap, AGREED + 1)
    director.page.locator(".o_form_button_save:visible").first.click()
    words = director.is_refused()
    assert f"has contract {number} on some of these days" in words, words
    page = director.page
    assert page.locator("[name='partner_id'] input").input_value() == customer
    price = page.locator("[name='price_ids'] .o_data_row")
    assert BOOKLET[0] in price.locator("[name='product_id'] input").input_value()
    assert price.locator("[name='price'] input").input_value() == f"{AGREED + 1}.00"
    director.dates("date_start", LAST_DAY + timedelta(days=1))
    director.saves().reaches("upcoming")
