from collections import defaultdict
from typing import NamedTuple

from odoo import models
from odoo.exceptions import UserError

from ..engine.payment import NOT_OWED_MECHANISMS
from ..engine.posting import credit_role


class Target(NamedTuple):
    """What is posted of an assessment: one charge, import VAT also per rate.

    ``way`` is ``debt``, or for import VAT on our own goods ``pending`` (owed, but
    awaiting its evidence) or ``postponed`` (self-accounted, owed to nobody). The rate
    is 0.0 for everything else.
    """

    charge: models.BaseModel
    rate: float
    way: str


class Payment(NamedTuple):
    """Where the other side of an assessment goes: one document for each.

    ``document`` is ``bill`` or ``entry``; without ``account`` nothing is owed.
    """

    document: str
    account: models.BaseModel
    partner: models.BaseModel
    due: object
    customs_account: models.BaseModel


class CustomsAssessment(models.Model):
    """What a version changes against the books, and posting it."""

    _inherit = "customs.assessment"

    def action_post(self):
        """Post what this version changes against the books.

        Posting the same version again finds nothing to change and does nothing.
        """
        self.declaration_id._check_verifier(self.env._("post an assessment"))
        self._check_four_eyes()
        self.declaration_id._lock_for_money()
        records = self.browse(self.ids)  # the lock emptied what self reads along with
        deltas = records._prepare_to_post()
        drafts = records._create_authority_moves(deltas)
        if drafts:
            # under one lock nothing changes, so nothing is asked twice
            drafts.with_context(customs_posting=deltas)._post(soft=False)
        records.declaration_id._drop_estimates()
        return records._get_moves_action(drafts) if len(self) == 1 else True

    def _prepare_to_post(self):
        """Check everything, open missing charges, bring accruals up to date.

        :return: ``{assessment: {target: (base, amount)}}`` to post
        """
        self.env["customs.charge"].create(
            [
                vals
                for record in self
                for vals in record.declaration_id._prepare_tax_charges(record)
            ]
        )
        problems = [problem for record in self for problem in record._get_problems()]
        if problems:
            raise UserError("\n".join(problems))
        deltas = self._get_deltas()
        self._check_payment_limits(deltas)
        self._true_up_accruals()
        return deltas

    def _true_up_accruals(self):
        """Hook: bring accruals of expected duty to the assessed amounts."""

    # === CHECKS === #

    def _get_problems(self):
        """Return sentences on all that keeps this version from being posted."""
        self.ensure_one()
        declaration = self.declaration_id
        problems = declaration._get_blocking_reasons()
        if not self.is_current:
            problems.append(self.env._("A newer assessment exists; post that one."))
        if declaration.state in ("cancelled", "closed"):
            problems.append(
                self.env._("The file is closed or cancelled; reopen it first.")
            )
        drafts = declaration.assessment_ids.move_ids.filtered(
            lambda move: move.state == "draft"
        )
        if drafts:
            problems.append(
                self.env._(
                    "A bill of its assessment is a draft (%(moves)s): post or delete "
                    "that first.",
                    moves=", ".join(drafts.mapped("display_name")),
                )
            )
        if not declaration.authority_id:
            problems.append(
                self.env._("No authority: choose to whom the amounts are owed.")
            )
        # Without a rate Odoo converts one to one, which is a wrong amount
        problems.extend(self.company_id._get_customs_rate_problems(self.currency_id))
        problems.extend(self.company_id._get_customs_setup_gaps(declaration.capacity))
        problems.extend(self._get_payment_problems())
        return [f"{declaration.name}: {problem}" for problem in problems]

    def _get_payment_problems(self):
        """Return sentences on payment methods that do not fit the assessment."""
        self.ensure_one()
        charges = self.declaration_id.charge_ids.filtered(
            lambda charge: charge.payment_method_id.mechanism in NOT_OWED_MECHANISMS
        )
        owed = charges and self.env["customs.assessment.line"]._read_group(
            [
                ("assessment_id", "=", self.id),
                ("amount_payable", "!=", 0),
                ("tax_code_id", "in", charges.tax_code_id.ids),
            ],
            ["tax_code_id"],
        )
        problems = [
            self.env._(
                "%(charge)s is assessed as payable, but its payment method is "
                "“%(method)s”. Change the method under Charges and money, or "
                "record the assessment as postponed or secured.",
                charge=charge.name,
                method=charge.payment_method_id.name,
            )
            for (tax_code,) in owed
            for charge in charges.filtered(lambda c, tax=tax_code: c.tax_code_id == tax)
        ]
        problems.extend(self.declaration_id.charge_ids._get_payment_problems())
        return problems

    def _check_payment_limits(self, deltas):
        """Refuse what a deferment or cash account cannot bear."""
        needs = defaultdict(float)
        for record, own in deltas.items():
            for payment, part in record._group_by_payment(own).items():
                account = payment.customs_account
                if account and payment.account:
                    total = sum(amount for _base, amount in part.values())
                    needs[account] += record.declaration_id._to_company_currency(total)
        if needs:
            self.env["customs.payment.account"]._check_limit(needs)

    # === WHAT IS TO POST === #

    def _get_targets(self):
        """Return ``{target: (base, amount)}`` of this version, in its currency.

        What others pay is not ours to post.
        """
        self.ensure_one()
        return self._get_targets_by_version()[self]

    def _get_targets_by_version(self):
        """Return ``{assessment: {target: (base, amount)}}``."""
        charges = {
            (record._origin.id, charge.tax_code_id): charge
            for record in self
            for charge in record.declaration_id.charge_ids
            if charge.tax_code_id
        }
        own_vat = {key for key in charges if charges[key]._is_own_import_vat()}
        rated = self.env["customs.tax.code"].union(*(tax for _id, tax in own_vat))
        sums = {record._origin.id: defaultdict(lambda: [0.0, 0.0]) for record in self}
        lines = self.env["customs.assessment.line"]
        for line, base, amount in lines._sum_to_post(self, rated):
            key = line.assessment_id.id, line.tax_code_id
            # without its charge the amount stays open: an empty record is its key
            charge = charges.get(key, self.env["customs.charge"])
            way = line._get_way(charge)
            if not way:
                continue
            rate = line._get_import_vat_rate() if key in own_vat else 0.0
            target = sums[line.assessment_id.id][Target(charge, rate, way)]
            if key in own_vat and line._reports_base(rate, way):
                target[0] += base
            target[1] += amount
        return {
            record: {
                key: tuple(record.currency_id.round(amount) for amount in amounts)
                for key, amounts in sums[record._origin.id].items()
            }
            for record in self
        }

    def _get_deltas(self):
        """Return ``{assessment: {target: (base, amount)}}`` still to post.

        What each version says minus what the books already hold, in its currency.
        """
        posted = defaultdict(dict)
        for key, sums in self.declaration_id._get_posted_targets().items():
            posted[key.charge.declaration_id][key] = sums
        result = {}
        for record, targets in self._get_targets_by_version().items():
            own = posted[record.declaration_id]
            rounder, deltas = record.currency_id.round, {}
            for key in {**targets, **own}:
                new_base, new_amount = targets.get(key, (0.0, 0.0))
                old_base, old_amount = own.get(key, (0.0, 0.0))
                amount = rounder(new_amount - old_amount)
                base = rounder(new_base - old_base)
                if amount or base:
                    deltas[key] = (base, amount)
            result[record] = deltas
        return result

    def _group_by_payment(self, deltas):
        """Return ``{payment: {target: (base, amount)}}``: one document for each."""
        self.ensure_one()
        groups = defaultdict(dict)
        for target, amounts in deltas.items():
            groups[self._get_payment(target)][target] = amounts
        return self._split_receivable(self._split_foreign(groups))

    def _split_foreign(self, groups):
        """Book what is taken back in a foreign currency as entries.

        A bill has one rate of exchange; what is taken back has that of the charge.
        """
        if self.currency_id == self.company_id.currency_id:
            return groups
        result = {}
        for payment, part in groups.items():
            if any(amount < 0 for _base, amount in part.values()):
                payment = payment._replace(document="entry")
            result.setdefault(payment, {}).update(part)
        return result

    def _split_receivable(self, groups):
        """Book less than before as a refund to come, where the version says so."""
        if self.settlement != "receivable":
            return groups
        account = self.company_id._get_customs_account("refund_recv")
        partner = self.declaration_id.authority_id
        result = {}
        for payment, part in groups.items():
            total = sum(amount for _base, amount in part.values())
            if payment.account and self.currency_id.compare_amounts(total, 0) < 0:
                none = payment.customs_account.browse()
                payment = Payment("entry", account, partner, False, none)
            result.setdefault(payment, {}).update(part)
        return result

    def _get_payment(self, target):
        """Return the payment of one target."""
        self.ensure_one()
        company, declaration = self.company_id, self.declaration_id
        customs_account = target.charge.payment_account_id
        authority = declaration.authority_id
        mechanism = target.charge.payment_method_id.mechanism or "payable"
        none = customs_account.browse()
        if target.way == "postponed":
            nobody = self.env["res.partner"]
            return Payment("entry", self.env["account.account"], nobody, False, none)
        if mechanism == "bank":
            account = self.env["account.move"]._get_customs_bank_account(
                company._get_customs_bank_journal()
            )
            return Payment("entry", account, authority, False, none)
        if mechanism in ("cash", "deferment") and customs_account:
            account = customs_account._get_ledger_account()
        else:
            account = company._get_customs_account(credit_role(mechanism))
        if mechanism == "cash":
            holder = declaration.client_id or authority
            return Payment("entry", account, holder, False, customs_account)
        due = self.date_due or self.date
        if mechanism == "deferment" and customs_account:
            due = customs_account._get_due_date(self.date)
        else:
            customs_account = none
        document = company.customs_assessment_document
        return Payment(document, account, authority, due, customs_account)
