import io
from base64 import b64decode

from odoo import models

from .order_sheet_sending import REPORT


class IrActionsReport(models.Model):
    _inherit = "ir.actions.report"

    def _render_qweb_pdf_prepare_streams(self, report_ref, data, res_ids=None):
        """Give the very PDF that left, wherever a sheet with the customer is printed.

        From the return on it is rendered from the same frozen content, with the
        signatures that were given (ORD-27).
        """
        if not res_ids or self._get_report(report_ref).report_name != REPORT:
            return super()._render_qweb_pdf_prepare_streams(report_ref, data, res_ids)
        sheets = self.env["order.sheet"].browse(res_ids).with_context(bin_size=False)
        frozen = {
            sheet.id: {"stream": io.BytesIO(b64decode(sheet.pdf)), "attachment": None}
            for sheet in sheets.sudo()
            if sheet.state == "sent" and sheet.pdf
        }
        rest = [res_id for res_id in res_ids if res_id not in frozen]
        streams = dict(frozen)
        if rest:
            streams.update(
                super()._render_qweb_pdf_prepare_streams(report_ref, data, rest)
            )
        return streams
