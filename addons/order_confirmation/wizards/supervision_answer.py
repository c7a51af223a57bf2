import re

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.supervision_point import OUTCOMES

NUMBER = re.compile(r"-?[0-9]{1,12}(\.[0-9]{1,6})?")


class SupervisionAnswer(models.TransientModel):
    """What the merchandiser found, on the shop floor (ORD-40)."""

    _name = "supervision.answer"
    _description = "Answer a Supervision Point"

    point_id = fields.Many2one("supervision.point", required=True)
    instructions = fields.Text(related="point_id.instructions")
    number_required = fields.Boolean(related="point_id.number_required")
    picture_required = fields.Boolean(related="point_id.picture_required")
    outcome = fields.Selection(
        OUTCOMES, "Is It as It Should Be?", required=True, default="fine"
    )
    finding = fields.Text(required=True)
    number = fields.Char("Reading", help="As read, without its unit.")
    uom_id = fields.Many2one(
        "uom.uom", "Unit", compute="_compute_uom_id", store=True, readonly=False
    )
    picture = fields.Image(max_width=1600, max_height=1600)

    @api.depends("point_id")
    def _compute_uom_id(self):
        for dialog in self:
            dialog.uom_id = dialog.point_id.uom_id

    def action_answer(self):
        """Keep the answer."""
        self.ensure_one()
        self.point_id._answer(
            self.outcome, self.finding, self._number(), self.picture, self.uom_id
        )
        return {"type": "ir.actions.act_window_close"}

    def _number(self):
        """Return the number as written, or None; a zero is a number too.

        :raises UserError: it is none
        """
        text = (self.number or "").strip().replace(" ", "")
        if not text:
            return None
        lang = self.env["res.lang"]._lang_get(self.env.lang or "en_US")
        plain = text.replace(lang.thousands_sep or ",", "")
        plain = plain.replace(lang.decimal_point, ".")
        if not NUMBER.fullmatch(plain):
            raise self._no_number(text)
        return float(plain)

    def _no_number(self, text):
        return UserError(self.env._("“%s” is not a number.", text))
