"""Settings shared by all tests of the add-on."""

import pytest


def pytest_sessionstart(session):
    """Tag test classes outside the add-on's own package, which Odoo leaves bare."""
    try:
        from odoo.tests.common import BaseCase
    except ImportError:  # the unit tests also run without Odoo
        return
    BaseCase.test_tags = {"standard", "post_install"}


@pytest.fixture(scope="session", autouse=True)
def _installed_addon(request):
    """Stop at once where the database lacks the add-on: every test would fail."""
    if not request.config.getoption("--odoo-database", default=None):
        return
    import odoo

    registry = odoo.modules.registry.Registry(
        request.config.getoption("--odoo-database")
    )
    if "customs.declaration" not in registry:
        pytest.exit("The database has no customs_invoicing: run `make test`.", 2)
