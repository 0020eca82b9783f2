"""Settings of the tests of the functional core, which need no Odoo."""

from hypothesis import HealthCheck, settings

settings.register_profile(
    "customs",
    database=None,
    deadline=None,  # a busy machine is no defect
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("customs")
