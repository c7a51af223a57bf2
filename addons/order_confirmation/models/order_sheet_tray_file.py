from base64 import b64encode

from odoo import api, fields, models
from odoo.addons.written_signoff.digest import sha256

from .. import scan


class OrderSheetTrayFile(models.Model):
    """A file of a mail, judged by what is in it."""

    _name = "order.sheet.tray.file"
    _description = "File Returned by Mail"
    _inherit = "order.sheet.tray.guard"
    _order = "tray_id, id"

    tray_id = fields.Many2one(
        "order.sheet.tray", required=True, readonly=True, index=True,
        ondelete="cascade",
    )  # fmt: skip
    company_id = fields.Many2one(related="tray_id.company_id", store=True)
    name = fields.Char(required=True, readonly=True)
    kind = fields.Char(readonly=True)
    size = fields.Integer("Size (Bytes)", readonly=True)
    digest = fields.Char("SHA-256", readonly=True)
    fault = fields.Selection(
        [
            ("empty", "the file is empty"),
            ("large", "the file is larger than 25 MB"),
            ("kind", "this is neither a PDF nor a picture"),
            ("unreadable", "this file cannot be read: it is damaged or locked"),
        ],
        "What Is Wrong",
        readonly=True,
    )
    kept = fields.Boolean(readonly=True)
    data = fields.Binary("File", readonly=True)

    @api.model
    def _values(self, name, content):
        """Return the values for one attachment; what cannot be a return is not kept."""
        if isinstance(content, str):
            content = content.encode()
        elif not isinstance(content, bytes):
            content = content.as_bytes() if content is not None else b""
        fault = scan.fault(content)
        kept = fault in (None, "unreadable")
        return {
            "name": name or self.env._("file without a name"),
            "kind": scan.kind(content),
            "size": len(content),
            "digest": sha256(content),
            "fault": fault,
            "kept": kept,
            "data": kept and b64encode(content),
        }

    def _content(self):
        self.ensure_one()
        file = self.sudo().with_context(bin_size=False)
        return scan.decoded(file.data)
