"""What an officer does in the product for each entry of an accounting scenario.

``Actions.perform`` looks at the roles a scenario's entry debits and credits, not at
where it comes from, and takes the step of the product that books such an event.  Bank
statements and bills that have nothing to do with customs are typed as an accountant
would.
"""

import re
from decimal import Decimal

from scenarios import money, tax_kind

from odoo.fields import Command

#: Roles debited by an assessment on our own account
OWN_DEBITS = {
    "duty_clearing",
    "duty_expense",
    "selling_duty",
    "vat_import_input",
    "vat_import_pending",
    "interest_expense",
    "penalties",
    "duty_accrual",
}
AUTHORITY = {
    "authority_payable": "payable",
    "deferment_payable": "deferment",
    "customs_cash": "cash",
    "bank": "bank",
    "client_money_bank": "bank",
}
SERVICES = {
    "rev_clearance": "clearance",
    "rev_advance": "advance_fee",
    "rev_recharge": "recharge",
}
#: Kinds of charges by the role an own assessment debits
KIND_BY_ROLE = {
    "vat_import_input": "vat",
    "vat_import_pending": "vat",
    "interest_expense": "interest",
    "penalties": "penalty",
}
BILL_DUTIES = ("duty_clearing", "duty_expense", "selling_duty")
BILL_VAT = ("vat_import_input", "vat_import_pending", "vat_foreign")
BILL_SERVICES = ("brokerage_clearing", "brokerage_expense", "cost_service")


class Actions:
    """The steps of the product, each with the entries it stands for."""

    def __init__(self, replay):
        self.replay = replay
        self.case, self.env = replay.case, replay.env
        self.requests, self.refunds = {}, {}
        self.levied = set()  # files whose duty was paid before the scenario
        self.taxed = set()  # lines of a bill that bear its VAT

    def perform(self, move):
        """Take the first step whose entries look like this one."""
        for step in (
            *self._payments(move),
            *self._invoices(move),
            *self._bills(move),
            *self._assessments(move),
            *self._entries(move),
        ):
            matches, action = step
            if matches:
                action(move)
                return
        self.case.fail(f"no step of the product books this: {move.event} {move.lines}")

    # === PAYMENTS === #

    def _payments(self, move):
        pays = move.credits("bank") or move.credits("client_money_bank")
        gets = move.debits("bank") or move.debits("client_money_bank")
        return [
            (gets and move.credits("client_deposits"), self.receive_deposit),
            (pays and move.debits("client_deposits"), self.return_deposit),
            (pays and move.debits("customs_cash"), self.top_up),
            (pays and move.debits("staff_float"), self.hand_out),
            (gets and move.credits("staff_float"), self.take_back),
            (gets and move.credits("refunds_due"), self.receive_refund),
            (pays and move.debits("refunds_due"), self.pay_out_refund),
            (gets and move.credits("refund_recv"), self.receive_refund),
            (gets and move.credits("securities"), self.release_security),
            (pays and move.debits("securities"), self.lodge_security),
            (gets and move.credits("dispute_recv"), self.bank_statement),
            (gets and move.credits("ar"), self.pay_items),
            (pays and move.debits("ar"), self.pay_items),
            (pays and move.debits("ap"), self.pay_items),
            (
                pays
                and (
                    move.debits("authority_payable") or move.debits("deferment_payable")
                ),
                self.pay_items,
            ),
        ]

    def receive_deposit(self, move):
        for line in move.of("client_deposits"):
            declaration = self.replay.file(line.file)
            request = self.env["customs.funds.request"].create(
                {
                    "declaration_id": declaration.id,
                    "amount": float(-line.balance),
                    "date": move.date,
                }
            )
            self.requests[declaration] = request
            self._move_cash(move, "deposit_in", -line.balance, request=request)

    def return_deposit(self, move):
        for line in move.of("client_deposits"):
            request = self.requests[self.replay.file(line.file)]
            self._move_cash(move, "deposit_out", line.balance, request=request)

    def _move_cash(self, move, kind, amount, request=None, line=None):
        wizard = self.env["customs.cash.movement"].create(
            {
                "kind": kind,
                "company_id": self.replay.company.id,
                "request_id": request.id if request else False,
                "declaration_id": self.replay.file(line.file).id
                if line and line.file
                else request and request.declaration_id.id,
                "runner_id": self.replay.partner(line.partner).id if line else False,
                "journal_id": self._bank_journal.id,
                "amount": float(amount),
                "date": move.date,
            }
        )
        wizard.action_confirm()

    @property
    def _bank_journal(self):
        return self.case.company_data["default_journal_bank"]

    def hand_out(self, move):
        for line in move.of("staff_float"):
            self._move_cash(move, "float_out", line.balance, line=line)

    def take_back(self, move):
        for line in move.of("staff_float"):
            self._move_cash(move, "float_in", -line.balance, line=line)

    def top_up(self, move):
        wizard = self.env["customs.top.up"].create(
            {
                "account_id": self.customs_account("cash").id,
                "journal_id": self._bank_journal.id,
                "date": move.date,
                "amount": float(move.total("customs_cash")),
            }
        )
        wizard.action_confirm()

    def pay_items(self, move):
        """Pay open items through Odoo's own payment wizard."""
        line = next(
            line
            for line in move.lines
            if line.role in ("ar", "ap", "authority_payable", "deferment_payable")
        )
        self._set_bank_rate(move, line)
        domain = [
            ("account_id", "=", self.replay.accounts[line.role].id),
            ("parent_state", "=", "posted"),
            ("reconciled", "=", False),
            ("balance", "<" if line.balance > 0 else ">", 0),
        ]
        if line.partner:
            domain.append(("partner_id", "=", self.replay.partner(line.partner).id))
        items = self.env["account.move.line"].search(domain, order="date_maturity, id")
        chosen, total = items.browse(), Decimal(0)
        for item in items:
            if total < abs(line.balance):
                chosen |= item
                total += abs(money(item.amount_residual))
        wizard = (
            self.env["account.payment.register"]
            .with_context(active_model="account.move.line", active_ids=chosen.ids)
            .create(
                {
                    "payment_date": move.date,
                    "journal_id": self._bank_journal.id,
                    "group_payment": True,
                }
            )
        )
        if total != abs(line.balance) and not line.facts.get("amount_currency"):
            wizard.amount = float(abs(line.balance))
        wizard._create_payments()

    def _set_bank_rate(self, move, line):
        """Give the currency of a bill the rate at which the bank paid it."""
        open_items = self.env["account.move.line"].search(
            [
                ("account_id", "=", self.replay.accounts[line.role].id),
                ("parent_state", "=", "posted"),
                ("reconciled", "=", False),
                ("currency_id", "!=", self.replay.company.currency_id.id),
            ]
        )
        paid = abs(move.total("bank"))
        for item in open_items:
            if money(item.amount_residual) == -line.balance:
                self._set_rate(item.currency_id, abs(item.amount_currency), paid, move)

    def _set_rate(self, currency, foreign, own, move):
        """Let an amount in a foreign currency be worth one in our own from a day on."""
        self.env["res.currency.rate"].search(
            [("currency_id", "=", currency.id), ("name", "=", move.date)]
        ).unlink()
        self.env["res.currency.rate"].create(
            {
                "currency_id": currency.id,
                "company_id": self.replay.company.id,
                "name": move.date,
                "rate": float(foreign) / float(own),
            }
        )

    def bank_statement(self, move):
        """Take over a bank statement line, matched with the open item."""
        bank = self.replay.accounts["bank"]
        other = next(line for line in move.lines if line.role != "bank")
        account = self.replay.accounts[other.role]
        opened = (
            self.env["account.move.line"]
            .search([("account_id", "=", account.id), ("reconciled", "=", False)])
            .filtered(lambda item: money(item.balance) == -other.balance)[:1]
        )
        entry = self.env["account.move"].create(
            {
                "move_type": "entry",
                "journal_id": self._bank_journal.id,
                "date": move.date,
                "line_ids": [
                    Command.create(
                        {"account_id": bank.id, "balance": float(-other.balance)}
                    ),
                    Command.create(
                        {
                            "account_id": account.id,
                            "balance": float(other.balance),
                            "partner_id": opened.partner_id.id,
                            "customs_declaration_id": opened.customs_declaration_id.id,
                        }
                    ),
                ],
            }
        )
        entry.action_post()
        item = entry.line_ids.filtered(lambda line: line.account_id == account)
        (item | opened).reconcile()

    # === CLIENT INVOICES === #

    def _invoices(self, move):
        is_sale = move.type in ("out_invoice", "out_refund")
        return [(is_sale, self.bill_client)]

    def bill_client(self, move):
        """Enter the services, bill what is open, and set what was billed by hand."""
        self._set_sale_tax(move)
        for declaration in self.replay.files_of(move):
            self._add_services(move, declaration)
            self._lodge(move, declaration)
            billed = move.of("disb_control")
            charged = declaration.charge_ids.filtered("amount_charged")
            if billed and not charged and move.type == "out_invoice":
                self._estimate(declaration, billed)
                declaration.action_bill_estimate()
                invoice = declaration._get_client_moves().filtered(
                    lambda m: m.state == "draft"
                )
            else:
                invoice = declaration.action_create_invoices()
            self.case.assertEqual(invoice.move_type, move.type)
            invoice.invoice_date = move.date
            terms = [line for line in move.of("ar") if line.facts.get("due")]
            if terms:
                invoice.invoice_date_due = terms[0].facts["due"]
            self._add_chosen(invoice, declaration, billed)
            self._set_billed_by_hand(invoice, billed)
            invoice.action_post()

    def _lodge(self, move, declaration):
        """Lodge a file; what its client pays himself is assessed as a memo."""
        memo = {
            key: money(value)
            for key, value in self.replay.facts.items()
            if key.startswith("memo_")
        }
        if memo and not declaration.assessment_ids:
            self._record_memo(move, declaration, memo)
        elif declaration.state == "draft":
            declaration.action_mark_ready()
            declaration.action_lodge()

    def _record_memo(self, move, declaration, memo):
        self._instruct(declaration, "importer", "payable")
        for key, amount in memo.items():
            code = self.replay.tax_code(None, tax_kind(key))
            self.replay.taxed[declaration][code] = {
                "amount": amount,
                "postponed": tax_kind(key) == "vat",
            }
        self._record_known(move, declaration, "assessment")
        declaration.action_post_assessment()

    def _set_sale_tax(self, move):
        """Let the company's sale tax have the rate that the invoice shows."""
        net = -move.total(*SERVICES)
        tax = -move.total("vat_output")
        company_tax = self.replay.company.account_sale_tax_id
        rate = (tax / net * 100).quantize(Decimal("0.1")) if net else Decimal(0)
        if money(company_tax.amount) != rate:
            company_tax.amount = float(rate)

    def _add_services(self, move, declaration):
        for role, name in SERVICES.items():
            amount = -move.total(role)
            if not amount:
                continue
            code = self.env.ref(f"customs_invoicing.charge_code_{name}")
            charges = declaration.charge_ids.filtered(
                lambda charge, code=code: charge.charge_code_id == code
            )
            opened = sum(charges.mapped("amount_to_bill"))
            if charges and move.type == "out_refund":
                charges[0].amount += float(amount)
            elif money(opened) != amount:
                self.env["customs.charge"].create(
                    {
                        "declaration_id": declaration.id,
                        "charge_code_id": code.id,
                        "amount": float(amount - money(opened)),
                    }
                )

    def _estimate(self, declaration, billed):
        """Let our own calculation expect what the scenario bills before the charge."""
        self.expect(declaration, sum(-line.balance for line in billed), billed[0].tax)

    def expect(self, declaration, amount, tax=None):
        """Make the calculation of a file expect an amount of duty, at 5 %."""
        code = self.replay.tax_code(tax, "duty")
        self.case.duty_type.tax_code_id = code
        self.env["customs.measure"].search(
            [("measure_type_id", "=", self.case.vat_type.id)]
        ).active = False
        declaration.line_ids[:1].customs_value = float(amount * 20)
        declaration.tariff_id = self.case.tariff
        declaration.action_calculate()

    def _add_chosen(self, invoice, declaration, billed):
        """Add charges that are not proposed, on the invoice's own screen."""
        on_invoice = invoice.invoice_line_ids.customs_charge_id
        missing = declaration.charge_ids.filtered(
            lambda charge: charge not in on_invoice
            and charge.amount_to_bill
            and charge.tax_code_id.code in [line.tax for line in billed]
        )
        if missing:
            action = invoice.action_add_customs_charges()
            wizard = self.env[action["res_model"]].browse(action["res_id"])
            wizard.chosen_ids = missing.ids
            wizard.action_add()

    def _set_billed_by_hand(self, invoice, billed):
        lines = invoice.invoice_line_ids.filtered(
            lambda line: line.account_id == self.replay.accounts.get("disb_control")
        )
        left = list(billed)
        for line in lines:
            same = [
                b
                for b in left
                if b.tax == line.customs_tax_code or not line.customs_tax_code
            ]
            exact = [b for b in same if abs(b.balance) == money(line.price_unit)]
            wanted = (exact or same)[:1]
            if wanted:
                left.remove(wanted[0])
                if not exact:
                    line.price_unit = float(abs(wanted[0].balance))

    # === VENDOR BILLS === #

    def _bills(self, move):
        if move.type not in ("in_invoice", "in_refund"):
            return []
        customs = {
            *BILL_DUTIES,
            *BILL_VAT,
            "brokerage_clearing",
            "disb_control",
            "accrued_cost",
            "dispute_recv",
            "authority_payable",
            "deferment_payable",
        }
        named = any(line.file for line in move.lines if line.role not in ("stock",))
        matched = bool(customs & move.roles) or (named and not move.has("stock"))
        return [(matched, self.match_bill), (True, self.enter_bill)]

    def _new_bill(self, move, lines):
        vendor = next((line.partner for line in move.of("ap") if line.partner), None)
        currency = self.replay.company.currency_id
        term = move.of("ap")[0]
        name = term.facts.get("currency")
        foreign = money(term.facts.get("amount_currency"))
        if name and foreign:
            currency = self.replay._get_currency(name)
            self._set_rate(currency, abs(foreign), abs(term.balance), move)
        bill = self.env["account.move"].create(
            {
                "move_type": move.type,
                "partner_id": self.replay.partner(
                    vendor or move.partner or "Vendor"
                ).id,
                "invoice_date": move.date,
                "date": move.date,
                "currency_id": currency.id,
                "invoice_payment_term_id": False,
                "ref": f"BILL-{move.ref}",
                "invoice_line_ids": [Command.create(line) for line in lines],
            }
        )
        return bill

    def _in_bill_currency(self, move, line):
        """Return the amount of a line on the bill, in the bill's currency."""
        term = move.of("ap")[0]
        foreign = money(term.facts.get("amount_currency"))
        sign = -1 if move.type == "in_refund" else 1
        if line.facts.get("amount_currency"):
            return sign * money(line.facts["amount_currency"])
        if not foreign:
            return sign * line.balance
        facts = self.replay.facts
        name = str(term.facts["currency"]).lower()
        exact = [
            money(value)
            for key, value in facts.items()
            if key.endswith(name) and re.fullmatch(r"[\d.]+", str(value))
        ]
        worth = sign * line.balance * foreign / term.balance
        return min(
            [*exact, worth.quantize(Decimal("0.01"))], key=lambda a: abs(a - worth)
        )

    def _purchase_tax(self, move):
        """Return the purchase tax that the bill's input VAT shows."""
        vat = move.total("vat_input")
        tax = self.replay.company.account_purchase_tax_id
        self.taxed = set()
        if not vat:
            return tax.browse()
        bases = [line.balance for line in move.of(*BILL_SERVICES)]
        options = [sum(bases), *bases]
        rate = next(
            rate
            for base in options
            for rate in [(vat / base * 100).quantize(Decimal("0.1"))]
            if (base * rate / 100).quantize(Decimal("0.01")) == vat and rate < 30
        )
        tax.amount = float(rate)
        self.taxed = {
            line
            for line in move.of(*BILL_SERVICES)
            if len(bases) == 1
            or sum(bases) * rate / 100 == vat
            or (line.balance * rate / 100).quantize(Decimal("0.01")) == vat
        }
        return tax

    def enter_bill(self, move):
        """Type a bill that has nothing to do with customs files."""
        tax = self._purchase_tax(move)
        lines = [
            {
                "name": line.role,
                "account_id": self.replay.accounts[line.role].id,
                "price_unit": float(self._in_bill_currency(move, line)),
                "tax_ids": [Command.set(tax.ids)],
            }
            for line in move.lines
            if line.role not in ("ap", "vat_input")
        ]
        self._new_bill(move, lines).action_post()

    def match_bill(self, move):
        """Enter a broker's bill and match it with the files it is about."""
        files = self.replay.files_of(move)
        duties = move.of(*BILL_DUTIES, *BILL_VAT)
        if duties:
            self._assess_for_agent(move, duties)
        tax = self._purchase_tax(move)
        bill = self._new_bill(move, [])
        wizard = self.env["customs.match.charges"].create(
            {
                "move_id": bill.id,
                "declaration_ids": [Command.set([file.id for file in files])],
                "addressed_to": "client" if move.has("disb_control") else "us",
            }
        )
        wizard.line_ids.unlink()
        wizard.line_ids = [
            Command.create(self._prepare_part(move, line, tax))
            for line in move.lines
            if line.role not in ("ap", "vat_input")
        ]
        wizard.action_apply()
        bill.action_post()

    def _prepare_part(self, move, line, tax):
        declaration = self.replay.file(line.file)
        role = {
            "disb_control": "disbursement",
            "accrued_cost": "accrued",
            "dispute_recv": "dispute",
            "authority_payable": "transfer",
            "deferment_payable": "transfer",
        }.get(line.role, "service")
        charge = self.env["customs.charge"]
        if line.role in (*BILL_DUTIES, *BILL_VAT):
            role = "duty"
            kind = "vat" if line.role in BILL_VAT else tax_kind(line.tax) or "duty"
            code = self.replay.tax_code(line.tax, kind)
            charge = declaration.charge_ids.filtered(
                lambda charge: charge.tax_code_id == code
            )
        taxed = role == "service" and line in self.taxed
        return {
            "declaration_id": declaration.id,
            "role": role,
            "charge_id": charge.id,
            "name": line.facts.get("label") or line.role,
            "amount": float(self._in_bill_currency(move, line)),
            "tax_ids": [Command.set(tax.ids if taxed else [])],
            "is_chosen": True,
        }

    def _assess_for_agent(self, move, lines):
        """Record what the authority assessed, to be paid by our broker."""
        for declaration in self.replay.files_of(move):
            self._instruct(declaration, "declarant", "payable")
            own = [li for li in lines if self.replay.file(li.file) == declaration]
            self._record(move, declaration, own)

    # === ASSESSMENTS === #

    def _assessments(self, move):
        counter = [line for line in move.of(*AUTHORITY) if line.balance < 0]
        taxes = [line for line in move.of("disb_control") if line.balance > 0]
        is_tax = counter and all(tax_kind(li.tax) or not li.tax for li in taxes)
        others = move.roles - {*AUTHORITY, "penalties"}
        own = move.roles - {*AUTHORITY}
        return [
            (taxes and is_tax and others == {"disb_control"}, self.assess),
            (counter and own and own <= OWN_DEBITS, self.assess),
            (
                move.roles == {"vat_import_input", "vat_postponed"},
                self.postpone_vat,
            ),
        ]

    def assess(self, move):
        """Record what the authority assessed, with what it said before, and post."""
        counter = next(line for line in move.of(*AUTHORITY) if line.balance < 0)
        debits = [line for line in move.lines if line.balance > 0]
        for declaration in self.replay.files_of(move):
            if declaration in self.levied:
                declaration = self.replay.another_file()
            payer = "importer" if declaration.capacity == "own" else "declarant"
            self._instruct(declaration, payer, AUTHORITY[counter.role])
            own = [
                line
                for line in debits
                if not line.file or self.replay.file(line.file) == declaration
            ]
            self._record(move, declaration, own)
            declaration.action_post_assessment()

    def _instruct(self, declaration, payer, mechanism):
        """Give the client, or ourselves, a standing instruction for payment."""
        if mechanism == "deferment" or mechanism == "cash":
            account = self.customs_account(mechanism)
        else:
            account = self.env["customs.payment.account"]
        method = self.env["customs.payment.method"].search(
            [
                ("payer", "=", payer),
                ("mechanism", "=", mechanism),
                ("needs_deposit", "=", False),
            ],
            limit=1,
        )
        self.case.assertTrue(method, f"no payment method {payer} {mechanism}")
        instructions = self.env["customs.payment.instruction"]
        instructions.search([]).unlink()
        instructions.create(
            {
                "partner_id": declaration.client_id.id,
                "method_id": method.id,
                "account_id": account.id,
            }
        )

    def customs_account(self, kind):
        """Return our deferment or customs cash account."""
        accounts = self.env["customs.payment.account"]
        return accounts.search([("kind", "=", kind)], limit=1) or accounts.create(
            {
                "name": kind,
                "number": "1234567",
                "kind": kind,
                "authority_id": self.replay.authority.id,
            }
        )

    def _record(self, move, declaration, lines, reason="assessment"):
        """Add lines to what is assessed of a file, as its next version."""
        known = self.replay.taxed[declaration]
        for line in lines:
            kind = KIND_BY_ROLE.get(line.role) or tax_kind(line.tax) or "duty"
            if line.role in BILL_VAT:
                kind = "vat"
            code = self.replay.tax_code(line.tax, kind)
            fact = known.setdefault(code, {"amount": Decimal(0), "postponed": False})
            fact["amount"] += line.balance
            if kind == "vat":
                fact["base"] = line.facts.get("base")
        self._record_known(move, declaration, reason)

    def _record_known(self, move, declaration, reason):
        dates = [move.date, *declaration.assessment_ids.mapped("date")]
        declaration._record_assessment(
            [
                self._prepare_tax(code, fact)
                for code, fact in self.replay.taxed[declaration].items()
            ],
            date=max(dates),
            reason=reason,
        )

    def _prepare_tax(self, code, fact):
        vals = {
            "tax_code_id": code.id,
            "item_number": 0,
            "amount_assessed": float(fact["amount"]),
            "status": "postponed" if fact["postponed"] else "payable",
        }
        if code.kind == "vat":
            rate = self.replay.rate_of_vat()
            base = money(fact.get("base") or fact["amount"] * 100 / rate)
            if fact.get("base"):
                rate = (fact["amount"] / base * 100).quantize(Decimal("0.01"))
            self.replay.vat_tax(rate, fact["postponed"])
            vals.update(base=float(base), rate=float(rate))
        return vals

    def postpone_vat(self, move):
        """Self-account import VAT: first with the assessment, then as the statement."""
        for declaration in self.replay.files_of(move):
            code = self.replay.tax_code(None, "vat")
            known = self.replay.taxed[declaration]
            lines = move.of("vat_import_input")
            if code in known:
                self._enter_statement(move, declaration, known[code], lines[0])
                continue
            known[code] = {
                "amount": lines[0].balance,
                "postponed": True,
                "base": lines[0].facts.get("base"),
            }
            self._record_known(move, declaration, "assessment")
            declaration.action_post_assessment()

    def _enter_statement(self, move, declaration, fact, line):
        fact["amount"] += line.balance
        fact["base"] = None
        self._enter_evidence(move, {declaration: fact["amount"]}, kind="statement")

    def _enter_evidence(self, move, amounts, kind):
        kinds = dict(self.env["customs.vat.evidence"]._fields["kind"].selection)
        wanted = next(
            key
            for key in kinds
            if (key in ("postponed", "mpivs", "statement")) == (kind == "statement")
        )
        evidence = self.env["customs.vat.evidence"].create(
            {
                "kind": wanted,
                "number": move.ref,
                "date": move.date,
                "authority_id": self.replay.authority.id,
                "line_ids": [
                    Command.create(
                        {
                            "number": declaration.registration_number,
                            "declaration_id": declaration.id,
                            "amount_stated": float(amount),
                        }
                    )
                    for declaration, amount in amounts.items()
                ],
            }
        )
        evidence.action_post()

    # === OTHER ENTRIES === #

    def _entries(self, move):
        return [
            (move.debits("duty_accrual") or move.credits("duty_accrual"), self.accrue),
            (move.debits("client_deposits") and move.has("ar"), self.apply_deposit),
            (move.debits("refunds_due") and move.has("ar"), self.offset_refund),
            (move.debits("refund_recv"), self.accept_refund),
            (move.debits("securities"), self.lodge_security),
            (move.credits("securities"), self.convert_security),
            (move.debits("disb_variance"), self.write_off),
            (move.debits("bad_debt"), self.write_off),
            (move.credits("staff_float"), self.record_outlay),
            (
                move.debits("disb_control") and move.has("fx_loss", "fx_gain"),
                self.exchange,
            ),
            (move.credits("disb_control") and move.has("fx_gain"), self.exchange),
            (move.debits("disb_control"), self.record_outlay),
            (move.debits("cogs") and move.credits("duty_clearing"), self.sold_share),
            (
                move.debits("vat_import_input") and move.credits("vat_import_pending"),
                self.certificate,
            ),
            (move.debits("dispute_recv"), self.dispute),
            (
                move.credits("accrued_cost")
                and bool(move.of("accrued_cost")[0].partner),
                self.share_profit,
            ),
            (move.has("accrued_revenue", "accrued_cost"), self.accrue_period),
        ]

    def accrue(self, move):
        """Accrue at receipt; what the assessment trues up comes with posting it."""
        for declaration in self.replay.files_of(move):
            if declaration._has_accrual():
                following = self.replay.moves[move.index + 1]
                self.assess(following)
            else:
                self.expect(declaration, -move.total("duty_accrual"))
                declaration.action_accrue_duty(move.date)

    def apply_deposit(self, move):
        for line in move.of("client_deposits"):
            self.requests[self.replay.file(line.file)].action_apply()

    def write_off(self, move):
        """One person asks, another approves."""
        is_debt = move.has("bad_debt")
        declaration = self.replay.files_of(move)[0]
        amount = -move.total("ar" if is_debt else "disb_control")
        approver = self.case.approver
        wizard = self.env["customs.write.off.wizard"].create(
            {
                "declaration_id": declaration.id,
                "kind": "insolvency" if is_debt else "outlay",
                "amount": float(amount),
                "date": move.date,
                "approver_id": approver.id,
            }
        )
        wizard.action_request()
        self.env["customs.write.off"].search(
            [("declaration_id", "=", declaration.id), ("state", "=", "requested")]
        ).with_user(approver).action_approve()

    def record_outlay(self, move):
        """Liquidate receipts paid from the bank or from a runner's cash."""
        runner = move.of("staff_float")
        wizard = self.env["customs.outlay"].create(
            {
                "date": move.date,
                "source": "float" if runner else "bank",
                "journal_id": False if runner else self._bank_journal.id,
                "runner_id": self.replay.partner(runner[0].partner).id
                if runner
                else False,
                "line_ids": [
                    Command.create(
                        {
                            "declaration_id": self.replay.file(line.file).id,
                            "charge_code_id": self._outlay_code(line).id,
                            "name": line.tax or line.role,
                            "amount": float(line.balance),
                            "in_client_name": line.role == "disb_control",
                            "receipt": f"R-{move.ref}",
                        }
                    )
                    for line in move.lines
                    if line.balance > 0
                ],
            }
        )
        wizard.action_record()

    def _outlay_code(self, line):
        """Return the charge code of an outlay, one for each kind a scenario names."""
        codes = self.env["customs.charge.code"]
        name = line.tax or line.role
        return codes.search([("code", "=", name)]) or self.env.ref(
            "customs_invoicing.charge_code_third_party"
        ).copy({"code": name, "name": name})

    def exchange(self, move):
        for declaration in self.replay.files_of(move):
            declaration.action_take_over_exchange()

    def certificate(self, move):
        amounts = {}
        for line in move.of("vat_import_input"):
            amounts[self.replay.file(line.file)] = line.balance
        self._enter_evidence(move, amounts, kind="certificate")

    def sold_share(self, move):
        for declaration in self.replay.files_of(move):
            share = move.total("cogs") / -move.total("duty_clearing") * 100
            declaration.write(
                {"sold_share": float(share), "sold_share_date": move.date}
            )
            declaration.action_move_sold_share()

    def dispute(self, move):
        """Read the authority's statement; what is not ours is disputed."""
        line = move.of("dispute_recv")[0]
        statement = self.env["customs.statement"].create(
            {
                "name": move.ref,
                "date": move.date,
                "authority_id": self.replay.authority.id,
                "payment_account_id": self.customs_account("deferment").id,
                "line_ids": [
                    Command.create(
                        {
                            "number": line.file,
                            "amount": float(line.balance),
                            "partner_id": self.replay.partner(line.partner).id,
                        }
                    )
                ],
            }
        )
        statement.action_match()
        statement.action_post_disputes()

    def accrue_period(self, move):
        """Accrue services and costs of the month end in one run, with its reversal."""
        self._lodge(move, self.replay.files_of(move)[0])
        month = [
            other
            for other in self.replay.moves
            if other.has("accrued_revenue", "accrued_cost")
        ]
        declaration = self.replay.files_of(move)[0]
        for role, name in SERVICES.items():
            amount = sum(-m.total(role) for m in month if m.debits("accrued_revenue"))
            if amount:
                self.env["customs.charge"].create(
                    {
                        "declaration_id": declaration.id,
                        "charge_code_id": self.env.ref(
                            f"customs_invoicing.charge_code_{name}"
                        ).id,
                        "amount": float(amount),
                    }
                )
        cost = sum(-m.total("accrued_cost") for m in month if m.credits("accrued_cost"))
        if cost:
            self.env["customs.charge"].create(
                {
                    "declaration_id": declaration.id,
                    "charge_code_id": self.env.ref(
                        "customs_invoicing.charge_code_third_party"
                    ).id,
                    "borne_by_us": True,
                    "cost_expected": float(cost),
                }
            )
        reversal = next(m.date for m in month if m.credits("accrued_revenue"))
        wizard = self.env["customs.period.accrual"].create(
            {
                "declaration_ids": [Command.set(declaration.ids)],
                "date": move.date,
                "reversal_date": reversal,
            }
        )
        wizard.action_accrue()

    def share_profit(self, move):
        percent = re.search(r"[\d.]+", str(self.replay.facts["share"])).group()
        line = move.of("accrued_cost")[0]
        wizard = self.env["customs.profit.share"].create(
            {
                "declaration_ids": [
                    Command.set([file.id for file in self.replay.files_of(move)])
                ],
                "agent_id": self.replay.partner(line.partner).id,
                "percent": float(percent),
                "date": move.date,
            }
        )
        wizard.action_accrue()

    # === REFUNDS === #

    def accept_refund(self, move):
        """Claim what the authority accepts to pay back, as our own."""
        declaration = self.replay.files_of(move)[0]
        amount = move.total("refund_recv")
        sold = -move.total("cogs") / amount * 100
        self._levied(move, declaration, amount)
        refund = self._claim(move, declaration, amount, Decimal(0), sold)
        self.refunds[declaration] = refund

    def receive_refund(self, move):
        """Book the money of a refund, for us or for the client."""
        declaration = self.replay.files_of(move)[0]
        interest = -move.total("interest_income")
        lines = move.of("refunds_due")
        if lines:
            interest = sum(
                -li.balance for li in lines if tax_kind(li.tax) == "interest"
            )
            amount = sum((-li.balance for li in lines), Decimal(0)) - interest
            self._levied(move, declaration, amount)
            self.refunds[declaration] = self._claim(
                move, declaration, amount, interest, Decimal(0)
            )
        refund = self.refunds[declaration]
        refund.line_ids.interest = float(interest)
        refund.write(
            {
                "date_received": move.date,
                "receipt_journal_id": self._bank_journal.id,
            }
        )
        refund.action_receive()

    def _levied(self, move, declaration, amount):
        """The duty was paid before the scenario begins, and not through our books."""
        self._instruct(
            declaration,
            "declarant" if declaration.capacity == "own" else "importer",
            "payable",
        )
        if not declaration.assessment_ids:
            self.levied.add(declaration)
            code = self.replay.tax_code(None, "duty")
            known = self.replay.taxed[declaration]
            known[code] = {"amount": amount * 2, "postponed": False}
            self._record_known(move, declaration, "assessment")

    def _claim(self, move, declaration, amount, interest, sold):
        charge = declaration.charge_ids.filtered("tax_code_id")[:1]
        refund = self.env["customs.refund"].create(
            {
                "kind": "refund",
                "line_ids": [
                    Command.create(
                        {
                            "declaration_id": declaration.id,
                            "charge_id": charge.id,
                            "amount_claimed": float(amount),
                            "amount_accepted": float(amount),
                            "interest": float(interest),
                            "sold_share": float(sold),
                        }
                    )
                ],
            }
        )
        refund.action_submit()
        refund.date_decision = move.date
        refund.action_accept()
        return refund

    def offset_refund(self, move):
        refund = self.refunds[self.replay.files_of(move)[0]]
        invoices = self.replay.files_of(move)[0]._get_client_moves()
        refund.write(
            {
                "has_consent": True,
                "date_consent": move.date,
                "date_settled": move.date,
                "offset_invoice_ids": [Command.set(invoices.ids)],
            }
        )
        refund.action_offset()

    def pay_out_refund(self, move):
        refund = self.refunds[self.replay.files_of(move)[0]]
        refund.write(
            {"date_settled": move.date, "payout_journal_id": self._bank_journal.id}
        )
        refund.action_pay_out()

    # === SECURITIES === #

    def lodge_security(self, move):
        line = move.of("securities")[0]
        declaration = self.replay.file(line.file)
        self._record_security(
            move,
            "lodge",
            declaration,
            line,
            [{"amount": float(line.balance)}],
            payee_id=self.replay.partner(line.partner).id
            if line.partner
            else self.replay.authority.id,
        )

    def release_security(self, move):
        self._free_security(move, "release")

    def convert_security(self, move):
        """The duty became final: it is assessed, and the security pays it."""
        declaration = self.replay.files_of(move)[0]
        payer = "importer" if declaration.capacity == "own" else "declarant"
        self._instruct(declaration, payer, "payable")
        debits = [line for line in move.lines if line.balance > 0]
        self._record(move, declaration, debits)
        declaration.action_post_assessment()
        self._free_security(move, "convert")

    def _free_security(self, move, operation):
        line = move.of("securities")[0]
        declaration = self.replay.file(line.file)
        security = self.env["customs.security"].search(
            [("declaration_id", "=", declaration.id)], limit=1
        )
        rows = [{"security_id": security.id, "amount": float(-line.balance)}]
        self._record_security(
            move, operation, declaration, line, rows, payee_id=security.payee_id.id
        )

    def _record_security(self, move, operation, declaration, line, rows, **vals):
        through_cash = move.has("customs_cash")
        wizard = self.env["customs.record.security"].create(
            {
                "operation": operation,
                "declaration_id": declaration.id,
                "date": move.date,
                "way": "cash" if through_cash else "bank",
                "journal_id": self._bank_journal.id,
                "account_id": self.customs_account("cash").id
                if through_cash
                else False,
                "line_ids": [Command.create(row) for row in rows],
                **vals,
            }
        )
        wizard.action_record()
