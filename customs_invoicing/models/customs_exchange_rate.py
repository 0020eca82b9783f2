from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..engine.exchange import CustomsRate
from ..tools import to_decimal


class CustomsExchangeRate(models.Model):
    """A rate of exchange fixed by the authority for customs values."""

    _name = "customs.exchange.rate"
    _description = "Customs Exchange Rate"
    _inherit = ["customs.validity.mixin"]
    _order = "tariff_id, currency_id, date_from desc, id"
    _validity_key = ("tariff_id", "currency_id")
    _validity_open_ends = True  # a rate without an end holds until the next

    tariff_id = fields.Many2one(
        comodel_name="customs.tariff", required=True, index=True, ondelete="cascade"
    )
    currency_id = fields.Many2one(comodel_name="res.currency", required=True)
    date_from = fields.Date(required=True)
    date_to = fields.Date(help="Empty: until the next rate.")
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

    words = fields.Char(
        string="Reads",
        compute="_compute_words",
        help="The rate in words: check it against the notice.",
    )

    _rate_positive = models.Constraint(
        "CHECK(rate > 0)", "A rate of exchange must be above zero."
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

    @api.depends("currency_id", "rate", "quotation", "tariff_id.currency_id")
    def _compute_words(self):
        for record in self:
            pair = [record.currency_id.name, record.tariff_id.currency_id.name]
            if record.quotation == "inverse":
                pair.reverse()
            record.words = (
                f"1 {pair[0]} = {record.rate:.12g} {pair[1]}" if all(pair) else False
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

    def _is_old(self, day):
        """Whether a monthly rate without an end is of an earlier month than a day."""
        self.ensure_one()
        start = self.date_from
        return not self.date_to and (start.year, start.month) != (day.year, day.month)

    def _to_engine(self, is_fallback=False):
        """Return the :class:`CustomsRate` of this record."""
        self.ensure_one()
        return CustomsRate(
            self.currency_id.name,
            to_decimal(self.rate, 8),
            self.quotation,
            is_fallback,
        )
