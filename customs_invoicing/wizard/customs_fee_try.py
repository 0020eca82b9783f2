from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Command

from ..engine.rating import clock
from ..engine.rating_model import Clock, Facts
from ..models.customs_declaration_rating_facts import SERVICE_LEVELS, RatedFile
from ..tools import split_codes, to_decimal

QUANTITIES = {
    "line": "line_count",
    "invoice": "invoice_count",
    "certificate": "certificate_count",
    "document": "document_count",
    "package": "package_count",
    "kg": "gross_mass",
    "cbm": "volume",
    "page": "page_count",
    "vehicle": "vehicle_count",
}
AMOUNTS = {
    "duty_outlay": "amount_duty",
    "vat_outlay": "amount_vat",
    "customs_value": "amount_customs_value",
    "cif_value": "amount_cif",
    "invoice_value": "amount_invoice",
    "saving": "amount_saving",
    "cost": "amount_cost",
}
CLOCKS = {
    "storage": "storage_days",
    "demurrage": "demurrage_days",
    "detention": "detention_days",
    "outlay": "outlay_days",
}
SIZES = {"20": "containers_20", "40": "containers_40"}
TEU = {"20": 1, "40": 2}


class CustomsFeeTry(models.TransientModel):
    """Try rate cards on a file, or on figures. Nothing is written to any file."""

    _name = "customs.fee.try"
    _description = "Try Rate Cards"

    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        default=lambda self: self.env.company,
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    tariff_id = fields.Many2one(
        comodel_name="customs.fee.tariff",
        string="With this card",
        help="Counts as active, so that a draft can be tried before it is.",
    )
    side = fields.Selection(
        selection=[
            ("sale", "Our services"),
            ("vendor", "Expected charges of a vendor"),
        ],
        compute="_compute_from_card",
        store=True,
        readonly=False,
        string="Prices of",
        required=True,
        precompute=True,
    )
    client_id = fields.Many2one(
        comodel_name="res.partner",
        compute="_compute_from_card",
        store=True,
        readonly=False,
        precompute=True,
        help="Empty: somebody without a rate card of its own.",
    )
    date = fields.Date(
        required=True,
        default=fields.Date.context_today,
        help="Counts as the day of registration, arrival, release and invoice.",
    )
    declaration_id = fields.Many2one(
        comodel_name="customs.declaration",
        string="File",
        domain="[('company_id', '=', company_id)]",
        help="Its own client, dates and figures are taken.",
    )

    # === FIGURES === #

    line_count = fields.Integer(string="Lines", default=1)
    hs_codes = fields.Char(string="Commodity codes", help="Separated by commas.")
    invoice_count = fields.Integer(string="Invoices", default=1)
    certificate_count = fields.Integer(string="Certificates")
    document_count = fields.Integer(string="Documents")
    page_count = fields.Integer(string="Pages")
    package_count = fields.Float(string="Packages", digits=(16, 2))
    gross_mass = fields.Float(string="Gross mass (kg)", digits=(16, 3))
    volume = fields.Float(string="Volume (m³)", digits=(16, 3))
    vehicle_count = fields.Integer(string="Vehicles")
    containers_20 = fields.Integer(string="Containers of 20 foot")
    containers_40 = fields.Integer(string="Containers of 40 foot")
    minutes = fields.Integer(
        string="Minutes worked", help="Taken for every service that is priced by time."
    )
    amount_duty = fields.Monetary(string="Duties we pay")
    amount_vat = fields.Monetary(string="VAT we pay")
    amount_customs_value = fields.Monetary(string="Customs value")
    amount_cif = fields.Monetary(string="CIF value")
    amount_invoice = fields.Monetary(string="Invoice value")
    amount_saving = fields.Monetary(string="Amount saved")
    amount_cost = fields.Monetary(string="Cost of vendors")
    storage_days = fields.Integer(string="Days in store")
    demurrage_days = fields.Integer(string="Days in the port")
    detention_days = fields.Integer(string="Days outside the port")
    outlay_days = fields.Integer(string="Days since we paid")
    procedure_id = fields.Many2one(comodel_name="customs.procedure")
    transport_mode = fields.Char(string="Mode of transport")
    office_id = fields.Many2one(comodel_name="customs.office")
    incoterm_id = fields.Many2one(
        comodel_name="account.incoterms", string="Delivery terms"
    )
    declaration_type = fields.Char(string="Declaration type")
    service_level = fields.Selection(
        selection=SERVICE_LEVELS, string="Service level", default="standard"
    )

    # === RESULT === #

    line_ids = fields.One2many(
        comodel_name="customs.fee.try.line",
        inverse_name="wizard_id",
        string="Result",
        compute="_compute_lines",
        store=True,
    )
    amount_total = fields.Monetary(string="Total", compute="_compute_lines", store=True)
    problem_count = fields.Integer(compute="_compute_lines", store=True)

    # === COMPUTE METHODS === #

    def _compute_display_name(self):
        self.display_name = self.env._("Try rate cards")

    @api.depends("tariff_id", "declaration_id")
    def _compute_from_card(self):
        for wizard in self:
            card, file = wizard.tariff_id, wizard.declaration_id
            wizard.side = card.side or wizard.side or "sale"
            client = wizard.client_id
            if card.level == "client":
                client = card.client_id
            wizard.client_id = file.client_id or client

    @api.depends(
        "company_id",
        "tariff_id",
        "side",
        "client_id",
        "date",
        "declaration_id",
        "hs_codes",
        "minutes",
        "procedure_id",
        "transport_mode",
        "office_id",
        "incoterm_id",
        "declaration_type",
        "service_level",
        *QUANTITIES.values(),
        *AMOUNTS.values(),
        *CLOCKS.values(),
        *SIZES.values(),
    )
    def _compute_lines(self):
        for wizard in self:
            rows = wizard._get_rows() if wizard.company_id and wizard.date else []
            wizard.line_ids = [
                Command.clear(),
                *(
                    Command.create({"sequence": number, **row})
                    for number, row in enumerate(rows)
                ),
            ]
            wizard.amount_total = sum(row["amount_company"] for row in rows)
            wizard.problem_count = sum(
                row["result"] in ("tie", "problem") for row in rows
            )

    def _get_rows(self):
        """Return the values of the lines: what is charged, and what is not and why."""
        self.ensure_one()
        self._check_readable()
        file = self._get_rated_file()
        subject = self._get_subject()
        trial, side = self.tariff_id._origin, self.side
        cards = self.env["customs.fee.tariff"]
        rules = cards._get_rules_of_files({0: file}, side, trial=trial)[0]
        facts = self._get_facts(subject)
        outcomes = subject._rate_rules(rules, facts, side)
        lines = self.env["customs.fee.try.line"]
        rows = []
        for outcome in outcomes:
            rows.append(lines._prepare_outcome(outcome, self.currency_id))
            rows += lines._prepare_others(outcome, rules, facts)
        rated = {outcome.code for outcome in outcomes}
        rows += lines._prepare_unmatched(rules, facts, rated)
        expired = cards._get_rules_out_of_force(file, side, trial=trial)
        return rows + lines._prepare_out_of_force(expired)

    def _check_readable(self):
        """Cards are found whoever prices a file; nobody reads others' prices here."""
        asked = self.sudo(False)  # stored fields are computed as superuser
        asked.tariff_id._origin.check_access("read")
        asked.declaration_id._origin.check_access("read")
        if asked.company_id not in asked.env.companies:
            raise AccessError(
                self.env._("Rate cards are tried in a company that you work in.")
            )

    def _get_subject(self):
        """Return the file to rate, made up where figures are typed."""
        self.ensure_one()
        if self.declaration_id:
            file = self.declaration_id._origin
        else:
            file = self.env["customs.declaration"].new(
                {"company_id": self.company_id.id, "client_id": self.client_id.id}
            )
        return file.with_context(customs_invoice_date=self.date)

    def _get_rated_file(self):
        """Return for whom and when the cards are tried."""
        self.ensure_one()
        if self.declaration_id:
            return self._get_subject()._get_rated_file()
        days = ("registration", "arrival", "release", "invoice")
        return RatedFile(
            self.company_id, self.client_id._origin, dict.fromkeys(days, self.date)
        )

    # === FACTS === #

    def _get_facts(self, subject):
        """Return the facts of the file, or those that were typed."""
        self.ensure_one()
        if self.declaration_id:
            return subject._get_rating_facts()[subject]
        services = self.env["customs.charge.code"].search([("kind", "=", "service")])
        return Facts(
            date=self.date,
            currency=self.currency_id.name,
            attributes=self._get_attributes(),
            quantities=self._get_quantities(),
            amounts=self._get_amounts(),
            sizes={size: Decimal(self[name]) for size, name in SIZES.items()},
            clocks=self._get_clocks(),
            minutes=dict.fromkeys(services.ids, Decimal(self.minutes)),
            rates=subject._get_rating_rates()[subject.company_id],
            digits=subject._get_currency_digits(),
        )

    def _get_attributes(self):
        known = {
            "regime": self.procedure_id.code,
            "mode": self.transport_mode,
            "port": self.office_id.code,
            "hs": tuple(sorted(split_codes(self.hs_codes))),
            "incoterm": self.incoterm_id.code,
            "declaration_type": self.declaration_type,
            "service_level": self.service_level,
        }
        return {name: value for name, value in known.items() if value}

    def _get_quantities(self):
        """Return what was typed; what was left empty is none."""
        quantities = {unit: to_decimal(self[name]) for unit, name in QUANTITIES.items()}
        boxes = {size: self[name] for size, name in SIZES.items()}
        return {
            **quantities,
            "declaration": Decimal(1),
            "entry": Decimal(1),
            "hs_code": Decimal(len(split_codes(self.hs_codes))),
            "hour": Decimal(self.minutes) / 60,
            "container": Decimal(sum(boxes.values())),
            "teu": Decimal(sum(TEU[size] * count for size, count in boxes.items())),
        }

    def _get_amounts(self):
        amounts = {basis: to_decimal(self[name]) for basis, name in AMOUNTS.items()}
        return {**amounts, "outlay": amounts["duty_outlay"] + amounts["vat_outlay"]}

    def _get_clocks(self):
        """Return clocks that began on the day and ran for the days typed."""
        boxes = sum(self[name] for name in SIZES.values())
        clocks = {}
        for name, field in CLOCKS.items():
            units = boxes if name in ("demurrage", "detention") else 1
            stop = fields.Date.add(self.date, days=self[field])
            ran = Clock(0, 0)
            if self[field]:
                off = self.company_id._get_days_off(self.date, stop)
                ran = clock(self.date, stop, units, holidays=off, weekend=())
            clocks[name] = (ran,)
        return clocks
