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
# Placed as literals: both come from this program.
SET_ADDRESS = """
INSERT INTO ir_config_parameter (key, value) VALUES
    ('web.base.url', '{url}'), ('report.url', '{url}'), ('web.base.url.freeze', 'True')
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


def set_address(database, url):
    """Links in mails and the pages that PDFs are made from point at `url`."""
    postgres.query(SET_ADDRESS.format(url=url), database)


def logins():
    """Rows of the demo data's log-ins: login, password, name, role."""
    rows = []
    for path in sorted(paths.ADDONS.glob("*/demo/logins.csv")):
        with path.open(encoding="utf-8", newline="") as stream:
            rows += list(csv.DictReader(stream))
    administrator = {"login": "admin", "password": "admin", "name": "", "role": ""}
    return rows or [administrator]
