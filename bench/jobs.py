"""The two jobs that touch everybody, run in Odoo's shell by `run.py`."""

import json
import time
from datetime import timedelta

from odoo import Command, fields
from odoo.tools import SQL

INVOICES_EACH = 6


class Crowd:
    """Many customers with invoices, and many orders whose sheets are out."""

    def __init__(self, env, scene):
        self.env, self.scene = env, scene
        scene.customer.property_payment_term_id = False

    def clone(self, table, source, rows, **changed):
        """Copy one row of a table; ``changed`` gives columns as SQL of ``n.id``.

        :param list rows: the ids of the copies
        """
        self.env.flush_all()
        columns = [
            name
            for [name] in self.env.execute_query(
                SQL(
                    "SELECT column_name FROM information_schema.columns"
                    " WHERE table_name = %s AND column_name <> 'id'",
                    table,
                )
            )
        ]
        values = [SQL(changed.get(name, f'o."{name}"')) for name in columns]
        names = SQL(", ").join(SQL.identifier(name) for name in columns)
        self.env.cr.execute(
            SQL(
                "INSERT INTO %s (id, %s) SELECT n.id, %s FROM %s o,"
                " UNNEST(%s) WITH ORDINALITY n(id, place) WHERE o.id = %s",
                SQL.identifier(table),
                names,
                SQL(", ").join(values),
                SQL.identifier(table),
                rows,
                source.id,
            )
        )
        self.env.invalidate_all()

    def new_ids(self, table, number):
        found = self.env.execute_query(
            SQL(
                "SELECT nextval(%s) FROM generate_series(1, %s)",
                f"{table}_id_seq",
                number,
            )
        )
        return [row_id for [row_id] in found]

    # -- customers, measured (TIER-02) -------------------------------------------

    def customers(self, number):
        """Make customers who each had some invoices, one of them late."""
        env, product = self.env, self.scene.product
        day = fields.Date.today() - timedelta(days=90)
        invoice = env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.scene.customer.id,
                "invoice_date": day,
                "invoice_date_due": day + timedelta(days=30),
                "invoice_line_ids": [
                    Command.create({"product_id": product.id, "quantity": 1000})
                ],
            }
        )
        invoice.action_post()
        partners = self.new_ids("res_partner", number)
        self.clone(
            "res_partner",
            self.scene.customer,
            partners,
            name="'Customer ' || n.id",
            complete_name="'Customer ' || n.id",
            commercial_partner_id="n.id",
        )
        for _invoice in range(INVOICES_EACH):
            moves = self.new_ids("account_move", number)
            first = partners[0] - moves[0]
            self.clone(
                "account_move",
                invoice,
                moves,
                name="'BENCH/' || n.id",
                sequence_prefix="'BENCH/'",
                sequence_number="n.id",
                partner_id=f"n.id + {first}",
                commercial_partner_id=f"n.id + {first}",
            )
            for line in invoice.line_ids:
                lines = self.new_ids("account_move_line", number)
                self.clone(
                    "account_move_line",
                    line,
                    lines,
                    move_id=f"n.id + {moves[0] - lines[0]}",
                    partner_id=f"n.id + {partners[0] - lines[0]}",
                )
        env.cr.execute("ANALYZE")

    def measure_customers(self):
        review = self.env["customer.tier.review"]._measure(self.env.company)
        return review.proposal_count

    # -- sheets that are out, slipped (ORD-26) ------------------------------------

    def sheets(self, number):
        """Make orders whose sheets were sent two weeks ago and never came back."""
        scene = self.scene
        order = scene.sign(self.env["sale.order"].create(scene.values()), 1)
        service = order.with_user(scene.people["customer_service"])
        sheet = self.env["order.sheet"].browse(service.action_make_sheet()["res_id"])
        sent = f"{fields.Date.today() - timedelta(days=14)} 02:00:00"
        orders = self.new_ids("sale_order", number)
        self.clone("sale_order", order, orders, name="'BENCH/' || n.id")
        for promise in order.promise_ids:
            rows = self.new_ids("order_promise", number)
            self.clone(
                "order_promise",
                promise,
                rows,
                order_id=f"n.id + {orders[0] - rows[0]}",
                day=f"'{sent}'::date",
                decided_at=f"'{sent}'::timestamp",
            )
        sheets = self.new_ids("order_sheet", number)
        self.clone(
            "order_sheet",
            sheet,
            sheets,
            name="'BENCH/' || n.id",
            order_id=f"n.id + {orders[0] - sheets[0]}",
            state="'sent'",
            sent_at=f"'{sent}'::timestamp",
            waits=f"""'[["{sent}", null]]'::jsonb""",
            slips_pending="TRUE",
        )
        self.env.cr.execute("ANALYZE")

    def write_slips(self):
        promises = self.env["order.promise"]
        before = promises.search_count([])
        self.env["sale.order"]._cron_settle_promises()
        return promises.search_count([]) - before


JOBS = (("customers", "measure_customers"), ("sheets", "write_slips"))


def measure_jobs(env, scene, size):
    """Print a line of JSON for each job; what they write is committed."""
    crowd = Crowd(env, scene)
    for prepare, job in JOBS:
        getattr(crowd, prepare)(size)
        env.invalidate_all()
        queries, start = env.cr.sql_log_count, time.perf_counter()
        written = getattr(crowd, job)()
        env.flush_all()
        took = time.perf_counter() - start
        row = [job.replace("_", " "), written, env.cr.sql_log_count - queries, took]
        print("BENCH " + json.dumps(row), flush=True)
