from odoo import api, fields, models
from odoo.addons.written_signoff.models.recorded_rules import changes_in_words
from odoo.addons.written_signoff.wording import words
from odoo.exceptions import UserError

_SWITCH_KEY = object()


class ResCompany(models.Model):
    """Release control is a company's own decision, and leaving it a signed one."""

    _name = "res.company"
    _inherit = ["res.company", "signoff.mixin"]
    _signoff_fields = {"company": "name", "since": "release_control_since"}

    release_control = fields.Boolean(
        help="Orders are released and shipped only by the tier's rules. Off, they "
        "behave as in bare Odoo."
    )
    release_control_since = fields.Datetime(readonly=True)
    owed_escalation_days = fields.Integer(
        default=2,
        help="Working days after the due date of what an order owes until the sales "
        "director is told; the supervisor is told at once.",
    )

    _owed_escalation_days = models.Constraint(
        "CHECK(owed_escalation_days >= 0)", "Days cannot be negative."
    )

    @api.model_create_multi
    def create(self, vals_list):
        """Stamp the moment from which the rules hold."""
        for vals in vals_list:
            vals.pop("release_control_since", None)
            if vals.get("release_control"):
                vals["release_control_since"] = fields.Datetime.now()
        return super().create(vals_list)

    def write(self, vals):
        """Let release control be turned on; turning it off takes a signature."""
        vals = dict(vals)
        if "release_control_since" in vals and not self._holds_switch():
            vals.pop("release_control_since")
        if "release_control" in vals:
            self._check_switch(vals)
        names = sorted(vals.keys() & self._recorded_settings())
        before = self._settings_in_words(names)
        result = super().write(vals)
        self._note_settings(before, self._settings_in_words(names))
        return result

    @api.model
    def _recorded_settings(self):
        """Return the settings whose changes are on record (PLT-05). To be extended."""
        return {"release_control", "owed_escalation_days"}

    def _settings_in_words(self, names):
        """Return ``{company: {label of a setting: its value in words}}``."""
        return {
            company: {
                company._fields[name]._description_string(self.env): words(
                    self.env, company[name]
                )
                for name in names
            }
            for company in self
        }

    def _note_settings(self, before, after):
        """Say in the chatter of the company's own contact what was set, by whom."""
        if not self.env.registry.ready:
            return
        for company in self:
            changes = [
                (label, old, after[company][label])
                for label, old in before[company].items()
                if old != after[company][label]
            ]
            if changes:
                company.sudo().partner_id.message_post(body=changes_in_words(changes))

    def _holds_switch(self):
        return self.env.context.get("release_switch") is _SWITCH_KEY

    def _check_switch(self, vals):
        if vals["release_control"]:
            if not all(self.mapped("release_control")):
                vals["release_control_since"] = fields.Datetime.now()
        elif any(self.mapped("release_control")) and not self._holds_switch():
            raise UserError(
                self.env._(
                    "Release control is turned off only by a signature of the sales "
                    "director: choose “Turn off, with a signature” in the settings "
                    "of sales."
                )
            )

    def _signoff_company(self):
        return self

    def _signoff_terms(self, code):
        return {
            company.id: {
                "company": company.name,
                "since": company.release_control_since or None,
            }
            for company in self
        }

    def _signoff_signed(self, signature):
        """Turn release control off once that is signed (TIER-10)."""
        result = super()._signoff_signed(signature)
        if signature.purpose_code == "release_control_off":
            self.sudo().with_context(release_switch=_SWITCH_KEY).write(
                {"release_control": False, "release_control_since": False}
            )
        return result

    def _people_in(self, *roles):
        """Return the people of this company in any of these roles (users).

        :param roles: external ids of groups
        """
        self.ensure_one()
        groups = self.env["res.groups"].sudo()
        for role in roles:
            groups |= self.env.ref(role).sudo()
        return self._people_of(groups)

    def _people_of(self, groups):
        """Return the people of this company in any of these groups (users)."""
        self.ensure_one()
        people = groups.sudo().all_user_ids
        return people.filtered(
            lambda user: (
                user.active
                and not user.share
                and not user._is_superuser()
                and self in user.company_ids
            )
        )

    def action_release_control_off(self):
        """Open the dialog in which turning release control off is signed."""
        return self._signoff_dialog("release_control_off")
