"""Who may see what and do what: groups, four eyes, accountants without customs."""

from common import CustomsCase, item, tax

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, new_test_user

REFERENCE = (
    "customs.tariff",
    "customs.tariff.code",
    "customs.measure.type",
    "customs.measure",
    "customs.tax.code",
    "customs.charge.code",
    "customs.office",
    "customs.procedure",
    "customs.exchange.rate",
)
DOCUMENTS = (
    "customs.declaration",
    "customs.declaration.line",
    "customs.valuation.element",
    "customs.document",
    "customs.duty.line",
    "customs.assessment",
    "customs.assessment.line",
    "customs.charge",
)
GROUPS = ("auditor", "user", "verifier", "manager")
OUTSIDERS = ("nobody", "accountant", "buyer")
OPERATIONS = ("read", "write", "create", "unlink")
ALL, READ, NOTHING = set(OPERATIONS), {"read"}, set()

#: (who, kind of model): what the role may do with it
TABLE = {
    ("auditor", "reference"): READ,
    ("auditor", "document"): READ,
    ("user", "reference"): READ,
    ("user", "document"): ALL,
    ("verifier", "reference"): READ,
    ("verifier", "document"): ALL,
    ("manager", "reference"): ALL,
    ("manager", "document"): ALL,
    ("nobody", "reference"): NOTHING,
    ("nobody", "document"): NOTHING,
    ("accountant", "reference"): NOTHING,
    ("accountant", "document"): NOTHING,
    ("buyer", "reference"): NOTHING,
    ("buyer", "document"): NOTHING,
}


def one_item():
    """Value 1 100.00: duty 55.00, VAT 173.25; with the fee of 45.00: 273.25."""
    return [
        item(
            price="1000.00", freight="0", taxes=[tax("CID", rate="5"), tax("VAT", "+", "15")]
        )
    ]


PAYABLE = 273.25


class TestRights(CustomsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        groups = {
            role: f"customs_invoicing.group_customs_{role}" for role in GROUPS
        }
        groups["nobody"] = "base.group_user"
        groups["accountant"] = "account.group_account_invoice"
        groups["buyer"] = "purchase.group_purchase_user,sales_team.group_sale_salesman"
        cls.users = {
            role: new_test_user(
                cls.env,
                login=f"customs_{role}",
                groups=f"base.group_user,{group}",
                company_id=cls.company.id,
            )
            for role, group in groups.items()
        }

    # === HELPERS === #

    def as_user(self, role, record):
        """Return a record or model as a role sees it, with nothing in the cache."""
        self.env.flush_all()
        self.env.invalidate_all()
        return record.with_user(self.users[role]).with_company(self.company)

    def model(self, role, name):
        return self.as_user(role, self.env[name])

    def sample_records(self):
        """Return one record of every model, by its name."""
        declaration = self.import_sad(
            [item(freight="10", taxes=[tax("CID", rate="5"), tax("VAT", "+", "15")])]
        )
        codes = self.env["customs.tariff.code"].create(
            {"tariff_id": self.tariff.id, "code": "8516", "name": "Heaters"}
        )
        rate = self.env["customs.exchange.rate"].create(
            {
                "tariff_id": self.tariff.id,
                "currency_id": self.env.ref("base.EUR").id,
                "date_from": "2026-01-01",
                "rate": 1.1,
            }
        )
        samples = {
            "customs.tariff": self.tariff,
            "customs.tariff.code": codes,
            "customs.measure.type": self.duty_type,
            "customs.measure": self.tariff.measure_type_ids[:1].measure_ids[:1]
            if "measure_ids" in self.duty_type._fields
            else self.env["customs.measure"].search([], limit=1),
            "customs.tax.code": self.env.ref("customs_invoicing.tax_code_cid"),
            "customs.charge.code": self.service_code,
            "customs.office": self.office,
            "customs.procedure": self.env["customs.procedure"].search([], limit=1),
            "customs.exchange.rate": rate,
            "customs.declaration": declaration,
            "customs.declaration.line": declaration.line_ids,
            "customs.valuation.element": declaration.valuation_element_ids[:1],
            "customs.document": declaration.document_ids[:1],
            "customs.duty.line": declaration.duty_line_ids[:1],
            "customs.assessment": declaration.current_assessment_id,
            "customs.assessment.line": declaration.current_assessment_id.line_ids[:1],
            "customs.charge": declaration.charge_ids[:1],
        }
        self.assertTrue(all(samples.values()))
        return samples
