from . import auth_passkey_key, signoff_passkey_challenge
