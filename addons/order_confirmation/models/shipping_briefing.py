from odoo import api, fields, models
from odoo.addons.written_signoff.keeping import keyed
from odoo.addons.written_signoff.wording import joined
from odoo.exceptions import AccessError, UserError

from ..opening import listed

ROLE = "customer_tiering.role_shipping"
# What the order itself says of how its goods are to leave.
ORDER_WORDS = ("packing", "labelling", "special_requirements")
SOURCES = [
    ("application", "Delivery application"),
    ("packing", "Order: packing"),
    ("labelling", "Order: labelling"),
    ("special_requirements", "Order: special requirements"),
    ("customer", "Customer"),
    ("product", "Product"),
]


class ResPartner(models.Model):
    _inherit = "res.partner"

    shipping_instructions = fields.Text(
        groups="base.group_user",
        help="What the shipping clerk must mind whenever goods go to this customer. "
        "One line for each thing: each is read back on its own.",
    )  # fmt: skip


class ProductTemplate(models.Model):
    _inherit = "product.template"

    shipping_instructions = fields.Text(
        groups="base.group_user",
        help="What the shipping clerk must mind whenever this is shipped. One line for "
        "each thing: each is read back on its own.",
    )  # fmt: skip


class ShippingBriefing(models.Model):
    """One thing that the shipping clerk must mind, and who read it back (ORD-54).

    The lines follow the delivery application, what the order itself says of packing,
    labelling and special requirements, and the customer's and the products' standing
    instructions. A line that is changed, or comes later, is another one and is read
    back again before the goods leave.
    """

    _name = "shipping.briefing"
    _description = "What to Mind When Shipping"
    _inherit = ["kept.record"]
    _order = "sequence, id"
    _rec_name = "text"

    picking_id = fields.Many2one(
        "stock.picking", "Transfer", required=True, index=True, ondelete="cascade",
        readonly=True,
    )  # fmt: skip
    company_id = fields.Many2one(related="picking_id.company_id", store=True)
    sequence = fields.Integer(readonly=True)
    source = fields.Selection(SOURCES, "From", required=True, readonly=True)
    source_name = fields.Char("Of", readonly=True)
    shown_name = fields.Char(
        "Of What", compute="_compute_shown_name", compute_sudo=True
    )
    text = fields.Text("What to Mind", required=True, readonly=True)
    done = fields.Boolean("Read Back", readonly=True)
    read_by_id = fields.Many2one("res.users", readonly=True)
    read_at = fields.Datetime("Read", readonly=True)

    @api.depends("source_name", "picking_id.move_ids.product_id")
    @api.depends_context("lang")
    def _compute_shown_name(self):
        """Name products in the reader's language; kept is the name without one."""
        goods = self.picking_id.move_ids.product_id.product_tmpl_id
        kept = goods.with_context(lang=None).mapped("display_name")
        shown = dict(zip(kept, goods.mapped("display_name"), strict=True))
        for row in self:
            product = row.source == "product"
            row.shown_name = (product and shown.get(row.source_name)) or row.source_name

    def _kept_refusal(self):
        return self.env._(
            "What there is to mind follows application, order, customer and product, "
            "and is read back one by one with its button."
        )

    def action_read(self):
        """Read one thing back: who and when are noted by the server.

        :raises UserError: several at once, or the goods have left
        :raises AccessError: not the shipping clerk
        """
        if len(self) != 1:
            raise UserError(self.env._("Read back one thing after the other."))
        self.check_access("read")
        if not self.env.user.has_group(ROLE):
            raise AccessError(
                self.env._("The briefing is read back by the shipping clerk.")
            )
        if self.picking_id.sudo().state in ("done", "cancel"):
            raise UserError(
                self.env._(
                    "%s is done or cancelled: there is nothing to mind any more.",
                    self.picking_id.sudo().name,
                )
            )
        if not self.done:
            keyed(self).write(
                {
                    "done": True,
                    "read_by_id": self.env.uid,
                    "read_at": fields.Datetime.now(),
                }
            )
        return True


class StockPicking(models.Model):
    _inherit = "stock.picking"

    briefing_ids = fields.One2many(
        "shipping.briefing", "picking_id", copy=False,
        groups="base.group_user",
    )  # fmt: skip
    briefing_count = fields.Integer(
        compute="_compute_briefing", compute_sudo=True, groups="base.group_user"
    )
    briefing_open = fields.Integer(
        "To Read Back", compute="_compute_briefing", compute_sudo=True,
        groups="base.group_user",
    )  # fmt: skip

    def _compute_briefing(self):
        wanted = self._briefing_wanted()
        for picking in self:
            texts = wanted[picking.id]
            picking.briefing_count = len(texts)
            picking.briefing_open = len(picking._briefing_unread(texts))

    def _briefing_wanted(self):
        """Return ``{transfer id: [(source, name, text)]}`` of what there is to mind.

        Read of the facts each time, in a number of queries that does not grow with the
        transfers.
        """
        moves = self.sudo().move_ids.filtered(lambda move: move.state != "cancel")
        leaving = moves._release_leaving()._held_to_shipping_steps()
        applications = (
            self.env["delivery.application"]
            .sudo()
            .search(
                [
                    ("state", "in", ("signed", "done")),
                    ("note", "!=", False),
                    "|",
                    ("order_id", "in", leaving._release_orders().ids),
                    ("picking_id", "in", self.ids),
                ],
                order="id",
            )
        )
        by_picking = leaving.grouped("picking_id")
        leaving._briefing_read_together()
        wanted = {}
        for picking in self.sudo():
            own = by_picking.get(picking, moves.browse())
            wanted[picking.id] = own._briefing_texts(applications) if own else []
        return wanted

    def _briefing_unread(self, texts):
        """Return those of these things that nobody has read back on this transfer."""
        read = {
            (row.source, row.source_name, row.text)
            for row in self.sudo().briefing_ids
            if row.done
        }
        return [text for text in texts if text not in read]

    def _briefing_settle(self):
        """Keep one line for each thing to mind; one that is read stays as it was."""
        self.ensure_one()
        texts = self._briefing_wanted()[self.id]
        rows = self.sudo().briefing_ids
        known = {(row.source, row.source_name, row.text): row for row in rows}
        gone = rows.filtered(
            lambda row: (
                not row.done and (row.source, row.source_name, row.text) not in texts
            )
        )
        keyed(gone).unlink()
        keyed(rows).create(
            [
                {
                    "picking_id": self.id,
                    "sequence": number,
                    "source": source,
                    "source_name": name,
                    "text": text,
                }
                for number, (source, name, text) in enumerate(texts)
                if (source, name, text) not in known
            ]
        )
        return self.briefing_ids.filtered(
            lambda row: (row.source, row.source_name, row.text) in texts
        )

    def action_briefing(self):
        """Show what there is to mind, to be read back thing by thing.

        :raises UserError: there is nothing
        """
        self.ensure_one()
        self.check_access("read")
        if self.sudo().state in ("done", "cancel"):
            rows = self.briefing_ids
        else:
            rows = self._briefing_settle()
        if not rows:
            raise UserError(
                self.env._("There is nothing to mind for %s.", self.display_name)
            )
        return listed(
            "shipping.briefing",
            [("id", "in", rows.ids)],
            self.env._("What to Mind: %s", self.display_name),
            kinds=("kanban", "list"),
            create=False,
        )


class StockMove(models.Model):
    _inherit = "stock.move"

    def _briefing_read_together(self):
        """Read what the briefings of all these moves are made of, in few queries."""
        orders = self._release_orders()
        places = self.picking_id.partner_id | orders.partner_shipping_id
        partners = places | orders.partner_id
        (partners | partners.commercial_partner_id).mapped("shipping_instructions")
        templates = self.product_id.product_tmpl_id.with_context(lang=None)
        templates.mapped("display_name")

    def _briefing_texts(self, applications):
        """Return ``[(source, name, text)]`` for moves that leave together.

        :param applications: those of all transfers that are asked about
        """
        orders = self._release_orders()
        mine = applications.filtered(
            lambda row: (
                row.picking_id in self.picking_id
                or (row.order_id and row.order_id in orders)
            )
        )
        places = self.picking_id.partner_id | orders.partner_shipping_id
        partners = places | (places | orders.partner_id).commercial_partner_id
        # Without the reader's language: a translated name is no other thing to mind.
        named = [
            *(("application", row.name, row.note) for row in mine),
            *(
                (word, order.name, order[word])
                for order in orders
                for word in ORDER_WORDS
            ),
            *(
                ("customer", row.display_name, row.shipping_instructions)
                for row in partners.with_context(lang=None)
            ),
            *(
                ("product", row.display_name, row.shipping_instructions)
                for row in self.product_id.product_tmpl_id.with_context(lang=None)
            ),
        ]
        texts = [
            (source, name, line.strip())
            for source, name, text in named
            for line in (text or "").splitlines()
            if line.strip()
        ]
        return list(dict.fromkeys(texts))

    def _briefing_check(self):
        """Raise unless everything there is to mind was read back (ORD-54).

        :raises UserError: with what is still open
        """
        pickings = self.picking_id
        wanted = pickings._briefing_wanted()
        loose = self.filtered(lambda move: not move.picking_id)
        problems = [
            (picking.name, picking._briefing_unread(wanted[picking.id]))
            for picking in pickings
        ]
        if loose:
            applications = self.env["delivery.application"].sudo()
            texts = loose._briefing_texts(applications)
            names = joined(self.env, loose.product_id.mapped("name"))
            problems.append((names, texts))
        problems = [(name, texts) for name, texts in problems if texts]
        if problems:
            raise UserError(
                "\n".join(
                    self.env._(
                        "To be read back by the shipping clerk before %(name)s leaves, "
                        "with “What to Mind”:\n%(items)s",
                        name=name,
                        items="\n".join(f"• {text}" for *_source, text in texts),
                    )
                    for name, texts in problems
                )
            )
