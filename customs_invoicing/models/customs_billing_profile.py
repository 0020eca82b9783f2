from odoo import api, fields, models
from odoo.exceptions import ValidationError

WEEKDAYS = [
    ("0", "Monday"),
    ("1", "Tuesday"),
    ("2", "Wednesday"),
    ("3", "Thursday"),
    ("4", "Friday"),
    ("5", "Saturday"),
    ("6", "Sunday"),
]


class CustomsBillingProfile(models.Model):
    """When clients are billed, what goes on one invoice, and who pays what."""

    _name = "customs.billing.profile"
    _description = "Customs Billing Profile"
    _inherit = ["mail.thread"]
    _check_company_auto = True
    _order = "name, id"

    name = fields.Char(required=True, translate=True, tracking=True)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        comodel_name="res.company",
        help="Empty: clients of every company can use it.",
    )
    mode = fields.Selection(
        selection=[
            ("file", "Per file"),
            ("weekly", "Weekly"),
            ("monthly", "Monthly"),
            ("order", "Per order number of the client"),
        ],
        string="One invoice",
        default="file",
        required=True,
        tracking=True,
        help="What is billed together: each file by itself, all files of a week or a "
        "month, or all files with the same order number of the client.",
    )
    weekday = fields.Selection(
        selection=WEEKDAYS, string="On", default="4", help="Day of the weekly invoice."
    )
    day = fields.Integer(
        string="Day of the month",
        default=31,
        help="Day of the monthly invoice, the last one in shorter months.",
    )
    payer_ids = fields.One2many(
        comodel_name="customs.billing.payer",
        inverse_name="profile_id",
        string="Who pays",
        copy=True,
        help="What the client does not pay itself. What is on no line is the client's.",
    )
    currency_id = fields.Many2one(
        comodel_name="res.currency",
        string="Invoice currency",
        help="Empty: currency of the company. The billing currency on a contact wins.",
    )
    lang = fields.Selection(
        selection=lambda self: self.env["res.lang"].get_installed(),
        string="Language",
        help="Language of the texts on invoices. Empty: that of whoever is billed.",
    )
    payment_term_id = fields.Many2one(
        comodel_name="account.payment.term",
        string="Payment terms",
        check_company=True,
        help="Empty: the terms of whoever is billed.",
    )
    journal_id = fields.Many2one(
        comodel_name="account.journal",
        string="Sales journal",
        domain="[('type', '=', 'sale')]",
        check_company=True,
        help="Empty: the first sales journal of the company.",
    )
    requires_order_reference = fields.Boolean(
        string="Order number required",
        tracking=True,
        help="A file is not billed before it has the order number of the client.",
    )
    post_automatically = fields.Boolean(
        tracking=True,
        help="Billing runs confirm these invoices. Those made by hand stay drafts.",
    )
    send_automatically = fields.Boolean(
        tracking=True,
        help="Billing runs send these invoices once confirmed, the way set on the "
        "contact: by e-mail, as e-invoice or both.",
    )
    note = fields.Text(string="Notes", help="What the client agreed, for ourselves.")
    client_count = fields.Integer(string="Clients", compute="_compute_client_count")

    _day_of_month = models.Constraint(
        "CHECK (day BETWEEN 1 AND 31)", "The day of the month is 1 to 31."
    )

    def _compute_client_count(self):
        for record in self:
            record.client_count = len(record._get_clients()) if record.id else 0

    @api.onchange("send_automatically")
    def _onchange_send_automatically(self):
        """What is sent has to be confirmed."""
        if self.send_automatically:
            self.post_automatically = True

    @api.constrains("send_automatically", "post_automatically")
    def _check_automatic(self):
        for record in self:
            if record.send_automatically and not record.post_automatically:
                raise ValidationError(
                    self.env._(
                        "%(profile)s: an invoice is confirmed before it is sent. "
                        "Tick both, or none.",
                        profile=record.name,
                    )
                )

    @api.constrains("journal_id", "company_id")
    def _check_journal(self):
        for record in self:
            if record.journal_id and record.company_id != record.journal_id.company_id:
                raise ValidationError(
                    self.env._(
                        "%(profile)s: a journal belongs to one company. Set the "
                        "company of the profile to %(company)s.",
                        profile=record.name,
                        company=record.journal_id.company_id.name,
                    )
                )

    def copy_data(self, default=None):
        vals_list = super().copy_data(default)
        for record, vals in zip(self, vals_list, strict=True):
            vals["name"] = self.env._("%(name)s (copy)", name=record.name)
        return vals_list

    # === WHO IS BILLED === #

    def _get_payer(self, charge):
        """Return who pays a charge, nobody when that is the client of the file."""
        return self._get_payer_of(charge.charge_code_id, charge.tax_code_id)

    def _get_payer_of(self, code, tax):
        """Return who pays charges of a code, or of a tax; see :meth:`_get_payer`."""
        self.ensure_one()
        rules = self.payer_ids.filtered(lambda rule: rule._covers(code, tax))
        return rules.sorted(lambda rule: rule._get_rank())[:1].partner_id

    def _refresh_payers(self):
        """Let the open charges of all clients with these profiles follow."""
        charges = self.env["customs.charge"]
        # sudo: clients and files of every company follow
        companies = self.env["res.company"].sudo().search([("id", "!=", 0)])
        for company in companies:
            if company.customs_billing_profile_id in self:
                charges._refresh_bill_to(companies=company)
                continue
            clients = (
                self.env["res.partner"]
                .sudo()
                .with_company(company)
                .search([("customs_billing_profile_id", "in", self.ids)])
            )
            if clients:
                charges._refresh_bill_to(clients=clients, companies=company)

    def _get_clients(self):
        """Return the clients with this profile, in the companies of the user."""
        self.ensure_one()
        clients = self.env["res.partner"]
        for company in self.env.companies:
            clients |= clients.with_company(company).search(
                [
                    ("customs_billing_profile_id", "=", self.id),
                    ("parent_id", "=", False),
                ]
            )
        return clients

    def action_view_clients(self):
        """Open the clients that are billed by this profile."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Clients"),
            "res_model": "res.partner",
            "view_mode": "list,form",
            "domain": [("id", "in", self._get_clients().ids)],
            "context": {"default_customs_billing_profile_id": self.id},
        }

    # === WHEN === #

    def _is_due(self, day):
        """Whether what is open is billed by a run on a day."""
        self.ensure_one()
        if self.mode == "weekly":
            return day.weekday() == int(self.weekday)
        if self.mode == "monthly":
            last = fields.Date.end_of(day, "month").day
            return day.day == min(self.day, last)
        return True

    def _get_next_date(self, day):
        """Return the first day, this one included, on which a run bills."""
        self.ensure_one()
        while not self._is_due(day):
            day = fields.Date.add(day, days=1)
        return day
