"""Posting an assessment of 999 items beside posting a vendor bill of Odoo.

    .odoo/venv/bin/python benchmarks/posting.py --config .odoo/odoo.conf \
        --database NAME [--items 999] [--rounds 15] [--profile "own bill"]

An assessment of 999 items with five taxes each (4 996 lines, one of them a fee of the
whole declaration) is posted on our own import and for a client, as bill and as entry.
Beside each, in turns, a vendor bill with as many journal items, on the same accounts
and taxes, is created and posted by Odoo alone.  Prints the median of both and their
ratio.  Everything happens in one transaction that is rolled back at the end.
"""

import argparse
import cProfile
import pstats
import statistics
import sys
import time
from datetime import date

DAY = date(2026, 3, 5)
#: Tax code, charge code, base and amount on each item; VAT comes last
TAXES = (
    ("PB00", "duty", 1000.0, 128.0),
    ("PB30", "trade_defence", 1000.0, 250.0),
    ("PBEX", "excise", 100.0, 35.0),
    ("PBLE", "duty", 1000.0, 7.0),
    ("PBVT", "import_vat", 1420.0, 213.0),
)
FEE = ("PBFE", "fee", 45.0)
WAYS = [(c, d) for c in ("own", "direct") for d in ("bill", "entry")]


# --- Set-up --------------------------------------------------------------------------


def create_tariff(env):
    """Return an office and ``{code: tax code}`` of a tariff without measures."""
    tariff = env["customs.tariff"].create(
        {
            "name": "Benchmark",
            "code": "BENCHMARK",
            "currency_id": env.company.currency_id.id,
        }
    )
    codes = {
        code: env["customs.tax.code"].create(
            {
                "code": code,
                "name": code,
                "tariff_id": tariff.id,
                "charge_code_id": env.ref(f"customs_invoicing.charge_code_{kind}").id,
            }
        )
        for code, kind, *_amounts in (*TAXES, FEE)
    }
    office = env["customs.office"].create(
        {
            "code": "BENCHMARK",
            "name": "Benchmark",
            "tariff_id": tariff.id,
            "authority_id": env["res.partner"].create({"name": "Customs"}).id,
        }
    )
    return office, codes


def prepare_company(env):
    """Set the company up and return its tax for import VAT of 15 %."""
    company = env.company
    company.action_create_customs_setup()
    vat = company.customs_import_vat_tax_ids.filtered(
        lambda tax: tax.amount_type == "percent" and tax.amount == 15
    )
    if not vat:
        source = company.account_purchase_tax_id
        vat = source.copy({"name": "15% import", "amount": 15.0})
        company.customs_import_vat_tax_ids |= vat
    return vat[0]


def create_assessed(env, office, codes, capacity, items):
    """Return a file with an assessment that is not posted."""
    declaration = env["customs.declaration"].create(
        {
            "office_id": office.id,
            "capacity": capacity,
            "client_id": (
                env["res.partner"].create({"name": "Client"}).id
                if capacity != "own"
                else False
            ),
            "registration_date": DAY,
            "line_ids": [
                (0, 0, {"number": number + 1, "code": "8516710000"})
                for number in range(items)
            ],
        }
    )
    lines = [
        {
            "tax_code_id": codes[code].id,
            "item_number": number + 1,
            "base": base,
            "rate": 15.0 if kind == "import_vat" else None,
            "amount_assessed": amount,
        }
        for number in range(items)
        for code, kind, base, amount in TAXES
    ]
    fee, _kind, amount = FEE
    lines.append({"tax_code_id": codes[fee].id, "amount_assessed": amount})
    declaration._record_assessment(lines, date=DAY)
    return declaration


def core_bill_vals(env, declaration, vat):
    """Return the values of a vendor bill that has the items of a posted file."""
    move = declaration._get_customs_moves()
    product = env.ref("customs_invoicing.product_duty")
    lines = []
    for line in move.line_ids:
        is_debt = not line.customs_charge_id
        if is_debt or line.tax_line_id:
            continue
        lines.append(
            {
                "name": line.name,
                "product_id": product.id,
                "account_id": line.account_id.id,
                "quantity": 1,
                "price_unit": line.balance,
                "tax_ids": [(6, 0, vat.ids if line.tax_ids else [])],
            }
        )
    return {
        "move_type": "in_invoice",
        "partner_id": declaration.authority_id.id,
        "journal_id": env.company.customs_journal_id.id,
        "invoice_date": DAY,
        "date": DAY,
        "invoice_line_ids": [(0, 0, vals) for vals in lines],
    }


# --- Steps ---------------------------------------------------------------------------


def measured(env, function):
    """Return ``(seconds, queries, result)`` of a call with an empty cache."""
    env.flush_all()
    env.invalidate_all()
    queries, start = env.cr.sql_log_count, time.perf_counter()
    result = function()
    env.flush_all()
    return time.perf_counter() - start, env.cr.sql_log_count - queries, result


def undone(env, function):
    """Measure a call and take back what it did, so each starts from the same."""
    savepoint = env.cr.savepoint()
    env.flush_all()
    try:
        return measured(env, function)
    finally:
        savepoint.rollback()
        savepoint.close(rollback=False)
        env.invalidate_all(flush=False)


def compare(env, declaration, vat, rounds):
    """Return ``(items, ours, core)``, the latter two ``(seconds, queries)``."""

    def post():
        declaration.action_post_assessment()

    def post_core():
        env["account.move"].create(vals).action_post()

    savepoint = env.cr.savepoint()
    post()
    vals = core_bill_vals(env, declaration, vat)
    items = len(declaration._get_customs_moves().line_ids)
    savepoint.rollback()
    savepoint.close(rollback=False)
    env.invalidate_all(flush=False)
    times, queries = {post: [], post_core: []}, {}
    for _round in range(rounds + 1):
        for function in (post, post_core):
            seconds, count, _result = undone(env, function)
            times[function].append(seconds)
            queries[function] = count
    found = {f: (statistics.median(times[f][1:]), queries[f]) for f in times}
    return items, found[post], found[post_core]


def profile(env, declaration):
    env.flush_all()
    env.invalidate_all()
    profiler = cProfile.Profile()
    profiler.enable()
    declaration.action_post_assessment()
    env.flush_all()
    profiler.disable()
    pstats.Stats(profiler).sort_stats("cumulative").print_stats(70)
    pstats.Stats(profiler).sort_stats("tottime").print_stats(25)


# --- Report --------------------------------------------------------------------------


def report(way, items, ours, core):
    name = f"{way[0]}, {way[1]}"
    print(
        f"{name:15} {items:3d} items  ours {ours[0] * 1000:7.1f} ms {ours[1]:4d} q   "
        f"core bill {core[0] * 1000:7.1f} ms {core[1]:4d} q   "
        f"ratio {ours[0] / core[0]:5.2f}"
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--config", required=True)
    parser.add_argument("--database", required=True)
    parser.add_argument("--items", type=int, default=999)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--profile", choices=[" ".join(way) for way in WAYS])
    options = parser.parse_args()

    from odoo import SUPERUSER_ID, api
    from odoo.modules.registry import Registry
    from odoo.tools import config

    config.parse_config(["-c", options.config, "-d", options.database, "--no-http"])
    with Registry(options.database).cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {})
        try:
            vat = prepare_company(env)
            office, codes = create_tariff(env)
            files = {
                capacity: create_assessed(env, office, codes, capacity, options.items)
                for capacity in ("own", "direct")
            }
            # what is not committed yet is not in the statistics of PostgreSQL
            cr.execute("ANALYZE customs_assessment_line, customs_duty_line")
            cr.execute("ANALYZE customs_declaration_line")
            lines = files["own"].current_assessment_id.line_ids
            print(f"{len(lines)} assessed lines")
            for capacity, document in WAYS:
                env.company.customs_assessment_document = document
                found = compare(env, files[capacity], vat, options.rounds)
                report((capacity, document), *found)
            if options.profile:
                capacity, document = options.profile.split()
                env.company.customs_assessment_document = document
                profile(env, files[capacity])
        finally:
            cr.rollback()
    return 0


if __name__ == "__main__":
    sys.exit(main())
