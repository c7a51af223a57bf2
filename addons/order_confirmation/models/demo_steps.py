from odoo import models

ENGLISH, TRADITIONAL, SIMPLIFIED = "en_US", "zh_TW", "zh_CN"
# What the people write when they sign, in their own language.
WORDS = {
    "technical": {
        ENGLISH: "Checked against the last run of this product; material as listed.",
    },
    "production": {
        SIMPLIFIED: "按物料到货日排产，完工日期如上，数量公差 ±3%。",
    },
    "instruction_service": {
        ENGLISH: "As agreed with the customer; packing and labels as stated.",
        TRADITIONAL: "已與客戶確認，包裝與標示如訂單所載。",
    },
    "instruction_production": {
        TRADITIONAL: "數量、日期、公差、包裝逐項確認，照此生產。",
    },
    "final_inspection": {
        ENGLISH: "Sampled to plan, every point of the standard found in order.",
    },
    "finance_clearance": {
        ENGLISH: "Terms, invoices and receipts compared; these goods may leave.",
    },
    "delivery_application": {
        ENGLISH: "Address, contact and telephone verified by telephone.",
        TRADITIONAL: "地址、收貨人、電話均已電話核對。",
    },
}
OUTCOMES = {
    "not_feasible": (
        "not_feasible", "A lid below 0.8 mm warps within a week; not to be made.",
    ),
    "old_formula": (
        "old_formula", "Feasible with the old ink; it fades sooner than the new one.",
    ),
}  # fmt: skip
TICKS = ("legible", "signatory_mark", "unchanged", "remarks_clear")


class OrderDemo(models.AbstractModel):
    """The steps from the statements to the release, each by the person whose it is."""

    _inherit = "order.demo"

    def _sign(self, document, code, login, statement=None, **values):
        """Sign as this person, as the dialog does once the password is right.

        :return: the signature
        """
        document = self._as(document, login)
        if statement is None:
            statement = WORDS.get(code, {}).get(document.env.lang, "OK")
        action = document._signoff_dialog(code)
        dialog = document.env[action["res_model"]].with_context(**action["context"])
        dialog = dialog.create({"statement": statement, **values})
        dialog._before_signing(document)
        document = document.with_context(**self._proven(login))
        return document._signoff_sign(code, statement, declared=dialog._declared())

    def _proven(self, login):
        """Ask this person for the password: once, for comparing takes its time."""
        known = self.env.cr.cache.setdefault("order_demo_proven", {})
        if login not in known:
            passwords = {row["login"]: row["password"] for row in self._rows("logins")}
            dialog = self._as(self.env["signoff.sign"], login)
            dialog = dialog.with_context(password=passwords[login])
            known[login] = dialog._check_identity()
        return known[login]

    def _step_technical(self, order, row):
        outcome, text = OUTCOMES.get(row["then"], ("feasible", None))
        self._sign(order, "technical", "technical", text, outcome=outcome)

    def _step_production(self, order, row):
        self._sign(order, "production", "production")

    def _step_sheet(self, order, row):
        self._as(order, row["service"]).action_make_sheet()

    def _step_check(self, order, row):
        """Let a second person tick the sheet line by line, and sign the check."""
        second = "service2" if row["service"] == "service" else "supervisor"
        sheet = order.current_sheet_id
        self._as(sheet.check_line_ids, second).write({"done": True})
        self._sign(sheet, "sheet_check", second)

    def _step_send(self, order, row):
        sheet = self._as(order.current_sheet_id, row["service"])
        if row["channel"] == "fax":
            sheet.action_print_for_fax()
        else:
            sheet.action_hand_over_link()

    def _step_return(self, order, row):
        """Let the customer's signatory sign on the page behind the link."""
        signatory = self._get(f"signatory_{row['customer']}")
        sheet = self._as_visitor(order.current_sheet_id)
        sheet._take_return(
            signatory.name, self._drawn(signatory.name), "portal", f"{sheet.name}.png"
        )

    def _as_visitor(self, document):
        """Return a document as the page behind a customer's link has it."""
        visitor = document.with_user(self.env.ref("base.public_user")).sudo()
        return visitor.with_context(lang=visitor.partner_id.lang)

    def _step_verify(self, order, row):
        self._sign(
            order.current_sheet_id,
            "sheet_verify",
            row["service"],
            "",
            **dict.fromkeys(TICKS, True),
            signatory_id=self._get(f"signatory_{row['customer']}").id,
        )

    def _step_instruct(self, order, row):
        self._instruct(order)

    def _instruct(self, order):
        self._sign(order, "instruction_service", "service")
        clauses = ("quantity", "dates", "tolerance", "packing", "special_rules")
        ticked = dict.fromkeys(clauses, True)
        self._sign(order, "instruction_production", "head", **ticked)

    def _step_deposit(self, order, row):
        if order.payment_term_id.deposit_percent:
            self._pay(order, order.deposit_due)

    def _step_balance(self, order, row):
        if order.payment_term_id.deposit_percent and order.balance_due:
            self._pay(order, order.balance_due)

    def _pay(self, order, amount):
        """Let finance enter what came in for the order."""
        payment = self._as(self.env["account.payment"], "finance").create(
            {
                "payment_type": "inbound",
                "partner_type": "customer",
                "partner_id": order.partner_id.id,
                "amount": amount,
                "currency_id": order.currency_id.id,
                "memo": order.name,
                "sale_order_id": order.id,
            }
        )
        payment.action_post()
        order.invalidate_recordset(["money_received", "deposit_due", "balance_due"])

    def _step_release(self, order, row):
        self._as(order, row["service"]).action_confirm()
