from odoo import api, fields, models
from odoo.addons.written_signoff.wording import numeral, pause

CHANNELS = [
    ("phone", "Telephone"),
    ("fax", "Fax"),
    ("letter", "Letter or e-mail"),
    ("visit", "Visit"),
    ("salesperson_written", "Salesperson, in writing"),
    ("salesperson_word", "Salesperson, by word"),
    ("online", "Online shop"),
    ("portal", "Portal"),
]


class SaleOrder(models.Model):
    """The terms of an order that sheet and signatures are about.

    Each department's group of terms is a dictionary of its own, so that a change voids
    the signatures that cover it and no other (ORD-15).
    """

    _name = "sale.order"
    _inherit = ["sale.order", "service.clock.mixin"]
    _signoff_fields = {
        "lines": "order_line",
        "customer": "partner_id",
        "payment_terms": "payment_term_id",
        "address": "partner_shipping_id",
        "deposit": "deposit_percent",
    }

    channel = fields.Selection(CHANNELS, tracking=True, help="How the order came in.")
    wanted_date = fields.Date(
        tracking=True, copy=False, help="When the customer wants the goods."
    )
    recipient_name = fields.Char(tracking=True)
    delivery_contact = fields.Char("Contact", tracking=True)
    delivery_phone = fields.Char("Contact's Telephone", tracking=True)
    packing = fields.Text(tracking=True)
    labelling = fields.Text(tracking=True)
    special_requirements = fields.Text(tracking=True)
    production_start_date = fields.Date(
        readonly=True, copy=False, groups="base.group_user"
    )
    production_completion_date = fields.Date(
        readonly=True,
        copy=False,
        groups="base.group_user",
        help="As production signed it.",
    )
    ship_date = fields.Date(
        "Planned Ship Date", copy=False, tracking=True, help="Goods leave the house."
    )

    # -- the groups of terms -----------------------------------------------------

    def _technical_terms(self):
        """What the technical statement covers: product, specification, formula."""
        self.ensure_one()
        return {
            "lines": {str(line.id): line._technical_terms() for line in self._goods()}
        }

    def _production_terms(self):
        """What the production statement covers: quantities, tolerance, dates."""
        self.ensure_one()
        return {
            "lines": {str(line.id): line._production_terms() for line in self._goods()},
            "production_start_date": self.production_start_date or None,
            "production_completion_date": self.production_completion_date or None,
        }

    def _instruction_terms(self):
        """What the production instruction covers, clause by clause (ORD-32).

        Its date is the production statement's, not the sheet's.
        """
        self.ensure_one()
        return {
            "lines": {
                str(line.id): {**line._technical_terms(), **line._production_terms()}
                for line in self._goods()
            },
            "production_start_date": self.production_start_date or None,
            "production_completion_date": self.production_completion_date or None,
            "packing": self.packing or "",
            "labelling": self.labelling or "",
            "special_requirements": self.special_requirements or "",
        }

    def _commercial_terms(self):
        """What the customer signs on the sheet (ORD-20): everything they agreed to."""
        self.ensure_one()
        return {
            "lines": {
                str(line.id): line._commercial_terms()
                for line in self.order_line
                if line.display_type not in ("line_section", "line_subsection")
                and not (line.is_downpayment and not line.product_id)
            },
            "customer": self.partner_id.display_name,
            "payment_terms": self.payment_term_id.name or "",
            "deposit": self._deposit_words(),
            "currency": self.currency_id.name,
            "amount_total": self.amount_total,
            "wanted_date": self.wanted_date or None,
            "promised_completion_date": self._promise_on_sheet() or None,
            "ship_date": self.ship_date or None,
            "address": self.partner_shipping_id._display_address(True).strip(),
            "recipient_name": self.recipient_name or "",
            "delivery_contact": self.delivery_contact or "",
            "delivery_phone": self.delivery_phone or "",
            "packing": self.packing or "",
            "labelling": self.labelling or "",
            "special_requirements": self.special_requirements or "",
        }

    def _deposit_words(self):
        percent = self.payment_term_id.deposit_percent
        return f"{numeral(percent)} %" if percent else ""

    def _finance_terms(self):
        """What a clearance covers: the amount, and the quantities (ORD-50)."""
        self.ensure_one()
        return {
            "lines": {
                str(line.id): {
                    "product": line.product_id.display_name,
                    "quantity": line.product_uom_qty,
                }
                for line in self._goods()
            },
            "currency": self.currency_id.name,
            "amount_total": self.amount_total,
        }

    def _read_together(self):
        """Look names up for all orders at once, before they are asked one by one."""
        self.partner_id.mapped("display_name")
        self.order_line.product_id.mapped("display_name")

    def _goods(self):
        """Return the lines that are made or shipped: not sections or services."""
        return self.order_line.filtered(lambda line: line.product_id.type == "consu")

    def _signoff_terms(self, code):
        """Give each purpose its own group of terms (ORD-15)."""
        groups = {
            "technical": SaleOrder._technical_terms,
            "production": SaleOrder._production_terms,
            "instruction_service": SaleOrder._instruction_terms,
            "instruction_production": SaleOrder._instruction_terms,
            "finance_clearance": SaleOrder._finance_terms,
        }
        if code not in groups:
            return super()._signoff_terms(code)
        self._read_together()
        if code not in ("production", "finance_clearance"):
            self.order_line.mapped("formula")
        return {order.id: groups[code](order) for order in self}

    def _signoff_label(self, path):
        """Call the customer's code of a line what it is."""
        if path[-1] == "code" and len(path) == 3:
            names = super()._signoff_label(path[:2]), self.env._("Product code")
            return pause(self.env).join(names)
        return super()._signoff_label(path)

    # -- a change of terms -------------------------------------------------------

    @api.model
    def _signed_fields(self):
        """Return the fields of the order that some signature covers."""
        return {
            "order_line", "partner_id", "partner_shipping_id", "payment_term_id",
            "currency_id", "pricelist_id", "wanted_date", "promised_completion_date",
            "ship_date", "recipient_name", "delivery_contact", "delivery_phone",
            "packing", "labelling", "special_requirements", "production_start_date",
            "production_completion_date",
        }  # fmt: skip

    def write(self, vals):
        """Void the signatures that cover what changes here (ORD-15)."""
        if not vals.keys() & self._signed_fields():
            return super().write(vals)
        self._release_held_to_rules()._signoff_lock()
        result = super().write(vals)
        self._release_held_to_rules()._terms_changed()
        return result

    def _terms_changed(self):
        """Void what no longer holds, on the orders and on what hangs on them.

        Called after every change of a term, by whatever path; calling it twice
        changes nothing. Extended by documents that are signed for an order.
        """
        self._signoff_void_changed()
