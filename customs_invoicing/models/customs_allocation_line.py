from odoo import fields, models


class CustomsAllocationLine(models.Model):
    """The part of one department in an allocation key."""

    _name = "customs.allocation.line"
    _description = "Department of an Allocation Key"
    _order = "allocation_id, sequence, id"
    _check_company_auto = True

    allocation_id = fields.Many2one(
        comodel_name="customs.allocation",
        string="Key",
        required=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(
        related="allocation_id.company_id", store=True, precompute=True
    )
    sequence = fields.Integer(default=10)
    account_id = fields.Many2one(
        comodel_name="account.analytic.account",
        string="Department",
        required=True,
        index=True,
        ondelete="cascade",
        check_company=True,
    )
    percent = fields.Float(
        string="Share (%)", digits=(5, 2), help="With fixed percentages; 100 together."
    )
    categ_id = fields.Many2one(
        comodel_name="product.category",
        string="Product category",
        help="The department has the items whose product is of this category.",
    )
    code_prefix = fields.Char(
        string="Tariff codes",
        help="First digits of the tariff codes that the department has, for example "
        "8471. Several separated by commas. Empty, and no category: all that is left.",
    )
    comment = fields.Char()

    def _fits_item(self, item):
        """Whether an item of a declaration belongs to the department."""
        self.ensure_one()
        prefixes = [part.strip() for part in (self.code_prefix or "").split(",")]
        prefixes = tuple(part for part in prefixes if part)
        if prefixes and not (item.code or "").startswith(prefixes):
            return False
        if self.categ_id:
            path = item.product_id.categ_id.parent_path or ""
            return path.startswith(self.categ_id.parent_path)
        return True
