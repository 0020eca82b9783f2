import io

from lxml import html

from odoo import models
from odoo.tools.pdf import merge_pdf

from odoo.addons.base.models.ir_actions_report import _wkhtml

#: Prints of this add-on, with page numbers of their own for each recipient
OWN_REPORTS = "customs_invoicing."
ANNEX_REPORT = "customs_invoicing.report_invoice_annex"


class IrActionsReport(models.Model):
    """The PDF of a client's invoice ends with the annexes of its files."""

    _inherit = "ir.actions.report"

    def _render_qweb_pdf_prepare_streams(self, report_ref, data, res_ids=None):
        # Odoo comes back here for each record where it cannot split the PDF of all
        inner = self.with_context(customs_annex_added=True)
        streams = {}
        for ids in self._get_customs_print_parts(report_ref, res_ids):
            streams |= super(IrActionsReport, inner)._render_qweb_pdf_prepare_streams(
                report_ref, data, res_ids=ids
            )
        if not self.env.context.get("customs_annex_added") and self._is_invoice_report(
            report_ref
        ):
            self._append_customs_annexes(report_ref, streams)
        return streams

    def _get_customs_print_parts(self, report_ref, res_ids):
        """Return the records that are converted together.

        Common builds of the converter take a single document only: with them each
        invoice is converted by itself.
        """
        ids = [res_ids] if isinstance(res_ids, int) else list(res_ids or ())
        if len(ids) < 2 or not self._is_invoice_report(report_ref):
            return [res_ids]
        return [ids] if _wkhtml().is_patched_qt else [[res_id] for res_id in ids]

    def _append_customs_annexes(self, report_ref, streams):
        """Put the annexes behind the invoices that were printed now."""
        saved = self._get_report(report_ref).attachment_use
        printed = [
            res_id
            for res_id, stream in streams.items()
            if res_id and stream["stream"] and not (saved and stream["attachment"])
        ]
        invoices = (
            self.env["account.move"]
            .browse(printed)
            .filtered(lambda move: move._has_customs_annex())
        )
        if not invoices:
            return
        inner = self.with_context(customs_annex_added=True)
        for invoice in invoices:
            annexes = inner._render_qweb_pdf_prepare_streams(
                ANNEX_REPORT, {}, invoice.ids
            )
            annex = annexes[invoice.id]["stream"]
            stream = streams[invoice.id]
            both = merge_pdf([stream["stream"].getvalue(), annex.getvalue()])
            stream["stream"].close()
            stream["stream"] = io.BytesIO(both)

    # === ONE PDF OF MANY === #

    def _run_wkhtmltopdf(
        self, bodies, report_ref=False, header=None, footer=None, **options
    ):
        """Convert our documents one by one: each counts its own pages.

        Common builds of the converter take a single document only.
        """
        run = super()._run_wkhtmltopdf
        if len(bodies) < 2 or not self._is_customs_report(report_ref):
            return run(
                bodies, report_ref=report_ref, header=header, footer=footer, **options
            )
        return merge_pdf(
            [
                run(
                    [body],
                    report_ref=report_ref,
                    header=self._pick_part(header, "headers", number),
                    footer=self._pick_part(footer, "footers", number),
                    **options,
                )
                for number, body in enumerate(bodies)
            ]
        )

    def _is_customs_report(self, report_ref):
        if not report_ref:
            return False
        name = self._get_report(report_ref).report_name or ""
        return name.startswith(OWN_REPORTS)

    def _pick_part(self, page, kind, number):
        """Return the page of all headers, or footers, with that of one document."""
        if not page:
            return page
        tree = html.fromstring(page)
        for holder in tree.xpath(f"//div[@id='minimal_layout_report_{kind}']"):
            parts = list(holder)
            for place, part in enumerate(parts):
                if place != min(number, len(parts) - 1):
                    holder.remove(part)
        return html.tostring(tree, encoding="unicode", doctype="<!DOCTYPE html>")
