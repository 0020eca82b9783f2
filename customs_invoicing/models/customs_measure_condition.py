from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..engine import model as engine
from ..tools import to_decimal


class CustomsMeasureCondition(models.Model):
    """What must be presented or met for a measure to apply."""

    _name = "customs.measure.condition"
    _description = "Customs Measure Condition"
    _order = "sequence, id"

    measure_id = fields.Many2one(
        comodel_name="customs.measure", required=True, index=True, ondelete="cascade"
    )
    sequence = fields.Integer(default=10)
    code = fields.Char(
        string="Condition code",
        help="Conditions of one code are read in order and the first that holds "
        "decides. Several codes must all let the measure apply.",
    )
    kind = fields.Selection(
        selection=[
            ("document", "A document is presented"),
            ("threshold", "A value or quantity meets a limit"),
            ("default", "In every other case"),
        ],
        required=True,
        default="document",
    )
    document_code = fields.Char(string="Document", help="N954, C990, U110…")
    value_name = fields.Char(
        string="Value",
        help="Name of the value or quantity that is compared: import_price_100kg, kg…",
    )
    operator = fields.Selection(
        selection=[(sign, sign) for sign in (">=", ">", "<=", "<", "=")], default=">="
    )
    threshold = fields.Float(digits=(20, 6))
    currency_id = fields.Many2one(comodel_name="res.currency")
    action = fields.Selection(
        selection=[
            ("apply", "The measure applies"),
            ("apply_components", "It applies with this rate"),
            ("not_apply", "It does not apply"),
            ("block", "The goods may not be entered"),
        ],
        required=True,
        default="apply",
    )
    component_ids = fields.One2many(
        string="Components",
        comodel_name="customs.measure.component",
        inverse_name="condition_id",
        copy=True,
    )
    words = fields.Char(help="The condition as the tariff prints it.")

    _document_named = models.Constraint(
        "CHECK(kind != 'document' OR document_code IS NOT NULL)",
        "Name the document that must be presented.",
    )
    _value_named = models.Constraint(
        "CHECK(kind != 'threshold'"
        " OR (value_name IS NOT NULL AND operator IS NOT NULL))",
        "Name the value that is compared with the limit.",
    )

    @api.constrains("action", "component_ids")
    def _check_components(self):
        for record in self:
            if record.action == "apply_components" and not record.component_ids:
                raise ValidationError(
                    self.env._(
                        "Condition %(condition)s names a rate of its own but has none. "
                        "Enter its components, 0 %% for free of duty.",
                        condition=record.display_name,
                    )
                )

    @api.depends("kind", "document_code", "value_name", "operator", "threshold")
    def _compute_display_name(self):
        for record in self:
            words = {
                "document": record.document_code,
                "threshold": f"{record.value_name} {record.operator} "
                f"{record.threshold:g}",
                "default": self.env._("otherwise"),
            }
            text = words.get(record.kind) or ""
            record.display_name = f"{record.code} {text}" if record.code else text

    def _to_engine(self, components):
        """Return the record as a condition of the engine.

        :param components: engine components of the condition
        """
        self.ensure_one()
        is_threshold = self.kind == "threshold"
        return engine.Condition(
            kind=self.kind,
            code=self.code or "",
            document=self.document_code or "",
            value_name=self.value_name or "",
            operator=self.operator or ">=",
            threshold=to_decimal(self.threshold) if is_threshold else None,
            currency=self.currency_id.name or "",
            action=self.action,
            components=tuple(components),
            sequence=self.sequence,
        )
