from odoo import api, fields, models
from odoo.exceptions import ValidationError


class CustomsExchangeRate(models.Model):
    """A rate of exchange fixed by the authority for customs values."""

    _name = "customs.exchange.rate"
    _description = "Customs Exchange Rate"
    _order = "tariff_id, currency_id, date_from desc, id"

    tariff_id = fields.Many2one(
        comodel_name="customs.tariff", required=True, index=True, ondelete="cascade"
    )
    currency_id = fields.Many2one(comodel_name="res.currency", required=True)
    date_from = fields.Date(string="Valid from", required=True)
    date_to = fields.Date(string="Valid to")
    quotation = fields.Selection(
        selection=[
            ("direct", "National currency per foreign unit"),
            ("inverse", "Foreign units per national unit"),
        ],
        required=True,
        default="direct",
        help="How the authority publishes the rate. Dividing by the published figure "
        "is not the same as multiplying by its rounded inverse.",
    )
    rate = fields.Float(digits=(18, 8), required=True)
    source = fields.Char(help="Notice in which the rate was published.")

    _rate_positive = models.Constraint(
        "CHECK(rate > 0)", "A rate of exchange must be above zero."
    )
    _dates_ordered = models.Constraint(
        "CHECK(date_to IS NULL OR date_from <= date_to)",
        "The validity of a rate of exchange must start before it ends.",
    )
    _key_unique = models.Constraint(
        "UNIQUE(tariff_id, currency_id, date_from)",
        "A rate for this currency already starts on this day.",
    )

    @api.depends("currency_id", "rate", "date_from")
    def _compute_display_name(self):
        for record in self:
            record.display_name = (
                f"{record.currency_id.name or ''} {record.rate:g} ({record.date_from})"
            )

    @api.constrains("tariff_id", "currency_id")
    def _check_currency(self):
        for record in self:
            if record.currency_id == record.tariff_id.currency_id:
                raise ValidationError(
                    self.env._(
                        "%(currency)s is the tariff's own currency and needs no rate.",
                        currency=record.currency_id.name,
                    )
                )
