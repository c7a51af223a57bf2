"""Goods that cannot wait for their paper, and the paper that follows (ORD-53).

Real Chromium, a real server, the demo company. The supervisor has no rights in the
warehouse, and Odoo's Repair is installed.
"""

from datetime import datetime, timedelta

from story import (
    STATEMENT,
    names_the_lorry,
    one,
    tries_to_ship,
    verifies_and_applies,
    wins_a_customer,
)

CUSTOMER, CALENDAR = "Harbourlight Stationers", "CA-W13"
# What the shipping clerk, who reads 繁體, is told.
APPLICATION, CARRIER = "發貨申請", "承運"


def a_transfer_that_cannot_wait(server, warehouse, customer):
    """Return goods for a customer that no order stands behind, ready to leave."""
    [[product, stock, kind]] = server.sql(
        "SELECT p.id, w.lot_stock_id, w.out_type_id FROM product_product p,"
        " stock_warehouse w WHERE p.default_code = %s ORDER BY w.id LIMIT 1",
        (CALENDAR,),
    )
    customers = one(
        server,
        "SELECT res_id FROM ir_model_data WHERE name = 'stock_location_customers'",
    )
    places = {"location_id": stock, "location_dest_id": customers}
    goods = {"product_id": product, "product_uom_qty": 7, **places}
    values = {
        "partner_id": customer,
        "picking_type_id": kind,
        "move_ids": [[0, 0, goods]],
    }
    [picking] = warehouse.asks("stock.picking", "create", [values | places])
    warehouse.asks("stock.picking", "action_confirm", [picking])
    move = one(server, "SELECT id FROM stock_move WHERE picking_id = %s", picking)
    warehouse.asks("stock.move", "write", [move], {"quantity": 7})
    return picking


def orders_the_emergency(supervisor, picking):
    """The supervisor says why, and by which hour the paper follows; signs."""
    supervisor.opens("stock.picking", picking).presses("action_emergency_shipment")
    supervisor.page.wait_for_selector("[name='reason']")
    supervisor.fills("reason", "展位一小時後開放，貨車已在門口。")
    hour = datetime.now() + timedelta(days=1)
    supervisor.page.locator(
        "[name='due_at'] input, [name='due_at'] button"
    ).first.click()
    supervisor.fills("due_at", f"{hour:%Y/%m/%d} 08:00:00")
    supervisor.page.keyboard.press("Tab")
    supervisor.presses("action_sign").signs(STATEMENT)
    supervisor.reaches("in_force")
    return supervisor.record


def opens_what_owes_paper(service, number):
    """One click from the menu: the list of what still owes its paper."""
    page = service.page
    page.goto("/odoo/action-order_confirmation.emergency_shipment_action")
    row = page.locator(".o_data_row", has_text=number)
    row.first.wait_for()
    assert CUSTOMER in row.first.inner_text()
    row.first.locator("[name='name']").click()
    page.wait_for_selector(".o_form_view")
    return service


def test_goods_leave_and_the_paper_follows(demo_server, person):
    """ORD-53, ORD-55: ordered, gone without application, listed, settled by it."""
    customer = wins_a_customer(person("director"), demo_server, CUSTOMER)
    demo_server.sql(
        "UPDATE res_partner SET phone = '+1 555 0166' WHERE id = %s", (customer,)
    )
    warehouse, shipping = person("warehouse"), person("shipping")
    picking = a_transfer_that_cannot_wait(demo_server, warehouse, customer)
    assert APPLICATION in tries_to_ship(shipping, picking)
    emergency = orders_the_emergency(person("supervisor"), picking)
    # It stands in for the application, and for nothing else.
    assert CARRIER in tries_to_ship(shipping, picking)
    names_the_lorry(shipping, picking)
    shipping.presses("button_validate").reaches("done")
    number, state = demo_server.sql(
        "SELECT name, state FROM emergency_shipment WHERE id = %s", (emergency,)
    )[0]
    assert state == "owing"

    service = opens_what_owes_paper(person("service"), number)
    service.presses("action_apply")
    verifies_and_applies(service)
    service.reaches("done")
    state = one(
        demo_server, "SELECT state FROM emergency_shipment WHERE id = %s", emergency
    )
    assert state == "settled"
    other = person("service2").page
    other.goto("/odoo/action-order_confirmation.emergency_shipment_action")
    other.wait_for_selector(".o_list_view .o_searchview_facet")
    rows = other.locator(".o_data_row").all_inner_texts()
    assert not [row for row in rows if number in row]
