from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from ..engine.payment import Facts, Instruction, choose_instruction
from .customs_charge_code import CHARGE_KINDS

#: Kinds that are not the authority's: vendors and we ourselves are paid otherwise
OTHER_KINDS = ("third_party", "service")

AUTHORITY_KINDS = [kind for kind in CHARGE_KINDS if kind[0] not in OTHER_KINDS]


class CustomsPaymentInstruction(models.Model):
    """A standing instruction: how the charges of a client, or ours, are paid."""

    _name = "customs.payment.instruction"
    _description = "Customs Payment Instruction"
    _order = "company_id, partner_id, sequence, id"
    _check_company_auto = True

    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Client",
        index="btree_not_null",
        ondelete="cascade",
        check_company=True,
        help="Empty: for our own imports and for every client without one of its own.",
    )
    scope = fields.Selection(
        selection=[("own", "Our own imports"), ("client", "Clients' declarations")],
        string="For",
        help="Empty: for both. An instruction of a client is for its declarations.",
    )
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    kind = fields.Selection(
        selection=AUTHORITY_KINDS,
        string="Charges",
        help="Empty: all charges of the authority.",
    )
    charge_code_id = fields.Many2one(
        comodel_name="customs.charge.code",
        string="Charge code",
        ondelete="cascade",
        domain=[("kind", "not in", OTHER_KINDS)],
        help="Goes before an instruction for its kind.",
    )
    tariff_id = fields.Many2one(
        comodel_name="customs.tariff",
        ondelete="cascade",
        help="Empty: everywhere.",
    )
    method_id = fields.Many2one(
        comodel_name="customs.payment.method",
        required=True,
        string="Payment method",
        ondelete="restrict",
    )
    account_kind = fields.Char(compute="_compute_account_kind")
    account_id = fields.Many2one(
        comodel_name="customs.payment.account",
        string="Customs account",
        compute="_compute_account_id",
        store=True,
        readonly=False,
        precompute=True,
        index="btree_not_null",
        check_company=True,
        ondelete="restrict",
        domain="[('kind', '=', account_kind), ('company_id', '=', company_id)]",
        help="Whose number goes into box 48. Needed for accounts of ours.",
    )

    @api.depends("method_id.mechanism")
    def _compute_account_kind(self):
        for record in self:
            method = record.method_id
            record.account_kind = method._get_account_kind() if method else False

    @api.depends(
        "partner_id",
        "scope",
        "kind",
        "charge_code_id",
        "tariff_id",
        "method_id",
        "account_id.number",
    )
    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        scopes = dict(self._fields["scope"]._description_selection(self.env))
        for record in self:
            whom = record.partner_id.display_name or scopes.get(record.scope)
            what = [
                whom or self.env._("All files"),
                record.charge_code_id.display_name or kinds.get(record.kind),
                record.tariff_id.display_name,
            ]
            method = record.method_id.display_name
            if record.account_id:
                method = f"{method} ({record.account_id.number})"
            record.display_name = ", ".join(filter(None, what)) + f": {method}"

    @api.depends("method_id", "partner_id", "company_id")
    def _compute_account_id(self):
        """Propose the account where there is only one that fits."""
        accounts = self.env["customs.payment.account"].search(
            [("company_id", "in", self.company_id.ids)]
        )
        for record in self:
            method = record.method_id
            kind = method._get_account_kind() if method else ""
            if kind and record.account_id.kind == kind:
                record.account_id = record.account_id
                continue
            of_client = record.partner_id and method.payer == "importer"
            holder = record.partner_id.commercial_partner_id
            holder = holder._origin or holder
            fitting = accounts.filtered(
                lambda account, record=record, kind=kind, holder=holder, of=of_client: (
                    account.company_id == record.company_id
                    and account.kind == kind
                    and (account.holder_id == holder if of else account.is_ours)
                )
            )
            record.account_id = fitting if len(fitting) == 1 else False

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        self._refresh_files(records._get_files_domain())
        return records

    def write(self, vals):
        before = self._get_files_domain()
        result = super().write(vals)
        if set(vals) - {"sequence"}:
            self._refresh_files(before | self._get_files_domain())
        return result

    def unlink(self):
        domain = self._get_files_domain()
        result = super().unlink()
        self._refresh_files(domain)
        return result

    def _get_files_domain(self):
        """Return the domain of the files that these instructions may be for."""
        domain = Domain.FALSE
        for record in self:
            files = Domain("company_id", "=", record.company_id.id)
            if record.partner_id:
                files &= Domain("client_id", "child_of", record.partner_id.id)
            domain |= files
        return domain

    @api.model
    def _refresh_files(self, domain):
        """Let the open files that instructions were for follow them."""
        self.env["customs.declaration"]._refresh_payments(domain)

    # === CONSTRAINTS === #

    @api.constrains("method_id", "account_id")
    def _check_account(self):
        for record in self:
            account, method = record.account_id, record.method_id
            if account and account.kind != method._get_account_kind():
                raise ValidationError(
                    self.env._(
                        "%(method)s does not pay through %(account)s. Choose an "
                        "account that fits the method, or none.",
                        method=method.display_name,
                        account=account.display_name,
                    )
                )

    @api.constrains("kind", "charge_code_id")
    def _check_kind(self):
        for record in self:
            code = record.charge_code_id
            if code.kind in OTHER_KINDS or (
                code and record.kind and code.kind != record.kind
            ):
                raise ValidationError(
                    self.env._(
                        "%(code)s is no charge of the authority of the kind chosen, "
                        "so the instruction would never apply.",
                        code=code.display_name,
                    )
                )

    @api.constrains(
        "company_id",
        "partner_id",
        "scope",
        "kind",
        "charge_code_id",
        "tariff_id",
        "active",
    )
    def _check_ambiguous(self):
        """Two instructions for the same charges would leave open which applies."""
        companies = self.company_id
        groups = {}
        for other in self.search([("company_id", "in", companies.ids)]):
            groups.setdefault(other._get_subject(), self.browse())
            groups[other._get_subject()] |= other
        for record in self.filtered("active"):
            twins = groups.get(record._get_subject(), record) - record
            if twins:
                raise ValidationError(
                    self.env._(
                        "Both instructions are for the same charges: “%(one)s” and "
                        "“%(other)s”. Change or archive one of them.",
                        one=record.display_name,
                        other=twins[0].display_name,
                    )
                )

    def _get_subject(self):
        """Return what the instruction is for."""
        self.ensure_one()
        return (
            self.company_id,
            self.partner_id,
            self.scope if not self.partner_id else False,
            self.kind if not self.charge_code_id else False,
            self.charge_code_id,
            self.tariff_id,
        )

    # === CHOICE === #

    @api.model
    def _get_for_files(self, declarations):
        """Return ``{company id: instructions of the engine}`` that may be for files.

        One query for any number of them.
        """
        clients = declarations.client_id
        # sudo: whatever these files are computed for
        records = self.sudo().search(
            [
                ("company_id", "in", declarations.company_id.ids),
                (
                    "partner_id",
                    "in",
                    [False, *(clients | clients.commercial_partner_id).ids],
                ),
            ]
        )
        by_company = {}
        for record in records:
            found = by_company.setdefault(record.company_id.id, [])
            found.append(record._to_engine())
        return by_company

    def _to_engine(self):
        """Return the instruction as the engine knows it."""
        self.ensure_one()
        return Instruction(
            key=self.id,
            partner=self.partner_id.id or None,
            scope=self.scope if not self.partner_id and self.scope else None,
            kind=self.kind or None,
            charge_code=self.charge_code_id.id or None,
            tariff=self.tariff_id.id or None,
            decides=(self.method_id.id, self.account_id.id),
        )

    @api.model
    def _choose(self, instructions, declaration, kind, charge_code=None):
        """Return the engine's choice for one charge of a declaration.

        :param instructions: those of the declaration's company, for the engine
        """
        partners = ()
        if declaration.capacity != "own" and declaration.client_id:
            client = declaration.client_id
            nearest = (client.id, client.commercial_partner_id.id)
            partners = tuple(dict.fromkeys(nearest))
        facts = Facts(
            capacity=declaration.capacity,
            partners=partners,
            kind=kind,
            charge_code=charge_code.id if charge_code else None,
            tariff=declaration.tariff_id.id or None,
        )
        return choose_instruction(instructions, facts)
