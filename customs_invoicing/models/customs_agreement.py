from datetime import date

from odoo import api, fields, models

from ..engine import model as engine
from ..tools import split_codes

#: Countries of an agreement that names none
UNKNOWN = frozenset(["(not known)"])


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
        help="Countries whose goods may claim it. Empty: they are not known, and no "
        "claim of it counts.",
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
    def _search_for_engine(self, tariff):
        """Return all agreements of a tariff, for the engine.

        Those that have ended too: a claim of an agreement nobody knows would count.
        """
        records = self.with_context(active_test=False).search(
            [("tariff_id", "=", tariff.id)]
        )
        return [item for record in records for item in record._to_engine()]

    def _get_claim_codes(self):
        """Return the codes by which the agreement is claimed."""
        self.ensure_one()
        return split_codes(self.preference_codes) or frozenset([self.code])

    def _to_engine(self):
        """Return one engine agreement for each code it is claimed by."""
        self.ensure_one()
        return [
            engine.Agreement(
                code=code,
                name=self.name,
                # one without any covers nobody: which goods it is for is not known
                countries=frozenset(self.country_ids.mapped("code")) or UNKNOWN,
                valid_from=self.date_from or None,
                # an archived one is no longer in force
                valid_to=(self.date_to or None) if self.active else date.min,
                proofs=tuple(
                    (proof.document_code or "", proof.name) for proof in self.proof_ids
                ),
            )
            for code in sorted(self._get_claim_codes())
        ]
