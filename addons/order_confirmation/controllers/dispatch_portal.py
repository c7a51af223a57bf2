from base64 import b64encode
from re import escape, fullmatch

from odoo import http
from odoo.addons.portal.controllers.portal import CustomerPortal, pager
from odoo.exceptions import AccessError, MissingError, UserError
from odoo.fields import Domain
from odoo.http import request
from odoo.tools import format_datetime

from .paper import download

NOTICE = "order_confirmation.report_dispatch_notice"
RECEIPT = "order_confirmation.report_arrival_receipt"
UNDER_WAY = ("sent", "received")


class DispatchPortal(CustomerPortal):
    """The customer's page of a dispatch notice: read, sign for the arrival (ORD-63).

    Who is logged in finds their own; anybody else has a link that names one notice
    and ends. No model is opened to the portal for it.
    """

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if "dispatch_count" in counters:
            values["dispatch_count"] = len(self._own_notices(states=UNDER_WAY))
        return values

    def _own_notices(self, *wanted, states=(*UNDER_WAY, "arrived"), **options):
        """Return notices that were sent to the company of who is logged in."""
        notices = request.env["dispatch.notice"].sudo()
        if request.env.user.share and not request.env.user._is_public():
            company = request.env.user.partner_id.commercial_partner_id
            domain = Domain("partner_id", "child_of", company.ids)
            domain &= Domain("state", "in", states)
            notices = notices.search(Domain.AND([domain, *wanted]), **options)
        return notices

    @http.route(
        ["/my/dispatch", "/my/dispatch/page/<int:page>"], type="http", auth="user",
        website=True,
    )  # fmt: skip
    def portal_my_dispatch(self, page=1, **kw):
        """List what left for the customer who is logged in, the latest first."""
        pages = pager(
            "/my/dispatch", len(self._own_notices()), page, self._items_per_page
        )
        found = self._own_notices(limit=self._items_per_page, offset=pages["offset"])
        values = self._prepare_portal_layout_values()
        values.update(
            notices=found,
            pager=pages,
            page_name="dispatch",
            default_url="/my/dispatch",
        )
        return request.render("order_confirmation.portal_my_dispatch", values)

    def _notice(self, notice_id, access_token):
        """Return the notice that this visitor may see, with all rights but as visitor.

        :raises AccessError: wrong token, or one that has expired
        :raises MissingError: there is none
        """
        notice = request.env["dispatch.notice"].sudo().browse(notice_id)
        if access_token and notice.exists() and notice._link_over():
            access_token = None
        if not self._own_notices([("id", "=", notice_id)]):
            self._document_check_access(
                "dispatch.notice", notice_id, access_token=access_token
            )
        if request.env.user._is_public() and notice.partner_id.lang:
            request.update_context(lang=notice.partner_id.lang)
            notice = notice.with_context(lang=notice.partner_id.lang)
        return notice

    def _customers_notice(self, notice_id, access_token):
        """Return the notice for something that only the customer does.

        :raises AccessError: one of our own people, or no token
        """
        notice = self._notice(notice_id, access_token)
        if request.env.user._is_internal():
            raise AccessError(request.env._("Only the customer does this."))
        return notice

    def _page(self, notice, **values):
        zone = notice.company_id._clock_timezone().zone
        values = {
            "notice": notice,
            "page_name": "dispatch",
            "res_company": notice.company_id,
            "staff": request.env.user._is_internal(),
            "may_claim": notice._may_claim(),
            "shipped_text": format_datetime(
                notice.env, notice.shipped_at, tz=zone, dt_format="short"
            ),
            "sign_label": notice.env._("Sign for the arrival"),
            "error": False,
            "message": False,
            **values,
        }
        notice._portal_ensure_token()
        return request.render("order_confirmation.portal_dispatch", values)

    @http.route(
        "/my/dispatch/<int:notice_id>", type="http", auth="public", website=True
    )
    def portal_dispatch(
        self, notice_id, access_token=None, report_type=None, message=None, **kw
    ):
        """Show one dispatch notice, or give its PDF."""
        try:
            notice = self._notice(notice_id, access_token)
        except (AccessError, MissingError):
            return self._over()
        if report_type == "pdf":
            report = RECEIPT if notice.state == "arrived" else NOTICE
            return download(report, notice, notice.name.replace("/", "-"))
        return self._page(notice, message=message)

    @http.route(
        "/my/dispatch/<int:notice_id>/arrival", type="jsonrpc", auth="public",
        website=True,
    )  # fmt: skip
    def portal_arrival(
        self, notice_id, access_token=None, name=None, signature=None, remarks=None
    ):
        """Take the signature for the arrival: thanks, or one clear sentence."""
        access_token = access_token or request.httprequest.args.get("access_token")
        try:
            notice = self._customers_notice(notice_id, access_token)
        except (AccessError, MissingError):
            return {"error": request.env._("This link is not valid any more.")}
        try:
            with request.env.cr.savepoint():
                notice._sign_arrival(
                    _name(name),
                    _text(signature),
                    method="portal",
                    remarks=_text(remarks),
                    evidence_name=f"{notice.name}.png",
                )
        except UserError as refusal:
            return {"error": str(refusal)}
        return {
            "force_refresh": True,
            "redirect_url": notice.get_portal_url(query_string="&message=signed"),
        }

    @http.route(
        "/my/dispatch/<int:notice_id>/received", type="http", auth="public",
        methods=["POST"], website=True,
    )  # fmt: skip
    def portal_received(self, notice_id, access_token=None, name=None, **kw):
        """Note that the customer has received the notice clearly (ORD-60)."""
        return self._do(
            notice_id,
            access_token,
            "received",
            lambda notice: notice._confirm_received(_name(name)),
        )

    @http.route(
        "/my/dispatch/<int:notice_id>/claim", type="http", auth="public",
        methods=["POST"], website=True,
    )  # fmt: skip
    def portal_claim(self, notice_id, access_token=None, name=None, text=None, **kw):
        """Keep what the customer reports of shortage or damage (ORD-63)."""
        return self._do(
            notice_id,
            access_token,
            "claimed",
            lambda notice: notice._claim(
                _name(name), _text(text), _items(notice, kw), _files("pictures")
            ),
            claim_name=_name(name),
            claim_text=_text(text),
            claim_kept={key: _text(value) for key, value in kw.items()},
        )

    @http.route(
        "/my/dispatch/<int:notice_id>/receipt", type="http", auth="public",
        methods=["POST"], website=True,
    )  # fmt: skip
    def portal_receipt(
        self, notice_id, access_token=None, name=None, remarks=None, **kw
    ):
        """Take the picture of a receipt that the customer signed on paper (ORD-63)."""
        return self._do(
            notice_id,
            access_token,
            "signed",
            lambda notice: _sign_on_paper(notice, _name(name), _text(remarks)),
            receipt_open=True,
            receipt_name=_name(name),
            receipt_remarks=_text(remarks),
        )

    def _over(self):
        """Tell kindly that a link opens nothing, whether it ever did or not."""
        return request.render("order_confirmation.portal_dispatch_over", status=404)

    def _do(self, notice_id, access_token, message, act, **kept):
        """Do one thing the customer asks; refused, show why and what was typed."""
        try:
            notice = self._customers_notice(notice_id, access_token)
        except (AccessError, MissingError):
            return self._over()
        try:
            with request.env.cr.savepoint():
                act(notice)
        except UserError as refusal:
            return self._page(notice, error=str(refusal), **kept)
        return request.redirect(
            notice.get_portal_url(query_string=f"&message={message}")
        )


def _files(field):
    """Return the files that were sent in a field, ``[(name, bytes)]``."""
    return [
        (file.filename or field, file.read())
        for file in request.httprequest.files.getlist(field)
        if file.filename
    ]


def _items(notice, values):
    """Return what was entered for each line, ``[(line id, kind, quantity)]``.

    :raises UserError: something that is no number
    """
    return [
        (line.id, kind, _number(notice, values.get(f"{kind}_{line.id}")))
        for line in notice.line_ids
        for kind in ("short", "damaged")
    ]


def _number(notice, value):
    """Return a quantity as people write it: “1.5”, “1,5”, and “1,200” for thousands.

    :raises UserError: it is no number
    """
    text = _text(value)
    language = notice.env["res.lang"]._lang_get(notice.env.lang or "en_US")
    parts, point = language.thousands_sep, language.decimal_point
    grouped = rf"-?\d{{1,3}}({escape(parts)}\d{{3}})+({escape(point)}\d+)?"
    if parts and fullmatch(grouped, text):
        text = text.replace(parts, "")
    try:
        return float(text.replace(",", ".") or 0)
    except ValueError:
        raise UserError(
            notice.env._("“%s” is no quantity: please enter a number.", text[:20])
        ) from None


def _sign_on_paper(notice, name, remarks):
    name_of_file, data = (_files("scan") or [("", b"")])[0]
    return notice._sign_arrival(
        name,
        b64encode(data),
        method="scan",
        remarks=remarks,
        evidence_name=name_of_file,
    )


def _text(value):
    """Return what a visitor sent as a text: anything may come over the wire.

    A line ends with one character here, as the page has counted it.
    """
    return value.strip().replace("\r\n", "\n") if isinstance(value, str) else ""


def _name(value):
    """Return what a visitor sent as a name, no longer than the page lets it be."""
    return _text(value)[:120]
