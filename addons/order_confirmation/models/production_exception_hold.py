from odoo import api, fields, models
from odoo.addons.written_signoff.wording import joined
from odoo.exceptions import UserError

from .. import emergency
from ..opening import listed

BEGUN = ("progress", "done")


class MrpWorkorder(models.Model):
    """Operations wait while an exception about quality is open (ORD-41)."""

    _inherit = "mrp.workorder"

    def _check_exceptions(self):
        """Raise when one of these may not start or go on.

        :raises UserError: naming operation and exception
        """
        exceptions = self.env["production.exception"]._holding(self.production_id)
        if not exceptions:
            return
        for production in self.production_id:
            operations = production.workorder_ids.sorted(
                lambda work: (work.sequence, work.id)
            )
            wanted = self.filtered(
                lambda work, production=production: work.production_id == production
            )
            for row in exceptions:
                if not row._concerns(production):
                    continue
                begun = operations.filtered(lambda work: work.state in BEGUN)
                held = emergency.held(operations.ids, row.workorder_id.id, begun.ids)
                if stopped := wanted.filtered(lambda work, ids=held: work.id in ids):
                    raise UserError(
                        self.env._(
                            "“%(operation)s” of %(production)s waits: the quality "
                            "exception %(exception)s is open. Quality closes it with a "
                            "signature.",
                            operation=stopped[0].name,
                            production=production.name,
                            exception=row.name,
                        )
                    )

    @api.model_create_multi
    def create(self, vals_list):
        """Hold operations that are born started."""
        works = super().create(vals_list)
        works.filtered(lambda work: work.state in BEGUN)._check_exceptions()
        return works

    def write(self, vals):
        """Hold the start of an operation, and entering what it made."""
        if vals.get("state") in BEGUN or vals.get("qty_produced"):
            fresh = self.filtered(lambda work: work.state not in BEGUN)
            fresh._check_exceptions()
        return super().write(vals)


class MrpWorkcenterProductivity(models.Model):
    """Time cannot be booked on an operation that is held (ORD-41)."""

    _inherit = "mrp.workcenter.productivity"

    @api.model_create_multi
    def create(self, vals_list):
        rows = super().create(vals_list)
        rows.workorder_id._check_exceptions()
        return rows

    def write(self, vals):
        result = super().write(vals)
        reopened = "date_end" in vals and not vals["date_end"]
        if vals.get("workorder_id") or reopened:
            self.workorder_id._check_exceptions()
        return result


class MrpProduction(models.Model):
    """Nothing is finished while an exception about quality is open (ORD-41)."""

    _inherit = "mrp.production"

    exception_ids = fields.One2many("production.exception", "production_id")
    exception_count = fields.Integer(compute="_compute_exceptions")
    exception_words = fields.Char("Held By", compute="_compute_exceptions")

    @api.depends("exception_ids.state")
    def _compute_exceptions(self):
        holding = self.env["production.exception"]._holding(self)
        for production in self:
            production.exception_count = len(production.exception_ids)
            held = holding.filtered(
                lambda row, production=production: row._concerns(production)
            )
            production.exception_words = joined(self.env, held.mapped("name")) or False

    def _check_may_have_exception(self):
        """Raise unless production is under way."""
        self.ensure_one()
        if not self.exists():
            raise UserError(self.env._("Name the manufacturing order."))
        if self.state in ("draft", "done", "cancel"):
            states = dict(self._fields["state"]._description_selection(self.env))
            raise UserError(
                self.env._(
                    "%(production)s is “%(state)s”: an exception is recorded while "
                    "production is under way.",
                    production=self.name,
                    state=states[self.state],
                )
            )

    def _check_exceptions(self):
        """Raise when one of these may not be finished, nor merged (ORD-41)."""
        for row in self.env["production.exception"]._holding(self):
            held = self.filtered(lambda production, row=row: row._concerns(production))
            if held:
                raise UserError(
                    self.env._(
                        "%(production)s waits: the quality exception %(exception)s is "
                        "open. Quality closes it with a signature.",
                        production=held[0].name,
                        exception=row.name,
                    )
                )

    def write(self, vals):
        """Hold the end of production."""
        if vals.get("state") == "done":
            self._check_exceptions()
        return super().write(vals)

    def _post_inventory(self, cancel_backorder=False):
        self._check_exceptions()
        return super()._post_inventory(cancel_backorder=cancel_backorder)

    def _pre_action_split_merge_hook(self, merge=False, split=False):
        if merge:
            self._check_exceptions()
        return super()._pre_action_split_merge_hook(merge=merge, split=split)

    def action_report_exception(self):
        """Open the form in which an exception is recorded."""
        self.ensure_one()
        begun = self.workorder_ids.filtered(lambda work: work.state == "progress")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Production Exception"),
            "res_model": "production.exception",
            "views": [(False, "form")],
            "context": {
                "default_production_id": self.id,
                "default_workorder_id": begun[-1:].id,
            },
        }

    def action_open_exceptions(self):
        """Open the exceptions of this production."""
        self.ensure_one()
        return listed(
            "production.exception",
            [("production_id", "=", self.id)],
            self.env._("Production Exceptions"),
            default_production_id=self.id,
        )


class ProductionException(models.Model):
    _inherit = "production.exception"

    def _concerns(self, production):
        """Return whether this is about the production, or what it was split off."""
        self.ensure_one()
        own = self.production_id
        group = own.production_group_id
        return production == own or bool(
            group and group == production.sudo().production_group_id
        )


class StockMove(models.Model):
    _inherit = "stock.move"

    def _release_check_moves(self):
        """Let nothing into stock of what an open quality exception holds (ORD-41)."""
        finished = self._release_pending().filtered("production_id")
        finished.production_id._check_exceptions()
        return super()._release_check_moves()


class ServiceClock(models.Model):
    _inherit = "service.clock"

    def _tell_late(self, document):
        """Let a document that wants to know that its clock is late act on it."""
        result = super()._tell_late(document)
        if hasattr(document, "_clock_became_late"):
            document._clock_became_late(self)
        return result


class SaleOrder(models.Model):
    _inherit = "sale.order"

    production_exception_count = fields.Integer(
        compute="_compute_production_exception_count", groups="base.group_user"
    )

    def _compute_production_exception_count(self):
        groups = self.env["production.exception"]._read_group(
            [("order_ids", "in", self.ids)], ["order_ids"], ["__count"]
        )
        counts = {order.id: count for order, count in groups}
        for order in self:
            order.production_exception_count = counts.get(order.id, 0)

    def action_open_production_exceptions(self):
        """Open the exceptions in the production of this order."""
        self.ensure_one()
        return listed(
            "production.exception",
            [("order_ids", "in", self.ids)],
            self.env._("Production Exceptions"),
            create=False,
        )
