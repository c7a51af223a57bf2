"""The demo company as a real server, and a real browser to use it with."""

import os
import shutil
import sys
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from types import SimpleNamespace

import odoo.tests.common as odoo_tests
import psutil
import psycopg2
import pytest
from playwright.sync_api import Error, sync_playwright

sys.path.append(str(Path(__file__).parents[1] / ".dev"))
sys.path.append(str(Path(__file__).parents[1] / "bench"))

import browser as chromium
import company
import databases
import paths
import serving
from story import PATIENCE, Person

BROWSER_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# The first page after a change compiles the web client's assets.
PATIENCE_MS = 60_000


# Odoo's test cases end every child process that they find when a class is done. These
# belong to fixtures of the whole session.
KEPT = set()


class WithoutKept(psutil.Process):
    """A process as Odoo's test cases may see it."""

    def children(self, recursive=False):
        return [child for child in super().children(recursive) if child.pid not in KEPT]


@contextmanager
def kept_children():
    """Keep the child processes that the block starts from Odoo's test cases."""
    odoo_tests.psutil = SimpleNamespace(**vars(psutil) | {"Process": WithoutKept})
    before = {child.pid for child in psutil.Process().children()}
    yield
    KEPT.update({child.pid for child in psutil.Process().children()} - before)


class DemoServer:
    """A running Odoo on a private copy of the demo company.

    `url` without a trailing slash, `port`, `database` (its name), `log` (a Path),
    `logins` (rows of the demo data's logins.csv as dicts), `mails` (a folder with every
    mail it has sent as a file).
    """

    def __init__(self, database, port, log):
        self.database = database
        self.port = port
        self.url = f"http://{serving.HOST}:{port}"
        self.log = log
        self.mails = serving.mail_folder(database)
        self.logins = company.logins()

    def connect(self):
        """A new psycopg2 connection, past Odoo; the caller closes it."""
        return psycopg2.connect(dbname=self.database)

    def sql(self, query, parameters=()):
        """Run one statement in its own transaction; rows when it returns any."""
        connection = self.connect()
        try:
            with connection, connection.cursor() as cursor:
                cursor.execute(query, parameters)
                return cursor.fetchall() if cursor.description else []
        finally:
            connection.close()

    def password(self, login):
        return next(row["password"] for row in self.logins if row["login"] == login)


@pytest.fixture(scope="session")
def demo_server(request):
    """One server for the session (one per worker), on a fresh copy of the company."""
    template = os.environ["DEMO_TEMPLATE"]
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    name = f"{request.config.getoption('--odoo-database')}_company_{worker}"
    port = serving.free_port()
    log = paths.LOGS / f"server-{worker}.log"
    databases.copy(template, name)
    try:
        with ExitStack() as stack:
            with kept_children():
                stack.enter_context(serving.server(name, port, log))
            yield DemoServer(name, port, log)
    finally:
        databases.drop(name)
        shutil.rmtree(serving.mail_folder(name), ignore_errors=True)


@pytest.fixture(scope="session")
def browser():
    """Chromium, driven by Playwright; tests open contexts in it."""
    with ExitStack() as stack:
        with kept_children():
            playwright = stack.enter_context(sync_playwright())
            launched = playwright.chromium.launch(
                executable_path=chromium.program(), args=BROWSER_ARGUMENTS
            )
        yield launched
        launched.close()


@pytest.fixture
def log_in(demo_server, browser):
    """`log_in(login, password=None, **context_options)` gives a page of that person.

    Each call is a browser of its own, so that several people can be at work at once.
    """
    contexts = []

    def open_page(login, password=None, **options):
        ours = {
            "base_url": demo_server.url,
            "viewport": {"width": 1440, "height": 1000},
        }
        context = browser.new_context(**ours | options)
        contexts.append(context)
        context.set_default_timeout(PATIENCE_MS)
        page = context.new_page()
        page.goto("/web/login")
        page.fill("input[name=login]", login)
        page.fill("input[name=password]", password or demo_server.password(login))
        page.click(".oe_login_form button[type=submit]")
        page.wait_for_selector(".o_main_navbar, .o_portal")
        return page

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture
def person(demo_server, log_in, request):
    """`person("technical")` is that person at a browser of their own."""
    people = request.node.people = {}
    languages = {row["login"]: row["lang"] for row in demo_server.logins}

    def somebody(login):
        if login not in people:
            people[login] = Person(log_in, login, languages[login])
        return people[login]

    return somebody


@pytest.fixture
def visitor(demo_server, browser):
    """A browser of somebody who has a link and no log-in."""
    context = browser.new_context(
        base_url=demo_server.url, viewport={"width": 390, "height": 844}
    )
    context.set_default_timeout(PATIENCE)
    yield context.new_page()
    context.close()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """Add to a failed story what its people had on their screens."""
    report = yield
    if report.failed and call.when == "call":
        for login, person in getattr(item, "people", {}).items():
            with suppress(Error):
                report.sections.append((f"The screen of {login}", person.sees()))
    return report
