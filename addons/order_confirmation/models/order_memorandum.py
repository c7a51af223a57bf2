from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..opening import form_of
from .order_completeness import said
from .sale_order import CHANNELS


class OrderMemorandum(models.Model):
    """Customer information memorandum: the note of one contact (ORD-02).

    It may exist before customer and order are known; several may belong to an order.
    """

    _name = "order.memorandum"
    _description = "Customer Information Memorandum"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "date desc, id desc"
    _check_company_auto = True

    name = fields.Char(
        "Number", readonly=True, copy=False, default=lambda self: self.env._("New")
    )
    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    channel = fields.Selection(CHANNELS, required=True, default="phone", tracking=True)
    date = fields.Datetime(
        "Time", required=True, default=fields.Datetime.now, copy=False
    )
    taken_by_id = fields.Many2one(
        "res.users",
        required=True,
        default=lambda self: self.env.user,
        copy=False,
    )
    partner_id = fields.Many2one(
        "res.partner", "Customer", check_company=True, index=True, tracking=True
    )
    caller_name = fields.Char("Caller")
    caller_company = fields.Char("Caller's Company")
    caller_phone = fields.Char("Caller's Number")
    user_id = fields.Many2one(
        "res.users",
        "Salesperson",
        compute="_compute_user_id",
        store=True,
        readonly=False,
        precompute=True,
        index=True,
        tracking=True,
        domain="[('share', '=', False), ('company_ids', 'in', company_id)]",
    )
    requirement = fields.Text(help="What the customer wants, in their words.")
    wanted_date = fields.Date(help="When the customer wants the goods.")
    special_requirements = fields.Text()
    line_ids = fields.One2many(
        "order.memorandum.line", "memorandum_id", "Items", copy=True
    )
    attachment_ids = fields.Many2many("ir.attachment", string="Attachments", copy=False)
    order_id = fields.Many2one(
        "sale.order",
        check_company=True,
        copy=False,
        index=True,
        tracking=True,
        domain="[('company_id', '=', company_id), ('state', '!=', 'cancel')]",
    )
    order_state = fields.Selection(related="order_id.state", string="Order Status")
    items_to_add = fields.Boolean(compute="_compute_items_to_add")
    close_reason = fields.Char(copy=False, tracking=True)
    state = fields.Selection(
        [
            ("new", "New"),
            ("ordered", "Turned into Order"),
            ("closed", "Closed"),
        ],
        compute="_compute_state",
        store=True,
        tracking=True,
        index=True,
    )
    answering_phrases = fields.Text(
        "What to Say on the Telephone", compute="_compute_answering_phrases"
    )

    @api.depends("partner_id")
    def _compute_user_id(self):
        own = self.env.user.has_group("customer_tiering.role_salesperson")
        for memorandum in self:
            partner = memorandum.partner_id
            memorandum.user_id = (
                partner.user_id
                or partner.commercial_partner_id.user_id
                or memorandum.user_id
                or (own and self.env.user)
            )

    @api.depends("order_id", "close_reason")
    def _compute_state(self):
        for memorandum in self:
            if memorandum.order_id:
                memorandum.state = "ordered"
            else:
                memorandum.state = "closed" if memorandum.close_reason else "new"

    @api.depends("order_id.state", "line_ids.order_line_id")
    def _compute_items_to_add(self):
        for memorandum in self:
            memorandum.items_to_add = memorandum.order_state in (
                "draft",
                "sent",
            ) and any(not line.order_line_id for line in memorandum.line_ids)

    @api.depends_context("lang")
    @api.depends("company_id.answering_phrases", "company_id.name")
    def _compute_answering_phrases(self):
        for memorandum in self:
            company = memorandum.company_id or self.env.company
            memorandum.answering_phrases = company._answering_prompt()

    @api.constrains("requirement", "name")
    def _check_requirement(self):
        for memorandum in self:
            if not said(memorandum.requirement):
                raise ValidationError(
                    self.env._("Write down what the customer wants: the requirement.")
                )

    @api.constrains("close_reason")
    def _check_close_reason(self):
        for memorandum in self:
            if memorandum.close_reason and not said(memorandum.close_reason):
                raise ValidationError(
                    self.env._("Say in words why the memorandum is closed.")
                )

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            company = vals.get("company_id") or self.env.company.id
            sequence = self.env["ir.sequence"].with_company(company)
            vals["name"] = sequence.next_by_code("order.memorandum")
        memoranda = super().create(vals_list)
        for memorandum in memoranda:
            adopt_attachments(memorandum, memorandum.attachment_ids)
        memoranda.filtered("order_id")._joined_order()
        return memoranda

    def write(self, vals):
        joining = self.browse()
        if vals.get("order_id"):
            joining = self.filtered(lambda row: row.order_id.id != vals["order_id"])
        result = super().write(vals)
        if "attachment_ids" in vals:
            for memorandum in self:
                adopt_attachments(memorandum, memorandum.attachment_ids)
        joining._joined_order()
        return result

    # -- turning into an order ---------------------------------------------------

    def _joined_order(self):
        """Show the order where it comes from, and give it the attachments.

        Called once for each order that a memorandum comes to belong to. The copies
        share their content with the originals.

        :raises AccessError: who does it may not change that order
        """
        for memorandum in self:
            order = memorandum.order_id
            order.check_access("write")
            if not memorandum.partner_id:
                memorandum.partner_id = order.partner_id
            copies = memorandum._attachments().copy(
                {"res_model": order._name, "res_id": order.id}
            )
            order.message_post(
                body=self.env._(
                    "Customer information memorandum: %s", memorandum._get_html_link()
                ),
                attachment_ids=copies.ids,
            )

    def _attachments(self):
        """Return the files of the memorandum, those of its chatter too."""
        self.ensure_one()
        return self.env["ir.attachment"].search(
            [("res_model", "=", self._name), ("res_id", "=", self.id)]
        )

    def action_make_order(self):
        """Turn the memorandum into a sale order, nothing typed again (ORD-02).

        :return: the action that shows the order; where the customer is not known
            yet, the dialog that makes one of the caller
        :raises UserError: it is an order already, or closed
        """
        self.ensure_one()
        self.lock_for_update()
        self.invalidate_recordset(["order_id", "close_reason"])
        self._check_new()
        if not self.partner_id:
            return self._dialog(
                "order_memorandum_view_customer", self.env._("Who Is the Customer?")
            )
        order = (
            self.env["sale.order"]
            .with_company(self.company_id)
            .create(self._prepare_order())
        )
        self.line_ids._place(order)
        self.order_id = order
        return self.action_view_order()

    def _check_new(self):
        if self.order_id:
            raise UserError(
                self.env._(
                    "%(memorandum)s belongs to order %(order)s already.",
                    memorandum=self.name,
                    order=self.order_id.name,
                )
            )
        if self.state == "closed":
            raise UserError(
                self.env._("%s is closed: reopen it to make an order.", self.name)
            )

    def _prepare_order(self):
        """Return the values of the order; its lines are placed by the items."""
        self.ensure_one()
        dates = self.line_ids.filtered("wanted_date").mapped("wanted_date")
        values = {
            "company_id": self.company_id.id,
            "partner_id": self.partner_id.id,
            "channel": self.channel,
            "origin": self.name,
            "wanted_date": self.wanted_date or (min(dates) if dates else False),
            "special_requirements": self.special_requirements,
        }
        if self.user_id:
            values["user_id"] = self.user_id.id
        return values

    def action_make_customer(self):
        """Make the caller a customer, and the memorandum an order.

        People who take orders may not edit the address book at large; they may enter
        who called.

        :raises UserError: neither name nor company of the caller is known, or there
            is such a customer already
        """
        self.ensure_one()
        self.check_access("write")
        self._check_new()
        if not self.partner_id:
            names = filter(said, (self.caller_company, self.caller_name))
            name = next(names, "").strip()
            if not name:
                raise UserError(
                    self.env._("Choose the customer, or give the caller's name.")
                )
            self._check_no_namesake(name)
            self.partner_id = self._make_customer(name).sudo(False)
        return self.action_make_order()

    def _check_no_namesake(self, name):
        namesake = self.env["res.partner"].search(
            [
                ("name", "=ilike", name),
                ("parent_id", "=", False),
                ("company_id", "in", [self.company_id.id, False]),
            ],
            limit=1,
        )
        if namesake:
            raise UserError(
                self.env._(
                    "There is a contact “%s” already: choose it as the customer.",
                    namesake.name,
                )
            )

    def _make_customer(self, name):
        """Return the new customer, as superuser; the caller is their contact."""
        partners = self.env["res.partner"].sudo()
        values = {"phone": self.caller_phone, "company_id": self.company_id.id}
        is_company = said(self.caller_company)
        customer = partners.create(
            {
                **values,
                "name": name,
                "is_company": is_company,
                "user_id": self.user_id.id,
            }
        )
        if is_company and said(self.caller_name):
            # On its own: Odoo creates lines of a list with the user's own rights.
            partners.create(
                {
                    **values,
                    "name": self.caller_name.strip(),
                    "parent_id": customer.id,
                }
            )
        return customer

    def action_add_items(self):
        """Put the items on the order that the memorandum belongs to.

        :raises UserError: there is no order that can still take them
        """
        self.ensure_one()
        if self.order_state not in ("draft", "sent"):
            raise UserError(
                self.env._("%s has no order that can still take its items.", self.name)
            )
        self.line_ids.filtered(lambda line: not line.order_line_id)._place(
            self.order_id
        )
        return self.action_view_order()

    # -- buttons -----------------------------------------------------------------

    def action_view_order(self):
        """Show the order."""
        self.ensure_one()
        return form_of(self.order_id)

    def action_close(self):
        """Ask for the reason for which nothing more follows."""
        self.ensure_one()
        self._check_new()
        return self._dialog(
            "order_memorandum_view_close", self.env._("Close the Memorandum")
        )

    def action_reopen(self):
        """Take a closed memorandum up again."""
        self.close_reason = False

    def _dialog(self, view, title):
        view = self.env.ref(f"order_confirmation.{view}")
        return {
            "type": "ir.actions.act_window",
            "name": title,
            "res_model": self._name,
            "res_id": self.id,
            "views": [(view.id, "form")],
            "target": "new",
        }


def adopt_attachments(document, attachments):
    """Hang files that were uploaded before the document was saved on it.

    Until then only who uploaded them can read them. Files of others stay where
    they are.
    """
    attachments.sudo().filtered(
        lambda file: not file.res_id and file.create_uid == document.env.user
    ).write({"res_model": document._name, "res_id": document.id})
