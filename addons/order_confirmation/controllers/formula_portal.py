from odoo import http
from odoo.addons.portal.controllers.portal import CustomerPortal
from odoo.exceptions import AccessError, MissingError, UserError
from odoo.http import request

from .paper import download

REPORT = "order_confirmation.paper_formula_confirmation"


class FormulaPortal(CustomerPortal):
    """The customer's page of a formula confirmation: read, accept (ORD-12)."""

    def _formula(self, formula_id, access_token):
        """Return the confirmation that this visitor may see, as visitor.

        :raises AccessError: wrong token
        :raises MissingError: there is none, or it was not sent
        """
        self._document_check_access(
            "formula.confirmation", formula_id, access_token=access_token
        )
        document = request.env["formula.confirmation"].sudo().browse(formula_id)
        if not document.sent_at and not request.env.user._is_internal():
            raise MissingError(request.env._("This paper has not been sent yet."))
        if request.env.user._is_public():
            request.update_context(lang=document.lang)
            document = document.with_context(lang=document.lang)
        return document

    @http.route(
        "/my/formulas/<int:formula_id>", type="http", auth="public", website=True
    )
    def portal_formula(self, formula_id, access_token=None, report_type=None, **kw):
        """Show one formula confirmation, or give its PDF."""
        try:
            document = self._formula(formula_id, access_token)
        except (AccessError, MissingError):
            return request.redirect("/my")
        if report_type == "pdf":
            name = document._get_report_base_filename()
            return download(REPORT, document, name, document.lang)
        values = {
            "formula": document,
            "refused": document._consent_refused(),
            "staff": request.env.user._is_internal(),
            "page_name": "formula",
            "res_company": document.company_id,
        }
        values = self._get_page_view_values(
            document, access_token, values, "my_formulas_history", False, **kw
        )
        return request.render("order_confirmation.portal_formula", values)

    @http.route(
        "/my/formulas/<int:formula_id>/sign", type="jsonrpc", auth="public",
        website=True,
    )  # fmt: skip
    def portal_formula_sign(
        self, formula_id, access_token=None, name=None, signature=None
    ):
        """Take the customer's acceptance: thanks, or one clear sentence."""
        access_token = access_token or request.httprequest.args.get("access_token")
        try:
            document = self._formula(formula_id, access_token)
        except (AccessError, MissingError):
            return {"error": request.env._("This link is not valid any more.")}
        if request.env.user._is_internal():
            return {"error": request.env._("Only the customer does this.")}
        try:
            with request.env.cr.savepoint():
                document._accept(
                    name if isinstance(name, str) else "",
                    signature if isinstance(signature, str) else "",
                    "portal",
                    f"{document._get_report_base_filename()}.png",
                )
        except UserError as refusal:
            return {"error": str(refusal)}
        return {
            "force_refresh": True,
            "redirect_url": document.get_portal_url(query_string="&message=thanks"),
        }
