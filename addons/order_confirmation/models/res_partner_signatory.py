from odoo import fields, models


class ResPartner(models.Model):
    _inherit = "res.partner"

    is_signatory = fields.Boolean(
        "Designated Signatory",
        groups="base.group_user",
        help="May sign or stamp order confirmation sheets for this customer.",
    )
    signatory_specimen = fields.Image(
        "Specimen of Signature or Stamp", max_width=1024, max_height=1024,
        groups="base.group_user",
    )  # fmt: skip

    def _signatories(self):
        """Return who may sign sheets for these customers, the whole firm's people."""
        return (
            self.env["res.partner"]
            .sudo()
            .search(
                [
                    ("id", "child_of", self.commercial_partner_id.ids),
                    ("is_signatory", "=", True),
                ]
            )
        )
