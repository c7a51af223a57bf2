from lxml import etree
from odoo.tests import tagged

from .shipping_case import ShippingCase, drawn_signature
from .test_release_flow import FlowCase


@tagged("post_install", "-at_install")
class TestBoard(FlowCase):
    """ORD-70: one board of all orders by stage."""

    def card(self, order, role="supervisor"):
        self.env.flush_all()
        self.env.invalidate_all()
        return self.env["order.board"].with_user(self.people[role]).browse(order.id)

    def stage(self, order):
        return self.card(order).stage

    def test_stages_follow_the_facts(self):
        """ORD-70: from the technical statement to the arrival."""
        self.terms.deposit_percent = 30
        order = self.order("b", quantity=100)
        self.assertEqual(self.stage(order), "technical")
        self.sign(order, "technical", "technical")
        self.assertEqual(self.stage(order), "production_date")
        self.sign(order, "production", "production")
        self.assertEqual(self.stage(order), "sheet")
        self.return_sheet(order)
        self.assertEqual(self.stage(order), "instruction")
        self.sign(order, "instruction_service", "customer_service")
        self.sign(order, "instruction_production", "production_head")
        card = self.card(order)
        self.assertEqual((card.stage, card.blocked_by), ("release", "Deposit arrived"))
        self.assertIn("Salesperson", card.blocked_who)
        self.pay(order, order.amount_total)
        order.action_confirm()
        self.assertEqual(self.stage(order), "production")
        order.mrp_production_ids.qty_producing = 40
        self.assertEqual(order.mrp_production_ids.state, "progress")
        self.assertEqual(self.stage(order), "production")
        order.mrp_production_ids.qty_producing = 100
        self.assertEqual(self.stage(order), "inspection")
        self.produce(order)
        self.assertEqual(self.stage(order), "clearance")
        self.sign(order, "finance_clearance", "finance")
        self.assertEqual(self.stage(order), "application")
        self.apply(order)
        self.assertEqual(self.stage(order), "shipping")
        self.ship(order)
        self.assertEqual(self.stage(order), "under_way")

    def released(self, quantity=100):
        order = self.order("a", quantity=quantity)
        self.sign_all(order, sheet=False)
        order.action_confirm()
        return order

    def test_in_production_until_all_is_made(self):
        """ORD-70, ROL-01: begun is not made: quality waits for what is to close."""
        order = self.released()
        production = order.mrp_production_ids
        production.qty_producing = 1
        self.assertEqual(production.state, "progress")
        self.assertEqual(self.stage(order), "production")
        self.assertFalse(self.card(order, "quality").waits_for_me)
        self.assertTrue(self.card(order, "production").waits_for_me)
        production.qty_producing = 100
        self.assertTrue(self.card(order, "quality").waits_for_me)
        # Passed: production closes it.
        self.inspect(production, 100)
        self.assertEqual(self.stage(order), "production")

    def test_what_stops_production_shows(self):
        """ORD-70, ORD-41: a quality exception, a void statement: what, who, since."""
        order = self.released()
        production = order.mrp_production_ids
        production.qty_producing = 1
        card = self.card(order)
        self.assertFalse(card.blocked_by)
        exception = (
            self.env["production.exception"]
            .with_user(self.people["production"])
            .create(
                {
                    "production_id": production.id,
                    "kind": "quality",
                    "quantity": 30,
                    "delay": 4,
                    "description": "The second colour is out of register.",
                }
            )
        )
        card = self.card(order)
        self.assertEqual(card.stage, "production")
        self.assertIn(exception.name, card.blocked_by)
        self.assertIn("Quality", card.blocked_who)
        self.assertEqual(card.blocked_since, exception.reported_at)
        order.order_line.product_uom_qty = 120
        card = self.card(order)
        self.assertEqual(card.stage, "production")
        self.assertIn("Technical statement", card.blocked_by)
        chinese = card.with_context(lang="zh_TW")
        self.assertIn("品質異常", chinese.blocked_by)

    def test_since_is_when_it_came(self):
        """ORD-70: rescheduling production does not make an order younger."""
        order = self.released()
        self.env.flush_all()
        self.cr.execute(
            "UPDATE release_decision SET decided_at = '2020-01-02 03:04:05'"
            " WHERE order_id = %s",
            [order.id],
        )
        self.env.invalidate_all()
        order.mrp_production_ids.date_start = "2030-01-02 03:04:05"
        self.assertEqual(str(self.card(order).stage_since), "2020-01-02 03:04:05")

    def rule(self, tier, gate, code, treatment):
        self.env["release.rule"].set_cell(
            self.env.ref(f"customer_tiering.tier_{tier}").id,
            self.env["release.gate"]._get(gate).id,
            self.env["release.requirement"]._get(code).id,
            treatment,
            5 if treatment == "owed" else 0,
        )

    def test_stages_follow_the_matrix(self):
        """ORD-70, TIER-03: nobody waits for what the tier need not bring."""
        orders = {}
        for tier in "ab":
            order = orders[tier] = self.order(tier, quantity=100)
            self.sign(order, "technical", "technical")
            self.sign(order, "production", "production")
            self.sent_sheet(order)
            self.sign(order, "instruction_service", "customer_service")
            self.sign(order, "instruction_production", "production_head")
        # A owes the sheet: customer service may release; B has to bring it first.
        self.assertEqual(self.stage(orders["a"]), "release")
        self.assertEqual(self.stage(orders["b"]), "return")
        order = orders["a"]
        order.action_confirm()
        self.produce(order)
        self.assertEqual(self.stage(order), "clearance")
        self.rule("a", "shipping", "finance_clearance", "waived")
        self.assertEqual(self.stage(order), "application")

    def test_post_production_waits_for_quality(self):
        """ORD-70, ORD-43: made in three steps, it waits for quality until it passed."""
        self.warehouse.manufacture_steps = "pbm_sam"
        order = self.order("a", quantity=100)
        self.sign_all(order, sheet=False)
        order.action_confirm()
        [production] = order.mrp_production_ids
        production.qty_producing = 100
        production._set_qty_producing()
        production.move_raw_ids.picked = True
        production.button_mark_done()
        self.assertEqual(production.state, "done")
        self.assertEqual(self.stage(order), "inspection")
        self.assertTrue(self.card(order, "quality").waits_for_me)
        self.inspect(production, 60)
        self.assertEqual(self.stage(order), "inspection")
        store = self.env["stock.picking"].search(
            [
                ("location_id", "=", self.warehouse.sam_loc_id.id),
                ("company_id", "=", self.company.id),
            ]
        )
        store.move_ids.write({"quantity": 60, "picked": True})
        store.with_context(skip_backorder=True).button_validate()
        self.assertEqual(store.state, "done")
        self.assertEqual(self.stage(order), "inspection")
        self.inspect(production, 40)
        self.assertEqual(self.stage(order), "clearance")

    def test_chinese_reads_chinese_commas(self):
        """ORD-70: what blocks is enumerated as the reader's language does."""
        order = self.order("b")
        card = self.card(order)
        self.assertIn(", ", card.blocked_by)
        chinese = card.with_context(lang="zh_TW")
        for text in (chinese.blocked_by, chinese.blocked_who):
            self.assertIn("、", text)
            self.assertNotIn(", ", text)

    def test_the_next_step_comes_first_on_a_telephone(self):
        """ORD-70: of the buttons of an order, a telephone shows the first only."""
        view = self.env.ref("sale.view_order_form")
        first = {
            "technical": "action_technical_statement",
            "production": "action_production_statement",
            "finance": "action_finance_clearance",
            "customer_service": "action_make_sheet",
            "production_head": "action_accept_instruction",
        }
        for role, button in first.items():
            model = self.env["sale.order"].with_user(self.people[role])
            arch = etree.fromstring(model.get_view(view.id, "form")["arch"])
            buttons = arch.xpath("//header/button/@name")
            ours = buttons.index(button)
            for later in ("sale.action_report_saleorder", "action_confirm"):
                if later in buttons:
                    self.assertLess(ours, buttons.index(later), role)

    def test_who_reads_orders_is_offered_no_sales_buttons(self):
        """ORD-70: what a role may not press is not shown to it."""
        view = self.env.ref("sale.view_order_form")
        for role in ("technical", "production", "quality", "warehouse"):
            model = self.env["sale.order"].with_user(
                self.people.get(role) or self._person(role)
            )
            arch = etree.fromstring(model.get_view(view.id, "form")["arch"])
            buttons = set(arch.xpath("//header/button/@name"))
            selling = {"action_confirm", "action_cancel", "action_draft"}
            self.assertFalse(buttons & selling, role)
            self.assertFalse(arch.xpath("//header/button[@id='create_invoice']"), role)
        # Nor what ends in a refusal: invoices open for accounting only.
        for role in ("merchandiser", "salesperson", "customer_service", "finance"):
            model = self.env["sale.order"].with_user(
                self.people.get(role) or self._person(role)
            )
            arch = etree.fromstring(model.get_view(view.id, "form")["arch"])
            for button in ("@id='create_invoice'", "@name='action_view_invoice'"):
                shown = bool(arch.xpath(f"//button[{button}]"))
                self.assertEqual(shown, role == "finance", role)

    def test_who_makes_nothing_is_offered_no_making(self):
        """ORD-70: overview and quantity of a manufacturing order are production's."""
        actions = (
            self.env.ref("mrp.action_report_mo_overview").id,
            self.env.ref("mrp.action_change_production_qty").id,
        )
        for role in ("production", "warehouse", "customer_service"):
            model = self.env["mrp.production"].with_user(
                self.people.get(role) or self._person(role)
            )
            arch = etree.fromstring(model.get_view(view_type="form")["arch"])
            for action in actions:
                shown = bool(arch.xpath(f"//button[@name='{action}']"))
                self.assertEqual(shown, role == "production", role)

    def test_customer_service_opens_what_is_made(self):
        """ORD-70: the form of a manufacturing order opens for who asks after it."""
        order = self.order("a")
        self.sign_all(order, sheet=False)
        order.action_confirm()
        production = order.mrp_production_ids
        for role in ("customer_service", "salesperson"):
            person = self.people[role]
            order.user_id = self.people["salesperson"]
            self.env.invalidate_all()
            shown = ["lot_producing_ids", "scrap_ids", "unbuild_ids"]
            shown += ["production_group_id", "may_ask_inspection"]
            production.with_user(person).read(shown)
            production.with_user(person).production_group_id.check_access("read")
            view = self.env.ref("mrp.mrp_production_form_view")
            model = self.env["mrp.production"].with_user(person)
            arch = etree.fromstring(model.get_view(view.id, "form")["arch"])
            buttons = set(arch.xpath("//header/button/@name"))
            self.assertFalse(buttons & {"button_mark_done", "action_cancel"}, role)

    def test_a_void_signature_moves_it_back(self):
        """ORD-70, ORD-15: what is void waits again."""
        order = self.order("a")
        self.sign(order, "technical", "technical")
        order.order_line.product_uom_qty = 7
        self.assertEqual(self.stage(order), "technical")

    def test_the_next_step_is_the_reader_s(self):
        """ORD-70: each sees what waits for them, and the button that does it."""
        order = self.order("a")
        card = self.card(order, "technical")
        self.assertTrue(card.waits_for_me)
        self.assertEqual(card.action_next()["res_model"], "order.technical.statement")
        other = self.card(order, "finance")
        self.assertFalse(other.waits_for_me)
        self.assertEqual(other.action_next()["res_model"], "sale.order")
        mine = self.env["order.board"].with_user(self.people["technical"])
        self.assertIn(order, mine.search([("waits_for_me", "=", True)]).order_id)
        theirs = self.env["order.board"].with_user(self.people["finance"])
        self.assertNotIn(order, theirs.search([("waits_for_me", "=", True)]).order_id)

    def test_the_board_opens_with_the_same_queries(self):
        """ORD-70: 80 cards cost what 8 cost."""
        orders = self.env["sale.order"].union(*(self.order("b") for _n in range(80)))
        self.env.flush_all()
        names = ["name", "stage", "blocked_by", "blocked_who", "next_step"]
        board = self.env["order.board"].with_user(self.people["supervisor"])
        board.browse(orders[:8].ids).read(names)
        counts = []
        for some in (orders[:8], orders):
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            board.search([("order_id", "in", some.ids)]).read(names)
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(counts[0], counts[1])

    def test_five_thousand_open_orders(self):
        """ORD-70: opening the board costs with 5,000 orders what it costs with 50."""
        seeds = [self.order("b") for _number in range(4)]
        self.sign(seeds[0], "technical", "technical")
        self.sign(seeds[1], "technical", "technical", outcome="not_feasible")
        released = self.order("a", quantity=100)
        self.sign_all(released)
        released.action_confirm()
        self._copies(seeds[2], 44)
        few = self._opened()
        self._copies(seeds[3], 4960)
        self.assertGreater(self.env["order.board"].search_count([]), 5000)
        self.assertEqual(self._opened(), few)

    def _copies(self, order, number):
        """Copy an order and its lines as rows: as many by hand would take minutes."""
        self.env.flush_all()
        names = {}
        for table in ("sale_order", "sale_order_line"):
            self.cr.execute(
                "SELECT string_agg(quote_ident(column_name), ', ') FROM"
                " information_schema.columns WHERE table_name = %s AND column_name"
                " NOT IN ('id', 'access_token', 'order_id')",
                [table],
            )
            names[table] = self.cr.fetchone()[0]
        self.cr.execute(
            f"""
            WITH copies AS (
                INSERT INTO sale_order ({names["sale_order"]})
                SELECT {names["sale_order"]} FROM sale_order, generate_series(1, %s)
                 WHERE sale_order.id = %s RETURNING id)
            INSERT INTO sale_order_line (order_id, {names["sale_order_line"]})
            SELECT copies.id, {names["sale_order_line"]}
              FROM sale_order_line, copies WHERE sale_order_line.order_id = %s""",
            [number, order.id, order.id],
        )
        self.cr.execute("ANALYZE sale_order, sale_order_line")

    def _opened(self):
        """Count the queries of the board as the web client opens it."""
        board = self.env["order.board"].with_user(self.people["supervisor"])
        arch = etree.fromstring(board.get_view(view_type="kanban")["arch"])
        names = {node.get("name") for node in arch.iter("field")}
        specification = {
            name: {"fields": {"display_name": {}}}
            if board._fields[name].type == "many2one"
            else {}
            for name in names
        }
        for _warm in range(2):
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            board.web_read_group(
                [],
                ["stage"],
                ["__count"],
                auto_unfold=True,
                unfold_read_specification=specification,
            )
        return self.cr.sql_log_count - before


@tagged("post_install", "-at_install")
class TestBoardShipping(ShippingCase):
    """ORD-70: the last stages, whatever happens to the transfers."""

    def test_what_never_left_is_not_under_way(self):
        """ORD-70: its transfer cancelled, an order waits for shipping, not arrival."""
        order = self.released()
        self.applied(order)
        self.picking(order).action_cancel()
        self.env.flush_all()
        card = self.env["order.board"].browse(order.id)
        self.assertEqual(card.stage, "shipping")

    def test_two_orders_with_one_transfer(self):
        """ORD-70: what left together arrives together, on one notice."""
        first, second = self.released(10), self.released(20)
        transfer = self.picking(first)
        self.picking(second).move_ids.picking_id = transfer
        self.applied(first)
        self.applied(second)
        self.ship(transfer)
        [notice] = (first | second).dispatch_notice_ids
        cards = self.env["order.board"].browse((first | second).ids)
        self.env.flush_all()
        self.assertEqual(cards.mapped("stage"), ["under_way"] * 2)
        notice.sudo()._sign_arrival("Ms Lin", drawn_signature(), method="portal")
        self.env.flush_all()
        cards.invalidate_recordset()
        self.assertEqual(cards.mapped("stage"), ["arrived"] * 2)
