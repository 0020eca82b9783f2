from odoo import api, fields, models

from ..engine.units import find_unit
from ..models.customs_measure import get_digits
from ..tools import to_decimal

#: What an item of a declaration hands over, by the names of the calculator
ITEM_FIELDS = {
    "code": "code",
    "preference": "preference",
    "procedure": "procedure",
    "gross_mass": "gross_mass",
    "net_mass": "net_mass",
    "supplementary_quantity": "supplementary_quantity",
    "supplementary_unit": "supplementary_unit",
    "additional_codes": "additional_codes",
    "quota_order_number": "quota_order_number",
    "quota_requested": "quota_requested",
    "value": "customs_value",
}


class CustomsDutyCalculator(models.TransientModel):
    """What goods would cost to import: every option beside the others.

    Nothing is stored but what was typed, and nothing is claimed for anybody.
    """

    _name = "customs.duty.calculator"
    _description = "Duty Calculator"

    # Goods
    tariff_id = fields.Many2one(
        comodel_name="customs.tariff",
        required=True,
        default=lambda self: self.env["customs.tariff"]._get_default(),
        help="Where the goods are imported.",
    )
    tariff_currency_id = fields.Many2one(
        string="Tariff currency", related="tariff_id.currency_id"
    )
    valuation_basis = fields.Selection(related="tariff_id.valuation_basis")
    product_id = fields.Many2one(
        comodel_name="product.product", help="Brings its tariff code and origin."
    )
    line_id = fields.Many2one(
        string="Item",
        comodel_name="customs.declaration.line",
        readonly=True,
        help="Item of a declaration that the figures were taken from. Nothing is "
        "written back.",
    )
    code = fields.Char(
        string="Tariff code",
        compute="_compute_code",
        store=True,
        readonly=False,
        help="Type digits of the code, or words of the goods.",
    )
    code_path = fields.Text(string="Full path", compute="_compute_code_path")
    code_words = fields.Char(string="Code", compute="_compute_code_path")
    origin_id = fields.Many2one(
        comodel_name="res.country",
        compute="_compute_code",
        store=True,
        readonly=False,
        help="Country where the goods originate, which need not be where they come "
        "from.",
    )
    compare_origin_ids = fields.Many2many(
        string="Compare with",
        comodel_name="res.country",
        help="Further origins whose options are shown beside.",
    )
    date = fields.Date(
        required=True, default=lambda self: fields.Date.context_today(self)
    )
    # Value
    currency_id = fields.Many2one(
        comodel_name="res.currency",
        compute="_compute_currency_id",
        store=True,
        precompute=True,
        readonly=False,
        required=True,
    )
    proposed_currency_id = fields.Many2one(
        comodel_name="res.currency",
        compute="_compute_currency_id",
        store=True,
        precompute=True,
        readonly=False,
        help="That of the tariff, as long as nobody picks another.",
    )
    value = fields.Monetary(
        help="Price of the goods, or their customs value if you know it. Nothing typed "
        "means unknown: rates are shown, amounts are not."
    )
    freight = fields.Monetary(
        help="To the border, in the currency of the price. Part of the customs value "
        "where the tariff says so (CIF); leave it empty if the price includes it.",
    )
    insurance = fields.Monetary(help="As freight.")
    customs_value = fields.Monetary(
        string="Customs value",
        compute="_compute_customs_value",
        currency_field="tariff_currency_id",
    )
    value_words = fields.Char(string="Conversion", compute="_compute_customs_value")
    is_value_unknown = fields.Boolean(
        string="No exchange rate", compute="_compute_customs_value"
    )
    # Quantities
    gross_mass = fields.Float(string="Gross mass (kg)", digits=(16, 3))
    net_mass = fields.Float(string="Net mass (kg)", digits=(16, 3))
    supplementary_quantity = fields.Float(
        string="Supplementary quantity", digits=(16, 3)
    )
    supplementary_unit = fields.Char(
        string="Supplementary unit",
        compute="_compute_supplementary_unit",
        store=True,
        readonly=False,
        help="As the tariff code asks for, or another: pcs, pr, l, m2…",
    )
    figure_ids = fields.One2many(
        string="Also needed",
        comodel_name="customs.duty.calculator.figure",
        inverse_name="calculator_id",
        compute="_compute_figure_ids",
        store=True,
        readonly=False,
    )
    # What is claimed, stated and presented
    preference = fields.Char(
        string="Preference claimed",
        help="Code, or several separated by commas. Nothing is claimed unless you "
        "write it here or click an option.",
    )
    documents = fields.Char(
        string="Documents presented", help="Codes separated by commas: N954, C990."
    )
    additional_codes = fields.Char(
        string="Additional codes", help="C490, 7011… separated by commas."
    )
    quota_order_number = fields.Char(string="Quota order number")
    quota_requested = fields.Float(
        string="Asked of the quota",
        digits=(16, 3),
        help="In the unit of the quota. Only needed if not all is granted.",
    )
    quota_is_answered = fields.Boolean(string="Quota is answered")
    quota_allocated = fields.Float(
        string="Granted by the quota", digits=(16, 3), help="The rest pays full duty."
    )
    procedure = fields.Char(help="Procedure code: 4000, 7100…")
    transport_mode = fields.Char(
        string="Transport mode", help="Mode at the border: 1 sea, 3 road, 4 air…"
    )
    result = fields.Json(compute="_compute_result")

    # === PROPOSALS === #

    @api.depends("product_id", "tariff_id")
    def _compute_code(self):
        """Propose what the product is classified in; keep what was typed else."""
        for record in self:
            product = record.product_id._origin
            if product and record.tariff_id:
                tariff = record.tariff_id._origin
                found = product._get_customs_classification(tariff, record.date)[
                    product
                ]
                record.code = found.code or record.code
                record.origin_id = found.origin or record.origin_id
            else:
                record.code = record.code
                record.origin_id = record.origin_id

    @api.depends("tariff_id")
    def _compute_currency_id(self):
        """Follow the tariff, until another currency was picked."""
        for record in self:
            own, proposed = record.tariff_id.currency_id, record.proposed_currency_id
            if not record.currency_id or record.currency_id == proposed:
                record.currency_id = own or record.currency_id
            else:
                record.currency_id = record.currency_id
            record.proposed_currency_id = own

    @api.depends("tariff_id", "code", "date")
    def _compute_supplementary_unit(self):
        for record in self:
            printed = record._check_code().line.supplementary_unit
            unit = find_unit(printed or "")
            if printed and not (unit and unit == find_unit("kg")):
                record.supplementary_unit = printed
            else:  # mass is asked for anyway
                record.supplementary_unit = record.supplementary_unit

    @api.depends(
        "tariff_id",
        "code",
        "origin_id",
        "compare_origin_ids",
        "date",
        "supplementary_unit",
    )
    def _compute_figure_ids(self):
        """Ask for what the rates need; what was typed before is kept."""
        for record in self:
            wanted = record._get_wanted_figures()
            commands = []
            for figure in record.figure_ids:
                if wanted.pop((figure.kind, figure.name), None) is None:
                    commands.append(fields.Command.delete(figure.id))
            # optional ones are those of a declaration: kept, but not asked for
            commands += [
                fields.Command.create(vals)
                for vals in wanted.values()
                if not vals["is_optional"]
            ]
            record.figure_ids = commands or record.figure_ids

    # === WHAT IS SHOWN AT ONCE === #

    def _compute_display_name(self):
        for record in self:
            record.display_name = self.env._("Duty calculator")

    @api.depends("tariff_id", "code", "date")
    def _compute_code_path(self):
        for record in self:
            check = record._check_code()
            record.code_path = check.line.full_description or False
            record.code_words = self.env["customs.tariff.code"]._get_code_words(
                record.tariff_id, record._get_code(), check, record.date
            )

    @api.depends("tariff_id", "currency_id", "date", "value", "freight", "insurance")
    def _compute_customs_value(self):
        for record in self:
            rates = record._get_rates(record.currency_id)
            value, words = record._convert_value(rates)
            record.customs_value = float(value or 0)
            record.value_words = words
            record.is_value_unknown = bool(record.value) and value is None

    @api.depends(
        "tariff_id",
        "code",
        "origin_id",
        "compare_origin_ids",
        "date",
        "currency_id",
        "value",
        "freight",
        "insurance",
        "gross_mass",
        "net_mass",
        "supplementary_quantity",
        "supplementary_unit",
        "figure_ids.figure",
        "figure_ids.name",
        "preference",
        "documents",
        "additional_codes",
        "quota_order_number",
        "quota_requested",
        "quota_is_answered",
        "quota_allocated",
        "procedure",
        "transport_mode",
    )
    def _compute_result(self):
        for record in self:
            record.result = record._get_result()

    # === INPUTS === #

    def _get_code(self):
        return get_digits(self.code or "")

    def _check_code(self):
        """Return what the nomenclature says about the code."""
        code, tariff = self._get_code(), self.tariff_id._origin
        model = self.env["customs.tariff.code"]
        day = self.date or fields.Date.context_today(self)
        return model._check_codes({(tariff, code)}, day)[tariff, code]

    def _get_rates(self, currencies):
        day = self.date or fields.Date.context_today(self)
        return self.tariff_id._origin._get_customs_rates(currencies._origin, day)

    def _convert_value(self, rates):
        """Return the customs value and in words where it comes from.

        ``None`` where nothing was typed, or where a rate of exchange is missing.
        """
        if not self.value:
            return None, False
        amounts = {name: to_decimal(self[name]) for name in self._get_value_names()}
        total = sum(amounts.values())
        currency, national = self.currency_id.name, self.tariff_currency_id.name
        if not currency or not national:
            return None, False
        words = self._get_sum_words(amounts)
        if currency == national:
            return self._round_value(total), words
        if currency not in rates:
            return None, self.env._(
                "No customs rate of exchange for %(currency)s on %(day)s in the tariff "
                "%(tariff)s: amounts are unknown until it is entered.",
                currency=currency,
                day=self.date,
                tariff=self.tariff_id.display_name,
            )
        rate = rates[currency]
        units = (national, currency) if rate.quotation == "direct" else ("", national)
        sign = "×" if rate.quotation == "direct" else "÷"
        units = (units[0] or currency, units[1])
        parts = [words] if words else []
        parts.append(f"{sign} {rate.rate.normalize():f} {units[0]}/{units[1]}")
        if rate.is_fallback:
            parts.append(self.env._("(the company's own rate, not the authority's)"))
        return self._round_value(rate.convert(total)), " ".join(parts)

    def _get_value_names(self):
        """Return what the customs value consists of, by the tariff's basis."""
        if self.valuation_basis == "cif":
            return ["value", "freight", "insurance"]
        return ["value"]

    def _get_sum_words(self, amounts):
        stated = [f"{amount:f}" for amount in amounts.values() if amount]
        if len(stated) < 2:
            return ""
        return f"({' + '.join(stated)} {self.currency_id.name})"

    def _round_value(self, amount):
        rounding = self.tariff_id._get_rounding().value
        return rounding.apply(amount) if rounding else amount

    def _get_quantities(self):
        """Return what was typed as the engine names it; 0 is not stated."""
        quantities = {}
        for key, name in (("kg", "net_mass"), ("kg:gross", "gross_mass")):
            if self[name]:
                quantities[key] = to_decimal(self[name], 3)
        quantity = to_decimal(self.supplementary_quantity, 3)
        if quantity and self.supplementary_unit:
            unit = find_unit(self.supplementary_unit)
            key = unit.quantity_key if unit else self.supplementary_unit
            quantities.setdefault(key, quantity * (unit.per if unit else 1))
        return quantities

    # === ACTIONS === #

    @api.model
    def _open(self, values=None):
        """Return the action of the calculator, filled in with given values."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "customs_invoicing.customs_duty_calculator_action"
        )
        given = {name: value for name, value in (values or {}).items() if value}
        action["context"] = {f"default_{name}": value for name, value in given.items()}
        return action

    @api.model
    def _open_for_item(self, line):
        """Return the action of the calculator, filled in from an item of a file."""
        line.ensure_one()
        declaration = line.declaration_id
        values = {name: line[own] for name, own in ITEM_FIELDS.items()}
        values.update(
            line_id=line.id,
            tariff_id=line.tariff_id.id,
            origin_id=line.origin_id.id,
            currency_id=line.tariff_currency_id.id,
            date=fields.Date.to_string(declaration._get_calculation_date()),
            documents=", ".join(self._get_item_documents(line)),
            transport_mode=declaration.transport_mode,
            quota_is_answered=line.quota_is_answered,
            quota_allocated=line.quota_allocated,
            figure_ids=[
                fields.Command.create(
                    {
                        "kind": detail.kind,
                        "name": detail.name,
                        "label": detail.name,
                        "figure": f"{to_decimal(detail.amount):f}",
                    }
                )
                for detail in line.detail_ids
            ],
        )
        return self._open(values)

    def _get_item_documents(self, line):
        """Return the codes of documents of the item and of the whole file."""
        documents = line.declaration_id.document_ids.filtered(
            lambda d: not d.line_id or d.line_id == line
        )
        return list(dict.fromkeys(filter(None, documents.mapped("code"))))
