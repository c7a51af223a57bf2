from . import service_clock_declare
