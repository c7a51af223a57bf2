"""All tests in one pytest run."""

import os
import subprocess
from pathlib import Path

import console
import databases
import modules
import odoo_command
import paths
import templates

# Odoo's own tests that are part of every full run; core-tests runs more of them.
UPSTREAM_TESTED = ("sale_stock", "repair")
WORKERS = ("-n", "2", "--dist", "loadfile")


def run(odoo, arguments):
    """Run pytest on the given paths and options, or on everything."""
    targets = [word for word in arguments if _is_target(word)]
    addons = modules.of_paths(targets) if targets else None
    chosen = modules.suite() if addons is None else modules.with_dependencies(addons)
    selection = list(arguments)
    if not targets:
        selection += everything(odoo)
    workers = [] if targets or _has_workers(arguments) else list(WORKERS)
    with database(templates.suite(chosen)) as name:
        return pytest(name, [*workers, *selection])


def _is_target(word):
    return not word.startswith("-") and Path(word.split("::")[0]).exists()


def _has_workers(arguments):
    return any(word.startswith(("-n", "--numprocesses")) for word in arguments)


def everything(odoo):
    found = [str(path) for path in (paths.ADDONS, paths.ROOT / "tests") if path.is_dir()]
    return found + [
        str(odoo.module_folder(module) / "tests") for module in UPSTREAM_TESTED
    ]


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
            if name == self.name or name.startswith(f"{self.name}-"):
                databases.drop(name)


def pytest(name, arguments, **options):
    """Run pytest on a database; returns its exit code."""
    console.check_free_space(paths.RUN, 500)
    command = [
        paths.VENV / "bin" / "python",
        "-m",
        "pytest",
        f"--rootdir={paths.ROOT}",
        f"--odoo-config={paths.ODOO_CONFIG}",
        f"--odoo-database={name}",
        "--odoo-http",
        *arguments,
    ]
    process = subprocess.Popen(command, env=odoo_command.environment(), **options)
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:
            continue
