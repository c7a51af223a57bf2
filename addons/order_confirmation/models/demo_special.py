from odoo import models

from .. import scan

# Standard dimensions of the demo company's goods, in millimetres: English, 繁體, 简体.
DIMENSIONS = {
    "GB-240": (
        ("Length", "長", "长", 240),
        ("Width", "寬", "宽", 180),
        ("Height", "高", "高", 80),
    ),
    "CB-100": (("Length", "長", "长", 100), ("Width", "寬", "宽", 60)),
    "PB-300": (("Width", "寬", "宽", 300), ("Height", "高", "高", 350)),
}


class OrderDemo(models.AbstractModel):
    """Special products, an old formula, and a mail that waits in the tray."""

    _inherit = "order.demo"

    def _make_dimensions(self):
        millimetre = self.env.ref("uom.product_uom_millimeter")
        for code, rows in DIMENSIONS.items():
            template = self._get(f"product_{code}").product_tmpl_id
            for place, (english, *chinese, value) in enumerate(rows):
                dimension = self.env["product.dimension"].create(
                    {
                        "product_tmpl_id": template.id,
                        "sequence": place,
                        "name": english,
                        "value": value,
                        "uom_id": millimetre.id,
                    }
                )
                self._translate(dimension, "name", chinese)

    def _then_special(self, order):
        """Let the box be longer than standard; the departments review it."""
        order.action_fill_dimensions()
        order.special_dimension_ids[:1].value = 300
        self._as(order, "service").action_special_review()

    def _make_tray(self):
        """Give returned sheets an address; let a mail come in that names no sheet."""
        company = self.env.ref("base.main_company")
        host = company.email.partition("@")[2]
        domain = self.env["mail.alias.domain"].create({"name": host})
        company.alias_domain_id = domain
        box = self.env.ref("order_confirmation.mailbox_main")
        box.alias_domain_id = domain
        photo = self._drawn("Ned Hollis")
        self.env["order.sheet.tray"].with_context(lang="en_US")._receive(
            {
                "subject": "Signed order, as you asked",
                "email_from": "Ned Hollis <ned@tanglewick.example>",
                "body": "Please find it enclosed.",
                "attachments": [("IMG_0042.png", scan.decoded(photo))],
            },
            box,
        )
