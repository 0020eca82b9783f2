"""Files that are refused: the words say what is wrong, and nothing is written."""

import time

from common import CustomsCase, build_sad, item, tax

from odoo.exceptions import UserError
from odoo.tests import new_test_user

COUNTED = (
    "customs.declaration",
    "customs.declaration.line",
    "customs.duty.line",
    "customs.valuation.element",
    "customs.document",
    "customs.assessment",
    "customs.assessment.line",
    "customs.charge",
    "res.partner",
    "ir.attachment",
    "mail.message",
)

BILLION_LAUGHS = b"""<?xml version="1.0"?>
<!DOCTYPE ASYCUDA [
  <!ENTITY a "ha">
  <!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">
  <!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">
]>
<ASYCUDA><Property><Sad_flow>&c;</Sad_flow></Property></ASYCUDA>"""

EXTERNAL_ENTITY = b"""<?xml version="1.0"?>
<!DOCTYPE ASYCUDA [<!ENTITY host SYSTEM "file:///etc/hostname">]>
<ASYCUDA><Property><Sad_flow>&host;</Sad_flow></Property></ASYCUDA>"""


def two_items():
    return [
        item(price=price, taxes=[tax("CID", rate="5"), tax("VAT", "+", "15")])
        for price in ("1000.00", "2000.00")
    ]


def build(**facts):
    """Return the bytes of a file of the test office: duty 165, VAT 519.75, fee 45."""
    facts.setdefault("office", "TEST1")
    return build_sad(two_items(), **facts)


def replaced(old, new, count=-1):
    """Return the file with a piece of its text replaced; the piece must exist."""
    content = build()
    assert old in content
    return content.replace(old, new, count)


class TestImportErrors(CustomsCase):
    # === HELPERS === #

    def counts(self):
        self.env.flush_all()
        return {
            name: self.env[name].sudo().with_context(active_test=False).search_count([])
            for name in COUNTED
        }

    def error_of(self, function, *args):
        """Return the message of the error a call raises.

        Without the savepoint of ``assertRaises``, which would hide what was written.
        """
        try:
            function(*args)
        except UserError as error:
            return str(error)
        return self.fail("the file was accepted")

    def assert_refused(self, content, *patterns, filename="entry.xml"):
        """Assert that a file is refused with these words and nothing is written."""
        before = self.counts()
        message = self.error_of(
            self.env["customs.declaration"].import_files, [(filename, content)]
        )
        for pattern in (filename, *patterns):
            self.assertRegex(message, pattern)
        self.assertEqual(self.counts(), before)
        return message

    # === NOT A DECLARATION === #

    def test_file_that_is_no_xml(self):
        self.assert_refused(
            b"%PDF-1.4 something else", r"not an XML file, or is damaged \(line 1\)"
        )

    def test_spreadsheet_with_the_name_of_an_xml_file(self):
        self.assert_refused(b"PK\x03\x04" + bytes(range(256)) * 4, "not an XML file")

    def test_content_that_is_neither_bytes_nor_base64(self):
        for content in ("<ASYCUDA/>", "not base64!", None, 7):
            with self.subTest(content=content):
                self.assert_refused(content, "must be bytes or base64 text")

    def test_empty_file(self):
        for content in (b"", b" \r\n\t"):
            self.assert_refused(content, "is empty. Export the declaration again")

    def test_truncated_file(self):
        content = build()
        self.assert_refused(
            content[: len(content) // 2],
            r"is damaged \(line \d+\). Export the declaration again",
        )

    def test_entity_bomb(self):
        start = time.monotonic()
        self.assert_refused(
            BILLION_LAUGHS, "entity or document type definitions", "It was not read"
        )
        self.assertLess(time.monotonic() - start, 2)

    def test_external_entity_is_not_opened(self):
        message = self.assert_refused(
            EXTERNAL_ENTITY, "entity or document type definitions"
        )
        with open("/etc/hostname") as file:
            self.assertNotIn(file.read().strip(), message)

    def test_entity_bomb_in_another_encoding(self):
        text = BILLION_LAUGHS.decode().replace(
            '<?xml version="1.0"?>', '<?xml version="1.0" encoding="UTF-16"?>'
        )
        self.assert_refused(text.encode("utf-16"), "entity or document type")

    def test_huge_file_is_refused_unparsed(self):
        content = b"<ASYCUDA>" + b" " * (200 * 1024 * 1024)
        start = time.monotonic()
        self.assert_refused(content, r"has 200\.1 MB; at most 25 MB are read")
        self.assertLess(time.monotonic() - start, 1)

    def test_size_limit_is_a_setting(self):
        settings = self.env["res.config.settings"].create({"customs_max_file_mb": 1})
        settings.execute()
        content = build() + b" " * (1024 * 1024)
        self.assert_refused(content, "at most 1 MB are read")
        self.env["res.config.settings"].create({"customs_max_file_mb": 2}).execute()
        declaration = self.env["customs.declaration"].import_files(
            [("entry.xml", content)]
        )
        self.assertEqual(declaration.amount_payable, 729.75)

    def test_other_xml(self):
        self.assert_refused(
            b'<?xml version="1.0"?><Invoice><ID>1</ID></Invoice>',
            "is XML, but no declaration",
            "its root element is Invoice",
            "Expected: ASYCUDA World",
        )

    def test_xml_of_another_namespace(self):
        self.assert_refused(
            b'<ASYCUDA xmlns="urn:other"/>', r"root element is \{urn:other\}ASYCUDA"
        )

    # === MASTER DATA === #

    def test_unknown_office(self):
        self.assert_refused(
            build(office="XYZ99", office_name="Nowhere"),
            "customs office XYZ99 Nowhere is unknown",
            "Add it under Configuration, Customs offices",
        )

    def test_archived_office_is_unknown(self):
        self.office.active = False
        self.assert_refused(build(), "customs office TEST1 .*is unknown")

    def test_no_office(self):
        self.assert_refused(build(office=""), "names no customs office")

    def test_unknown_tax_code(self):
        goods = item(taxes=[tax("CID", rate="5"), tax("ZZT", rate="3")])
        message = self.assert_refused(
            build_sad([goods], office="TEST1"),
            "tax code ZZT is unknown for tariff Tariff of Demo",
            "Add it under Configuration, Tax codes",
        )
        self.assertNotIn("CID", message)

    def test_tax_code_of_another_tariff_is_unknown(self):
        other = self.tariff.copy({"code": "OTHER"})
        self.env["customs.tax.code"].create(
            {
                "code": "ZZT",
                "name": "Levy elsewhere",
                "tariff_id": other.id,
                "charge_code_id": self.env.ref("customs_invoicing.charge_code_fee").id,
            }
        )
        content = build_sad([item(taxes=[tax("ZZT", rate="3")])], office="TEST1")
        self.assert_refused(content, "tax code ZZT is unknown")
        self.env["customs.tax.code"].search([("code", "=", "ZZT")]).tariff_id = False
        declaration = self.env["customs.declaration"].import_files(
            [("entry.xml", content)]
        )
        self.assertEqual(declaration.amount_payable, 33 + 45)

    def test_unknown_currency(self):
        self.assert_refused(
            build(currency="QQQ"),
            "currency QQQ is unknown. Correct it in the customs system",
        )

    def test_archived_currency_is_known(self):
        currency = self.env["res.currency"].search(
            [("active", "=", False), ("name", "=", "ALL")]
        )
        self.assertTrue(currency)
        declaration = self.import_sad(two_items(), currency="ALL")
        self.assertEqual(declaration.invoice_currency_id, currency)

    def test_all_that_is_wrong_is_said_at_once(self):
        goods = item(taxes=[tax("YYT", rate="5"), tax("ZZT", rate="3")])
        self.assert_refused(
            build_sad([goods], office="TEST1", currency="QQQ"),
            "tax code YYT, ZZT is unknown",
            "currency QQQ is unknown",
        )

    # === TOTALS === #

    def test_payable_total_that_does_not_add_up(self):
        self.assert_refused(
            build(overrides={"Financial/Amounts/Totals_taxes": "999.00"}),
            "the taxes to pay add up to 729.75, but the file announces 999.00",
            "Nothing was imported",
        )

    def test_item_total_that_does_not_add_up(self):
        self.assert_refused(
            build(overrides={"Item[2]/Taxation/Item_taxes_amount": "456.51"}),
            "the taxes of item 2 add up to 456.50, but the file announces 456.51",
        )

    def test_total_of_global_taxes_that_does_not_add_up(self):
        content = build(
            global_lines=[("CSF", "45.00", "1")],
            overrides={"Financial/Amounts/Global_taxes": "50.00"},
        )
        self.assert_refused(
            content,
            "taxes on the whole declaration add up to 45.00, .* announces 50.00",
        )

    def test_notice_that_does_not_add_up(self):
        self.assert_refused(
            build(overrides={"Assessment_notice/Item_tax[1]/Tax_amount": "164.99"}),
            "tax CID adds up to 165.00, but the assessment notice says 164.99",
        )

    def test_notice_total_that_does_not_add_up(self):
        self.assert_refused(
            build(overrides={"Assessment_notice/Total_item_taxes": "1.00"}),
            "taxes of the items add up to 684.75, .* notice says 1.00",
        )

    def test_item_that_is_missing(self):
        self.assert_refused(
            build(declared_items=3), "announces 3 items but holds 2. Nothing was"
        )

    def test_every_total_that_is_wrong_is_named(self):
        message = self.assert_refused(
            build(
                declared_items=9,
                overrides={
                    "Financial/Amounts/Totals_taxes": "1.00",
                    "Item[1]/Taxation/Item_taxes_amount": "2.00",
                },
            ),
            "announces 9 items",
            "the taxes of item 1",
            "the taxes to pay",
        )
        self.assertEqual(len(message.splitlines()), 3)

    # === AMOUNTS === #

    def test_tax_without_amount(self):
        path = "Item[1]/Taxation/Taxation_line[1]/Duty_tax_amount"
        self.assert_refused(
            build(overrides={path: None}), "item 1, tax CID, amount is empty"
        )

    def test_letters_as_amount(self):
        path = "Item[2]/Taxation/Taxation_line[2]/Duty_tax_amount"
        self.assert_refused(
            build(overrides={path: "34x.50"}),
            "item 2, tax VAT, amount should be a number but is “34x.50”",
        )

    def test_amount_without_tax_code(self):
        path = "Item[1]/Taxation/Taxation_line[1]/Duty_tax_code"
        self.assert_refused(
            build(overrides={path: None}), "has the amount 55.00 but no tax code"
        )

    def test_not_a_number_and_infinity_are_no_amounts(self):
        path = "Item[1]/Taxation/Taxation_line[1]/Duty_tax_amount"
        for value in ("NaN", "Infinity", "1e99"):
            with self.subTest(value=value):
                self.assert_refused(
                    build(overrides={path: value}), "should be a number", value
                )

    def test_date_that_is_none(self):
        self.assert_refused(
            build(registration=("C", "4711", "31/31/26")),
            "registration date should be a date but is “31/31/26”",
        )

    # === SEVERAL FILES === #

    def test_one_bad_file_keeps_all_out(self):
        before = self.counts()
        message = self.error_of(
            self.env["customs.declaration"].import_files,
            [
                ("good.xml", build()),
                ("bad.xml", b"rubbish"),
                ("later.xml", build(registration=("C", "2", "3/5/26"))),
                ("worse.xml", build(office="NOPE", registration=("C", "3", "3/5/26"))),
            ],
        )
        self.assertRegex(message, "bad.xml is not an XML file")
        self.assertRegex(message, "worse.xml: customs office NOPE")
        self.assertNotIn("good.xml", message)
        self.assertNotIn("later.xml", message)
        self.assertEqual(self.counts(), before)

    def test_closed_file_refuses_a_new_version_and_keeps_the_others_out(self):
        declaration = self.import_sad(two_items())
        self.post_assessment(declaration)
        self.bill(declaration)
        declaration.action_release()
        declaration.action_close()
        other = build(registration=("C", "2", "3/5/26"), reference=("2026", "J-2"))
        newer = build(assessment=("A", "4900", "3/9/26"))
        before = self.counts()
        message = self.error_of(
            self.env["customs.declaration"].import_files,
            [("other.xml", other), ("newer.xml", newer)],
        )
        self.assertRegex(
            message, f"newer.xml: {declaration.name} is closed. Reopen it to take in"
        )
        self.assertEqual(self.counts(), before)
        # the file it was closed with is no news
        same = self.env["customs.declaration"].import_files([("same.xml", build())])
        self.assertEqual(same, declaration)
        self.assertEqual(self.counts(), before)
        declaration.action_reopen()
        self.env["customs.declaration"].import_files([("newer.xml", newer)])
        self.assertEqual(declaration.assessment_ids.mapped("version"), [2, 1])

    def test_one_file_twice_in_one_upload_is_one_declaration(self):
        declarations = self.env["customs.declaration"].import_files(
            [("a.xml", build()), ("b.xml", build(indent=False))]
        )
        self.assertEqual(len(declarations), 2)  # one per file, in their order
        self.assertEqual(declarations[0], declarations[1])
        self.assertEqual(len(declarations.assessment_ids), 1)

    # === ANOTHER COMPANY === #

    def test_number_of_another_company(self):
        other = self.env["res.company"].create({"name": "Other Brokers Ltd"})
        office = self.office
        self.env["customs.declaration"].sudo().with_company(other).create(
            {
                "company_id": other.id,
                "office_id": office.id,
                "registration_number": "C 4711",
                "registration_year": 2026,
            }
        )
        message = self.assert_refused(
            build(),
            "declaration C 4711 of office TEST1 belongs to another company",
            "Switch to that company",
        )
        self.assertNotIn("Other Brokers", message)

    # === UPLOAD === #

    def upload(self, name, content):
        return self.env["ir.attachment"].create({"name": name, "raw": content})

    def test_upload_opens_the_declaration(self):
        attachment = self.upload("entry.xml", build())
        action = self.env["customs.declaration"].create_document_from_attachment(
            attachment.ids
        )
        declaration = self.env["customs.declaration"].browse(action["res_id"])
        self.assertEqual(action["res_model"], "customs.declaration")
        self.assertEqual(action["views"], [(False, "form")])
        self.assertEqual(declaration.amount_payable, 729.75)
        source = declaration.current_assessment_id.source_attachment_id
        self.assertEqual((source.name, source.raw), ("entry.xml", build()))
        self.assertFalse(attachment.exists())

    def test_upload_of_several_files_lists_the_declarations(self):
        attachments = self.upload("a.xml", build()) + self.upload(
            "b.xml", build(registration=("C", "2", "3/5/26"), reference=("", ""))
        )
        action = self.env["customs.declaration"].create_document_from_attachment(
            attachments.ids
        )
        declarations = self.env["customs.declaration"].search(action["domain"])
        self.assertEqual(
            sorted(declarations.mapped("registration_number")), ["C 2", "C 4711"]
        )

    def test_upload_of_a_bad_file_writes_nothing(self):
        attachments = self.upload("good.xml", build()) + self.upload("bad.xml", b"?")
        before = self.counts()
        message = self.error_of(
            self.env["customs.declaration"].create_document_from_attachment,
            attachments.ids,
        )
        self.assertRegex(message, "bad.xml is not an XML file")
        self.assertEqual(self.counts(), before)

    def test_upload_of_nothing(self):
        with self.assertRaisesRegex(UserError, "No file was provided"):
            self.env["customs.declaration"].create_document_from_attachment([])

    def test_upload_by_a_customs_user(self):
        user = new_test_user(
            self.env,
            login="uploader",
            groups="base.group_user,customs_invoicing.group_customs_user",
            company_id=self.company.id,
        )
        attachment = (
            self.env["ir.attachment"]
            .with_user(user)
            .create({"name": "entry.xml", "raw": build()})
        )
        action = (
            self.env["customs.declaration"]
            .with_user(user)
            .create_document_from_attachment(attachment.ids)
        )
        declaration = self.env["customs.declaration"].browse(action["res_id"])
        self.assertEqual(declaration.create_uid, user)
        self.assertFalse(attachment.exists())

    def test_upload_keeps_a_file_that_belongs_to_a_record(self):
        declaration = self.import_sad(two_items())
        source = declaration.current_assessment_id.source_attachment_id
        content = source.raw
        self.env["customs.declaration"].create_document_from_attachment(source.ids)
        self.assertTrue(source.exists())
        self.assertEqual(source.raw, content)
        self.assertEqual(len(declaration.assessment_ids), 1)
