from odoo import api, fields, models
from odoo.addons.written_signoff.keeping import DISCUSSION, keyed
from odoo.addons.written_signoff.wording import joined
from odoo.exceptions import UserError

from . import order_document  # noqa: F401 - it comes before what inherits it

STATES = [
    ("open", "Being reviewed"),
    ("passed", "All agree"),
    ("failed", "Objected"),
    ("superseded", "Superseded"),
    ("cancelled", "Cancelled"),
]
LIVE = ("open", "passed")
TODO = "mail.mail_activity_data_todo"


class SpecialReviewGuard(models.AbstractModel):
    """Records of a review: written by its own methods, and by nothing else."""

    _name = "special.review.guard"
    _description = "Kept by a Special-Product Review"
    _inherit = "kept.record"
    _kept_by = "special.review"
    _kept_open = frozenset({*DISCUSSION, "signature_ids"})

    def _kept_refusal(self):
        """Refuse everybody but the review itself: a number that was given stays."""
        return self.env._(
            "A special-product review follows from its order and from what departments "
            "sign: nobody writes, copies or deletes it directly."
        )


class SpecialReview(models.Model):
    """The contract review of what an order wants special (ORD-16).

    The departments named on it sign side by side, each its own opinion over the same
    terms. It is open until all have; one that objects fails it, and the customer is
    told why, in words of their own.
    """

    _name = "special.review"
    _description = "Special-Product Contract Review"
    _inherit = [
        "special.review.guard",
        "order.document",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "id desc"
    _mail_post_access = "read"

    name = fields.Char("Number", required=True, readonly=True, index="trigram")
    order_id = fields.Many2one(
        "sale.order", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    partner_id = fields.Many2one(
        "res.partner", "Customer", required=True, readonly=True
    )
    user_id = fields.Many2one(related="order_id.user_id", store=True, index=True)
    requested_by_id = fields.Many2one("res.users", readonly=True)
    state = fields.Selection(
        STATES, required=True, readonly=True, default="open", index=True, tracking=True
    )
    line_ids = fields.One2many("special.review.line", "review_id", "Special Products")
    opinion_ids = fields.One2many("special.review.opinion", "review_id", "Opinions")
    decided_at = fields.Datetime("Decided", readonly=True, copy=False)
    customer_reason = fields.Text(
        "Reason for the Customer", readonly=True, help="What the customer was told."
    )
    customer_told_at = fields.Datetime("Customer Told", readonly=True)
    waits_for = fields.Char(compute="_compute_waits_for")
    for_me = fields.Boolean(
        "For Me to Sign", compute="_compute_for_me", search="_search_for_me"
    )

    @api.depends("state", "opinion_ids.opinion")
    def _compute_waits_for(self):
        for review in self:
            left = review.opinion_ids.filtered(lambda row: not row.opinion)
            review.waits_for = (
                joined(self.env, left.department_id.mapped("name"))
                if review.state == "open"
                else False
            )

    @api.depends_context("uid")
    @api.depends("state", "opinion_ids.opinion")
    def _compute_for_me(self):
        for review in self:
            review.for_me = any(review.opinion_ids.mapped("can_sign"))

    def _search_for_me(self, operator, value):
        if operator != "in":
            return NotImplemented
        groups = self.env.user.all_group_ids
        waiting = self.env["special.review.opinion"]._search(
            [("opinion", "=", False), ("department_id.group_id", "in", groups.ids)]
        )
        return [("state", "=", "open"), ("opinion_ids", "in", waiting)]

    # -- making ----------------------------------------------------------------------

    @api.model
    def _make(self, order):
        """Begin the review of an order's special products; each department is told.

        The caller has locked the order and knows that nothing on it is refused.

        :raises UserError: no department is named for the company
        """
        company = order.company_id
        departments = self.env["special.review.department"]._of(company)
        if not departments:
            raise UserError(
                self.env._(
                    "No department is named to review special products for %s: see "
                    "Configuration → Review Departments.",
                    company.name,
                )
            )
        review = keyed(self).create(
            {
                "name": self.env["ir.sequence"].sudo().next_by_code(self._name),
                "order_id": order.id,
                "company_id": company.id,
                "partner_id": order.partner_id.id,
                "requested_by_id": self.env.uid,
                "opinion_ids": [
                    fields.Command.create({"department_id": department.id})
                    for department in departments
                ],
            }
        )
        review._take_lines()
        review._ask(review.opinion_ids)
        return review

    def _take_lines(self):
        """Copy what is reviewed, for reading and printing."""
        for review in keyed(self):
            rows = [
                row
                for line in review.order_id.sudo()._special_lines()
                for row in self.env["special.review.line"]._of(line)
            ]
            review.line_ids.unlink()
            review.write({"line_ids": [fields.Command.create(row) for row in rows]})

    def _ask(self, opinions):
        """Give somebody of each department the to-do."""
        for opinion in opinions.sudo():
            review = opinion.review_id
            person = opinion.department_id._person(review.company_id)
            if person:
                review.activity_schedule(
                    TODO,
                    date_deadline=review.company_id._business_date(
                        fields.Datetime.now()
                    ),
                    user_id=person.id,
                    summary=review.with_context(lang=person.lang).env._(
                        "Review the special product for: %s",
                        opinion.with_context(lang=person.lang).department_id.name,
                    ),
                )

    # -- what follows ----------------------------------------------------------------

    def _decide(self):
        """Let the state follow what is signed: failed by one, passed by all."""
        self.ensure_one()
        opinions = self.sudo().opinion_ids
        said = opinions._said()
        mine = self.sudo().activity_ids.filtered(
            lambda todo: todo.user_id == self.env.user
        )
        mine.action_done()
        if "object" in said.values():
            self._fail(next(row for row in opinions if said.get(row.id) == "object"))
        elif len(said) == len(opinions):
            keyed(self).write({"state": "passed", "decided_at": fields.Datetime.now()})
            self._tell_sales(
                lambda env: env._("The special-product review has passed.")
            )

    def _fail(self, opinion):
        """Fail the review; the customer reads the reason that is meant for them."""
        now = fields.Datetime.now()
        keyed(self).write(
            {
                "state": "failed",
                "decided_at": now,
                "customer_reason": opinion.customer_reason,
            }
        )
        review = self.sudo()
        review.activity_unlink([TODO])
        if review.partner_id._has_email():
            template = self.env.ref("order_confirmation.mail_template_special_failed")
            template._send_soon(review)
            keyed(self).write({"customer_told_at": now})
        self._tell_sales(
            lambda env: env._(
                "The special-product review has failed; %(department)s objects: "
                "%(reason)s",
                department=opinion.with_env(env).department_id.name,
                reason=opinion._latest().statement,
            )
        )
        person = review.user_id or review.requested_by_id
        words = review.with_context(lang=person.lang).env
        review.activity_schedule(
            TODO,
            user_id=person.id,
            summary=words._("The review failed: agree with the customer what to do")
            if review.customer_told_at
            else words._(
                "The review failed and the customer has no e-mail address: tell them "
                "the reason"
            ),
        )

    def _tell_sales(self, words):
        review = self.sudo()
        person = review.user_id or review.requested_by_id
        env = review.with_context(lang=person.lang).env
        review.message_post(
            body=words(env),
            partner_ids=person.partner_id.ids,
            message_type="notification",
            subtype_xmlid="mail.mt_note",
        )

    def _order_changed(self):
        """Void what no longer holds; called after each change of the order's terms."""
        live = self.filtered(lambda review: review.state in LIVE)
        if not live:
            return
        live.filtered(lambda review: review.state == "open")._take_lines()
        live.opinion_ids._signoff_void_changed()

    def _reopen(self):
        """Ask again: what was signed is not what the order says now."""
        passed = self.filtered(lambda review: review.state == "passed")
        keyed(passed).write({"state": "open", "decided_at": False})
        passed._take_lines()

    def _end(self, state):
        """End what is under way: superseded by another review, or cancelled."""
        live = self.filtered(lambda review: review.state in LIVE)
        if live:
            keyed(live).write({"state": state})
            live.sudo().activity_unlink([TODO])

    @api.model
    def _covered(self, orders):
        """Return what passed reviews cover, ``{order id: (line ids, detail, since)}``.

        Signatures and terms are read again each time: what counts is not the state but
        that each department named on a review agrees to what the order says *now*.
        """
        if not orders:
            return {}
        reviews = self.sudo().search(
            [("order_id", "in", orders.ids), ("state", "in", (*LIVE, "failed"))]
        )
        # Read for all at once, before they are asked review by review.
        reviews.opinion_ids.mapped("department_id.name")
        reviews.line_ids.mapped("order_line_id")
        said = reviews.opinion_ids._said()
        answers = {}
        for order in orders:
            own = reviews.filtered(lambda row, order=order: row.order_id.id == order.id)
            agreed = own.filtered(lambda row: row._agreed(said))
            since = max(agreed.mapped("decided_at"), default=None) if agreed else None
            answers[order.id] = (
                set(agreed.line_ids.order_line_id.ids),
                own[:1]._where(said) if own else self.env._("no review yet"),
                since or (own[:1].create_date if own else None),
            )
        return answers

    def _agreed(self, said):
        opinions = self.opinion_ids
        return self.state == "passed" and all(
            said.get(row.id) == "agree" for row in opinions
        )

    def _where(self, said):
        """Return in a phrase what keeps this review from counting."""
        if self.state == "failed":
            return self.env._("%s failed", self.name)
        left = self.opinion_ids.filtered(lambda row: row.id not in said)
        if not left:
            return self.env._("%s covers something else", self.name)
        return self.env._(
            "%(review)s waits for: %(departments)s",
            review=self.name,
            departments=joined(
                self.env, left.with_env(self.env).sudo().department_id.mapped("name")
            ),
        )

    def _printed_opinions(self):
        """Return the opinions for the paper, only those that are validly signed."""
        self.ensure_one()
        opinions = self.opinion_ids
        signed = opinions._signoff_latest(["special_review"])
        valid = opinions._said() if self.state in LIVE else None
        names = dict(opinions._fields["opinion"]._description_selection(self.env))
        rows = []
        for opinion in opinions:
            row = signed.get((opinion.id, "special_review"))
            holds = row and (valid is None or opinion.id in valid)
            said = holds and row._content()["declared"]["opinion"]
            rows.append(
                {
                    "department": opinion.department_id.name,
                    "opinion": said and names[said] or "",
                    "statement": holds and row.statement or "",
                    "name": holds and row.signer_name or "",
                    "time": holds and row.signed_at,
                    "check": holds and row.digest[:12] or "",
                }
            )
        return rows


class SpecialReviewLine(models.Model):
    """What is reviewed: a special line, one row for each of its dimensions."""

    _name = "special.review.line"
    _description = "Special Product of a Review"
    _inherit = "special.review.guard"
    _order = "review_id, id"

    review_id = fields.Many2one(
        "special.review", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="review_id.company_id", store=True)
    order_line_id = fields.Many2one("sale.order.line", index=True, ondelete="set null")
    product_id = fields.Many2one("product.product")
    quantity = fields.Float(digits="Product Unit")
    product_uom_id = fields.Many2one("uom.uom", "Unit")
    specification = fields.Text()
    dimension_id = fields.Many2one("product.dimension")
    standard = fields.Char()
    ordered = fields.Char()
    deviation = fields.Float()

    @api.model
    def _of(self, line):
        """Return the values of the rows for one order line."""
        common = {
            "order_line_id": line.id,
            "product_id": line.product_id.id,
            "quantity": line.product_uom_qty,
            "product_uom_id": line.product_uom_id.id,
            "specification": line.specification or line.name,
        }
        rows = [
            {
                "dimension_id": row.dimension_id.id,
                "standard": row.dimension_id._words(),
                "ordered": row.uom_id._dimension_words(row.value),
                "deviation": float(row._part()),
            }
            for row in line.dimension_ids
        ]
        return [{**common, **row} for row in rows or [{}]]
