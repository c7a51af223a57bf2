from odoo import api, fields, models
from odoo.addons.written_signoff.wording import joined
from odoo.tools import SQL

from ..opening import form_of, listed

# Each stage with the role that takes it further, and how; in the order of the columns.
STAGES = {
    "on_hold": ("salesperson", None),
    "technical": ("technical", "action_technical_statement"),
    "production_date": ("production", "action_production_statement"),
    "sheet": ("customer_service", "action_open_sheet"),
    "return": ("salesperson", "action_open_sheet"),
    "verify": ("customer_service", "action_open_sheet"),
    "instruction": ("customer_service", "action_instruction"),
    "release": ("customer_service", "action_confirm"),
    "production": ("production", "action_open_productions"),
    "inspection": ("quality", "action_open_productions"),
    "clearance": ("finance", "action_finance_clearance"),
    "application": ("customer_service", "action_apply_for_delivery"),
    "shipping": ("shipping", "action_view_delivery"),
    "under_way": ("customer_service", "action_open_notices"),
    "arrived": (None, None),
}


class OrderBoard(models.Model):
    """All orders by stage: what blocks each, who lifts it, since when (ORD-70).

    Read from the facts each time: signatures, sheets, productions, transfers. Nothing
    is kept, so nothing can be out of date.
    """

    _name = "order.board"
    _description = "Order Board"
    _auto = False
    _order = "stage_since, id"

    order_id = fields.Many2one("sale.order", readonly=True)
    name = fields.Char("Number", readonly=True)
    partner_id = fields.Many2one("res.partner", "Customer", readonly=True)
    user_id = fields.Many2one("res.users", "Salesperson", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    amount_total = fields.Monetary("Total", readonly=True)
    channel = fields.Selection(
        lambda self: self.env["sale.order"]._fields["channel"].selection, readonly=True
    )
    stage = fields.Selection(
        lambda self: self._stage_names(), readonly=True, group_expand=True
    )
    stage_since = fields.Datetime("Since", readonly=True)
    wanted_date = fields.Date(readonly=True)
    promised_completion_date = fields.Date(
        "Promised Completion", related="order_id.promised_completion_date"
    )
    ship_date = fields.Date(readonly=True)
    customer_tier_id = fields.Many2one(related="order_id.customer_tier_id")
    blocked_by = fields.Char(compute="_compute_blocked")
    blocked_who = fields.Char("From", compute="_compute_blocked")
    next_step = fields.Char(compute="_compute_next_step")
    waits_for_me = fields.Boolean(
        compute="_compute_next_step", search="_search_waits_for_me"
    )

    @api.model
    def _stage_names(self):
        words = {
            "on_hold": self.env._("On hold: cannot be made"),
            "technical": self.env._("Technical statement"),
            "production_date": self.env._("Production statement"),
            "sheet": self.env._("Sheet to make and send"),
            "return": self.env._("Sheet with the customer"),
            "verify": self.env._("Return to verify"),
            "instruction": self.env._("Instruction to sign"),
            "release": self.env._("To release"),
            "production": self.env._("In production"),
            "inspection": self.env._("Final inspection"),
            "clearance": self.env._("Finance clearance"),
            "application": self.env._("Delivery application"),
            "shipping": self.env._("To ship"),
            "under_way": self.env._("Under way"),
            "arrived": self.env._("Arrived"),
        }
        return [(stage, words[stage]) for stage in STAGES]

    @property
    def _table_query(self):
        return SQL(
            """
            WITH signed AS (
                SELECT res_id, array_agg(purpose_code) AS codes, max(signed_at) AS at,
                       bool_or(CASE WHEN purpose_code = 'technical'
                               THEN content::jsonb #>> '{declared,outcome}'
                                    = 'not_feasible' END) AS infeasible
                  FROM signoff_signature
                 WHERE kind = 'signature' AND state = 'valid'
                   AND res_model = 'sale.order'
                 GROUP BY res_id),
            sheet AS (
                SELECT DISTINCT ON (order_id) order_id, state, write_date AS at
                  FROM order_sheet
                 WHERE state NOT IN ('superseded', 'cancelled')
                 ORDER BY order_id, id DESC),
            released AS (
                SELECT order_id, max(decided_at) AS at
                  FROM release_decision GROUP BY order_id),
            made AS (
                SELECT line.order_id, max(mo.write_date) AS at,
                       bool_or(mo.state IN ('draft', 'confirmed')) AS waiting,
                       bool_or(mo.state IN ('progress', 'to_close')) AS working
                  FROM mrp_production mo
                  JOIN sale_order_line line ON line.id = mo.sale_line_id
                 WHERE mo.state != 'cancel' GROUP BY line.order_id),
            lying AS (
                -- What waits in Post-Production, by group of manufacturing orders.
                SELECT move.production_group_id AS batch,
                       sum(COALESCE(NULLIF(kept.quantity, 0), move.product_qty)) AS qty
                  FROM stock_move move
                  JOIN stock_location place ON place.id = move.location_id
                  JOIN stock_warehouse house ON house.id = place.warehouse_id
                  JOIN stock_location store ON store.id = house.sam_loc_id
                  LEFT JOIN LATERAL (
                      SELECT sum(quantity_product_uom) AS quantity
                        FROM stock_move_line WHERE move_id = move.id) kept ON TRUE
                 WHERE move.state NOT IN ('draft', 'done', 'cancel')
                   AND starts_with(place.parent_path, store.parent_path)
                 GROUP BY move.production_group_id),
            unseen AS (
                -- Of it, what quality has neither passed nor decided to keep there.
                SELECT DISTINCT line.order_id
                  FROM lying
                  JOIN mrp_production mo
                    ON mo.production_group_id = lying.batch AND mo.state = 'done'
                  JOIN sale_order_line line ON line.id = mo.sale_line_id
                  LEFT JOIN LATERAL (
                      SELECT sum(seen.passed_quantity + COALESCE(decided.qty, 0)) AS qty
                        FROM mrp_production own
                        JOIN final_inspection seen ON seen.production_id = own.id
                        JOIN signoff_signature mark
                          ON mark.res_model = 'final.inspection'
                         AND mark.res_id = seen.id AND mark.kind = 'signature'
                         AND mark.purpose_code = 'final_inspection'
                         AND mark.state = 'valid'
                        LEFT JOIN LATERAL (
                            SELECT sum(quantity) AS qty
                              FROM final_inspection_decision
                             WHERE inspection_id = seen.id
                               AND (kind = 'keep_out' AND state != 'withdrawn'
                                    OR kind = 'concession' AND state = 'done')
                            ) decided ON TRUE
                       WHERE own.production_group_id = lying.batch) judged ON TRUE
                  LEFT JOIN LATERAL (
                      SELECT sum(gone.quantity_product_uom) AS qty
                        FROM stock_move move
                        JOIN stock_location place ON place.id = move.location_id
                        JOIN stock_warehouse house ON house.id = place.warehouse_id
                        JOIN stock_location store ON store.id = house.sam_loc_id
                        JOIN stock_location target ON target.id = move.location_dest_id
                        JOIN stock_move_line gone ON gone.move_id = move.id
                       WHERE move.production_group_id = lying.batch
                         AND move.state = 'done' AND target.usage != 'inventory'
                         AND starts_with(place.parent_path, store.parent_path)
                      ) stored ON TRUE
                 WHERE lying.qty > COALESCE(judged.qty, 0) - COALESCE(stored.qty, 0)
                                   + 0.00001),
            applied AS (
                SELECT order_id, max(write_date) AS at
                  FROM delivery_application
                 WHERE state = 'signed' GROUP BY order_id),
            leaving AS (
                SELECT line.order_id,
                       bool_or(move.state NOT IN ('done', 'cancel')) AS waiting,
                       bool_or(move.state = 'done') AS left_house
                  FROM stock_move move
                  JOIN sale_order_line line ON line.id = move.sale_line_id
                  JOIN stock_location place ON place.id = move.location_dest_id
                 WHERE place.usage = 'customer' GROUP BY line.order_id),
            notice AS (
                SELECT order_id, max(write_date) AS at,
                       bool_and(state = 'arrived') AS arrived
                  FROM dispatch_notice GROUP BY order_id)
            SELECT so.id, so.id AS order_id, so.name, so.partner_id, so.user_id,
                   so.company_id, so.currency_id, so.amount_total, so.channel,
                   so.wanted_date, so.ship_date,
                   GREATEST(so.create_date, signed.at, sheet.at, released.at, made.at,
                            applied.at, notice.at) AS stage_since,
                   CASE
                   WHEN so.state != 'sale' THEN CASE
                       WHEN NOT COALESCE('technical' = ANY(signed.codes), FALSE)
                            THEN 'technical'
                       WHEN signed.infeasible THEN 'on_hold'
                       WHEN NOT 'production' = ANY(signed.codes)
                            THEN 'production_date'
                       WHEN sheet.state IS NULL OR sheet.state IN ('draft', 'checked')
                            THEN 'sheet'
                       WHEN sheet.state IN ('sent', 'rejected') THEN 'return'
                       WHEN sheet.state = 'returned' THEN 'verify'
                       WHEN NOT signed.codes @> ARRAY['instruction_service',
                            'instruction_production']::varchar[] THEN 'instruction'
                       ELSE 'release' END
                   WHEN made.waiting THEN 'production'
                   WHEN made.working OR unseen.order_id IS NOT NULL THEN 'inspection'
                   WHEN leaving.waiting IS NOT FALSE
                        AND NOT COALESCE(leaving.left_house, FALSE)
                        OR leaving.waiting THEN CASE
                       WHEN NOT COALESCE('finance_clearance' = ANY(signed.codes), FALSE)
                            THEN 'clearance'
                       WHEN applied.order_id IS NULL THEN 'application'
                       ELSE 'shipping' END
                   WHEN notice.arrived THEN 'arrived'
                   ELSE 'under_way' END AS stage
              FROM sale_order so
              JOIN res_company company ON company.id = so.company_id
              LEFT JOIN order_kind kind ON kind.id = so.order_kind_id
              LEFT JOIN signed ON signed.res_id = so.id
              LEFT JOIN sheet ON sheet.order_id = so.id
              LEFT JOIN released ON released.order_id = so.id
              LEFT JOIN made ON made.order_id = so.id
              LEFT JOIN unseen ON unseen.order_id = so.id
              LEFT JOIN applied ON applied.order_id = so.id
              LEFT JOIN leaving ON leaving.order_id = so.id
              LEFT JOIN notice ON notice.order_id = so.id
             WHERE so.state IN ('draft', 'sent', 'sale') AND company.release_control
               AND kind.exempt IS NOT TRUE
            """
        )

    @api.depends("order_id")
    @api.depends_context("lang")
    def _compute_blocked(self):
        orders = self.order_id.sudo()
        production = orders.filtered(lambda order: order.state != "sale")
        rows = {
            order.id: [
                row
                for row in (
                    order.production_gate_lines
                    if order in production
                    else order.shipping_gate_lines
                )
                if row["state"] == "missing"
            ]
            for order in orders
        }
        for card in self:
            missing = [] if card.stage == "arrived" else rows.get(card.order_id.id, [])
            card.blocked_by = joined(self.env, (row["name"] for row in missing))
            card.blocked_who = joined(
                self.env, dict.fromkeys(row["who"] for row in missing)
            )

    @api.depends("stage")
    @api.depends_context("uid")
    def _compute_next_step(self):
        mine = self._my_stages()
        names = dict(self._stage_names())
        for card in self:
            card.waits_for_me = card.stage in mine
            card.next_step = names[card.stage] if card.waits_for_me else False

    @api.model
    def _my_stages(self):
        user = self.env.user
        stages = {
            stage
            for stage, (role, _action) in STAGES.items()
            if role and user.has_group(f"customer_tiering.role_{role}")
        }
        if user.has_group("customer_tiering.role_production_head"):
            stages.add("instruction")
        return stages

    def _search_waits_for_me(self, operator, value):
        if operator != "in":
            return NotImplemented
        return [("stage", "in", list(self._my_stages()))]

    def action_open_order(self):
        """Open the order behind the card."""
        self.ensure_one()
        return form_of(self.order_id)

    def action_next(self):
        """Take the next step, where it is the reader's; otherwise open the order."""
        self.ensure_one()
        _role, method = STAGES[self.stage]
        if not method or not self.waits_for_me:
            return self.action_open_order()
        result = getattr(self.order_id, method)()
        return result if isinstance(result, dict) else self.action_open_order()


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def action_instruction(self):
        """Open the signature on the instruction that is the reader's turn."""
        head = self.env.user.has_group("customer_tiering.role_production_head")
        signed = self.sudo()._signoff_valid(["instruction_service"])
        return (
            self.action_accept_instruction()
            if head and signed
            else self.action_sign_instruction()
        )

    def action_open_sheet(self):
        """Open the sheet of the order, or make the first one."""
        self.ensure_one()
        sheet = self.env["order.sheet"].search(
            [
                ("order_id", "=", self.id),
                ("state", "not in", ("superseded", "cancelled")),
            ],
            limit=1,
        )
        if not sheet:
            return self.action_make_sheet()
        return sheet.get_formview_action()

    def action_open_productions(self):
        """Open the manufacturing orders of the order."""
        self.ensure_one()
        productions = self.env["mrp.production"].search(
            [("sale_line_id.order_id", "=", self.id)]
        )
        if len(productions) == 1:
            return productions.get_formview_action()
        return listed(
            "mrp.production",
            [("id", "in", productions.ids)],
            self.env._("Manufacturing Orders"),
        )

    def action_open_notices(self):
        """Open the dispatch notices of the order."""
        self.ensure_one()
        return listed(
            "dispatch.notice",
            [("order_id", "=", self.id)],
            self.env._("Dispatch Notices"),
        )
