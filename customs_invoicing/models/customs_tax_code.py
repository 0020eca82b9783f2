from odoo import api, fields, models


class CustomsTaxCode(models.Model):
    """A national tax code (A00, B00, DOG, TVS, 499…) and what it means to us."""

    _name = "customs.tax.code"
    _description = "Customs Tax Code"
    _inherit = ["customs.code.mixin"]
    _order = "sequence, code, id"

    code = fields.Char(required=True, help="As it appears in the authority's file.")
    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    tariff_id = fields.Many2one(
        comodel_name="customs.tariff",
        index="btree_not_null",
        ondelete="cascade",
        help="Tariff the code belongs to. Empty: the code means the same everywhere.",
    )
    charge_code_id = fields.Many2one(
        string="Charge code",
        comodel_name="customs.charge.code",
        required=True,
        ondelete="restrict",
        help="Charge under which the tax is posted and billed.",
    )
    kind = fields.Selection(related="charge_code_id.kind")
    measure_type_ids = fields.One2many(
        string="Measure types",
        comodel_name="customs.measure.type",
        inverse_name="tax_code_id",
    )

    _code_unique = models.UniqueIndex(
        "(code, COALESCE(tariff_id, 0)) WHERE active",
        "This tax code exists already for the tariff.",
    )

    @api.model
    def _get_by_code(self, tariff, codes):
        """Return ``{code: record}`` for the codes known to a tariff.

        A code of the tariff itself goes before one that is valid everywhere.
        """
        records = self.search(
            [("code", "in", list(codes)), ("tariff_id", "in", [tariff.id, False])]
        )
        by_code = {}
        for record in records.sorted(lambda r: bool(r.tariff_id)):
            by_code[record.code] = record
        return by_code
