"""Writes rights.md: which role may do what, from the rights in the database.

python docs/make_rights.py
"""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
COMMAND = ["./dev", "test", "tests/test_rights.py", "-k", "test_the_page_is_what_holds"]

if __name__ == "__main__":
    environment = {**os.environ, "WRITE_RIGHTS": "1"}
    sys.exit(subprocess.run(COMMAND, cwd=ROOT, env=environment).returncode)
