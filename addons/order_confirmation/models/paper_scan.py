from odoo import models

from .. import scan


class PaperScan(models.AbstractModel):
    """Says in words what is wrong with the file of a signed paper (ORD-24)."""

    _name = "paper.scan"
    _description = "File of a Signed Paper"

    def _refusal(self, data):
        """Return why this file cannot stand for a signed paper, or False.

        :param bytes data: the whole file
        """
        words = {
            "empty": self.env._("The file is empty. Please choose the scan again."),
            "large": self.env._(
                "The file is larger than 25 MB. Please scan it smaller."
            ),
            "kind": self.env._(
                "This file is neither a PDF nor a picture. Please send the scan or a "
                "photo of the signed paper."
            ),
            "unreadable": self.env._(
                "This file cannot be read: it is damaged or locked. Please scan the "
                "signed paper again."
            ),
        }
        return words.get(scan.fault(data), False)

    def _refusal_of(self, evidence):
        """Return the same of a base64 text."""
        return self._refusal(scan.decoded(evidence))
