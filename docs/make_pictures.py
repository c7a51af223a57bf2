"""Make the pictures of these pages anew, from the demo company in a real browser.

    .run/venv/bin/python docs/make_pictures.py [--url URL] [NAME ...]

Without --url a copy of the demo company is served for the time of the run; with it, a
server that runs already (`./dev run`) is used. NAME is a picture of `PICTURES`. After
one `./dev test`, everything that this needs is installed.
"""

import argparse
import csv
import io
import os
import shutil
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "docs" / "pictures"
LOGINS = ROOT / "addons" / "order_confirmation" / "demo" / "logins.csv"
WIDTH = 1200
COLOURS = 128
# The first page after a change compiles the web client's assets.
PATIENCE_MS = 180_000
SCREEN = {"width": 1440, "height": 900}
TALL = {"width": 1440, "height": 1180}
TELEPHONE = {
    "viewport": {"width": 390, "height": 844},
    "device_scale_factor": 2,
    "is_mobile": True,
    "has_touch": True,
}
SETTLED = """() => !document.querySelector('.o_loading_indicator, .o_blockUI')
    && document.fonts.status === 'loaded'
    && [...document.images].every((image) => image.complete)"""


class Studio:
    """The demo company, a browser, and where the pictures go."""

    def __init__(self, url, browser):
        self.url = url
        self.browser = browser
        with LOGINS.open(encoding="utf-8", newline="") as stream:
            rows = csv.DictReader(stream)
            self.passwords = {row["login"]: row["password"] for row in rows}

    @contextmanager
    def person(self, login, **options):
        """Yield a page of this person, in a browser of its own."""
        options = {"viewport": SCREEN, **options}
        context = self.browser.new_context(base_url=self.url, **options)
        context.set_default_timeout(PATIENCE_MS)
        page = context.new_page()
        page.goto("/web/login")
        page.fill("input[name=login]", login)
        page.fill("input[name=password]", self.passwords[login])
        page.click(".oe_login_form button[type=submit]")
        page.wait_for_selector(".o_main_navbar, .o_portal")
        try:
            yield page
        finally:
            context.close()

    def ask(self, page, model, method, *arguments, **keywords):
        """Call a method as the person of the page."""
        parameters = {
            "model": model,
            "method": method,
            "args": list(arguments),
            "kwargs": keywords,
        }
        answer = page.request.post(
            f"/web/dataset/call_kw/{model}/{method}",
            data={"jsonrpc": "2.0", "method": "call", "params": parameters},
        ).json()
        if "error" in answer:
            raise RuntimeError(answer["error"]["data"]["message"])
        return answer["result"]

    def order_at(self, page, stage, language):
        """Return the id of an order at this stage, of a customer of this language."""
        domain = [["stage", "=", stage], ["partner_id.lang", "=", language]]
        # The last one is complete: what has just come in is not.
        how = {"order": "id desc", "limit": 1}
        found = self.ask(
            page, "order.board", "search_read", domain, ["order_id"], **how
        )
        if not found:
            raise RuntimeError(f"No order of the demo company is at {stage!r}")
        return found[0]["order_id"][0]

    def open_order(self, page, order_id):
        page.goto(f"/odoo/action-order_confirmation.orders_action/{order_id}")
        page.wait_for_selector(".o_form_view .o_statusbar_status")

    def sheet_at(self, page, order_id):
        """Return the address of the customer's page of an order's sheet."""
        domain = [["order_id", "=", order_id]]
        [sheet_id] = self.ask(page, "order.sheet", "search", domain, limit=1)
        return self.ask(page, "order.sheet", "get_portal_url", [sheet_id])

    def take(self, page, name):
        page.wait_for_function(SETTLED)
        # Dialogs and pages of a form fade in.
        page.wait_for_timeout(700)
        keep(page.screenshot(), name)


def keep(data, name):
    """Write a picture small: at most 1200 wide, in few colours."""
    picture = Image.open(io.BytesIO(data)).convert("RGB")
    if picture.width > WIDTH:
        height = round(picture.height * WIDTH / picture.width)
        picture = picture.resize((WIDTH, height), Image.Resampling.LANCZOS)
    picture = picture.quantize(COLOURS, dither=Image.Dither.NONE)
    FOLDER.mkdir(exist_ok=True)
    path = FOLDER / f"{name}.png"
    picture.save(path, optimize=True)
    print(f"{path.relative_to(ROOT)}  {path.stat().st_size // 1024} kB", flush=True)


# -- the pictures ----------------------------------------------------------------


def board(studio, login="service", name="board"):
    with studio.person(login, viewport={"width": 1600, "height": 950}) as page:
        page.goto("/odoo/action-order_confirmation.order_board_action")
        page.wait_for_selector(".o_kanban_record .fa-clock-o")
        studio.take(page, name)


def board_zh(studio):
    board(studio, "service2", "board_zh")


def release(studio):
    with studio.person("service", viewport=TALL) as page:
        studio.open_order(page, studio.order_at(page, "return", "en_US"))
        page.click(".o_notebook a.nav-link[name=release]")
        page.wait_for_selector(".o_release_gate [data-state]")
        studio.take(page, "release")


def refusal(studio):
    with studio.person("service") as page:
        studio.open_order(page, studio.order_at(page, "return", "en_US"))
        page.click(".o_statusbar_buttons button[name=action_confirm]:visible")
        page.wait_for_selector(".o_error_dialog, .modal .o_dialog_warning, .modal-body")
        studio.take(page, "refusal")


def dialog(studio):
    with studio.person("technical", viewport={"width": 1440, "height": 1460}) as page:
        studio.open_order(page, studio.order_at(page, "technical", "en_US"))
        page.click(".o_statusbar_buttons button[name=action_technical_statement]")
        page.wait_for_selector(".modal div[name=terms_html] table")
        words = "Checked against the last run of this product; material as listed."
        page.fill(".modal div[name=statement] textarea", words)
        studio.take(page, "dialog")


def matrix(studio):
    with studio.person("director", viewport=TALL) as page:
        page.goto("/odoo/action-customer_tiering.release_matrix_action")
        page.wait_for_selector(".o_release_matrix td[data-row]")
        studio.take(page, "matrix")


def portal(studio):
    with studio.person("customer", **TELEPHONE) as page:
        page.goto("/my/sheets")
        page.click("table tr:has(.text-bg-warning) a")
        page.wait_for_selector(".o_sheet_page canvas")
        page.evaluate("window.scrollTo(0, 0)")
        studio.take(page, "portal")


def paper(studio, login="service", language="en_US", name="paper"):
    with studio.person(login) as page:
        address = studio.sheet_at(page, studio.order_at(page, "return", language))
        sign = "&" if "?" in address else "?"
        answer = page.request.get(
            f"{address}{sign}report_type=pdf", timeout=PATIENCE_MS
        )
        command = ["pdftoppm", "-png", "-r", "105", "-f", "1", "-l", "1", "-"]
        keep(subprocess.run(command, input=answer.body(), **CAUGHT).stdout, name)


def paper_zh(studio):
    paper(studio, "service2", "zh_TW", "paper_zh")


def supervision(studio):
    with studio.person("merchandiser", **TELEPHONE) as page:
        page.goto("/odoo/action-order_confirmation.supervision_point_action")
        page.wait_for_selector(".o_kanban_record button")
        studio.take(page, "supervision")


def exception(studio):
    first(studio, "head", "production_exception", "exception")


def balance(studio):
    first(studio, "finance", "balance_notice", "balance")


def first(studio, login, document, name):
    """The first record of a list, opened."""
    with studio.person(login) as page:
        page.goto(f"/odoo/action-order_confirmation.{document}_action")
        page.click(".o_data_row, .o_kanban_record:not(.o_kanban_ghost)")
        page.wait_for_selector(".o_form_view .o_statusbar_status")
        studio.take(page, name)


CAUGHT = {"check": True, "capture_output": True}
PICTURES = {
    made.__name__: made
    for made in (
        board,
        release,
        dialog,
        paper,
        portal,
        refusal,
        matrix,
        board_zh,
        paper_zh,
        supervision,
        exception,
        balance,
    )
}


# -- the server ------------------------------------------------------------------


@contextmanager
def company_of_our_own():
    """Serve a fresh copy of the demo company, and take it away again."""
    sys.path.append(str(ROOT / ".dev"))
    import cli
    import databases
    import paths
    import postgres
    import serving
    import templates

    cli.prepare()
    name, port = f"pictures_{os.getpid()}", serving.free_port()
    with postgres.running():
        databases.copy(templates.demo(), name)
        try:
            with serving.server(name, port, paths.LOGS / "pictures.log"):
                yield f"http://{serving.HOST}:{port}"
        finally:
            databases.drop(name)


@contextmanager
def company_at(url):
    yield url


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--url", help="address of a server of the demo company")
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(PICTURES))
    options = parser.parse_args()
    if unknown := set(options.names) - PICTURES.keys():
        parser.error(f"no picture is named {', '.join(sorted(unknown))}")
    served = company_at(options.url) if options.url else company_of_our_own()
    with served as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"),
            args=["--no-sandbox", "--disable-gpu"],
        )
        studio = Studio(url, browser)
        for name in options.names or PICTURES:
            PICTURES[name](studio)
        browser.close()


if __name__ == "__main__":
    main()
