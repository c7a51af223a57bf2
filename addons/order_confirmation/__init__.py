from . import controllers, models, wizards
from .models.order_promise import release


def uninstall_hook(env):
    """Take the guard of the promise ledger out of the database with its table."""
    release(env.cr)
