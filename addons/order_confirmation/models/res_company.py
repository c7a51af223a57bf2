from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    answering_phrases = fields.Text(
        translate=True,
        help="What customer service says on the telephone; shown beside each customer "
        "information memorandum.",
    )
    price_tolerance_percent = fields.Float(
        "Price Tolerance (%)",
        default=2.0,
        help="A price further than this from contract, price list or the customer's "
        "last order is in doubt: no sheet is made until it is settled.",
    )

    _price_tolerance_not_negative = models.Constraint(
        "CHECK (price_tolerance_percent >= 0)",
        "The price tolerance cannot be negative.",
    )

    def _recorded_settings(self):
        return super()._recorded_settings() | {"price_tolerance_percent"}

    def _answering_prompt(self):
        """Return the company's phrases, or the standard ones with its name (ORD-02)."""
        self.ensure_one()
        return self.answering_phrases or self.env._(
            "Good day, this is %(company)s, customer service. How can I help you?\n"
            "May I have your name, your company and your telephone number?\n"
            "Which product is it about, in which specification, and how many?\n"
            "When do you need it, and where shall we deliver it?\n"
            "Is there anything special about packing, labelling or delivery?\n"
            "Let me repeat what I have noted …\n"
            "You will hear from us by … Thank you for calling.",
            company=self.name,
        )
