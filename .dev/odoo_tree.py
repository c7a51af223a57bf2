"""Odoo's own source: Debian's package, a clone, or a folder the user names."""

import hashlib
import os
import re
import shutil
import subprocess
import tempfile
import urllib.parse
from pathlib import Path

import console
import filelock
import paths

LOCK_FILE = paths.TOOL / "odoo.lock"
PUBLIC_REPOSITORY = "https://github.com/odoo/odoo.git"
BRANCH = "19.0"
APT_HELPER = Path("/usr/lib/apt/apt-helper")
KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
PACKAGES = Path("usr/lib/python3/dist-packages")
# 837 of 1,200 MB are translations; these are the languages this suite is made for.
KEPT_LANGUAGES = {"zh_CN", "zh_TW"}
# Left out of Debian's package and still named in mail's manifest: without the file
# each page logs an error, which makes every browser test fail.
DROPPED_SCRIPT = "mail/static/lib/selfie_segmentation/selfie_segmentation.js"


class PythonPath:
    """Where Odoo is imported from.

    `imports` is the folder to put on sys.path, `addons` further addons folders.
    """

    def __init__(self, imports, addons=()):
        self.imports = Path(imports)
        self.addons = [Path(folder) for folder in addons]

    def module_folder(self, module):
        """Folder of one of Odoo's own addons."""
        for folder in [self.imports / "odoo" / "addons", *self.addons]:
            if (folder / module).is_dir():
                return folder / module
        raise console.Failure(f"Odoo has no addon named {module}.")


def locate():
    """Fetch Odoo when needed; returns its PythonPath."""
    named = os.environ.get("ODOO_SOURCE")
    if named:
        return _from_checkout(Path(named).expanduser().resolve())
    entries = read_lock()
    tree = paths.CACHE / f"odoo-{paths.digest(LOCK_FILE)}"
    clone = paths.CACHE / f"odoo-{BRANCH}"
    if (tree / PACKAGES / "odoo").is_dir():
        return PythonPath(tree / PACKAGES)
    if clone.is_dir():
        return _from_checkout(clone)
    paths.CACHE.mkdir(parents=True, exist_ok=True)
    with filelock.exclusive("odoo-source", "it is fetching Odoo"):
        if not (tree / PACKAGES / "odoo").is_dir() and not clone.is_dir():
            console.check_free_space(paths.CACHE, 2500)
            if mirrors():
                _unpack_packages(entries, tree)
            else:
                _clone(clone)
    return locate()


def _from_checkout(folder):
    release = folder / "odoo" / "release.py"
    if not release.is_file():
        raise console.Failure(f"{folder} is no checkout of Odoo: no odoo/release.py.")
    if not re.search(r"^version_info = \(19, 0,", release.read_text(), re.M):
        raise console.Failure(f"{folder} is not Odoo 19.0.")
    addons = folder / "addons"
    return PythonPath(folder, [addons] if addons.is_dir() else [])


def _clone(clone):
    if not shutil.which("git"):
        raise console.Failure("git is missing; or name a checkout in ODOO_SOURCE.")
    with tempfile.TemporaryDirectory(dir=paths.CACHE) as scratch:
        console.run_logged(
            f"Cloning Odoo {BRANCH}",
            ["git", "clone", "--depth=1", f"--branch={BRANCH}", "--progress"]
            + [PUBLIC_REPOSITORY, f"{scratch}/odoo"],
            "odoo-clone",
        )
        os.rename(f"{scratch}/odoo", clone)


def read_lock():
    """Entries of odoo.lock as (suite, name, pool path, SHA-256)."""
    lines = LOCK_FILE.read_text(encoding="utf-8").splitlines()
    return [line.split() for line in lines if line and not line.startswith("#")]


def mirrors():
    """Debian mirrors of this machine, from its own apt configuration."""
    if not APT_HELPER.exists() or not shutil.which("dpkg-deb"):
        return []
    listed = subprocess.run(
        ["apt-get", "indextargets", "--format", "$(REPO_URI)"],
        capture_output=True,
        text=True,
        check=False,
    ).stdout.split()
    found = [uri.rstrip("/") for uri in listed]
    return [uri for uri in dict.fromkeys(found) if uri.endswith("/debian")]


def _unpack_packages(entries, tree):
    downloads = paths.CACHE / "packages"
    downloads.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(dir=paths.CACHE, prefix="unpack-"))
    try:
        with console.step("Fetching Odoo") as shown:
            for entry in entries:
                shown.detail = entry[1]
                package = fetch_package(entry, downloads)
                subprocess.run(["dpkg-deb", "-x", package, scratch], check=True)
            _prune(scratch)
        scratch.chmod(0o755)
        os.rename(scratch, tree)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def fetch_package(entry, downloads):
    """Download one locked package, or take it from the cache; returns its file."""
    suite, name, pool_path, expected = entry
    target = downloads / Path(pool_path).name
    if target.exists() and _sha256(target) == expected:
        return target
    for mirror in mirrors():
        url = f"{mirror}/{urllib.parse.quote(pool_path, safe='/+~_')}"
        subprocess.run(
            [APT_HELPER, "download-file", url, target, f"SHA256:{expected}"],
            capture_output=True,
            check=False,
        )
        if target.exists() and _sha256(target) == expected:
            return target
        target.unlink(missing_ok=True)
    return _current_package(suite, name, downloads)


def _current_package(suite, name, downloads):
    """The suite's package of today, its signature checked by apt."""
    print(f"The locked {name} is no longer served; taking the current one of {suite}.")
    for mirror in mirrors():
        with tempfile.TemporaryDirectory(prefix="apt-") as scratch:
            found = _apt_download(Path(scratch), mirror, suite, name)
            if found:
                return Path(shutil.move(found, downloads / found.name))
    raise console.Failure(
        f"{name} could not be fetched from this machine's Debian mirror; "
        "name a checkout of Odoo 19.0 in ODOO_SOURCE."
    )


def _apt_download(scratch, mirror, suite, name):
    scratch.chmod(0o755)
    for folder in ("lists/partial", "archives/partial", "out"):
        (scratch / folder).mkdir(parents=True)
    sources = scratch / "sources.list"
    sources.write_text(f"deb [signed-by={KEYRING}] {mirror} {suite} main\n")
    options = {
        "Dir::Etc::SourceList": sources,
        "Dir::Etc::SourceParts": "-",
        "Dir::State::Lists": scratch / "lists",
        "Dir::Cache::Archives": scratch / "archives",
        "APT::Sandbox::User": "",
    }
    settings = [f"-o{key}={value}" for key, value in options.items()]
    for command in (["update"], ["download", f"{name}/{suite}"]):
        subprocess.run(
            ["apt-get", "-qq", *settings, *command],
            cwd=scratch / "out",
            capture_output=True,
            check=False,
        )
    return next((scratch / "out").glob("*.deb"), None)


def _sha256(path):
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _prune(tree):
    """Drop packaging leftovers and other languages; replace what Debian left out."""
    for leftover in ("addons", "doc", "setup"):
        shutil.rmtree(tree / PACKAGES / leftover, ignore_errors=True)
    shutil.rmtree(tree / "usr/share/doc", ignore_errors=True)
    addons = tree / PACKAGES / "odoo" / "addons"
    for catalogue in addons.glob("*/i18n*/*.po"):
        if catalogue.stem not in KEPT_LANGUAGES:
            catalogue.unlink()
    script = addons / DROPPED_SCRIPT
    if not script.exists():
        script.parent.mkdir(parents=True, exist_ok=True)
        script.write_text("// Not part of Debian's package of Odoo.\n")
