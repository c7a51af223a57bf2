"""The last hour before the lorry leaves: packed, checked, read back, loaded.

Real Chromium, a real server, the demo company.
"""

import pytest
from story import one, tries_to_ship, verifies_and_applies

TABLET = {"width": 820, "height": 1180}
BOOKLET = "BR-A416"
# What the shipping clerk, who reads 繁體, is told.
MIND, PLATE, UNCHECKED = "Tie the bundles crosswise", "車牌號碼", "尚未複核"


@pytest.fixture
def standing_data(demo_server, person):
    """How a product is packed and what to mind, entered long ago; gone afterwards."""
    product = one(
        demo_server,
        "SELECT product_tmpl_id FROM product_product WHERE default_code = %s",
        BOOKLET,
    )
    minding = "UPDATE product_template SET shipping_instructions = %s WHERE id = %s"
    demo_server.sql(minding, (f"{MIND}\nKeep dry", product))
    standard = {"product_tmpl_id": product, "per_carton": 400, "marks": "THIS SIDE UP"}
    made = person("service").asks("packing.standard", "create", [standard])
    yield
    person("service").asks("packing.standard", "write", made, {"active": False})
    demo_server.sql(minding, (None, product))


def reads_the_briefing(shipping, picking):
    """Read back thing by thing on a tablet, with one thumb (ORD-54)."""
    shipping.opens("stock.picking", picking).presses("action_briefing")
    page = shipping.page
    buttons = page.locator("button[name='action_read']")
    buttons.first.wait_for()
    while left := buttons.count():
        box = buttons.first.bounding_box()
        assert box["height"] >= 48, "too small for a thumb"
        assert 0 <= box["x"] and box["x"] + box["width"] <= TABLET["width"]
        buttons.first.click()
        page.wait_for_function(
            "n => document.querySelectorAll('button[name=action_read]').length < n",
            arg=left,
        )


def test_packed_checked_read_loaded_and_gone(demo_server, person, standing_data):
    """ORD-52, ORD-54, ORD-55, ORD-56: each step refuses while the one before waits."""
    order = one(
        demo_server,
        "SELECT res_id FROM ir_model_data WHERE name = 'demo_order_application'",
    )
    shipping = person("shipping")
    shipping.page.set_viewport_size(TABLET)
    service = person("service").order(order).presses("action_apply_for_delivery")
    verifies_and_applies(service)
    service.reaches("signed")
    picking = one(
        demo_server,
        "SELECT id FROM stock_picking WHERE sale_id = %s AND state = 'assigned'",
        order,
    )
    assert MIND in tries_to_ship(shipping, picking)
    reads_the_briefing(shipping, picking)

    warehouse = person("warehouse").opens("stock.picking", picking)
    warehouse.presses("action_packing_plan")
    warehouse.presses("action_packed").reaches("packed")
    assert UNCHECKED in tries_to_ship(shipping, picking)
    plan = one(
        demo_server, "SELECT id FROM packing_plan WHERE picking_id = %s", picking
    )
    shipping.opens("packing.plan", plan).presses("action_sign").signs()
    shipping.reaches("checked")

    shipping.opens("stock.picking", picking).turns_to("transport")
    shipping.page.locator("[name='transport'] input[data-value='pickup']").check()
    shipping.fills("pickup_company", "Quayside Carriers").fills("driver", "Sam Reed")
    shipping.saves()
    assert PLATE in tries_to_ship(shipping, picking)
    shipping.turns_to("transport").fills("plate", "KX-5501").saves()
    with shipping.page.expect_download():
        shipping.presses("action_loading_notice")
    shipping.opens("stock.picking", picking).presses("button_validate")
    shipping.reaches("done")
    travels = demo_server.sql(
        "SELECT transport, carrier, plate FROM dispatch_notice WHERE picking_id = %s",
        (picking,),
    )
    assert travels == [("pickup", "Quayside Carriers", "KX-5501")]
