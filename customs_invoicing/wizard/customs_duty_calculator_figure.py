from decimal import Decimal, InvalidOperation

from odoo import fields, models


class CustomsDutyCalculatorFigure(models.TransientModel):
    """A quantity or value that some rate on the goods needs besides the usual ones."""

    _name = "customs.duty.calculator.figure"
    _description = "Figure Asked by a Rate"
    _order = "id"

    calculator_id = fields.Many2one(
        comodel_name="customs.duty.calculator",
        required=True,
        index=True,
        ondelete="cascade",
    )
    kind = fields.Selection(
        selection=[("quantity", "Quantity"), ("value", "Value")],
        required=True,
        default="quantity",
    )
    name = fields.Char(required=True, help="As the rate names it: asv, hl, kg:lead…")
    label = fields.Char(string="The rate asks for")
    asked_by = fields.Char(string="Rate")
    is_optional = fields.Boolean(string="Optional")
    figure = fields.Char(
        help="Leave it empty if you do not know: amounts that need it stay unknown. 0 "
        "means none.",
    )

    def _read_figure(self):
        """Return the figure, ``None`` where nothing was typed.

        :raise ValueError: for what is no figure
        """
        text = (self.figure or "").strip()
        if not text:
            return None
        plain = text.replace("\N{NO-BREAK SPACE}", "").replace(" ", "")
        try:
            figure = Decimal(plain.replace(",", "."))
        except InvalidOperation:
            figure = None
        if figure is None or not figure.is_finite():
            raise ValueError(
                self.env._(
                    "“%(text)s” for %(label)s is not a figure. Write it like 12.5.",
                    text=text,
                    label=self.label or self.name,
                )
            )
        return figure
