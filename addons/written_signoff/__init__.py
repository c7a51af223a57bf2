from . import models, wizards


def uninstall_hook(env):
    """Take the evidence guard out of the database with the table it guards."""
    env.cr.execute("DROP FUNCTION IF EXISTS signoff_evidence_guard() CASCADE")
