"""All tests in one pytest run."""

import argparse
import os
import re
import signal
from pathlib import Path

import browser
import console
import databases
import modules
import odoo_command
import paths
import templates

# Odoo's own tests that are part of every full run; core-tests runs more of them.
UPSTREAM_TESTED = ("sale_stock", "repair")
# Of Odoo's own linter, what needs no Node and does not lint all of Odoo for minutes.
LINTER = "test_lint"
LINTER_IGNORED = ("test_checkers", "test_eslint", "test_l10n", "test_pylint")
WORKERS = ("-n", "2", "--dist", "loadfile")


def run(odoo, arguments):
    """Run pytest on the given paths and options, or on everything.

    `--addons a,b` installs only those add-ons of the suite; by default a run of one
    add-on's tests installs that add-on, and every other run the whole suite.
    """
    parser = argparse.ArgumentParser(prog="./dev test", add_help=False)
    parser.add_argument("--addons")
    options, selection = parser.parse_known_args(arguments)
    targets = [word for word in selection if _is_target(word)]
    chosen = _addons_for(options.addons, targets)
    workers = [] if targets or _has_workers(selection) else list(WORKERS)
    if not targets:
        selection += everything(odoo)
    values = {}
    if not targets or any(_is_about_company(word) for word in targets):
        values["DEMO_TEMPLATE"] = templates.demo()
    with database(templates.suite(chosen)) as name:
        return pytest(name, [*workers, *selection], values)


def _addons_for(named, targets):
    if named is not None:
        return modules.with_dependencies(filter(None, named.split(",")))
    tested = modules.of_paths(targets) if targets else None
    return modules.suite() if tested is None else modules.with_dependencies(tested)


def _is_target(word):
    return not word.startswith("-") and Path(word.split("::")[0]).exists()


def _is_about_company(word):
    """Only tests in tests/ use the demo company."""
    return Path(word.split("::")[0]).resolve().is_relative_to(paths.ROOT / "tests")


def _has_workers(arguments):
    return any(word.startswith(("-n", "--numprocesses")) for word in arguments)


def everything(odoo):
    """pytest's arguments for all tests."""
    ours = [path for path in (paths.ADDONS, paths.ROOT / "tests") if path.is_dir()]
    theirs = [odoo.module_folder(name) / "tests" for name in (*UPSTREAM_TESTED, LINTER)]
    ignored = [f"--ignore={theirs[-1] / name}.py" for name in LINTER_IGNORED]
    return [str(part) for part in [*ours, *theirs, *ignored]]


class database:
    """A copy of a template for the time of one run."""

    def __init__(self, template):
        self.template = template
        self.name = f"test_{os.getpid()}"

    def __enter__(self):
        databases.copy(self.template, self.name)
        return self.name

    def __exit__(self, *_details):
        for name in databases.names():
            if name == self.name or name.startswith((f"{self.name}-", f"{self.name}_")):
                databases.drop(name)


def pytest(name, arguments, extra=()):
    """Run pytest on a database; returns its exit code."""
    browser.ensure()
    console.check_free_space(paths.RUN, 500)
    # pytest ends its workers on Ctrl-C only.
    return odoo_command.attached(
        _command(name, arguments), env=_environment(extra), ending=signal.SIGINT
    )


def pytest_logged(title, name, arguments, log_name, accepted):
    """Run pytest on a database as a step, its output in a log."""
    browser.ensure()
    console.run_logged(
        title,
        _command(name, arguments),
        log_name,
        progress=_percentage,
        accepted=accepted,
        env=_environment(),
    )


def _percentage(line):
    found = re.search(r"\[ *(\d+%)\]", line)
    return found and found[1]


def _command(name, arguments):
    return [
        paths.VENV / "bin" / "python",
        "-m",
        "pytest",
        f"--config-file={paths.ROOT / 'pyproject.toml'}",
        "-p",
        "strict_skips",
        "-p",
        "own_filestore",
        f"--odoo-config={paths.ODOO_CONFIG}",
        f"--odoo-database={name}",
        "--odoo-http",
        *arguments,
    ]


def _environment(extra=()):
    values = odoo_command.environment() | dict(extra)
    values["PYTHONPATH"] = str(paths.TOOL / "pytest")
    return values
