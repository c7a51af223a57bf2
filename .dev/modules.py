"""The add-ons of this suite as files: names, dependencies, content."""

import ast
import hashlib
from pathlib import Path

import console
import paths

# Odoo's own modules under the suite; auto-install adds the bridges between them.
UPSTREAM = (
    "sale_management,sale_mrp,sale_stock,stock,mrp,repair,stock_picking_batch,account,"
    "spreadsheet_dashboard"
).split(",")
LANGUAGES = ("zh_TW", "zh_CN")
# Neither changes what an installation makes.
NOT_INSTALLED = {"tests", "docs", "__pycache__"}


def suite():
    """Names of all add-ons in addons/."""
    found = paths.ADDONS.glob("*/__manifest__.py")
    return sorted(path.parent.name for path in found if _installable(path))


def manifest(addon):
    return _read(paths.ADDONS / addon / "__manifest__.py")


def _read(path):
    try:
        return ast.literal_eval(path.read_text(encoding="utf-8"))
    except (SyntaxError, ValueError) as error:
        raise console.Failure(f"{path} cannot be read: {error}") from error


def _installable(path):
    return _read(path).get("installable", True)


def with_dependencies(addons):
    """The given add-ons of the suite and those of the suite they depend on.

    With them the bridges that Odoo adds by itself.
    """
    names, queue = set(), list(addons)
    known = set(suite())
    while queue:
        name = queue.pop()
        if name in known and name not in names:
            names.add(name)
            queue += manifest(name).get("depends", [])
        queue = queue or [each for each in known - names if _bridges(each, names)]
    return sorted(names)


def _bridges(addon, installed):
    """Whether an add-on installs itself between add-ons of the suite and Odoo's."""
    below = set(manifest(addon).get("depends", [])).intersection(suite())
    installs = manifest(addon).get("auto_install", False)
    return bool(installs and below and below <= installed)


def of_paths(arguments):
    """Add-ons that contain the given paths; None when a path is outside all."""
    found = set()
    for argument in arguments:
        path = Path(argument.split("::")[0]).resolve()
        if not path.is_relative_to(paths.ADDONS) or path == paths.ADDONS:
            return None
        found.add(path.relative_to(paths.ADDONS).parts[0])
    return sorted(found)


def content_key(addon):
    """Hash of all files of an add-on that matter for its installation."""
    folder = paths.ADDONS / addon
    total = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        parts = path.relative_to(folder).parts
        if NOT_INSTALLED.isdisjoint(parts) and path.is_file() and path.suffix != ".pyc":
            total.update("/".join(parts).encode() + b"\0" + path.read_bytes() + b"\0")
    return total.hexdigest()[:12]


def content_keys(addons):
    return {addon: content_key(addon) for addon in addons}
