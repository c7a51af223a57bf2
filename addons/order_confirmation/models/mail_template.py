from odoo import models


class MailTemplate(models.Model):
    _inherit = "mail.template"

    def _send_soon(self, record):
        """Write this mail to the customer of a record; it leaves within minutes.

        Odoo sends its queue once an hour, which is late for what says "sent". What
        cannot be sent is kept in the queue and tried again, as any mail of Odoo's.

        :param record: one record of the template's model; read with all rights
        """
        self.sudo().send_mail(
            record.id, email_layout_xmlid="mail.mail_notification_light"
        )
        self.env.ref("mail.ir_cron_mail_scheduler_action").sudo()._trigger()
