from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    answering_phrases = fields.Text(
        translate=True,
        help="What customer service says on the telephone; shown beside each customer "
        "information memorandum.",
    )

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
