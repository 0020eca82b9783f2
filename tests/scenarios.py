"""Accounting scenarios: what each case states, put into records, and the comparison.

One scenario is a JSON object as ``cases/accounting_scenarios.json`` describes: facts,
journal entries by account *role*, and final balances.  ``Replay`` gives every role an
account of the test company, finds the file and the partners a line names, and compares
the journal items that the product made with those the scenario states.

What is not compared one to one:

* Stock value is written by landed costs, which are a bridge of their own.  Wherever a
  scenario debits or credits ``stock`` for duty, the amount stays on the clearing
  account it came from.  ``Replay.deferred`` lists these steps.
* The base of import VAT goes in and out of the neutral account.  Per move it must be
  zero, and equal to the base where the scenario states it.
* Items of one entry that a payment, its exchange difference or a broker's transfer make
  together are compared as their sum per role, partner and file.
"""

import re
from collections import defaultdict
from decimal import Decimal
from itertools import combinations

from odoo import fields
from odoo.fields import Command

#: Roles that are accounts of Odoo, made or found by ``Replay``
NATIVE = (
    "bank",
    "client_money_bank",
    "ar",
    "ap",
    "vat_output",
    "vat_input",
    "vat_import_input",
    "vat_postponed",
    "fx_gain",
    "fx_loss",
    "stock",
)
#: What a landed cost would take to stock: it stays here until then
CLEARED_TO_STOCK = ("duty_clearing", "brokerage_clearing")
DEFAULT_FILE = "the file"
#: Charges by the way a scenario calls its taxes
TAX_KINDS = (
    ("vat", r"^B\d\d$|vat|iva|gst|tva"),
    ("interest", r"interest"),
    ("penalty", r"penalt|fine"),
    ("trade_defence", r"^A[34]\d$|dumping"),
    ("excise", r"excise"),
    ("duty", r"^A\d\d$|duty|^30[01]$|tariff"),
    ("fee", r"fee of|mpf|hmf|processing"),
)


def money(value):
    return Decimal(str(value or 0)).quantize(Decimal("0.01"))


def tax_kind(text):
    """Return the kind of charge a scenario's tax line is, nothing for a third party."""
    for kind, pattern in TAX_KINDS:
        if re.search(pattern, text or "", re.IGNORECASE):
            return kind
    return ""


class Line:
    """One line of a scenario's move."""

    def __init__(self, facts):
        self.facts = facts
        self.role = facts["account"]
        self.balance = money(facts["debit"]) - money(facts["credit"])
        self.tax = facts.get("tax_line")
        self.partner = facts.get("partner")
        self.file = facts.get("file") or facts.get("mrn")

    def __repr__(self):
        about = [self.tax, self.partner, self.file]
        return f"{self.role} {self.balance} {[a for a in about if a]}"


class Move:
    """One journal entry of a scenario."""

    def __init__(self, facts, index):
        self.index = index
        self.ref = facts["ref"]
        self.date = fields.Date.to_date(facts["date"])
        self.event = facts["event"]
        self.type = facts["odoo_move_type"]
        self.journal = facts.get("journal")
        self.partner = facts.get("partner")
        self.lines = [Line(line) for line in facts["lines"]]

    def of(self, *roles, sign=0):
        """Return the lines of roles, of one sign where one is asked for."""
        return [
            line
            for line in self.lines
            if line.role in roles and (not sign or line.balance * sign > 0)
        ]

    def total(self, *roles):
        return sum((line.balance for line in self.of(*roles)), Decimal(0))

    def has(self, *roles):
        return bool(self.of(*roles))

    def debits(self, role):
        return self.total(role) > 0

    def credits(self, role):
        return self.total(role) < 0

    @property
    def roles(self):
        return {line.role for line in self.lines}


class Replay:
    """The records of one scenario, and the comparison of what is posted."""

    def __init__(self, case, scenario):
        self.case = case
        self.env = case.env
        self.company = case.company
        self.facts = scenario["facts"]
        self.scenario = scenario
        self.moves = [Move(move, i) for i, move in enumerate(scenario["moves"])]
        self.files, self.partners, self.taxed = {}, {}, defaultdict(dict)
        self.deferred, self.adjust = [], defaultdict(Decimal)
        self.seen = set()
        self.pool = self.env["account.move"]
        self._set_company()
        self.accounts = self._get_accounts()

    # === SET-UP === #

    def has_role(self, *roles):
        return any(move.has(*roles) for move in self.moves)

    def _set_company(self):
        currency = self._get_currency(self.scenario["currency"])
        self.company.currency_id = currency
        self.case.tariff.currency_id = currency
        self.company.write(
            {
                "customs_assessment_document": "entry",
                "customs_apply_deposits": False,
                "customs_vat_evidence": "certificate"
                if self.has_role("vat_import_pending")
                else "assessment",
            }
        )

    def _get_currency(self, name):
        currency = (
            self.env["res.currency"]
            .with_context(active_test=False)
            .search([("name", "=", name)])
        )
        currency.active = True
        return currency

    def _get_accounts(self):
        case, company = self.case, self.company
        accounts = {
            role: company._get_customs_account(role)
            for role in {
                *CLEARED_TO_STOCK,
                *(line.role for move in self.moves for line in move.lines),
            }
            if role not in NATIVE
        }
        bank = case.company_data["default_journal_bank"].default_account_id
        sale = company.account_sale_tax_id.invoice_repartition_line_ids.account_id
        purchase = (
            company.account_purchase_tax_id.invoice_repartition_line_ids.account_id
        )
        return {
            **accounts,
            "bank": bank,
            "client_money_bank": bank,
            "ar": case.company_data["default_account_receivable"],
            "ap": case.company_data["default_account_payable"],
            "vat_output": sale,
            "vat_input": purchase,
            "vat_import_input": self._create_account("asset_current", "IVATIN"),
            "vat_postponed": self._create_account("liability_current", "IVATPP"),
            "fx_gain": company.income_currency_exchange_account_id,
            "fx_loss": company.expense_currency_exchange_account_id,
            "stock": self._create_account("asset_current", "STOCKX"),
        }

    def _create_account(self, account_type, code):
        return self.env["account.account"].create(
            {"name": code, "code": code, "account_type": account_type}
        )

    def partner(self, name):
        """Return the contact of a name, the same one every time."""
        if name not in self.partners:
            self.partners[name] = self.env["res.partner"].create({"name": name})
        return self.partners[name]

    def _name_in(self, *roles, files=None):
        """Return the first partner that lines of roles name."""
        for move in self.moves:
            for line in move.of(*roles):
                if line.partner and (files is None or line.file in files):
                    return line.partner
        return None

    @property
    def client(self):
        name = self._name_in("disb_control", "client_deposits", "refunds_due", "ar")
        invoiced = [m.partner for m in self.moves if m.type == "out_invoice"]
        return self.partner(name or next(filter(None, invoiced), None) or "Client")

    @property
    def authority(self):
        name = self._name_in("authority_payable", "deferment_payable", "customs_cash")
        for move in self.moves:
            duties = move.has(*CLEARED_TO_STOCK, "disb_control")
            if duties and move.credits("securities"):
                name = name or move.of("securities")[0].partner
        if name and name == self._name_in("disb_control"):
            name = None
        return self.partner(name or "Customs authority")

    def rate_of_vat(self):
        """Return the rate in percent that the facts give for VAT."""
        for key, value in self.facts.items():
            if re.search("vat|gst|iva|tva", key, re.IGNORECASE) and "%" in str(value):
                return money(re.search(r"[\d.]+(?=\s*%)", value).group())
        return Decimal(20)

    # === FILES === #

    def file(self, key=None):
        """Return the declaration a line names; without a name, the only one."""
        keys = {
            line.file for move in self.moves for line in move.lines if line.file
        } or {DEFAULT_FILE}
        if not key:
            key = next(iter(self.files), None) or sorted(keys)[0]
        if key not in self.files:
            self.files[key] = self._create_file(key)
        return self.files[key]

    def another_file(self):
        """Return a file beside the one that a scenario leaves unnamed."""
        if "another file" not in self.files:
            self.files["another file"] = self._create_file("another file")
        return self.files["another file"]

    def files_of(self, move):
        keys = [line.file for line in move.lines if line.file]
        return [self.file(key) for key in dict.fromkeys(keys)] or [self.file()]

    def _create_file(self, key):
        is_broker = self.scenario["persona"] == "broker"
        use = "stock"
        if self.has_role("selling_duty"):
            use = "sale"
        elif self.has_role("duty_expense") and not self.has_role("duty_clearing"):
            use = "expense"
        mrn = next(
            (
                line.facts["mrn"]
                for move in self.moves
                for line in move.lines
                if line.file == key and line.facts.get("mrn")
            ),
            None,
        )
        declaration = self.env["customs.declaration"].create(
            {
                "office_id": self.case.office.id,
                "authority_id": self.authority.id,
                "capacity": "direct" if is_broker else "own",
                "client_id": self.client.id if is_broker else False,
                "goods_use": use,
                "registration_number": mrn or key,
                "registration_date": self.moves[0].date,
                "analytic_distribution": self._get_analytic(),
                "line_ids": [
                    Command.create({"number": 1, "code": "8516710000"}),
                ],
            }
        )
        declaration.authority_id = self.authority
        return declaration

    def _get_analytic(self):
        shares = next(
            (
                line.facts["analytic"]
                for move in self.moves
                for line in move.lines
                if line.facts.get("analytic")
            ),
            None,
        )
        if not shares:
            return False
        plan = self.env["account.analytic.plan"].create({"name": "Departments"})
        return {
            str(
                self.env["account.analytic.account"]
                .create({"name": name, "plan_id": plan.id})
                .id
            ): float(percent)
            for name, percent in shares.items()
        }

    def tax_code(self, text, kind):
        """Return the tax code of a scenario's tax line."""
        code = text or {"vat": "VAT", "interest": "INT", "penalty": "PEN"}.get(
            kind, "CID"
        )
        known = self.env["customs.tax.code"]._get_by_code(self.case.tariff, {code})
        if code in known:
            return known[code]
        charge = {"vat": "import_vat"}.get(kind, kind)
        return self.env["customs.tax.code"].create(
            {
                "code": code,
                "name": code,
                "tariff_id": self.case.tariff.id,
                "charge_code_id": self.env.ref(
                    f"customs_invoicing.charge_code_{charge}"
                ).id,
            }
        )

    def vat_tax(self, rate, postponed=False):
        """Give the company a tax for import VAT of a rate, where it has none."""
        company = self.company
        if company._find_customs_import_vat_tax(float(rate), postponed):
            return
        parts = [(100, "vat_import_input")]
        if postponed:
            parts.append((-100, "vat_postponed"))
        lines = [Command.create({"repartition_type": "base"})] + [
            Command.create(
                {
                    "repartition_type": "tax",
                    "factor_percent": factor,
                    "account_id": self.accounts[role].id,
                }
            )
            for factor, role in parts
        ]
        tax = self.env["account.tax"].create(
            {
                "name": f"Import VAT {rate} {'postponed' if postponed else 'paid'}",
                "amount": float(rate),
                "type_tax_use": "purchase",
                "invoice_repartition_line_ids": lines,
                "refund_repartition_line_ids": lines,
            }
        )
        name = company._get_customs_import_vat_field(postponed)
        company[name] = [Command.link(tax.id)]

    # === COMPARISON === #

    def run(self, actions):
        """Replay every move, and check the balances at the end."""
        for move in self.moves:
            with self.case.subTest(move=f"{move.ref} {move.event}"):
                self._play(move, actions)
        self.check_balances()

    def _play(self, move, actions):
        if self._defer(move):
            return
        before = self.env["account.move"].search([]) - self.pool
        if not self._take(move, self.pool):
            actions.perform(move)
            made = self.env["account.move"].search([]) - before - self.pool
            self.pool |= made.filtered(lambda m: m.state == "posted")
            if not self._take(move, self.pool):
                self.case.fail(self._describe(move))

    def _defer(self, move):
        """Leave out what only a landed cost does: from clearing to stock."""
        others = move.roles - {"stock", *CLEARED_TO_STOCK}
        if not move.has("stock") or others or move.type != "entry":
            return False
        self.deferred.append(move)
        for line in move.lines:
            self.adjust[line.role] += line.balance
        return True

    def _expected(self, move):
        """Return ``[(role, line)]`` of a move, without the stock side of an entry."""
        if not move.has("stock") or move.type != "entry":
            return [(line.role, line) for line in move.lines]
        rest = [(line.role, line) for line in move.lines if line.role != "stock"]
        amount = move.total("stock")
        clearing = [line for role, line in rest if role == "duty_clearing"]
        facts = dict(clearing[0].facts if clearing else move.of("stock")[0].facts)
        net = amount + sum((line.balance for line in clearing), Decimal(0))
        facts.update(account="duty_clearing", debit=max(net, 0), credit=max(-net, 0))
        rest = [(role, line) for role, line in rest if role != "duty_clearing"]
        return [*rest, ("duty_clearing", Line(facts))] if net else rest

    def _take(self, move, pool):
        """Find moves of the pool that are this move; take them out of it."""
        for size in range(1, min(len(pool), 4) + 1):
            for chosen in combinations(pool, size):
                moves = pool.browse([m.id for m in chosen])
                if self._is(move, moves):
                    self.pool -= moves
                    self._note_stock(move)
                    return True
        return False

    def _note_stock(self, move):
        for line in move.of("stock") if move.type == "entry" else []:
            self.adjust["stock"] += line.balance
            self.adjust["duty_clearing"] -= line.balance

    def _items(self, moves):
        """Return the items the product made, without the base of import VAT."""
        neutral = self.company.customs_neutral_account_id
        broker = self.company.customs_broker_clearing_account_id
        lines = moves.line_ids.filtered("balance")
        return lines.filtered(lambda line: line.account_id not in neutral | broker)

    def _is(self, move, moves):
        """Whether moves together are what the scenario states, item by item."""
        if not self._on_its_day(move, moves):
            return False
        neutral = self.company.customs_neutral_account_id
        broker = self.company.customs_broker_clearing_account_id
        for account in (neutral, broker):
            own = moves.line_ids.filtered(lambda li, a=account: li.account_id == a)
            if money(sum(own.mapped("balance"))):
                return False
        bases = [
            money(line.facts["base"]) for line in move.lines if "base" in line.facts
        ]
        base_lines = moves.line_ids.filtered(
            lambda line: line.account_id == neutral and line.balance > 0
        )
        if bases and money(sum(base_lines.mapped("balance"))) != bases[0]:
            return False
        return self._same(self._expected(move), self._items(moves), len(moves) > 1)

    def _on_its_day(self, move, moves):
        """Whether moves have the date; Odoo dates exchange differences at month end."""
        journal = self.company.currency_exchange_journal_id
        return all(
            found.date == move.date
            or found.journal_id == journal
            or found.customs_event == "exchange"
            for found in moves
        )

    def _same(self, expected, items, summed):
        found = defaultdict(Decimal) if summed else []
        for role, line in expected:
            account = self.accounts[role]
            if summed:
                found[account] += line.balance
                continue
            match = [item for item in items if self._matches(line, account, item)]
            if not match:
                return False
            items -= match[0]
        if not summed:
            return not items
        for item in items:
            found[item.account_id] -= money(item.balance)
        return not any(found.values())

    def _matches(self, line, account, item):
        """Whether an item has the account, amount, and all that the line names."""
        if item.account_id != account or money(item.balance) != line.balance:
            return False
        if line.tax and item.customs_charge_id.tax_code_id:
            if item.customs_tax_code != line.tax:
                return False
        if line.partner and line.role != "bank":
            if item.customs_client_id.name != line.partner and (
                item.partner_id.name != line.partner
            ):
                return False
        named = line.file and self.files.get(line.file)
        if named and item.customs_declaration_id != named:
            return False
        if line.facts.get("amount_currency"):
            if money(item.amount_currency) != money(line.facts["amount_currency"]):
                return False
        return True

    def _describe(self, move):
        """Return what was expected and what there is, for a failure."""
        roles = {account: role for role, account in self.accounts.items()}
        lines = [f"{move.ref} {move.event} {move.date}", "expected:"]
        lines += [f"  {line}" for line in move.lines]
        for found in self.pool:
            lines.append(
                f"made: {found.display_name} {found.date} {found.customs_event}"
            )
            lines += [
                f"  {roles.get(item.account_id, item.account_id.name)} {item.balance}"
                f" {item.customs_tax_code} {item.partner_id.name}"
                f" {item.customs_declaration_id.name}"
                for item in found.line_ids
            ]
        return "\n".join(lines)

    def check_balances(self):
        """Every balance at the end, and nothing on any other account."""
        self.case.assertFalse(self.pool, self._describe(self.moves[-1]))
        expected = {
            role: money(amount)
            for role, amount in self.scenario["final_balances"].items()
        }
        for role, amount in self.adjust.items():
            if role in expected or amount:
                expected[role] = expected.get(role, Decimal(0)) - amount
        groups = self.env["account.move.line"]._read_group(
            [
                ("company_id", "=", self.company.id),
                ("parent_state", "=", "posted"),
            ],
            ["account_id"],
            ["balance:sum"],
        )
        found = {account: money(balance) for account, balance in groups}
        wanted = defaultdict(Decimal)
        for role, amount in expected.items():
            if role in self.accounts:
                wanted[self.accounts[role]] += amount
            else:
                wanted[self.company._get_customs_account(role)] += amount
        for account in {*found, *wanted}:
            self.case.assertEqual(
                found.get(account, Decimal(0)),
                wanted.get(account, Decimal(0)),
                f"final balance of {account.display_name}",
            )
