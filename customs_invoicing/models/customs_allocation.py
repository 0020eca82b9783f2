from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..engine.allocation import KEYS

KEY_LABELS = [
    ("percent", "Fixed percentages"),
    ("value", "Customs value of the items"),
    ("mass", "Net mass of the items"),
    ("item", "Number of items"),
]
assert [key for key, _label in KEY_LABELS] == list(KEYS)


class CustomsAllocation(models.Model):
    """A saved way to share customs costs among departments."""

    _name = "customs.allocation"
    _description = "Allocation Key of Customs Costs"
    _order = "sequence, name, id"
    _check_company_auto = True

    name = fields.Char(
        required=True, translate=True, help="For example: imports of plant A."
    )
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    key = fields.Selection(
        selection=KEY_LABELS,
        string="Shared by",
        required=True,
        default="percent",
        help="Percentages are fixed. By value, mass or number, each department has the "
        "items that its line names.",
    )
    per_item = fields.Boolean(
        string="Each item bears its own duty",
        help="The taxes of an item go to the department of the item, as the authority "
        "assessed them. Only what is for the whole file is shared by the key.",
    )
    is_default = fields.Boolean(
        string="Proposed for own imports",
        help="Proposed first when costs of a file are allocated.",
    )
    note = fields.Text()
    line_ids = fields.One2many(
        comodel_name="customs.allocation.line",
        inverse_name="allocation_id",
        string="Departments",
        copy=True,
    )

    @api.constrains("key", "line_ids")
    def _check_percentages(self):
        for record in self:
            if record.key != "percent" or not record.line_ids:
                continue
            total = sum(record.line_ids.mapped("percent"))
            if round(total, 4) != 100:
                raise ValidationError(
                    self.env._(
                        "%(name)s: the percentages add up to %(total)s, not to 100. "
                        "Correct them.",
                        name=record.name,
                        total=f"{total:g}",
                    )
                )

    def _get_item_accounts(self, items):
        """Return ``{item: department}``: the first line that fits an item has it."""
        self.ensure_one()
        return {
            item: self.line_ids.filtered(lambda line, item=item: line._fits_item(item))[
                :1
            ].account_id
            for item in items
        }
