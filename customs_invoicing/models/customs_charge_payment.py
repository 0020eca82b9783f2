from odoo import api, fields, models
from odoo.exceptions import UserError

from ..engine.payment import AGENT, CLIENT, NEEDS_ACCOUNT, US, who_pays
from .customs_payment_instruction import OTHER_KINDS

#: Mechanisms by which nothing is paid now
NOT_OWED = ("postponed", "security")

PAYMENT_FIELDS = {"payment_method_id", "payment_account_id"}


class CustomsCharge(models.Model):
    """How a charge reaches the authority."""

    _inherit = "customs.charge"

    payment_method_id = fields.Many2one(
        comodel_name="customs.payment.method",
        string="Payment method",
        compute="_compute_payment",
        store=True,
        readonly=False,
        precompute=True,
        index="btree_not_null",
        ondelete="restrict",
        help="From the authority or the declaration where they name it, else from the "
        "standing instruction. What is chosen by hand stays.",
    )
    payment_account_id = fields.Many2one(
        comodel_name="customs.payment.account",
        string="Customs account",
        compute="_compute_payment",
        store=True,
        readonly=False,
        precompute=True,
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        domain="[('company_id', '=', company_id)]",
    )
    payment_is_chosen = fields.Boolean(
        string="Payment chosen by hand",
        copy=False,
        help="The payment was chosen on this file and follows no instruction.",
    )
    payer = fields.Selection(
        selection=[
            ("us", "We"),
            ("client", "The client"),
            ("agent", "Our broker or carrier"),
            ("nobody", "Nobody"),
        ],
        compute="_compute_payer",
        string="Paid by",
        help="What the client or our broker pays to the authority is shown here and "
        "never booked as our debt.",
    )
    payment_problem = fields.Char(
        string="Problem of the payment", compute="_compute_payment_problem"
    )

    # === COMPUTE METHODS === #

    @api.depends(
        "declaration_id.client_id",
        "declaration_id.importer_id",
        "declaration_id.capacity",
        "declaration_id.tariff_id",
        "declaration_id.payment_account",
        "declaration_id.current_assessment_id.line_ids.payment_method",
        "declaration_id.current_assessment_id.line_ids.status",
        "charge_code_id",
        "tax_code_id",
    )
    def _compute_payment(self):
        """Follow the authority, the declaration, the instruction, in this order.

        What was chosen by hand, and what is posted, stays.
        """
        kept = self.filtered("payment_is_chosen") | self._get_posted_charges()
        for record in kept:
            record.payment_method_id = record.payment_method_id
            record.payment_account_id = record.payment_account_id
        moving = self - kept
        choices = moving.declaration_id._get_payment_choices(
            {
                (charge.declaration_id, charge.charge_code_id, charge.tax_code_id)
                for charge in moving
            }
        )
        for record in moving:
            key = record.declaration_id, record.charge_code_id, record.tax_code_id
            record.payment_method_id, record.payment_account_id = choices[key]

    @api.depends("payment_method_id.payer", "declaration_id.capacity")
    def _compute_payer(self):
        """Without a method, whoever of us owes the charge pays it."""
        for record in self:
            method = record.payment_method_id
            record.payer = (
                who_pays(method.payer, record.declaration_id.capacity)
                if method
                else "us"
            )

    def _get_posted_charges(self):
        """Return those of the charges that the books hold as paid somehow.

        What was reversed, and what is only self-accounted, was paid by nobody.
        """
        # sudo: moves of any company count
        rows = self._origin.sudo()._query_posted_amounts()
        charged = {charge_id: amount for charge_id, amount, *_others in rows}
        return self.filtered(
            lambda record: not record.currency_id.is_zero(
                charged.get(record._origin.id, 0.0)
            )
        )

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        return super().create(
            [
                {"payment_is_chosen": True, **vals}
                if any(vals.get(name) for name in PAYMENT_FIELDS)
                else vals
                for vals in vals_list
            ]
        )

    def write(self, vals):
        named = PAYMENT_FIELDS & set(vals)
        changed = self.filtered(lambda r: any(r[n].id != vals[n] for n in named))
        if changed:
            changed._check_payment_open()
            vals = {"payment_is_chosen": True, **vals}
        return super().write(vals)

    def _check_payment_open(self):
        """Refuse to change how something was paid that the books hold."""
        posted = self._get_posted_charges()
        if posted:
            raise UserError(
                "\n".join(
                    self.env._(
                        "%(charge)s of %(declaration)s is posted as paid by “%(method)s"
                        "”. Undo its posting first, then choose how it is paid.",
                        charge=charge.name,
                        declaration=charge.declaration_id.name,
                        method=charge.payment_method_id.name or self.env._("notice"),
                    )
                    for charge in posted
                )
            )

    def action_follow_instruction(self):
        """Give up what was chosen by hand and follow the instruction again."""
        self._check_payment_open()
        self.payment_is_chosen = False
        self.env.add_to_compute(self._fields["payment_method_id"], self)
        self.env.add_to_compute(self._fields["payment_account_id"], self)
        return True

    # === CHECKS === #

    @api.depends(
        "kind",
        "payer",
        "amount_payable",
        "payment_method_id.active",
        "payment_method_id.mechanism",
        "payment_account_id.active",
        "payment_account_id.kind",
        "payment_account_id.is_ours",
        "payment_account_id.account_id",
        "declaration_id.client_id",
        "declaration_id.importer_id",
        "declaration_id.tariff_id",
        "company_id.customs_require_instruction",
    )
    def _compute_payment_problem(self):
        charges = self.filtered(lambda charge: charge.kind not in OTHER_KINDS)
        instructions = self.env["customs.payment.instruction"]._get_for_files(
            charges.declaration_id
        )
        for record in self - charges:
            record.payment_problem = False
        for record in charges:
            record.payment_problem = (
                " ".join(
                    [
                        *record._get_instruction_problems(instructions),
                        *record._get_method_problems(),
                    ]
                )
                or False
            )

    def _get_payment_problems(self):
        """Return sentences on all that keeps these charges from being paid as said.

        Queries do not grow with the charges.
        """
        return [
            self.env._(
                "%(charge)s: %(problem)s",
                charge=charge.name,
                problem=charge.payment_problem,
            )
            for charge in self
            if charge.payment_problem
        ]

    def _get_instruction_problems(self, instructions):
        """Return sentences on a missing or ambiguous instruction."""
        self.ensure_one()
        declaration, model = (
            self.declaration_id,
            self.env["customs.payment.instruction"],
        )
        company = self.company_id
        choice = model._choose(
            instructions.get(company.id, []),
            declaration,
            self.kind,
            self.charge_code_id,
        )
        if choice.tied and not self.payment_method_id:
            names = [model.browse(each.key).display_name for each in choice.tied]
            return [
                self.env._(
                    "the instructions “%(one)s” and “%(other)s” contradict each "
                    "other. Archive one, or choose the payment method here.",
                    one=names[0],
                    other=names[1],
                )
            ]
        missing = company.customs_require_instruction and declaration.capacity != "own"
        if missing and not (choice.instruction and choice.instruction.partner):
            return [
                self.env._(
                    "%(client)s has no standing payment instruction for it. Add one on "
                    "the Customs tab of the contact.",
                    client=declaration.client_id.display_name or self.env._("Nobody"),
                )
            ]
        return []

    def _get_method_problems(self):
        """Return sentences on a method or account that cannot pay the charge."""
        self.ensure_one()
        method, account = self.payment_method_id, self.payment_account_id
        if method and not method.active:
            return [
                self.env._(
                    "the payment method %(method)s is archived. Choose another.",
                    method=method.display_name,
                )
            ]
        if method.mechanism in NOT_OWED and not self.currency_id.is_zero(
            self.amount_payable
        ):
            return [
                self.env._(
                    "%(amount)s is assessed as payable, which %(method)s does not pay. "
                    "Choose how it is paid.",
                    amount=self.currency_id.format(self.amount_payable),
                    method=method.display_name,
                )
            ]
        if not account:
            if method.mechanism in NEEDS_ACCOUNT and self.payer == US:
                return [
                    self.env._(
                        "%(method)s needs the account it is charged to. Choose a "
                        "customs account on the charge or in the instruction.",
                        method=method.display_name,
                    )
                ]
            return []
        return self._get_account_problems()

    def _get_account_problems(self):
        """Return sentences on why the account of the charge does not fit."""
        self.ensure_one()
        method, account = self.payment_method_id, self.payment_account_id
        names = {"account": account.display_name, "method": method.display_name or "–"}
        problems = []
        if account.kind != (method._get_account_kind() if method else ""):
            problems.append(
                self.env._(
                    "%(method)s does not pay through %(account)s. Choose an account "
                    "that fits the method, or none.",
                    **names,
                )
            )
        if not account.active:
            problems.append(self.env._("%(account)s is archived.", **names))
        if account.company_id != self.company_id:
            problems.append(
                self.env._(
                    "%(account)s belongs to %(company)s.",
                    company=account.company_id.name,
                    **names,
                )
            )
        if not self._is_account_of_payer():
            problems.append(
                self.env._(
                    "%(account)s is held by %(holder)s, who does not pay by "
                    "%(method)s.",
                    holder=account.holder_id.display_name,
                    **names,
                )
            )
        elif self.payer == US:
            problems += account._get_ledger_problems()
        return problems

    def _is_account_of_payer(self):
        """Whether the account belongs to whom the method lets pay."""
        self.ensure_one()
        account, payer = self.payment_account_id, self.payer
        if payer not in (US, CLIENT, AGENT):
            return True
        declaration = self.declaration_id
        if payer == CLIENT:
            parties = declaration.client_id | declaration.importer_id
            holder = account.holder_id.commercial_partner_id
            return not account.is_ours and holder in parties.commercial_partner_id
        return account.is_ours == (payer == US)
