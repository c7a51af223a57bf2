from odoo import api, fields, models
from odoo.addons.written_signoff.keeping import keyed
from odoo.addons.written_signoff.wording import joined, numeral
from odoo.exceptions import UserError

from ..coverage import Grant, tops
from .delivery_application import PURPOSE


class DeliveryApplication(models.Model):
    """What the signature of a delivery application covers, and how far it reaches."""

    _inherit = "delivery.application"
    _signoff_fields = {"customer": "partner_id"}

    signed_at = fields.Datetime(readonly=True, copy=False)
    signed_by_id = fields.Many2one("res.users", readonly=True, copy=False)

    def _signoff_terms(self, code):
        """Cover lines, quantities, and where they go, as the order has them now."""
        if code != PURPOSE:
            return super()._signoff_terms(code)
        self.order_id._read_together()
        return {application.id: application._terms() for application in self}

    def _terms(self):
        left = self.state == "done"
        return {
            "order": self.order_id.name or self.picking_id.name or "",
            "customer": self.partner_id.display_name or "",
            **(self._copied() if left else self._present()),
            "lines": {str(line.id): line._terms(left) for line in self.line_ids},
        }

    def _signoff_label(self, path):
        """An emergency may have no order."""
        if path == ("order",):
            return self.env._("Order or transfer")
        return super()._signoff_label(path)

    def _signoff_check(self, purpose, signer):
        """Refuse to sign what was not verified item by item (ORD-52)."""
        result = super()._signoff_check(purpose, signer)
        if purpose.code == PURPOSE and (reason := self.sudo()._sign_refusal()):
            raise UserError(reason)
        return result

    def _sign_refusal(self):
        """Return why this cannot be signed now, or nothing."""
        self.ensure_one()
        self._source_check()
        if self.state in ("signed", "done"):
            return self.env._("%s is signed already.", self.name)
        if any(line._partly_left() for line in self.line_ids):
            return self.env._(
                "Goods left while %s was valid: apply anew for the rest.", self.name
            )
        if self.outdated:
            return self.env._(
                "The order says something else by now: choose “Take Over Again” and "
                "verify what changed."
            )
        if not self.line_ids:
            return self.env._("There are no goods on %s.", self.name)
        still = self.check_ids.filtered(lambda row: not row.verified)
        if still:
            return self.env._(
                "Still to be verified on %(name)s: %(items)s",
                name=self.name,
                items=joined(self.env, still.mapped("display_name")),
            )
        return self._over_refusal()

    def _over_refusal(self):
        """Return why this is more than may leave, or nothing."""
        room = self.order_id._application_room(tolerance=True)
        over = {
            line: most
            for line in self.line_ids
            if line.product_uom_id.compare(line.quantity, most := line._most(room)) > 0
        }
        if not over:
            return False
        return self.env._(
            "More is applied for than is still to leave, at most: %s",
            joined(
                self.env,
                (
                    f"{line.product_id.display_name} {numeral(most)} "
                    f"{line.product_uom_id.name}"
                    for line, most in over.items()
                ),
            ),
        )

    def _signoff_signed(self, signature):
        """Note how much had left, from which the application counts on (ORD-53)."""
        result = super()._signoff_signed(signature)
        if signature.purpose_code == PURPOSE:
            emergencies = self.env["emergency.shipment"]._of(
                self.sudo().order_id, self.sudo().picking_id
            )
            emergencies._signoff_lock()
            keyed(self.line_ids)._note_before()
            keyed(self).write(
                {"signed_at": signature.signed_at, "signed_by_id": self.env.uid}
            )
            # What has left in an emergency counts on this application from now on.
            emergencies._paper(self.sudo())
            self._refresh_state()
            self.sudo().activity_unlink(["mail.mail_activity_data_todo"])
        return result

    def _signoff_voided(self, signatures):
        """Ask customer service to verify again."""
        result = super()._signoff_voided(signatures)
        self._refresh_state()
        for row in signatures:
            application = self.browse(row.res_id).sudo().exists()
            if application and row.signer_id.active:
                application.activity_schedule(
                    "mail.mail_activity_data_todo",
                    user_id=row.signer_id.id,
                    summary=self.with_context(lang=row.signer_id.lang).env._(
                        "The application is void: verify it again"
                    ),
                )
        return result

    def _refresh_state(self):
        """Let the stored state follow signatures and what has left."""
        self.flush_recordset()
        signed = {key[0] for key in self._signoff_latest([PURPOSE])}
        left = self.browse(signed)._all_left()
        for application in keyed(self):
            if application.id in signed:
                state = "done" if application.id in left else "signed"
            else:
                state = "void" if application.state != "draft" else "draft"
            if application.state != state:
                application.state = state

    def _open_phrase(self):
        """Say in a phrase why this application lets nothing leave yet."""
        self.ensure_one()
        if self.state == "draft":
            return self.env._("%s is not signed yet", self.name)
        if self.state == "void":
            return self.env._("%s is void, because the order changed", self.name)
        return self.env._("%s no longer says what the order says", self.name)

    @api.depends("state", "open_checks", "outdated", "order_id.state")
    def _compute_next_step(self):
        texts = {
            "signed": self.env._("Signed: the goods may leave."),
            "done": self.env._("All of it has left."),
        }
        for application in self:
            cancelled = application.sudo().order_id.state == "cancel"
            if cancelled and application.state != "done":
                application.next_step = self.env._(
                    "The order is cancelled: nothing of it leaves any more."
                )
                continue
            application.next_step = (
                texts.get(application.state) or application._open_step()
            )

    def _open_step(self):
        if self.outdated:
            return self.env._(
                "The order has changed: take over again, then verify what changed."
            )
        if self.open_checks:
            return self.env._(
                "Verify with the customer, item by item: %(open)s of %(all)s are open.",
                open=self.open_checks,
                all=len(self.check_ids),
            )
        return self.env._("All is verified: sign, so that the goods may leave.")

    def action_sign(self):
        """Open the dialog in which customer service signs the application."""
        return self._signoff_dialog(PURPOSE)

    # -- how far it reaches ------------------------------------------------------

    def _standing(self):
        """Return those of these applications whose signature is good now.

        In the order of signing; terms are read again, as for every gate.
        """
        rows = self._signoff_valid([PURPOSE])
        signed = sorted((row.id, key[0]) for key, row in rows.items())
        return self.browse(record_id for _row, record_id in signed)

    def _reach(self):
        """Return how far these applications let goods leave, in the order given.

        :return: ``{sale order line id: {application line id: total}}``, totals as
            :func:`..coverage.tops` counts them, in the unit of the order line
        """
        chains = {}
        place = {id_: number for number, id_ in enumerate(self.ids)}
        for line in self.line_ids.sorted(lambda row: place[row.application_id.id]):
            if line.sale_line_id:
                chains.setdefault(line.sale_line_id.id, []).append(line)
        return {
            line_id: dict(
                zip(
                    (line.id for line in chain),
                    tops(Grant(line.left_before, line.quantity) for line in chain),
                    strict=True,
                )
            )
            for line_id, chain in chains.items()
        }

    def _all_left(self):
        """Return the ids of those of these applications whose goods have all left."""
        siblings = self.sudo().search(
            [("order_id", "in", self.sudo().order_id.ids)], order="id"
        )
        latest = siblings._signoff_latest([PURPOSE])
        signed = sorted((row.id, key[0]) for key, row in latest.items())
        chain = siblings.browse(record_id for _row, record_id in signed)
        left = chain.line_ids.sale_line_id._gross_left(whole=True)
        reach = chain._reach()
        return {
            application.id
            for application in self.sudo()
            if application._has_left(reach, left)
        }

    def _has_left(self, reach, left):
        if self.picking_id:
            return self.picking_id.state == "done"
        return bool(self.line_ids) and all(
            line.sale_line_id
            and line.product_uom_id.compare(
                left.get(line.sale_line_id.id, 0.0),
                reach.get(line.sale_line_id.id, {}).get(line.id, 0.0),
            )
            >= 0
            for line in self.line_ids
        )
