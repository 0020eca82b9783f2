"""ASYCUDA World: what is read, from files written by the builder."""

import datetime
import time
from decimal import Decimal

import pytest
from fixtures.builder import build_sad, default_items, item, tax
from hypothesis import given
from hypothesis import strategies as st
from pure import formats

DATE = datetime.date


def read(*args, **facts):
    return formats.read("sad.xml", build_sad(*args, **facts))


def test_identification():
    header = read().header
    assert (header.source_format, header.source_id) == ("asycuda_world", "900001")
    assert (header.direction, header.declaration_type) == ("import", "IM4")
    assert (header.office_code, header.office_name) == ("DEMO1", "Port Demo")
    assert header.registration.display == "C 4711"
    assert header.registration.date == DATE(2026, 3, 5)
    assert header.registration.year == 2026
    assert (header.assessment.display, header.assessment.year) == ("A 4802", 2026)
    assert not header.receipt
    assert header.manifest == "2026 318"


def test_registration_year_is_that_of_the_notice_or_of_the_date():
    sad = {"registration": ("C", "1", "12/31/25"), "assessment": None}
    assert read(**sad).header.registration.year == 2026
    paths = {"Assessment_notice/Registration_year": None}
    assert read(**sad, overrides=paths).header.registration.year == 2025


def test_a_declaration_that_is_not_lodged_has_no_numbers():
    document = read(registration=None, assessment=None)
    assert not document.header.registration
    assert document.header.registration.display == ""
    assert document.is_assessed and not document.is_official
    assert read().is_official


def test_direction_falls_back_on_the_type():
    flow = "Property/Sad_flow"
    assert read(kind="EX", flow="E").header.direction == "export"
    assert read(kind="EX", overrides={flow: None}).header.direction == "export"
    assert read(kind="IMR", overrides={flow: None}).header.direction == "import"
    assert read(kind="TR", overrides={flow: None}).header.direction == ""


def test_parties_are_blocks_of_free_text():
    header = read().header
    assert header.importer.code == "TIN-100200300"
    assert header.importer.name == "Harbour Home Goods Ltd"
    assert header.importer.address == ("4 Quay Street", "Port Demo")
    assert (header.exporter.code, header.exporter.name) == ("", "Ligure Casa S.p.A.")
    assert header.declarant.code == "BRK-001"
    assert header.declarant_representative == "A. Clerk"
    assert not header.financial_party
    assert header.declarant_reference == "JOB-2026-0042"
    assert header.declarant_reference_year == 2026


def test_a_party_block_is_cleaned_of_indentation_and_bare_marks():
    block = "\n      Blue  Reef Traders\r\n      7 Coral Way\n      -\n\n"
    party = read(importer=("9", block)).header.importer
    assert (party.name, party.address) == ("Blue Reef Traders", ("7 Coral Way",))


def test_transport_and_payment():
    header = read().header
    assert (header.transport_identity, header.transport_mode) == ("MV Demo Trader", "1")
    assert header.border_transport_nationality == "PA"
    assert (header.inland_mode, header.container) == ("3", True)
    assert (header.incoterm, header.incoterm_place) == ("FOB", "Genova")
    assert (header.border_office_code, header.place_of_loading) == ("DEMO1", "ITGOA")
    assert header.location_of_goods == "SHED 4"
    assert header.transport_document == "BL-DEMO-7731"
    assert header.payment_account == "DEF-77-0001"
    assert header.payment_mode == "ACCOUNT PAYMENT"
    assert header.country_export == "IT"


@pytest.mark.parametrize("code", ["C&F", "c&f", "C+F", "CNF"])
def test_old_names_of_cfr(code):
    assert read(incoterm=(code, "Genova")).header.incoterm == "CFR"


def test_incoterm_of_the_first_item_when_the_header_has_none():
    path = {"Transport/Delivery_terms/Code": None}
    assert read(incoterm=("CIF", "Genova"), overrides=path).header.incoterm == "CIF"


def test_transport_document_from_box_44_when_box_40_is_empty():
    documents = (("380", "", "I-1", ""), ("740", "Air waybill", "AWB-9", ""))
    goods = item(previous="", documents=documents)
    assert read([goods]).header.transport_document == "AWB-9"


def test_valuation_of_the_header_with_its_currencies():
    goods = item(price="1000", freight="50", insurance="8")
    header = read([goods], rate="1.25").header
    assert header.invoice.amount == 1000
    assert (header.invoice.currency, header.invoice.rate) == ("EUR", Decimal("1.25"))
    assert header.invoice.amount_national == 1250
    freight, insurance = header.value_elements
    assert (freight.kind, freight.money.amount) == ("freight_external", 50)
    assert freight.money.amount_national == Decimal("62.50")
    assert (insurance.kind, insurance.money.currency) == ("insurance", "EUR")
    assert header.costs_total == Decimal("72.50")
    assert header.customs_value == Decimal("1322.50")
    assert (header.gross_mass, header.packages) == (Decimal("120.5"), 10)


def test_invoice_total_where_the_invoice_block_is_empty():
    path = {"Valuation/Gs_Invoice/Amount_foreign_currency": None}
    assert read(overrides=path).header.invoice.amount == 1000


def test_item():
    goods = read([item(freight="50", preference="GSP", units=(("LTR", "7"),))]).items[0]
    assert (goods.number, goods.commodity_code) == (1, "8516710000")
    assert goods.description == "DOMESTIC COFFEE MACHINES"
    assert goods.tariff_description == "Coffee or tea makers"
    assert (goods.origin, goods.preference) == ("CN", "GSP")
    assert (goods.procedure, goods.national_procedure) == ("4000", "000")
    assert (goods.gross_mass, goods.net_mass) == (Decimal("120.5"), Decimal("100.25"))
    assert [(u.code, u.quantity) for u in goods.supplementary_units] == [("LTR", 7)]
    assert (goods.invoice.amount, goods.invoice.currency) == (1000, "EUR")
    assert goods.customs_value == goods.statistical_value == 1155
    assert (goods.packages, goods.package_kind, goods.marks) == (10, "CT", "HHG 1-10")
    assert goods.previous_document == "BL-DEMO-7731"
    assert (goods.valuation_method, goods.adjustment_rate) == ("1", 1)
    (freight,) = goods.value_elements
    assert (freight.kind, freight.money.amount) == ("freight_external", 50)
    (invoice,) = goods.documents
    assert (invoice.code, invoice.reference) == ("380", "INV-2026-118")
    assert invoice.date == DATE(2026, 2, 18)


def test_commodity_code_keeps_leading_zeros_and_joins_the_precisions():
    overrides = {
        "Item/Tarification/HScode/Precision_1": "00",
        "Item/Tarification/HScode/Precision_2": "300",
    }
    goods = read([item(code="08039010")], overrides=overrides).items[0]
    assert goods.commodity_code == "0803901000300"


def test_code_of_additional_information_has_dots_in_its_tag():
    path = {"Item/Tarification/A.I._code": "X99"}
    assert read(overrides=path).items[0].additional_information == "X99"


def test_price_without_an_invoice_block_of_the_item():
    path = {"Item/Valuation_item/Item_Invoice/Amount_foreign_currency": None}
    assert read(overrides=path).items[0].invoice.amount == 1000


def test_value_build_up_from_its_text_form():
    path = {"Item/Tarification/Value_item": "1,618+0+12.5+0.00-3"}
    elements = read(overrides=path).items[0].value_elements
    assert [(e.kind, e.money.amount_national) for e in elements] == [
        ("freight_external", 1618),
        ("insurance", Decimal("12.5")),
        ("deduction", 3),
    ]


def test_value_build_up_that_cannot_be_read_is_told():
    document = read(overrides={"Item/Tarification/Value_item": "see annex"})
    assert document.items[0].value_elements == ()
    assert [warning.code for warning in document.warnings] == ["value_text"]
    assert "item 1" in document.warnings[0]


def test_containers():
    content = build_sad().replace(
        b"<Item>",
        b"<Container><Container_identity>TEMU1</Container_identity></Container>"
        b"<Container><Container_identity>TEMU1</Container_identity></Container>"
        b"<Container><Container_identity>TEMU2</Container_identity></Container><Item>",
    )
    assert formats.read("x", content).header.containers == ("TEMU1", "TEMU2")


# === Tax lines ===#


def test_tax_lines():
    duty, vat = read().items[0].taxes
    assert (duty.code, duty.amount_assessed, duty.amount_payable) == ("CID", 55, 55)
    assert (duty.base, duty.base_kind) == (1100, "value")
    assert (duty.rate, duty.rate_kind, duty.rate_raw) == (5, "percent", "5")
    assert (duty.status, duty.payment_method) == ("payable", "1")
    assert (vat.base, vat.amount_assessed) == (1155, Decimal("173.25"))


def test_a_suspended_line_is_assessed_but_not_payable():
    lines = [tax("CID"), tax("SUR", rate="10", mp="0", kind="M")]
    suspended = read([item(taxes=lines)]).items[0].taxes[1]
    assert (suspended.amount_assessed, suspended.amount_payable) == (110, 0)
    assert (suspended.status, suspended.payment_method) == ("suspended", "0")
    assert suspended.calculation_type == "M"
    assert read([item(taxes=lines)]).header.guarantee_amount == 110


def test_mode_of_payment_of_the_item_where_the_line_has_none():
    path = "Item/Taxation/Item_taxes_mode_of_payment"
    lines = [tax("CID", mp="")]
    assert read([item(taxes=lines)]).items[0].taxes[0].status == "payable"
    document = read([item(taxes=lines)], overrides={path: "0"})
    assert document.items[0].taxes[0].amount_payable == 0


def test_an_unknown_mode_of_payment_is_payable_and_told():
    document = read([item(taxes=[tax("CID", mp="3")])])
    assert document.items[0].taxes[0].amount_payable == 55
    (warning,) = document.warnings
    assert (warning.code, warning.values["value"]) == ("payment_method", "3")


def test_global_taxes_without_detail_are_one_line():
    (fee,) = read(global_tax="45.00").header_taxes
    assert (fee.code, fee.amount_payable) == (formats.GLOBAL_TAX_CODE, 45)
    assert read(global_tax="0.0").header_taxes == ()
    assert read(global_tax=None).header_taxes == ()


def test_detailed_global_taxes():
    document = read(global_lines=[("ENV", "10", "1"), ("SEC", "5", "0")])
    fee, security = document.header_taxes
    assert (fee.code, fee.amount_payable) == ("ENV", 10)
    assert (security.amount_assessed, security.amount_payable) == (5, 0)
    assert formats.control_problems(document) == []


def test_manual_taxes_are_a_line_of_their_own():
    document = read(manual_tax="7.00")
    assert document.header_taxes[1].code == formats.MANUAL_TAX_CODE
    assert document.header_taxes[1].amount_payable == 7
    assert formats.control_problems(document) == []


def test_manual_taxes_that_stand_among_the_items_are_not_counted_twice():
    document = read(manual_tax="55.00", totals_taxes="273.25")
    assert [fee.code for fee in document.header_taxes] == [formats.GLOBAL_TAX_CODE]
    assert formats.control_problems(document) == []


def test_every_tax_line_items_first():
    document = read([*default_items(), *default_items()])
    codes = [(number, line.code) for number, line in document.taxes()]
    assert codes[:2] == [(1, "CID"), (1, "VAT")]
    assert codes[-1] == (None, formats.GLOBAL_TAX_CODE)


def test_assessment_notice():
    totals = read().totals
    assert totals.assessed_by_code == (("CID", 55), ("VAT", Decimal("173.25")))
    assert totals.notice_item_taxes == Decimal("228.25")
    assert (totals.items, totals.header_taxes) == (1, 45)


def test_header_only_exports_are_read():
    document = read([], declared_items=8, notice=False)
    assert (len(document.items), document.totals.items) == (0, 8)


def test_blank_item_slots_are_no_items():
    content = build_sad().replace(b"</ASYCUDA>", b"<Item><Packages/></Item></ASYCUDA>")
    assert len(formats.read("x", content).items) == 1


def test_999_items_are_read_within_seconds():
    content = build_sad(default_items() * 999)
    started = time.process_time()
    document = formats.read("sad.xml", content)
    assert formats.control_problems(document) == []
    assert time.process_time() - started < 5
    assert len(document.items) == 999


# === Round trip ===#

amounts = st.decimals(min_value=0, max_value=10**9, places=2)
words = st.text(
    st.characters(whitelist_categories=("L", "N")), min_size=1, max_size=12
).filter(lambda value: value.strip())
tax_lines = st.builds(
    tax,
    code=st.sampled_from(["CID", "VAT", "EXC", "101"]),
    base=amounts,
    rate=st.sampled_from(["0", "0.2", "5.0", "12.5"]),
    amount=amounts,
    mp=st.sampled_from(["0", "1"]),
)
goods_items = st.builds(
    item,
    code=st.from_regex("[0-9]{8,11}", fullmatch=True),
    price=amounts,
    freight=amounts,
    insurance=amounts,
    net=amounts,
    description=words,
    taxes=st.lists(tax_lines, max_size=8),
)


@given(
    goods=st.lists(goods_items, max_size=4),
    fee=amounts,
    office=words,
    empty=st.sampled_from(["null", "short", "pair"]),
)
def test_what_is_written_is_read_back(goods, fee, office, empty):
    facts = {"global_tax": fee, "office": office, "empty": empty}
    document = formats.read("sad.xml", build_sad(goods, **facts))
    assert formats.control_problems(document) == []
    assert document.header.office_code == office
    assert document.totals.header_taxes == fee
    assert len(document.items) == len(goods)
    for written, found in zip(goods, document.items, strict=True):
        assert found.commodity_code == written.code
        assert found.description == written.description
        assert (found.invoice.amount, found.net_mass) == (written.price, written.net)
        assert [
            (line.code, line.base, line.amount_assessed, line.payment_method)
            for line in found.taxes
        ] == [(line.code, line.base, line.amount, line.mp) for line in written.taxes]
