from odoo import api, fields, models
from odoo.addons.customer_tiering.matrix import Fact
from odoo.addons.written_signoff.wording import joined
from odoo.exceptions import UserError
from odoo.tools import format_date

from ..opening import listed
from .order_sheet import ENDED, STATES

PURPOSES = ("sheet_check", "sheet_return", "sheet_verify")
# What departments have said in writing before a sheet leaves (ORD-14).
STATEMENTS = ("technical", "production")


class SaleOrder(models.Model):
    """The order's side of its confirmation sheet (ORD-20 to ORD-27)."""

    _inherit = "sale.order"

    sheet_ids = fields.One2many("order.sheet", "order_id", "Sheets")
    sheet_count = fields.Integer(compute="_compute_current_sheet")
    current_sheet_id = fields.Many2one("order.sheet", compute="_compute_current_sheet")
    sheet_state = fields.Selection(STATES, "Sheet", compute="_compute_current_sheet")
    sheet_outdated = fields.Boolean(
        compute="_compute_sheet_outdated", groups="base.group_user"
    )

    @api.depends("sheet_ids.state")
    def _compute_current_sheet(self):
        for order in self:
            live = order.sheet_ids.filtered(lambda sheet: sheet.state not in ENDED)
            order.current_sheet_id = live[:1]
            order.sheet_state = live[:1].state
            order.sheet_count = len(order.sheet_ids)

    @api.depends("sheet_ids.state")
    def _compute_sheet_outdated(self):
        outdated = self.current_sheet_id._outdated()
        for order in self:
            order.sheet_outdated = order.current_sheet_id in outdated

    # -- making a sheet ------------------------------------------------------------

    def action_make_sheet(self):
        """Make the next version of the sheet and open it (ORD-20, ORD-23).

        :raises UserError: naming everything that is missing, or that the version in
            force already says what the order says
        :raises AccessError: not customer service
        """
        self.ensure_one()
        sheets = self.env["order.sheet"]
        self.env.user._require_role("customer_service")
        self.check_access("write")
        self._signoff_lock()
        if missing := self._sheet_missing():
            raise UserError(
                "\n".join(
                    [
                        self.env._("%s cannot get a sheet yet. Missing:", self.name),
                        *(f"• {text}" for text in missing),
                    ]
                )
            )
        current = self.sudo().current_sheet_id
        if current and not current._outdated():
            raise UserError(
                self.env._(
                    "%(sheet)s already says what the order says; there is nothing new "
                    "to put on a sheet.",
                    sheet=current.name,
                )
            )
        return sheets._make(self)._open()

    def _sheet_missing(self):
        """Return everything that keeps this order from a sheet, in words."""
        self.ensure_one()
        if self.state == "cancel":
            return [self.env._("an order that is not cancelled")]
        missing = list(self._intake_missing().get(self.id, ()))
        if not self._goods():
            missing.append(self.env._("at least one product"))
        missing += self._statements_missing()
        if not self.promised_completion_date:
            missing.append(
                self.env._(
                    "the promised completion date, from the production statement"
                )
            )
        if not self.ship_date:
            missing.append(self.env._("the planned ship date"))
        missing += self._sheet_hindrances()
        return list(dict.fromkeys(missing))

    def _statements_missing(self):
        """Return which written statements a sheet still needs, and from whom (ORD-14).

        Never signed, or void since: what a sheet tells the customer was said in writing
        before it leaves. One that left goes its way, whatever becomes of them (ORD-27).
        """
        self.ensure_one()
        if not self._release_held_to_rules():
            return []
        signed = self.sudo()._signoff_valid(STATEMENTS)
        purposes = self.env["signoff.purpose"]
        who = {code: purposes._get(code)._signers() for code in STATEMENTS}
        words = {
            "technical": self.env._(
                "the technical statement, from %s", who["technical"]
            ),
            "production": self.env._(
                "the production statement, from %s", who["production"]
            ),
        }
        return [words[code] for code in STATEMENTS if (self.id, code) not in signed]

    def _sheet_hindrances(self):
        """Return what else keeps this order from a sheet, in words. To be extended."""
        self.ensure_one()
        return [*self._hold_hindrances(), *self._special_hindrances()]

    def action_open_sheets(self):
        """Open the sheet in force, or the list of all versions."""
        self.ensure_one()
        if len(self.sheet_ids) == 1:
            return self.sheet_ids._open()
        return listed(
            "order.sheet",
            [("order_id", "=", self.id)],
            self.env._("Order Confirmation Sheets"),
        )

    # -- what follows from a change ------------------------------------------------

    def _terms_changed(self):
        """Void what was signed on the sheets, too (ORD-23)."""
        result = super()._terms_changed()
        sheets = self.sudo().sheet_ids.filtered(lambda sheet: sheet.state not in ENDED)
        if sheets:
            sheets._signoff_void_changed()
        return result

    def write(self, vals):
        """Cancel the sheet with its order: confirmed anew, it is signed anew."""
        result = super().write(vals)
        if vals.get("state") == "cancel":
            sheets = self.sudo().sheet_ids
            sheets.filtered(lambda s: s.state not in ENDED)._move("cancelled")
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_with_sheet(self):
        if orders := self.sudo().filtered("sheet_ids"):
            raise UserError(
                self.env._(
                    "%s has an order confirmation sheet. Cancel the order instead of "
                    "deleting it.",
                    joined(self.env, orders.mapped("name")),
                )
            )

    # -- the gate ------------------------------------------------------------------

    def _sheet_facts(self):
        """Return whether the sheet is back and verified, ``{order id: Fact}``.

        Asked by the gates for many orders at once: signatures and terms are read again
        each time, so that a change that went round every hook shows here (TIER-05).
        """
        current = (
            self.env["order.sheet"]
            .sudo()
            .search([("order_id", "in", self.ids), ("state", "not in", ENDED)])
        )
        outdated = current._outdated()
        valid = current.filtered(lambda s: s.state == "accepted")._signoff_valid(
            PURPOSES
        )
        by_order = current.grouped("order_id")
        facts = {}
        for order in self:
            sheet = by_order.get(order.sudo(), current.browse())
            signed = [valid.get((sheet.id, code)) for code in PURPOSES]
            facts[order.id] = order._sheet_fact(sheet, sheet in outdated, signed)
        return facts

    def _sheet_fact(self, sheet, outdated, signed):
        who = self.user_id.sudo().name or ""
        if not sheet:
            return Fact(False, self.date_order, self.env._("no sheet yet"), who)
        if outdated:
            detail = self.env._("the order changed after version %s", sheet.version)
            return Fact(False, sheet.write_date, detail, sheet.prepared_by_id.name)
        if all(signed):
            detail = self.env._("version %s returned and verified", sheet.version)
            return Fact(True, signed[-1].signed_at, detail, who)
        return Fact(False, sheet._since(), sheet._where(), who)

    # -- Odoo's own online signature -----------------------------------------------

    def _has_to_be_signed(self):
        """Let customers sign the sheet: what is signed there survives no edit."""
        return not self.release_controlled and super()._has_to_be_signed()

    def _portal_sheet(self):
        """Return the sheet that the customer may see of this order, or an empty one."""
        self.ensure_one()
        return self.sudo().sheet_ids.filtered(
            lambda sheet: sheet.state in ("sent", "returned", "rejected", "accepted")
        )[:1]


class OrderSheet(models.Model):
    """Where a sheet is, in a phrase for the gates."""

    _inherit = "order.sheet"

    def _since(self):
        self.ensure_one()
        since = {"sent": self.sent_at, "returned": self.returned_at}
        return since.get(self.state) or self.write_date

    def _where(self):
        self.ensure_one()
        version = self.version
        words = {
            "draft": self.env._("version %s is to be checked", version),
            "checked": self.env._("version %s is to be sent", version),
            "sent": self.env._(
                "version %(version)s sent on %(date)s",
                version=version,
                date=format_date(self.env, self.sent_at) if self.sent_at else "–",
            ),
            "returned": self.env._("version %s is back and to be verified", version),
            "rejected": self.env._("the return of version %s was rejected", version),
            "accepted": self.env._("version %s is to be signed anew", version),
        }
        return words[self.state]
