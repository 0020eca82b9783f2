from odoo import api, fields, models

from .customs_tariff_import_run import KINDS


class CustomsTariffImportFlag(models.Model):
    """A row of a publication that a person must look at."""

    _name = "customs.tariff.import.flag"
    _description = "Tariff Import Flag"
    _order = "import_id desc, is_done, row, id"
    _rec_name = "reason"

    import_id = fields.Many2one(
        comodel_name="customs.tariff.import",
        required=True,
        index=True,
        ondelete="cascade",
        readonly=True,
    )
    tariff_id = fields.Many2one(
        related="import_id.tariff_id", store=True, precompute=True, index=True
    )
    kind = fields.Selection(
        selection=lambda self: self._get_kinds(),
        required=True,
        default="file",
        readonly=True,
    )
    row = fields.Integer(readonly=True, help="Row of the file; 1 is its first line.")
    code = fields.Char(readonly=True, help="Commodity code, currency or agreement.")
    column_name = fields.Char(string="Column", readonly=True)
    reason_code = fields.Char(string="Reason code", readonly=True, index=True)
    reason = fields.Char(required=True, readonly=True)
    text = fields.Char(
        string="In the file", readonly=True, help="What stands in the file there."
    )
    is_left_out = fields.Boolean(
        string="Left out", readonly=True, help="The row was not imported."
    )
    measure_id = fields.Many2one(
        comodel_name="customs.measure",
        index="btree_not_null",
        ondelete="set null",
        readonly=True,
    )
    tariff_code_id = fields.Many2one(
        string="Tariff code",
        comodel_name="customs.tariff.code",
        index="btree_not_null",
        ondelete="set null",
        readonly=True,
    )
    is_done = fields.Boolean(
        string="Done",
        help="Somebody has looked at it. Correcting the rate does it too.",
    )

    @api.model
    def _get_kinds(self):
        return [
            (kind, kind.replace("_", " ").capitalize()) for kind in (*KINDS, "file")
        ]

    def action_open_record(self):
        """Open the measure or code that the flag is about, to correct it."""
        self.ensure_one()
        record = self.measure_id or self.tariff_code_id
        if not record:
            return False
        return {
            "type": "ir.actions.act_window",
            "res_model": record._name,
            "res_id": record.id,
            "views": [(False, "form")],
            "target": "current",
        }

    def action_done(self):
        self.write({"is_done": True})

    def action_reopen(self):
        self.write({"is_done": False})
