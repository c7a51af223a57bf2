"""`./dev lint`: every check that needs no database, all run even when one fails."""

import shutil
import subprocess
import sys

import console
import modules
import odoo_tree
import paths
import python_env

# Said here and not in .pylintrc, where enabling a plug-in as a whole comes last:
# the add-ons are described in README.md and docs/, and a file has one subject, so that
# a model may be extended in several.
NOT_OURS = "--disable=missing-readme,consider-merging-classes-inherited"
# Taste, not errors: how the XML header, numbers and attributes are written; and the
# tables of the demo company are read by its builder, not by the manifest.
NOT_STRUCTURE = (
    "--disable=xml-header-wrong,xml-field-numeric-without-eval,"
    "xml-tag-position,file-not-used"
)
# Odoo's own exporter writes catalogues in another layout.
NOT_LAYOUT = "--disable=po-pretty-format"
COMPOSE_LOCK = paths.TOOL / "compose.lock"
COMPOSE_BINARY = "usr/libexec/docker/cli-plugins/docker-compose"


def run(addons, fix):
    """Run all linters, on the given add-ons if any; 0 when nothing was found."""
    python_env.ensure_linters()
    if fix:
        _fix([paths.ADDONS / addon for addon in addons] or [paths.ROOT])
    failed = [name for name, argv in checks(addons) if not _passes(name, argv)]
    if failed:
        print(f"Lint: {', '.join(failed)} found something.", file=sys.stderr)
    return 1 if failed else 0


def _fix(targets):
    ruff = paths.LINT_VENV / "bin" / "ruff"
    for mode in (["check", "--fix", "--quiet", "--exit-zero"], ["format", "--quiet"]):
        argv = [str(part) for part in [ruff, *mode, "--no-cache", *targets]]
        subprocess.run(argv, cwd=paths.ROOT, check=True)


def checks(addons):
    """Pairs of a name and the command to run."""
    tool = paths.LINT_VENV / "bin"
    folders = [paths.ADDONS / name for name in addons or modules.suite()]
    catalogues = [
        path for folder in folders for path in sorted(folder.glob("i18n/*.po"))
    ]
    targets = folders if addons else [paths.ROOT]
    ruff = tool / "ruff"
    return [
        ("ruff", [ruff, "check", "--no-cache", "--quiet", *targets]),
        ("ruff format", [ruff, "format", "--no-cache", "--check", "--quiet", *targets]),
        *_add_on_checks(tool, folders, catalogues),
        *([] if addons else _container_checks(tool)),
    ]


def _add_on_checks(tool, folders, catalogues):
    found = []
    if folders:
        found.append(("pylint-odoo", [tool / "pylint", NOT_OURS, *folders]))
        structure = tool / "oca-checks-odoo-module"
        found.append(("oca-checks-odoo-module", [structure, NOT_STRUCTURE, *folders]))
    if catalogues:
        translations = tool / "oca-checks-po"
        found.append(("oca-checks-po", [translations, NOT_LAYOUT, *catalogues]))
    return found


def _container_checks(tool):
    dockerfile = paths.ROOT / "docker" / "Dockerfile"
    threshold = "--failure-threshold=warning"
    found = [("hadolint", [tool / "hadolint", threshold, dockerfile])]
    compose = compose_command()
    if compose:
        found.append(("docker-compose", [*compose, "config", "--quiet"]))
    else:
        print("Not checked: docker-compose.yml (no docker-compose on this machine).")
    return found


def _passes(name, argv):
    finished = subprocess.run(
        [str(part) for part in argv],
        cwd=paths.ROOT,
        env=python_env.environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    if finished.returncode:
        print(f"== {name}\n{finished.stdout}{finished.stderr}".rstrip())
    return finished.returncode == 0


def compose_command():
    """docker-compose of this machine, else Debian's, unpacked in the cache."""
    if shutil.which("docker-compose"):
        return ["docker-compose"]
    entry = COMPOSE_LOCK.read_text(encoding="utf-8").split()
    folder = paths.CACHE / f"compose-{paths.digest(COMPOSE_LOCK)}"
    if not (folder / COMPOSE_BINARY).exists():
        if not odoo_tree.mirrors():
            return []
        paths.CACHE.mkdir(parents=True, exist_ok=True)
        with console.step("Fetching docker-compose"):
            package = odoo_tree.fetch_package(entry, paths.CACHE)
            subprocess.run(["dpkg-deb", "-x", package, folder], check=True)
    return [folder / COMPOSE_BINARY]
