"""Who may write clocks and their events: only this add-on's private methods.

Clocks are evidence of who waited for whom. No access right allows to write them,
and not even the superuser can, unless the context holds this very object. It
lives in this process only: nothing that arrives by RPC, import or a server
action's context can be it, whatever it is called.
"""

from odoo.exceptions import UserError

RECORDING = object()
KEY = "service_clock_recording"


def recording(records):
    """Return the records with the right to be written, without tracking."""
    return records.sudo().with_context(
        **{KEY: RECORDING}, tracking_disable=True, mail_create_nosubscribe=True
    )


def check_recording(records):
    """Refuse whatever does not come from :func:`recording`.

    :raise UserError: always, except with the sentinel in the context
    """
    if records.env.context.get(KEY) is not RECORDING:
        raise UserError(
            records.env._(
                "Clocks and their events are kept by the system: they cannot be"
                " created, changed or deleted by hand."
            )
        )
