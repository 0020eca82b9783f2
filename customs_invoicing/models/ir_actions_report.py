import io

from odoo import models
from odoo.tools.pdf import merge_pdf

ANNEX_REPORT = "customs_invoicing.report_invoice_annex"


class IrActionsReport(models.Model):
    """The PDF of a client's invoice ends with the annexes of its files."""

    _inherit = "ir.actions.report"

    def _render_qweb_pdf_prepare_streams(self, report_ref, data, res_ids=None):
        # Odoo comes back here for each record where it cannot split the PDF of all
        inner = self.with_context(customs_annex_added=True)
        streams = super(IrActionsReport, inner)._render_qweb_pdf_prepare_streams(
            report_ref, data, res_ids=res_ids
        )
        if not self.env.context.get("customs_annex_added") and self._is_invoice_report(
            report_ref
        ):
            self._append_customs_annexes(report_ref, streams)
        return streams

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
        annexes = self.with_context(
            customs_annex_added=True
        )._render_qweb_pdf_prepare_streams(ANNEX_REPORT, {}, invoices.ids)
        for invoice in invoices:
            annex = annexes[invoice.id]["stream"]
            stream = streams[invoice.id]
            both = merge_pdf([stream["stream"].getvalue(), annex.getvalue()])
            stream["stream"].close()
            stream["stream"] = io.BytesIO(both)
