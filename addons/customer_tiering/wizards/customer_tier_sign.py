from markupsafe import Markup
from odoo import api, fields, models
from odoo.addons.written_signoff.digest import plain
from odoo.addons.written_signoff.wording import table
from odoo.exceptions import UserError

from ..models.customer_tier_proposal import PURPOSE


class CustomerTierSign(models.TransientModel):
    """Signing changes of tiers: one, or all that are on the screen (TIER-02)."""

    _name = "customer.tier.sign"
    _inherit = "signoff.sign"
    _description = "Sign Changes of Tiers"

    proposal_ids = fields.Many2many("customer.tier.proposal", readonly=True)

    def _proposals(self):
        """Return what is signed: several in one go, or the one document."""
        document = self._document()
        # On the screen the dialog is not stored, nor are the rows that it holds.
        return document | self.proposal_ids._origin

    @api.depends("proposal_ids")
    def _compute_document(self):
        """Show the terms of every proposal that is about to be signed."""
        result = super()._compute_document()
        for dialog in self:
            proposals = dialog._proposals()
            if len(proposals) > 1:
                dialog.document_name = self.env._("%s changes of tiers", len(proposals))
                dialog.terms_html = Markup().join(
                    Markup("<h5>%s</h5>%s")
                    % (
                        row.display_name,
                        table(row, plain(row._signoff_own_terms(dialog.purpose_id))),
                    )
                    for row in proposals
                )
        return result

    def _check_seen(self, document):
        """Refuse if any of the proposals is not as it was shown."""
        proposals = self._proposals()
        if len(proposals) == 1:
            return super()._check_seen(document)
        if self.seen_digest and self.seen_digest != proposals._seen():
            raise UserError(
                self.env._(
                    "One of these was changed while you read it, so nothing was "
                    "signed. Please close this window and look at them again."
                )
            )
        return None

    def _sign(self, document, proven):
        """Sign all of them, or none: each gets a signature of its own."""
        result = super()._sign(document, proven)
        for row in (self.proposal_ids - document).with_context(**proven):
            row._signoff_sign(PURPOSE, self.statement, declared=self._declared())
        return result
