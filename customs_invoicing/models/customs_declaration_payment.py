from collections import defaultdict

from odoo import api, fields, models

from ..engine.payment import AGENT, CLIENT, US, choose_method, fits_account
from .customs_payment_instruction import OTHER_KINDS

#: What pays where nothing was instructed
DEFAULT_METHODS = {
    "own": "customs_invoicing.payment_method_p5",
    "direct": "customs_invoicing.payment_method_p4n",
    "indirect": "customs_invoicing.payment_method_p4n",
}

#: Kind of charge whose instruction fills box 48
MAIN_KIND = "duty"


class CustomsDeclaration(models.Model):
    """How the charges of a file are paid, and through which account."""

    _inherit = "customs.declaration"

    payment_account = fields.Char(
        compute="_compute_payment_account",
        store=True,
        readonly=False,
        precompute=True,
    )
    payment_account_id = fields.Many2one(
        comodel_name="customs.payment.account",
        string="Customs account",
        compute="_compute_payment_account_id",
        store=True,
        precompute=True,
        index="btree_not_null",
        ondelete="set null",
        help="The account known to us whose number is in box 48.",
    )
    payment_needs = fields.Json(
        compute="_compute_payment_needs",
        store=True,
        help="Expected amount on each of our customs accounts, in the currency of the "
        "company.",
    )

    # === COMPUTE METHODS === #

    @api.depends("client_id", "importer_id", "capacity", "tariff_id", "company_id")
    def _compute_payment_account(self):
        """Propose the account of the standing instruction.

        What was typed or read stays, except for an account of a former client.
        """
        instructions = self.env["customs.payment.instruction"]
        by_company = instructions._get_for_files(self)
        known = self.env["customs.payment.account"].sudo()._get_by_number(self)
        for record in self:
            account = known.get(record)
            if record.payment_account and not (
                account and record._is_account_of_stranger(account)
            ):
                record.payment_account = record.payment_account
                continue
            choice = instructions._choose(
                by_company.get(record.company_id.id, []), record, MAIN_KIND
            )
            instructed = (
                # sudo: read for whoever computes
                instructions.sudo().browse(choice.instruction.key).account_id
                if choice.instruction
                else self.env["customs.payment.account"]
            )
            client = record.client_id.commercial_partner_id
            of_client = record.capacity != "own" and client.customs_payment_account
            record.payment_account = instructed.number or of_client or False

    @api.depends("payment_account", "company_id")
    def _compute_payment_account_id(self):
        known = self.env["customs.payment.account"].sudo()._get_by_number(self)
        for record in self:
            record.payment_account_id = known.get(record)

    @api.depends(
        "duty_line_ids.payable_calculated",
        "duty_line_ids.tax_code_id",
        "client_id",
        "importer_id",
        "capacity",
        "tariff_currency_id",
        "payment_account",
    )
    def _compute_payment_needs(self):
        """Say what our accounts will bear, before the authority has assessed."""
        expected = defaultdict(float)
        for line in self.duty_line_ids:
            tax_code = line.tax_code_id
            key = line.declaration_id, tax_code.charge_code_id, tax_code
            expected[key] += line.payable_calculated
        choices = self._get_payment_choices(expected)
        needs = defaultdict(lambda: defaultdict(float))
        for key, amount in expected.items():
            account = choices[key][1]
            if account.is_ours and amount:
                needs[key[0]][str(account.id)] += key[0]._to_company_currency(amount)
        for record in self:
            rounder = (record.currency_id or self.env.company.currency_id).round
            record.payment_needs = {
                key: rounder(amount) for key, amount in needs[record].items()
            }

    def _is_account_of_stranger(self, account):
        """Whether a known account is neither ours nor one of the file's parties."""
        self.ensure_one()
        if account.is_ours:
            return False
        parties = self.client_id | self.importer_id | self.broker_id
        holder = account.holder_id.commercial_partner_id
        return holder not in parties.commercial_partner_id

    # === CHOOSING PAYMENTS === #

    def _get_payment_choices(self, keys):
        """Return ``{key: (method, account)}``, both perhaps empty.

        Queries do not grow with the files or the keys.

        :param keys: ``(declaration, charge code, tax code)`` of these declarations
        """
        # sudo: charges are computed for whoever makes them
        methods = self.env["customs.payment.method"].sudo().search([])
        accounts = self.env["customs.payment.account"].sudo()
        instructions = self.env["customs.payment.instruction"]
        by_company = instructions._get_for_files(self)
        numbers = accounts._get_by_number(self)
        named = self._get_named_methods(methods)
        proposed = {
            record: instructions._choose(
                by_company.get(record.company_id.id, []), record, MAIN_KIND
            )
            for record in self
        }
        choices = {}
        for key in keys:
            declaration, charge_code, tax_code = key
            if not charge_code or charge_code.kind in OTHER_KINDS:
                choices[key] = methods.browse(), accounts
                continue
            choice = instructions._choose(
                by_company.get(declaration.company_id.id, []),
                declaration,
                charge_code.kind,
                charge_code,
            )
            choices[key] = declaration._choose_payment(
                methods,
                named.get((declaration, tax_code), methods.browse()),
                numbers.get(declaration, accounts),
                choice,
                proposed[declaration],
            )
        return choices

    def _get_named_methods(self, methods):
        """Return ``{(declaration, tax code): methods}`` the authority names.

        Only what all payable lines of a tax agree on counts; a tax that is postponed
        or secured as a whole says so by its status.
        """
        by_code = methods._get_by_authority_code()
        by_status = {
            "postponed": methods.filtered(lambda m: m.mechanism == "postponed")[:1],
            "secured": methods.filtered(lambda m: m.mechanism == "security")[:1],
        }
        lines_by_key = defaultdict(list)
        for declaration in self:
            for line in declaration.current_assessment_id.line_ids:
                lines_by_key[declaration, line.tax_code_id].append(line)
        named = {}
        for key, lines in lines_by_key.items():
            owed = [line for line in lines if line.amount_payable] or lines
            statuses = {line.status for line in owed}
            codes = {(line.payment_method or "").strip().upper() for line in owed}
            if len(statuses) == 1 and by_status.get(min(statuses)):
                named[key] = by_status[min(statuses)]
            elif len(codes) == 1:
                named[key] = by_code.get(codes.pop(), methods.browse())
        return named

    def _choose_payment(self, methods, named, account, choice, proposed):
        """Return ``(method, account)`` for one charge.

        :param methods: all methods
        :param named: those the authority's code stands for, perhaps none
        :param account: the account whose number is in box 48, perhaps none
        :param choice: of the standing instructions
        :param proposed: the choice that fills box 48 of a new file: where it says just
            that, the instruction for the charge itself goes before
        """
        self.ensure_one()
        method_id, account_id = _decision(choice)
        instructed = methods.browse(method_id or ())
        fitting = self._get_methods_of_account(methods, account)
        method = methods.browse()
        if named:
            found = choose_method(
                named._to_engine(), self.capacity, [*fitting.ids, *instructed.ids]
            )
            method = methods.browse(found.key)
        elif (
            fitting
            and account.id != _decision(proposed)[1]
            and instructed.mechanism not in ("postponed", "security")
        ):
            # box 48 says which account pays, not what is postponed
            method = instructed if instructed in fitting else fitting[0]
        elif instructed:
            method = instructed
        elif not choice.tied:
            method = self._get_default_method(methods)
        if method and method in fitting:
            return method, account
        return method, account.browse(
            account_id if account_id and method == instructed else ()
        )

    def _get_methods_of_account(self, methods, account):
        """Return those of the methods that are settled through an account."""
        self.ensure_one()
        if not account:
            return methods.browse()
        if account.is_ours:
            payer = US
        else:
            payer = AGENT if self.capacity == "own" else CLIENT
        return methods.browse(
            each.key
            for each in methods._to_engine()
            if fits_account(each, account.kind, payer, self.capacity)
        )

    def _get_default_method(self, methods):
        """Return the method for where nothing was instructed."""
        self.ensure_one()
        name = DEFAULT_METHODS.get(self.capacity)
        method = self.env.ref(name, raise_if_not_found=False) if name else methods
        return methods.filtered(lambda each: each == method)

    # === WHAT THE BANNER SAYS === #

    @api.depends(
        "charge_ids.payment_problem",
        "payment_account_id.active",
        "payment_account_id.letter_date_to",
        "payment_needs",
    )
    def _compute_messages(self):
        # of all files at once
        self.charge_ids.mapped("payment_problem")
        accounts = self.charge_ids.payment_account_id | self.payment_account_id
        (accounts | self._get_needed_accounts()).mapped("amount_available")
        return super()._compute_messages()

    def _get_payment_warnings(self):
        """Return sentences on how the file is paid that the officer should look at."""
        self.ensure_one()
        charges = self.charge_ids
        charges = self.charge_ids
        assessed = self.state in ("assessed", "released")
        if assessed and not self.has_unposted_assessment:
            # what we pay is in the books; what others pay is still to be watched
            charges = charges.filtered(lambda charge: charge.payer != US)
        warnings = charges._get_payment_problems()
        accounts = charges.payment_account_id
        if not assessed:
            accounts |= self.payment_account_id
        day = self.registration_date or fields.Date.context_today(self)
        for account in accounts:
            warnings += account._get_letter_problems(day)
        if self.state in ("draft", "ready"):
            needs = self._get_expected_needs()
        else:  # pledged already
            needs = dict.fromkeys(accounts.filtered("is_ours"), 0.0)
        for account, amount in needs.items():
            warnings += account._get_limit_problems(amount)
        return list(dict.fromkeys(warnings))

    def _get_needed_accounts(self):
        """Return our accounts that the expected amounts go to."""
        ids = {int(key) for record in self for key in record.payment_needs or {}}
        return self.env["customs.payment.account"].browse(ids).exists()

    def _get_expected_needs(self):
        """Return ``{account of ours: expected amount}`` in company currency."""
        needs = defaultdict(float)
        accounts = {str(each.id): each for each in self._get_needed_accounts()}
        for record in self:
            for key, amount in (record.payment_needs or {}).items():
                if key in accounts:
                    needs[accounts[key]] += amount
        return dict(needs)

    # === WORKFLOW === #

    def action_lodge(self):
        """Lodge only what the accounts that block at their limit can bear."""
        ready = self.filtered(lambda record: record.state == "ready")
        needs = ready._get_expected_needs()
        if needs:
            self.env["customs.payment.account"]._check_limit(needs, ready)
        return super().action_lodge()


def _decision(choice):
    """Return the ids of method and account that a choice decides, perhaps ``False``."""
    return choice.instruction.decides if choice.instruction else (False, False)
