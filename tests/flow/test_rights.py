"""Who may see what and do what: groups, four eyes, accountants without customs."""

from common import CustomsCase, build_sad, item, tax

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
    "customs.measure.base",
    "customs.measure.component",
    "customs.measure.condition",
    "customs.measure.tier",
    "customs.agreement",
    "customs.agreement.proof",
    "customs.quota",
    "customs.quota.period",
    "customs.tariff.import",
    "customs.tariff.import.flag",
    "customs.valuation.rule",
    "customs.payment.method",
    "customs.payment.account",
    "customs.billing.payer",
    "customs.billing.profile",
    "customs.charge.group",
    "customs.fee.tariff",
    "customs.fee.rule",
    "customs.fee.rule.band",
    "customs.legal.mention",
    "customs.allocation",
    "customs.allocation.line",
    "customs.funds.clock",
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
    "customs.item.detail",
    "customs.value.part",
    "customs.calculation",
    "customs.classification.drift",
    "customs.accrual.report",
    "customs.declaration.balance",
    "customs.refund",
    "customs.refund.line",
    "customs.statement",
    "customs.statement.line",
    "customs.security",
    "customs.funds.request",
    "customs.write.off",
    "customs.payment.instruction",
    "customs.vat.evidence",
    "customs.vat.evidence.line",
    "customs.container",
    "customs.service.entry",
    "customs.rating",
    "customs.rating.line",
    "customs.fee.period",
    "customs.exposure",
    "customs.limit.override",
    "customs.client.money",
    "customs.charge.note",
    "customs.charge.note.line",
    "customs.billing.release",
    "customs.billing.run",
    "customs.billing.run.line",
)
#: Users make and change them, only managers delete: others may rest on them
KNOWLEDGE = ("customs.product.classification", "customs.mandate")
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
    # what the authority said is written by its files only
    ("auditor", "authority"): READ,
    ("user", "authority"): READ,
    ("verifier", "authority"): READ,
    ("manager", "authority"): READ,
    ("nobody", "authority"): NOTHING,
    ("auditor", "knowledge"): READ,
    ("user", "knowledge"): ALL - {"unlink"},
    ("verifier", "knowledge"): ALL - {"unlink"},
    ("manager", "knowledge"): ALL,
    ("nobody", "knowledge"): NOTHING,
    ("accountant", "knowledge"): NOTHING,
    ("auditor", "decision"): READ,
    ("user", "decision"): READ,
    ("verifier", "decision"): ALL - {"unlink"},
    ("manager", "decision"): ALL - {"unlink"},
    ("nobody", "decision"): NOTHING,
    ("accountant", "decision"): NOTHING,
}

#: What only files, the calculation and approvals write
AUTHORITY = (
    "customs.assessment",
    "customs.assessment.line",
    "customs.duty.line",
    "customs.value.part",
    "customs.calculation",
    "customs.classification.drift",
    "customs.accrual.report",
    "customs.write.off",
    "customs.declaration.balance",
    "customs.rating",
    "customs.rating.line",
    "customs.fee.period",
    "customs.exposure",
    "customs.client.money",
    "customs.billing.release",
    "customs.billing.run.line",
)

#: What verifiers decide; it stays as it was decided
DECISIONS = ("customs.limit.override",)


def one_item():
    """Value 1 100.00: duty 55.00, VAT 173.25; with the fee of 45.00: 273.25."""
    return [
        item(
            price="1000.00",
            freight="0",
            taxes=[tax("CID", rate="5"), tax("VAT", "+", "15")],
        )
    ]


PAYABLE = 273.25


def build_file(number="4711", **facts):
    """Return the bytes of a file of the test office."""
    registration = ("C", number, "3/5/26")
    return build_sad(one_item(), office="TEST1", registration=registration, **facts)


class TestRights(CustomsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        groups = {role: f"customs_invoicing.group_customs_{role}" for role in GROUPS}
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
            {"tariff_id": self.tariff.id, "code": "8516", "description": "Heaters"}
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
            "customs.measure": self.env["customs.measure"].search([], limit=1),
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
            "customs.value.part": declaration.line_ids.value_part_ids[:1],
            "customs.calculation": declaration.calculation_ids,
            "customs.declaration.balance": self.sample_balance(),
            "customs.accrual.report": self.sample_accrual(),
            **self.sample_recovery(declaration),
            **self.sample_cash(declaration),
            **self.sample_statement(),
            **self.sample_evidence(),
            **self.sample_reference(),
            **self.sample_billing_run(declaration),
            **self.sample_payment(),
            **self.sample_billing(),
            **self.sample_charge_codes(),
            **self.sample_classification(declaration.line_ids),
            **self.sample_limits(),
            **self.sample_departments(declaration),
            **self.sample_rate_card(declaration),
            **self.sample_rating(),
        }
        self.assertTrue(all(samples.values()))
        return samples

    def sample_balance(self):
        """Return what stands on an account for another file, which is posted."""
        declaration = self.import_sad(
            one_item(), registration=("C", "4798", "3/5/26"), reference="JOB-4798"
        )
        self.post_assessment(declaration)
        self.env.flush_all()
        return self.env["customs.declaration.balance"].search(
            [("declaration_id", "=", declaration.id)], limit=1
        )

    def sample_accrual(self):
        """Return the roll-forward of an own import whose duty is expected."""
        declaration = self.typed(arrival_date="2026-03-04")
        declaration.action_accrue_duty()
        self.env.flush_all()
        return self.env["customs.accrual.report"].search(
            [("declaration_id", "=", declaration.id)], limit=1
        )

    def sample_cash(self, declaration):
        """Return a deposit asked of the client and a loss to approve."""
        request = self.env["customs.funds.request"].create(
            {"declaration_id": declaration.id, "amount": 100}
        )
        write_offs = self.env["customs.write.off"].sudo()  # made by their screen only
        write_off = write_offs.create(
            {
                "name": "WO/TEST",
                "company_id": declaration.company_id.id,
                "declaration_id": declaration.id,
                "kind": "outlay",
                "date": "2026-04-30",
                "reason": "agreed",
            }
        )
        return {
            "customs.funds.request": request,
            "customs.write.off": write_off.sudo(False),
        }

    def sample_statement(self):
        """Return a statement of the authority with a line."""
        statement = self.env["customs.statement"].create(
            {
                "name": "March",
                "authority_id": self.authority.id,
                "line_ids": [(0, 0, {"number": "C 1", "amount": 10})],
            }
        )
        return {
            "customs.statement": statement,
            "customs.statement.line": statement.line_ids,
        }

    def sample_evidence(self):
        """Return a certificate of import VAT with a line."""
        evidence = self.env["customs.vat.evidence"].create(
            {
                "number": "C79 2026-03",
                "line_ids": [(0, 0, {"number": "C 1", "amount_stated": 10})],
            }
        )
        return {
            "customs.vat.evidence": evidence,
            "customs.vat.evidence.line": evidence.line_ids,
        }

    def sample_billing_run(self, declaration):
        """Return a billing run of a file and a release of what stopped it."""
        run = self.env["customs.billing.run"].create({"what": "selected"})
        run._set_files(declaration)
        releases = self.env["customs.billing.release"].sudo()  # by their screen only
        release = releases.create(
            {
                "declaration_id": declaration.id,
                "code": "difference",
                "reason": "Agreed",
            }
        )
        return {
            "customs.billing.run": run,
            "customs.billing.run.line": run.line_ids,
            "customs.billing.release": release.sudo(False),
        }

    def sample_recovery(self, declaration):
        """Return a claim and a security of a file."""
        charge = declaration.charge_ids[:1]
        refund = self.env["customs.refund"].create(
            {
                "line_ids": [
                    (0, 0, {"declaration_id": declaration.id, "charge_id": charge.id})
                ]
            }
        )
        security = self.env["customs.security"].create(
            {"declaration_id": declaration.id, "amount": 100}
        )
        return {
            "customs.refund": refund,
            "customs.refund.line": refund.line_ids,
            "customs.security": security,
        }

    def sample_reference(self):
        """Return one record of every model that hangs on the tariff."""
        create = {"tariff_id": self.tariff.id}
        quota = self.env["customs.quota"].create(
            {
                **create,
                "order_number": "090001",
                "period_ids": [(0, 0, {"date_from": "2026-01-01"})],
            }
        )
        agreement = self.env["customs.agreement"].create(
            {
                **create,
                "code": "300",
                "name": "Agreement",
                "proof_ids": [(0, 0, {"name": "EUR.1", "document_code": "N954"})],
            }
        )
        measure = self._create_measure(
            self.duty_type,
            "97",
            3,
            base_line_ids=[(0, 0, {"kind": "value"})],
            condition_ids=[(0, 0, {"document_code": "C990"})],
            tier_ids=[(0, 0, {"figure": 5})],
        )
        job = self.env["customs.tariff.import"].create(dict(create))
        flag = self.env["customs.tariff.import.flag"].create(
            {"import_id": job.id, "row": 1, "reason": "Unread"}
        )
        rule = self.env["customs.valuation.rule"].create({**create, "percent": 1})
        return {
            "customs.valuation.rule": rule,
            "customs.quota": quota,
            "customs.quota.period": quota.period_ids,
            "customs.agreement": agreement,
            "customs.agreement.proof": agreement.proof_ids,
            "customs.measure.base": measure.base_line_ids,
            "customs.measure.condition": measure.condition_ids,
            "customs.measure.tier": measure.tier_ids,
            "customs.measure.component": measure.component_ids,
            "customs.tariff.import": job,
            "customs.tariff.import.flag": flag,
        }

    def sample_payment(self):
        """Return one record of every model that says how charges are paid."""
        method = self.env.ref("customs_invoicing.payment_method_p2")
        account = self.env["customs.payment.account"].create(
            {"number": "DEF 1", "name": "Deferment"}
        )
        instruction = self.env["customs.payment.instruction"].create(
            {"method_id": method.id, "account_id": account.id, "kind": "interest"}
        )
        return {
            "customs.payment.method": method,
            "customs.payment.account": account,
            "customs.payment.instruction": instruction,
        }

    def sample_billing(self):
        """Return a billing profile with a payer."""
        profile = self.env["customs.billing.profile"].create(
            {
                "name": "Weekly",
                "payer_ids": [(0, 0, {"partner_id": self.client.id})],
            }
        )
        return {
            "customs.billing.profile": profile,
            "customs.billing.payer": profile.payer_ids,
        }

    def sample_charge_codes(self):
        """Return what charges are printed under, and why we may pay them."""
        mandate = self.env["customs.mandate"].create(
            {"name": "POA 1", "partner_id": self.client.id}
        )
        return {
            "customs.charge.group": self.service_code.group_id,
            "customs.legal.mention": self.env.ref(
                "customs_invoicing.legal_mention_general"
            ),
            "customs.mandate": mandate,
        }

    def sample_rate_card(self, declaration):
        """Return a rate card with a price in bands, and what it counts."""
        band = {"limit": 5, "price": 9}
        price = {
            "charge_code_id": self.service_code.id,
            "type": "BAND_FLAT",
            "unit": "line",
            "band_ids": [(0, 0, band)],
        }
        card = self.env["customs.fee.tariff"].create(
            {"name": "Rates", "rule_ids": [(0, 0, price)]}
        )
        create = {"declaration_id": declaration.id}
        container = self.env["customs.container"].create(
            {**create, "name": "CSQU3054383"}
        )
        entry = self.env["customs.service.entry"].create(
            {**create, "charge_code_id": self.service_code.id, "minutes": 30}
        )
        return {
            "customs.fee.tariff": card,
            "customs.fee.rule": card.rule_ids,
            "customs.fee.rule.band": card.rule_ids.band_ids,
            "customs.container": container,
            "customs.service.entry": entry,
        }

    def sample_classification(self, line):
        """Return what hangs on a product and on the item that carries it."""
        product = self.env["product.product"].create({"name": "Kettle"})
        line.product_id = product
        detail = self.env["customs.item.detail"].create(
            {"line_id": line.id, "name": "l", "amount": 2}
        )
        classification = self.env["customs.product.classification"].create(
            {
                "product_tmpl_id": product.product_tmpl_id.id,
                "tariff_id": self.tariff.id,
                "code": line.code,
            }
        )
        self.env.flush_all()
        drift = self.env["customs.classification.drift"].search([], limit=1)
        return {
            "customs.item.detail": detail,
            "customs.product.classification": classification,
            "customs.classification.drift": drift,
        }

    def sample_rating(self):
        """Return the rating of another file of the client, and a fee of its month."""
        card = self.env["customs.fee.tariff"].create(
            {
                "name": "Rated",
                "level": "client",
                "client_id": self.client.id,
                "date_from": "2026-01-01",
                "rule_ids": [
                    (0, 0, {"charge_code_id": code.id, "type": kind, name: 10})
                    for code, kind, name in (
                        (self.service_code, "FLAT", "amount"),
                        (self.service_code.copy({"code": "R"}), "PERIOD_FLAT", "fee"),
                    )
                ],
            }
        )
        card.action_activate()
        declaration = self.import_sad(
            one_item(), registration=("C", "4797", "3/5/26"), reference="JOB-4797"
        )
        declaration.action_rate_services()
        return {
            "customs.rating": declaration.rating_ids,
            "customs.rating.line": declaration.rating_ids.line_ids[:1],
            "customs.fee.period": self.env["customs.fee.period"]._count_month(
                "2026-03-31"
            ),
        }

    def sample_limits(self):
        """Return what a client owes, may owe, and has advanced for another file."""
        declaration = self.import_sad(
            one_item(), registration=("C", "4797", "3/5/26"), reference="JOB-4797"
        )
        request = self.env["customs.funds.request"].create(
            {"declaration_id": declaration.id, "amount": 10}
        )
        request._receive(
            self.company_data["default_journal_bank"],
            declaration.registration_date,
            10.0,
        )
        override = self.env["customs.limit.override"].create(
            {"partner_id": self.client.id, "amount": 10, "reason": "Agreed"}
        )
        self.env.flush_all()
        money = self.env["customs.client.money"].search(
            [("request_id", "=", request.id)]
        )
        owing = self.env["customs.exposure"].search(
            [("partner_id", "=", self.client.id)], limit=1
        )
        return {
            "customs.limit.override": override,
            "customs.client.money": money,
            "customs.exposure": owing,
            "customs.funds.clock": self.env.ref(
                "customs_invoicing.funds_clock_us_statement"
            ),
        }

    def sample_departments(self, declaration):
        """Return a key of departments, and a note to one of them."""
        plan = self.env["account.analytic.plan"].create({"name": "Departments"})
        department = self.env["account.analytic.account"].create(
            {"name": "Research", "plan_id": plan.id, "company_id": self.company.id}
        )
        key = self.env["customs.allocation"].create(
            {
                "name": "Plant A",
                "line_ids": [(0, 0, {"account_id": department.id, "percent": 100})],
            }
        )
        item = {"declaration_id": declaration.id, "date": "2026-03-31", "amount": 10}
        # sudo: users have their lines collected from the books
        note = self.env["customs.charge.note"].sudo()
        note = note.create({"account_id": department.id, "line_ids": [(0, 0, item)]})
        note = note.sudo(False)
        return {
            "customs.allocation": key,
            "customs.allocation.line": key.line_ids,
            "customs.charge.note": note,
            "customs.charge.note.line": note.line_ids,
        }

    def posted_file(self):
        """Return a declaration whose assessment and invoice are posted."""
        declaration = self.import_sad(one_item())
        self.add_service(declaration, 80.00)
        bill = self.post_assessment(declaration)
        return declaration, bill, self.bill(declaration)

    # === ACCESS LISTS === #

    def test_every_role_has_exactly_its_rights_on_every_model(self):
        kinds = {
            "reference": REFERENCE,
            "document": set(DOCUMENTS) - {*AUTHORITY, *DECISIONS},
            "authority": AUTHORITY,
            "knowledge": KNOWLEDGE,
            "decision": DECISIONS,
        }
        for (role, kind), allowed in TABLE.items():
            for name in kinds[kind]:
                model = self.model(role, name)
                found = {op for op in OPERATIONS if model.has_access(op)}
                with self.subTest(role=role, model=name):
                    self.assertEqual(found, allowed)

    def test_every_model_names_every_group_in_its_access_list(self):
        models = self.env["ir.model"].search([("model", "=like", "customs.%")])
        stored = models.filtered(
            lambda m: not m.transient and not self.env[m.model]._abstract
        )
        self.assertEqual(
            set(stored.mapped("model")), {*REFERENCE, *DOCUMENTS, *KNOWLEDGE}
        )
        for model in stored:
            rows = {
                row.group_id.get_external_id()[row.group_id.id]: row
                for row in model.access_ids
            }
            with self.subTest(model=model.model):
                self.assertEqual(
                    set(rows),
                    {f"customs_invoicing.group_customs_{role}" for role in GROUPS},
                )
                self.assertTrue(all(row.perm_read for row in rows.values()))
                auditor = rows["customs_invoicing.group_customs_auditor"]
                self.assertFalse(
                    auditor.perm_write or auditor.perm_create or auditor.perm_unlink
                )

    def test_every_transient_is_for_users_who_bill(self):
        for role in ("user", "verifier", "manager"):
            wizard = self.model(role, "customs.add.charges")
            self.assertTrue(wizard.has_access("create"), role)
        for role in ("auditor", *OUTSIDERS):
            wizard = self.model(role, "customs.add.charges")
            self.assertFalse(wizard.has_access("create"), role)

    # === AUDITOR AND OUTSIDERS === #

    def test_auditor_reads_every_field_of_every_record(self):
        samples = self.sample_records()
        self.post_assessment(samples["customs.declaration"])
        for name, record in samples.items():
            with self.subTest(model=name):
                values = self.as_user("auditor", record).read()[0]
                self.assertEqual(values["id"], record.id)
        values = self.as_user("auditor", samples["customs.declaration"]).read(
            ["amount_charged", "control_balance", "authority_move_count"]
        )[0]
        self.assertEqual(values["amount_charged"], 275.53)

    def test_auditor_opens_the_file_its_bills_and_its_lists(self):
        declaration, bill, invoice = self.posted_file()
        self.pay(bill)
        form = Form(self.as_user("auditor", declaration))
        self.assertEqual(form.amount_charged, PAYABLE)
        self.assertEqual(form.amount_paid, PAYABLE)
        self.assertEqual(form.client_move_count, 1)
        self.assertEqual(form.payment_count, 1)
        for move in (bill, invoice):
            form = Form(self.as_user("auditor", move))
            self.assertEqual(form.customs_declaration_count, 1)
        found = self.model("auditor", "customs.declaration").search(
            [("control_balance", "=", 0), ("amount_to_bill", "=", 0)]
        )
        self.assertIn(declaration.id, found.ids)

    def test_auditor_changes_nothing(self):
        samples = self.sample_records()
        for name, record in samples.items():
            field = next(
                name
                for name, field in record._fields.items()
                if field.type in ("char", "integer")
                and field.store
                and not field.compute
            )
            record = self.as_user("auditor", record)
            with self.subTest(model=name), self.assertRaises(AccessError):
                record.write({field: record[field]})
            with self.subTest(model=name), self.assertRaises(AccessError):
                record.unlink()
        declaration = samples["customs.declaration"]
        for action in (
            "action_calculate",
            "action_release",
            "action_cancel",
        ):
            with self.subTest(action=action), self.assertRaises(AccessError):
                getattr(self.as_user("auditor", declaration), action)()
        with self.assertRaisesRegex(UserError, "Only a customs verifier may post"):
            self.as_user("auditor", declaration).action_post_assessment()
        self.assertEqual(declaration.state, "assessed")
        self.assertFalse(declaration._get_customs_moves())
        self.post_assessment(declaration)
        with self.assertRaises(AccessError):
            self.as_user("auditor", declaration).action_create_invoices()
        self.assertFalse(declaration._get_client_moves())

    def test_only_customs_users_may_import(self):
        content = build_file()
        for role in ("auditor", *OUTSIDERS):
            declarations = self.model(role, "customs.declaration")
            with self.subTest(role=role), self.assertRaises(AccessError):
                declarations.import_files([("sad.xml", content)])
        self.assertFalse(self.env["customs.declaration"].search_count([]))
        for role in ("user", "verifier", "manager"):
            with self.subTest(role=role):
                declaration = self.model(role, "customs.declaration").import_files(
                    [("sad.xml", build_file(number=role))]
                )
                self.assertEqual(declaration.state, "assessed")
                self.assertEqual(declaration.user_id, self.users[role])
                self.assertEqual(declaration.amount_payable, PAYABLE)

    def test_outsiders_see_nothing(self):
        samples = self.sample_records()
        for role in OUTSIDERS:
            for name, record in samples.items():
                with self.subTest(role=role, model=name):
                    with self.assertRaises(AccessError):
                        self.as_user(role, record).read()
                    with self.assertRaises(AccessError):
                        self.model(role, name).search([])
            with self.subTest(role=role), self.assertRaises(AccessError):
                self.as_user(role, self.client).read(["customs_declaration_count"])

    # === USER AND VERIFIER === #

    def test_user_imports_calculates_and_bills_but_does_not_post_or_close(self):
        declaration = self.model("user", "customs.declaration").import_files(
            [("sad.xml", build_file())]
        )
        declaration.action_calculate()
        self.assertEqual(declaration.amount_expected, 228.25)
        with self.assertRaisesRegex(
            UserError, "Only a customs verifier may post an assessment"
        ):
            declaration.action_post_assessment()
        with self.assertRaisesRegex(UserError, "Only a customs verifier"):
            declaration.current_assessment_id.action_post()
        self.assertFalse(declaration.sudo()._get_customs_moves())
        self.post_assessment(declaration.sudo())
        invoice = self.bill(self.as_user("user", declaration))
        self.assertEqual(invoice.amount_total, PAYABLE)
        self.assertEqual(invoice.state, "posted")
        declaration = self.as_user("user", declaration)
        declaration.action_release()
        with self.assertRaisesRegex(UserError, "Only a customs verifier may close"):
            declaration.action_close()
        self.assertEqual(declaration.state, "released")
        self.as_user("verifier", declaration).action_close()
        with self.assertRaisesRegex(UserError, "Only a customs verifier may reopen"):
            self.as_user("user", declaration).action_reopen()
        self.assertEqual(declaration.state, "closed")
        self.as_user("verifier", declaration).action_reopen()
        self.assertEqual(declaration.state, "released")

    def test_writing_the_state_closes_or_reopens_no_more_than_the_buttons(self):
        declaration = self.import_sad(one_item())
        declaration.action_release()
        with self.assertRaisesRegex(UserError, "Only a customs verifier may close"):
            self.as_user("user", declaration).write({"state": "closed"})
        with self.assertRaisesRegex(UserError, "its assessment is not posted"):
            self.as_user("verifier", declaration).write({"state": "closed"})
        self.post_assessment(declaration)
        self.bill(declaration)
        declaration.action_close()
        with self.assertRaisesRegex(UserError, "Only a customs verifier may reopen"):
            self.as_user("user", declaration).write({"state": "released"})

    def test_verifier_does_the_whole_job_with_customs_rights_only(self):
        """Import with parties nobody knows, post, bill, pay both, close."""
        declaration = self.model("verifier", "customs.declaration").import_files(
            [
                (
                    "sad.xml",
                    build_file(
                        importer=("TIN-77", "Newcomer Trading Ltd\n1 Pier"),
                        exporter=("", "Unheard Of S.r.l."),
                        declarant=("BRK-77", "New Brokers"),
                    ),
                )
            ]
        )
        self.assertEqual(declaration.client_id.name, "Newcomer Trading Ltd")
        self.assertTrue(declaration.client_id.customs_to_review)
        self.assertIn("Newcomer Trading Ltd", declaration.warning_message)
        self.add_service(declaration, 80.00)
        bill = self.post_assessment(declaration)
        self.assertEqual(bill.amount_total, PAYABLE)
        invoice = self.bill(declaration)
        self.assertEqual(invoice.amount_total, PAYABLE + 92.00)
        verifier = self.users["verifier"]
        self.assertEqual((bill | invoice).create_uid, verifier)
        self.pay(bill)
        self.pay(invoice)
        self.assert_money(
            declaration, paid=PAYABLE, received=PAYABLE + 92.00, control_balance=0
        )
        declaration.action_release()
        declaration.action_close()
        self.assertEqual(declaration.state, "closed")
        self.assertEqual(self.account_balance(self.control.sudo()), 0.0)
        form = Form(self.as_user("verifier", declaration))
        self.assertEqual(form.settlement_state, "settled")

    def test_user_adds_charges_on_the_standard_invoice(self):
        declaration = self.import_sad(one_item())
        self.post_assessment(declaration)
        invoice = self.model("user", "account.move").create(
            {"move_type": "out_invoice", "partner_id": self.client.id}
        )
        action = invoice.action_add_customs_charges()
        wizard = self.model("user", action["res_model"]).browse(action["res_id"])
        wizard.action_add()
        self.assertEqual(invoice.amount_total, PAYABLE)

    def test_only_the_manager_keeps_reference_data(self):
        for role in ("user", "verifier"):
            with self.subTest(role=role):
                with self.assertRaises(AccessError):
                    self.as_user(role, self.office).payment_days = 30
                with self.assertRaises(AccessError):
                    self.as_user(role, self.service_code).default_amount = 99.0
                with self.assertRaises(AccessError):
                    self.model(role, "customs.tariff").create(
                        {"name": "Mine", "code": "MINE"}
                    )
        self.as_user("manager", self.office).payment_days = 30
        measure = self.model("manager", "customs.measure").create(
            {
                "measure_type_id": self.duty_type.id,
                "code_prefix": "8712",
                "rate_percent": 14,
                "date_from": "2026-01-01",
            }
        )
        self.assertEqual(measure.tariff_id, self.tariff)
        self.assertEqual(self.office.payment_days, 30)

    def test_setup_is_for_those_who_may_change_the_company(self):
        for role in ("user", "verifier", "manager", "accountant"):
            with self.subTest(role=role), self.assertRaises(AccessError):
                self.as_user(role, self.company).action_create_customs_setup()

    def test_nobody_changes_what_the_authority_said_once_it_is_posted(self):
        declaration = self.import_sad(one_item())
        self.post_assessment(declaration)
        assessment = declaration.current_assessment_id
        line = assessment.line_ids[0]
        vals = {
            "assessment_id": assessment.id,
            "tax_code_id": line.tax_code_id.id,
            "amount_payable": 100.00,
        }
        attempts = {
            "write": lambda: self.as_user("manager", line).write({"base": 1.0}),
            "create": lambda: self.model("manager", line._name).create(vals),
            "unlink": lambda: self.as_user("manager", line).unlink(),
            "currency": lambda: self.as_user("manager", assessment).write(
                {"currency_id": self.env.ref("base.EUR").id}
            ),
            "hash": lambda: self.as_user("manager", assessment).write(
                {"source_hash": "0"}
            ),
        }
        for name, attempt in attempts.items():
            with (
                self.subTest(attempt=name),
                self.assertRaisesRegex(
                    UserError, "posted and cannot be changed|You are not allowed"
                ),
            ):
                attempt()
        self.assertEqual(assessment.state, "posted")

    # === FOUR EYES === #

    def test_second_person_posts_where_the_company_asks_for_it(self):
        self.company.customs_four_eyes = True
        for role in ("verifier", "manager"):
            declaration = self.model(role, "customs.declaration").import_files(
                [("sad.xml", build_file(number=role))]
            )
            with (
                self.subTest(role=role),
                self.assertRaisesRegex(
                    UserError, "needs a second person: you imported it yourself"
                ),
            ):
                declaration.action_post_assessment()
            self.assertFalse(declaration._get_customs_moves())
        other = self.as_user("verifier", declaration)  # imported by the manager
        other.action_post_assessment()
        self.assertEqual(other._get_customs_moves().create_uid, self.users["verifier"])
        self.assertFalse(other.has_unposted_assessment)

    def test_one_person_posts_where_the_company_does_not_ask(self):
        declaration = self.model("verifier", "customs.declaration").import_files(
            [("sad.xml", build_file())]
        )
        declaration.action_post_assessment()
        self.assertEqual(declaration._get_customs_moves().state, "posted")

    # === ACCOUNTANT WITHOUT CUSTOMS === #

    def test_accountant_opens_invoices_and_bills_of_customs_files(self):
        _declaration, bill, invoice = self.posted_file()
        for move, total in ((bill, PAYABLE), (invoice, PAYABLE + 92.00)):
            with self.subTest(move=move.move_type):
                form = Form(self.as_user("accountant", move))
                self.assertEqual(form.state, "posted")
                values = self.as_user("accountant", move).read()[0]
                self.assertEqual(values["amount_total"], total)
                lines = self.as_user("accountant", move.line_ids).read()
                self.assertEqual(len(lines), len(move.line_ids))

    def test_accountant_resets_and_posts_an_invoice_of_a_customs_file(self):
        declaration, _bill, invoice = self.posted_file()
        invoice = self.as_user("accountant", invoice)
        invoice.button_draft()
        self.assert_money(declaration, billed=0, control_balance=PAYABLE, to_bill=0)
        with Form(self.as_user("accountant", invoice)) as form:
            form.ref = "Looked at"
        invoice = self.as_user("accountant", invoice)
        invoice.action_post()
        self.assertEqual(invoice.state, "posted")
        self.assert_money(declaration, billed=PAYABLE, control_balance=0)
        control = invoice.line_ids.filtered(lambda x: x.account_id == self.control)
        self.assertEqual(len(control), 3)
        self.assertTrue(all(control.mapped("reconciled")))

    def test_accountant_resets_but_does_not_post_a_bill_of_the_authority(self):
        declaration, bill, _invoice = self.posted_file()
        self.as_user("accountant", bill).button_draft()
        self.assert_money(declaration, charged=0, control_balance=-PAYABLE)
        with self.assertRaisesRegex(UserError, "Only a customs verifier may post"):
            self.as_user("accountant", bill).action_post()
        self.as_user("verifier", bill).action_post()
        self.assert_money(declaration, charged=PAYABLE, control_balance=0)

    def test_accountant_pays_and_credits_an_invoice_of_a_customs_file(self):
        declaration, bill, invoice = self.posted_file()
        self.pay(self.as_user("accountant", bill))
        self.assert_money(declaration, paid=PAYABLE, received=0)
        wizard = (
            self.model("accountant", "account.move.reversal")
            .with_context(active_model="account.move", active_ids=invoice.ids)
            .create({"journal_id": invoice.journal_id.id, "date": "2026-03-25"})
        )
        wizard.refund_moves()
        credit = self.as_user("accountant", wizard.new_move_ids)
        credit.action_post()
        self.assert_money(
            declaration,
            billed=0,
            control_balance=PAYABLE,
            to_bill=PAYABLE + 80.00,
        )

    def test_accountant_writes_an_ordinary_invoice_for_a_client_with_open_charges(self):
        self.post_assessment(self.import_sad(one_item()))
        form = Form(
            self.model("accountant", "account.move").with_context(
                default_move_type="out_invoice"
            )
        )
        form.partner_id = self.as_user("accountant", self.client)
        with form.invoice_line_ids.new() as line:
            line.name = "Pallets"
            line.price_unit = 100.00
            line.tax_ids.clear()
        invoice = form.save()
        invoice.action_post()
        self.assertEqual(invoice.amount_total, 100.00)
        self.assertEqual(invoice.customs_open_charge_count, 0)

    # === BUYERS AND SELLERS WITHOUT CUSTOMS === #

    def test_buyer_and_seller_read_orders_with_declarations(self):
        vals = {
            "user_id": self.users["buyer"].id,
            "order_line": [(0, 0, {"product_id": self.product_a.id})],
        }
        models = {
            "purchase.order": (self.exporter, "partner_ref"),
            "sale.order": (self.client, "client_order_ref"),
        }
        for name, (partner, field) in models.items():
            # sudo: orders of others, the test's user sells nothing
            model = self.env[name].sudo()
            order = model.create({**vals, "partner_id": partner.id})
            order.action_create_customs_declaration()
            with self.subTest(model=name):
                values = self.as_user("buyer", order).read()[0]
                self.assertEqual(values["name"], order.name)
                with Form(self.as_user("buyer", order)) as form:
                    form[field] = "Looked at"
                copy = self.as_user("buyer", order).copy()
                self.assertFalse(copy.sudo().customs_declaration_ids)
