from . import test_repair_rights
