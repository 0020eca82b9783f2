from collections import defaultdict

from odoo import fields, models
from odoo.exceptions import UserError

from ..engine.corrections import Claim, fill, overclaimed
from ..tools import to_decimal, to_float


class CustomsRefund(models.Model):
    """Booking a claim: acceptance, money in, money out to the client."""

    _inherit = "customs.refund"

    # === CHECKS === #

    def _get_claim_problems(self):
        """Return sentences on what keeps a claim from being handed in."""
        self.ensure_one()
        problems = []
        if not self.line_ids:
            problems.append(self.env._("Add the taxes that are claimed back."))
        if not self.authority_id:
            problems.append(self.env._("No authority: choose who pays back."))
        if not self.currency_id.compare_amounts(self.amount_claimed, 0) > 0:
            problems.append(self.env._("The claim amounts to nothing."))
        problems += self._get_quantity_problems()
        problems += self._get_twice_problems("amount_claimed")
        return [f"{self.name}: {problem}" for problem in problems]

    def _get_quantity_problems(self):
        """No quantity of an item is drawn twice."""
        problems = []
        if self.kind == "drawback":
            problems = [
                self.env._(
                    "Choose the item and the quantity drawn for %(charge)s of "
                    "%(declaration)s.",
                    charge=line.charge_id.name,
                    declaration=line.declaration_id.name,
                )
                for line in self.line_ids
                if line.declaration_id.line_ids
                and not (line.item_id and line.quantity_drawn)
            ]
        # several taxes of an item are claimed on one quantity
        drawn = {}
        for line in self.line_ids.filtered("item_id"):
            quantity = to_decimal(line.quantity_drawn)
            drawn[line.item_id] = max(drawn.get(line.item_id, 0), quantity)
        taken = self.line_ids._get_drawn()
        claims = [
            Claim(
                item,
                to_decimal(item._get_declared_quantity()),
                to_decimal(taken.get(item, 0)),
                quantity,
            )
            for item, quantity in drawn.items()
        ]
        return problems + [
            self.env._(
                "Item %(item)s of %(declaration)s declares %(declared)s %(unit)s, of "
                "which %(left)s are left to draw.",
                item=claim.key.number,
                declaration=claim.key.declaration_id.name,
                declared=f"{claim.limit:f}",
                unit=claim.key._get_declared_unit(),
                left=f"{claim.room:f}",
            )
            for claim in overclaimed(claims)
        ]

    def _get_twice_problems(self, name):
        """Return sentences on taxes of which more is claimed than is left."""
        levied, taken = self.line_ids._get_levied(), self.line_ids._get_taken()
        lines = {line._get_claim_key(): line for line in self.line_ids}
        claims = [
            Claim(
                key := line._get_claim_key(),
                to_decimal(levied[key]),
                to_decimal(taken.get(key, 0)),
                to_decimal(line[name]),
            )
            for line in self.line_ids
        ]
        return [
            self.env._(
                "%(charge)s of %(declaration)s: %(claimed)s is claimed, but of "
                "%(levied)s only %(left)s is left. No amount is given back twice.",
                charge=lines[claim.key].charge_id.name,
                declaration=lines[claim.key].declaration_id.name,
                claimed=self.currency_id.format(to_float(claim.claimed)),
                levied=self.currency_id.format(to_float(claim.limit)),
                left=self.currency_id.format(to_float(claim.room)),
            )
            for claim in overclaimed(claims)
        ]

    def _get_acceptance_problems(self):
        """Return sentences on what keeps an acceptance out of the books."""
        self.ensure_one()
        problems = self._get_quantity_problems()
        problems += self._get_twice_problems("amount_accepted")
        if not self.currency_id.compare_amounts(self.amount_accepted, 0) > 0:
            problems.append(
                self.env._("Nothing is accepted: reject the claim instead.")
            )
        problems += [
            self.env._(
                "The assessment of %(declaration)s is not posted: post it first.",
                declaration=declaration.name,
            )
            for declaration in self.declaration_ids
            if declaration.has_unposted_assessment
        ]
        for line in self.line_ids.filtered(lambda x: not x.assessment_id):
            if line.charge_id._is_own_import_vat():
                problems.append(
                    self.env._(
                        "%(charge)s of %(declaration)s is import VAT of our own: "
                        "record the new version of the assessment and name it on the "
                        "line, so that the VAT return is right.",
                        charge=line.charge_id.name,
                        declaration=line.declaration_id.name,
                    )
                )
        if self.kind == "remission":
            problems += self._get_remission_problems()
        problems += self.company_id._get_customs_rate_problems(self.currency_id)
        return [f"{self.name}: {problem}" for problem in problems]

    def _get_remission_problems(self):
        problems = []
        if not self.currency_id.is_zero(self.interest):
            problems.append(
                self.env._(
                    "A remission pays no interest: claim back the tax code of the "
                    "interest instead."
                )
            )
        if self.line_ids.assessment_id:
            problems.append(
                self.env._(
                    "A new version of the assessment lowers the debt by itself: take "
                    "it off the lines, or make no claim."
                )
            )
        debts = self.declaration_ids._get_open_debts(self.authority_id)
        for declaration, lines in self.line_ids.grouped("declaration_id").items():
            remitted = sum(lines.mapped("amount_accepted"))
            owed = -sum(debts[declaration].mapped("amount_residual_currency"))
            if self.currency_id.compare_amounts(remitted, owed) > 0:
                problems.append(
                    self.env._(
                        "%(declaration)s owes %(owed)s to %(authority)s, less than "
                        "%(remitted)s. Claim a refund of what is paid already.",
                        declaration=declaration.name,
                        owed=self.currency_id.format(owed),
                        authority=self.authority_id.name,
                        remitted=self.currency_id.format(remitted),
                    )
                )
        return problems

    # === ACCEPTANCE === #

    def action_accept(self):
        """Record that the authority accepted, and book what the policy books then."""
        self.env["customs.declaration"]._check_verifier(
            self.env._("decide on a refund")
        )
        self.declaration_ids._lock_for_money()
        records = self.browse(self.ids)  # the lock emptied what self reads along with
        problems = [p for record in records for p in record._get_acceptance_problems()]
        if problems:
            raise UserError("\n".join(problems))
        for record in records:
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
            problems.append(self.env._("On what day did the money come in?"))
        if bool(self.receipt_journal_id) == bool(self.receipt_account_id):
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

    # === MONEY OUT === #

    def action_offset(self):
        """Settle our invoices with the client's refund, with its consent."""
        self.ensure_one()
        self.env["customs.declaration"]._check_verifier(self.env._("offset a refund"))
        self.declaration_ids._lock_for_money()
        open_items = self._get_open_invoice_items()
        self._check_offset(open_items)
        rooms = [item.amount_residual_currency for item in open_items]
        total = min(self.amount_due_client, sum(rooms))
        items = self._settling_items(total, "offset")
        plan = []
        for target, part in zip(open_items, self._fill(total, rooms), strict=True):
            if part:
                items.append(
                    {
                        "account_id": target.account_id.id,
                        "partner_id": target.partner_id.id,
                        "amount_currency": -part,
                    }
                )
                plan.append((len(items) - 1, target))
        move = self._post_entry(self.date_settled, items)
        posted = move.line_ids.sorted("id")
        self._reconcile([posted[index] | target for index, target in plan])
        self._settle(self.line_ids)
        self._plan_statement()
        return True

    def _get_open_invoice_items(self):
        return self.offset_invoice_ids.line_ids.filtered(
            lambda item: item.display_type == "payment_term" and not item.reconciled
        ).sorted(lambda item: (item.date_maturity or item.date, item.id))

    def _check_offset(self, open_items):
        problems = self._get_settling_problems()
        if not (self.has_consent and self.date_consent):
            problems.append(
                self.env._(
                    "The refund is the client's money: offset it only with the "
                    "client's written consent, ticked and dated."
                )
            )
        invoices = self.offset_invoice_ids
        if not open_items:
            problems.append(self.env._("Choose an unpaid invoice of the client."))
        owner = self.client_commercial_id
        for invoice in invoices:
            if (
                invoice.commercial_partner_id != owner
                or invoice.move_type != "out_invoice"
                or invoice.state != "posted"
                or invoice.currency_id != self.currency_id
            ):
                problems.append(
                    self.env._(
                        "%(invoice)s is no posted invoice of %(client)s in "
                        "%(currency)s. Take it out, or pay the refund out.",
                        invoice=invoice.display_name,
                        client=owner.display_name,
                        currency=self.currency_id.name,
                    )
                )
        if problems:
            raise UserError("\n".join(f"{self.name}: {text}" for text in problems))

    def action_pay_out(self):
        """Pay the client what is left of its refund."""
        self.ensure_one()
        self.env["customs.declaration"]._check_verifier(self.env._("pay a refund out"))
        self.declaration_ids._lock_for_money()
        problems = self._get_settling_problems()
        if not self.payout_journal_id:
            problems.append(self.env._("Choose the bank the client is paid from."))
        if problems:
            raise UserError("\n".join(f"{self.name}: {text}" for text in problems))
        total = self.amount_due_client
        bank = self.env["account.move"]._get_customs_bank_account(
            self.payout_journal_id
        )
        items = self._settling_items(total, "pay_out")
        items.append(
            {
                "account_id": bank.id,
                "partner_id": self.client_id.id,
                "amount_currency": -total,
            }
        )
        self._post_entry(self.date_settled, items)
        self._settle(self.line_ids)
        self._plan_statement()
        return True

    def _get_settling_problems(self):
        problems = []
        if not self.currency_id.compare_amounts(self.amount_due_client, 0) > 0:
            problems.append(self.env._("Nothing is due to the client."))
        if not self.date_settled:
            problems.append(self.env._("On what day is the client settled?"))
        return problems

    def _settling_items(self, total, step):
        """Return the debits that lower what is due to the client, line by line."""
        account = self.company_id._get_customs_account("refunds_due")
        parts = self._fill(total, [x.amount_due_client for x in self.line_ids])
        return [
            self._client_item(line, account, part, step)
            for line, part in zip(self.line_ids, parts, strict=True)
            if part
        ]

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
