from odoo import http
from odoo.addons.portal.controllers.portal import CustomerPortal, pager
from odoo.exceptions import AccessError, MissingError, UserError
from odoo.http import request

from ..models.order_sheet_sending import REPORT
from .paper import download

# What a customer may see: a sheet that left the house, whatever became of it.
SEEN = ("sent", "returned", "rejected", "accepted", "superseded", "cancelled")


class SheetPortal(CustomerPortal):
    """The customer's page of a sheet: read, download, sign (ORD-21, ORD-24)."""

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if "sheet_count" in counters:
            sheets = request.env["order.sheet"]
            waiting = [("state", "in", ("sent", "rejected"))]
            values["sheet_count"] = (
                sheets.search_count(waiting) if sheets.has_access("read") else 0
            )
        return values

    def _sheet(self, sheet_id, access_token):
        """Return the sheet that this visitor may see, with all rights but as visitor.

        :raises AccessError: wrong token, or not yet sent
        :raises MissingError: there is none
        """
        self._document_check_access("order.sheet", sheet_id, access_token=access_token)
        sheet = request.env["order.sheet"].sudo().browse(sheet_id)
        left = sheet.sent_at and sheet.state in SEEN
        if not left and not request.env.user._is_internal():
            raise MissingError(request.env._("This sheet has not been sent yet."))
        return sheet

    @http.route(
        ["/my/sheets", "/my/sheets/page/<int:page>"], type="http", auth="user",
        website=True,
    )  # fmt: skip
    def portal_my_sheets(self, page=1, **kw):
        """List the sheets of the customer who is logged in, those to sign first."""
        sheets = request.env["order.sheet"]
        domain = [("state", "in", SEEN), ("sent_at", "!=", False)]
        pages = pager(
            "/my/sheets", sheets.search_count(domain), page, self._items_per_page
        )
        found = sheets.search(
            domain, limit=self._items_per_page, offset=pages["offset"]
        )
        values = self._prepare_portal_layout_values()
        values.update(
            sheets=found.sudo(),
            pager=pages,
            page_name="sheet",
            default_url="/my/sheets",
        )
        return request.render("order_confirmation.portal_my_sheets", values)

    @http.route("/my/sheets/<int:sheet_id>", type="http", auth="public", website=True)
    def portal_sheet(self, sheet_id, access_token=None, report_type=None, **kw):
        """Show one sheet, or give its PDF."""
        try:
            sheet = self._sheet(sheet_id, access_token)
        except (AccessError, MissingError):
            return request.redirect("/my")
        if request.env.user._is_public():
            request.update_context(lang=sheet.lang)
            sheet = sheet.with_context(lang=sheet.lang)
        if report_type == "pdf":
            return download(REPORT, sheet, sheet.name, sheet.lang)
        values = {
            "sheet": sheet,
            "printed": sheet._printed(),
            "refused": sheet._return_refused(),
            "staff": request.env.user._is_internal(),
            "current": self._sheet_to_sign_instead(sheet),
            "page_name": "sheet",
            "res_company": sheet.company_id,
        }
        values = self._get_page_view_values(
            sheet, access_token, values, "my_sheets_history", False, **kw
        )
        return request.render("order_confirmation.portal_sheet", values)

    def _sheet_to_sign_instead(self, sheet):
        """Return the version in force, if this visitor may read it (ORD-23)."""
        current = sheet._current()
        mine = current.with_user(request.env.user)
        seen = current and current != sheet and current.sent_at
        return current if seen and mine.has_access("read") else current.browse()

    @http.route(
        "/my/sheets/<int:sheet_id>/sign", type="jsonrpc", auth="public", website=True
    )
    def portal_sheet_sign(self, sheet_id, access_token=None, name=None, signature=None):
        """Take the customer's signature: thanks, or one clear sentence (ORD-27)."""
        access_token = access_token or request.httprequest.args.get("access_token")
        try:
            sheet = self._sheet(sheet_id, access_token)
        except (AccessError, MissingError):
            return {"error": request.env._("This link is not valid any more.")}
        if request.env.user._is_internal():
            return {"error": request.env._("Only the customer does this.")}
        if request.env.user._is_public():
            sheet = sheet.with_context(lang=sheet.lang)
        try:
            with request.env.cr.savepoint():
                sheet._take_return(name, signature, "portal", f"{sheet.name}.png")
        except UserError as refusal:
            return {"error": str(refusal)}
        return {
            "force_refresh": True,
            "redirect_url": sheet.get_portal_url(query_string="&message=thanks"),
        }
