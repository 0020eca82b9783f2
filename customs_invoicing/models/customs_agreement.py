from odoo import api, fields, models

from ..engine import model as engine


class CustomsAgreement(models.Model):
    """A trade agreement, or a programme of preferences."""

    _name = "customs.agreement"
    _description = "Trade Agreement"
    _inherit = [
        "customs.code.mixin",
        "customs.validity.mixin",
        "customs.measure.owner.mixin",
    ]
    _order = "tariff_id, code"
    _measure_field = "agreement_id"
    _validity_key = ("tariff_id", "code")

    tariff_id = fields.Many2one(
        comodel_name="customs.tariff", required=True, index=True, ondelete="cascade"
    )
    code = fields.Char(
        required=True,
        help="Short name, or programme indicator: JP, A+, the code of the scheme.",
    )
    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    kind = fields.Selection(
        selection=[
            ("fta", "Free trade agreement"),
            ("gsp", "Generalised system of preferences"),
            ("union", "Customs union"),
            ("epa", "Economic partnership agreement"),
            ("other", "Other programme"),
        ],
        required=True,
        default="fta",
    )
    country_ids = fields.Many2many(
        string="Countries",
        comodel_name="res.country",
        relation="customs_agreement_country",
    )
    preference_codes = fields.Char(
        string="Preference codes",
        help="Codes under which it is claimed, separated by commas: 300, 320. Empty: "
        "its own code.",
    )
    direct_transport = fields.Boolean(
        string="Direct transport required",
        help="The goods must travel directly, or stay under customs control on their "
        "way.",
    )
    cumulation = fields.Text(help="Whose materials count as originating.")
    source = fields.Char(help="Where the agreement is published.")
    proof_ids = fields.One2many(
        string="Proofs of origin",
        comodel_name="customs.agreement.proof",
        inverse_name="agreement_id",
        copy=True,
    )
    measure_ids = fields.One2many(
        string="Measures", comodel_name="customs.measure", inverse_name="agreement_id"
    )

    @api.model
    def _search_for_engine(self, tariff, on_date):
        """Return the agreements of a tariff in force on a day, for the engine."""
        records = self.search(
            [("tariff_id", "=", tariff.id), *self._domain_in_force(on_date)]
        )
        return [item for record in records for item in record._to_engine()]

    def _to_engine(self):
        """Return one engine agreement for each code it is claimed by."""
        self.ensure_one()
        codes = [c.strip() for c in (self.preference_codes or "").split(",")]
        return [
            engine.Agreement(
                code=code,
                name=self.name,
                countries=frozenset(self.country_ids.mapped("code")),
                valid_from=self.date_from or None,
                valid_to=self.date_to or None,
                proofs=tuple(
                    (proof.document_code or "", proof.name) for proof in self.proof_ids
                ),
            )
            for code in dict.fromkeys(filter(None, codes or [])) or [self.code]
        ]
