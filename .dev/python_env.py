"""The virtual environment, from one lock with hashes, and the odoo command in it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import console
import filelock
import paths
import postgres

REQUIREMENTS = paths.TOOL / "requirements.lock"
TEST_REQUIREMENTS = paths.TOOL / "tests.lock"
LINT_REQUIREMENTS = paths.TOOL / "lint.lock"
UV_LOCK = paths.TOOL / "uv.lock"
# Lets OCA wheels and `pip check` find the unpacked tree under its own name.
ODOO_METADATA = "Metadata-Version: 2.1\nName: odoo\nVersion: 19.0\n"
ODOO_SCRIPT = """#!{python}
import odoo.cli

odoo.cli.main()
"""


def environment():
    """Environment variables for everything that runs in this project."""
    values = dict(os.environ)
    values.pop("PYTHONDONTWRITEBYTECODE", None)
    values.pop("PYTHONPATH", None)
    values["PATH"] = os.pathsep.join(
        [str(paths.BIN), str(paths.VENV / "bin"), values.get("PATH", os.defpath)]
    )
    values["VIRTUAL_ENV"] = str(paths.VENV)
    # Odoo's tree is shared and read-only, and addons/ stays clean.
    values["PYTHONPYCACHEPREFIX"] = str(paths.RUN / "pycache")
    values["HYPOTHESIS_STORAGE_DIRECTORY"] = str(paths.RUN / "hypothesis")
    values["ODOO_RC"] = str(paths.ODOO_CONFIG)
    return values


def ensure(odoo):
    """Make the environment, or bring it up to the locks."""
    place = paths.digest(sys.version, str(odoo.imports), str(paths.VENV), ODOO_SCRIPT)
    requirements = [REQUIREMENTS, TEST_REQUIREMENTS]
    with filelock.exclusive("venv", "it is installing Python packages"):
        _bring_up(paths.VENV, place, requirements, lambda: _connect(odoo))


def ensure_linters():
    """The linters have an environment of their own: their pins clash with Odoo's."""
    place = paths.digest(sys.version, str(paths.LINT_VENV))
    with filelock.exclusive("lint-venv", "it is installing the linters"):
        _bring_up(paths.LINT_VENV, place, [LINT_REQUIREMENTS], lambda: None)


def _bring_up(venv, place, requirements, finish):
    """Make the environment anew in a new place; install what the locks have anew."""
    key = paths.digest(UV_LOCK, *requirements)
    stamp = venv / "stamp"
    current = stamp.read_text().split() if stamp.exists() else []
    if current == [place, key]:
        return
    console.check_free_space(paths.RUN, 1500)
    if current[:1] != [place]:
        if venv == paths.VENV and postgres.in_use():
            raise console.Failure(
                "Odoo or Python is another one now, while another ./dev command is "
                "running; end it first."
            )
        _create(venv)
    _install(venv, requirements)
    finish()
    stamp.write_text(f"{place} {key}")


def _create(venv):
    shutil.rmtree(venv, ignore_errors=True)
    console.run_logged(
        "Creating a Python environment", [sys.executable, "-m", "venv", venv], "venv"
    )


def _install(venv, requirements):
    python = venv / "bin" / "python"
    console.run_logged(
        "Installing uv",
        [python, "-m", "pip", "install", "--quiet", "--no-deps", "--require-hashes"]
        + ["--disable-pip-version-check", "--requirement", UV_LOCK],
        "pip",
    )
    console.run_logged(
        "Installing Python packages",
        [venv / "bin" / "uv", "pip", "install", "--python", python, "--no-deps"]
        + ["--require-hashes", *[f"--requirement={path}" for path in requirements]],
        "uv",
        env=_uv_environment(python),
    )


def _uv_environment(python):
    """uv with the index that pip uses here and the system's certificates."""
    values = dict(os.environ)
    values.setdefault("UV_SYSTEM_CERTS", "1")
    values["UV_PYTHON_DOWNLOADS"] = "never"
    values["UV_CACHE_DIR"] = str(paths.CACHE / "uv")
    index = subprocess.run(
        [python, "-m", "pip", "config", "get", "global.index-url"],
        capture_output=True,
        text=True,
        check=False,
    ).stdout.strip()
    index = os.environ.get("PIP_INDEX_URL") or index
    if index:
        values.setdefault("UV_DEFAULT_INDEX", index)
    return values


def _connect(odoo):
    """Make the unpacked tree importable, and name tools as Odoo looks for them."""
    _link_tools()
    python = paths.VENV / "bin" / "python"
    packages = site_packages()
    (packages / "odoo-tree.pth").write_text(f"{odoo.imports}\n")
    metadata = packages / "odoo-19.0.dist-info"
    metadata.mkdir(exist_ok=True)
    (metadata / "METADATA").write_text(ODOO_METADATA)
    (metadata / "INSTALLER").write_text("dev\n")
    (metadata / "RECORD").write_text("")
    script = paths.VENV / "bin" / "odoo"
    script.write_text(ODOO_SCRIPT.format(python=python))
    script.chmod(0o755)


def _link_tools():
    """Name the wheel's wkhtmltopdf as Odoo looks for it."""
    paths.BIN.mkdir(parents=True, exist_ok=True)
    link = paths.BIN / "wkhtmltopdf"
    link.unlink(missing_ok=True)
    link.symlink_to(paths.VENV / "bin" / "wkhtmltopdf-pack")


def site_packages():
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    return Path(paths.VENV / "lib" / version / "site-packages")
