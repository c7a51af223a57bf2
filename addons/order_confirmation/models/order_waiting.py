from odoo import api, fields, models
from odoo.tools import SQL

from .sale_order_board import ALSO, STAGES

# Rows of different kinds come from different tables: an id is that of its source times
# this, plus the number of its kind.
KINDS_AT_MOST = 64

URGENCIES = ("1", "2", "3", "4")
COLUMNS = (
    "kind", "code", "res_model", "res_id", "order_id", "partner_id", "company_id",
    "user_id", "delegate_id", "group_id", "since", "due",
)  # fmt: skip


class OrderWaiting(models.Model):
    """What waits for whom: the first page of every role (ROL-01).

    Read from the facts each time, as the board is: next steps of orders, to-dos,
    clocks, owed papers, calls without an order, transfers. Who looks sees what is
    theirs: by name, by role, or of those whom they act for; a record rule sees to that.

    An add-on adds a kind with :meth:`_waiting_parts`, and its words with
    :meth:`_waiting_words`.
    """

    _name = "order.waiting"
    _description = "What Waits"
    _auto = False
    _order = "urgency, since, id"

    kind = fields.Selection(lambda self: self._kind_names(), readonly=True)
    code = fields.Char(readonly=True)
    res_model = fields.Char("Document Model", readonly=True)
    res_id = fields.Many2oneReference(
        "Document ID", model_field="res_model", readonly=True
    )
    order_id = fields.Many2one("sale.order", readonly=True)
    partner_id = fields.Many2one("res.partner", "Customer", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    user_id = fields.Many2one("res.users", "For", readonly=True)
    delegate_id = fields.Many2one("res.users", "Acts for Them", readonly=True)
    group_id = fields.Many2one("res.groups", "Role", readonly=True)
    since = fields.Datetime("Waiting Since", readonly=True)
    due = fields.Datetime(readonly=True)
    urgency = fields.Selection(
        lambda self: self._urgency_names(), "When", readonly=True
    )

    @api.model
    def _kind_names(self):
        """Return the kinds of what waits, ``[(kind, words)]``. To be extended."""
        words = {
            "step": self.env._("Next step of an order"),
            "todo": self.env._("To-do"),
            "clock": self.env._("Promise of time"),
            "owed": self.env._("Owed paper"),
            "call": self.env._("Call without an order"),
            "transfer": self.env._("Transfer"),
            "delegation": self.env._("Delegation to sign"),
        }
        return list(words.items())

    @api.model
    def _urgency_names(self):
        words = (
            self.env._("Overdue"),
            self.env._("Today"),
            self.env._("Later"),
            self.env._("Without a deadline"),
        )
        return list(zip(URGENCIES, words, strict=True))

    # -- the rows ------------------------------------------------------------------

    @property
    def _table_query(self):
        kinds = [kind for kind, _words in self._kind_names()]
        parts = self._waiting_parts()
        rows = SQL(" UNION ALL ").join(
            SQL(
                "SELECT part.id::bigint * %s + %s AS id, %s AS kind, %s FROM (%s) part",
                KINDS_AT_MOST,
                kinds.index(kind),
                kind,
                SQL(", ").join(SQL.identifier("part", name) for name in COLUMNS[1:]),
                query,
            )
            for kind, query in parts.items()
        )
        return SQL(
            """
            WITH step AS (%(step)s), paper AS (%(paper)s), waiting AS (%(rows)s)
            SELECT waiting.*,
                   CASE WHEN due IS NULL THEN '4'
                        WHEN due < %(now)s THEN '1'
                        WHEN due <= %(evening)s THEN '2'
                        ELSE '3' END AS urgency
              FROM waiting
            """,
            step=self._steps(),
            paper=self._papers(),
            rows=rows,
            now=fields.Datetime.now(),
            evening=self._evening(),
        )

    def _zone(self):
        return self.env.user.tz or self.env.company.resource_calendar_id.tz or "UTC"

    def _evening(self):
        """Return the end of the reader's day, in UTC."""
        return SQL(
            "((date_trunc('day', %(now)s AT TIME ZONE 'UTC' AT TIME ZONE %(zone)s)"
            " + interval '1 day') AT TIME ZONE %(zone)s AT TIME ZONE 'UTC')",
            now=SQL("%s::timestamp", fields.Datetime.now()),
            zone=self._zone(),
        )

    def _end_of(self, day):
        """Return the SQL of the last minute of a date in the reader's zone, in UTC."""
        return SQL(
            "((%(day)s + interval '1439 minutes')"
            " AT TIME ZONE %(zone)s AT TIME ZONE 'UTC')",
            day=day,
            zone=self._zone(),
        )

    @api.model
    def _waiting_parts(self):
        """Return ``{kind: SQL}`` of what waits. To be extended.

        Each gives ``id`` (of its source) and the columns of ``COLUMNS`` without the
        kind: ``since`` and ``due`` as moments in UTC, ``user_id`` where it is
        somebody's own, ``group_id`` where it is everybody's in a role. It may read the
        common tables ``step`` (next steps of orders) and ``paper`` (model, id,
        order_id).
        """
        return {
            "step": self._steps_without_todo(),
            "todo": self._todos(),
            "clock": self._clocks(),
            "owed": self._owed(),
            "call": self._calls(),
            "transfer": self._transfers(),
            "delegation": self._unsigned_delegations(),
        }

    def _steps(self):
        """Return the SQL of the next step of each order on the board.

        The instruction is signed by customer service, then by the head of production;
        what is the salesperson's is that of the one whose order it is. What either of
        two roles does is a line for each; who has both roles sees one.
        """
        group = self.env["ir.model.data"]._xmlid_to_res_id
        mine = self.env.user.all_group_ids.ids
        turns = [
            (stage, group(f"customer_tiering.role_{one}"), place)
            for stage, (role, _action) in STAGES.items()
            if role
            for place, one in enumerate((role, *ALSO.get(stage, ())))
        ]
        twice = {stage for stage, role, place in turns if place and role in mine}
        roles = [
            SQL("(%s, %s, %s)", stage, role, place)
            for stage, role, place in turns
            if place or stage not in twice
        ]
        return SQL(
            """
            SELECT board.id::bigint * %(places)s + turn.place AS id,
                   board.stage AS code, 'sale.order' AS res_model,
                   board.id AS res_id, board.id AS order_id, board.partner_id,
                   board.company_id,
                   CASE WHEN role.group_id = %(seller)s THEN board.user_id
                        END AS user_id,
                   CASE WHEN role.group_id = %(seller)s THEN acting.receiver_id
                        END AS delegate_id,
                   role.group_id, board.stage_since AS since, clock.due
              FROM (%(board)s) board
              JOIN (VALUES %(roles)s) AS turn(stage, group_id, place)
                ON turn.stage = board.stage
              JOIN LATERAL (
                   SELECT CASE WHEN board.stage = 'instruction' AND EXISTS (
                       SELECT 1 FROM signoff_signature sig
                        WHERE sig.res_model = 'sale.order' AND sig.res_id = board.id
                          AND sig.purpose_code = 'instruction_service'
                          AND sig.kind = 'signature' AND sig.state = 'valid')
                       THEN %(head)s ELSE turn.group_id END AS group_id) role ON TRUE
              LEFT JOIN LATERAL (
                   SELECT min(deadline_at) AS due FROM service_clock clock
                    WHERE clock.res_model = 'sale.order' AND clock.res_id = board.id
                      AND clock.state IN ('running', 'late')
                      AND (clock.group_id = role.group_id
                           OR board.stage = 'production_date'
                          AND clock.kind_code = 'production_answer')) clock ON TRUE
              LEFT JOIN LATERAL (
                   SELECT receiver_id FROM signoff_delegation given
                    WHERE given.giver_id = board.user_id
                      AND given.company_id = board.company_id
                      AND given.state = 'in_force' AND given.date_from <= %(now)s
                      AND (given.date_to IS NULL OR given.date_to > %(now)s)
                      AND (given.res_model IS NULL OR given.res_model = 'sale.order'
                           AND given.res_id = board.id)
                    ORDER BY given.res_model NULLS LAST, given.id DESC
                    LIMIT 1) acting ON TRUE
            """,
            places=1 + max(map(len, ALSO.values())),
            board=self.env["order.board"]._table_query,
            roles=SQL(", ").join(roles),
            seller=group("customer_tiering.role_salesperson"),
            head=group("customer_tiering.role_production_head"),
            now=fields.Datetime.now(),
        )

    def _steps_without_todo(self):
        """Return the SQL of the steps of which the reader has no to-do already."""
        return SQL(
            """
            SELECT * FROM step
             WHERE step.code NOT IN ('verify', 'return') OR NOT EXISTS (
                   SELECT 1 FROM mail_activity todo
                     JOIN paper
                       ON paper.model = todo.res_model AND paper.id = todo.res_id
                    WHERE todo.active AND todo.automated AND todo.user_id = %s
                      AND todo.res_model = 'order.sheet'
                      AND paper.order_id = step.order_id)
            """,
            self.env.uid,
        )

    def _papers(self):
        """Return the SQL of every document that belongs to an order."""
        tables = [
            SQL("SELECT 'sale.order' AS model, id, id AS order_id FROM sale_order")
        ]
        for name, model in sorted(self.env.registry.items()):
            field = model._fields.get("order_id")
            if (
                model._auto
                and not model._transient
                and "activity_ids" in model._fields
                and field is not None
                and field.store
                and field.comodel_name == "sale.order"
            ):
                table = SQL.identifier(model._table)
                tables.append(SQL("SELECT %s, id, order_id FROM %s", name, table))
        return SQL(" UNION ALL ").join(tables)

    def _todos(self):
        """Return the SQL of the open to-dos, of this suite and of Odoo itself.

        That of a clock is left to the clock.
        """
        return SQL(
            """
            SELECT todo.id, NULL::varchar AS code, todo.res_model, todo.res_id,
                   so.id AS order_id, so.partner_id, so.company_id, todo.user_id,
                   NULL::int AS delegate_id, NULL::int AS group_id,
                   todo.create_date AS since, %s AS due
              FROM mail_activity todo
              LEFT JOIN paper
                ON paper.model = todo.res_model AND paper.id = todo.res_id
              LEFT JOIN sale_order so ON so.id = paper.order_id
             WHERE todo.active AND todo.user_id IS NOT NULL
               AND todo.res_model IS DISTINCT FROM 'service.clock'
            """,
            self._end_of(SQL("todo.date_deadline::timestamp")),
        )

    def _clocks(self):
        """Return the SQL of the running clocks that no step and no to-do shows."""
        return SQL(
            """
            SELECT clock.id, clock.kind_code AS code, clock.res_model, clock.res_id,
                   so.id AS order_id, so.partner_id, clock.company_id, clock.user_id,
                   NULL::int AS delegate_id, clock.group_id,
                   clock.started_at AS since, clock.deadline_at AS due
              FROM service_clock clock
              LEFT JOIN paper
                ON paper.model = clock.res_model AND paper.id = clock.res_id
              LEFT JOIN sale_order so ON so.id = paper.order_id
             WHERE clock.state IN ('running', 'late')
               AND NOT EXISTS (
                   SELECT 1 FROM mail_activity todo
                    WHERE todo.active AND todo.res_model = clock.res_model
                      AND todo.res_id = clock.res_id
                      AND todo.user_id = clock.user_id)
               AND NOT EXISTS (
                   SELECT 1 FROM step
                    WHERE clock.res_model = 'sale.order'
                      AND step.order_id = clock.res_id
                      AND step.group_id = clock.group_id)
            """
        )

    def _owed(self):
        """Return the SQL of what is owed after a release and has no to-do any more."""
        return SQL(
            """
            SELECT owed.id, NULL::varchar AS code, 'release.owed' AS res_model,
                   owed.id AS res_id, owed.order_id, owed.partner_id, owed.company_id,
                   owed.user_id, NULL::int AS delegate_id, %s::int AS group_id,
                   owed.create_date AS since, %s AS due
              FROM release_owed owed
             WHERE owed.state = 'owed' AND NOT EXISTS (
                   SELECT 1 FROM mail_activity todo
                    WHERE todo.active AND todo.res_model = 'release.owed'
                      AND todo.res_id = owed.id)
            """,
            self.env["ir.model.data"]._xmlid_to_res_id(
                "customer_tiering.role_salesperson"
            ),
            self._end_of(SQL("owed.due_date::timestamp")),
        )

    def _calls(self):
        """Return the SQL of the memoranda of which nothing has come yet."""
        return SQL(
            """
            SELECT note.id, NULL::varchar AS code, 'order.memorandum' AS res_model,
                   note.id AS res_id, note.order_id, note.partner_id, note.company_id,
                   note.taken_by_id AS user_id, NULL::int AS delegate_id,
                   NULL::int AS group_id, note.date AS since, NULL::timestamp AS due
              FROM order_memorandum note
             WHERE note.order_id IS NULL AND COALESCE(note.close_reason, '') = ''
               AND NOT EXISTS (
                   SELECT 1 FROM mail_activity todo
                    WHERE todo.active AND todo.res_model = 'order.memorandum'
                      AND todo.res_id = note.id AND todo.user_id = note.taken_by_id)
            """
        )

    def _transfers(self):
        """Return the SQL of what the stores receive or move inside the house."""
        return SQL(
            """
            SELECT picking.id, kind.code, 'stock.picking' AS res_model,
                   picking.id AS res_id, so.id AS order_id, picking.partner_id,
                   picking.company_id, NULL::int AS user_id, NULL::int AS delegate_id,
                   %s::int AS group_id, picking.create_date AS since,
                   picking.scheduled_date AS due
              FROM stock_picking picking
              JOIN stock_picking_type kind ON kind.id = picking.picking_type_id
              JOIN res_company company ON company.id = picking.company_id
              LEFT JOIN sale_order so ON so.id = picking.sale_id
             WHERE picking.state = 'assigned' AND kind.code IN ('incoming', 'internal')
               AND company.release_control
            """,
            self.env["ir.model.data"]._xmlid_to_res_id(
                "customer_tiering.role_warehouse"
            ),
        )

    def _unsigned_delegations(self):
        """Return the SQL of delegations that their giver has still to sign."""
        return SQL(
            """
            SELECT given.id, NULL::varchar AS code,
                   'signoff.delegation' AS res_model, given.id AS res_id,
                   so.id AS order_id, so.partner_id, given.company_id,
                   given.giver_id AS user_id, NULL::int AS delegate_id,
                   NULL::int AS group_id, given.create_date AS since,
                   given.date_from AS due
              FROM signoff_delegation given
              LEFT JOIN sale_order so
                ON given.res_model = 'sale.order' AND so.id = given.res_id
             WHERE given.state = 'draft'
            """
        )
