from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import UserError


class AccountMove(models.Model):
    """Matching bills of brokers, couriers and carriers with customs files."""

    _inherit = "account.move"

    customs_match_count = fields.Integer(
        string="Customs files found",
        compute="_compute_customs_match_count",
        help="Declarations that this bill names and that are on none of its lines yet.",
    )

    @api.depends(
        "state",
        "move_type",
        "partner_id",
        "ref",
        "payment_reference",
        "invoice_origin",
        "invoice_line_ids.name",
        "line_ids.customs_declaration_id",
    )
    def _compute_customs_match_count(self):
        for move in self:
            files = move._find_customs_files()[0]
            move.customs_match_count = len(
                files.filtered(
                    lambda file, move=move: (
                        file.company_id == move.company_id
                        and file not in move.line_ids.customs_declaration_id
                    )
                )
            )

    # === WHOSE BILL === #

    def _is_customs_authority_bill(self):
        """Whether this is the bill, or refund, of an assessment."""
        self.ensure_one()
        return self.is_purchase_document() and bool(self.customs_assessment_id)

    def _is_customs_vendor_bill(self):
        """Whether this is a bill or refund of a vendor, not of the authority."""
        self.ensure_one()
        return (
            self.is_purchase_document(include_receipts=True)
            and not self.customs_assessment_id
        )

    # === FINDING === #

    def _is_customs_matchable(self):
        """Whether the picker of customs charges is for this document."""
        self.ensure_one()
        return (
            self.move_type in ("in_invoice", "in_refund")
            and self.state == "draft"
            and not self.customs_assessment_id
        )

    def _find_customs_files(self):
        """Return ``(files, {file: found})`` this bill names, of all our companies."""
        self.ensure_one()
        files = self.env["customs.declaration"]
        if not self._is_customs_matchable() or not files.has_access("read"):
            return files, {}
        return files._find_by_numbers(
            self.env.user.company_ids,
            self._get_customs_bill_texts(),
            self.commercial_partner_id,
        )

    def _get_customs_bill_texts(self):
        """Return ``{place: text}`` where a vendor may name a file."""
        self.ensure_one()
        texts = {
            self.env._("reference"): self.ref,
            self.env._("payment reference"): self.payment_reference,
            self.env._("origin"): self.invoice_origin,
        }
        for number, line in enumerate(self.invoice_line_ids, start=1):
            texts[self.env._("line %(number)s", number=number)] = line.name
        for attachment in self._origin.attachment_ids:
            place = self.env._("file %(name)s", name=attachment.name)
            texts[place] = attachment.name
        return {place: text for place, text in texts.items() if text}

    def action_match_customs_charges(self):
        """Open the picker of what this bill has of customs files."""
        self.ensure_one()
        if not self._is_customs_matchable():
            raise UserError(
                self.env._("Customs charges are matched on draft bills of vendors.")
            )
        if not self.partner_id:
            raise UserError(
                self.env._("Choose the vendor first; the files are found then.")
            )
        self._check_customs_files_are_ours()
        wizard = self.env["customs.match.charges"].create({"move_id": self.id})
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Match customs charges"),
            "res_model": wizard._name,
            "res_id": wizard.id,
            "view_mode": "form",
            "target": "new",
            "context": {"dialog_size": "extra-large"},
        }

    def _check_customs_files_are_ours(self):
        """Refuse a bill whose only files are in the books of another company."""
        files = self._find_customs_files()[0]
        foreign = files.filtered(lambda file: file.company_id != self.company_id)
        if foreign and foreign == files:
            raise UserError(
                "\n".join(
                    self.env._(
                        "%(file)s is a declaration of %(other)s, this bill is in the "
                        "books of %(company)s. Enter the bill in %(other)s.",
                        file=file.display_name,
                        other=file.company_id.name,
                        company=self.company_id.name,
                    )
                    for file in foreign
                )
            )

    # === AMOUNTS === #

    def _customs_bill_sign(self):
        """Return 1 on bills and -1 on refunds: what turns their lines into items."""
        return -1 if self.move_type == "in_refund" else 1

    def _customs_to_bill_currency(self, amount, currency):
        """Return an amount in the bill's currency, at the bill's own rate."""
        self.ensure_one()
        if currency == self.currency_id:
            return self.currency_id.round(amount)
        company = self.company_id
        day = self.invoice_date or self.date or fields.Date.context_today(self)
        own = currency._convert(amount, company.currency_id, company, day, round=False)
        if self.currency_id == company.currency_id:
            return self.currency_id.round(own)
        return self.currency_id.round(own * (self.invoice_currency_rate or 1.0))

    def _customs_get_own_amount(self, charge):
        """Return what this document has of a charge, as an item, in its currency."""
        lines = self.line_ids.filtered(lambda line: line.customs_charge_id == charge)
        return sum(lines.mapped("amount_currency"))

    def _customs_get_clearing_lines(self):
        """Return the lines that clear a debt to the authority."""
        # sudo: settings of the company
        accounts = self.company_id.sudo().customs_broker_clearing_account_id
        return self.line_ids.filtered(
            lambda line: (
                line.account_id
                and line.account_id in accounts
                and line.customs_declaration_id
            )
        )

    def _customs_get_own_clearing(self, declaration):
        """Return what this document clears of a debt, as an item, in its currency."""
        lines = self._customs_get_clearing_lines().filtered(
            lambda line: line.customs_declaration_id == declaration
        )
        return sum(lines.mapped("amount_currency"))

    def _customs_get_open_debt(self, items):
        """Return what items of the authority leave open, in the bill's currency."""
        return sum(
            self._customs_to_bill_currency(
                -item.amount_residual_currency, item.currency_id
            )
            for item in items
        )

    # === CHECKS BEFORE POSTING === #

    def _check_customs_vendor_lines(self):
        """Refuse bills that book what is not open, was booked before, or is not ours.

        Runs before anything is written and says all problems at once.
        """
        bills = self.sudo().filtered(  # sudo: see _get_customs_declarations
            lambda move: (move.state == "draft" and move._is_customs_vendor_bill())
        )
        lines = bills.line_ids.filtered(
            lambda line: line.customs_declaration_id or line.customs_charge_id
        )
        if not lines:
            return
        problems = [line._get_vendor_problem() for line in lines]
        problems = [problem for problem in problems if problem]
        if not problems:
            problems = [
                *bills._get_customs_duty_problems(),
                *bills._get_customs_clearing_problems(),
            ]
        if problems:
            raise UserError("\n".join(dict.fromkeys(problems)))

    def _get_customs_duty_problems(self):
        """Return sentences on charges of the authority these bills have too much of."""
        lines = self.line_ids.filtered("customs_charge_id.tax_code_id")
        charges = lines.customs_charge_id
        if not charges:
            return []
        open_targets, booked = charges._get_vendor_open()
        problems = []
        for charge, own in lines.grouped("customs_charge_id").items():
            file = charge.declaration_id
            now = sum(file._to_tariff_currency(line) for line in own)
            before = sum(amount for _base, amount in booked[charge].values())
            left = sum(amount for _base, amount in open_targets[charge].values())
            gap = own._get_customs_conversion_gap(file.tariff_currency_id)
            excess = file._to_company_currency(now - left if now > 0 else -before - now)
            if charge.currency_id.compare_amounts(excess, gap) <= 0:
                continue
            problems.append(
                own._get_duty_problem(charge, now, left, before)
                if now > 0
                else self.env._(
                    "%(charge)s of %(file)s: %(amount)s more would be credited than "
                    "vendors billed.",
                    charge=charge.name,
                    file=file.name,
                    amount=charge.currency_id.format(excess),
                )
            )
        return problems

    def _get_customs_clearing_problems(self):
        """Return sentences on debts these bills clear more of than is open."""
        clearing = self._customs_get_clearing_lines()
        files = clearing.customs_declaration_id
        if not files:
            return []
        items = files._get_open_authority_items()
        taken, problems = defaultdict(float), []
        for move in clearing.move_id:
            sign, currency = move._customs_bill_sign(), move.currency_id
            cleared = files._get_broker_cleared(move.commercial_partner_id)
            own_lines = clearing.filtered(lambda line, move=move: line.move_id == move)
            for file, lines in own_lines.grouped("customs_declaration_id").items():
                now = sign * sum(lines.mapped("amount_currency"))
                left = sign * move._customs_get_open_debt(items[file])
                before = move._customs_to_bill_currency(
                    cleared[file], move.company_currency_id
                )
                if sign < 0:
                    left = max(left, before)
                left -= move._customs_to_bill_currency(
                    taken[file], move.company_currency_id
                )
                taken[file] += sign * sum(lines.mapped("balance"))
                converted = items[file].currency_id - currency
                gap = currency.rounding if converted else 0.0
                if currency.compare_amounts(now - left, gap) > 0:
                    problems.append(move._get_clearing_problem(file, now, left))
        return problems

    def _get_clearing_problem(self, file, now, left):
        """Return why a document may not clear so much of a file's debt."""
        self.ensure_one()
        booked = file._get_transfers().customs_bill_id - self
        return self.env._(
            "%(bill)s clears %(amount)s of the debt of %(file)s, but only %(left)s of "
            "it is open in the books%(others)s. Post the assessment first if it is "
            "not, or put what was billed too much on a dispute.",
            bill=self.ref or self.display_name,
            amount=self.currency_id.format(now),
            file=file.display_name,
            left=self.currency_id.format(max(left, 0.0)),
            others=self.env._(
                "; %(moves)s cleared it before",
                moves=", ".join(booked.mapped("display_name")),
            )
            if booked
            else "",
        )
