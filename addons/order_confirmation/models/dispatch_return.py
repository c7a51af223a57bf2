from odoo import models
from odoo.addons.written_signoff.wording import joined, numeral


class StockPicking(models.Model):
    """Goods that come back: customer service settles what follows (ORD-62)."""

    _inherit = "stock.picking"

    def _action_done(self):
        """Tell it on the notice under which they left."""
        result = super()._action_done()
        self._tell_returned()
        return result

    def _tell_returned(self):
        """Ask customer service what follows, once for each delivery that came back."""
        back = self.sudo().move_ids.filtered(
            lambda move: (
                move.state == "done"
                and move.quantity
                and move.location_id.usage == "customer" != move.location_dest_id.usage
            )
        )
        for left, moves in back.grouped(
            lambda move: move.origin_returned_move_id.picking_id
        ).items():
            if left.dispatch_notice_ids:
                left.dispatch_notice_ids._note_returned(moves)


class DispatchNotice(models.Model):
    _inherit = "dispatch.notice"

    def _note_returned(self, moves):
        """Log what came back of these goods, and ask customer service what follows.

        :param moves: the stock moves by which they came back
        """
        self.ensure_one()
        notice = self.sudo()
        person = notice.salesperson_id
        words = notice.with_context(lang=person.lang)
        notice.message_post(
            body=words.env._(
                "Goods came back: %s.", joined(words.env, moves._returned_words(words))
            ),
            partner_ids=person.partner_id.ids,
            message_type="notification",
            subtype_xmlid="mail.mt_note",
        )
        notice._ask_service(
            lambda env: env._("Goods came back: settle with the customer what follows")
        )


class StockMove(models.Model):
    _inherit = "stock.move"

    def _returned_words(self, reader):
        """Return in words what these moves brought back.

        :param reader: a record in the language of who reads it
        """
        return [
            f"{move.product_id.display_name} {numeral(move.quantity)} "
            f"{move.product_uom.name}"
            for move in self.with_env(reader.env)
        ]
