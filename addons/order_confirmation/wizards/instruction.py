from odoo import api, fields, models
from odoo.addons.written_signoff.digest import plain
from odoo.addons.written_signoff.wording import joined, numeral, table
from odoo.exceptions import UserError
from odoo.tools import format_date

from ..models import sale_order_statements  # noqa: F401 - its hooks are extended here

# What the head of production accepts one by one (ORD-32).
CLAUSES = ("quantity", "dates", "tolerance", "packing", "special_rules")
INSTRUCTION = "instruction_production"


class OrderInstructionAccept(models.TransientModel):
    """The head of production accepts the instruction, clause by clause (ORD-32)."""

    _name = "order.instruction.accept"
    _inherit = "signoff.sign"
    _description = "Accept the Production Instruction"

    quantity = fields.Boolean()
    dates = fields.Boolean()
    tolerance = fields.Boolean()
    packing = fields.Boolean("Packing and labelling")
    special_rules = fields.Boolean()
    quantity_says = fields.Text(compute="_compute_says")
    dates_says = fields.Text(compute="_compute_says")
    tolerance_says = fields.Text(compute="_compute_says")
    packing_says = fields.Text(compute="_compute_says")
    special_rules_says = fields.Text(compute="_compute_says")

    @api.depends("res_model", "res_id")
    @api.depends_context("lang")
    def _compute_says(self):
        for dialog in self:
            words = dialog._document()._instruction_clauses()
            for clause in CLAUSES:
                dialog[f"{clause}_says"] = words[clause]

    def _declared(self):
        """State which clauses were accepted, in the signature itself."""
        return {
            **super()._declared(),
            "accepted": [clause for clause in CLAUSES if self[clause]],
        }


class SaleOrder(models.Model):
    """The instruction in clauses, and its copy for technical (ORD-32)."""

    _inherit = "sale.order"

    @api.model
    def _clause_names(self):
        return {
            "quantity": self.env._("Quantity"),
            "dates": self.env._("Dates"),
            "tolerance": self.env._("Tolerance"),
            "packing": self.env._("Packing and labelling"),
            "special_rules": self.env._("Special rules"),
        }

    def _instruction_clauses(self):
        """Return what each clause says, ``{clause: text}``, in the reader's language.

        The dates are those of the production statement, not of the sheet.
        """
        self.ensure_one()
        nothing = self.env._("nothing is asked for")
        lines = self.sudo()._goods()
        packing = filter(None, [self.packing, self.labelling])
        return {
            "quantity": "\n".join(
                f"{line.product_id.display_name}: {numeral(line.product_uom_qty)} "
                f"{line.product_uom_id.name}"
                for line in lines
            ),
            "dates": self.env._(
                "%(start)s to %(end)s, as production has stated",
                start=format_date(self.env, self.production_start_date) or "–",
                end=format_date(self.env, self.production_completion_date) or "–",
            ),
            "tolerance": "\n".join(
                f"{line.product_id.display_name}: ± {numeral(line.tolerance_percent)} %"
                for line in lines
            ),
            "packing": "\n".join(packing) or nothing,
            "special_rules": self.special_requirements or nothing,
        }

    def _signoff_dialog_model(self, code):
        """Production's signature on the instruction has a dialog of its own."""
        if code == INSTRUCTION:
            return "order.instruction.accept"
        return super()._signoff_dialog_model(code)

    def _signoff_label(self, path):
        if path[0] == "accepted":
            return self.env._("Accepted, clause by clause")
        return super()._signoff_label(path)

    def _signoff_words(self, path, value):
        if path[0] == "accepted":
            names = self._clause_names()
            return joined(
                self.env, (names.get(clause, clause) for clause in value or ())
            )
        return super()._signoff_words(path, value)

    def _signoff_signed(self, signature):
        """Ask every clause of the signature itself; give technical its copy."""
        result = super()._signoff_signed(signature)
        if signature.purpose_code == INSTRUCTION:
            declared = signature.sudo()._content()["declared"]
            accepted = declared.get("accepted") or ()
            names = self._clause_names()
            left = [names[clause] for clause in CLAUSES if clause not in accepted]
            if left:
                raise UserError(
                    self.env._(
                        "The instruction is accepted clause by clause. Not yet "
                        "ticked: %s.",
                        joined(self.env, left),
                    )
                )
            self.sudo()._copy_to_technical()
        return result

    def _copy_to_technical(self):
        """Send those who signed the technical statement a copy of the instruction.

        Where nobody did, everybody in the role gets it.
        """
        signed = self._signoff_latest(["technical"])
        people = self.env["res.users"].union(
            *(row.signer_id for row in signed.values())
        )
        if not people:
            role = self.env.ref("customer_tiering.role_technical")
            people = role.all_user_ids.filtered(
                lambda user: user.active and self.company_id in user.company_ids
            )
        terms = plain(self._signoff_present(INSTRUCTION)[self.id])
        for lang, some in people.grouped("lang").items():
            order = self.with_context(lang=lang)
            order.message_post(
                subject=order.env._("Production instruction %s: your copy", self.name),
                body=table(order, terms),
                partner_ids=some.partner_id.ids,
                message_type="notification",
                subtype_xmlid="mail.mt_note",
            )
