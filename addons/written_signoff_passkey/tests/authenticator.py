"""A passkey without a device: makes keys, and answers challenges as browsers do."""

import json
import os
from base64 import urlsafe_b64encode
from hashlib import sha256
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

PRESENT, VERIFIED = 0x01, 0x04


def text(data):
    """Return bytes as base64url without padding."""
    return urlsafe_b64encode(data).decode().rstrip("=")


class Authenticator:
    """One passkey on a device that counts how often it signed."""

    def __init__(self):
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.identifier = text(os.urandom(32))
        self.count = 0

    def public_key(self):
        """Return the public key as COSE has it, in base64url."""
        numbers = self.key.public_key().public_numbers()
        x, y = (part.to_bytes(32, "big") for part in (numbers.x, numbers.y))
        # {1: 2 (EC2), 3: -7 (ES256), -1: 1 (P-256), -2: x, -3: y}
        cose = b"\xa5\x01\x02\x03\x26\x20\x01\x21\x58\x20%b\x22\x58\x20%b" % (x, y)
        return urlsafe_b64encode(cose).decode()

    def belongs_to(self, user):
        """Register this passkey for a user, as Odoo stores it."""
        user.env.cr.execute(
            """
            INSERT INTO auth_passkey_key
                   (name, credential_identifier, public_key, create_uid, sign_count,
                    create_date, write_date)
            VALUES ('Desk', %s, %s, %s, 0, now() AT TIME ZONE 'UTC',
                    now() AT TIME ZONE 'UTC')
            """,
            [self.identifier, self.public_key(), user.id],
        )
        user.env.invalidate_all()

    def answers(self, options, origin, flags=PRESENT | VERIFIED, **changed):
        """Return the answer to the options of the server, as the browser sends it.

        :param str origin: where the browser is, as ``http://host:port``
        :param changed: ``challenge``, ``rp``, ``kind`` or ``count``, to lie
        """
        self.count += 1
        client = {
            "type": changed.get("kind", "webauthn.get"),
            "challenge": changed.get("challenge", options["challenge"]),
            "origin": origin,
            "crossOrigin": False,
        }
        client = json.dumps(client).encode()
        party = changed.get("rp", urlsplit(origin).hostname)
        count = changed.get("count", self.count)
        data = sha256(party.encode()).digest() + bytes([flags])
        data += count.to_bytes(4, "big")
        signed = self.key.sign(data + sha256(client).digest(), ec.ECDSA(SHA256()))
        return {
            "id": self.identifier,
            "rawId": self.identifier,
            "type": "public-key",
            "response": {
                "authenticatorData": text(data),
                "clientDataJSON": text(client),
                "signature": text(signed),
            },
            "clientExtensionResults": {},
        }
