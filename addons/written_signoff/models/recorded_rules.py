from markupsafe import Markup
from odoo import api, models

# What a caller may say to keep Odoo's tracking quiet.
SILENT = ("tracking_disable", "mail_notrack", "mail_create_nolog")


class RecordedRules(models.AbstractModel):
    """Rules whose history is in their chatter: who changed what, and when (PLT-05).

    Fields with ``tracking`` are followed by Odoo, as on any document; here no context
    of a call silences it.
    """

    _name = "recorded.rules"
    _inherit = ["mail.thread"]
    _description = "Rules Whose Changes Are on Record"

    def _aloud(self):
        """Return the records with a context in which changes are tracked."""
        quiet = [key for key in SILENT if self.env.context.get(key)]
        if not quiet or not self.env.registry.ready:
            return self
        return self.with_context(**dict.fromkeys(quiet, False))

    @api.model_create_multi
    def create(self, vals_list):
        return super(RecordedRules, self._aloud()).create(vals_list).with_env(self.env)

    def write(self, vals):
        return super(RecordedRules, self._aloud()).write(vals)


class RecordedPart(models.AbstractModel):
    """A row that belongs to a rule, or to a product: its history is in that chatter.

    Rows have no chatter of their own, and one that was removed could not show it.
    """

    _name = "recorded.part"
    _description = "Rows Whose Changes Are on Record"

    def _part_of(self):
        """Return the record in whose chatter the row is noted. To be overridden."""
        raise NotImplementedError

    def _part_words(self):
        """Return what the row says, ``(its name, its value)``, for people."""
        raise NotImplementedError

    @api.model_create_multi
    def create(self, vals_list):
        rows = super().create(vals_list)
        rows._note_parts({})
        return rows

    def write(self, vals):
        before = self._parts()
        result = super().write(vals)
        self._note_parts(before)
        return result

    def unlink(self):
        before = self._parts()
        result = super().unlink()
        self.browse()._note_parts(before)
        return result

    def _parts(self):
        return {row.id: (row.sudo()._part_of(), *row._part_words()) for row in self}

    def _note_parts(self, before):
        """Say in the chatter what these rows say now, and what they said.

        :param dict before: what :meth:`_parts` returned before the change
        """
        # While add-ons are installed nobody is there who changes anything.
        if not self.env.registry.ready:
            return
        after = self._parts()
        notes = {}
        for row_id in {**before, **after}:
            old, new = before.get(row_id), after.get(row_id)
            if old == new:
                continue
            if old and new and old[:2] == new[:2]:
                notes.setdefault(new[0], []).append((new[1], old[2], new[2]))
                continue
            if old:
                notes.setdefault(old[0], []).append((*old[1:], ""))
            if new:
                notes.setdefault(new[0], []).append((new[1], "", new[2]))
        for whole, changes in notes.items():
            if whole.exists():
                whole.message_post(body=changes_in_words(changes))


def changes_in_words(changes):
    """Return changes as a list: name, what it was → what it is.

    :param changes: ``(name, old, new)`` as texts, empty ones for nothing
    """
    rows = (
        Markup("<li>%s: %s → <b>%s</b></li>") % (name, old or "–", new or "–")
        for name, old, new in changes
    )
    return Markup("<ul class='mb-0'>%s</ul>") % Markup().join(rows)
