from collections import defaultdict

from odoo import fields, models
from odoo.exceptions import UserError

from ..engine.accrual import differences
from ..engine.posting import ACCRUED_KINDS
from ..tools import to_decimal, to_float
from .account_move_entry import ACCRUING_EVENTS


class CustomsDeclaration(models.Model):
    """Booking expected duty before the assessment, and taking it back."""

    _inherit = "customs.declaration"

    # === ACTIONS === #

    def action_open_accrue_duty(self):
        """Show what would be accrued, and ask for the date."""
        self._check_verifier(self.env._("accrue expected duty"))
        return self.env["customs.accrue.duty"]._open(self)

    def action_accrue_duty(self, date=None):
        """Book what our calculation expects to pay, as far as the books lack it.

        Doing it again without a new calculation books nothing.

        :param date: accounting date of all files; by default each file's own
        :return: the posted entries
        """
        self._check_verifier(self.env._("accrue expected duty"))
        self._lock_for_money()
        dates = self._get_accrual_dates(date)
        problems = self._get_accruing_problems(dates)
        if problems:
            raise UserError("\n".join(problems))
        changes = self._get_accrual_changes(dates)
        moves = self._create_accrual_entries("accrual", dates, changes)
        moves._post(soft=False)
        self._log_accruals(
            {
                record: self.env._(
                    "Expected duty accrued: %(amount)s.",
                    amount=record.currency_id.format(to_float(sum(amounts.values()))),
                )
                for record, amounts in changes.items()
                if amounts
            }
        )
        return moves

    def action_reverse_accrual(self, date=None):
        """Take back all expected duty that no assessment took up.

        :param date: accounting date, today by default
        :return: the posted entries
        """
        self._check_verifier(self.env._("reverse accrued duty"))
        self._lock_for_money()
        date = fields.Date.to_date(date) or fields.Date.context_today(self)
        problems = self._get_reversing_problems(date)
        if problems:
            raise UserError("\n".join(problems))
        words = {
            record: self.env._(
                "Accrued duty reversed: %(amount)s.",
                amount=record.currency_id.format(record.accrual_balance),
            )
            for record in self
        }
        moves = self._reverse_accruals(date)
        self._log_accruals(words)
        return moves

    def action_view_accrual_items(self):
        """Open the items of the accrual account of this file."""
        self.ensure_one()
        account = self.company_id.customs_duty_accrual_account_id
        return self._action_view(
            "account.action_account_moves_all",
            domain=[
                ("customs_declaration_id", "=", self.id),
                ("account_id", "=", account.id),
            ],
            context={"search_default_posted": 1},
        )

    def _accrue_on_lodgement(self):
        """Accrue own imports of companies that do so when a declaration is lodged.

        Lodging goes on whatever keeps the books from following: the file says so, and
        its officer has it to do.
        """
        records = self.filtered(
            lambda record: record.capacity == "own"
            and record.company_id.customs_accrue_on == "lodgement"
        )
        # sudo: the company's setting books it; who lodges need not be a verifier
        for record in records.sudo():
            problems = record._get_accruing_problems(record._get_accrual_dates())
            if problems:
                record._report_not_accrued(problems)
            else:
                record.action_accrue_duty()

    def _report_not_accrued(self, problems):
        self.ensure_one()
        self.activity_schedule(
            "mail.mail_activity_data_todo",
            summary=self.env._("Expected duty was not accrued"),
            note="\n".join(problems),
            user_id=self.user_id.id or self.env.user.id,
        )

    # === WHAT IS EXPECTED === #

    def _get_accrual_dates(self, date=None):
        """Return ``{declaration: date}``: receipt of the goods, else registration.

        Today when neither is known or past, and when an estimate is only adjusted.
        """
        today = fields.Date.context_today(self)
        date = fields.Date.to_date(date)
        if date:
            return dict.fromkeys(self, date)
        dates = {}
        for record in self:
            known = [
                day
                for day in (record.arrival_date, record.registration_date)
                if day and day <= today
            ]
            dates[record] = today if record.has_accrual or not known else known[0]
        return dates

    def _get_expected_by_tax(self, dates):
        """Return ``{declaration: {tax code: amount}}`` our calculation expects to pay.

        In the currency of the company, at the rate of the first accrual: an estimate
        does not change with the exchange rate alone.
        """
        groups = self.env["customs.duty.line"]._read_group(
            [
                ("declaration_id", "in", self.ids),
                ("tax_code_id.charge_code_id.kind", "in", ACCRUED_KINDS),
            ],
            ["declaration_id", "tax_code_id"],
            ["payable_calculated:sum"],
        )
        found = self._query_accruals()
        expected = {record: {} for record in self}
        for record, tax_code, amount in groups:
            taxes = found.get(record.id, {}).values()
            day = min((tax.since for tax in taxes), default=dates[record])
            expected[record][tax_code] = to_decimal(
                record.tariff_currency_id._convert(
                    amount, record.currency_id, record.company_id, day
                )
            )
        return expected

    def _get_accrual_changes(self, dates):
        """Return ``{declaration: {tax code: amount}}`` still to accrue."""
        found = self._query_accruals()
        tax_codes = self.env["customs.tax.code"]
        changes = {}
        for record, expected in self._get_expected_by_tax(dates).items():
            held = {
                tax_codes.browse(tax): accrued.open
                for tax, accrued in found.get(record.id, {}).items()
                if tax
            }
            changes[record] = differences(held, expected)
        return changes

    # === CHECKS === #

    def _get_accruing_problems(self, dates):
        """Return sentences on all that keeps these files from being accrued."""
        problems = []
        for record in self:
            found = (
                record._get_accruing_state_problems()
                or record._get_calculation_problems()
                or [
                    *record.company_id._get_customs_rate_problems(
                        record.tariff_currency_id
                    ),
                    *record.company_id._get_customs_lock_problems(
                        dates[record], self.env._("Expected duty")
                    ),
                ]
            )
            problems.extend(f"{record.name}: {problem}" for problem in found)
        return problems

    def _get_accruing_state_problems(self):
        self.ensure_one()
        if self.capacity != "own":
            return [
                self.env._(
                    "Only duty on our own goods is accrued; paid for a client it is no "
                    "cost of ours."
                )
            ]
        if self.company_id.customs_accrue_on == "never":
            return [
                self.env._(
                    "%(company)s does not accrue expected duty. Settings, Customs, "
                    "Expected duty is accrued, can change that.",
                    company=self.company_id.name,
                )
            ]
        if self.state in ("closed", "cancelled"):
            return [self.env._("The file is closed or cancelled.")]
        charges = self.charge_ids.filtered(
            lambda charge: charge.kind in ACCRUED_KINDS and charge.amount_charged
        )
        if charges:
            return [
                self.env._(
                    "Its duty is in the books already (%(charges)s); nothing is left "
                    "to expect.",
                    charges=", ".join(charges.mapped("name")),
                )
            ]
        return []

    def _get_calculation_problems(self):
        """Say which expected amounts are unknown: they are never taken for zero."""
        self.ensure_one()
        lines = self.duty_line_ids
        missing = self.line_ids - lines.line_id
        if not lines.filtered("calculation_id"):
            return [self.env._("Its duties are not calculated. Press Calculate first.")]
        problems = [
            self.env._(
                "Item %(number)s has no duty calculated. Press Calculate, and see "
                "that its tariff code has a rate.",
                number=item.number,
            )
            for item in missing
        ]
        for line in lines:
            if not line.is_calculated and line.tax_kind in ACCRUED_KINDS:
                problems.append(
                    self.env._(
                        "%(line)s could not be calculated, so what to accrue is "
                        "unknown. %(why)s",
                        line=line.display_name,
                        why=line.explanation or "",
                    ).strip()
                )
        return problems

    def _get_reversing_problems(self, date):
        problems = []
        for record in self:
            if not record.has_open_accrual:
                problems.append(
                    self.env._(
                        "%(name)s has no accrued duty to reverse.", name=record.name
                    )
                )
        for company in self.company_id:
            problems += company._get_customs_lock_problems(
                date, self.env._("The reversal")
            )
        return problems

    # === ENTRIES === #

    def _create_accrual_entries(self, event, dates, changes):
        """Create the draft entries that change the accruals of files, one for each.

        :param dates: ``{declaration: date}``
        :param changes: ``{declaration: {tax code: amount}}``, positive where more is
            expected
        """
        entries = defaultdict(list)
        for record, amounts in changes.items():
            if amounts:
                entries[record.company_id].append(
                    (
                        event,
                        dates[record],
                        record._prepare_accrual_items(amounts),
                        {"ref": record.mrn or record.name},
                    )
                )
        return self.env["account.move"].union(
            *(
                self.env["account.move"]._create_customs_entries(company, part)
                for company, part in entries.items()
            )
        )

    def _prepare_accrual_items(self, amounts):
        """Return the values of the items that change the accrual of this file."""
        self.ensure_one()
        account = self.company_id._get_customs_account("duty_accrual")
        charges = self._get_charges_by_tax_code()
        lines = []
        for tax_code, amount in amounts.items():
            charge = charges.get(tax_code) or self.env["customs.charge"].new(
                {
                    "declaration_id": self.id,
                    "tax_code_id": tax_code.id,
                    "charge_code_id": tax_code.charge_code_id.id,
                }
            )
            common = {
                "name": self.env._(
                    "Expected %(tax)s, %(declaration)s",
                    tax=tax_code.display_name,
                    declaration=self.mrn or self.name,
                ),
                "partner_id": self.authority_id.id,
                "customs_declaration_id": self.id,
                "customs_accrual_tax_code_id": tax_code.id,
            }
            lines += [
                {
                    **common,
                    "account_id": charge._get_cost_account().id,
                    "balance": to_float(amount),
                    "analytic_distribution": charge._get_analytic_distribution(),
                },
                {**common, "account_id": account.id, "balance": to_float(-amount)},
            ]
        return lines

    def _reverse_accruals(self, date):
        """Post reversals of the accruals nothing took up, else of what is left."""
        found = self._query_accruals()
        moves = self._get_unreversed_accruals()
        plain, rest = self.env["account.move"], {}
        for record in self:
            own = moves.filtered(
                lambda m, record=record: m.line_ids.customs_declaration_id == record
            )
            held = {tax: accrued.open for tax, accrued in found[record.id].items()}
            if not differences(own._sum_accruals(), held):
                plain |= own
                continue
            tax_codes = self.env["customs.tax.code"]
            rest[record] = {
                tax_codes.browse(tax): -amount
                for tax, amount in held.items()
                if tax and amount
            }
        reversals = plain._reverse_moves(
            [
                {"date": date, "ref": self.env._("Reversal of %(move)s", move=m.name)}
                for m in plain
            ],
            cancel=True,
        )
        others = self._create_accrual_entries(
            "true_up", dict.fromkeys(rest, date), rest
        )
        others._post(soft=False)
        return reversals | others

    def _get_unreversed_accruals(self):
        """Return the posted accruals of these files that no posted entry reverses."""
        moves = self.env["account.move"].search(
            [
                ("line_ids.customs_declaration_id", "in", self.ids),
                ("customs_event", "in", ACCRUING_EVENTS),
                ("state", "=", "posted"),
                ("reversed_entry_id", "=", False),
            ]
        )
        return moves.filtered(
            lambda m: not any(r.state == "posted" for r in m.reversal_move_ids)
        )

    def _log_accruals(self, words):
        """Write a note on each file."""
        records = self.browse([record.id for record in words])
        records._message_log_batch(
            bodies={record.id: body for record, body in words.items()}
        )
