"""Terms that stand outside the order: goods, formula, customer, payment terms."""

import logging

from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from . import sale_order  # noqa: F401 - its _terms_changed() is called here

_logger = logging.getLogger(__name__)

BATCH = 100
FORMULA = {
    "product_tmpl_id", "product_id", "product_qty", "code", "type", "active",
    "sequence", "company_id", "bom_line_ids",
}  # fmt: skip
# Says to the template's write that the product's follows: until that is over, nobody
# can read the product's name in another language than the writer's.
_OF_PRODUCT = object()
PART = {"product_id", "product_qty", "product_uom_id", "bom_id"}


class SaleOrder(models.Model):
    """Void what was signed when what it names changes elsewhere (ORD-15)."""

    _inherit = "sale.order"

    @api.model
    def _terms_open(self):
        """Return the domain of orders that wait for something still to be done."""
        under_way = Domain("state", "in", ("draft", "sent"))
        under_way |= Domain("state", "=", "sale") & Domain(
            "delivery_status", "!=", "full"
        )
        return under_way & Domain("company_id.release_control", "=", True)

    @api.model
    def _terms_follow(self, domain):
        """Void what does not hold any more, on the open orders of a domain.

        Called after a change of something that orders name. Orders that are delivered
        keep what was signed for them.
        """
        orders = self.env["sale.order"].sudo().search(
            Domain(domain) & self._terms_open()
        )  # fmt: skip
        orders = orders._release_held_to_rules()
        if orders:
            orders.order_line.invalidate_recordset(["formula"])
            orders._terms_changed()

    @api.model
    def _cron_terms_follow(self):
        """Look through all open orders each night, for what changed past every hook."""
        orders = self.sudo().search(self._terms_open(), order="id")
        cron = self.env["ir.cron"]
        cron._commit_progress(remaining=len(orders))
        for start in range(0, len(orders), BATCH):
            batch = orders[start : start + BATCH].exists()
            try:
                with self.env.cr.savepoint():
                    batch._release_held_to_rules()._terms_changed()
            except UserError as reason:
                _logger.warning(
                    "Terms of %s not read: %s", batch.mapped("name"), reason
                )
            if not cron._commit_progress(len(batch)):
                break


class MrpBom(models.Model):
    """The formula: what is signed with it follows it (ORD-15)."""

    _inherit = "mrp.bom"

    def _formula_of(self):
        """Return the product templates that are made by these, at whatever level."""
        lines = self.env["mrp.bom.line"].sudo()
        found = frontier = self.sudo().product_tmpl_id
        while frontier:
            above = lines.search([("product_id.product_tmpl_id", "in", frontier.ids)])
            frontier = above.bom_id.product_tmpl_id - found
            found |= frontier
        return found

    def _formula_changed(self, templates):
        """Void the signatures that cover a formula of these templates."""
        if templates:
            self.env["sale.order"]._terms_follow(
                [("order_line.product_id.product_tmpl_id", "in", templates.ids)]
            )

    @api.model_create_multi
    def create(self, vals_list):
        """Void what was signed with another formula (ORD-15)."""
        boms = super().create(vals_list)
        boms._formula_changed(boms._formula_of())
        return boms

    def write(self, vals):
        """Void what was signed with the formula as it was (ORD-15)."""
        if not vals.keys() & FORMULA:
            return super().write(vals)
        before = self._formula_of()
        result = super().write(vals)
        self._formula_changed(before | self._formula_of())
        return result

    def unlink(self):
        """Void what was signed with the formula (ORD-15)."""
        before = self._formula_of()
        result = super().unlink()
        self._formula_changed(before)
        return result


class MrpBomLine(models.Model):
    _inherit = "mrp.bom.line"

    @api.model_create_multi
    def create(self, vals_list):
        """Void what was signed with the formula as it was (ORD-15)."""
        lines = super().create(vals_list)
        lines.bom_id._formula_changed(lines.bom_id._formula_of())
        return lines

    def write(self, vals):
        """Void what was signed with the formula as it was (ORD-15)."""
        if not vals.keys() & PART:
            return super().write(vals)
        before = self.bom_id._formula_of()
        result = super().write(vals)
        self.bom_id._formula_changed(before | self.bom_id._formula_of())
        return result

    def unlink(self):
        """Void what was signed with the formula as it was (ORD-15)."""
        boms = self.bom_id
        before = boms._formula_of()
        result = super().unlink()
        boms._formula_changed(before)
        return result


class ProductTemplate(models.Model):
    _inherit = "product.template"

    def write(self, vals):
        """Void what was signed for goods of another name (ORD-15)."""
        result = super().write(vals)
        within = self.env.context.get("terms_follow") is _OF_PRODUCT
        if "name" in vals and not within:
            self.env["sale.order"]._terms_follow(
                [("order_line.product_id.product_tmpl_id", "in", self.ids)]
            )
        return result


class ProductProduct(models.Model):
    _inherit = "product.product"

    def write(self, vals):
        """Void what was signed for goods of another name or code (ORD-15)."""
        if not vals.keys() & {"name", "default_code"}:
            return super().write(vals)
        products = self.with_context(terms_follow=_OF_PRODUCT)
        result = super(ProductProduct, products).write(vals)
        self.env["sale.order"]._terms_follow(
            [("order_line.product_id.product_tmpl_id", "in", self.product_tmpl_id.ids)]
        )
        return result


class ResPartner(models.Model):
    _inherit = "res.partner"

    def write(self, vals):
        """Void what was signed for another customer's name or address (ORD-15)."""
        result = super().write(vals)
        if vals.keys() & {*self._address_fields(), "name", "parent_id"}:
            self.env["sale.order"]._terms_follow(
                Domain("partner_id", "child_of", self.ids)
                | Domain("partner_shipping_id", "child_of", self.ids)
            )
        return result


class AccountPaymentTerm(models.Model):
    _inherit = "account.payment.term"

    def write(self, vals):
        """Void what was signed with other payment terms (ORD-15)."""
        result = super().write(vals)
        if vals.keys() & {"name", "deposit_percent"}:
            self.env["sale.order"]._terms_follow([("payment_term_id", "in", self.ids)])
        return result
