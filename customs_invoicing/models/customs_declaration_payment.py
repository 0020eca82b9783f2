from collections import defaultdict

from odoo import api, fields, models
from odoo.fields import Domain

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
    payment_plan = fields.Json(
        compute="_compute_payment_plan",
        store=True,
        help="Per tax code its method, its account and the amount we expect in the "
        "currency of the company, before the authority has assessed.",
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
        "tariff_id",
        "tariff_currency_id",
        "payment_account",
    )
    def _compute_payment_plan(self):
        """Say how each expected tax will be paid, with what we know by now."""
        expected = defaultdict(float)
        for line in self.duty_line_ids:
            tax_code = line.tax_code_id
            key = line.declaration_id, tax_code.charge_code_id, tax_code
            expected[key] += line.payable_calculated
        choices = self._get_payment_choices(expected)
        plans = defaultdict(dict)
        for key, amount in expected.items():
            declaration, _charge_code, tax_code = key
            method, account = choices[key]
            plans[declaration][str(tax_code.id)] = {
                "method": method.id,
                "account": account.id if account.is_ours else False,
                "amount": declaration._to_company_currency(amount),
            }
        for record in self:
            record.payment_plan = plans.get(record, False)

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
        methods = self.env["customs.payment.method"].sudo()._get_all()
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
        # cached, unlike env.ref
        key = name and self.env["ir.model.data"]._xmlid_to_res_id(name)
        return methods.filtered(lambda each: each.id == key)

    # === WHAT THE BANNER SAYS === #

    @api.depends(
        "charge_ids.payment_problem",
        "charge_ids.payment_account_id.letter_warning",
        "payment_account_id.letter_warning",
        "payment_plan",
    )
    def _compute_messages(self):
        # of all files at once
        self.charge_ids.mapped("payment_problem")
        accounts = self.charge_ids.payment_account_id | self.payment_account_id
        (accounts | self._get_planned_accounts()).mapped("amount_available")
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

    def _get_planned_methods(self):
        """Return ``{tax code: method}`` of the taxes we expect; reads no more than
        the file."""
        self.ensure_one()
        codes = self.env["customs.tax.code"]
        methods = self.env["customs.payment.method"]
        return {
            codes.browse(int(key)): methods.browse(part["method"] or ())
            for key, part in (self.payment_plan or {}).items()
        }

    def _get_planned_accounts(self):
        """Return our accounts that the expected amounts go to."""
        return self.env["customs.payment.account"].browse(
            {
                part["account"]
                for record in self
                for part in (record.payment_plan or {}).values()
                if part["account"]
            }
        )

    def _get_expected_needs(self):
        """Return ``{account of ours: expected amount}`` in company currency."""
        needs = defaultdict(float)
        for record in self:
            for part in (record.payment_plan or {}).values():
                if part["account"] and part["amount"]:
                    needs[part["account"]] += part["amount"]
        accounts = self.env["customs.payment.account"]
        return {accounts.browse(key): amount for key, amount in needs.items()}

    @api.model
    def _refresh_payments(self, domain):
        """Let open files that meet a domain follow instructions that changed.

        What was chosen by hand or is posted stays as it is.
        """
        # sudo: files of whoever works on them follow
        files = self.sudo().search(
            Domain("state", "not in", ("closed", "cancelled")) & Domain(domain)
        )
        charges = files.charge_ids.filtered(lambda c: not c.payment_is_chosen)
        for name in ("payment_method_id", "payment_account_id"):
            self.env.add_to_compute(charges._fields[name], charges)
        waiting = files.filtered(lambda f: f.state in ("draft", "ready"))
        self.env.add_to_compute(self._fields["payment_account"], waiting)
        for name in ("payment_account_id", "payment_plan"):
            self.env.add_to_compute(self._fields[name], files)
        charges.invalidate_recordset(["payment_problem"])

    # === WORKFLOW === #

    def _check_lodging_limits(self):
        """Refuse to lodge what accounts that block at their limit cannot bear."""
        needs = self._get_expected_needs()
        if needs:
            self.env["customs.payment.account"]._check_limit(needs, self)


def _decision(choice):
    """Return the ids of method and account that a choice decides, perhaps ``False``."""
    return choice.instruction.decides if choice.instruction else (False, False)
