from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ..engine.import_vat import DIVISION
from .customs_assessment_versions import FIGURES

#: Statuses under which nothing is owed, whatever was assessed
NOT_OWED = ("secured", "suspended", "postponed", "relieved", "information")

FIGURE_NAMES = [name for name, _digits in FIGURES]


class CustomsDeclaration(models.Model):
    """Recording what the authority said by hand, as the next version."""

    _inherit = "customs.declaration"

    def action_record_assessment(self):
        """Type an assessment, or a correction of the one in force."""
        self.ensure_one()
        self.check_access("write")
        self._check_recordable()
        return self.env["customs.record.assessment"]._open(self)

    def action_preview_entry(self):
        """Show what posting the assessment in force would book."""
        self.ensure_one()
        if not self.current_assessment_id:
            raise UserError(
                self.env._(
                    "%(name)s has no assessment. Read its file or record it first.",
                    name=self.name,
                )
            )
        return self.current_assessment_id.action_preview_entry()

    def _record_assessment(
        self,
        lines,
        kind="final",
        date=None,
        number=None,
        date_due=None,
        reason=None,
        note=None,
        settlement=None,
    ):
        """Record all that the authority assesses now; return the version.

        What it said before is replaced, not added to: a correction names every tax
        that still applies. The same content again changes nothing.

        :param lines: list of dicts with ``tax_code_id``, ``item_number`` (0 or none:
            whole declaration), ``base``, ``rate`` in percent, ``amount_assessed``,
            ``amount_payable`` (as assessed when it is payable, else nothing),
            ``status`` and ``payment_method``
        :param date: of the assessment, today without one
        :param date_due: after the office's days of payment without one
        :param settlement: of an amount taken back: ``offset`` or ``receivable``
        """
        self.ensure_one()
        self.check_access("write")
        self._check_recordable()
        rows = [self._prepare_recorded_line(*pair) for pair in enumerate(lines)]
        date = fields.Date.to_date(date) or fields.Date.context_today(self)
        header = {
            "kind": kind,
            "number": number or False,
            "date": date,
            "date_due": fields.Date.to_date(date_due)
            or fields.Date.add(date, days=self.office_id.payment_days),
            "reason": reason or "assessment",
            "settlement": settlement or "offset",
        }
        problems = self._get_recording_problems(header, rows)
        if problems:
            raise UserError("\n".join(f"{self.name}: {text}" for text in problems))
        self._lock_for_money()
        assessments = self.env["customs.assessment"]
        fingerprint = assessments._hash_content(header, rows)
        known = self._find_recorded(fingerprint, number)
        if known:
            return known
        # sudo: assessments are read-only for every user, see _sudo_duty_lines
        assessment = assessments.sudo().create(
            {
                **header,
                "declaration_id": self.id,
                "currency_id": self.tariff_currency_id.id,
                "version": max(self.assessment_ids.mapped("version"), default=0) + 1,
                "note": note,
                "fingerprint": fingerprint,
                "line_ids": [(0, 0, row) for row in rows],
            }
        )
        assessment = assessment.sudo(False)
        self._finish_recording(assessment)
        return assessment

    def _find_recorded(self, fingerprint, number):
        """Return the version that says the same already.

        Without a number only the newest versions count: an authority may come back
        to what it said before.
        """
        self.ensure_one()
        versions = self.assessment_ids
        if not number:
            newest = versions.sorted("version")[-1:]
            versions = self.current_assessment_id | newest
        return versions.filtered(lambda a: a._get_content_hash() == fingerprint)[:1]

    def _finish_recording(self, assessment):
        """Bring duty lines, charges, state and expectation in line."""
        self.ensure_one()
        if assessment.is_current:
            self._sudo_duty_lines().unlink()
            self._load_duty_lines(assessment)
        self._ensure_charges(assessment)
        if assessment.is_current and self.state in ("draft", "ready", "lodged"):
            self.state = "assessed"
        self.message_post(body=self._describe_recording(assessment))
        if self.tariff_id:
            self.action_calculate()

    def _describe_recording(self, assessment):
        reasons = dict(assessment._fields["reason"]._description_selection(self.env))
        text = self.env._(
            "Assessment version %(version)s recorded by hand (%(reason)s), dated "
            "%(date)s: %(amount)s payable.",
            version=assessment.version,
            reason=reasons[assessment.reason].lower(),
            date=format_date(self.env, assessment.date),
            amount=assessment.currency_id.format(assessment.amount_payable),
        )
        if not assessment.is_current:
            text += " " + self.env._(
                "It is older than %(current)s, which stays in force.",
                current=self.current_assessment_id.display_name,
            )
        return f"{text} {assessment.note}" if assessment.note else text

    # === LINES === #

    def _prepare_recorded_line(self, position, line):
        """Return the values of an assessment line from what was typed."""
        currency = self.tariff_currency_id
        status = line.get("status") or "payable"
        assessed = currency.round(line.get("amount_assessed") or 0.0)
        payable = line.get("amount_payable")
        if payable is None:
            payable = 0.0 if status in NOT_OWED else assessed
        rate = line.get("rate")
        kind = line.get("rate_kind") or ("percent" if rate is not None else False)
        percent = f"{rate:g} %" if rate is not None and kind == "percent" else False
        return {
            "sequence": 10 * position,
            "item_number": line.get("item_number") or 0,
            "tax_code_id": line.get("tax_code_id") or False,
            "base": line.get("base") or 0.0,
            "base_kind": line.get("base_kind") or "value",
            "rate": rate or 0.0,
            "rate_kind": kind,
            "rate_text": line.get("rate_text") or percent,
            "amount_assessed": assessed,
            "amount_payable": currency.round(payable),
            "status": status,
            "payment_method": line.get("payment_method") or False,
        }

    # === CHECKS === #

    def _check_recordable(self):
        self.ensure_one()
        if self.company_id not in self.env.companies:
            raise UserError(
                self.env._(
                    "%(name)s belongs to %(company)s. Switch to that company to "
                    "record its assessment.",
                    name=self.name,
                    company=self.company_id.sudo().name,  # sudo: the name only
                )
            )
        self._check_state(
            ["draft", "ready", "lodged", "assessed", "released"],
            self.env._("record an assessment"),
        )

    def _get_recording_problems(self, header, rows):
        """Return sentences on everything wrong in a version that was typed."""
        self.ensure_one()
        problems = self.company_id._get_customs_rate_problems(self.tariff_currency_id)
        if not rows:
            problems.append(
                self.env._(
                    "the assessment has no tax line. To take everything back, record "
                    "the taxes with nothing assessed."
                )
                if self.assessment_ids
                else self.env._(
                    "the assessment has no tax line. Add the taxes of the authority's "
                    "notice, or press Calculate on the file first."
                )
            )
        if header["date_due"] < header["date"]:
            problems.append(
                self.env._(
                    "due %(due)s, before the assessment of %(date)s. Correct one of "
                    "the dates.",
                    due=format_date(self.env, header["date_due"]),
                    date=format_date(self.env, header["date"]),
                )
            )
        numbers = {0, *self.line_ids.mapped("number")}
        tax_codes = self.env["customs.tax.code"].browse(
            {row["tax_code_id"] for row in rows if row["tax_code_id"]}
        )
        by_id = {tax_code.id: tax_code for tax_code in tax_codes}
        for position, row in enumerate(rows, start=1):
            tax_code = by_id.get(row["tax_code_id"])
            label = self.env._(
                "line %(position)s (%(tax)s)",
                position=position,
                tax=tax_code.code if tax_code else self.env._("no tax code"),
            )
            problems.extend(
                f"{label}: {text}"
                for text in self._get_recorded_line_problems(row, tax_code, numbers)
            )
        return problems

    def _get_recorded_line_problems(self, row, tax_code, numbers):
        """Return what is wrong in one line, each as a sentence."""
        problems = []
        if not tax_code:
            problems.append(self.env._("choose the tax code."))
        elif tax_code.tariff_id and tax_code.tariff_id != self.tariff_id:
            problems.append(
                self.env._(
                    "this tax code belongs to tariff %(tariff)s, not to that of the "
                    "file.",
                    tariff=tax_code.tariff_id.name,
                )
            )
        if row["item_number"] not in numbers:
            problems.append(
                self.env._(
                    "the file has no item %(number)s. Choose one of its items, or 0 "
                    "for the whole declaration.",
                    number=row["item_number"],
                )
            )
        problems.extend(self._get_recorded_amount_problems(row))
        if tax_code and self._lacks_vat_base(row, tax_code):
            problems.append(
                self.env._(
                    "import VAT of our own goods needs its base and its rate in "
                    "percent: they go into the tax return."
                )
            )
        return problems

    def _get_recorded_amount_problems(self, row):
        """Return what is wrong in the amounts of one line."""
        problems = []
        compare = self.tariff_currency_id.compare_amounts
        if any(row[name] < 0 for name in FIGURE_NAMES):
            problems.append(
                self.env._(
                    "amounts cannot be negative. Record what is assessed now; what "
                    "the authority takes back follows from the version before."
                )
            )
        if compare(row["amount_payable"], row["amount_assessed"]) > 0:
            problems.append(
                self.env._(
                    "more is payable (%(payable)s) than is assessed (%(assessed)s).",
                    payable=self.tariff_currency_id.format(row["amount_payable"]),
                    assessed=self.tariff_currency_id.format(row["amount_assessed"]),
                )
            )
        if row["status"] in NOT_OWED and row["amount_payable"]:
            problems.append(
                self.env._(
                    "%(amount)s cannot be payable: only a tax whose status is payable "
                    "is owed.",
                    amount=self.tariff_currency_id.format(row["amount_payable"]),
                )
            )
        return problems

    def _lacks_vat_base(self, row, tax_code):
        """Tell whether a VAT of our own goods cannot go into the tax return."""
        own_vat = self.capacity == "own" and self.goods_use != "sale"
        if not own_vat or tax_code.kind != "vat":
            return False
        owed = row["amount_payable"] or (
            row["status"] == "postponed" and row["amount_assessed"]
        )
        if not owed:
            return False
        company = self.company_id
        postponed = row["status"] == "postponed"
        taxes = company[company._get_customs_import_vat_field(postponed)]
        if DIVISION in taxes.mapped("amount_type"):
            return False  # a tax that is the whole price needs neither
        rate_known = row["rate"] if row["rate_kind"] == "percent" else row["rate_text"]
        return not (row["base"] and rate_known)
