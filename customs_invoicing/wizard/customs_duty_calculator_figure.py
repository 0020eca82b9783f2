import re
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
        try:
            figure = Decimal(self._get_plain_figure(text))
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

    def _get_plain_figure(self, text):
        """Return a figure as typed without what groups its thousands.

        Groups of three are read as the user's language writes them: 1,250 is more
        than a thousand in English and little more than one in German.
        """
        lang = self.env["res.lang"]._get_data(code=self.env.lang or "en_US")
        plain = re.sub(r"\s", "", text)
        group = re.escape(lang.thousands_sep or ",")
        if re.fullmatch(rf"[-+]?[0-9]{{1,3}}({group}[0-9]{{3}})+(\D[0-9]*)?", plain):
            plain = plain.replace(lang.thousands_sep or ",", "")
        return plain.replace(",", ".")
