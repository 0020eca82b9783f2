"""The demo declaration agrees with itself and, but for one item, with our rates."""

import datetime
from decimal import Decimal

from pure import ADDON, engine, formats

FILE = ADDON / "demo" / "files" / "sad_im4_assessed.xml"
EXPECTED_RATES = {"8516710000": "5", "8712003000": "20", "6911100000": "10"}


def document():
    return formats.read(FILE.name, FILE.read_bytes())


def test_it_is_consistent():
    assert formats.control_problems(document()) == []
    assert document().warnings == ()


def test_header():
    header = document().header
    assert (header.office_code, header.declaration_type) == ("DEMO1", "IM4")
    assert header.registration.display == "C 4711"
    assert header.registration.date == datetime.date(2026, 3, 5)
    assert header.assessment.display == "A 4802"
    assert header.assessment.date == datetime.date(2026, 3, 6)
    assert header.importer.code == "TIN-100200300"
    assert header.declarant_reference == "JOB-2026-0042"
    assert header.customs_value == Decimal("27984.00")


def test_amounts_per_tax_code():
    sums = {}
    for _number, line in document().taxes():
        assessed, payable = sums.get(line.code, (0, 0))
        sums[line.code] = (
            assessed + line.amount_assessed,
            payable + line.amount_payable,
        )
    assert sums == {
        "CID": (Decimal("3170.93"), Decimal("3170.93")),
        "VAT": (Decimal("4673.24"), Decimal("4673.24")),
        "SUR": (Decimal("857.01"), 0),
        formats.GLOBAL_TAX_CODE: (45, 45),
    }
    assert document().totals.taxes == Decimal("7889.17")


def test_customs_values_are_apportioned_by_price():
    header, items = document().header, document().items
    prices = [goods.invoice.amount for goods in items]
    for position, element in enumerate(header.value_elements):
        parts = [goods.value_elements[position].money.amount for goods in items]
        assert engine.apportion(element.money.amount, prices) == parts


def expected():
    day = datetime.date(2026, 3, 5)
    measures = [
        engine.Measure(code, "CID", "CID", (engine.percent(Decimal(rate)),), code)
        for code, rate in EXPECTED_RATES.items()
    ]
    vat = engine.Measure(
        "vat",
        "VAT",
        "VAT",
        (engine.percent(Decimal(15)),),
        sequence=90,
        base=engine.BASE_VALUE_AND_DUTIES,
        in_vat_base=False,
    )
    items = [
        engine.DutyItem(
            goods.number, goods.commodity_code, goods.customs_value, goods.origin
        )
        for goods in document().items
    ]
    results = engine.calculate(items, [*measures, vat], day, engine.Rounding(), "USD")
    return {(result.item_key, result.tax_code): result.amount for result in results}


def test_the_authority_differs_on_one_item_only():
    assessed = {
        (number, line.code): line.amount_assessed
        for number, line in document().taxes()
        if line.code in ("CID", "VAT")
    }
    difference = {
        key: assessed[key] - amount
        for key, amount in expected().items()
        if amount != assessed[key]
    }
    assert difference == {
        (3, "CID"): Decimal("243.11"),
        (3, "VAT"): Decimal("36.46"),
    }


def test_second_file_is_consistent_and_another_declaration():
    path = FILE.with_name("sad_im4_second.xml")
    second = formats.read(path.name, path.read_bytes())
    assert formats.control_problems(second) == []
    assert second.header.registration.display == "C 4720"
    assert second.header.importer.code != document().header.importer.code
    assert second.fingerprint() != document().fingerprint()
