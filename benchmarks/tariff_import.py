"""The whole schedule of the United States: our import, Odoo's load(), plain COPY.

    .odoo/venv/bin/python benchmarks/tariff_import.py --config .odoo/odoo.conf \
        --database NAME [--file PATH] [--without-load]

Every way runs in a process of its own, so that its memory is its own, and in a
transaction that is rolled back: the database stays as it was.

* import: reading the file, 35 744 codes and all their rates, flags and exclusions;
* codes: the same without rates, to compare with load();
* load: ``load()`` of the codes alone, without rates and without their tree;
* COPY: the rows the import wrote, into tables with the same columns, checks and
  indexes (but no foreign keys), in the same transaction.
"""

import argparse
import io
import json
import os
import resource
import subprocess
import sys
import time
from pathlib import Path

FILE = Path("data") / "us_hts" / "hts_2024_basic_edition.csv"
#: Tables that the import fills, and how its rows are told from others
TABLES = {
    "customs_tariff_code": "import_id = {job}",
    "customs_measure": "import_id = {job}",
    "customs_measure_component": (
        "measure_id IN (SELECT id FROM customs_measure WHERE import_id = {job})"
    ),
    "customs_measure_excluded_country": (
        "customs_measure_id IN (SELECT id FROM customs_measure WHERE import_id = {job})"
    ),
    "customs_tariff_import_flag": "import_id = {job}",
}
LOADED = ("tariff_id/.id", "code", "suffix", "indent", "description", "declarable")


# --- The three ways ------------------------------------------------------------------


def create_tariff(env):
    """Return an empty tariff that has countries of column 2, as the real one."""
    countries = env.ref("customs_invoicing.country_group_us_column2").country_ids
    env["res.country.group"].create(
        {
            "name": "Benchmark",
            "code": "BENCHMARK-US:COLUMN2",
            "country_ids": [(6, 0, countries.ids)],
        }
    )
    return env["customs.tariff"].create(
        {
            "name": "Benchmark",
            "code": "BENCHMARK-US",
            "currency_id": env.ref("base.USD").id,
        }
    )


def run_import(env, path):
    """Import the file; then COPY the same rows."""
    file = env["ir.attachment"].create({"name": path.name, "raw": path.read_bytes()})
    job = env["customs.tariff.import"].create(
        {
            "tariff_id": create_tariff(env).id,
            "attachment_ids": [(6, 0, file.ids)],
            "edition": "2024 Basic",
        }
    )
    before = memory()
    start = time.monotonic()
    job._process()
    env.flush_all()
    seconds = time.monotonic() - start
    result = {
        "import": seconds,
        "memory": memory(),
        "memory before": before,
        "counts": job.counts,
    }
    start = time.monotonic()
    again = job.copy({"attachment_ids": [(6, 0, file.ids)]})
    again._process()
    result["again"] = time.monotonic() - start
    return {**result, **run_copy(env.cr, job.id)}


def run_codes(env, path):
    """Import the codes alone."""
    file = env["ir.attachment"].create({"name": path.name, "raw": path.read_bytes()})
    tariff = create_tariff(env)
    job = env["customs.tariff.import"].create(
        {"tariff_id": tariff.id, "attachment_ids": [(6, 0, file.ids)]}
    )
    read = type(job)._read_document

    def read_codes(record):
        document = read(record)
        document.measures.clear()
        document.flags.clear()
        return document

    type(job)._read_document = read_codes
    start = time.monotonic()
    job._process()
    env.flush_all()
    return {"codes": time.monotonic() - start}


def run_copy(cr, job_id):
    """COPY the rows of an import into equal, empty tables."""
    seconds, count = 0, 0
    for table, where in TABLES.items():
        buffer = io.StringIO()
        query = f"SELECT * FROM {table} WHERE {where.format(job=job_id)}"  # noqa: S608
        cr.copy_expert(f"COPY ({query}) TO STDOUT", buffer)
        buffer.seek(0)
        cr.execute(f"CREATE TABLE {table}_equal (LIKE {table} INCLUDING ALL)")
        start = time.monotonic()
        cr.copy_expert(f"COPY {table}_equal FROM STDIN", buffer)
        seconds += time.monotonic() - start
        count += buffer.getvalue().count("\n")
    return {"copy": seconds, "copied": count}


def run_load(env, path):
    """Load the codes as an import of a spreadsheet would."""
    from odoo.addons.customs_invoicing.formats import tariff as readers
    from odoo.addons.customs_invoicing.models.customs_tariff_import_codes import (
        CodesStep,
    )

    tariff = create_tariff(env)
    document = readers.read(path.name, path.read_bytes())
    keys = CodesStep(_Codes(document, tariff)).keys
    rows = [
        [
            str(tariff.id),
            *keys[row.row],
            str(row.indent),
            row.description,
            "1" if row.declarable else "0",
        ]
        for row in document.codes
    ]
    start = time.monotonic()
    result = env["customs.tariff.code"].load(list(LOADED), rows)
    env.flush_all()
    seconds = time.monotonic() - start
    if not result["ids"]:
        raise SystemExit(f"load() refused the rows: {result['messages'][:3]}")
    return {"load": seconds, "loaded": len(result["ids"]), "memory": memory()}


class _Codes:
    """What the step that numbers the codes needs of an import."""

    def __init__(self, document, tariff):
        self.env = tariff.env
        self.document = document
        self.code_length = tariff.code_length

    @staticmethod
    def get_days(row):
        return row.valid_from, row.valid_to, bool(row.valid_from)


def memory():
    """Return the greatest memory of this process so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


# --- Processes -----------------------------------------------------------------------


def inside(args):
    """Run one way inside Odoo and print its result as JSON."""
    from odoo import SUPERUSER_ID, api
    from odoo.modules.registry import Registry
    from odoo.tools import config

    options = ["-d", args.database, "--no-http", "--log-level=error"]
    config.parse_config([*(["-c", args.config] if args.config else []), *options])
    with Registry(args.database).cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {})
        way = {"import": run_import, "codes": run_codes, "load": run_load}[args.way]
        result = way(env, args.file)
        cr.rollback()
    print(json.dumps(result))


def call(way, argv):
    """Run one way in a process of its own and return its result."""
    found = subprocess.run(
        [sys.executable, __file__, "--way", way, *argv],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return json.loads(found.stdout.splitlines()[-1])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--database", required=True)
    parser.add_argument("--config")
    parser.add_argument(
        "--file",
        type=Path,
        default=Path(os.environ.get("CUSTOMS_CASES", "../shared")) / FILE,
    )
    parser.add_argument("--without-load", action="store_true")
    parser.add_argument(
        "--way", choices=("import", "codes", "load"), help=argparse.SUPPRESS
    )
    args = parser.parse_args()
    if args.way:
        return inside(args)
    done = call("import", sys.argv[1:])
    print(f"import   {done['import']:7.1f} s   {done['counts']}")
    print(f"again    {done['again']:7.1f} s   nothing changes")
    print(f"COPY     {done['copy']:7.1f} s   {done['copied']} rows of the same")
    print(f"         import / COPY = {done['import'] / done['copy']:.1f}")
    print(
        f"memory   {done['memory']:7.0f} MB at most, "
        f"{done['memory before']:.0f} MB of them before it began"
    )
    if not args.without_load:
        codes = call("codes", sys.argv[1:])
        load = call("load", sys.argv[1:])
        print(f"codes    {codes['codes']:7.1f} s   the same without rates")
        print(f"load()   {load['load']:7.1f} s   {load['loaded']} codes, no rates")
        print(f"         load() / codes = {load['load'] / codes['codes']:.1f}")
        print(f"         load() / import = {load['load'] / done['import']:.1f}")
        print(f"memory   {load['memory']:7.0f} MB of load()")
    return 0


if __name__ == "__main__":
    sys.exit(main())
