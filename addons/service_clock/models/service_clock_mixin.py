from odoo import fields, models

from ..recording import recording
from .service_clock import OPEN_STATES


class ServiceClockMixin(models.AbstractModel):
    """Clocks on a document.

    ``_inherit = ["sale.order", "service.clock.mixin"]`` and, for example::

        orders._clock_start("production_answer", user=planner)  # ORD-14
        orders._clock_meet("production_answer")

    All methods are private (no RPC), work on many documents with a number of
    queries that does not grow, run with the rights of the system, and do nothing
    where there is nothing to do: starting what runs, meeting what does not run.
    Times are naive UTC, as Odoo stores them; without one it is now.
    """

    _name = "service.clock.mixin"
    _description = "Document with Clocks"

    clock_ids = fields.One2many(
        "service.clock",
        "res_id",
        string="Clocks",
        domain=lambda self: [("res_model", "=", self._name)],
        groups="base.group_user",
        copy=False,
    )

    def _clock_start(self, kind_code, at=None, user=None, hours=None):
        """Start a clock of the kind on each document that has none open.

        :param user: res.users that must act; without one it is the department
        :param hours: time allowed instead of the kind's, as with the die classes
            of SAM-09
        :return: the open clocks of the documents, those that ran already included;
            none where the kind is archived
        :raise UserError: no such kind, or a company without working hours; then
            no clock is started at all
        """
        return self.env["service.clock"]._start_for(self, kind_code, at, user, hours)

    def _clock_meet(self, kind_code, at=None):
        """End the open clocks of the kind as met; return them."""
        clocks = self._clock_open_records(kind_code)
        clocks._meet(at)
        return clocks

    def _clock_pause(self, kind_code, note, at=None):
        """Let the running clocks of the kind stand still; return the open ones."""
        clocks = self._clock_open_records(kind_code)
        clocks._pause(note, at)
        return clocks

    def _clock_resume(self, kind_code, note, at=None):
        """Let the paused clocks of the kind go on with what was left; return them.

        :raise UserError: a company without working hours
        """
        clocks = self._clock_open_records(kind_code)
        clocks._resume(note, at)
        return clocks

    def _clock_cancel(self, kind_code, note, at=None):
        """End the open clocks of the kind: nobody waits any more; return them."""
        clocks = self._clock_open_records(kind_code)
        clocks._cancel(note, at)
        return clocks

    def _clock_restart(self, kind_code, at=None, user=None, hours=None, note=None):
        """Give the whole time again, as when a signature became void.

        Documents without an open clock of the kind get one; return all of them.
        """
        clocks = self._clock_open_records(kind_code)
        clocks._restart(at, hours, note)
        return self._clock_start(kind_code, at=at, user=user, hours=hours)

    def _clock_hand_over(self, kind_code, user):
        """Let this person be who must act by the open clocks of the kind; return them.

        The time that is left stays as it is.
        """
        clocks = self._clock_open_records(kind_code)
        recording(clocks).write({"user_id": user.id})
        return clocks

    def _clock_late_todo(self, clock):
        """Return the to-do by which who must act knows already what waits.

        Hook: none. With one, a late clock gives this person no second to-do.

        :return: mail.activity
        """
        return self.env["mail.activity"]

    def _clock_open(self, kind_code):
        """Return {id: open clock}; documents without one are left out."""
        return self.env["service.clock"]._open_of(self, kind_code)

    def _clock_open_records(self, kind_code):
        return self.env["service.clock"].concat(*self._clock_open(kind_code).values())

    def _clock_company(self):
        """Return the company whose working hours count for the document.

        Hook: the document's ``company_id`` where it has one, else the current.
        """
        self.ensure_one()
        if "company_id" in self._fields and self.company_id:
            return self.company_id
        return self.env.company

    def _clock_rules(self, kind_code):
        """Return {(company, kind): documents}, without what is switched off."""
        by_company = self.grouped(lambda document: document._clock_company())
        companies = self.env["res.company"].union(*by_company)
        kinds = self.env["service.clock.kind"]._by_company(kind_code, companies)
        return {
            (company, kinds[company]): documents
            for company, documents in by_company.items()
            if kinds[company]
        }

    def unlink(self):
        """Cancel what runs on the documents; the clocks themselves stay."""
        domain = [
            ("res_model", "=", self._name),
            ("res_id", "in", self.ids),
            ("state", "in", OPEN_STATES),
        ]
        clocks = self.env["service.clock"].sudo().search(domain)
        result = super().unlink()
        clocks._cancel(self.env._("The document was deleted."))
        return result
