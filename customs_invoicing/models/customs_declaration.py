from odoo import api, fields, models
from odoo.exceptions import UserError

STATES = [
    ("draft", "Draft"),
    ("ready", "Ready"),
    ("lodged", "Lodged"),
    ("assessed", "Assessed"),
    ("released", "Released"),
    ("closed", "Closed"),
    ("cancelled", "Cancelled"),
]

CAPACITIES = [
    ("own", "Own import: the goods are ours"),
    ("direct", "Direct agent: in the client's name"),
    ("indirect", "Indirect agent: in our name, for the client"),
]


#: What may still change on a closed file: it is proof, not work in progress.
CHANGEABLE_WHEN_CLOSED = {"state", "priority", "note", "user_id"}

#: Groups that may read declarations; on fields of core models that show them
CUSTOMS_READERS = (
    "customs_invoicing.group_customs_user,customs_invoicing.group_customs_auditor"
)


class CustomsDeclaration(models.Model):
    """The file: one customs declaration with its goods, taxes, charges and money."""

    _name = "customs.declaration"
    _description = "Customs Declaration"
    _inherit = ["mail.thread", "mail.activity.mixin", "analytic.mixin"]
    _order = "registration_date desc, id desc"
    _rec_names_search = ["name", "mrn", "declarant_reference"]
    _check_company_auto = True

    # === IDENTITY === #

    name = fields.Char(
        string="Our number",
        required=True,
        readonly=True,
        copy=False,
        index="trigram",
        default=lambda self: self.env._("New"),
        help="Our own number of the file, lodged as local reference number (LRN).",
    )
    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    currency_id = fields.Many2one(
        related="company_id.currency_id", string="Company currency", store=True
    )
    state = fields.Selection(
        selection=STATES,
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        tracking=True,
        index=True,
    )
    direction = fields.Selection(
        selection=[("import", "Import"), ("export", "Export"), ("transit", "Transit")],
        required=True,
        default="import",
    )
    capacity = fields.Selection(
        selection=CAPACITIES,
        required=True,
        tracking=True,
        default=lambda self: self.env.company.customs_default_capacity,
        help="Decides the books: duty on our own goods is our cost; paid for a client "
        "it passes through the disbursement account.",
    )
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Officer",
        default=lambda self: self.env.user,
        tracking=True,
    )
    priority = fields.Selection(
        selection=[("0", "Normal"), ("1", "Urgent")], default="0"
    )
    note = fields.Html(string="Notes")

    # === PARTIES === #

    client_id = fields.Many2one(
        comodel_name="res.partner",
        tracking=True,
        index="btree_not_null",
        check_company=True,
        help="Who is billed. On an own import: nobody.",
    )
    importer_id = fields.Many2one(
        comodel_name="res.partner", check_company=True, help="Box 8: consignee."
    )
    exporter_id = fields.Many2one(
        comodel_name="res.partner", check_company=True, help="Box 2: exporter."
    )
    broker_id = fields.Many2one(
        comodel_name="res.partner",
        string="Declarant",
        check_company=True,
        help="Box 14: declarant or customs broker.",
    )
    authority_id = fields.Many2one(
        comodel_name="res.partner",
        compute="_compute_authority_id",
        store=True,
        readonly=False,
        precompute=True,
        check_company=True,
        help="Contact to whom the assessed amounts are owed.",
    )

    # === DECLARATION === #

    office_id = fields.Many2one(
        comodel_name="customs.office",
        tracking=True,
        help="Box A: customs office of clearance.",
    )
    tariff_id = fields.Many2one(
        comodel_name="customs.tariff",
        compute="_compute_tariff_id",
        store=True,
        readonly=False,
        precompute=True,
        index="btree_not_null",
    )
    tariff_currency_id = fields.Many2one(
        comodel_name="res.currency",
        compute="_compute_tariff_currency_id",
        store=True,
        precompute=True,
        string="National currency",
        help="Currency of customs values and assessed amounts.",
    )
    procedure_id = fields.Many2one(
        comodel_name="customs.procedure", help="Box 1 or 37: procedure."
    )
    declaration_type = fields.Char(
        string="Declaration type", help="Box 1, for example IM4."
    )
    registration_number = fields.Char(
        string="Registration number",
        copy=False,
        tracking=True,
        help="Box A: serial and number, for example C 1234.",
    )
    registration_date = fields.Date(
        string="Registration date", copy=False, tracking=True
    )
    registration_year = fields.Integer(
        string="Registration year",
        compute="_compute_registration_year",
        store=True,
        readonly=False,
        precompute=True,
        copy=False,
    )
    mrn = fields.Char(
        string="Declaration number",
        compute="_compute_mrn",
        store=True,
        index="trigram",
        help="Number given by the authority, with office and year where a number "
        "alone is not unique.",
    )
    receipt_number = fields.Char(
        string="Receipt number", copy=False, help="Receipt of payment."
    )
    receipt_date = fields.Date(string="Receipt date", copy=False)
    declarant_reference = fields.Char(
        string="Declarant reference",
        copy=False,
        help="Box 7: reference of the declarant.",
    )
    manifest = fields.Char()
    payment_account = fields.Char(
        string="Payment account",
        help="Box 48: deferred payment account used at the authority.",
    )
    payment_mode = fields.Char(string="Payment mode")
    money_version = fields.Integer(string="Money version", copy=False, readonly=True)
    loaded_fingerprint = fields.Char(
        string="Content of the last file", copy=False, readonly=True
    )
    guarantee_amount = fields.Monetary(
        string="Guarantee amount", currency_field="tariff_currency_id"
    )

    # === TRANSPORT AND VALUE === #

    incoterm_id = fields.Many2one(comodel_name="account.incoterms", help="Box 20.")
    incoterm_place = fields.Char(string="Place of delivery")
    transport_identity = fields.Char(
        string="Transport identity", help="Box 18: vessel, flight or plate."
    )
    transport_nationality_id = fields.Many2one(
        string="Transport nationality", comodel_name="res.country"
    )
    transport_mode = fields.Char(
        string="Transport mode", help="Box 25: mode of transport at the border."
    )
    inland_mode = fields.Char(string="Inland mode", help="Box 26.")
    container = fields.Boolean(string="Containerised")
    place_of_loading = fields.Char(string="Place of loading")
    location_of_goods = fields.Char(string="Location of goods")
    border_office_id = fields.Many2one(
        string="Border office", comodel_name="customs.office"
    )
    country_export_id = fields.Many2one(
        string="Country of export", comodel_name="res.country"
    )
    country_destination_id = fields.Many2one(
        string="Country of destination", comodel_name="res.country"
    )
    departure_date = fields.Date(
        string="Departure date",
        help="Day of export or direct shipment; decides on the customs exchange rate "
        "in some countries.",
    )
    arrival_date = fields.Date(string="Arrival date")
    gross_mass = fields.Float(digits=(16, 3), string="Gross mass (kg)")
    packages = fields.Float(digits=(16, 2))
    invoice_currency_id = fields.Many2one(
        string="Invoice currency", comodel_name="res.currency"
    )
    invoice_amount = fields.Monetary(
        string="Invoice amount",
        currency_field="invoice_currency_id",
        help="Box 22: total of the invoices.",
    )
    customs_rate = fields.Float(
        string="Customs rate",
        compute="_compute_customs_rate",
        store=True,
        readonly=False,
        precompute=True,
        digits=(18, 8),
        help="Box 23: national currency per unit of the invoice currency, fixed by "
        "the authority. It is not the bank's rate.",
    )
    customs_rate_is_ours = fields.Boolean(
        string="Customs rate is proposed",
        compute="_compute_customs_rate",
        store=True,
        readonly=False,
        precompute=True,
        help="The rate is that of the tariff and follows the date. A rate that was "
        "typed or read from a file stays.",
    )
    customs_value = fields.Monetary(
        string="Customs value",
        currency_field="tariff_currency_id",
        help="Value for customs purposes of all items, in national currency.",
    )

    # === CONTENT === #

    line_ids = fields.One2many(
        comodel_name="customs.declaration.line",
        inverse_name="declaration_id",
        string="Items",
        copy=True,
    )
    valuation_element_ids = fields.One2many(
        string="Valuation elements",
        comodel_name="customs.valuation.element",
        inverse_name="declaration_id",
        domain=[("line_id", "=", False)],
    )
    value_line_ids = fields.One2many(
        string="Build-up per item",
        comodel_name="customs.declaration.line",
        inverse_name="declaration_id",
        readonly=True,
    )
    duty_line_ids = fields.One2many(
        string="Duty lines",
        comodel_name="customs.duty.line",
        inverse_name="declaration_id",
    )
    document_ids = fields.One2many(
        comodel_name="customs.document", inverse_name="declaration_id"
    )
    assessment_ids = fields.One2many(
        comodel_name="customs.assessment", inverse_name="declaration_id"
    )
    current_assessment_id = fields.Many2one(
        string="Current assessment",
        comodel_name="customs.assessment",
        compute="_compute_current_assessment_id",
        store=True,
    )
    charge_ids = fields.One2many(
        comodel_name="customs.charge", inverse_name="declaration_id"
    )
    purchase_order_ids = fields.Many2many(
        string="Purchase orders",
        comodel_name="purchase.order",
        copy=False,
        check_company=True,
    )
    sale_order_ids = fields.Many2many(
        string="Sale orders",
        comodel_name="sale.order",
        copy=False,
        check_company=True,
    )
    line_count = fields.Integer(compute="_compute_line_count", string="Item count")
    difference_count = fields.Integer(
        string="Difference count", compute="_compute_difference_count"
    )
    purchase_order_count = fields.Integer(
        string="Purchase order count", compute="_compute_order_counts"
    )
    sale_order_count = fields.Integer(
        string="Sale order count", compute="_compute_order_counts"
    )
    blocking_message = fields.Text(
        string="Blocking message", compute="_compute_messages"
    )
    warning_message = fields.Text(string="Warning message", compute="_compute_messages")

    _registration_unique = models.UniqueIndex(
        "(office_id, registration_year, registration_number) "
        "WHERE registration_number IS NOT NULL AND state != 'cancelled'",
        "A declaration with this office, year and number exists already.",
    )

    # === COMPUTE METHODS === #

    @api.depends("office_id")
    def _compute_authority_id(self):
        for record in self:
            record.authority_id = record.office_id.authority_id or record.authority_id

    @api.depends("office_id")
    def _compute_tariff_id(self):
        for record in self:
            record.tariff_id = record.office_id.tariff_id or record.tariff_id

    @api.depends("tariff_id", "company_id")
    def _compute_tariff_currency_id(self):
        for record in self:
            record.tariff_currency_id = (
                record.tariff_id.currency_id or record.company_id.currency_id
            )

    @api.depends(
        "invoice_currency_id",
        "tariff_id",
        "registration_date",
        "arrival_date",
        "departure_date",
    )
    def _compute_customs_rate(self):
        """Propose the authority's rate; what was read or typed stays."""
        for record in self:
            currency = record.invoice_currency_id
            if record.customs_rate and not record.customs_rate_is_ours:
                record.customs_rate = record.customs_rate
                record.customs_rate_is_ours = False
                continue
            record.customs_rate_is_ours = True
            record.customs_rate = (
                record.tariff_id._get_customs_rate(currency, record._get_rate_date())
                if currency
                else 0.0
            )

    @api.depends("registration_date")
    def _compute_registration_year(self):
        for record in self:
            if record.registration_date:
                record.registration_year = record.registration_date.year
            else:
                record.registration_year = record.registration_year or 0

    @api.depends("office_id.code", "registration_number", "registration_year")
    def _compute_mrn(self):
        for record in self:
            parts = [
                record.office_id.code,
                str(record.registration_year or ""),
                record.registration_number,
            ]
            record.mrn = (
                " ".join(part for part in parts if part)
                if record.registration_number
                else False
            )

    @api.depends("name", "mrn")
    def _compute_display_name(self):
        for record in self:
            record.display_name = (
                f"{record.name} ({record.mrn})" if record.mrn else record.name
            )

    @api.depends("assessment_ids.is_current")
    def _compute_current_assessment_id(self):
        for record in self:
            current = record.assessment_ids.filtered("is_current")
            record.current_assessment_id = current[:1]

    @api.depends("line_ids")
    def _compute_line_count(self):
        groups = self.env["customs.declaration.line"]._read_group(
            [("declaration_id", "in", self.ids)], ["declaration_id"], ["__count"]
        )
        counts = {declaration.id: count for declaration, count in groups}
        for record in self:
            record.line_count = counts.get(record.id, 0)

    @api.depends("duty_line_ids.has_difference")
    def _compute_difference_count(self):
        groups = self.env["customs.duty.line"]._read_group(
            [("declaration_id", "in", self.ids), ("has_difference", "=", True)],
            ["declaration_id"],
            ["__count"],
        )
        counts = {declaration.id: count for declaration, count in groups}
        for record in self:
            record.difference_count = counts.get(record.id, 0)

    @api.depends("purchase_order_ids", "sale_order_ids")
    def _compute_order_counts(self):
        for record in self:
            record.purchase_order_count = len(record.purchase_order_ids)
            record.sale_order_count = len(record.sale_order_ids)

    @api.depends(
        "state",
        "capacity",
        "client_id",
        "office_id",
        "has_unposted_assessment",
        "importer_id.customs_to_review",
        "exporter_id.customs_to_review",
        "broker_id.customs_to_review",
        "current_assessment_id.kind",
        "duty_line_ids.is_calculated",
        "line_ids.code",
        "line_ids.customs_value",
        "line_ids.value_problem",
        "line_ids.invoice_value",
        "valuation_element_ids.kind",
        "line_ids.quota_requested",
        "calculation_ids.warning",
        "tariff_id.code_length",
        "control_balance",
    )
    def _compute_messages(self):
        for record in self:
            record.blocking_message = "\n".join(record._get_blocking_reasons())
            record.warning_message = "\n".join(record._get_warnings())

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if vals.get("name", self.env._("New")) == self.env._("New"):
                company = vals.get("company_id") or self.env.company.id
                vals["name"] = (
                    self.env["ir.sequence"]
                    .with_company(company)
                    .next_by_code("customs.declaration")
                )
        return super().create(vals_list)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        for record in self:
            if record.state not in ("draft", "cancelled") or record.assessment_ids:
                raise UserError(
                    self.env._(
                        "%(name)s has been lodged or assessed and cannot be deleted. "
                        "Cancel it instead.",
                        name=record.name,
                    )
                )
