"""What the tests of prints share: files, rendering, reading tables."""

import io
import re

from common import CustomsCase, item, tax
from lxml import html
from pypdf import PdfReader

__all__ = ["PrintsCase", "two_items"]


def two_items(surcharge=True):
    """Items worth 1 100.00 and 2 200.00; the surcharge is suspended."""
    extra = [tax("SUR", rate="2", mp="0")] if surcharge else []
    return [
        item(price="1000.00", taxes=[tax("CID", rate="5"), tax("VAT", "+", "15")]),
        item(
            code="6911100000",
            price="2000.00",
            taxes=[tax("CID", rate="5"), tax("VAT", "+", "15"), *extra],
        ),
    ]


class PrintsCase(CustomsCase):
    def html(self, report, records, **context):
        content, kind = (
            self.env["ir.actions.report"]
            .with_context(**context)
            ._render_qweb_html(report, records.ids)
        )
        self.assertEqual(kind, "html")
        return html.fromstring(content)

    def pdf(self, report, records):
        content, kind = (
            self.env["ir.actions.report"]
            .with_context(force_report_rendering=True)
            ._render_qweb_pdf(report, records.ids)
        )
        self.assertEqual(kind, "pdf")
        return PdfReader(io.BytesIO(content))

    def pdf_text(self, report, records):
        """Return what a PDF says, page after page, in single-spaced words."""
        pages = self.pdf(report, records).pages
        text = " ".join(page.extract_text() for page in pages)
        return re.sub(r"\s+", " ", text)

    def words(self, node):
        return re.sub(r"\s+", " ", node.text_content()).strip()

    def rows(self, page, name, number=0):
        """Return the cells of the body of a table, in words."""
        table = page.xpath(f"//table[@name='{name}']")[number]
        return [
            [self.words(cell) for cell in row.xpath("./td")]
            for row in table.xpath(".//tbody/tr")
        ]

    def assessed(self, number="4711", **facts):
        """Return a posted file of a client: outlays of 729.75, a service of 85."""
        declaration = self.import_sad(
            two_items(), registration=("C", number, "3/5/26"), **facts
        )
        self.post_assessment(declaration)
        self.add_service(declaration, 85)
        return declaration
