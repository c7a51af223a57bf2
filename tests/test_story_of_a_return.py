"""Signed sheets come back by mail: taken from the tray, verified, or not legible.

Real Chromium, a real server, the demo company; the mails go through Odoo's gateway.
"""

import xmlrpc.client
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from email.utils import make_msgid

from story import (
    calls,
    checks_and_sends_the_sheet,
    has_ordered,
    one,
    scan,
    signs_before_the_sheet,
    verifies,
)

CUSTOMER, SIGNATORY = "Fjordlight Tea Company", "Maud Ellery"
LABELS = "LB-080", "Round 80 mm, matt white, two spot colours"


def comes_by_mail(server, subject, name, data, sender):
    """Hand a mail to the gateway, as the script of a mail server does."""
    mail = EmailMessage()
    mail["From"], mail["Subject"] = sender, subject
    mail["To"] = one(
        server,
        "SELECT alias_name || '@' || domain.name FROM mail_alias alias"
        " JOIN mail_alias_domain domain ON domain.id = alias.alias_domain_id"
        " JOIN order_sheet_mailbox box ON box.alias_id = alias.id",
    )
    mail["Message-Id"] = make_msgid(domain="fjordlight.example")
    mail.set_content("Please find it enclosed.")
    mail.add_attachment(
        data, maintype="application", subtype="octet-stream", filename=name
    )
    raw = xmlrpc.client.Binary(mail.as_bytes())
    calls(server, "mail.thread", "message_process", False, raw)


def mails_leave(server):
    """Let the queue send what waits; returns what went out, in words."""
    before = set(server.mails.iterdir())
    job = one(
        server,
        "SELECT res_id FROM ir_model_data WHERE module = 'mail'"
        " AND name = 'ir_cron_mail_scheduler_action'",
    )
    calls(server, "ir.cron", "method_direct_trigger", [job])
    out = set(server.mails.iterdir()) - before
    letters = [message_from_bytes(path.read_bytes(), policy=default) for path in out]
    return [mail.get_body(("html", "plain")).get_content() for mail in letters]


def opens_the_tray(service, subject):
    """Find the mail among what waits, and open it."""
    service.page.goto("/odoo/action-order_confirmation.order_sheet_tray_action")
    service.page.locator(".o_data_row", has_text=subject).first.click()
    service.page.wait_for_selector(".o_form_view")


def takes_it_as_the_return(service, number, signer):
    """Say of which sheet it is the return, and who signed it."""
    service.presses("action_assign")
    service.page.wait_for_selector(".modal .o_form_view")
    service.chooses("sheet_id", number)
    service.fills("signer_name", signer, ".modal")
    service.page.locator(".modal button[name='action_assign']").click()
    service.page.wait_for_selector(".modal", state="detached")
    service.reaches("returned")


def test_a_scan_from_the_tray_is_verified(demo_server, person):
    """ORD-24, ORD-25: it waits with its reason; assigned, it is compared and signed."""
    service = person("service")
    order = has_ordered(service, demo_server, CUSTOMER, LABELS, 8000)
    signs_before_the_sheet(person, order)
    sheet, _link = checks_and_sends_the_sheet(person, order)
    number = one(demo_server, "SELECT name FROM order_sheet WHERE id = %s", sheet)
    sender = "Maud Ellery <signatory@fjordlight.example>"
    subject = "Our label order, signed"
    comes_by_mail(demo_server, subject, "scan0001.pdf", scan(), sender)
    opens_the_tray(service, subject)
    service.reads("No sheet named", ".alert-warning")
    takes_it_as_the_return(service, number, SIGNATORY)
    verifies(person, sheet, SIGNATORY)
    service.reaches("accepted")


def test_what_cannot_be_read_is_answered(demo_server, person):
    """ORD-24: the clerk reads why it waits, the customer is asked for another file."""
    [[number]] = demo_server.sql(
        "SELECT sheet.name FROM order_sheet sheet JOIN res_partner customer"
        " ON customer.id = sheet.partner_id"
        " WHERE sheet.state = 'sent' AND customer.name = 'Tanglewick Toys'"
        " ORDER BY sheet.id LIMIT 1"
    )
    sender = "Olive Tanner <olive@tanglewick.example>"
    broken = scan()[:200]
    comes_by_mail(demo_server, f"Re: {number}", "sheet.pdf", broken, sender)
    assert any("sheet.pdf" in letter for letter in mails_leave(demo_server))
    service = person("service")
    opens_the_tray(service, f"Re: {number}")
    service.reads("cannot be read", ".alert-warning")
    service.reads("sheet.pdf", "[name='file_ids'] .o_data_row")
    service.presses("action_discard")
    service.page.wait_for_selector(".modal .o_form_view")
    service.fills("reason", "A broken file; they send another one.", ".modal")
    service.page.locator(".modal button[name='action_discard']").click()
    service.reaches("discarded")
    [[state]] = demo_server.sql(
        "SELECT state FROM order_sheet WHERE name = %s", (number,)
    )
    assert state == "sent"
