from collections import defaultdict

from odoo import fields, models
from odoo.exceptions import UserError

from ..engine.corrections import fill
from ..tools import to_decimal, to_float


class CustomsRefund(models.Model):
    """Booking a claim: its acceptance and the money that comes in."""

    _inherit = "customs.refund"

    # === ACCEPTANCE === #

    def action_accept(self):
        """Record that the authority accepted, and book what the policy books then."""
        self.env["customs.declaration"]._check_verifier(
            self.env._("decide on a refund")
        )
        self.declaration_ids._lock_for_money()
        # the lock emptied what self reads along with; accepted twice is accepted once
        records = self.browse(self.ids).filtered(lambda r: r.decision != "accepted")
        for record in records:  # one by one: the next sees what this one was given
            record.write(
                {
                    "decision": "accepted",
                    "date_decision": record.date_decision
                    or fields.Date.context_today(record),
                }
            )
            if record.kind == "remission":
                record._remit()
            elif record.beneficiary == "own" and record.recognition == "acceptance":
                record._recognise()
        return True

    def _recognise(self):
        """Book our own refund as receivable against the cost it lowers."""
        self.ensure_one()
        account = self.company_id._get_customs_account("refund_recv")
        items = []
        for line in self.line_ids.filtered(lambda x: not x.assessment_id):
            amount = line.amount_accepted
            if not self.currency_id.is_zero(amount):
                items.append(self._item(line, account, amount, "recognise"))
                items += self._cost_items(line, -amount)
        if items:
            self._post_entry(self.date_decision, items)

    def _remit(self):
        """Lower what is owed to the authority, and what it cost."""
        self.ensure_one()
        debts = self.declaration_ids._get_open_debts(self.authority_id)
        control = self.company_id.customs_disbursement_account_id
        items, plan = [], []
        for declaration, lines in self.line_ids.grouped("declaration_id").items():
            open_items = debts[declaration].sorted("date_maturity")
            remitted = sum(lines.mapped("amount_accepted"))
            parts = self._fill(
                remitted, [-x.amount_residual_currency for x in open_items]
            )
            for debt, part in zip(open_items, parts, strict=True):
                if part:
                    items.append(self._item(lines[:1], debt.account_id, part))
                    plan.append((len(items) - 1, debt))
            for line in lines:
                if self.beneficiary == "own":
                    items += self._cost_items(line, -line.amount_accepted, "remit")
                else:
                    item = self._item(line, control, -line.amount_accepted, "remit")
                    item["partner_id"] = self.client_id.id
                    item["customs_charge_id"] = line.charge_id.id
                    items.append(item)
        move = self._post_entry(self.date_decision, items)
        posted = move.line_ids.sorted("id")
        self._reconcile([posted[index] | debt for index, debt in plan])

    # === MONEY IN === #

    def action_receive(self):
        """Record that all the money of these claims came in."""
        for record in self:
            record._receive(record.line_ids)
        return True

    def _receive(self, lines):
        """Book what came in of some lines: the client's, or our receivable."""
        self.ensure_one()
        self.env["customs.declaration"]._check_verifier(self.env._("book a refund"))
        lines.declaration_id._lock_for_money()
        self._check_receivable(lines)
        items = []
        for line in lines:
            items += self._receipt_items(line)
        total = -sum(item["amount_currency"] for item in items)
        items.append({**self._get_receipt_vals(), "amount_currency": total})
        self._post_entry(
            self.date_received,
            items,
            customs_payment_account_id=self.receipt_account_id.id,
        )
        self._settle(lines)
        self._plan_statement()
        return True

    def _check_receivable(self, lines):
        problems = []
        if self.decision != "accepted" or self.kind == "remission":
            problems.append(
                self.env._("Money comes in on an accepted refund or drawback only.")
            )
        if not self.date_received:
            problems.append(
                self.env._("On what day did the money come in? Enter it under Money.")
            )
        if not (self.receipt_journal_id or self.receipt_account_id):
            problems.append(
                self.env._(
                    "Choose the bank or the customs cash account the money came into."
                )
            )
        if self.currency_id.is_zero(sum(lines.mapped("amount_to_receive"))):
            problems.append(self.env._("Everything accepted has come in already."))
        problems += self._get_version_problems(lines)
        if problems:
            raise UserError("\n".join(f"{self.name}: {text}" for text in problems))

    def _get_version_problems(self, lines):
        """What a version took back must wait for its money in the books."""
        problems = []
        for version, parts in lines.grouped("assessment_id").items():
            if not version:
                continue
            wanted = sum(parts.mapped("amount_accepted")) - sum(
                parts.mapped("amount_received")
            )
            waiting = version._get_open_refund_items()
            found = sum(waiting.mapped("amount_residual_currency"))
            if self.currency_id.compare_amounts(wanted, found) > 0:
                problems.append(
                    self.env._(
                        "%(version)s has %(found)s to come from the authority, less "
                        "than %(wanted)s. Post it, settled as “the authority pays it "
                        "back”, first.",
                        version=version.display_name,
                        found=self.currency_id.format(found),
                        wanted=self.currency_id.format(wanted),
                    )
                )
        return problems

    def _receipt_items(self, line):
        """Return the items that a receipt credits for one line."""
        company, rounder = self.company_id, self.currency_id.round
        principal = rounder(line.amount_accepted - line.amount_received)
        waiting = max(line.amount_recognised - line.amount_received, 0.0)
        if line.assessment_id:
            waiting = principal
        waiting = rounder(min(principal, waiting))
        interest = rounder(line.interest - line.interest_received)
        is_client = self.beneficiary == "client"
        owing = company._get_customs_account("refunds_due") if is_client else None
        items = []
        if waiting:
            account = company._get_customs_account("refund_recv")
            items.append(self._item(line, account, -waiting, "receive"))
        rest = rounder(principal - waiting)
        if rest and is_client:
            items.append(self._client_item(line, owing, -rest, "receive"))
        elif rest:
            items += self._cost_items(line, -rest, "receive")
        if interest and is_client:
            items.append(self._client_item(line, owing, -interest, "interest"))
        elif interest:
            account = company._get_customs_account("interest_income")
            items.append(self._item(line, account, -interest, "interest"))
        return items

    def _get_receipt_vals(self):
        """Return where the money arrived."""
        account = self.receipt_account_id
        if not account:
            ledger = self.env["account.move"]._get_customs_bank_account(
                self.receipt_journal_id, incoming=True
            )
            return {"account_id": ledger.id, "partner_id": self.authority_id.id}
        return {
            "account_id": account._get_ledger_account().id,
            "partner_id": (self.client_id or self.authority_id).id,
            "customs_payment_account_id": account.id,
        }

    # === ENTRIES === #

    def _fill(self, amount, rooms):
        parts = fill(to_decimal(amount), [to_decimal(room) for room in rooms])
        return [to_float(part) for part in parts]

    def _item(self, line, account, amount, step=False):
        """Return the values of one item; debit is positive, in the claim's currency."""
        return {
            "account_id": account.id,
            "partner_id": self.authority_id.id,
            "amount_currency": amount,
            "customs_declaration_id": line.declaration_id.id,
            "customs_refund_line_id": line.id,
            "customs_step": step,
            "name": line.display_name,
        }

    def _client_item(self, line, account, amount, step):
        item = self._item(line, account, amount, step)
        return {**item, "partner_id": self.client_id.id}

    def _cost_items(self, line, amount, step=False):
        distribution = line.charge_id._get_analytic_distribution()
        return [
            {
                **self._item(line, account, part, step),
                "analytic_distribution": distribution,
            }
            for account, part in line._get_cost_parts(amount)
        ]

    def _post_entry(self, date, items, **vals):
        """Post items that sum to zero in the claim's currency."""
        self.ensure_one()
        reference = " · ".join(filter(None, (self.name, self.claim_number)))
        return self.env["account.move"]._post_customs_items(
            self.company_id,
            "refund",
            self.currency_id,
            date,
            items,
            ref=reference,
            **vals,
        )

    def _settle(self, lines):
        """Match what was accepted, received and passed on, line by line."""
        company = self.company_id
        accounts = (
            company.customs_refund_recv_account_id
            | company.customs_refunds_due_account_id
        )
        found = self.env["account.move.line"].search(
            [
                ("customs_refund_line_id", "in", lines.ids),
                ("account_id", "in", accounts.ids),
                ("parent_state", "=", "posted"),
                ("reconciled", "=", False),
            ]
        )
        groups = defaultdict(self.env["account.move.line"].browse)
        for item in found:
            line = item.customs_refund_line_id
            version = line.assessment_id
            is_receivable = item.account_id == company.customs_refund_recv_account_id
            key = version if version and is_receivable else line
            groups[key, item.account_id] |= item
        for (key, account), items in groups.items():
            if key._name == "customs.assessment":
                groups[key, account] = items | key._get_open_refund_items()
        self._reconcile(groups.values())

    def _reconcile(self, groups):
        plan = [
            items
            for items in groups
            if any(item.balance > 0 for item in items)
            and any(item.balance < 0 for item in items)
        ]
        if plan:
            self.env["account.move.line"]._reconcile_plan(plan)
