from . import models, wizards
from .guard import release


def uninstall_hook(env):
    """Lift the guards with what they guard, but leave the evidence.

    The add-on goes, its rows stay as plain tables in the database.
    """
    env.flush_all()
    stamp = f"{env.cr.now():%Y%m%d_%H%M%S}"
    for table in ("signoff_signature", "signoff_chain"):
        env.cr.execute(f"CREATE TABLE {table}_kept_{stamp} AS TABLE {table}")
    release(env.cr)
    env.cr.execute("DELETE FROM signoff_signature")
    env.cr.execute("DELETE FROM signoff_chain")
