from odoo import models
from odoo.addons.written_signoff.wording import in_words, joined, numeral

from . import dispatch_notice  # noqa: F401 - it comes before what extends it

# Of these sheets the customer has signed what they say.
AGREED = ("returned", "accepted")


class DispatchNotice(models.Model):
    """What left, compared with the sheet that the customer signed (ORD-60)."""

    _inherit = "dispatch.notice"

    def _signed_sheet(self):
        """Return the sheet that the customer signed, if the order has one in force."""
        sheet = self.order_id.current_sheet_id
        return sheet if sheet.state in AGREED else sheet.browse()

    def _sheet_number_of(self, order):
        sheet = order.current_sheet_id
        return sheet.name if sheet.state in AGREED else ""

    def _differences(self):
        """Return, in words, where what left is not what the customer signed.

        Without a signed sheet it is compared with the order.
        """
        sheet = self._signed_sheet()
        if not sheet:
            return super()._differences()
        terms = sheet._frozen()["terms"]
        texts = self._not_on_sheet(sheet, terms)
        for line in self.order_id._goods():
            if agreed := terms["lines"].get(str(line.id)):
                texts += self._sheet_line_differences(line, agreed)
        return texts + self._sheet_address_differences(terms)

    def _not_on_sheet(self, sheet, terms):
        products = {line["product"] for line in terms["lines"].values()}
        return [
            self.env._(
                "%(product)s is not on sheet %(sheet)s: %(quantity)s left",
                product=line.product_id.display_name,
                sheet=sheet.name,
                quantity=line._amount(),
            )
            for line in self.line_ids
            if str(line.sale_line_id.id) not in terms["lines"]
            and line.product_id.with_context(lang=None).display_name not in products
        ]

    def _sheet_line_differences(self, line, agreed):
        shipped = self.line_ids.filtered(lambda row: row.sale_line_id == line)
        quantity, left = float(agreed["quantity"]), line.qty_delivered
        name, unit = line.product_id.display_name, line.product_uom_id
        amount = f"{numeral(quantity)} {in_words(unit, agreed['unit'])}"
        if unit.compare(left, quantity) > 0 and shipped:
            return [
                self.env._(
                    "%(product)s: %(left)s left, more than the %(ordered)s on the "
                    "signed sheet",
                    product=name,
                    left=f"{numeral(left)} {unit.name}",
                    ordered=amount,
                )
            ]
        if unit.compare(left, quantity) < 0:
            return [
                self.env._(
                    "%(product)s: %(rest)s of %(ordered)s still to follow",
                    product=name,
                    rest=f"{numeral(quantity - left)} {unit.name}",
                    ordered=amount,
                )
            ]
        return []

    def _sheet_address_differences(self, terms):
        agreed = "\n".join(
            row.strip() for row in terms["address"].splitlines() if row.strip()
        )
        place = self.picking_id._goes_to(self.order_id)
        # The sheet froze its address in no language, the notice has the customer's.
        if self.transport == "pickup" or agreed in (
            "", self.address, place.with_context(lang=None)._address_lines()
        ):  # fmt: skip
            return []
        return [
            self.env._(
                "It went to another address than the signed sheet says: %s",
                joined(self.env, agreed.splitlines()),
            )
        ]
