from odoo import api, fields, models


class OrderSheetTrayAssign(models.TransientModel):
    """A clerk says of which sheet a mail is the return (ORD-24)."""

    _name = "order.sheet.tray.assign"
    _description = "Take a Mail as Return"

    tray_id = fields.Many2one("order.sheet.tray", required=True, readonly=True)
    company_id = fields.Many2one(related="tray_id.company_id")
    sheet_id = fields.Many2one(
        "order.sheet",
        required=True,
        domain="[('company_id', '=', company_id), "
        "('state', 'in', ('sent', 'rejected'))]",
    )
    file_ids = fields.Many2many(
        "order.sheet.tray.file",
        string="Files",
        domain="[('tray_id', '=', tray_id), ('fault', '=', False)]",
        help="Several become one PDF, in the order in which they came.",
    )
    signer_name = fields.Char("Signed By", required=True)

    @api.model
    def default_get(self, fields):
        """Propose what the mail says; the clerk decides."""
        values = super().default_get(fields)
        tray = self.env["order.sheet.tray"].browse(values.get("tray_id"))
        if tray:
            tray.check_access("read")
            usable = tray.file_ids.filtered(lambda row: not row.fault)
            values.update(
                sheet_id=tray.sheet_id.filtered(
                    lambda sheet: sheet.state in ("sent", "rejected")
                ).id,
                file_ids=[(6, 0, usable.ids)],
                signer_name=tray.sudo().partner_id.name,
            )
        return values

    def action_assign(self):
        """Take the files as the customer's return; it is then verified (ORD-25)."""
        self.ensure_one()
        files = self.file_ids.sorted("id")
        self.tray_id._assign(self.sheet_id, files, self.signer_name)
        return self.sheet_id._open()


class OrderSheetTrayDiscard(models.TransientModel):
    """A clerk says why a mail is no return (ORD-24)."""

    _name = "order.sheet.tray.discard"
    _description = "Discard a Mail"

    tray_id = fields.Many2one("order.sheet.tray", required=True, readonly=True)
    reason = fields.Char(required=True)

    def action_discard(self):
        """Put the mail away; it is kept with the reason."""
        self.ensure_one()
        self.tray_id._discard(self.reason)
        return {"type": "ir.actions.act_window_close"}
