"""Rules for every test run of this project."""

import re

import pytest

# Odoo and pytest-odoo skip browser tests when their tools are missing. A run that
# proves nothing must not look like one that does.
UNACCEPTABLE_SKIP = re.compile(r"chrome|chromium|websocket|--odoo-http", re.I)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    outcome = yield
    report = outcome.get_result()
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else ""
    if report.skipped and UNACCEPTABLE_SKIP.search(reason):
        report.outcome = "failed"
        report.longrepr = f"A skip that counts as a failure: {reason}"
