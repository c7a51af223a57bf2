"""Goods under way and their arrival, on the customer's telephone.

Real Chromium, a page 390 pixels wide, a real server, the demo company.
"""

from story import one, scan, signs_on_the_portal


def the_notice(server):
    """Return the id of the notice of the demo's order under way."""
    return one(
        server,
        "SELECT notice.id FROM dispatch_notice notice JOIN ir_model_data name"
        " ON name.model = 'sale.order' AND name.res_id = notice.order_id"
        " WHERE name.name = 'demo_order_under_way'",
    )


def fits(page):
    """Tell whether nothing of the page is wider than the telephone."""
    return page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_from_received_clearly_to_a_shortage(demo_server, person, visitor):
    """ORD-60, ORD-62, ORD-63: read clearly, signed for, three pieces short.

    The lorry broke down, of which the page speaks; a quantity that cannot be and a
    picture that is none are told, and nothing that was typed is lost.
    """
    notice = the_notice(demo_server)
    service = person("service").opens("dispatch.notice", notice)
    service.turns_to("problems").reads("gearbox")
    with service.page.context.expect_page() as opened:
        service.presses("action_preview")
    link = opened.value.url
    visitor.set_viewport_size({"width": 390, "height": 844})
    visitor.goto(link)
    visitor.get_by_text("Breakdown or accident").wait_for()
    assert fits(visitor)
    visitor.get_by_placeholder("Your name").fill("Tom Rusk")
    visitor.get_by_role("button", name="Yes, clearly").click()
    visitor.get_by_text("Thank you for confirming").wait_for()
    signs_on_the_portal(visitor, "Tom Rusk")
    visitor.locator("#claim").wait_for()
    assert fits(visitor)

    claims(visitor, "99999", scan("PNG"))
    visitor.get_by_text("more cannot be short").wait_for()
    assert visitor.locator("#claim_text").input_value() == "The top layer is missing"
    claims(visitor, "3", b"no picture")
    visitor.get_by_text("cannot be read as a picture").wait_for()
    claims(visitor, "3", scan("PNG"))
    visitor.get_by_text("We have noted what you report").wait_for()

    service.opens("dispatch.notice", notice).reaches("arrived")
    service.reads("Shortage or damage reported").turns_to("claims")
    service.reads("The top layer is missing")
    assert one(
        demo_server,
        "SELECT sum(quantity) FROM dispatch_claim_line line JOIN dispatch_claim claim"
        " ON claim.id = line.claim_id WHERE claim.notice_id = %s",
        notice,
    ) == 3  # fmt: skip

    # Another notice does not open with this link.
    visitor.goto(link.replace(f"/dispatch/{notice}", f"/dispatch/{notice + 1}"))
    visitor.get_by_text("opens nothing any more").wait_for()


def claims(page, quantity, picture):
    """Fill in what is short of the first goods, with a picture, and send it."""
    page.locator("input[name^='short_']").first.fill(quantity)
    page.locator("#claim_text").fill("The top layer is missing")
    page.locator("#claim_pictures").set_input_files(
        {"name": "box.png", "mimeType": "image/png", "buffer": picture}
    )
    page.locator("#claim button[type=submit]").click()
