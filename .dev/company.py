"""The working database `demo`: kept between runs, updated when add-ons change."""

import csv
import json

import console
import databases
import modules
import odoo_command
import paths
import postgres
import templates

NAME = "demo"
RECORD = paths.RUN / "demo.json"
# Nothing listens here: the demo company asks no service on the network.
NOWHERE = "http://127.0.0.1:9"
SERVICES = (
    "iap.endpoint",
    "iap.partner_autocomplete.endpoint",
    "sms.endpoint",
    "snailmail.endpoint",
)
# Placed as literals: all of it comes from this program.
SET_PARAMETER = """
INSERT INTO ir_config_parameter (key, value) VALUES {values}
ON CONFLICT (key) DO UPDATE SET value = excluded.value
"""


def ensure(fresh):
    """Make or update the working database."""
    if fresh:
        RECORD.unlink(missing_ok=True)
    if not ensure_exists():
        _update()


def ensure_exists():
    """Make the working database when it is not there; True when it was made."""
    if RECORD.exists() and databases.exists(NAME):
        return False
    template = templates.demo()
    databases.copy(template, NAME)
    _remember(modules.content_keys(modules.suite()))
    return True


def _update():
    before = json.loads(RECORD.read_text())
    now = modules.content_keys(modules.suite())
    changed = sorted(
        name for name in now if name in before and before[name] != now[name]
    )
    new = sorted(set(now) - set(before))
    arguments = []
    if changed:
        arguments.append(f"--update={','.join(changed)}")
    if new:
        arguments.append(f"--init={','.join(new)}")
    if not arguments:
        return
    title = f"Updating the company to the changed {', '.join(changed + new)}"
    try:
        odoo_command.install(NAME, title, "update", *arguments)
    except console.Failure as failure:
        raise console.Failure(f"{failure}; ./dev run --fresh makes it anew") from None
    _remember(now)


def _remember(keys):
    RECORD.write_text(json.dumps(keys, indent=1))


def settle(database, url):
    """Links and the pages that PDFs are made from point at `url`, nothing outside."""
    parameters = {
        "web.base.url": url,
        "web.base.url.freeze": "True",
        "report.url": url,
        **dict.fromkeys(SERVICES, NOWHERE),
    }
    values = ", ".join(f"('{key}', '{value}')" for key, value in parameters.items())
    postgres.query(SET_PARAMETER.format(values=values), database)


def logins():
    """Rows of the demo data's log-ins: login, password, name, role, lang."""
    rows = []
    for path in sorted(paths.ADDONS.glob("*/demo/logins.csv")):
        with path.open(encoding="utf-8", newline="") as stream:
            rows += list(csv.DictReader(stream))
    administrator = {"login": "admin", "password": "admin"}
    administrator |= dict.fromkeys(("name", "role", "lang"), "")
    return rows or [administrator]
