"""Where everything lives.

State is in the project's folder under `.run/`; only downloads, which any checkout can
use again, are in the user's cache.
"""

import hashlib
import os
from pathlib import Path

TOOL = Path(__file__).resolve().parent
ROOT = TOOL.parent
ADDONS = ROOT / "addons"
RUN = Path(os.environ.get("DEV_STATE") or ROOT / ".run").absolute()
VENV = RUN / "venv"
LINT_VENV = RUN / "lint-venv"
BIN = RUN / "bin"
LOGS = RUN / "log"
LOCKS = RUN / "locks"
DATA = RUN / "data"
FILESTORE = DATA / "filestore"
ODOO_CONFIG = RUN / "odoo.conf"
CACHE = (
    Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    / "order-confirmation-suite"
)


def digest(*parts):
    """Short hash over files (Path) and strings, used as a key."""
    total = hashlib.sha256()
    for part in parts:
        content = part.read_bytes() if isinstance(part, Path) else str(part).encode()
        total.update(hashlib.sha256(content).digest())
    return total.hexdigest()[:12]
