from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Command

from ..engine.posting import cost_role
from ..engine.roles import BY_CODE

#: Kinds of charge and the heading they are printed under, the duties for all others
GROUPS = {"third_party": "outlays", "service": "services"}

#: Kinds of charge and the proof asked for, the assessment for all others
EVIDENCE = {"third_party": "document", "service": "none"}


class CustomsChargeCode(models.Model):
    """How a charge is printed, proven, taxed and exchanged; its product."""

    _inherit = "customs.charge.code"

    group_id = fields.Many2one(
        comodel_name="customs.charge.group",
        string="Printed under",
        compute="_compute_group_id",
        store=True,
        readonly=False,
        precompute=True,
        index="btree_not_null",
        ondelete="restrict",
        help="Heading on invoices and annexes. Charges of a heading are printed in "
        "the order of this list.",
    )
    evidence = fields.Selection(
        selection=[
            ("none", "None"),
            ("assessment", "The assessment of the authority"),
            ("document", "A document of whoever was paid"),
        ],
        compute="_compute_evidence",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        help="Proof that must be there before the client is billed for an outlay: the "
        "assessment, a vendor's bill, a receipt recorded with the outlay, or a file "
        "attached to the charge.",
    )
    borne_by_us = fields.Boolean(
        string="We usually bear it",
        compute="_compute_borne_by_us",
        store=True,
        readonly=False,
        precompute=True,
        help="On clients' declarations the charge starts as our own cost. Somebody may "
        "decide on the file that the client bears it.",
    )
    default_vendor_id = fields.Many2one(
        comodel_name="res.partner",
        string="Usual vendor",
        company_dependent=True,
        help="Proposed as the payee of a charge that is entered on a file.",
    )
    customs_value_part = fields.Boolean(
        string="Part of the customs value",
        help="Whether the charge counts towards the customs value, as freight and "
        "insurance to the border do. For information; the value build-up of a file "
        "decides.",
    )
    exempt_in_import_vat = fields.Boolean(
        string="Exempt: part of the import VAT base",
        help="In the EU a service whose value is part of the taxable amount of the "
        "import is exempt (VAT Directive, Articles 144 and 86(1)(b)), even where no "
        "VAT was charged at import. Verify the law of the country before you use it.",
    )
    exempt_tax_id = fields.Many2one(
        comodel_name="account.tax",
        string="Tax of the exemption",
        company_dependent=True,
        domain=[("type_tax_use", "=", "sale"), ("amount", "=", 0)],
        help="Zero tax that says why nothing is due. Used on import files, in "
        "companies that name one; the others bill the service with its usual tax.",
    )
    unece_service_code = fields.Char(
        string="Service code (UNCL 7161)",
        help="Kind of service, for example FC for freight. Electronic invoices carry "
        "it as an attribute of the item: their standard has no code for what a line "
        "charges.",
    )
    item_classification_code = fields.Char(
        string="Item classification",
        help="Code of the product in electronic invoices, where the receiver asks for "
        "one.",
    )
    item_classification_scheme = fields.Char(
        string="Classification scheme (UNCL 7143)",
        help="Which list the classification is from, for example TST for UNSPSC or "
        "HS for the Harmonized System.",
    )
    revenue_account_id = fields.Many2one(
        comodel_name="account.account",
        string="Billed on",
        compute="_compute_accounts",
        help="Account of the client's invoice in this company: of the product for own "
        "services, the disbursement account for outlays.",
    )
    cost_account_id = fields.Many2one(
        comodel_name="account.account",
        string="Own cost on",
        compute="_compute_accounts",
        help="Account in this company where the charge is our own cost.",
    )
    treatment = fields.Char(
        string="On clients' files", compute="_compute_treatment", compute_sudo=True
    )

    # === COMPUTE METHODS === #

    @api.depends("kind")
    def _compute_group_id(self):
        for code in self:
            name = GROUPS.get(code.kind, "duties")
            code.group_id = self.env.ref(
                f"customs_invoicing.charge_group_{name}", raise_if_not_found=False
            )

    @api.depends("kind")
    def _compute_evidence(self):
        for code in self:
            code.evidence = EVIDENCE.get(code.kind, "assessment")

    @api.depends("kind")
    def _compute_borne_by_us(self):
        for code in self:
            code.borne_by_us = code.kind == "penalty"

    @api.depends("kind", "product_id", "posting_account_id")
    @api.depends_context("company")
    def _compute_accounts(self):
        company = self.env.company
        for code in self:
            # sudo: whoever keeps charge codes may lack rights on products
            template = code.product_id.sudo().product_tmpl_id.with_company(company)
            accounts = template.get_product_accounts() if template else {}
            role = cost_role(code.kind, "stock", own_goods=code.kind != "third_party")
            if code.kind == "service":
                income, cost = accounts.get("income"), accounts.get("expense")
            else:
                income = company.customs_disbursement_account_id
                cost = code.posting_account_id or company[BY_CODE[role].field]
            code.revenue_account_id = income
            code.cost_account_id = cost

    @api.depends("kind", "borne_by_us")
    def _compute_treatment(self):
        for code in self:
            if code.kind == "service":
                code.treatment = self.env._("Our own service, with its tax")
            elif code.borne_by_us:
                code.treatment = self.env._("Our own cost, until somebody decides")
            else:
                code.treatment = self.env._(
                    "At cost: disbursement or recharge with tax, decided on each file"
                )

    # === CONSTRAINTS === #

    @api.constrains("product_id")
    def _check_product_is_its_own(self):
        codes = self.with_context(active_test=False).search(
            [("product_id", "in", self.product_id.ids)]
        )
        for product, sharing in codes.grouped("product_id").items():
            if len(sharing) > 1:
                raise ValidationError(
                    self.env._(
                        "%(codes)s cannot share the product %(product)s: each charge "
                        "has one of its own. Leave the product empty to have one made.",
                        codes=", ".join(sharing.mapped("display_name")),
                        product=product.display_name,
                    )
                )

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        """Make the product of every code that comes without one."""
        bare = [vals for vals in vals_list if not vals.get("product_id")]
        # sudo: whoever keeps charge codes may lack rights on products
        products = (
            self.env["product.product"]
            .sudo()
            .create([self._prepare_product_vals(vals) for vals in bare])
        )
        made = {
            id(vals): product.id for vals, product in zip(bare, products, strict=True)
        }
        codes = super().create(
            [
                {**vals, "product_id": made.get(id(vals)) or vals["product_id"]}
                for vals in vals_list
            ]
        )
        if products:
            # sudo: the product serves every company that is set up
            companies = self.env["res.company"].sudo()
            for company in companies.search(
                [("customs_disbursement_account_id", "!=", False)]
            ):
                company.with_company(company)._set_customs_product_accounts(
                    codes.sudo().filtered(lambda code: code.product_id in products)
                )
        return codes

    @api.model
    def _prepare_product_vals(self, vals):
        kind = vals.get("kind") or "service"
        category = self.env.ref(
            "customs_invoicing.product_category_customs", raise_if_not_found=False
        )
        return {
            "name": vals.get("name"),
            "default_code": f"CUS-{vals.get('code')}",
            "type": "service",
            "list_price": 0.0,
            "sale_ok": kind == "service",
            "purchase_ok": kind == "third_party",
            "taxes_id": [Command.clear()],
            "supplier_taxes_id": [Command.clear()],
            **({"categ_id": category.id} if category else {}),
        }

    def write(self, vals):
        """The product is named as the charge, in the language it is written in."""
        result = super().write(vals)
        if vals.get("name"):
            # sudo: see create
            self.product_id.sudo().name = vals["name"]
        return result

    def update_field_translations(self, field_name, translations, source_lang=""):
        result = super().update_field_translations(
            field_name, translations, source_lang=source_lang
        )
        if field_name == "name" and self.product_id:
            # sudo: see create
            self.product_id.sudo().product_tmpl_id.update_field_translations(
                "name", translations, source_lang=source_lang
            )
        return result

    # === ACTIONS === #

    def action_view_product(self):
        self.ensure_one()
        return self.product_id.get_formview_action()
