"""What the customs of the United Kingdom assessed, posted on a British company.

Every notification of the file, that is every pair of scenario and file, is taken as an
assessment.  The file does not name the status of a line; it follows from what is there:

* no amount payable at all (codes of three letters: IPR, MDC, STA, …): the line restates
  a relief or a security of another one, so it is **information**;
* assessed but nothing payable, under a procedure that suspends (51 inward processing,
  53 temporary admission, 71 warehousing): **suspended**, whatever secures it;
* assessed but nothing payable in VAT under any other procedure: **postponed** to the
  VAT return of the importer;
* nothing assessed after a deduction: **relieved**;
* everything else: **payable**.

Where a line has no percentage, none is known: the rate stays open.
"""

import csv
from collections import defaultdict

from common import CustomsCase
from pure import cases_dir

from odoo import Command
from odoo.tests import tagged

FILE = cases_dir() / "data" / "uk_cds_dmstax" / "dmstax_lines.csv"
SUSPENDING = ("51", "53", "71")
#: Kinds of tax codes that our master data lacks
KINDS = {"digits": "excise", "letters": "duty"}


def status_of(row):
    """Return the status of a line, see above."""
    assessed, payable = float(row["assessed"] or 0), row["payable"]
    if payable == "":
        return "information"
    if assessed and not float(payable):
        if row["procedure"][:2] in SUSPENDING:
            return "suspended"
        return "postponed" if row["tax_type"].startswith("B") else "relieved"
    if not assessed and float(row["deduct"] or 0):
        return "relieved"
    return "payable"


def notifications():
    """Return ``{(scenario, file): rows}``, empty where there is no file."""
    groups = defaultdict(list)
    if FILE.is_file():
        with FILE.open(newline="", encoding="utf-8") as file:
            for row in csv.DictReader(file):
                groups[row["scenario"], row["file"]].append(row)
    return dict(groups)


@tagged("post_install", "-at_install")
class TestCdsPosting(CustomsCase):
    """A company on the British chart; a client of it; the tariff of Great Britain."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.groups = notifications()
        if not cls.groups:
            return
        country = cls.env.ref("base.uk")
        cls.uk = cls.env["res.company"].create(
            {
                "name": "Thames Trading Ltd",
                "country_id": country.id,
                "currency_id": country.currency_id.id,
            }
        )
        cls.env.user.company_ids += cls.uk
        cls._use_chart_template(cls.uk, "uk")
        cls.uk.action_create_customs_setup()
        cls.env = cls.env(
            context={**cls.env.context, "allowed_company_ids": cls.uk.ids}
        )
        cls.uk = cls.uk.with_env(cls.env)
        cls.gb = cls.env.ref("customs_invoicing.tariff_gb")
        cls.port = cls.env["customs.office"].create(
            {
                "code": "GBTEST",
                "name": "Port of Test",
                "tariff_id": cls.gb.id,
                "authority_id": cls.authority.id,
            }
        )
        cls._use_any_rate()
        cls.codes = cls._get_tax_codes()

    @classmethod
    def _use_any_rate(cls):
        """Add a tax that is all VAT: one notification has VAT without a rate."""
        deductible = cls.uk.customs_import_vat_tax_ids.filtered(
            lambda tax: tax.amount == 20
        )
        cls.input_vat = deductible.invoice_repartition_line_ids.account_id
        only = cls.env["account.tax"].create(
            {
                "name": "Import VAT of any rate",
                "amount": 100.0,
                "amount_type": "division",
                "price_include_override": "tax_included",
                "type_tax_use": "purchase",
                "company_id": cls.uk.id,
                "country_id": cls.uk.account_fiscal_country_id.id,
                "tax_group_id": deductible.tax_group_id.id,
            }
        )
        parts = only.invoice_repartition_line_ids | only.refund_repartition_line_ids
        parts.filtered(
            lambda part: part.repartition_type == "tax"
        ).account_id = cls.input_vat
        cls.uk.customs_import_vat_tax_ids |= only
        postponed = cls.uk.customs_postponed_vat_tax_ids.filtered(
            lambda tax: tax.amount == 20
        )
        cls.output_vat = postponed.invoice_repartition_line_ids.filtered(
            lambda part: part.factor_percent < 0
        ).account_id

    @classmethod
    def _get_tax_codes(cls):
        """Return ``{code: tax code}``, creating what the tariff lacks."""
        names = {row["tax_type"] for rows in cls.groups.values() for row in rows}
        model = cls.env["customs.tax.code"]
        known = model._get_by_code(cls.gb, names)
        for name in sorted(names - set(known)):
            kind = KINDS["digits" if name.isdigit() else "letters"]
            known[name] = model.create(
                {
                    "code": name,
                    "name": f"Tax {name}",
                    "tariff_id": cls.gb.id,
                    "charge_code_id": cls.env.ref(
                        f"customs_invoicing.charge_code_{kind}"
                    ).id,
                }
            )
        return known

    def setUp(self):
        super().setUp()
        if not self.groups:
            self.skipTest(f"{FILE} does not exist")

    # === HELPERS === #

    def make_file(self, capacity, rows):
        numbers = {int(row["item"]) for row in rows}
        return self.env["customs.declaration"].create(
            {
                "office_id": self.port.id,
                "capacity": capacity,
                "client_id": self.client.id if capacity != "own" else False,
                "registration_date": "2024-03-05",
                "line_ids": [
                    Command.create({"number": number, "code": "8510900000"})
                    for number in sorted(numbers)
                ],
            }
        )

    def record(self, declaration, rows, day="2024-03-06"):
        lines = []
        for row in rows:
            line = {
                "tax_code_id": self.codes[row["tax_type"]].id,
                "item_number": int(row["item"]),
                "base": float(row["advalorem_base"] or row["specific_base"] or 0),
                "base_kind": "quantity" if row["specific_base"] else "value",
                "rate": float(row["rate"]) if row["rate"] else None,
                "amount_assessed": float(row["assessed"] or 0),
                "amount_payable": float(row["payable"] or 0),
                "status": status_of(row),
            }
            lines.append(line)
        return declaration._record_assessment(lines, date=day)

    def payable_by_code(self, rows):
        """Return ``{code: payable}`` of a notification, without zeros."""
        sums = defaultdict(float)
        for row in rows:
            sums[row["tax_type"]] += float(row["payable"] or 0)
        return {code: round(n, 2) for code, n in sums.items() if round(n, 2)}

    def postponed(self, rows):
        return round(
            sum(float(r["assessed"]) for r in rows if status_of(r) == "postponed"), 2
        )

    def balances(self, declaration, field="account_id"):
        """Return ``{account or tax code: balance}`` of a file, without zeros."""
        sums = defaultdict(float)
        for line in declaration._get_customs_moves().line_ids:
            if line.parent_state == "posted":
                sums[line[field]] += line.balance
        return {key: round(n, 2) for key, n in sums.items() if round(n, 2)}

    def expected_balances(self, capacity, rows):
        """Return ``{account: balance}`` that posting the rows has to leave."""
        by_code = self.payable_by_code(rows)
        total = round(sum(by_code.values()), 2)
        found = {self.uk.customs_authority_payable_account_id: -total}
        if capacity == "own":
            vat = sum(n for code, n in by_code.items() if code.startswith("B"))
            later = self.postponed(rows)
            found[self.input_vat] = round(vat + later, 2)
            found[self.output_vat] = -later
            clearing = self.uk.customs_duty_clearing_account_id
            found[clearing] = round(total - vat, 2)
        else:
            found[self.uk.customs_disbursement_account_id] = total
        return {account: n for account, n in found.items() if n}

    def reported_bases(self, rows):
        """Return the sum of the bases of VAT that the return has to show."""
        return round(
            sum(
                float(row["advalorem_base"])
                for row in rows
                if row["tax_type"].startswith("B")
                and row["advalorem_base"]
                and (float(row["payable"] or 0) or status_of(row) == "postponed")
            ),
            2,
        )

    def assert_posted(self, declaration, rows):
        """Assert what the books hold of a notification, to the penny."""
        capacity, by_code = declaration.capacity, self.payable_by_code(rows)
        self.assertEqual(
            self.balances(declaration), self.expected_balances(capacity, rows)
        )
        self.assertEqual(declaration.current_assessment_id.state, "posted")
        total = sum(by_code.values())
        self.assert_money(declaration, payable=total, charged=total)
        moves = declaration._get_customs_moves()
        self.assertEqual(moves.company_id, self.uk if moves else moves.company_id)
        if capacity == "own":
            base = sum(moves.line_ids.filtered("tax_ids.amount").mapped("balance"))
            only = moves.line_ids.filtered(
                lambda line: "division" in line.tax_ids.mapped("amount_type")
            )
            base -= sum(only.mapped("balance"))
            self.assertEqual(round(base, 2), self.reported_bases(rows))
            return
        control = {
            charge.tax_code_id.code: round(charge.control_balance, 2)
            for charge in declaration.charge_ids
            if charge.control_balance
        }
        self.assertEqual(control, by_code)

    # === TESTS === #

    def test_all_kinds_of_cases_are_there(self):
        rows = [row for group in self.groups.values() for row in group]
        found = defaultdict(int)
        for row in rows:
            found[status_of(row)] += 1
        self.assertGreaterEqual(len(self.groups), 50)
        for status in ("payable", "relieved", "suspended", "postponed", "information"):
            self.assertGreater(found[status], 0, status)
        additional = [
            group
            for group in self.groups.values()
            if len(set(self.payable_by_code(group)) - {"B00", "B05"}) > 1
        ]
        self.assertGreaterEqual(len(additional), 5)

    def test_every_notification_of_a_client(self):
        self._post_all("direct")

    def test_every_notification_of_our_own(self):
        self._post_all("own")

    def _post_all(self, capacity):
        """Post every notification, every other one as bill and as entry."""
        for index, (key, rows) in enumerate(self.groups.items()):
            document = ("bill", "entry")[index % 2]
            self.uk.customs_assessment_document = document
            with self.subTest(f"{'/'.join(key)} {document}"):
                declaration = self.make_file(capacity, rows)
                self.record(declaration, rows)
                declaration.action_post_assessment()
                self.assert_posted(declaration, rows)
                if capacity == "direct":
                    self._bill(declaration, rows)
                count = len(declaration._get_customs_moves())
                declaration.action_post_assessment()
                self.assertEqual(len(declaration._get_customs_moves()), count)

    def _bill(self, declaration, rows):
        total = round(sum(self.payable_by_code(rows).values()), 2)
        invoice = declaration.action_create_invoices()
        if not total:
            self.assertFalse(invoice)
            return
        invoice.invoice_date = "2024-03-10"
        invoice.action_post()
        self.assertEqual((invoice.amount_total, invoice.amount_tax), (total, 0.0))
        self.assert_money(declaration, billed=total, to_bill=0, control_balance=0)

    def test_notifications_of_one_scenario_are_versions(self):
        """What was amended leaves what the last notification says, and no more."""
        scenarios = defaultdict(list)
        for (scenario, _file), rows in self.groups.items():
            scenarios[scenario].append(rows)
        amended = {name: found for name, found in scenarios.items() if len(found) > 1}
        self.assertGreaterEqual(len(amended), 4)
        for name, versions in amended.items():
            for capacity in ("own", "direct"):
                for document in ("bill", "entry"):
                    self.uk.customs_assessment_document = document
                    with self.subTest(f"{name} {capacity} {document}"):
                        self._post_versions(capacity, versions)

    def _post_versions(self, capacity, versions):
        everything = [row for rows in versions for row in rows]
        declaration = self.make_file(capacity, everything)
        for day, rows in enumerate(versions, start=6):
            self.record(declaration, rows, f"2024-03-{day:02d}")
            declaration.action_post_assessment()
            self.assert_posted(declaration, rows)
