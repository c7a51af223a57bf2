"""Template databases, so that only the first run pays for installing Odoo.

Layer 1 holds Odoo's own modules without demo data; its name is a hash of the locks and
the module list. Layer 2 is a copy of it with add-ons of the suite, with or without
their demo data; its name adds the hash of those add-ons' files. A template is built
under a scratch name and renamed when whole: a killed build leaves no half template.
"""

import os
import re
import time

import console
import databases
import filelock
import modules
import odoo_command
import odoo_tree
import paths
import postgres
import python_env

LAYER_1 = "layer1_"
LAYER_2 = ("suite_", "demo_")
SCRATCH = "build_"
KEPT_PER_LAYER = 6
KEPT_LOGS_SECONDS = 24 * 3600
MARKS = paths.RUN / "templates"

# The demo data of our add-ons stands alone: Odoo's own must not be in it. Odoo installs
# an add-on's demo data only when all it depends on say they have theirs.
PRETEND_DEMO = "UPDATE ir_module_module SET demo = true WHERE state = 'installed'"
FORGET_DEMO = (
    "UPDATE ir_module_module SET demo = false WHERE NOT (name = ANY('{{{}}}'))"
)
LOAD_LANGUAGES = """
from odoo.tools.translate import load_language
for code in {}:
    load_language(env.cr, code)
env.cr.commit()
"""
PREGENERATE = "env['ir.qweb']._pregenerate_assets_bundles()\nenv.cr.commit()\n"


def layer1():
    """Name of the template with Odoo's modules; builds it when it is not there."""
    key = paths.digest(
        odoo_tree.LOCK_FILE,
        python_env.REQUIREMENTS,
        os.environ.get("ODOO_SOURCE", ""),
        *modules.UPSTREAM,
        *modules.LANGUAGES,
        LOAD_LANGUAGES,
        PREGENERATE,
    )
    return _ensure(f"{LAYER_1}{key}", _build_layer1)


def _build_layer1(database):
    odoo_command.install(
        database,
        "Installing Odoo's own modules",
        "layer1",
        f"--init={','.join(modules.UPSTREAM)}",
    )
    # Not --load-language: on a new database it makes the first one everybody's.
    odoo_command.script(
        database,
        "Loading the Chinese translations",
        "languages",
        LOAD_LANGUAGES.format(modules.LANGUAGES),
    )
    odoo_command.script(database, "Building the web client", "assets", PREGENERATE)


def suite(addons):
    """Name of the template with these add-ons, without demo data."""
    return _layer2("suite_", addons, _install_plain)


def demo():
    """Name of the template with the whole suite and its demo company."""
    return _layer2("demo_", modules.suite(), _install_demo)


def _layer2(prefix, addons, install):
    base = layer1()
    if not addons:
        return base
    key = paths.digest(base, str(modules.content_keys(addons)))

    def build(database):
        databases.copy(base, database)
        install(database, addons)

    return _ensure(f"{prefix}{key}", build)


def _install_plain(database, addons):
    odoo_command.install(
        database,
        f"Installing {', '.join(addons)}",
        f"suite-{os.getpid()}",
        f"--init={','.join(addons)}",
    )
    _check_installed(database, addons)


def _install_demo(database, addons):
    postgres.query(PRETEND_DEMO, database)
    odoo_command.install(
        database,
        "Installing the suite with its demo company",
        f"demo-{os.getpid()}",
        f"--init={','.join(addons)}",
    )
    postgres.query(FORGET_DEMO.format(",".join(addons)), database)
    _check_installed(database, addons)
    odoo_command.script(
        database, "Building the web client", f"assets-{os.getpid()}", PREGENERATE
    )


def _check_installed(database, addons):
    rows = postgres.query("SELECT name, state FROM ir_module_module", database)
    states = dict(rows)
    for addon in addons:
        if states.get(addon) != "installed":
            raise console.Failure(f"{addon} is {states.get(addon)}, not installed.")


def _ensure(name, build):
    with filelock.exclusive(f"build-{name}", "it is building the same template"):
        if not databases.exists(name):
            console.check_free_space(paths.RUN, 1000)
            scratch = f"{SCRATCH}{os.getpid()}_{name}"[:60]
            _sweep()
            try:
                build(scratch)
                databases.rename(scratch, name)
            except BaseException:
                databases.drop(scratch)
                raise
    MARKS.mkdir(parents=True, exist_ok=True)
    (MARKS / name).touch()
    return name


def _sweep():
    """Drop what killed commands left, old logs, and templates not used for long."""
    for name in databases.names():
        owner = re.match(r"(?:build|test)_(\d+)", name)
        if owner and not _is_alive(int(owner[1])):
            databases.drop(name)
    for log in paths.LOGS.glob("*-[0-9]*.log"):
        if time.time() - log.stat().st_mtime > KEPT_LOGS_SECONDS:
            log.unlink(missing_ok=True)
    for prefix in (LAYER_1, *LAYER_2):
        _drop_oldest([name for name in databases.names() if name.startswith(prefix)])


def _drop_oldest(candidates):
    used = {name: _last_used(name) for name in candidates}
    for name in sorted(used, key=used.get, reverse=True)[KEPT_PER_LAYER:]:
        lock = filelock.open_lock(f"database-{name}")
        if filelock.try_exclusive(lock):
            databases.drop(name)
            (MARKS / name).unlink(missing_ok=True)
        os.close(lock)


def _last_used(name):
    mark = MARKS / name
    return mark.stat().st_mtime if mark.exists() else time.time()


def _is_alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
