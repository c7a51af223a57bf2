from odoo import api, fields, models
from odoo.addons.written_signoff.wording import joined
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from ..matrix import UNRULED, WAIVED, decide, except_for


class GatePassed:
    """Proof, within one transaction, that these orders passed a gate.

    Kept in the context by the code that asked the gate. A context that comes over
    RPC holds texts and numbers, never an instance of this class.
    """

    __slots__ = ("code", "ids")

    def __init__(self, code, ids):
        self.code = code
        self.ids = frozenset(ids)


class SaleOrder(models.Model):
    _name = "sale.order"
    _inherit = ["sale.order", "signoff.mixin"]
    _signoff_fields = {"order": "name"}

    # Technical, production and stores open the order too, and read no accounts: that
    # there are invoices may be counted for them.
    invoice_count = fields.Integer(compute_sudo=True)
    invoice_ids = fields.Many2many(compute_sudo=True)
    order_kind_id = fields.Many2one(
        "order.kind",
        string="Kind",
        tracking=True,
        domain="['|', ('company_id', '=', False), ('company_id', '=', company_id)]",
    )
    release_controlled = fields.Boolean(compute="_compute_release_controlled")
    customer_tier_id = fields.Many2one(
        "customer.tier",
        string="Tier",
        compute="_compute_customer_tier_id",
        search="_search_customer_tier_id",
        groups="base.group_user",
    )
    release_decision_ids = fields.One2many(
        "release.decision", "order_id", groups="base.group_user"
    )
    release_owed_ids = fields.One2many(
        "release.owed", "order_id", groups="base.group_user"
    )
    release_exception_ids = fields.One2many(
        "release.exception", "order_id", "Exceptions", groups="base.group_user"
    )

    def _signoff_terms(self, code):
        return {order.id: {"order": order.name} for order in self}

    # -- which orders are held to the rules --------------------------------------

    @api.depends("company_id.release_control", "order_kind_id.exempt")
    def _compute_release_controlled(self):
        for order in self:
            order.release_controlled = bool(order._release_held_to_rules())

    def _release_held_to_rules(self):
        """Return those of these orders whose gates count (TIER-10)."""
        return self.filtered(
            lambda order: (
                order.sudo().company_id.release_control
                and not order.sudo().order_kind_id.exempt
            )
        )

    @api.depends("partner_id", "company_id")
    def _compute_customer_tier_id(self):
        tiers = self._release_tiers()
        for order in self:
            order.customer_tier_id = tiers.get(order.id, False)

    def _search_customer_tier_id(self, operator, value):
        """Find orders by the tier that their customer has today, in each company."""
        # Asked here: a field that is not stored is searched by whoever may search.
        self._check_field_access(self._fields["customer_tier_id"], "read")
        if operator == "any":
            value = self.env["customer.tier"].search(value).ids
        elif operator != "in":
            return NotImplemented
        partners = self.env["res.partner"]
        return Domain.OR(
            Domain("company_id", "=", company.id)
            & Domain(
                "partner_id.commercial_partner_id",
                "in",
                partners._search_of_tier(company, set(value)),
            )
            for company in self.env["res.company"].sudo().search(Domain.TRUE)
        )

    def _release_tiers(self):
        """Return ``{order id: tier}`` of the customers behind these orders."""
        tiers = {}
        for company, orders in self.sudo().grouped("company_id").items():
            company = company or self.env.company
            by_partner = orders.partner_id._tier(company)
            lowest = self.env["customer.tier"]._lowest(company)
            for order in orders:
                tiers[order.id] = by_partner.get(order.partner_id.id, lowest)
        return tiers

    # -- the gate ----------------------------------------------------------------

    def _release_answers(self, code, shipping=None, fresh=False, anew=False):
        """Ask a gate about these orders (TIER-05).

        The same answer serves form, list, refusal and RPC, in one plan of queries for
        one order or many. Where an order passed the gate before, the rules are those
        of then (TIER-08), and so are the exceptions by which it passed; the facts are
        always those of now.

        :param str code: ``production`` or ``shipping``
        :param dict shipping: ``{sale order line id: quantity}`` about to leave
        :param bool fresh: ask by the rules of now, whatever was released before
        :param bool anew: ask for more than was released: an exception counts only
            while it is in force (TIER-07)
        :return: ``{order id: Answer}``
        """
        gate = self.env["release.gate"]._get(code)
        requirements = gate._requirements()
        codes = requirements._codes()
        rules = self._release_rules(gate, fresh, anew)
        asked = requirements.filtered(
            lambda row: self._release_asks(rules, codes[requirements.ids.index(row.id)])
        )
        facts = asked._facts(self.sudo(), shipping)
        answers = {
            order.id: decide(
                codes,
                rules[order.id],
                {name: facts[name][order.id] for name in codes if name in facts},
            )
            for order in self
        }
        return self._release_dues(self._release_excepted(gate, answers, shipping))

    def _release_excepted(self, gate, answers, shipping=None):
        """Take what is missing, and excepted now, out of the way (TIER-07).

        To be extended where something else than an exception stands for a paper.

        :param dict answers: ``{order id: Answer}``
        :param dict shipping: ``{sale order line id: quantity}`` about to leave
        :return: the answers, ``{order id: Answer}``
        """
        short = self.filtered(lambda order: answers[order.id].missing)
        if not short:
            return answers
        in_force = self.env["release.exception"]._in_force(gate, short)
        excepted = {
            order_id: except_for(answers[order_id], found)
            for order_id, found in in_force.items()
        }
        return {**answers, **excepted}

    def _release_dues(self, answers):
        """Say by which date what is owed is due (ORD-31)."""
        owing = self.filtered(lambda order: answers[order.id].owed)
        if not owing:
            return answers
        dues = self.env["release.owed"]._dues(owing, answers)
        return {
            order_id: answer._replace(
                lines=tuple(
                    line._replace(due=dues.get((order_id, line.code)))
                    for line in answer.lines
                )
            )
            for order_id, answer in answers.items()
        }

    def _release_asks(self, rules, code):
        """Return whether any rule wants to know; what is waived is not looked up."""
        return any(
            table.get(code, UNRULED).treatment != WAIVED for table in rules.values()
        )

    def _release_rules(self, gate, fresh, anew=False):
        released = self.filtered(lambda order: order.state == "sale" and not fresh)
        kept = (
            self.env["release.decision"]._rules_kept(gate, released)
            if released and gate == self.env["release.gate"]._get("production")
            else {}
        )
        tiers = self._release_tiers()
        rules = self.env["release.rule"]
        if anew:
            kept = {
                order_id: {
                    code: rule._replace(excepted=None) for code, rule in table.items()
                }
                for order_id, table in kept.items()
            }
        return {
            order.id: kept.get(order.id) or rules._of(gate, tiers[order.id])
            for order in self
        }

    def _release_check(self, code, shipping=None, fresh=False, anew=False):
        """Raise unless the gate is open for all these orders (TIER-06).

        The refusal names each missing requirement, who can meet it and since when it
        waits. What is owed later does not block.

        :return: ``{order id: Answer}`` of the orders held to the rules
        :raises UserError: the gate is closed for one of them
        """
        orders = self._release_held_to_rules()
        if not orders:
            return {}
        answers = orders._release_answers(code, shipping, fresh, anew)
        blocked = orders.filtered(lambda order: not answers[order.id].open)
        if blocked:
            gate = self.env["release.gate"]._get(code)
            texts = [
                order._release_refusal(gate, answers[order.id]) for order in blocked
            ]
            raise UserError("\n\n".join(texts))
        self.env["release.exception"]._note_use(answers)
        return answers

    def _release_not_passed(self, code):
        """Return the orders not yet known, in this transaction, to have passed."""
        passed = self.env.context.get("release_passed")
        if isinstance(passed, GatePassed) and passed.code == code:
            return self.filtered(lambda order: order.id not in passed.ids)
        return self

    def _with_release_passed(self, code, ids=None):
        return self.with_context(
            release_passed=GatePassed(code, self.ids if ids is None else ids)
        )

    # -- the effect: becoming a released order -----------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        """Hold orders that are born released to their gate (TIER-06)."""
        orders = super().create(vals_list)
        # Looked at on the orders: a kind may have come from a default.
        orders._check_kind(orders.order_kind_id)
        orders.filtered(lambda order: order.state == "sale")._release_pass(fresh=True)
        return orders

    def write(self, vals):
        """Hold every way into ``sale`` to the gate (ORD-30, TIER-06)."""
        self._check_counted(vals)
        self._check_kind(self.env["order.kind"].browse(vals.get("order_kind_id") or ()))
        entering = self._release_entering(vals)
        if not entering:
            result = super().write(vals)
            if vals.get("state") == "cancel":
                self.env["release.owed"]._drop(self)
            return result
        entering._release_held_to_rules()._signoff_lock()
        result = super().write(vals)
        entering._release_pass(fresh=True)
        return result

    def _release_entering(self, vals):
        """Return those that these values release, or release for somebody else.

        An order handed over to another customer or company was not released for them.
        """
        if vals.get("state", "sale") != "sale":
            return self.browse()
        handed = vals.keys() & {"partner_id", "company_id"}
        return self.filtered(
            lambda order: (
                any(order[name].id != vals[name] for name in handed)
                if order.state == "sale"
                else "state" in vals
            )
        )

    def _check_counted(self, vals):
        """Refuse amounts that are given instead of counted: gates build on them."""
        counted = vals.keys() & {"amount_untaxed", "amount_tax", "amount_total"}
        if counted and self._release_held_to_rules():
            raise AccessError(
                self.env._(
                    "The amounts of an order are counted, and cannot be written."
                )
            )

    def _check_kind(self, kinds):
        for kind in kinds.sudo():
            allowed = kind.group_ids & self.env.user.all_group_ids
            if kind.exempt and not allowed and self.env.registry.ready:
                raise AccessError(
                    self.env._(
                        "Orders of the kind “%(kind)s” need no sheet; they are made "
                        "by: %(roles)s.",
                        kind=kind.name,
                        roles=joined(self.env, kind.group_ids.mapped("name")) or "–",
                    )
                )

    def _release_pass(self, fresh=False, anew=False):
        """Pass the production gate, or raise; note the decision.

        Runs after the state was written, so that it sees everything that came with
        it.
        """
        held = self._release_held_to_rules()
        if not held:
            return
        if fresh:
            # What was asked at an earlier release of theirs is not asked now.
            held = held.with_context(release_fresh=GatePassed("fresh", held.ids))
        answers = held._release_check("production", fresh=fresh, anew=anew)
        gate = self.env["release.gate"]._get("production")
        self.env["release.decision"]._record(gate, held, answers)

    def _action_confirm(self):
        """Let what follows a release know that the gate was passed just now."""
        held = self._release_held_to_rules()
        orders = self._with_release_passed("production") if held else self
        return super(SaleOrder, orders)._action_confirm()

    def _validate_order(self):
        """Let a signature or payment on the portal release only what may be (ORD-27).

        A customer who signs or pays while a department has still to sign is thanked;
        the order waits, and customer service sees that it does.
        """
        ready = self - self._release_waiting()
        return super(SaleOrder, ready)._validate_order() if ready else None

    def _release_waiting(self):
        """Return the orders whose customer has done all while a gate is closed."""
        held = self._release_held_to_rules()
        answers = held._release_answers("production", fresh=True) if held else {}
        waiting = held.filtered(lambda order: not answers[order.id].open)
        for order in waiting:
            order._release_wait()
        return waiting

    def _release_wait(self):
        """Note that the customer has done their part. To be extended."""
        self.ensure_one()
        self.activity_schedule(
            "mail.mail_activity_data_todo",
            user_id=self.user_id.id or self.env.uid,
            summary=self.with_context(lang=self.user_id.lang or self.env.lang).env._(
                "The customer signed or paid; the release still waits"
            ),
        )

    def action_release_changes(self):
        """Release again what changed after the release, and launch what was held."""
        held = self._release_held_to_rules().filtered(lambda o: o.state == "sale")
        held._signoff_lock()
        held._release_pass(anew=True)
        held.order_line._action_launch_stock_rule()
        return True
