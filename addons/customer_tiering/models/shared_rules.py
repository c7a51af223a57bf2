from odoo import api, models
from odoo.exceptions import AccessError
from odoo.fields import Domain


class SharedRules(models.AbstractModel):
    """Rules that may serve every company: not one company's to change (TIER-01).

    What has no company decides for all that are under release control. It is changed
    by somebody who works in each of them; a company that wants something else makes
    rules of its own.
    """

    _name = "shared.rules"
    _description = "Rules That May Serve Every Company"

    def _rule_company(self):
        """Return the company whose rule this is; none for everybody's."""
        self.ensure_one()
        return (
            self.company_id if "company_id" in self._fields else self.env["res.company"]
        )

    @api.model_create_multi
    def create(self, vals_list):
        rules = super().create(vals_list)
        rules._check_shared()
        return rules

    def write(self, vals):
        self._check_shared()
        result = super().write(vals)
        self._check_shared()
        return result

    def unlink(self):
        self._check_shared()
        return super().unlink()

    @api.model
    def _may_change_shared(self):
        """Return whether this person works in every company under release control."""
        if self.env.su or not self.env.registry.ready:
            return True
        held = (
            self.env["res.company"].sudo().search(Domain("release_control", "=", True))
        )
        return held <= self.env.user.sudo().company_ids

    def _check_shared(self):
        """Raise unless these are rules of this person's own companies.

        :raises AccessError: one serves companies in which they do not work
        """
        shared = self.filtered(lambda rule: not rule.sudo()._rule_company())
        if shared and not self._may_change_shared():
            raise AccessError(
                self.env._(
                    "“%s” serves every company, also those in which you do not work. "
                    "Ask somebody who works in all of them, or make one for your own "
                    "company.",
                    shared[:1].sudo().display_name,
                )
            )
