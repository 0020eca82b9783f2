from odoo import api, fields, models


class CustomsDeclarationLine(models.Model):
    """A goods item of a declaration (SAD boxes 31 to 47)."""

    _name = "customs.declaration.line"
    _description = "Customs Declaration Item"
    _inherit = ["customs.declaration.part", "analytic.mixin"]
    _order = "declaration_id, number, id"
    _rec_name = "number"

    tariff_id = fields.Many2one(related="declaration_id.tariff_id")
    tariff_currency_id = fields.Many2one(
        string="Tariff currency", related="declaration_id.tariff_currency_id"
    )
    invoice_currency_id = fields.Many2one(
        string="Invoice currency", related="declaration_id.invoice_currency_id"
    )
    number = fields.Integer(
        string="Item",
        compute="_compute_number",
        store=True,
        readonly=False,
        precompute=True,
        help="Box 32.",
    )
    code = fields.Char(
        string="Tariff code",
        compute="_compute_from_product",
        store=True,
        readonly=False,
        precompute=True,
        help="Box 33: digits of the commodity code. Proposed from the product.",
    )
    tariff_code_id = fields.Many2one(
        comodel_name="customs.tariff.code",
        compute="_compute_tariff_code_id",
        string="Nomenclature line",
    )
    description = fields.Text(help="Box 31: goods in the words of trade.")
    origin_id = fields.Many2one(
        comodel_name="res.country",
        compute="_compute_from_product",
        store=True,
        readonly=False,
        precompute=True,
        help="Box 34: country of origin. Proposed from the product.",
    )
    preference = fields.Char(help="Box 36: preference claimed by the declarant.")
    procedure = fields.Char(help="Box 37: procedure, for example 4000.")
    gross_mass = fields.Float(digits=(16, 3), string="Gross mass (kg)", help="Box 35.")
    net_mass = fields.Float(digits=(16, 3), string="Net mass (kg)", help="Box 38.")
    supplementary_quantity = fields.Float(
        string="Supplementary quantity", digits=(16, 3), help="Box 41."
    )
    supplementary_unit = fields.Char(string="Supplementary unit", help="Box 41: unit.")
    additional_codes = fields.Char(
        string="Additional codes",
        help="Box 33, second part: C490, 7011, VATZ. Several separated by commas.",
    )
    quota_order_number = fields.Char(
        string="Quota order number", help="Box 39: the tariff quota that is claimed."
    )
    quota_requested = fields.Float(
        string="Asked of the quota", digits=(16, 3), help="In the unit of the quota."
    )
    quota_is_answered = fields.Boolean(
        string="Quota is answered", help="On once the authority has answered."
    )
    quota_allocated = fields.Float(
        string="Allocated by the quota",
        digits=(16, 3),
        help="What the authority granted. The rest pays the full duty.",
    )
    detail_ids = fields.One2many(
        string="Further quantities and values",
        comodel_name="customs.item.detail",
        inverse_name="line_id",
        copy=True,
    )
    packages = fields.Float(digits=(16, 2))
    package_kind = fields.Char(string="Package kind")
    marks = fields.Char()
    previous_document = fields.Char(string="Previous document", help="Box 40.")
    invoice_value = fields.Monetary(
        string="Invoice value",
        currency_field="invoice_currency_id",
        help="Box 42: price of the item.",
    )
    customs_value = fields.Monetary(
        string="Customs value",
        currency_field="tariff_currency_id",
        help="Value for customs purposes, in national currency.",
    )
    statistical_value = fields.Monetary(
        string="Statistical value", currency_field="tariff_currency_id", help="Box 46."
    )
    product_id = fields.Many2one(comodel_name="product.product", check_company=True)
    value_part_ids = fields.One2many(
        string="Shares of the build-up",
        comodel_name="customs.value.part",
        inverse_name="line_id",
    )
    purchase_line_id = fields.Many2one(
        string="Purchase line",
        comodel_name="purchase.order.line",
        index="btree_not_null",
        copy=False,
        check_company=True,
    )
    sale_line_id = fields.Many2one(
        string="Sale line",
        comodel_name="sale.order.line",
        index="btree_not_null",
        copy=False,
        check_company=True,
    )
    valuation_element_ids = fields.One2many(
        string="Valuation elements",
        comodel_name="customs.valuation.element",
        inverse_name="line_id",
    )
    duty_line_ids = fields.One2many(
        string="Duty lines", comodel_name="customs.duty.line", inverse_name="line_id"
    )
    amount_assessed = fields.Monetary(
        string="Assessed",
        compute="_compute_amounts",
        currency_field="tariff_currency_id",
    )
    amount_payable = fields.Monetary(
        string="Payable",
        compute="_compute_amounts",
        currency_field="tariff_currency_id",
    )
    amount_calculated = fields.Monetary(
        compute="_compute_amounts",
        currency_field="tariff_currency_id",
        string="Expected",
    )
    has_difference = fields.Boolean(string="Has difference", compute="_compute_amounts")

    _number_unique = models.Constraint(
        "UNIQUE(declaration_id, number)", "Two items have the same number."
    )

    @api.depends("declaration_id")
    def _compute_number(self):
        groups = self.env["customs.declaration.line"]._read_group(
            [("declaration_id", "in", self.declaration_id.ids)],
            ["declaration_id"],
            ["number:max"],
        )
        stored = {declaration.id: number for declaration, number in groups}
        last = {}
        for record in self:
            if record.number:
                continue
            declaration = record.declaration_id
            if declaration not in last:
                # lines that are not saved yet are known to the form alone
                unsaved = declaration.line_ids.filtered(lambda r: not r._origin)
                numbers = [stored.get(declaration._origin.id) or 0]
                last[declaration] = max(numbers + unsaved.mapped("number"))
            last[declaration] += 1
            record.number = last[declaration]

    @api.depends("code", "number", "description")
    def _compute_display_name(self):
        for record in self:
            record.display_name = " ".join(
                part for part in (str(record.number), record.code) if part
            )

    @api.depends("product_id", "declaration_id.tariff_id")
    def _compute_from_product(self):
        """Propose code and origin of the classified product; what is there stays."""
        wanted = self.filtered(
            lambda r: r.product_id
            and r.declaration_id.tariff_id
            and not (r.code and r.origin_id)
        )
        found = {}
        for (tariff, day, company), lines in wanted.grouped(
            lambda r: (
                r.declaration_id.tariff_id,
                r.declaration_id._get_calculation_date(),
                r.declaration_id.company_id,
            )
        ).items():
            classified = lines.product_id._get_customs_classification(
                tariff, day, company
            )
            found.update({line: classified[line.product_id] for line in lines})
        for line in self:
            proposal = found.get(line)
            line.code = line.code or (proposal.code if proposal else False)
            line.origin_id = line.origin_id or (proposal.origin if proposal else False)

    @api.depends("code", "declaration_id.tariff_id")
    def _compute_tariff_code_id(self):
        """Longest nomenclature line that begins the declared code."""
        codes = {line.code for line in self if line.code}
        prefixes = {code[:size] for code in codes for size in range(2, len(code) + 1)}
        found = self.env["customs.tariff.code"].search_fetch(
            [
                ("tariff_id", "in", self.declaration_id.tariff_id.ids),
                ("code", "in", list(prefixes)),
            ],
            ["code", "tariff_id"],
        )
        by_key = {(code.tariff_id.id, code.code): code.id for code in found}
        for line in self:
            code = line.code or ""
            tariff = line.declaration_id.tariff_id.id
            candidates = (
                by_key.get((tariff, code[:size])) for size in range(len(code), 1, -1)
            )
            line.tariff_code_id = next((c for c in candidates if c), False)

    @api.depends(
        "duty_line_ids.amount_assessed",
        "duty_line_ids.amount_payable",
        "duty_line_ids.amount_calculated",
        "duty_line_ids.has_difference",
    )
    def _compute_amounts(self):
        # all of them at once: Odoo would read them by the thousand
        self.duty_line_ids.fetch(
            ["amount_assessed", "amount_payable", "amount_calculated", "has_difference"]
        )
        for line in self:
            duties = line.duty_line_ids
            line.amount_assessed = sum(duties.mapped("amount_assessed"))
            line.amount_payable = sum(duties.mapped("amount_payable"))
            line.amount_calculated = sum(duties.mapped("amount_calculated"))
            line.has_difference = any(duties.mapped("has_difference"))

    def action_view_options(self):
        """Compare every option of the item in the duty calculator."""
        self.ensure_one()
        return self.env["customs.duty.calculator"]._open_for_item(self)
