from odoo import api, fields, models

from ..engine.containers import SIZES
from ..engine.explain import number_words, short_words
from ..tools import to_decimal


class CustomsFeeRuleBand(models.Model):
    """A band, slice, tier of days or container size with its price."""

    _name = "customs.fee.rule.band"
    _description = "Band of a Customs Rate"
    _order = "rule_id, is_open, limit, size, id"

    rule_id = fields.Many2one(
        comodel_name="customs.fee.rule", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="rule_id.company_id", store=True, precompute=True
    )
    currency_id = fields.Many2one(related="rule_id.currency_id")
    limit = fields.Float(
        string="Up to",
        digits=(16, 6),
        help="The figure itself included. Leave it empty in the last band.",
    )
    is_open = fields.Boolean(
        string="Without limit", compute="_compute_is_open", store=True, precompute=True
    )
    size = fields.Selection(
        selection=[(code, size.name) for code, size in SIZES.items()],
        help="A price for 40 foot also counts for 40 foot containers of a special "
        "kind that has no price of its own.",
    )
    price = fields.Float(
        required=True,
        default=0.0,
        digits=(16, 6),
        min_display_digits=2,
        help="Amount in the currency of the card; a percentage where slices of an "
        "amount are charged.",
    )

    @api.depends("limit")
    def _compute_is_open(self):
        for record in self:
            record.is_open = not record.limit

    @api.constrains("limit", "size", "price")
    def _check_bands(self):
        self.rule_id._check_rule()

    def _get_price_words(self, suffix=""):
        """Return the price as written on a rate card."""
        self.ensure_one()
        price = to_decimal(self.price)
        if suffix.endswith("%"):
            return f"{number_words(price)}{suffix}"
        return f"{short_words(price, self.rule_id._get_digits())}{suffix}"

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        bands = super().create(vals_list)
        bands.rule_id.tariff_id._check_changeable()
        return bands

    def write(self, vals):
        self.rule_id.tariff_id._check_changeable()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        self.rule_id.tariff_id._check_changeable()
