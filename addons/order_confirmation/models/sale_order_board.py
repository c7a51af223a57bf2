from odoo import api, fields, models
from odoo.addons.written_signoff.wording import joined
from odoo.tools import SQL

from ..opening import form_of, listed
from .production_exception import QUALITY_CLOSES

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
# What is asked while goods are made: what held the release, and quality.
MAKING = {"production", "inspection"}
SHIPPING = {"clearance", "application", "shipping", "under_way"}

# Who takes a stage further as well: the planner answers by when (ORD-14), production
# gives the date just so.
ALSO = {"production_date": ("planner",)}


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
    blocked_since = fields.Datetime(
        compute="_compute_blocked", help="Since when the first of it waits."
    )
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
                SELECT DISTINCT ON (order_id) order_id, state,
                       CASE WHEN state = 'sent' THEN sent_at
                            WHEN state IN ('returned', 'rejected') THEN returned_at
                            WHEN state = 'accepted' THEN verified_at
                            ELSE create_date END AS at
                  FROM order_sheet
                 WHERE state NOT IN ('superseded', 'cancelled')
                 ORDER BY order_id, id DESC),
            released AS (
                SELECT order_id, max(decided_at) AS at
                  FROM release_decision GROUP BY order_id),
            later AS (
                -- What a tier's rules let follow later, or do not ask for.
                SELECT rule.tier_id,
                       array_agg(gate.code || ':' || item.code) AS codes,
                       array_agg(gate.code || ':' || item.code)
                           FILTER (WHERE rule.treatment = 'waived') AS waived
                  FROM release_rule rule
                  JOIN release_gate gate ON gate.id = rule.gate_id
                  JOIN release_requirement item ON item.id = rule.requirement_id
                 WHERE rule.treatment != 'required'
                 GROUP BY rule.tier_id),
            lowest AS (
                SELECT DISTINCT ON (company.id) company.id AS company_id,
                       tier.id AS tier_id
                  FROM res_company company
                  JOIN customer_tier tier ON tier.active
                   AND COALESCE(tier.company_id, company.id) = company.id
                 ORDER BY company.id, tier.sequence DESC, tier.id DESC),
            excepted AS (
                SELECT given.order_id,
                       array_agg(gate.code || ':' || item.code) AS codes
                  FROM release_exception given
                  JOIN release_gate gate ON gate.id = given.gate_id
                  JOIN %(without)s AS without
                    ON without.release_exception_id = given.id
                  JOIN release_requirement item
                    ON item.id = without.release_requirement_id
                 WHERE given.state = 'granted' AND given.expires_at > %(now)s
                 GROUP BY given.order_id),
            made AS (
                SELECT line.order_id,
                       bool_or(mo.state IN ('draft', 'confirmed', 'progress')
                               OR mo.state = 'to_close' AND NOT judged.open) AS going,
                       bool_or(judged.open) AS closing,
                       max(GREATEST(judged.finished, CASE WHEN mo.state = 'done'
                                    THEN mo.date_finished END)) AS at
                  FROM mrp_production mo
                  JOIN sale_order_line line ON line.id = mo.sale_line_id
                  LEFT JOIN LATERAL (
                      -- All is made; quality has not passed or kept out all of it.
                      SELECT template.sale_ok
                             AND mo.qty_producing * unit.factor / own.factor
                                 > COALESCE(sum(%(judged)s), 0) + 0.00001 AS open,
                             (SELECT max(op.date_finished) FROM mrp_workorder op
                               WHERE op.production_id = mo.id AND op.state = 'done'
                             ) AS finished
                        FROM product_product product
                        JOIN product_template template
                          ON template.id = product.product_tmpl_id
                        JOIN uom_uom own ON own.id = template.uom_id
                        JOIN uom_uom unit ON unit.id = mo.product_uom_id
                        LEFT JOIN (final_inspection seen
                        JOIN signoff_signature mark ON %(marked)s
                        LEFT JOIN LATERAL (%(decided)s) decided ON TRUE)
                          ON seen.production_id = mo.id
                         AND seen.product_id = mo.product_id
                       WHERE product.id = mo.product_id AND mo.state = 'to_close'
                       GROUP BY template.sale_ok, unit.factor, own.factor
                      ) judged ON TRUE
                 WHERE mo.state != 'cancel' GROUP BY line.order_id),
            inspected AS (
                SELECT seen.order_id, max(mark.signed_at) AS at
                  FROM final_inspection seen
                  JOIN signoff_signature mark ON %(marked)s
                 WHERE seen.order_id IS NOT NULL GROUP BY seen.order_id),
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
                      SELECT sum(%(judged)s) AS qty
                        FROM mrp_production own
                        JOIN final_inspection seen ON seen.production_id = own.id
                         AND seen.product_id = own.product_id
                        JOIN signoff_signature mark ON %(marked)s
                        LEFT JOIN LATERAL (%(decided)s) decided ON TRUE
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
                SELECT order_id, max(signed_at) AS at
                  FROM delivery_application
                 WHERE state = 'signed' GROUP BY order_id),
            leaving AS (
                SELECT line.order_id,
                       bool_or(move.state NOT IN ('done', 'cancel')) AS waiting,
                       bool_or(move.state = 'done') AS left_house,
                       max(move.date) FILTER (WHERE move.state = 'done') AS at
                  FROM stock_move move
                  JOIN sale_order_line line ON line.id = move.sale_line_id
                  JOIN stock_location place ON place.id = move.location_dest_id
                 WHERE place.usage = 'customer' GROUP BY line.order_id),
            notice AS (
                -- A supplier may send the goods of several orders with one transfer.
                SELECT named.order_id, max(COALESCE(arrived_at, shipped_at)) AS at,
                       bool_and(paper.state = 'arrived') AS arrived
                  FROM dispatch_notice paper
                  JOIN LATERAL (
                      SELECT paper.order_id
                       UNION
                      SELECT line.order_id FROM dispatch_notice_line gone
                        JOIN sale_order_line line ON line.id = gone.sale_line_id
                       WHERE gone.notice_id = paper.id) named ON TRUE
                 GROUP BY named.order_id)
            SELECT so.id, so.id AS order_id, so.name, so.partner_id, so.user_id,
                   so.company_id, so.currency_id, so.amount_total, so.channel,
                   so.wanted_date, so.ship_date,
                   CASE WHEN so.state = 'sale' AND made.going
                        THEN COALESCE(released.at, so.date_order, so.create_date)
                        ELSE GREATEST(so.create_date, signed.at, sheet.at, released.at,
                                      made.at, inspected.at, applied.at, leaving.at,
                                      notice.at) END AS stage_since,
                   CASE
                   WHEN so.state != 'sale' THEN CASE
                       WHEN NOT COALESCE('technical' = ANY(signed.codes), FALSE)
                            THEN 'technical'
                       WHEN signed.infeasible THEN 'on_hold'
                       WHEN NOT 'production' = ANY(signed.codes)
                            THEN 'production_date'
                       WHEN (sheet.state IS NULL
                             AND 'production:returned_sheet' = ANY(later.waived)
                                 IS NOT TRUE)
                            OR sheet.state IN ('draft', 'checked') THEN 'sheet'
                       WHEN sheet.state IN ('sent', 'rejected')
                            AND NOT %(sheet_later)s THEN 'return'
                       WHEN sheet.state = 'returned' THEN 'verify'
                       WHEN NOT signed.codes @> ARRAY['instruction_service',
                            'instruction_production']::varchar[]
                            AND NOT %(instruction_later)s THEN 'instruction'
                       ELSE 'release' END
                   WHEN made.going THEN 'production'
                   WHEN made.closing OR unseen.order_id IS NOT NULL THEN 'inspection'
                   WHEN NOT COALESCE(leaving.left_house, FALSE)
                        OR leaving.waiting THEN CASE
                       WHEN NOT COALESCE('finance_clearance' = ANY(signed.codes), FALSE)
                            AND NOT %(clearance_later)s THEN 'clearance'
                       WHEN applied.order_id IS NULL THEN 'application'
                       ELSE 'shipping' END
                   WHEN notice.arrived THEN 'arrived'
                   ELSE 'under_way' END AS stage
              FROM sale_order so
              JOIN res_company company ON company.id = so.company_id
              JOIN res_partner partner ON partner.id = so.partner_id
              JOIN res_partner buyer ON buyer.id = partner.commercial_partner_id
              LEFT JOIN order_kind kind ON kind.id = so.order_kind_id
              LEFT JOIN lowest ON lowest.company_id = so.company_id
              LEFT JOIN later ON later.tier_id = COALESCE(
                   CASE WHEN (buyer.customer_tier_until ->> so.company_id::text)::date
                             < %(now)s::date THEN NULL
                        ELSE (buyer.customer_tier_id ->> so.company_id::text)::int END,
                   lowest.tier_id)
              LEFT JOIN excepted ON excepted.order_id = so.id
              LEFT JOIN inspected ON inspected.order_id = so.id
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
            """,
            now=fields.Datetime.now(),
            without=SQL.identifier(
                self.env["release.exception"]._fields["requirement_ids"].relation
            ),
            sheet_later=self._later("production:returned_sheet"),
            instruction_later=self._later("production:production_instruction"),
            clearance_later=self._later("shipping:finance_clearance"),
            **self._inspected(),
        )

    def _later(self, code):
        """Return the SQL of: the gate opens without this requirement (TIER-03)."""
        return SQL(
            "(COALESCE(%(code)s = ANY(later.codes), FALSE)"
            " OR COALESCE(%(code)s = ANY(excepted.codes), FALSE))",
            code=code,
        )

    def _inspected(self):
        """Return the SQL of what quality has passed or decided to keep out."""
        return {
            "marked": SQL(
                "mark.res_model = 'final.inspection' AND mark.res_id = seen.id"
                " AND mark.kind = 'signature' AND mark.state = 'valid'"
                " AND mark.purpose_code = 'final_inspection'"
            ),
            "decided": SQL(
                "SELECT sum(quantity) AS qty FROM final_inspection_decision"
                " WHERE inspection_id = seen.id"
                " AND (kind = 'keep_out' AND state != 'withdrawn'"
                " OR kind = 'concession' AND state = 'done')"
            ),
            "judged": SQL(
                "CASE WHEN seen.result = 'failed' THEN 0 ELSE seen.passed_quantity END"
                " + COALESCE(decided.qty, 0)"
            ),
        }

    @api.depends("order_id", "stage")
    @api.depends_context("lang")
    def _compute_blocked(self):
        missing = self._missing()
        for card in self:
            rows = missing.get(card.order_id.id, [])
            card.blocked_by = joined(self.env, (name for name, _who, _since in rows))
            card.blocked_who = joined(
                self.env, dict.fromkeys(who for _name, who, _since in rows if who)
            )
            card.blocked_since = min(
                (since for _name, _who, since in rows if since), default=False
            )

    def _missing(self):
        """Return ``{order id: [(what, who, since)]}`` of what blocks these orders.

        Each is asked at the gate before it; while goods are made, what would stop
        production again, open quality exceptions and the inspection. A number of
        queries that does not grow with the cards.
        """
        parts = (
            (lambda stage: stage not in SHIPPING | {"arrived"}, "production", None),
            (lambda stage: stage in SHIPPING, "shipping", None),
            (lambda stage: stage == "inspection", "shipping", {"final_inspection"}),
        )
        found = {}
        for fits, gate, codes in parts:
            orders = self.filtered(lambda card, fits=fits: fits(card.stage)).order_id
            orders = orders.sudo()._release_held_to_rules()
            answers = orders._release_answers(gate) if orders else {}
            for order in orders:
                for line in answers[order.id].missing:
                    if codes is None or line.code in codes:
                        row = order._release_row(line)
                        found.setdefault(order.id, []).append(
                            (row["name"], row["who"], line.fact.since)
                        )
        making = self.filtered(lambda card: card.stage in MAKING).order_id
        for order_id, rows in making._held_by_exceptions().items():
            found.setdefault(order_id, []).extend(rows)
        return found

    @api.depends("stage")
    @api.depends_context("uid", "lang")
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
            if role
            and any(
                user.has_group(f"customer_tiering.role_{one}")
                for one in (role, *ALSO.get(stage, ()))
            )
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

    def _held_by_exceptions(self):
        """Return ``{order id: [(what, who, since)]}`` of open quality exceptions."""
        if not self:
            return {}
        productions = (
            self.env["mrp.production"]
            .sudo()
            .search(
                [
                    ("sale_line_id.order_id", "in", self.ids),
                    ("state", "not in", ("done", "cancel")),
                ]
            )
        )
        held = {}
        exceptions = self.env["production.exception"]._holding(productions)
        who = exceptions and self.env["signoff.purpose"]._get(QUALITY_CLOSES)._signers()
        for row in exceptions:
            concerned = productions.filtered(row._concerns)
            for order in concerned.sale_line_id.order_id:
                held.setdefault(order.id, []).append(
                    (
                        self.env._("Quality exception %s", row.name),
                        who,
                        row.reported_at or row.create_date,
                    )
                )
        return held

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
