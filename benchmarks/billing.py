"""Billing declarations beside invoicing sales orders by Odoo.

    .odoo/venv/bin/python benchmarks/billing.py --config .odoo/odoo.conf \
        --database NAME [--sizes 100 1000] [--rounds 5] [--post] [--alone]
        [--profile 1000]

N declarations of a client each bear three outlays, posted before, and two own services.
A billing run bills them into N draft invoices of five lines, in its chunks.  In turns
with it Odoo alone makes N draft invoices of N confirmed sales orders of five lines, on
the same taxes and prices.  Prints the median of both, their ratio, and how
both grow.  ``--post`` posts the invoices too, ``--alone`` leaves the sales orders out,
for sizes of 10 000 and more.  Everything happens in one transaction
that is rolled back at the end.
"""

import argparse
import cProfile
import pstats
import statistics
import sys
import time
from datetime import date
from unittest.mock import patch

DAY = date(2026, 3, 5)
#: Tax code, charge code and amount of the outlays of each file
OUTLAYS = (
    ("PBDU", "duty", 128.0),
    ("PBAD", "trade_defence", 250.0),
    ("PBFE", "fee", 45.0),
)
#: Charge code and price of the own services
SERVICES = (("clearance", 80.0), ("advance", 12.5))
#: Files set up at once
BATCH = 250
#: Tables that the set-up fills
GROWING = (
    "account_move",
    "account_move_line",
    "account_partial_reconcile",
    "customs_assessment",
    "customs_charge",
    "customs_declaration",
    "customs_declaration_line",
    "customs_duty_line",
    "mail_message",
    "res_partner",
    "sale_order",
    "sale_order_line",
)
#: Files from which one round is enough
LARGE = 5000


# --- Set-up --------------------------------------------------------------------------


def create_tariff(env):
    """Return an office and the tax codes of a tariff without measures."""
    tariff = env["customs.tariff"].create(
        {
            "name": "Benchmark",
            "code": "BENCHMARK",
            "currency_id": env.company.currency_id.id,
        }
    )
    codes = [
        env["customs.tax.code"].create(
            {
                "code": code,
                "name": code,
                "tariff_id": tariff.id,
                "charge_code_id": env.ref(f"customs_invoicing.charge_code_{kind}").id,
            }
        )
        for code, kind, _amount in OUTLAYS
    ]
    office = env["customs.office"].create(
        {
            "code": "BENCHMARK",
            "name": "Benchmark",
            "tariff_id": tariff.id,
            "authority_id": env["res.partner"].create({"name": "Customs"}).id,
        }
    )
    return office, codes


def get_services(env):
    """Return ``[(charge code, price)]`` of the own services, which exist."""
    codes = env["customs.charge.code"].search([("kind", "=", "service")])
    named = [
        env.ref(f"customs_invoicing.charge_code_{name}", raise_if_not_found=False)
        for name, _price in SERVICES
    ]
    return [
        (code or codes[position], price)
        for position, (code, (_name, price)) in enumerate(
            zip(named, SERVICES, strict=True)
        )
    ]


def create_files(env, office, codes, services, clients):
    """Return a posted file of each client, ready to bill."""
    files = env["customs.declaration"].create(
        [
            {
                "office_id": office.id,
                "capacity": "direct",
                "client_id": client.id,
                "registration_date": DAY,
                "registration_number": f"B {client.id}",
                "charge_ids": [
                    (0, 0, {"charge_code_id": code.id, "amount": price})
                    for code, price in services
                ],
            }
            for client in clients
        ]
    )
    assessments = env["customs.assessment"].create(
        [
            {
                "declaration_id": declaration.id,
                "currency_id": env.company.currency_id.id,
                "kind": "final",
                "version": 1,
                "date": DAY,
                "date_due": DAY,
                "fingerprint": f"benchmark {declaration.id}",
                "line_ids": [
                    (
                        0,
                        0,
                        {
                            "tax_code_id": code.id,
                            "amount_assessed": amount,
                            "amount_payable": amount,
                            "status": "payable",
                        },
                    )
                    for code, (_code, _kind, amount) in zip(codes, OUTLAYS, strict=True)
                ],
            }
            for declaration in files
        ]
    )
    files.state = "assessed"
    assessments.action_post()
    return files


def create_products(env, files):
    """Return ``[(product, price)]`` of the sales orders: taxed as charges are."""
    taxes = env.company.customs_disbursement_tax_id
    return [
        (
            env["product.product"].create(
                {
                    "name": charge.name,
                    "type": "service",
                    "invoice_policy": "order",
                    "taxes_id": [
                        (
                            6,
                            0,
                            charge.charge_code_id.product_id.taxes_id.ids
                            if charge.nature == "service"
                            else taxes.ids,
                        )
                    ],
                }
            ),
            charge.amount if charge.nature == "service" else charge.amount_charged,
        )
        for charge in files[0].charge_ids
    ]


def create_orders(env, files, products):
    """Return a confirmed sales order beside each file, of lines at the same prices."""
    orders = env["sale.order"].create(
        [
            {
                "partner_id": declaration.client_id.id,
                "order_line": [
                    (
                        0,
                        0,
                        {
                            "product_id": product.id,
                            "product_uom_qty": 1,
                            "price_unit": amount,
                        },
                    )
                    for product, amount in products
                ],
            }
            for declaration in files
        ]
    )
    orders.action_confirm()
    return orders


def set_up(env, size, alone=False):
    """Return as many files and sales orders, each with a client of its own."""
    office, codes = create_tariff(env)
    services = get_services(env)
    files, orders, products = env["customs.declaration"], env["sale.order"], []
    analysed = 0
    for start in range(0, size, BATCH):
        clients = env["res.partner"].create(
            [
                {"name": f"Client {number}", "is_company": True}
                for number in range(start, min(start + BATCH, size))
            ]
        )
        part = create_files(env, office, codes, services, clients)
        if not alone:
            products = products or create_products(env, part)
            orders |= create_orders(env, part, products)
        files |= part
        env.flush_all()
        env.invalidate_all()
        if len(files) >= 2 * analysed or len(files) == size:
            # what is not committed yet is not in the statistics of PostgreSQL
            env.cr.execute(f"ANALYZE {', '.join(GROWING)}")
            analysed = len(files)
    return files, orders


# --- Steps ---------------------------------------------------------------------------


def bill(env, files, post):
    """Bill files as a worker does in the background; return the invoices."""
    run = env["customs.billing.run"]._start_with(
        files, finish="post" if post else "draft", invoice_date=DAY
    )
    # a worker commits after each chunk; here the work is taken back
    while run._process_next():
        env.flush_all()
    invoices = run._get_invoices()
    assert run.state == "done", run.summary
    assert len(invoices) == len(files), run.line_ids.mapped("message")
    assert len(invoices.invoice_line_ids) == 5 * len(files)
    return invoices


def bill_core(env, orders, post):
    """Invoice orders as Odoo does."""
    invoices = orders._create_invoices()
    assert len(invoices) == len(orders)
    if post:
        invoices.invoice_date = DAY
        invoices.action_post()
    return invoices


def measured(env, function, *args):
    """Return ``(seconds, queries)`` of a call with an empty cache."""
    env.flush_all()
    env.invalidate_all()
    queries, start = env.cr.sql_log_count, time.perf_counter()
    function(env, *args)
    env.flush_all()
    return time.perf_counter() - start, env.cr.sql_log_count - queries


def undone(env, function, *args):
    """Measure a call and take back what it did, so each starts from the same."""
    savepoint = env.cr.savepoint()
    env.flush_all()
    try:
        return measured(env, function, *args)
    finally:
        savepoint.rollback()
        savepoint.close(rollback=False)
        env.invalidate_all(flush=False)


def compare(env, files, orders, rounds, post):
    """Return ``[ours, core]``, each ``(median seconds, queries)``, in turns.

    The first round of small sizes warms what Odoo caches; large ones come after them.
    """
    calls = [(bill, files), (bill_core, orders)][: 2 if orders else 1]
    found = {function: [] for function, _records in calls}
    cold = int(len(files) < LARGE)
    for _round in range(rounds + cold):
        for function, records in calls:
            found[function].append(undone(env, function, records, post))
    return [
        (
            statistics.median(seconds for seconds, _queries in measures[cold:]),
            measures[-1][1],
        )
        for measures in found.values()
    ]


def profile(env, function, records, post):
    env.flush_all()
    env.invalidate_all()
    profiler = cProfile.Profile()
    profiler.enable()
    function(env, records, post)
    env.flush_all()
    profiler.disable()
    pstats.Stats(profiler).sort_stats("cumulative").print_stats(110)
    pstats.Stats(profiler).sort_stats("tottime").print_stats(40)


# --- Report --------------------------------------------------------------------------


def describe(name, size, seconds, queries):
    each = seconds * 1000 / size
    return f"{name} {seconds:8.3f} s {queries:6d} q {each:6.2f} ms each"


def report(size, ours, core=None):
    parts = [f"{size:6d} files", describe("ours", size, *ours)]
    if core:
        parts += [describe("core", size, *core), f"ratio {ours[0] / core[0]:5.2f}"]
    print("  ".join(parts), flush=True)


def report_growth(found):
    """Print how the time of each grew from one size to the next.

    :param found: list of ``(size, [ours, core])``
    """
    for (size, before), (more, after) in zip(found, found[1:], strict=False):
        words = ", ".join(
            f"{name} {now[0] / then[0]:.1f}"
            for name, then, now in zip(("ours", "core"), before, after, strict=False)
        )
        print(f"{more / size:.0f} times the files take times as long: {words}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--config", required=True)
    parser.add_argument("--database", required=True)
    parser.add_argument("--sizes", type=int, nargs="+", default=[100, 1000])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--post", action="store_true", help="post the invoices too")
    parser.add_argument("--profile", type=int, metavar="FILES")
    parser.add_argument("--alone", action="store_true", help="without sales orders")
    options = parser.parse_args()

    from odoo import SUPERUSER_ID, api
    from odoo.modules.registry import Registry
    from odoo.tools import config

    config.parse_config(["-c", options.config, "-d", options.database, "--no-http"])
    with Registry(options.database).cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {})
        try:
            env.company.action_create_customs_setup()
            sizes = [options.profile] if options.profile else sorted(options.sizes)
            with patch.object(cr, "commit", lambda: None):
                files, orders = set_up(env, sizes[-1], options.alone)
                if options.profile:
                    profile(env, bill, files, options.post)
                    return 0
                found = []
                for size in sizes:
                    rounds = options.rounds if size < LARGE else 1
                    pair = compare(
                        env, files[:size], orders[:size], rounds, options.post
                    )
                    report(size, *pair)
                    found.append((size, pair))
            report_growth(found)
        finally:
            cr.rollback()
    return 0


if __name__ == "__main__":
    sys.exit(main())
