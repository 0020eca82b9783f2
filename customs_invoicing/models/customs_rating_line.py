from odoo import api, fields, models

RESULTS = [
    ("rated", "Rated"),
    ("minimum", "Minimum of the card"),
    ("zero", "Nothing to charge"),
    ("tie", "Several rules tie"),
    ("problem", "Could not be rated"),
    ("skipped", "Not priced here"),
]
EFFECTS = [
    ("created", "Charge added"),
    ("updated", "Price updated"),
    ("same", "Unchanged"),
    ("kept", "Kept, differs"),
    ("removed", "Charge removed"),
    ("none", "No charge"),
]

#: What two runs have to agree on to have found the same
PRINTED = (
    "charge_code_id",
    "fee_rule_id",
    "version",
    "result",
    "formula",
    "message",
    "inputs",
    "fee_amount",
    "price",
)


def get_print(vals):
    """Return what a line of a rating found, from its values or its fields."""
    parts = []
    for name in PRINTED:
        value = vals[name]
        if isinstance(value, models.BaseModel):
            value = value.id
        elif isinstance(value, dict):
            value = sorted(value.items())
        elif isinstance(value, float):
            value = f"{value:.6f}"
        parts.append(str(value or ""))
    return tuple(parts)


class CustomsRatingLine(models.Model):
    """What became of one charge in a rating: the rule, its inputs and the result."""

    _name = "customs.rating.line"
    _description = "Line of a Rating"
    _inherit = ["customs.declaration.part"]
    _order = "rating_id desc, sequence, id"
    _rec_name = "name"

    rating_id = fields.Many2one(
        comodel_name="customs.rating",
        required=True,
        index=True,
        ondelete="cascade",
        check_company=True,
    )
    sequence = fields.Integer(default=10)
    name = fields.Char(compute="_compute_name")
    side = fields.Selection(related="rating_id.side")
    rating_date = fields.Date(related="rating_id.date")
    charge_code_id = fields.Many2one(
        comodel_name="customs.charge.code",
        string="Charge code",
        required=True,
        ondelete="restrict",
    )
    charge_id = fields.Many2one(
        comodel_name="customs.charge",
        index="btree_not_null",
        ondelete="set null",
        check_company=True,
    )
    fee_tariff_id = fields.Many2one(
        comodel_name="customs.fee.tariff",
        string="Rate card",
        index="btree_not_null",
        ondelete="set null",
    )
    fee_rule_id = fields.Many2one(
        comodel_name="customs.fee.rule",
        string="Rule",
        index="btree_not_null",
        ondelete="set null",
    )
    version = fields.Char(
        string="Rule and version", help="As the rate card had them when this was rated."
    )
    result = fields.Selection(selection=RESULTS, required=True, default="rated")
    effect = fields.Selection(
        selection=EFFECTS,
        required=True,
        default="none",
        help="What the rating did with the charge of the file.",
    )
    is_problem = fields.Boolean(string="To clear up", compute="_compute_is_problem")
    inputs = fields.Json(string="Inputs as data", help="What was looked at.")
    inputs_text = fields.Text(string="Inputs", compute="_compute_inputs_text")
    formula = fields.Text()
    explanation = fields.Text(string="Calculation", compute="_compute_explanation")
    message = fields.Text(help="Why nothing was chosen or rated, and what to do.")
    fee_currency_id = fields.Many2one(
        comodel_name="res.currency", string="Currency of the card"
    )
    fee_amount = fields.Monetary(
        string="Rated",
        currency_field="fee_currency_id",
        help="In the currency of the rate card.",
    )
    currency_id = fields.Many2one(
        related="company_id.currency_id", string="Company currency"
    )
    price = fields.Monetary(help="In the currency of the company, on the rating date.")
    previous_price = fields.Monetary(
        string="Before", help="Price of the charge before this rating."
    )

    @api.depends("charge_code_id", "version")
    def _compute_name(self):
        for record in self:
            record.name = " · ".join(
                filter(None, [record.charge_code_id.name, record.version])
            )

    @api.depends("result")
    def _compute_is_problem(self):
        for record in self:
            record.is_problem = record.result in ("tie", "problem")

    @api.depends("inputs")
    def _compute_inputs_text(self):
        for record in self:
            record.inputs_text = "\n".join(
                f"{name}: {value}" for name, value in (record.inputs or {}).items()
            )

    @api.depends("formula", "message")
    def _compute_explanation(self):
        for record in self:
            record.explanation = record.message or record.formula

    def write(self, vals):
        self.check_access("write")
        self.rating_id._refuse_change()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        self.rating_id._refuse_change()

    def _get_print(self):
        """Return what the line found, to compare runs by."""
        self.ensure_one()
        return get_print({name: self[name] for name in PRINTED})
