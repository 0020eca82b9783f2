from odoo import fields, models
from odoo.exceptions import UserError

from .customs_declaration import CAPACITIES


class ResCompany(models.Model):
    _inherit = "res.company"

    customs_journal_id = fields.Many2one(
        comodel_name="account.journal",
        string="Customs journal",
        check_company=True,
        domain=[("type", "=", "purchase")],
        help="Purchase journal for assessments booked as bills of the authority.",
    )
    customs_entry_journal_id = fields.Many2one(
        comodel_name="account.journal",
        string="Customs entries",
        check_company=True,
        domain=[("type", "=", "general")],
        help="Journal for assessments booked as entries, accruals, evidence, "
        "write-offs and transfers of customs files.",
    )
    customs_bank_journal_id = fields.Many2one(
        comodel_name="account.journal",
        string="Authorities are paid from",
        check_company=True,
        domain=[("type", "in", ["bank", "cash", "credit"])],
        help="Bank or card for what is paid at once. Empty: the first bank journal.",
    )
    customs_assessment_document = fields.Selection(
        selection=[
            ("bill", "Vendor bill of the authority"),
            ("entry", "Journal entry"),
        ],
        string="Assessments are booked as",
        default="bill",
        required=True,
        help="Bills suit countries whose tax report wants refunds in boxes of their "
        "own. What is paid from a cash or bank account at once is always an entry.",
    )
    customs_vat_evidence = fields.Selection(
        selection=[
            ("assessment", "The assessment"),
            ("certificate", "A certificate that follows"),
        ],
        string="Evidence for import VAT",
        default="assessment",
        required=True,
        help="Import VAT is deducted with the assessment, or waits on its own account "
        "until the certificate (C79, statement, DUA) arrives.",
    )
    customs_disbursement_tax_id = fields.Many2one(
        comodel_name="account.tax",
        string="Disbursement tax",
        check_company=True,
        domain=[("type_tax_use", "=", "sale"), ("amount", "=", 0)],
        help="Zero tax on outlays passed on at cost: outside the scope of VAT.",
    )
    customs_default_capacity = fields.Selection(
        selection=CAPACITIES,
        string="Usual capacity",
        default="direct",
        required=True,
        help="Capacity of a new declaration, unless the importer is this company or "
        "the client has a standing instruction.",
    )
    customs_four_eyes = fields.Boolean(
        string="Second person posts",
        help="Whoever imported an assessment may not post it.",
    )
    customs_require_instruction = fields.Boolean(
        string="Clients need a payment instruction",
        help="Nothing of a client is posted before its standing instruction says how "
        "its duties and taxes are paid.",
    )

    def _get_customs_entry_journal(self):
        """Return the journal of customs entries, or say where to choose one."""
        self.ensure_one()
        journal = self.customs_entry_journal_id
        if not journal or not journal.active:
            raise UserError(
                self.env._(
                    "%(company)s has no journal for customs entries, or it is "
                    "archived. Choose one under Settings, Customs.",
                    company=self.name,
                )
            )
        return journal

    def _get_customs_journal(self):
        """Return the journal of the authority's bills, or say where to choose one."""
        self.ensure_one()
        journal = self.customs_journal_id
        if not journal or not journal.active:
            raise UserError(
                self.env._(
                    "%(company)s has no journal for assessments, or it is archived. "
                    "Choose one under Settings, Customs.",
                    company=self.name,
                )
            )
        return journal

    def _get_customs_bank_journal(self):
        """Return the bank journal through which authorities are paid at once."""
        self.ensure_one()
        journal = self.customs_bank_journal_id or self.env["account.journal"].search(
            [("company_id", "=", self.id), ("type", "=", "bank")], limit=1
        )
        if not journal or not journal.active:
            raise UserError(
                self.env._(
                    "%(company)s has no bank journal to pay authorities from, or it is "
                    "archived. Choose one under Settings, Customs.",
                    company=self.name,
                )
            )
        return journal

    def _get_customs_setup_gaps(self, capacity):
        """Return sentences on the settings missing to post and bill."""
        self.ensure_one()
        needed = [
            "customs_authority_payable_account_id",
            "customs_journal_id",
            "customs_entry_journal_id",
        ]
        if capacity == "own":
            needed += ["customs_duty_clearing_account_id", "customs_neutral_account_id"]
        else:
            needed += ["customs_disbursement_account_id", "customs_disbursement_tax_id"]
        missing = [
            self._fields[name]._description_string(self.env)
            for name in needed
            if not self[name]
        ]
        control = self.customs_disbursement_account_id
        if capacity != "own" and control and not control.reconcile:
            return [
                self.env._(
                    "%(account)s must allow reconciliation to be the disbursement "
                    "account of %(company)s.",
                    account=control.display_name,
                    company=self.name,
                )
            ]
        if not missing:
            return []
        return [
            self.env._(
                "Settings, Customs lack for %(company)s: %(missing)s. The button "
                "“Create what is missing” there fills them.",
                company=self.name,
                missing=", ".join(missing),
            )
        ]

    def _get_customs_rate_problems(self, currency):
        """Return a sentence when a currency has no exchange rate at all."""
        self.ensure_one()
        if currency == self.currency_id or currency.rate_ids.filtered(
            lambda rate: not rate.company_id or rate.company_id == self.root_id
        ):
            return []
        return [
            self.env._(
                "%(currency)s has no exchange rate to %(own)s. Add one under "
                "Invoicing, Configuration, Currencies.",
                currency=currency.name,
                own=self.currency_id.name,
            )
        ]
