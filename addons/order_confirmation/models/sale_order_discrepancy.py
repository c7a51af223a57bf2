from markupsafe import Markup
from odoo import api, fields, models
from odoo.addons.customer_tiering.matrix import Fact
from odoo.addons.written_signoff.wording import joined
from odoo.tools import SQL

from ..discrepancy import (
    CONTRACT,
    LAST_ORDER,
    PRICE_LIST,
    Reference,
    difference,
    doubts,
    same_text,
)
from . import sale_order, sale_order_sheet  # noqa: F401 - extended here
from .order_discrepancy import SETTLE, VERIFY, WAITING, Settling, keyed

TODO = "order_confirmation.activity_verify_discrepancy"
COMPARED = {
    "product_id", "product_uom_id", "price_unit", "discount", "specification",
    "tolerance_percent", "product_uom_qty", "is_downpayment", "extra_tax_data",
}  # fmt: skip


class SaleOrder(models.Model):
    """Price and specification check of an order (ORD-07)."""

    _inherit = "sale.order"

    discrepancy_ids = fields.One2many(
        "order.discrepancy", "order_id", "Discrepancies", groups="base.group_user"
    )
    discrepancy_count = fields.Integer(
        compute="_compute_discrepancies", compute_sudo=True, groups="base.group_user"
    )
    discrepancy_waiting = fields.Html(
        "Discrepancies to Clear",
        compute="_compute_discrepancies",
        compute_sudo=True,
        groups="base.group_user",
    )

    @api.depends_context("lang")
    @api.depends("discrepancy_ids.state", "discrepancy_ids.found_value")
    def _compute_discrepancies(self):
        for order in self:
            rows = order.discrepancy_ids
            waiting = rows.filtered(lambda row: row.state in WAITING)
            order.discrepancy_count = len(rows)
            order.discrepancy_waiting = _bullets(waiting) if waiting else False

    def action_view_discrepancies(self):
        """Show the discrepancies of the order, those that wait first."""
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id(
            "order_confirmation.order_discrepancy_action"
        )
        rows = self.sudo().discrepancy_ids
        action["domain"] = [("order_id", "=", self.id)]
        action["context"] = {}
        if len(rows) == 1:
            action.update(res_id=rows.id, views=[(False, "form")])
        return action

    # -- the price list in force -------------------------------------------------

    def _own_price_list(self):
        """Return the customer's price list, whichever was chosen on the order."""
        self.ensure_one()
        company = self.company_id or self.env.company
        customer = self.sudo().partner_id.with_company(company)
        return customer.property_product_pricelist

    def _price_list_day(self):
        """Return the moment whose prices count, in UTC.

        Now, until the order is released; then that of the release, which Odoo notes
        as the order's date, and never one before the order was entered.
        """
        self.ensure_one()
        now = fields.Datetime.now()
        if self.state != "sale":
            return now
        return min(max(self.date_order or now, self.create_date or now), now)

    # -- what opens them ---------------------------------------------------------

    def _terms_changed(self):
        """Check the lines of orders that are not released yet."""
        result = super()._terms_changed()
        open_ = self.filtered(lambda order: order.state in ("draft", "sent"))
        open_.order_line._check_discrepancies()
        self._discrepancies_of_removed()
        return result

    def _discrepancies_of_removed(self):
        """Clear what a removed line had in doubt."""
        gone = (
            self.env["order.discrepancy"]
            .sudo()
            .search(
                [
                    ("order_id", "in", self.ids),
                    ("order_line_id", "=", False),
                    ("state", "!=", "cleared"),
                ]
            )
        )
        if gone:
            keyed(gone).write({"state": "cleared"})
            gone.order_id._discrepancy_todo()

    def action_make_sheet(self):
        """Check once more before the sheet: the price list may have moved (ORD-07).

        :return: what is newly in doubt instead of the sheet, so that it is on record
        """
        self.ensure_one()
        self.env.user._require_role("customer_service")
        self.check_access("write")
        if self._release_held_to_rules().order_line._check_discrepancies():
            return self.action_view_discrepancies()
        return super().action_make_sheet()

    def _sheet_missing(self):
        """No sheet while a discrepancy is open (ORD-07)."""
        missing = super()._sheet_missing()
        blocking = self.sudo()._discrepancies_blocking()[self.id]
        missing += [
            self.env._(
                "a settled discrepancy: %(what)s, %(found)s instead of %(expected)s",
                what=row.display_name,
                found=row.found,
                expected=(row.expected or "").replace("\n", "; "),
            )
            for row in blocking.with_context(lang=self.env.lang)
        ]
        return missing

    # -- who is told -------------------------------------------------------------

    def _discrepancy_told(self):
        """Return the partners of supervisor and sales director of the company."""
        self.ensure_one()
        roles = self.env.ref("customer_tiering.role_supervisor") | self.env.ref(
            "customer_tiering.role_sales_director"
        )
        users = roles.sudo().all_user_ids.filtered(
            lambda user: (
                user.active
                and not user.share
                and self.sudo().company_id in user.company_ids
            )
        )
        return users.partner_id

    def _discrepancy_opened(self, rows):
        """Tell supervisor and director once for all that was opened (ORD-07)."""
        self.ensure_one()
        self.sudo().message_post(
            body=Markup("<p>%s</p>%s")
            % (self.env._("Price or specification is in doubt:"), _bullets(rows)),
            partner_ids=self._discrepancy_told().ids,
            subtype_xmlid="mail.mt_note",
        )

    def _discrepancy_todo(self):
        """Keep the salesperson's to-do in step with what waits to be verified.

        One to-do per order, however many lines; called twice it changes nothing.
        """
        orders = self.sudo()
        rows = self.env["order.discrepancy"].sudo().search(
            [("order_id", "in", orders.ids), ("state", "=", "open")]
        )  # fmt: skip
        waiting = rows.grouped("order_id")
        todos = orders.activity_search([TODO]).grouped("res_id")
        for order in orders:
            mine, todo = waiting.get(order), todos.get(order.id)
            if mine and order.state != "cancel":
                note = _bullets(mine)
                if todo:
                    todo.note = note
                else:
                    order._discrepancy_schedule(note)
            elif todo:
                order.activity_feedback(
                    [TODO], feedback=self.env._("Nothing is left to verify.")
                )

    def _discrepancy_schedule(self, note):
        self.activity_schedule(
            TODO,
            date_deadline=self._intake_due(),
            note=note,
            user_id=self._intake_person().id,
        )

    def _action_cancel(self):
        result = super()._action_cancel()
        self.sudo().activity_unlink([TODO])
        return result

    # -- the gate ----------------------------------------------------------------

    def _discrepancies_blocking(self):
        """Return ``{order id: discrepancies}`` that are open by the facts of now.

        What was settled counts only while its signature holds: a change round every
        hook shows here.
        """
        rows = (
            self.env["order.discrepancy"]
            .sudo()
            .search([("order_id", "in", self.ids), ("state", "!=", "cleared")])
        )
        settled = rows.filtered(lambda row: row.state == "settled")
        signed = settled._signoff_valid([SETTLE]) if settled else {}
        blocking = rows.filtered(
            lambda row: row not in settled or (row.id, SETTLE) not in signed
        )
        of = blocking.grouped("order_id")
        return {order.id: of.get(order.sudo(), rows.browse()) for order in self}

    def _discrepancy_facts(self):
        """Return ``{order id: Fact}``: no price or specification is in doubt."""
        blocking = self._discrepancies_blocking()
        facts = {}
        for order in self:
            rows = blocking[order.id]
            verify = any(row.state == "open" for row in rows)
            facts[order.id] = Fact(
                met=not rows,
                since=min(rows.mapped("opened_at"), default=order.create_date),
                detail=lambda rows=rows: joined(
                    self.env,
                    (
                        f"{row.product_id.display_name} ({row._kind_name()})"
                        for row in rows
                    ),
                ),
                who=order.sudo().user_id.name or "" if verify else "",
                applies=bool(rows),
            )
        return facts


class SaleOrderLine(models.Model):
    """What a line is compared with, and whether it is in doubt."""

    _inherit = "sale.order.line"

    discrepancy_ids = fields.One2many(
        "order.discrepancy", "order_line_id", groups="base.group_user"
    )

    @api.model_create_multi
    def create(self, vals_list):
        """Check lines that are added to a released order."""
        lines = super().create(vals_list)
        lines._check_released_lines()
        return lines

    def write(self, vals):
        """Check lines of a released order that now say something else."""
        if not vals.keys() & COMPARED:
            return super().write(vals)
        spread = self._released_lines()._orders_with_allowance()
        result = super().write(vals)
        self._check_released_lines(spread)
        return result

    def _released_lines(self):
        return self.filtered(lambda line: line.state == "sale")

    def _orders_with_allowance(self):
        orders = self.order_id.sudo().filtered("allowance_part")
        return orders.with_env(self.env)

    def _check_released_lines(self, spread=None):
        """Check these lines, and all of an order from which something is taken off.

        :param spread: orders from which something was taken off before
        """
        lines = self._released_lines()
        orders = lines._orders_with_allowance()
        orders |= spread or orders.browse()
        (lines | orders.order_line)._check_discrepancies()

    # -- the check ---------------------------------------------------------------

    def _check_discrepancies(self):
        """Open, renew and clear the discrepancies of these lines (ORD-07).

        Called after each change, before a sheet is made, and when a signature ends;
        twice changes nothing. In a number of queries that does not grow with the lines
        of an order.

        :return: the discrepancies that were opened, or opened again
        """
        rows = self.env["order.discrepancy"].sudo()
        orders = self.order_id._release_held_to_rules().filtered(
            lambda order: order.state != "cancel"
        )
        lines = self.filtered(
            lambda line: line.order_id in orders and line._is_priced()
        )
        if not lines:
            return rows
        rows = rows.search([("order_line_id", "in", lines.ids)])
        settling = self.env.context.get("discrepancy_settling")
        busy = settling.ids if isinstance(settling, Settling) else ()
        known = {(row.order_line_id.id, row.kind): row for row in rows}
        found = lines.sudo()._discrepancies_found()
        new, opened = [], rows.browse()
        moving = rows.filtered(lambda row: row.id not in busy)
        signed = moving._signoff_valid([VERIFY, SETTLE]) if moving else {}
        for line in lines.sudo():
            for kind in ("price", "specification", "formula", "tolerance"):
                doubt = found.get(line.id, {}).get(kind)
                row = known.get((line.id, kind))
                if not row:
                    new += [line._discrepancy_values(kind, doubt)] if doubt else []
                elif row in moving and row._renew(line, doubt, signed):
                    opened |= row
        opened |= keyed(rows).create(new).sudo() if new else rows.browse()
        self._follow_discrepancies(moving | opened, opened)
        return opened.with_env(self.env)

    def _follow_discrepancies(self, rows, opened):
        """Void what was signed for another value, tell, and renew the to-dos."""
        stale = rows.filtered("signature_ids")
        if stale:
            stale._signoff_void_changed()
        for order, those in opened.grouped("order_id").items():
            order.with_env(self.env)._discrepancy_opened(those.with_env(self.env))
        if rows:
            rows.order_id._discrepancy_todo()

    def _discrepancy_values(self, kind, doubt):
        value, references, percent = doubt
        return {
            "order_id": self.order_id.id,
            "order_line_id": self.id,
            "product_id": self.product_id.id,
            "kind": kind,
            "found_value": value,
            "reference_values": references,
            "difference_percent": percent,
            "opened_at": fields.Datetime.now(),
        }

    def _discrepancy_value(self, kind):
        """Return what the line says of this, as it is compared and signed."""
        self.ensure_one()
        if kind == "price":
            return round(self._net_price(), self._contract_digits())
        if kind == "specification":
            return (self.specification or "").strip()
        if kind == "formula":
            return self.formula or ""
        return self.tolerance_percent

    def _discrepancies_found(self):
        """Return ``{line id: {kind: (value, references, per cent)}}``, by facts of now.

        Compared are the net price with the contract, the price list in force and the
        customer's last confirmed order; specification, formula and tolerance with that
        order. Where there is nothing to compare with, nothing is in doubt.
        """
        lists = self._list_prices()
        contracts = self.order_id._contracts_now()
        before = self._last_ordered()
        formulas = self._last_formulas(before)
        result = {}
        for line in self:
            last = line._most_alike(before.get(line.id, self.browse()))
            doubt = {}
            price = line._price_doubt(lists, contracts[line.order_id.id], last)
            if price:
                doubt["price"] = price
            if last:
                label = last.order_id.name
                doubt.update(line._other_doubts(last, label, formulas.get(last.id)))
            if doubt:
                result[line.id] = doubt
        return result

    def _price_doubt(self, lists, contract, last):
        self.ensure_one()
        value = self._discrepancy_value("price")
        references = []
        agreed = self._contract_price(contract) if contract else None
        if agreed is not None:
            references.append(Reference(CONTRACT, contract.name, agreed))
        listed = lists.get(self.id)
        if listed:
            name = self.order_id._own_price_list().name or ""
            references.append(Reference(PRICE_LIST, name, listed))
        if last:
            price = self._price_of(last)
            references.append(Reference(LAST_ORDER, last.order_id.name, price))
        digits = self._contract_digits()
        off = doubts(
            value,
            references,
            self.company_id.price_tolerance_percent,
            smallest=0.6 * 10**-digits,
        )
        if not off:
            return None
        percent = max(difference(value, row.price) for row in off)
        return value, [[*row[:2], round(row.price, digits)] for row in off], percent

    def _other_doubts(self, last, label, formula):
        """Return doubts about anything else than the price, against the last order."""
        self.ensure_one()
        found = {}
        said = last.specification or ""
        if said.strip() and not same_text(said, self.specification):
            found["specification"] = (
                self._discrepancy_value("specification"),
                [[LAST_ORDER, label, said.strip()]],
                0.0,
            )
        if formula and _mark(formula) != _mark(self.formula):
            found["formula"] = self.formula or "", [[LAST_ORDER, label, formula]], 0.0
        # A line on which nobody entered one promises the exact quantity: no doubt.
        if self.tolerance_percent not in (0, last.tolerance_percent):
            found["tolerance"] = (
                self.tolerance_percent,
                [[LAST_ORDER, label, last.tolerance_percent]],
                0.0,
            )
        return found

    def _list_prices(self):
        """Return ``{line id: net price by the price list in force}``.

        That of the customer, on the day that counts: neither another list chosen on
        the order nor another date on it changes what is in force (ORD-07). In the
        line's currency and unit, as Odoo prices it; 0 where the list has none. The
        rules of a price list are read once per order, whatever its lines.
        """
        prices = {}
        for order, lines in self.grouped("order_id").items():
            day = order._price_list_day()
            lists = order._own_price_list()
            rules = lists._get_applicable_rules(lines.product_id, day)
            for line in lines.with_company(order.company_id):
                prices[line.id] = line._price_by(rules, order, day)
        return prices

    def _price_by(self, rules, order, day):
        product, unit = self.product_id, self.product_uom_id
        quantity = self.product_uom_qty or 1.0
        own = unit._compute_quantity(quantity, product.uom_id, raise_if_failure=False)
        hits = (rule for rule in rules if rule._is_applicable_for(product, own))
        rule = next(hits, self.env["product.pricelist.item"])
        price = rule._compute_price(
            product=product.with_context(**self._get_product_price_context()),
            quantity=quantity,
            uom=unit,
            date=day,
            currency=self.currency_id,
        )
        taxes = product.taxes_id._filter_taxes_by_company(order.company_id)
        return product._get_tax_included_unit_price_from_price(
            price, product_taxes=taxes, fiscal_position=order.fiscal_position_id
        )

    def _last_ordered(self):
        """Return ``{line id: lines}`` of the customer's last confirmed order of it.

        Gifts are no price to go by. One query for any number of lines.
        """
        self.env["sale.order.line"].flush_model()
        self.env["sale.order"].flush_model(["partner_id", "state", "date_order"])
        query = SQL(
            """
            WITH asked AS MATERIALIZED (
                SELECT line.id, line.product_id, line.order_id, present.company_id,
                       present.state, present.date_order, customer.commercial_partner_id
                  FROM sale_order_line line
                  JOIN sale_order present ON present.id = line.order_id
                  JOIN res_partner customer ON customer.id = present.partner_id
                 WHERE line.id = ANY(%s)
            ), sold AS MATERIALIZED (
                SELECT line.id, line.product_id, line.order_id, earlier.company_id,
                       earlier.date_order, buyer.commercial_partner_id
                  FROM sale_order_line line
                  JOIN sale_order earlier ON earlier.id = line.order_id
                  JOIN res_partner buyer ON buyer.id = earlier.partner_id
                 WHERE line.product_id IN (SELECT product_id FROM asked)
                   AND buyer.commercial_partner_id IN (
                       SELECT commercial_partner_id FROM asked)
                   AND earlier.state = 'sale'
                   AND line.display_type IS NULL AND line.price_unit > 0
                   AND COALESCE(line.discount, 0) < 100
            ), last AS (
                SELECT DISTINCT ON (asked.id) asked.id, sold.order_id, sold.product_id
                  FROM asked
                  JOIN sold USING (product_id, company_id, commercial_partner_id)
                 WHERE sold.order_id != asked.order_id
                   AND (asked.state != 'sale' OR sold.date_order < asked.date_order)
                 ORDER BY asked.id, sold.date_order DESC, sold.order_id DESC
            )
            SELECT last.id, array_agg(sold.id ORDER BY sold.id)
              FROM last JOIN sold USING (order_id, product_id)
             GROUP BY last.id
            """,
            self.ids,
        )
        found = dict(self.env.execute_query(query))
        every = [line_id for ids in found.values() for line_id in ids]
        together = self.browse(dict.fromkeys(every))
        return {
            line_id: self.browse(ids).with_prefetch(together.ids)
            for line_id, ids in found.items()
        }

    def _most_alike(self, candidates):
        """Return that of the earlier lines which says the same, else the last one."""
        self.ensure_one()
        alike = candidates.filtered(
            lambda line: same_text(line.specification, self.specification)
        )
        return (alike or candidates)[-1:]

    def _price_of(self, last):
        """Return what the last order paid, in currency and unit of this line."""
        self.ensure_one()
        price = last.product_uom_id._compute_price(
            last._net_price(), self.product_uom_id
        )
        return last.currency_id._convert(
            price,
            self.currency_id,
            self.company_id,
            self.order_id._contract_days()[0],
            round=False,
        )

    def _last_formulas(self, before):
        """Return ``{line id: formula}`` by which technical had these lines made.

        What was signed last counts, also where another formula has ended it since:
        that is the very change which is looked for.
        """
        orders = self.browse().union(*before.values()).order_id
        rows = self.env["signoff.signature"].sudo().search(
            [
                ("kind", "=", "signature"),
                ("res_model", "=", "sale.order"),
                ("res_id", "in", orders.ids),
                ("purpose_code", "=", "technical"),
            ],
            order="id",
        )  # fmt: skip
        formulas = {}
        for row in {row.res_id: row for row in rows}.values():
            lines = row._content()["terms"].get("lines", {})
            formulas.update(
                (int(key), line.get("formula")) for key, line in lines.items()
            )
        return formulas


class OrderDiscrepancy(models.Model):
    _inherit = "order.discrepancy"

    def _kind_name(self):
        self.ensure_one()
        names = dict(self._fields["kind"]._description_selection(self.env))
        return names[self.kind]

    def _renew(self, line, doubt, signed):
        """Bring one discrepancy in step with its line.

        :param doubt: what is in doubt of the line now, or None
        :param signed: the valid signatures of all discrepancies in question
        :return: whether it was opened again
        """
        self.ensure_one()
        if (self.id, SETTLE) in signed:
            return False
        now = line._discrepancy_value(self.kind)
        if self.product_id != line.product_id:
            product = {"product_id": line.product_id.id}
            keyed(self).write({**self._unsettled(), **product})
        elif self.settled_at:
            # Its settled value is the reference from then on.
            doubt = self._off_settled(now)
        if not doubt:
            if self.state != "cleared":
                keyed(self).write({"state": "cleared", "found_value": now})
            return False
        value, references, percent = doubt
        same = value == self.found_value
        verified = same and (self.id, VERIFY) in signed
        state = "verified" if verified else "open"
        values = {
            "state": state,
            "found_value": value,
            "reference_values": references,
            "difference_percent": percent,
        }
        again = self.state in ("cleared", "settled")
        if again:
            values["opened_at"] = fields.Datetime.now()
        changed = {key: new for key, new in values.items() if self[key] != new}
        if changed:
            keyed(self).write(changed)
        return again

    def _off_settled(self, now):
        """Return the doubt of a line that no longer says what was settled."""
        if now == self.settled_value:
            return None
        percent = 0.0
        if self.kind == "price":
            percent = difference(now, self.settled_value or 0.0)
        return now, self._settled_reference(), percent


def _mark(formula):
    """Return what marks a formula: the name before it depends on the language."""
    return (formula or "").rpartition("#")[2]


def _bullets(rows):
    """Return the discrepancies as a list: product and kind, found, compared with."""
    items = Markup().join(
        Markup("<li>%s, %s: <b>%s</b> (%s)</li>")
        % (
            row.product_id.sudo().display_name or "",
            row._kind_name(),
            row.found,
            (row.expected or "").replace("\n", "; "),
        )
        for row in rows
    )
    return Markup('<ul class="mb-0">%s</ul>') % items
