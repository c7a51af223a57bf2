"""Goods that fail their final inspection, and what becomes of them, in the browser."""

import io

from PIL import Image, ImageDraw
from story import Order, one


def photo(path):
    """Take a picture of a scratch; returns the file."""
    image = Image.new("RGB", (640, 480), "lightgray")
    ImageDraw.Draw(image).line((60, 400, 580, 90), fill="firebrick", width=7)
    stream = io.BytesIO()
    image.save(stream, "JPEG")
    path.write_bytes(stream.getvalue())
    return path


def row_of(page, point):
    """Return the row of a point, in the list of points."""
    return page.locator("[name='point_ids'] .o_data_row", has_text=point).first


def fails_a_point(quality, picture, passed):
    """Answer: appearance failed, with finding and picture; the rest passed."""
    page = quality.page
    row_of(page, "Appearance").locator("td[name='finding']").click()
    row = page.locator("[name='point_ids'] .o_selected_row")
    choice = row.locator("div[name='outcome'] .o_radio_item", has_text="Failed")
    choice.locator("input").check()
    row.locator("[name='finding'] input").fill("Scratched at the fold")
    row.locator("[name='picture'] input[type='file']").set_input_files(picture)
    quality.saves()
    quality.presses("action_all_passed")
    page.wait_for_selector("button[name='action_all_passed']", state="hidden")
    quality.fills("passed_quantity", passed)
    quality.saves()
    quality.presses("action_sign").signs()
    page.wait_for_selector("button[name='action_decide']:visible")


def decides(quality, kind, quantity):
    """Say what becomes of what failed."""
    quality.presses("action_decide")
    page = quality.page
    page.wait_for_selector(".modal [name='kind']")
    choice = page.locator(".modal [name='kind'] .o_radio_item", has_text=kind)
    choice.locator("input").check()
    quality.fills("quantity", quantity, ".modal")
    quality.fills("reason", "Scratched at the folder", ".modal")
    page.locator(".modal button[name='action_decide']").click()
    page.wait_for_selector(".modal", state="detached")


def test_failed_reworked_conceded_and_in_stock(demo_server, person, tmp_path):
    """ORD-43, ORD-44: a point fails, rework passes, a concession for the rest."""
    order = Order(
        demo_server,
        one(
            demo_server,
            "SELECT so.id FROM sale_order so JOIN sale_order_line line"
            " ON line.order_id = so.id JOIN mrp_production mo"
            " ON mo.sale_line_id = line.id JOIN res_users seller"
            " ON seller.id = so.user_id WHERE mo.state = 'confirmed'"
            " AND so.state = 'sale' AND seller.login = 'sales'"
            " AND NOT EXISTS (SELECT FROM final_inspection i"
            " WHERE i.order_line_id = line.id) ORDER BY so.id LIMIT 1",
        ),
    )
    total = int(float(order.quantity))
    production = person("production").opens("mrp.production", order.production)
    production.presses("button_mark_done")
    assert order.quantity in production.is_refused()
    quality = person("quality").opens("mrp.production", order.production)
    quality.presses("action_inspect")
    quality.page.wait_for_selector("[name='attendee_id']")
    quality.chooses("attendee_id", "Amy")
    quality.saves()
    inspection = quality.record
    fails_a_point(quality, photo(tmp_path / "scratch.jpg"), total - 7)
    production.opens("mrp.production", order.production)
    production.presses("button_mark_done")
    assert str(total - 7) in production.is_refused()
    # Five go back to production, and pass when they are inspected again.
    decides(quality, "Rework", 5)
    quality.page.wait_for_url(lambda url: not url.endswith(f"/{inspection}"))
    quality.page.wait_for_selector(".alert-info:visible")
    quality.presses("action_all_passed")
    quality.presses("action_sign").signs()
    # Two stay as they are: quality's head and the salesperson sign for it.
    quality.opens("final.inspection", inspection)
    decides(quality, "Concession", 2)
    concession = one(
        demo_server,
        "SELECT id FROM final_inspection_decision WHERE inspection_id = %s"
        " AND kind = 'concession'",
        inspection,
    )
    for login, button in (
        ("quality_head", "action_sign_quality"), ("sales", "action_sign_sales"),
    ):  # fmt: skip
        signer = person(login).opens("final.inspection.decision", concession)
        signer.presses(button).signs()
    person("sales").reaches("done")
    production.opens("mrp.production", order.production)
    production.presses("button_mark_done")
    production.reaches("done")
    [[body]] = demo_server.sql(
        "SELECT message.body FROM mail_message message"
        " JOIN mail_message_res_partner_rel told ON told.mail_message_id = message.id"
        " JOIN res_users seller ON seller.partner_id = told.res_partner_id"
        " WHERE message.model = 'sale.order' AND message.res_id = %s"
        " AND seller.login = 'sales' AND message.body LIKE '%%In stock%%'",
        (order.id,),
    )
    assert f"{total:g}" in body
