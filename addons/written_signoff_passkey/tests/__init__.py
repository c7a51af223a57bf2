from . import test_passkey, test_passkey_attack
