from odoo import api, models
from odoo.exceptions import AccessError

from ..keeping import holds_key


class KeptRecord(models.AbstractModel):
    """A record that its own methods write, and nobody else: no administrator either.

    Those methods take the key from :func:`..keeping.keyed`. To be inherited first, so
    that nothing happens before the refusal.
    """

    _name = "kept.record"
    _description = "Record That Only Its Own Methods Write"

    # The document whose part this is: its key opens this, too.
    _kept_by = None
    # What everybody with access may write: names of fields, and beginnings of names,
    # which end with an underscore. Not to be altered in place.
    _kept_open = frozenset()
    # Whether its own methods, too, may only add records.
    _kept_for_good = False

    def _kept_refusal(self):
        """Return the sentence for who is refused. To be overridden."""
        return self.env._("Nobody writes this directly.")

    def _kept_admit(self, vals):
        """Return what is written when a person writes this. To be extended.

        Called when something in it is not open to everybody; refuses, unless extended.

        :return: the values, with what belongs to them
        :raises AccessError: not this, or not by this person
        :raises UserError: not now
        """
        raise AccessError(self._kept_refusal())

    def _kept_closed(self, vals):
        """Return the names in these values that are not open to everybody."""
        beginnings = tuple(name for name in self._kept_open if name.endswith("_"))
        return {
            name
            for name in vals
            if name not in self._kept_open and not name.startswith(beginnings)
        }

    def _kept_check(self, adding=True):
        """Raise unless it is the document itself that writes."""
        if not holds_key(self) or (self._kept_for_good and not adding):
            raise AccessError(self._kept_refusal())

    @api.model_create_multi
    def create(self, vals_list):
        """Refuse everybody but the methods of the document."""
        self._kept_check()
        return super().create(vals_list)

    def write(self, vals):
        """Let people write what is open, and what the document admits."""
        if self._kept_for_good:
            self._kept_check(adding=False)
        elif self._kept_closed(vals) or not self._kept_open:
            vals = vals if holds_key(self) else self._kept_admit(vals)
        return super().write(vals)

    def unlink(self):
        """Refuse everybody but the methods of the document."""
        self._kept_check(adding=False)
        return super().unlink()
