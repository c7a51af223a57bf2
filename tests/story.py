"""What the stories in the browser share: people, the order, and what they do to it.

Real Chromium, a real server, the demo company. People log in one after the other, each
with nothing but their own role.
"""

import io
import re
import xmlrpc.client
from contextlib import suppress
from datetime import date

from PIL import Image, ImageDraw
from playwright.sync_api import Error, expect

WANTED = date(2027, 12, 31)
# What these customers ordered last time.
SAME_BOOKLET = "BR-A416", "Tea guide, 16 pages, uncoated cover"
STATEMENT = "Looked at and in order."
# What the browser may take on a busy machine, in milliseconds.
PATIENCE = 90_000
# After how many milliseconds somebody tries again what came to nothing.
AGAIN = 3_000


class Person:
    """Somebody of the demo company at their own browser."""

    def __init__(self, log_in, login, lang):
        self.login, self.lang = login, lang
        self.page = log_in(login)
        self.page.set_default_timeout(PATIENCE)

    # -- moving about ------------------------------------------------------------

    def begins(self, action):
        """Open the empty form of an action."""
        self.page.goto(f"/odoo/action-{action}/new")
        self.page.wait_for_selector(".o_form_view")
        return self

    def opens(self, model, record):
        """Open the form of a record."""
        self.page.goto(f"/odoo/{model}/{record}")
        self.page.wait_for_selector(".o_form_view")
        return self

    def order(self, order_id):
        return self.opens("sale.order", order_id)

    def presses(self, button):
        """Press the visible button of this name."""
        found = self.page.locator(f"button[name='{button}']:visible").first
        found.wait_for()
        found.click()
        return self

    def fills(self, field, value, inside=""):
        box = self.page.locator(f"{inside} [name='{field}']").locator("input, textarea")
        box.first.fill(str(value))
        return self

    def dates(self, field, day):
        """Enter a day as people of this language write it."""
        english = self.lang == "en_US"
        # One that is filled in turns into a box when it is clicked.
        shown = f"[name='{field}'] input, [name='{field}'] button"
        self.page.locator(shown).first.click()
        self.fills(field, f"{day:%m/%d/%Y}" if english else f"{day:%Y/%m/%d}")
        # Out of the field, so that its calendar closes.
        self.page.keyboard.press("Tab")
        return self

    def chooses(self, field, text):
        """Choose a record by typing a part of its name."""
        self.page.locator(f"[name='{field}'] input").first.fill(text)
        choice = self.page.locator(".o-autocomplete--dropdown-item", has_text=text)
        choice.first.click()
        return self

    def picks(self, field, text):
        """Pick one of the words of a selection."""
        box = self.page.locator(f"[name='{field}'] input.o_select_menu_input")
        # The form may still be drawn anew under a quick hand, which closes the menu or
        # takes the choice away: then the hand picks again, as a person does.
        for _again in range(5):
            box.click()
            choice = self.page.locator(".o_select_menu_item", has_text=text)
            with suppress(Error):
                choice.first.click(timeout=AGAIN)
                expect(box).to_have_value(re.compile(re.escape(text)), timeout=AGAIN)
                break
        expect(box).to_have_value(re.compile(re.escape(text)))
        return self

    def ticks_all(self, boxes):
        """Tick those of these boxes that are not ticked yet."""
        ticks = self.page.locator(boxes)
        ticks.first.wait_for()
        for place in range(ticks.count()):
            if not ticks.nth(place).is_checked():
                ticks.nth(place).click()
        return self

    def turns_to(self, page):
        """Open a page of the form's notebook."""
        self.page.locator(f".nav-link[name='{page}']").click()
        return self

    def reads(self, text, inside=".o_form_view"):
        """Wait until these words stand on the form."""
        self.page.locator(inside, has_text=text).first.wait_for()
        return self

    def misses(self, selector):
        """Wait until nothing of this kind is to be seen."""
        found = self.page.locator(selector)
        found.first.wait_for(state="hidden")
        return self

    def asks(self, model, method, *arguments, **keywords):
        """Call a method as this person, for what is no part of the story."""
        call = {
            "model": model,
            "method": method,
            "args": arguments,
            "kwargs": keywords,
        }
        # By the browser: a bare machine may know no "localhost", but browsers do.
        answer = self.page.evaluate(
            """([path, body]) => fetch(path, {
                method: "POST",
                headers: {"Content-Type": "application/json"},
                body: JSON.stringify(body),
            }).then((response) => response.json())""",
            [
                f"/web/dataset/call_kw/{model}/{method}",
                {"jsonrpc": "2.0", "method": "call", "params": call},
            ],
        )
        if "error" in answer:
            raise RuntimeError(answer["error"]["data"]["message"])
        return answer["result"]

    def saves(self):
        self.page.locator(".o_form_button_save:visible").first.click()
        self.page.wait_for_selector(
            ".o_form_status_indicator_buttons.invisible", state="attached"
        )
        return self

    def sees(self):
        """Return what is on the screen: its address, and the words before the rest."""
        before = ".o_notification, .modal, .o_field_invalid"
        words = [self.page.url, *self.page.locator(before).all_inner_texts()]
        return "\n".join([*words, self.page.locator("body").inner_text(timeout=1000)])

    @property
    def record(self):
        """The id in the address of the form."""
        self.page.wait_for_url(re.compile(r"/\d+(\?|$)"))
        return int(re.search(r"/(\d+)(?:\?|$)", self.page.url)[1])

    # -- signing and being refused -----------------------------------------------

    def signs(self, statement=STATEMENT, button="action_sign", **fields):
        """Fill in the dialog that is open, password again, and sign."""
        self.page.wait_for_selector(".modal .o_form_view")
        for name, value in fields.items():
            self.fills(name, value, ".modal")
        if statement:
            self.fills("statement", statement, ".modal")
        self.fills("password", self.login, ".modal")
        self.page.locator(f".modal button[name='{button}']").click()
        self.page.wait_for_selector(".modal", state="detached")
        return self

    def reaches(self, state):
        """Wait until the status bar of the form says so."""
        self.page.wait_for_selector(
            f".o_statusbar_status button.o_arrow_button_current[data-value='{state}']",
            # Where there are many buttons, the bar folds into one.
            state="attached",
        )
        return self

    def agrees(self):
        """Answer the question on the screen with yes."""
        self.page.locator(".modal-footer .btn-primary").click()
        self.page.wait_for_selector(".modal", state="detached")
        return self

    def is_refused(self):
        """Return the words of the refusal on the screen, and close it."""
        box = self.page.locator(".modal:has(.o_error_dialog), .o_error_dialog").last
        box.wait_for()
        words = box.inner_text()
        box.locator("button.btn-primary, .btn-close").last.click()
        self.page.wait_for_selector(".modal", state="detached")
        return words


def draws(page):
    """Draw a signature into the portal's box."""
    box = page.locator("canvas.o_web_sign_signature")
    box.scroll_into_view_if_needed()
    place = box.bounding_box()
    left, top = place["x"] + 40, max(place["y"], 0) + 40
    page.mouse.move(left, top)
    page.mouse.down()
    for step in range(1, 9):
        page.mouse.move(left + 18 * step, top + (25 if step % 2 else 0))
    page.mouse.up()


def signs_on_the_portal(page, name):
    """Sign what the page shows, as the customer: a name and a drawn signature."""
    page.locator("input[name='signer']").fill(name)
    draws(page)
    page.locator(".o_portal_sign_submit").click()


def names_the_lorry(person, transfer, plate="KX-5501", driver="Sam Reed"):
    """Somebody enters on the open transfer who carries the goods (ORD-55)."""
    person.opens("stock.picking", transfer).turns_to("transport")
    person.chooses("haulier_id", "Slow River Haulage")
    person.fills("plate", plate).fills("driver", driver).saves()
    return person


class Order:
    """The order of the story: what a test may look up beside the screen."""

    def __init__(self, server, order_id):
        self.server, self.id = server, order_id

    def _one(self, query):
        rows = self.server.sql(query, (self.id,))
        return rows[0][0] if rows else None

    @property
    def number(self):
        return self._one("SELECT name FROM sale_order WHERE id = %s")

    @property
    def state(self):
        return self._one("SELECT state FROM sale_order WHERE id = %s")

    @property
    def production(self):
        return self._one(
            "SELECT mo.id FROM mrp_production mo JOIN sale_order_line line"
            " ON line.id = mo.sale_line_id WHERE line.order_id = %s"
        )

    @property
    def delivery(self):
        return self._one(
            "SELECT move.picking_id FROM stock_move move JOIN sale_order_line line"
            " ON line.id = move.sale_line_id WHERE line.order_id = %s"
            " AND move.picking_id IS NOT NULL ORDER BY move.picking_id DESC"
        )

    @property
    def notice(self):
        return self._one("SELECT id FROM dispatch_notice WHERE order_id = %s")

    @property
    def discrepancy(self):
        return self._one(
            "SELECT id FROM order_discrepancy WHERE order_id = %s"
            " AND state IN ('open', 'verified')"
        )

    @property
    def notice_state(self):
        return self._one("SELECT state FROM dispatch_notice WHERE order_id = %s")

    @property
    def owed(self):
        return self._one("SELECT state FROM release_owed WHERE order_id = %s")

    @property
    def quantity(self):
        quantity = self._one(
            "SELECT sum(product_uom_qty) FROM sale_order_line WHERE order_id = %s"
        )
        return f"{float(quantity):g}"

    @property
    def price(self):
        return float(
            self._one("SELECT price_unit FROM sale_order_line WHERE order_id = %s")
        )

    @property
    def total(self):
        return float(self._one("SELECT amount_total FROM sale_order WHERE id = %s"))


def one(server, query, *parameters):
    """Return the one value that a query finds."""
    [[value]] = server.sql(query, parameters)
    return value


def calls(server, model, method, *arguments):
    """Call a method as the administrator, over XML-RPC."""
    password = server.password("admin")
    common = xmlrpc.client.ServerProxy(f"{server.url}/xmlrpc/2/common")
    admin = common.authenticate(server.database, "admin", password, {})
    objects = xmlrpc.client.ServerProxy(f"{server.url}/xmlrpc/2/object")
    return objects.execute_kw(
        server.database, admin, password, model, method, arguments
    )


def a_customer(server, name):
    """Return the id of a customer as a whole."""
    return one(
        server, "SELECT id FROM res_partner WHERE name = %s AND is_company", name
    )


def wins_a_customer(director, server, name):
    """Let the sales director enter a customer of the salesperson; returns its id."""
    values = {
        "name": name,
        "is_company": True,
        "street": "4 Inkwell Lane",
        "city": "Saltwick Bay",
        "user_id": one(server, "SELECT id FROM res_users WHERE login = 'sales'"),
        "lang": "en_US",
    }
    [customer] = director.asks("res.partner", "create", [values])
    return customer


def scan(kind="PDF"):
    """Return a paper with a signature on it, as a scanner sends it."""
    paper = Image.new("RGB", (420, 600), "white")
    points = [(60 + 20 * step, 480 + 30 * (step % 2)) for step in range(12)]
    ImageDraw.Draw(paper).line(points, fill="navy", width=4)
    stream = io.BytesIO()
    paper.save(stream, kind)
    return stream.getvalue()


def has_ordered(service, server, customer, goods, quantity, **values):
    """Enter an order as one that was complete when it came, before the story begins.

    `customer` is a name; `values` are added to those of its only line.
    """
    code, specification = goods
    customer = a_customer(server, customer)
    line = {
        "product_id": one(
            server, "SELECT id FROM product_product WHERE default_code = %s", code
        ),
        "product_uom_qty": quantity,
        "specification": specification,
    }
    order = {
        "partner_id": customer,
        "user_id": one(
            server, "SELECT user_id FROM res_partner WHERE id = %s", customer
        ),
        "channel": "phone",
        "wanted_date": str(WANTED),
        "recipient_name": "Goods inward",
        "delivery_contact": "Goods inward",
        "delivery_phone": "+1 555 0142",
        "packing": "Bundles of 50",
    }
    order["order_line"] = [[0, 0, line | values]]
    return Order(server, service.asks("sale.order", "create", [order])[0])


def signs_before_the_sheet(person, order):
    """Technical and production say in writing that, how and when (ORD-10, ORD-14)."""
    person("technical").order(order.id).presses("action_technical_statement").signs()
    person("production").order(order.id).presses("action_production_statement").signs()


def checks_and_sends_the_sheet(person, order):
    """One makes the sheet, another ticks it line by line; the link goes out."""
    service = person("service")
    service.order(order.id).presses("action_make_sheet")
    service.page.wait_for_selector("[name='check_line_ids']")
    sheet = service.record
    checker = person("supervisor").opens("order.sheet", sheet)
    checker.ticks_all("[name='check_line_ids'] [name='done'] input")
    checker.presses("action_check").signs(statement="")
    service.opens("order.sheet", sheet)
    service.presses("action_hand_over_link").agrees()
    link = service.page.locator("[name='portal_link']").first
    link.wait_for()
    return sheet, link.inner_text().strip()


def returns_the_sheet(person, sheet, name):
    """The customer signs on the portal; customer service verifies (ORD-24, ORD-25)."""
    customer = person("customer").page
    customer.goto(f"/my/sheets/{sheet}")
    signs_on_the_portal(customer, name)
    customer.locator(".alert-success").first.wait_for()
    verifies(person, sheet, name)


def verifies(person, sheet, name):
    """Customer service compares the return with the specimen and signs (ORD-25)."""
    service = person("service")
    service.opens("order.sheet", sheet)
    service.presses("action_verify")
    dialog = service.page.locator(".modal")
    for tick in ("legible", "signatory_mark", "unchanged", "remarks_clear"):
        dialog.locator(f"[name='{tick}'] input").check()
    dialog.locator("[name='signatory_id'] input").fill(name)
    service.page.locator(".o-autocomplete--dropdown-item", has_text=name).first.click()
    service.signs()


def signs_the_instruction(person, order):
    """Customer service signs what production is to make, its head accepts (ORD-32)."""
    person("service").order(order.id).presses("action_sign_instruction").signs()
    head = person("head").order(order.id).presses("action_accept_instruction")
    for clause in ("quantity", "dates", "tolerance", "packing", "special_rules"):
        head.page.locator(f".modal [name='{clause}'] input").check()
    head.signs()


def verifies_and_applies(service):
    """Verify address, recipient, contact, telephone and goods, and sign (ORD-52)."""
    service.ticks_all("[name='check_ids'] [name='verified'] input").saves()
    service.presses("action_sign").signs()


def tries_to_ship(shipping, picking):
    """Validate the transfer, which is refused; returns the words."""
    shipping.opens("stock.picking", picking).presses("button_validate")
    return shipping.is_refused()
