from odoo import fields, models


class CustomsMeasureOwnerMixin(models.AbstractModel):
    """Reference data that measures name: counts them and opens them."""

    _name = "customs.measure.owner.mixin"
    _description = "Customs Reference with Measures"

    #: Field of the measure that names the record
    _measure_field = ""

    measure_count = fields.Integer(
        string="Measure count", compute="_compute_measure_count"
    )

    def _compute_measure_count(self):
        name = self._measure_field
        groups = self.env["customs.measure"]._read_group(
            [(name, "in", self.ids)], [name], ["__count"]
        )
        counts = {owner.id: count for owner, count in groups}
        for record in self:
            record.measure_count = counts.get(record.id, 0)

    def action_view_measures(self):
        """Open the measures that name the record."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "customs_invoicing.customs_measure_action"
        )
        action["domain"] = [(self._measure_field, "=", self.id)]
        action["context"] = {f"default_{self._measure_field}": self.id}
        return action
