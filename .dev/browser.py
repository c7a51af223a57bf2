"""A Chromium for the browser tests where the system's packages have none."""

import os
import shutil

import console
import odoo_command
import paths

FOLDER = paths.CACHE / "browsers"
# Where Odoo's own browser tests look, in this order.
NAMES = ("google-chrome", "chromium", "chromium-browser")


def ensure():
    """Have a browser: Debian's package by ./dev, elsewhere Playwright's build."""
    path = odoo_command.environment()["PATH"]
    if any(shutil.which(name, path=path) for name in NAMES):
        return
    # As root it may install the libraries that its build needs.
    libraries = ["--with-deps"] if os.geteuid() == 0 else []
    console.run_logged(
        "Fetching Chromium",
        [paths.VENV / "bin" / "playwright", "install", *libraries, "chromium"],
        "playwright",
        env=odoo_command.environment() | {"PLAYWRIGHT_BROWSERS_PATH": str(FOLDER)},
    )
    program = next(FOLDER.glob("chromium-*/chrome-linux*/chrome"))
    paths.BIN.mkdir(parents=True, exist_ok=True)
    (paths.BIN / "chromium").unlink(missing_ok=True)
    (paths.BIN / "chromium").symlink_to(program)


def program():
    """Path of the browser to drive."""
    path = odoo_command.environment()["PATH"]
    found = [shutil.which(name, path=path) for name in NAMES]
    return next((name for name in found if name), None)
