from markupsafe import Markup
from odoo import api, fields, models
from odoo.addons.customer_tiering.matrix import Fact
from odoo.addons.written_signoff.wording import joined, numeral
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import float_compare, format_datetime
from odoo.tools.misc import formatLang

from ..contract import allowance_part, deposit, deviations
from . import sale_order, sale_order_line, sale_order_sheet  # noqa: F401 - extended
from .order_completeness import OPEN_INTAKE

PURPOSE = "contract_deviation"
TODO = "order_confirmation.activity_contract_deviation"


def unit_price(env, currency, price):
    """Return a price of one unit with its currency, in as many decimals as it has.

    A currency without cents still has prices of 1.05.
    """
    own = len(f"{price:.6f}".rstrip("0").partition(".")[2])
    number = formatLang(env, price, digits=max(own, currency.decimal_places))
    parts = [number, currency.symbol or currency.name or ""]
    return "\N{NO-BREAK SPACE}".join(
        reversed(parts) if currency.position == "before" else parts
    )


class SaleOrder(models.Model):
    """The terms of an order by its contract, and where it departs (ORD-06)."""

    _inherit = "sale.order"

    contract_id = fields.Many2one(
        "sales.contract",
        compute="_compute_contract_id",
        store=True,
        precompute=True,
        index="btree_not_null",
        copy=False,
        groups="base.group_user",
        help="The contract in force on the day of the order.",
    )
    incoterm = fields.Many2one(
        compute="_compute_contract_delivery",
        store=True,
        readonly=False,
        precompute=True,
    )
    incoterm_location = fields.Char(
        compute="_compute_contract_delivery",
        store=True,
        readonly=False,
        precompute=True,
    )
    delivery_terms = fields.Text(
        compute="_compute_contract_delivery",
        store=True,
        readonly=False,
        precompute=True,
        tracking=True,
    )
    deposit_percent = fields.Float(
        "Deposit (%)",
        compute="_compute_deposit_percent",
        compute_sudo=True,
        help="Of the payment terms. Where the contract asks for more, that counts "
        "until the salesperson has accepted the difference in writing.",
    )
    contract_deviates = fields.Boolean(
        "Departs from Contract",
        compute="_compute_contract_deviates",
        search="_search_contract_deviates",
        compute_sudo=True,
        groups="base.group_user",
    )
    contract_accepted = fields.Char(
        "Deviation Accepted",
        compute="_compute_contract_deviates",
        compute_sudo=True,
        groups="base.group_user",
    )
    contract_deviation = fields.Html(
        compute="_compute_contract_deviates",
        compute_sudo=True,
        groups="base.group_user",
    )
    allowance_part = fields.Float(
        "Discount on the Whole",
        compute="_compute_allowance_part",
        compute_sudo=True,
        groups="base.group_user",
        help="What lines with negative amounts take off the others, as a part of them: "
        "0.1 for a tenth. Prices are compared less this part.",
    )

    # -- which contract ----------------------------------------------------------

    def _contract_days(self):
        """Return the days whose contract holds, the first that has one.

        The order's date, as far as it is not after the day on which it was entered;
        then that day: a date before the contract is no way round it. Confirming, which
        sets the date anew, changes nothing.
        """
        self.ensure_one()
        company = self.company_id or self.env.company
        entered = self._origin.create_date or fields.Datetime.now()
        dated = min(self.date_order or entered, entered)
        return [company._business_date(dated), company._business_date(entered)]

    def _contracts_found(self):
        """Return ``{order id: contract}`` by what the contracts say now, in one query.

        Empty where the company is not under release control: there orders are Odoo's.
        """
        wanted = {
            order.id: (
                order.partner_id.commercial_partner_id,
                order.company_id,
                order._contract_days(),
            )
            for order in self.sudo()
            if order.company_id.release_control and order.partner_id
        }
        none = self.env["sales.contract"].sudo()
        found = none._holding(wanted) if wanted else {}
        return {order.id: found.get(order.id, none) for order in self}

    def _contracts_now(self):
        """Return ``{order id: contract}``, for released orders the one of then."""
        released = self.filtered(lambda order: order.state not in OPEN_INTAKE)
        contracts = (self - released)._contracts_found()
        contracts.update((order.id, order.contract_id) for order in released.sudo())
        # One recordset, so that prices are read for all of them at once.
        together = self.env["sales.contract"].sudo().union(*contracts.values())
        return {
            order_id: contract.with_prefetch(together.ids)
            for order_id, contract in contracts.items()
        }

    @api.depends("partner_id", "company_id", "date_order", "state")
    def _compute_contract_id(self):
        open_ = self.filtered(lambda order: order.state in OPEN_INTAKE)
        found = open_._contracts_found()
        for order in self:
            order.contract_id = found[order.id] if order in open_ else order.contract_id

    # -- taking the terms over ---------------------------------------------------

    def _compute_payment_term_id(self):
        """Take the payment terms of the contract (ORD-06)."""
        result = super()._compute_payment_term_id()
        for order in self:
            contract = order.sudo().contract_id
            if contract:
                order.payment_term_id = contract.payment_term_id.sudo(False)
        return result

    @api.depends("partner_id", "company_id")
    def _compute_contract_delivery(self):
        for order in self:
            contract = order.sudo().contract_id
            order.incoterm = contract.incoterm_id or order.incoterm
            order.incoterm_location = (
                contract.incoterm_location or order.incoterm_location
            )
            order.delivery_terms = contract.delivery_terms or order.delivery_terms

    # -- where the order departs -------------------------------------------------

    @api.depends(
        "order_line.price_unit", "order_line.product_uom_qty", "order_line.discount",
        "order_line.display_type", "order_line.combo_item_id",
    )  # fmt: skip
    def _compute_allowance_part(self):
        """Spread what is taken off the whole over what is sold (ORD-06, ORD-07)."""
        for order in self:
            order.allowance_part = allowance_part(
                line._net_amount() for line in order.order_line
            )

    def _contract_deviations(self):
        """Return ``{order id: {term: (agreed, ordered)}}``, by the facts of now.

        Prices of lines are named ``("lines", line id)``. One plan of queries for one
        order or many; orders that are not held to the rules depart from nothing.
        """
        held = self._release_held_to_rules()
        contracts = held._contracts_now()
        found = {order.id: {} for order in self}
        for order in held.sudo():
            if contract := contracts[order.id]:
                found[order.id] = order._contract_compare(contract)
        return found

    def _contract_compare(self, contract):
        self.ensure_one()
        own = self._contract_own_deposit(contract)
        agreed = {
            "payment_terms": contract.payment_term_id.name,
            "deposit": contract.deposit_percent,
            "incoterm": contract.incoterm_id.code or None,
            "incoterm_location": contract.incoterm_location or None,
            "delivery_terms": contract.delivery_terms or None,
        }
        ordered = {
            "payment_terms": self.payment_term_id.name or "",
            "deposit": own,
            "incoterm": self.incoterm.code or "",
            "incoterm_location": self.incoterm_location or "",
            "delivery_terms": self.delivery_terms or "",
        }
        if contract.payment_term_id != self.payment_term_id and (
            agreed["payment_terms"] == ordered["payment_terms"]
        ):
            ordered["payment_terms"] += f" #{self.payment_term_id.id}"
        for line in self.order_line:
            price = line._contract_price(contract)
            if price is None:
                continue
            digits = line._contract_digits()
            if float_compare(price, line._net_price(), precision_digits=digits):
                key = ("lines", line.id)
                agreed[key] = round(price, digits)
                ordered[key] = round(line._net_price(), digits)
        return deviations(agreed, ordered)

    def _contract_own_deposit(self, contract):
        """Return the deposit that the order's own payment terms ask for, in percent."""
        if contract.payment_term_id == self.payment_term_id:
            return contract.deposit_percent
        return self.payment_term_id.deposit_percent

    def _contract_accepted(self, found=None):
        """Return ``{order id: signature}`` of deviations accepted as they are now."""
        found = self._contract_deviations() if found is None else found
        departing = self.filtered(lambda order: found[order.id])
        if not departing:
            return {}
        signed = departing.sudo()._signoff_valid([PURPOSE])
        return {order_id: row for (order_id, _code), row in signed.items()}

    def _deposit_percents(self):
        """Let nobody escape the contract's deposit by other payment terms (ORD-06)."""
        percents = super()._deposit_percents()
        held = self._release_held_to_rules()
        contracts = held._contracts_now()
        bound = held.filtered(lambda order: contracts[order.id])
        if not bound:
            return percents
        accepted = bound._contract_accepted()
        for order in bound.sudo():
            contract = contracts[order.id]
            percents[order.id] = deposit(
                order._contract_own_deposit(contract),
                contract.deposit_percent,
                order.id in accepted,
            )
        return percents

    @api.depends(
        "payment_term_id.deposit_percent",
        "contract_id.deposit_percent",
        "contract_id.payment_term_id",
        "order_line.price_unit",
        "incoterm",
        "incoterm_location",
        "delivery_terms",
        "signature_ids.state",
    )
    def _compute_deposit_percent(self):
        percents = self._deposit_percents()
        for order in self:
            order.deposit_percent = percents[order.id]

    @api.depends("contract_id", "deposit_percent")
    def _compute_money(self):
        """The deposit due follows the contract, too."""
        return super()._compute_money()

    def _deposit_words(self):
        percent = self.deposit_percent
        return f"{numeral(percent)} %" if percent else ""

    @api.depends_context("lang", "tz")
    @api.depends(
        "contract_id", "payment_term_id", "incoterm", "incoterm_location",
        "delivery_terms", "order_line.price_unit", "order_line.discount",
        "order_line.product_id", "order_line.product_uom_id", "currency_id",
        "order_line.product_uom_qty", "signature_ids.state",
    )  # fmt: skip
    def _compute_contract_deviates(self):
        found = self._contract_deviations()
        accepted = self._contract_accepted(found)
        for order in self:
            row = accepted.get(order.id)
            order.contract_deviates = bool(found[order.id])
            order.contract_deviation = order._contract_bullets(found[order.id])
            order.contract_accepted = row and self.env._(
                "accepted by %(who)s on %(when)s: %(words)s",
                who=row.signer_name,
                when=format_datetime(self.env, row.signed_at, dt_format="short"),
                words=row.statement or "",
            )

    def _search_contract_deviates(self, operator, value):
        if operator != "in":
            return NotImplemented
        if True in value and False in value:
            return Domain.TRUE
        candidates = self.search(
            [("state", "in", (*OPEN_INTAKE, "sale")), ("contract_id", "!=", False)]
        )
        found = candidates._contract_deviations()
        departing = [order_id for order_id, terms in found.items() if terms]
        return [("id", "in" if True in value else "not in", departing)]

    def _contract_bullets(self, found):
        """Return the deviations as a list: term, agreed → ordered."""
        if not found:
            return False
        rows = [
            Markup("<li>%s: %s → <b>%s</b></li>")
            % (
                self._contract_term_name(key),
                self._contract_term_words(key, agreed),
                self._contract_term_words(key, ordered),
            )
            for key, (agreed, ordered) in found.items()
        ]
        return Markup('<ul class="mb-0">%s</ul>') % Markup().join(rows)

    def _contract_term_name(self, key):
        if isinstance(key, tuple):
            line = self.env["sale.order.line"].sudo().browse(key[1])
            # A line is worded for the customer; its product in the reader's language.
            return line.product_id.display_name or (line.name or "").partition("\n")[0]
        return self._signoff_label((key,))

    def _contract_term_words(self, key, value):
        if isinstance(key, tuple):
            return unit_price(self.env, self.currency_id, value)
        if key == "deposit":
            return f"{numeral(value)} %"
        return value or self.env._("nothing")

    # -- accepting it in writing -------------------------------------------------

    def action_accept_deviation(self):
        """Open the dialog in which the salesperson accepts the other terms."""
        return self._signoff_dialog(PURPOSE)

    def _check_before_contract_deviation(self):
        if not self._contract_deviations()[self.id]:
            raise UserError(
                self.env._("%s keeps to its contract: nothing to accept.", self.name)
            )

    def _signoff_terms(self, code):
        """Cover the terms that depart: another change of them voids the acceptance."""
        if code != PURPOSE:
            return super()._signoff_terms(code)
        found = self._contract_deviations()
        departing = self.filtered(lambda order: found[order.id])
        contracts = departing._contracts_now()
        return {
            order.id: order._contract_terms(contracts[order.id], found[order.id])
            for order in departing
        }

    def _contract_terms(self, contract, found):
        terms = {"contract": contract.name}
        for key, (agreed, ordered) in found.items():
            if isinstance(key, tuple):
                lines = terms.setdefault("lines", {})
                lines[str(key[1])] = {"contract_price": agreed, "price": ordered}
            else:
                terms[f"contract_{key}"] = agreed
                terms[key] = ordered
        return terms

    def _signoff_label(self, path):
        """Tell what the contract says from what the order says."""
        head, _mark, key = path[-1].partition("contract_")
        if not head and key:
            ours = self._signoff_label((*path[:-1], key))
            return self.env._("%s by the contract", ours)
        return super()._signoff_label(path)

    def _signoff_signed(self, signature):
        result = super()._signoff_signed(signature)
        if signature.purpose_code == PURPOSE:
            self._contract_follow()
        return result

    # -- keys, terms, changes ----------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        """Let the contract be found, never given."""
        for vals in vals_list:
            vals.pop("contract_id", None)
        return super().create(vals_list)

    def write(self, vals):
        """Refuse to name a contract: it follows from customer and day."""
        if "contract_id" in vals:
            raise AccessError(
                self.env._(
                    "The contract of an order follows from its customer and its day."
                )
            )
        result = super().write(vals)
        # Confirming sets the date, too; that changes no term.
        if "date_order" in vals and "state" not in vals:
            self._release_held_to_rules()._terms_changed()
        return result

    @api.model
    def _signed_fields(self):
        delivery = {"incoterm", "incoterm_location", "delivery_terms"}
        return super()._signed_fields() | delivery

    def _commercial_terms(self):
        """Let the customer sign the delivery terms, too."""
        return {**super()._commercial_terms(), "delivery_terms": self._delivery_words()}

    def _delivery_words(self):
        self.ensure_one()
        incoterm = " ".join(
            filter(None, [self.incoterm.code, self.incoterm_location or ""])
        )
        return "\n".join(filter(None, [incoterm, self.delivery_terms or ""]))

    def _sheet_printed(self, lang):
        printed = super()._sheet_printed(lang)
        return {**printed, "delivery_terms": self.sudo()._delivery_words()}

    def _sheet_missing(self):
        """No sheet while a deviation from the contract is not accepted (ORD-06)."""
        missing = super()._sheet_missing()
        found = self._contract_deviations()[self.id]
        if found and not self._contract_accepted():
            names = joined(
                self.env, dict.fromkeys(map(self._contract_term_name, found))
            )
            missing.append(
                self.env._(
                    "the salesperson's acceptance of terms other than those of "
                    "contract %(contract)s: %(terms)s",
                    contract=self._contracts_now()[self.id].name,
                    terms=names,
                )
            )
        return missing

    def _terms_changed(self):
        result = super()._terms_changed()
        self._contract_follow()
        return result

    def _contract_follow(self):
        """Give the salesperson the to-do while a deviation waits; end it after.

        Called after every change; twice changes nothing.
        """
        open_ = self.filtered(lambda order: order.state != "cancel")
        found = open_._contract_deviations()
        accepted = open_._contract_accepted(found)
        waiting = open_.filtered(lambda o: found[o.id] and o.id not in accepted)
        todos = open_.sudo().activity_search([TODO])
        having = self.browse(todos.mapped("res_id"))
        for order in waiting - having:
            order._contract_todo(found[order.id])
        done = (having - waiting).sudo()
        if done:
            done.activity_feedback(
                [TODO], feedback=self.env._("Accepted, or as the contract says.")
            )

    def _contract_todo(self, found):
        self.ensure_one()
        note = Markup("<p>%s</p>%s") % (
            self.env._("Accept it in writing, or put the order back:"),
            self._contract_bullets(found),
        )
        self.sudo().activity_schedule(
            TODO,
            date_deadline=self._intake_due(),
            note=note,
            user_id=self._intake_person().id,
        )

    def _intake_due(self, hours=4):
        """Return the date on which so many working hours from now are over.

        Today in a company without working hours: a to-do is no reason to refuse an
        order.
        """
        self.ensure_one()
        company = self.sudo().company_id
        now = fields.Datetime.now()
        try:
            return company._business_date(company._add_working_hours(now, hours))
        except UserError:
            return company._business_date(now)

    def _action_cancel(self):
        result = super()._action_cancel()
        self.sudo().activity_unlink([TODO])
        return result

    # -- the gate ----------------------------------------------------------------

    def _contract_facts(self):
        """Return ``{order id: Fact}``: the contract is kept, or the rest accepted."""
        found = self._contract_deviations()
        accepted = self._contract_accepted(found)
        facts = {}
        for order in self:
            row = accepted.get(order.id)
            keys = found[order.id]
            facts[order.id] = Fact(
                met=not keys or bool(row),
                since=row.signed_at if row else order.create_date,
                detail=lambda order=order, keys=keys: joined(
                    self.env, dict.fromkeys(map(order._contract_term_name, keys))
                ),
                who=order.sudo().user_id.name or "",
                applies=bool(keys),
            )
        return facts


class SaleOrderLine(models.Model):
    """Prices of lines by the contract."""

    _inherit = "sale.order.line"

    def _is_priced(self):
        """Return whether the line sells something at a price of its own.

        Sections, notes, and the lines that Odoo makes for a down payment or for a
        discount on the whole do not. Goods do, whatever a line of them is called.
        """
        self.ensure_one()
        return bool(
            self.product_id
            and not self.display_type
            and not self._is_mere_discount()
            and not self._is_of_combo()
            and self.product_type != "combo"
        )

    def _is_mere_discount(self):
        self.ensure_one()
        goods = self.product_type == "consu"
        return self._is_global_discount() and not goods and self._net_amount() <= 0

    def _is_of_combo(self):
        """Return whether Odoo priced the line as a part of a combination."""
        self.ensure_one()
        return (
            self.combo_item_id.product_id == self.product_id
            and self.linked_line_id.product_type == "combo"
        )

    def _net_amount(self):
        """Return the price of the whole line less its own discount, 0 for a title."""
        self.ensure_one()
        if self.display_type:
            return 0.0
        return self.product_uom_qty * self.price_unit * (1 - self.discount / 100)

    def _net_price(self):
        """Return the price of one unit less all discounts.

        That of the line, and its part of what other lines take off the whole.
        """
        self.ensure_one()
        price = self.price_unit * (1 - self.discount / 100)
        if self._net_amount() < 0:
            return price
        return price * (1 - self.order_id.sudo().allowance_part)

    def _contract_digits(self):
        return self.env["decimal.precision"].precision_get("Product Price")

    def _contract_price(self, contract):
        """Return the price that the contract gives this line, or None."""
        self.ensure_one()
        return contract.sudo()._agreed_price(self.sudo()) if self._is_priced() else None

    def _get_display_price(self):
        """Price by the contract in force, before the price list (ORD-06)."""
        contract = self.order_id.sudo().contract_id
        price = self._contract_price(contract) if contract else None
        return super()._get_display_price() if price is None else price

    def _compute_discount(self):
        """Give no discount of the price list on a price of the contract."""
        result = super()._compute_discount()
        for line in self.filtered("discount"):
            contract = line.order_id.sudo().contract_id
            listed = contract and line.pricelist_item_id._show_discount()
            if listed and line._contract_price(contract) is not None:
                line.discount = 0.0
        return result
