from odoo import api, fields, models


class CustomsDocument(models.Model):
    """A supporting document named in a declaration (SAD box 44)."""

    _name = "customs.document"
    _description = "Customs Document"
    _inherit = ["customs.declaration.part"]
    _order = "declaration_id, line_id, code, id"

    line_id = fields.Many2one(
        comodel_name="customs.declaration.line",
        string="Item",
        index="btree_not_null",
        ondelete="cascade",
        check_company=True,
        domain="[('declaration_id', '=', declaration_id)]",
        help="Empty: the document covers the whole declaration.",
    )
    code = fields.Char(required=True, help="380 invoice, 705 bill of lading…")
    name = fields.Char()
    reference = fields.Char(help="Number printed on the document.")
    date = fields.Date()
    attachment_ids = fields.Many2many(
        comodel_name="ir.attachment",
        string="Files",
        bypass_search_access=True,
        help="Scan or file of the document.",
    )
    state = fields.Selection(
        selection=[("named", "Named in the file"), ("received", "File received")],
        compute="_compute_state",
        string="Status",
    )

    @api.depends("attachment_ids")
    def _compute_state(self):
        for document in self:
            document.state = "received" if document.attachment_ids else "named"

    @api.depends("code", "reference")
    def _compute_display_name(self):
        for record in self:
            parts = (record.code, record.name, record.reference)
            record.display_name = " ".join(part for part in parts if part)
