from . import test_clock_properties
