"""Every accounting scenario, through the product's own actions.

Those of the shared cases, and our own for kinds of events that these do not have.
"""

import json
from pathlib import Path

from common import CustomsCase
from pure import cases_dir
from scenario_actions import Actions
from scenarios import Replay

from odoo.tests import new_test_user, tagged

OWN = Path(__file__).parents[1] / "fixtures" / "accounting_scenarios.json"
SHARED = cases_dir() / "cases" / "accounting_scenarios.json"


def read_scenarios(path):
    if not path.is_file():
        return []
    return json.loads(path.read_text(encoding="utf-8"))["scenarios"]


SCENARIOS = read_scenarios(SHARED) + read_scenarios(OWN)


@tagged("post_install", "-at_install")
class TestAccountingScenarios(CustomsCase):
    """One test per scenario; stock value is left to the landed cost, see ``Replay``."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.approver = new_test_user(
            cls.env,
            login="scenario_approver",
            groups="customs_invoicing.group_customs_verifier",
            company_id=cls.company.id,
        )

    def _replay(self, scenario):
        replay = Replay(self, scenario)
        replay.run(Actions(replay))

    def test_there_are_scenarios(self):
        if not SHARED.is_file():
            self.skipTest(f"no accounting scenarios in {cases_dir()}")
        self.assertEqual(len({s["id"] for s in SCENARIOS}), len(SCENARIOS))


def _make_test(scenario):
    def test(self):
        self._replay(scenario)

    test.__doc__ = scenario["title"]
    return test


for _scenario in SCENARIOS:
    setattr(TestAccountingScenarios, f"test_{_scenario['id']}", _make_test(_scenario))
