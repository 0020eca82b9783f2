from odoo import fields, models


class CustomsTariff(models.Model):
    _inherit = "customs.tariff"

    import_ids = fields.One2many(
        string="Imports",
        comodel_name="customs.tariff.import",
        inverse_name="tariff_id",
    )
    import_count = fields.Integer(
        string="Import count", compute="_compute_import_count"
    )

    def _compute_import_count(self):
        groups = self.env["customs.tariff.import"]._read_group(
            [("tariff_id", "in", self.ids)], ["tariff_id"], ["__count"]
        )
        counts = {tariff.id: count for tariff, count in groups}
        for tariff in self:
            tariff.import_count = counts.get(tariff.id, 0)

    def action_view_imports(self):
        self.ensure_one()
        return self._action_view_reference("customs_tariff_import_action")

    def action_import_publication(self):
        """Open a new import for this tariff."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Import a publication"),
            "res_model": "customs.tariff.import",
            "views": [(False, "form")],
            "context": {"default_tariff_id": self.id},
        }


class CustomsTariffImportLink(models.AbstractModel):
    """A record that may come from a publication."""

    _name = "customs.tariff.import.link"
    _description = "Imported Tariff Record"

    import_id = fields.Many2one(
        string="Imported by",
        comodel_name="customs.tariff.import",
        index="btree_not_null",
        ondelete="set null",
        readonly=True,
        copy=False,
    )
    import_digest = fields.Char(
        readonly=True,
        copy=False,
        help="What the publication said. A line that was corrected by hand stays as it "
        "is until the publication says something else.",
    )


class CustomsTariffCode(models.Model):
    _name = "customs.tariff.code"
    _inherit = ["customs.tariff.code", "customs.tariff.import.link"]


class CustomsMeasure(models.Model):
    _name = "customs.measure"
    _inherit = ["customs.measure", "customs.tariff.import.link"]

    import_flag_ids = fields.One2many(
        string="Import flags",
        comodel_name="customs.tariff.import.flag",
        inverse_name="measure_id",
    )

    def write(self, vals):
        result = super().write(vals)
        if "rate_state" in vals or "rate_text" in vals:
            self._close_import_flags()
        return result

    def _close_import_flags(self):
        """A rate that was corrected needs nobody any more."""
        corrected = self.filtered(lambda measure: measure.rate_state != "flagged")
        # sudo: whoever may correct the measure thereby settles the flag
        corrected.sudo().import_flag_ids.filtered(
            lambda flag: flag.reason_code == "rate_not_read" and not flag.is_done
        ).is_done = True
