from . import test_batch_transport
