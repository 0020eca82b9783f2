"""Settings of the tests of the functional core, which need no Odoo."""

from hypothesis import settings

settings.register_profile("customs", database=None, deadline=None)
settings.load_profile("customs")
