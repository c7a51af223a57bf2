from markupsafe import Markup
from odoo import api, fields, models
from odoo.addons.customer_tiering.matrix import Fact
from odoo.addons.customer_tiering.models.sale_order import GatePassed
from odoo.addons.written_signoff.wording import joined
from odoo.exceptions import AccessError, UserError
from odoo.tools import format_datetime

from ..completeness import mandatory_items
from . import sale_order  # noqa: F401 - its _terms_changed() is extended here
from .order_completeness_rule import ORDER_ITEMS

ASK = "ask_customer"
ASK_TODO = "order_confirmation.activity_ask_customer"
OPEN_INTAKE = ("draft", "sent")


def said(text):
    """Tell whether a text says anything: blanks and dashes do not."""
    return any(map(str.isalnum, text or ""))


class SaleOrder(models.Model):
    """What is still missing, and the question to the customer (ORD-03)."""

    _name = "sale.order"
    _inherit = ["sale.order", "service.clock.mixin"]

    intake_complete = fields.Boolean(
        "Complete",
        compute="_compute_intake_complete",
        search="_search_intake_complete",
        groups="base.group_user",
    )
    intake_checklist = fields.Html(
        "Still Missing", compute="_compute_intake_complete", groups="base.group_user"
    )
    intake_asked = fields.Char(
        "Asked", compute="_compute_intake_asked", groups="base.group_user"
    )

    # -- what is missing ---------------------------------------------------------

    def _intake_missing(self):
        """Return what must still be known before a sheet may be made (ORD-01, ORD-03).

        In one plan of queries for one order or many, in the language of the user.
        Orders that are not held to the rules miss nothing.

        :return: ``{order id: [text, …]}``, an empty list where nothing is missing
        """
        missing = {order.id: [] for order in self}
        held = self._release_held_to_rules().sudo()
        if not held:
            return missing
        rules = self.env["order.completeness.rule"]._all_rules()
        labels = self.env["order.completeness.rule"]._item_labels()
        unchosen = held._intake_products_to_choose()
        for order in held:
            missing[order.id] = [
                *order._intake_missing_channel(),
                *order._intake_missing_lines(rules, labels),
                *unchosen.get(order._origin.id, []),
                *order._intake_missing_items(rules, labels),
            ]
        return missing

    def _intake_missing_channel(self):
        self.ensure_one()
        if not self.channel:
            return [self.env._("Channel: how the order came in")]
        if self.by_word:
            return [self.env._("Written order: the salesperson gave it by word")]
        return []

    def _intake_missing_lines(self, rules, labels):
        """Return a text for each line that misses something, naming the line."""
        lines = self._goods()
        if not lines:
            return [self.env._("Products: the order has no line of goods")]
        texts = []
        for line in lines:
            needed = mandatory_items(rules, self.company_id.id, _path(line))
            given = line._intake_given()
            gaps = [labels[item] for item in given if item in needed - _true(given)]
            if gaps:
                texts.append(f"{_name(line)}: {', '.join(gaps)}")
        return texts

    def _intake_missing_items(self, rules, labels):
        """Return what is missing of the order as a whole.

        It is mandatory as soon as it is for one of the products.
        """
        paths = {_path(line) for line in self._goods()} or {()}
        needed = set().union(
            *(mandatory_items(rules, self.company_id.id, path) for path in paths)
        )
        given = self._intake_given()
        return [
            labels[item]
            for item, _label in ORDER_ITEMS
            if item in needed and not given[item]
        ]

    def _intake_given(self):
        """Return ``{item: whether it is known}`` of the order. To be extended."""
        self.ensure_one()
        return {
            "payment_method": bool(self.payment_term_id),
            "wanted_date": bool(self.wanted_date),
            "address": said(self.partner_shipping_id.street),
            "recipient": said(self.recipient_name),
            "contact": said(self.delivery_contact),
            "phone": any(map(str.isdigit, self.delivery_phone or "")),
            "packing": said(self.packing),
            "labelling": said(self.labelling),
            "special_requirements": said(self.special_requirements),
        }

    def _intake_products_to_choose(self):
        """Return ``{order id: texts}`` for what memoranda ask for in mere words."""
        if "line_note" not in self.order_line.mapped("display_type"):
            # On an order mere words are a note: without one there are none.
            return {}
        lines = self.env["order.memorandum.line"].search(
            [
                ("memorandum_id.order_id", "in", self._origin.ids),
                ("product_id", "=", False),
                ("order_line_id", "!=", False),
            ]
        )
        texts = {}
        for line in lines:
            texts.setdefault(line.memorandum_id.order_id.id, []).append(
                self.env._(
                    "%(item)s: the product, to be chosen in %(memorandum)s",
                    item=line.name,
                    memorandum=line.memorandum_id.name,
                )
            )
        return texts

    def _intake_facts(self):
        """Return ``{order id: Fact}``: it is complete and in writing (ORD-01, ORD-03).

        Asked at the release. A list that gets longer afterwards stops no production.
        """
        released = self._intake_released()
        waiting = self - released
        missing = waiting._intake_missing()
        facts = dict.fromkeys(released.ids, Fact(True))
        for order in waiting:
            texts = missing[order.id]
            facts[order.id] = Fact(
                met=not texts,
                since=order.create_date,
                detail=lambda texts=texts: joined(self.env, texts),
                who=order.user_id.name or "" if texts and order.by_word else "",
            )
        return facts

    def _intake_released(self):
        """Return those that passed the gate to production, and do not pass it now."""
        fresh = self.env.context.get("release_fresh")
        fresh = fresh.ids if isinstance(fresh, GatePassed) else ()
        known = self.filtered(lambda row: row.state == "sale" and row.id not in fresh)
        if not known:
            return known
        rows = self.env["release.decision"].sudo().search_fetch(
            [
                ("order_id", "in", known.ids),
                ("gate_id", "=", self.env["release.gate"]._get("production").id),
            ],
            ["order_id"],
        )  # fmt: skip
        passed = set(rows.order_id._ids)
        return known.filtered(lambda row: row.id in passed)

    @api.depends_context("lang")
    @api.depends(
        "state",
        "channel",
        "written_order_ids",
        "payment_term_id",
        "wanted_date",
        "partner_shipping_id.street",
        "recipient_name",
        "delivery_contact",
        "delivery_phone",
        "packing",
        "labelling",
        "special_requirements",
        "order_line.product_id.default_code",
        "order_line.specification",
        "order_line.product_uom_qty",
        "order_line.tolerance_percent",
        "order_line.price_unit",
        "order_kind_id.exempt",
        "company_id.release_control",
    )
    def _compute_intake_complete(self):
        missing = self._intake_missing()
        for order in self:
            texts = missing[order.id]
            order.intake_complete = not texts
            order.intake_checklist = texts and _bullets(texts)

    def _search_intake_complete(self, operator, value):
        if operator != "in":
            return NotImplemented
        candidates = self.search(
            [("state", "in", OPEN_INTAKE), ("company_id.release_control", "=", True)]
        )
        missing = candidates._intake_missing()
        incomplete = [order_id for order_id, texts in missing.items() if texts]
        if True in value and False in value:
            return [(1, "=", 1)]
        return [("id", "not in" if True in value else "in", incomplete)]

    # -- the question to the customer --------------------------------------------

    @api.depends_context("lang", "tz")
    @api.depends("clock_ids.state", "clock_ids.deadline_at")
    def _compute_intake_asked(self):
        clocks = self._origin.sudo()._clock_open(ASK)
        for order in self:
            clock = clocks.get(order._origin.id)
            order.intake_asked = clock and self.env._(
                "%(who)s was asked to call the customer; the answer is due %(when)s.",
                who=clock.user_id.name,
                when=format_datetime(self.env, clock.deadline_at, dt_format="short"),
            )

    def action_ask_customer(self):
        """Let the salesperson ask the customer for what is missing (ORD-03).

        Asked again while the question is open, the list is renewed, not the time.

        :raises UserError: nothing is missing, or the order is no longer at intake
        :raises AccessError: who asks has no part in sales, or not in this order
        """
        self.check_access("write")
        if not self.env.user.has_group("sales_team.group_sale_salesman"):
            raise AccessError(
                self.env._("Customers are asked by sales and customer service.")
            )
        missing = self.filtered(
            lambda order: order.state in OPEN_INTAKE
        )._intake_missing()
        asked = self.filtered(lambda order: missing.get(order.id))
        if not asked:
            raise UserError(
                self.env._("Nothing is missing: there is nothing to ask the customer.")
            )
        asked.lock_for_update()
        for order in asked:
            order._intake_ask(missing[order.id])
        return True

    def _intake_ask(self, texts):
        self.ensure_one()
        who = self._intake_person()
        clock = self._clock_start(ASK, user=who)
        note = Markup("<p>%s</p>%s") % (
            self.env._(
                "Ask %(customer)s before %(time)s:",
                customer=self.sudo().partner_id.display_name,
                time=format_datetime(
                    self.env,
                    clock.deadline_at,
                    tz=self.company_id._clock_timezone().zone,
                ),
            ),
            _bullets(texts),
        )
        todo = self.sudo().activity_search([ASK_TODO])
        if todo:
            todo.note = note
            return
        self.sudo().activity_schedule(
            ASK_TODO,
            date_deadline=self.company_id._business_date(clock.deadline_at),
            note=note,
            user_id=clock.sudo().user_id.id or who.id,
        )

    def _clock_late_todo(self, clock):
        """Whoever asks the customer has a to-do from the start: one is enough."""
        todo = super()._clock_late_todo(clock)
        if clock.kind_code != ASK:
            return todo
        return todo | self.sudo().activity_search([ASK_TODO])

    def _intake_person(self):
        """Return who asks the customer: salesperson, team leader, or who clicked.

        To be extended where a salesperson has authorised somebody (ROL-04).
        """
        self.ensure_one()
        order = self.sudo()
        able = (order.user_id | order.team_id.user_id).filtered(
            lambda user: (
                user.active and not user.share and order.company_id in user.company_ids
            )
        )
        return able[:1].sudo(False) or self.env.user

    def _intake_answered(self):
        """End the question where nothing is missing any more.

        Called after every change that may complete an order; twice changes nothing.
        """
        clocks = self._clock_open(ASK)
        asked = self.filtered(lambda order: order.id in clocks)
        if not asked:
            return
        missing = asked._intake_missing()
        answered = asked.filtered(lambda order: not missing[order.id])
        answered._clock_meet(ASK)
        answered.sudo().activity_feedback(
            [ASK_TODO], feedback=self.env._("Nothing is missing any more.")
        )

    @api.model
    def _intake_asked_orders(self):
        """Return the orders whose customer is being asked, in every company."""
        clocks = (
            self.env["service.clock"]
            .sudo()
            .search(
                [
                    ("res_model", "=", self._name),
                    ("kind_code", "=", ASK),
                    ("state", "in", ("running", "paused", "late")),
                ]
            )
        )
        return self.sudo().browse(clocks.mapped("res_id")).exists()

    def _terms_changed(self):
        result = super()._terms_changed()
        self._intake_answered()
        return result

    def _action_cancel(self):
        """Nobody needs to ask about a cancelled order."""
        result = super()._action_cancel()
        self._clock_cancel(ASK, self.env._("The order was cancelled."))
        self.sudo().activity_unlink([ASK_TODO])
        return result


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    def _intake_given(self):
        """Return ``{item: whether it is known}`` of the line. To be extended."""
        self.ensure_one()
        return {
            "product_code": said(self.product_id.default_code),
            "specification": said(self.specification),
            "quantity": self.product_uom_qty > 0,
            "tolerance": self.tolerance_percent > 0,
            "unit_price": self.price_unit > 0,
        }


def _bullets(texts):
    """Return the texts as a list, in columns where there is room for them."""
    items = Markup().join(Markup("<li>%s</li>") % text for text in texts)
    return Markup('<ul class="mb-0" style="columns: 20rem 3;">%s</ul>') % items


def _name(line):
    """Return the line's own first words: a product's display name costs a query."""
    return (line.name or line.product_id.name or "").partition("\n")[0]


def _path(line):
    """Return the ids of the line's product categories, from the widest down."""
    path = line.product_id.categ_id.parent_path or ""
    return tuple(int(part) for part in path.split("/") if part)


def _true(given):
    return {item for item, known in given.items() if known}
