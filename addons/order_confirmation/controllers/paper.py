from odoo.http import content_disposition, request


def download(report, document, name, lang=None):
    """Return the printed document as a file, to whom may see the document.

    :param str report: the XML id of the report
    :param str name: of the file, without ending
    :param lang: of the paper; without it that of the request
    """
    printer = request.env["ir.actions.report"].sudo()
    if lang:
        printer = printer.with_context(lang=lang)
    data, kind = printer._render_qweb_pdf(report, document.ids)
    headers = [("Content-Length", len(data))]
    if kind == "pdf":
        headers += [
            ("Content-Type", "application/pdf"),
            ("Content-Disposition", content_disposition(f"{name}.pdf")),
        ]
    return request.make_response(data, headers)
