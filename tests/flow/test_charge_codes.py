"""The master of charge codes: products, accounts, print, evidence, tax, mentions."""

import importlib.util
from pathlib import Path

from common import CustomsCase
from psycopg2.errors import UniqueViolation
from pure import ADDON

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import Form, new_test_user
from odoo.tools import mute_logger

#: Codes that other data and other databases rest on
FIRST = {
    "duty": "DUTY",
    "import_vat": "VAT",
    "excise": "EXCISE",
    "trade_defence": "ADD",
    "fee": "FEE",
    "penalty": "PEN",
    "interest": "INT",
    "third_party": "EXT",
    "clearance": "CLR",
    "advance_fee": "ADF",
    "recharge": "RCH",
}


def load_migration(name):
    path = Path(ADDON, "migrations", "19.0.4.0.0", f"{name}.py")
    spec = importlib.util.spec_from_file_location(name.replace("-", "_"), path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class TestChargeCodes(CustomsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.codes = cls.env["customs.charge.code"]

    def ref(self, name):
        return self.env.ref(f"customs_invoicing.{name}")

    def make(self, code="XTRA", name="Extra", **vals):
        return self.codes.create({"code": code, "name": name, **vals})

    # === FINDING ONE === #

    def test_the_code_that_was_typed_comes_first(self):
        """ADD is “Anti-dumping and counterVAiLINg duty”, too; LIN is meant."""
        lines = self.ref("charge_code_extra_lines")
        trade_defence = self.ref("charge_code_trade_defence")
        found = [number for number, _name in self.codes.name_search("lin")]
        self.assertEqual(found[0], lines.id)
        self.assertIn(trade_defence.id, found)
        self.assertEqual(len(found), len(set(found)))
        self.assertEqual(
            self.codes.name_search("LIN", limit=1), [(lines.id, lines.display_name)]
        )
        self.assertFalse(self.codes.name_search("LIN", [("kind", "=", "duty")]))

    # === THE SHIPPED SET === #

    def test_first_codes_keep_their_names(self):
        for name, code in FIRST.items():
            record = self.ref(f"charge_code_{name}")
            self.assertEqual(record.code, code)
            self.assertEqual(record.product_id.name, record.name)

    def test_every_code_has_a_product_and_a_heading_of_its_own(self):
        codes = self.codes.search([])
        self.assertEqual(len(codes.product_id), len(codes))
        self.assertEqual(len(set(codes.mapped("name"))), len(codes))
        for code in codes:
            with self.subTest(code=code.code):
                self.assertTrue(code.group_id)
                self.assertEqual(code.product_id.type, "service")
                self.assertEqual(code.product_id.name, code.name)
                self.assertEqual(code.borne_by_us, code.kind == "penalty")
                services = code.kind == "service"
                self.assertEqual(code.evidence == "none", services)

    def test_a_plain_outlay_keeps_its_usual_code(self):
        first = self.codes.search([("kind", "=", "third_party")], limit=1)
        self.assertEqual(first, self.ref("charge_code_third_party"))
        line = self.env["customs.outlay.line"].new({})
        self.assertEqual(line._get_default_charge_code(), first)

    def test_no_shipped_service_comes_onto_files_by_itself(self):
        self.assertFalse(self.codes.search([("default_amount", ">", 0)]))

    # === PRODUCTS === #

    def test_product_is_made_with_accounts_and_taxes(self):
        service = self.make(revenue="advance")
        product = service.product_id.product_tmpl_id.with_company(self.company)
        self.assertRecordValues(
            product,
            [
                {
                    "name": "Extra",
                    "default_code": "CUS-XTRA",
                    "type": "service",
                    "sale_ok": True,
                    "purchase_ok": False,
                    "list_price": 0.0,
                    "property_account_income_id": (
                        self.company.customs_rev_advance_account_id.id
                    ),
                }
            ],
        )
        # a product serves every company: it has the taxes of each that is set up
        taxes = product.taxes_id.filtered(lambda t: t.company_id == self.company)
        self.assertEqual(taxes, self.company.account_sale_tax_id)
        outlay = self.make("XOUT", "Outside", kind="third_party")
        product = outlay.product_id.product_tmpl_id.with_company(self.company)
        self.assertEqual(product.property_account_income_id, self.control)
        self.assertTrue(product.purchase_ok)
        self.assertFalse(
            product.taxes_id.filtered(lambda t: t.company_id == self.company)
        )

    def test_many_codes_at_once_with_and_without_products(self):
        product = self.env["product.product"].create(
            {"name": "Mine", "type": "service"}
        )
        codes = self.codes.create(
            [
                {"code": "X1", "name": "One"},
                {"code": "X2", "name": "Two", "product_id": product.id},
                {"code": "X3", "name": "Three"},
            ]
        )
        self.assertEqual(
            codes.product_id.mapped("default_code"), ["CUS-X1", False, "CUS-X3"]
        )
        self.assertEqual(codes[1].product_id, product)

    def test_a_product_serves_one_charge(self):
        with self.assertRaisesRegex(ValidationError, "cannot share the product"):
            self.make(product_id=self.service_code.product_id.id)

    def test_a_copy_gets_a_product_of_its_own(self):
        copy = self.service_code.copy({"code": "CLR2"})
        self.assertNotEqual(copy.product_id, self.service_code.product_id)
        self.assertEqual(copy.product_id.name, copy.name)

    def test_product_is_named_as_the_charge_in_every_language(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        code = self.make(name="Storage of pallets")
        code.with_context(lang="fr_FR").name = "Entreposage"
        product = code.product_id
        self.assertEqual(product.name, "Storage of pallets")
        self.assertEqual(product.with_context(lang="fr_FR").name, "Entreposage")
        code.update_field_translations("name", {"fr_FR": "Magasinage"})
        self.assertEqual(product.with_context(lang="fr_FR").name, "Magasinage")
        code.name = "Pallets"
        self.assertEqual(product.name, "Pallets")
        self.assertEqual(product.with_context(lang="fr_FR").name, "Magasinage")

    def test_manager_without_product_rights_makes_codes_on_the_form(self):
        user = new_test_user(
            self.env,
            login="codes_manager",
            groups="base.group_user,customs_invoicing.group_customs_manager",
            company_id=self.company.id,
        )
        self.assertFalse(
            self.env["product.product"].with_user(user).has_access("create")
        )
        form = Form(self.codes.with_user(user).with_company(self.company))
        form.code, form.name, form.kind = "XPAL", "Pallets", "third_party"
        code = form.save()
        self.assertEqual(code.sudo().product_id.name, "Pallets")
        self.assertEqual(code.group_id, self.ref("charge_group_outlays"))
        self.assertEqual(code.evidence, "document")
        code.name = "Pallets and dunnage"
        self.assertEqual(code.sudo().product_id.name, "Pallets and dunnage")

    def test_only_managers_edit_codes(self):
        user = new_test_user(
            self.env,
            login="codes_user",
            groups="base.group_user,customs_invoicing.group_customs_verifier",
            company_id=self.company.id,
        )
        with self.assertRaises(AccessError):
            self.service_code.with_user(user).name = "Mine"

    def test_accounts_of_this_company_are_shown(self):
        service, duty = self.service_code, self.ref("charge_code_duty")
        self.assertEqual(service.revenue_account_id, self.income)
        self.assertEqual(duty.revenue_account_id, self.control)
        self.assertEqual(duty.cost_account_id, self.clearing)
        duty.posting_account_id = self.company_data["default_account_expense"]
        self.assertEqual(
            duty.cost_account_id, self.company_data["default_account_expense"]
        )

    # === WHAT CODES PROPOSE === #

    def test_charges_start_as_the_code_says(self):
        declaration = self.import_sad()
        vendor = self.exporter
        code = self.make(kind="third_party", borne_by_us=True)
        code.default_vendor_id = vendor
        charge = self.env["customs.charge"].create(
            {"declaration_id": declaration.id, "charge_code_id": code.id}
        )
        self.assertEqual((charge.nature, charge.payee_id), ("own_cost", vendor))
        code.borne_by_us = False  # a rule for new charges, not for those there are
        self.assertTrue(charge.borne_by_us)
        other = self.env["customs.charge"].create(
            {
                "declaration_id": declaration.id,
                "charge_code_id": code.id,
                "payee_id": False,
            }
        )
        self.assertEqual(other.nature, "disbursement")
        self.assertFalse(other.payee_id)

    def test_service_in_the_import_vat_base_is_exempt_where_a_tax_is_named(self):
        exempt = self.company.customs_disbursement_tax_id.copy({"name": "Art. 144"})
        code = self.service_code
        code.exempt_in_import_vat = True
        declaration = self.import_sad()
        self.add_service(declaration, 80)
        self.post_assessment(declaration)
        invoice = declaration.action_create_invoices()
        line = invoice.invoice_line_ids.filtered(
            lambda x: x.customs_charge_id.charge_code_id == code
        )
        self.assertEqual(line.tax_ids, self.company.account_sale_tax_id)
        code.exempt_tax_id = exempt
        invoice.unlink()
        invoice = declaration.action_create_invoices()
        line = invoice.invoice_line_ids.filtered(
            lambda x: x.customs_charge_id.charge_code_id == code
        )
        self.assertEqual(line.tax_ids, exempt)
        self.assertEqual(line.account_id, self.income)
        invoice.unlink()
        declaration.direction = "export"
        invoice = declaration.action_create_invoices()
        line = invoice.invoice_line_ids.filtered(
            lambda x: x.customs_charge_id.charge_code_id == code
        )
        self.assertEqual(line.tax_ids, self.company.account_sale_tax_id)

    # === MIGRATION === #

    def test_a_code_of_the_company_takes_the_place_of_a_shipped_one(self):
        """Updating an older database stops at no code that somebody made before."""
        shipped = self.ref("charge_code_demurrage")
        self.env["ir.model.data"].search(
            [
                ("module", "=", "customs_invoicing"),
                ("name", "in", ("charge_code_demurrage", "product_demurrage")),
            ]
        ).unlink()
        shipped.name = "Our demurrage"
        self.env.flush_all()
        migration = load_migration("pre-migration")
        migration.migrate(self.env.cr, "19.0.3.0.0")
        migration.migrate(self.env.cr, "19.0.3.0.0")
        self.env.registry.clear_cache()
        self.env.invalidate_all()
        self.assertEqual(self.ref("charge_code_demurrage"), shipped)
        self.assertEqual(self.ref("product_demurrage"), shipped.product_id)
        self.assertEqual(shipped.name, "Our demurrage")

    def test_older_codes_get_their_heading_and_new_ones_their_accounts(self):
        duty, transport = self.ref("charge_code_duty"), self.ref("charge_code_storage")
        (duty | transport).write({"group_id": False})
        chosen = self.ref("charge_code_clearance")
        chosen.group_id = self.ref("charge_group_transport")
        template = transport.product_id.product_tmpl_id.with_company(self.company)
        template.property_account_income_id = False
        self.env.flush_all()
        load_migration("post-migration").migrate(self.env.cr, "19.0.3.0.0")
        self.env.invalidate_all()
        self.assertEqual(duty.group_id, self.ref("charge_group_duties"))
        self.assertEqual(transport.group_id, self.ref("charge_group_outlays"))
        self.assertEqual(chosen.group_id, self.ref("charge_group_transport"))
        self.assertEqual(template.property_account_income_id, self.control)

    # === LEGAL MENTIONS === #

    def test_mention_of_the_country_whose_vat_is_charged(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        for country, text in (
            ("fr", "Débours - art. 267 II-2° CGI"),
            ("it", "Escluso art. 15 c. 1 n. 3 DPR 633/72"),
            ("uk", "Disbursement - outside the scope of VAT"),
        ):
            self.company.account_fiscal_country_id = self.env.ref(f"base.{country}")
            self.assertEqual(self.company._get_customs_legal_mention("en_US"), text)
        self.company.account_fiscal_country_id = self.env.ref("base.jp")
        general = self.ref("legal_mention_general")
        self.assertEqual(self.company._get_customs_legal_mention(), general.text)
        general.with_context(lang="fr_FR").text = "Payé pour votre compte"
        self.assertEqual(
            self.company._get_customs_legal_mention("fr_FR"), "Payé pour votre compte"
        )
        general.active = False
        self.assertEqual(self.company._get_customs_legal_mention(), "")

    def test_one_mention_per_country(self):
        mention = self.ref("legal_mention_fr")
        self.assertIn("verified", mention.note)
        with mute_logger("odoo.sql_db"), self.assertRaises(UniqueViolation):
            mention.copy()
