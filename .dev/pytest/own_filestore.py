"""Each worker of a parallel run has a file store of its own.

pytest-odoo gives the workers one store between them. Odoo's test cases sweep the store
when a class is done: what another worker had just written, such as the style sheets of
the paper it was printing, was gone.
"""

import os
import shutil
from contextlib import contextmanager
from pathlib import Path

import pytest_odoo
from odoo.tools import config


@contextmanager
def _filestore_of(original, copy):
    """Link the files of one database to its copy, for as long as that is in use."""
    if original == copy:
        yield
        return
    source, target = Path(config.filestore(original)), Path(config.filestore(copy))
    if source.is_dir():
        shutil.copytree(source, target, copy_function=os.link)
    try:
        yield
    finally:
        shutil.rmtree(target, ignore_errors=True)


pytest_odoo._shared_filestore = _filestore_of
