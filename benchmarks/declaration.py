"""A declaration of 9, 99 and 999 items with six taxes each, inside Odoo.

    .odoo/venv/bin/python benchmarks/declaration.py --config .odoo/odoo.conf \
        --database NAME [--measures 21000] [--items 9 99 999] [--profile]

Prints the queries and seconds of every step of a calculation, and how much more the
largest declaration takes than the smallest.  The tariff and the declarations are made
in one transaction that is rolled back at the end: the database stays as it was.
"""

import argparse
import cProfile
import pstats
import sys
import time
from datetime import date

DAY = date(2026, 3, 5)
#: Type, tax code, sequence, base, percent, and amount per unit in EUR: the duty, an
#: anti-dumping duty, an excise per litre, a levy, a fee, and VAT on them all
TYPES = (
    ("B103", "BA00", 10, "customs_value", 12.8, (1.768, "kg")),
    ("B552", "BA30", 20, "customs_value", 25.0, None),
    ("BEXC", "BEXC", 30, "customs_value", None, (0.35, "l")),
    ("BLEV", "BLEV", 40, "terms", 7.0, None),
    ("BFEE", "BFEE", 50, "customs_value", 0.3464, None),
    ("B305", "BB00", 90, "customs_value_and_duties", 20.0, None),
)


def code_of(number):
    return f"85{number:08d}"


# --- Set-up --------------------------------------------------------------------------


def create_tariff(env, measures):
    """Return a tariff with ``measures`` measures, six on each of its codes."""
    tariff = env["customs.tariff"].create(
        {
            "name": "Benchmark",
            "code": "BENCHMARK",
            "currency_id": env.ref("base.USD").id,
        }
    )
    env["customs.exchange.rate"].create(
        {
            "tariff_id": tariff.id,
            "currency_id": env.ref("base.EUR").id,
            "date_from": "2020-01-01",
            "rate": 1.17,
        }
    )
    types = env["customs.measure.type"]
    for code, tax_code, sequence, base, *_rate in TYPES:
        tax = env["customs.tax.code"].create(
            {
                "code": tax_code,
                "name": tax_code,
                "tariff_id": tariff.id,
                "charge_code_id": env.ref("customs_invoicing.charge_code_duty").id,
            }
        )
        vals = {
            "tariff_id": tariff.id,
            "code": code,
            "name": code,
            "tax_code_id": tax.id,
            "sequence": sequence,
            "base": base,
        }
        if base == "terms":
            term = {"kind": "amount", "term_type_id": types[0].id, "value_name": False}
            vals["base_line_ids"] = [(0, 0, term)]
        types += env["customs.measure.type"].create(vals)
    env.flush_all()
    for kind, (*_facts, percent, specific) in zip(types, TYPES, strict=True):
        insert_measures(env, kind, measures // len(TYPES))
        if percent:
            insert_components(env, kind, 10, kind="percent", rate=percent, per=1)
        if specific:
            amount, unit = specific
            insert_components(
                env,
                kind,
                20,
                kind="specific",
                amount=amount,
                per=1,
                unit=unit,
                currency_id=env.ref("base.EUR").id,
            )
    env.cr.execute("ANALYZE customs_measure, customs_measure_component")
    env.invalidate_all()
    return tariff


def insert_measures(env, kind, count):
    """Insert one measure of a type on every code: the ORM would take minutes."""
    env.cr.execute(
        """
        INSERT INTO customs_measure (
            measure_type_id, tariff_id, code_prefix, date_from, rate_state, active
        )
        SELECT %s, %s, '85' || lpad(number::text, 8, '0'), '2020-01-01', 'read', true
          FROM generate_series(0, %s) AS number
        """,
        [kind.id, kind.tariff_id.id, count - 1],
    )


def insert_components(env, measure_type, sequence, **vals):
    """Insert a component for every measure of a type; names are those of columns."""
    columns = ", ".join(vals)
    places = ", ".join(["%s"] * len(vals))
    env.cr.execute(
        f"""
        INSERT INTO customs_measure_component (
            measure_id, sequence, operator, {columns}
        )
        SELECT id, %s, '+', {places} FROM customs_measure WHERE measure_type_id = %s
        """,
        [sequence, *vals.values(), measure_type.id],
    )


def create_declaration(env, office, items):
    return env["customs.declaration"].create(
        {
            "office_id": office.id,
            "capacity": "own",
            "registration_date": DAY,
            "invoice_currency_id": env.ref("base.EUR").id,
            "incoterm_id": env.ref("account.incoterm_FOB").id,
            "line_ids": [
                (
                    0,
                    0,
                    {
                        "number": number + 1,
                        "code": code_of(number),
                        "origin_id": env.ref("base.cn").id,
                        "invoice_value": 1000 + number,
                        "gross_mass": 120 + number,
                        "net_mass": 100 + number,
                        "supplementary_quantity": 10,
                        "supplementary_unit": "l",
                    },
                )
                for number in range(items)
            ],
            "valuation_element_ids": [
                (
                    0,
                    0,
                    {
                        "kind": "freight_external",
                        "amount": 10 * items,
                        "currency_id": env.ref("base.EUR").id,
                    },
                )
            ],
        }
    )


# --- Steps ---------------------------------------------------------------------------


class Meter:
    """Queries and seconds of the steps of one declaration."""

    def __init__(self, env):
        self.env, self.steps = env, {}

    def measure(self, name, function, *args):
        queries, start = self.env.cr.sql_log_count, time.perf_counter()
        result = function(*args)
        self.steps[name] = (
            self.env.cr.sql_log_count - queries,
            time.perf_counter() - start,
        )
        return result

    def fresh(self):
        self.env.flush_all()
        self.env.invalidate_all()


def run_steps(env, declaration):
    """Do what ``action_calculate`` does, step by step; then all of it at once."""
    meter = Meter(env)

    def value():
        declaration._compute_values()
        env.flush_all()

    def store():
        found = [(declaration, inputs, calculation)]
        stored = declaration._store_calculations(found)[declaration]
        vals_list = declaration._write_expectation(calculation, stored)
        env["customs.duty.line"].create(vals_list)
        env.flush_all()

    def again():
        declaration.action_calculate()
        env.flush_all()

    meter.fresh()
    meter.measure("value the items, write", value)
    meter.fresh()
    context = meter.measure(
        "resolve: search, to engine",
        declaration._prepare_engine_context,
        declaration.tariff_id,
        DAY,
        DAY,
        declaration.company_id,
    )
    inputs, calculation = meter.measure(
        "read items and compute", declaration._calculate_expectation, context
    )
    assert len(calculation) == len(TYPES) * len(declaration.line_ids)
    assert not calculation.problems, calculation.problems[0]
    meter.measure("write the duty lines", store)
    meter.fresh()
    meter.measure("all again, unchanged", again)
    declaration.line_ids.origin_id = env.ref("base.jp")
    declaration.line_ids.invoice_value = 777
    meter.fresh()
    meter.measure("all again, all changed", again)
    meter.fresh()
    fields = ["amount_assessed", "amount_calculated", "has_difference", "display_name"]
    meter.measure("read the items", declaration.line_ids.read, fields)
    return meter.steps


def profile(env, declaration):
    env.flush_all()
    env.invalidate_all()
    profiler = cProfile.Profile()
    profiler.enable()
    declaration.action_calculate()
    env.flush_all()
    profiler.disable()
    pstats.Stats(profiler).sort_stats("cumulative").print_stats(60)
    pstats.Stats(profiler).sort_stats("tottime").print_stats(30)


# --- Report --------------------------------------------------------------------------


def report(found):
    sizes = list(found)
    titles = "".join(f"{size:>14} items" for size in sizes)
    print(f"{'':28}{titles}{f'{sizes[-1]} : {sizes[0]}':>20}")
    for name in found[sizes[0]]:
        steps = [found[size][name] for size in sizes]
        cells = "".join(f"{queries:8d} q {spent:7.3f} s" for queries, spent in steps)
        queries = steps[-1][0] / max(1, steps[0][0])
        spent = steps[-1][1] / steps[0][1]
        print(f"{name:28}{cells}{queries:9.1f} q {spent:6.1f} s")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--config", required=True)
    parser.add_argument("--database", required=True)
    parser.add_argument("--measures", type=int, default=21000)
    parser.add_argument("--items", type=int, nargs="+", default=[9, 99, 999])
    parser.add_argument("--profile", action="store_true")
    options = parser.parse_args()

    from odoo import SUPERUSER_ID, api
    from odoo.modules.registry import Registry
    from odoo.tools import config

    config.parse_config(["-c", options.config, "-d", options.database, "--no-http"])
    with Registry(options.database).cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {"tracking_disable": True})
        try:
            tariff = create_tariff(env, options.measures)
            office = env["customs.office"].create(
                {
                    "code": "BENCHMARK",
                    "name": "Benchmark",
                    "tariff_id": tariff.id,
                    "authority_id": env.ref("base.main_partner").id,
                }
            )
            # registry and ormcache are warm for all that follow
            run_steps(env, create_declaration(env, office, 2))
            found = {}
            for size in options.items:
                declaration = create_declaration(env, office, size)
                found[size] = run_steps(env, declaration)
            print(f"{tariff.measure_count} measures in the tariff")
            report(found)
            if options.profile:
                profile(env, create_declaration(env, office, options.items[-1]))
        finally:
            cr.rollback()
    return 0


if __name__ == "__main__":
    sys.exit(main())
