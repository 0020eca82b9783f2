"""What the tests of tariff imports share: a small schedule, files, rows, jobs."""

import csv
import io
from unittest.mock import patch

from common import CustomsCase

from odoo.addons.customs_invoicing.formats.tariff.document import TariffDocument

HEAD = (
    "HTS Number,Indent,Description,Unit of Quantity,General Rate of Duty,"
    "Special Rate of Duty,Column 2 Rate of Duty,Quota Quantity,Additional Duties"
)
#: number, indent, description, general, special, column 2
LINES = (
    ("0101", 0, "Live horses:", "", "", ""),
    ("", 1, "Horses:", "", "", ""),
    ("0101.21.00", 2, "Purebred", "Free", "", "Free"),
    ("0101.29.00", 2, "Other", "4.5%", "Free (AU,BH)", "20%"),
    ("0101.29.00.10", 3, "For slaughter", "", "", ""),
    ("0101.29.00.90", 3, "Other", "", "", ""),
    ("0101.30.00.00", 1, "Asses", "6.8%", "Free (AU)", "15%"),
    ("0102.21.00.00", 1, "Cattle", "The rate of the other heading", "", "Free"),
)


def schedule(lines):
    """Return a schedule as the commission publishes it."""
    out = io.StringIO()
    writer = csv.writer(out)
    for number, indent, words, general, special, column2 in lines:
        units = '["No."]' if len(number) > 10 else ""
        writer.writerow(
            (number, indent, words, units, general, special, column2, "", "")
        )
    return f"{HEAD}\r\n{out.getvalue()}".encode()


def replaced(lines, number, **changes):
    """Return the lines with one of them changed, or left out (``None``)."""
    names = ("number", "indent", "words", "general", "special", "column2")
    found = []
    for line in lines:
        if line[0] != number:
            found.append(line)
        elif changes:
            facts = dict(zip(names, line, strict=True))
            found.append(tuple({**facts, **changes}.values()))
    return tuple(found)


class ImportCase(CustomsCase):
    """A tariff without anything, and files or rows to import into it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.national = cls.env["customs.tariff"].create(
            {"name": "Tariff of Elsewhere", "code": "ELS", "code_length": 10}
        )
        cls.env["res.country.group"].create(
            {
                "name": "Column 2 of Elsewhere",
                "code": "ELS:COLUMN2",
                "country_ids": [
                    (6, 0, (cls.env.ref("base.cu") | cls.env.ref("base.kp")).ids)
                ],
            }
        )

    # === HELPERS === #

    def make_job(self, content=None, name="tariff.csv", **vals):
        if content is None:
            content = schedule(LINES)
        attachment = self.env["ir.attachment"].create({"name": name, "raw": content})
        return self.env["customs.tariff.import"].create(
            {
                "tariff_id": self.national.id,
                "attachment_ids": [(6, 0, attachment.ids)],
                "edition": "2024",
                **vals,
            }
        )

    def import_file(self, content=None, batch=5000, **vals):
        job = self.make_job(content, **vals)
        job._process(batch)
        return job

    def import_rows(self, document=None, **kinds):
        """Import rows made by hand as if a file had held them."""
        document = document or TariffDocument("test", **kinds)
        job = self.make_job(b"anything", edition=False, effective_date="2024-01-01")
        with patch.object(type(job), "_read_document", lambda _self: document):
            job._process()
        return job

    def find(self, model, **facts):
        domain = [("tariff_id", "=", self.national.id)]
        domain += [(name, "=", value) for name, value in facts.items()]
        return self.env[model].search(domain)

    def measures(self, code, type_code="general"):
        return self.find("customs.measure", code_prefix=code).filtered(
            lambda m: m.measure_type_id.code == type_code
        )

    def assert_counts(self, job, kind, **expected):
        found = {name: n for name, n in (job.counts.get(kind) or {}).items() if n}
        self.assertEqual(found, expected)

    def use(self, measure):
        """Let a declaration rest on a measure."""
        declaration = self.import_sad()
        duty = declaration.duty_line_ids[0]
        duty.sudo().measure_id = measure  # as the calculation writes it
        return duty
