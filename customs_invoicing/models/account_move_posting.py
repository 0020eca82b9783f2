from collections import defaultdict

from odoo import models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import float_round


class AccountMove(models.Model):
    """What posting and resetting do to the money of customs files."""

    _inherit = "account.move"

    def _post(self, soft=True):
        declarations = self._get_customs_declarations()
        if declarations:
            deltas = self._customs_lock_and_compare(declarations)
            drafts = self.filtered(lambda move: move.state == "draft")
            self._check_customs_currency()
            drafts._customs_prepare_posting(deltas)
            self._check_customs_client()
            self._check_customs_over_billing()
            self._check_customs_assessment(deltas)
            drafts._check_customs_accounts()
            self._check_customs_vendor_lines()
        posted = super()._post(soft)
        if declarations:
            posted._customs_settle_control()
            posted._customs_transfer_broker_debt()
            posted._customs_repeat_transfers()
            posted._customs_apply_deposits()
            declarations._reopen_if_unsettled()
        return posted

    def _customs_lock_and_compare(self, declarations):
        """Return ``{assessment: {target: (base, amount)}}`` the drafts have to post.

        Posting an assessment has locked its files and found out before.
        """
        assessments = self.filtered(
            lambda move: move.state == "draft"
        ).customs_assessment_id
        known = self.env.context.get("customs_posting") or {}
        files = declarations.browse(each.declaration_id.id for each in known)
        if declarations <= files and assessments <= assessments.union(*known):
            return known
        declarations._lock_for_money()
        # sudo: what the books hold decides, whoever posts
        return assessments.sudo()._get_deltas()

    def button_draft(self):
        """Take matches on the control account apart when a move becomes a draft.

        Odoo keeps matches of drafts, and with them the exchange rounding of a client
        invoice, whose amounts may change now.
        """
        result = super().button_draft()
        lines = self.sudo().line_ids.filtered(lambda line: line._is_customs_control())
        lines._all_reconciled_lines().remove_move_reconcile()
        lines.customs_charge_id._settle_control()
        self._get_customs_declarations()._reopen_if_unsettled()
        return result

    def _get_customs_declarations(self):
        # sudo: accountants without customs rights post these moves too
        return self.sudo().line_ids.customs_declaration_id

    def _compute_needed_terms(self):
        """Tie the debt of an assessed bill to its file and customs account."""
        result = super()._compute_needed_terms()
        for move in self.filtered("customs_assessment_id"):
            # sudo: see _get_customs_declarations
            declaration = move.customs_assessment_id.sudo().declaration_id
            for values in (move.needed_terms or {}).values():
                values["customs_declaration_id"] = declaration.id
                values["customs_payment_account_id"] = (
                    move.customs_payment_account_id.id
                )
        return result

    # === BEFORE POSTING === #

    def _customs_prepare_posting(self, deltas):
        """Bring drafts in line with what only posting makes sure of."""
        for move in self:
            if move.reversed_entry_id:
                move._customs_mirror_reversed()
            elif move.customs_assessment_id and move.is_invoice():
                assessment = move.customs_assessment_id
                move._customs_restore_import_vat(deltas[assessment])
            elif move._bills_client():
                move._customs_reprice()

    def _customs_mirror_reversed(self):
        """Make a full reversal undo rate and import VAT to the cent."""
        self.ensure_one()
        if not self.is_invoice():
            return
        original = self.reversed_entry_id
        if self.currency_id != self.company_currency_id:
            self.invoice_currency_rate = original.invoice_currency_rate
        bases = self._get_customs_vat_bases()
        original_bases = original._get_customs_vat_bases()
        wanted = {
            key: -sum(original._get_customs_vat_lines(*key).mapped("amount_currency"))
            for key, base in bases.items()
            if self.currency_id.is_zero(base + original_bases.get(key, 0.0))
        }
        self._customs_force_import_vat(wanted)

    def _customs_restore_import_vat(self, deltas):
        """Bring edited import VAT of an authority's draft back to the assessment."""
        self.ensure_one()
        wanted = self.customs_assessment_id.sudo()._get_import_vat_amounts(deltas)
        held = self._get_customs_vat_bases() if wanted else {}
        self._customs_force_import_vat(
            {key: amount for key, amount in wanted.items() if key in held}
        )

    def _customs_reprice(self):
        """Price charges anew when rate or currency changed since they were drafted."""
        self.ensure_one()
        company = self.company_id
        day = self.invoice_date or self.date
        gap = self._get_customs_rounding_gap()
        for line in self.invoice_line_ids:
            if line._customs_reprice_fee(day) or not line.customs_amount:
                continue
            if abs(abs(line.balance) - abs(line.customs_amount)) <= gap:
                continue
            price = company.currency_id._convert(
                line.customs_amount, self.currency_id, company, day
            )
            line._customs_set_price(price)

    # === IMPORT VAT === #

    def _get_customs_vat_lines(self, charge, rate, taken_back=False):
        """Return the tax items of import VAT of one charge and rate."""
        self.ensure_one()
        return self.line_ids.filtered(
            lambda line: line.tax_line_id
            and line.customs_charge_id == charge
            and line._get_customs_vat_rate() == rate
            and line.customs_taken_back == taken_back
        )

    def _get_customs_vat_bases(self):
        """Return ``{(charge, rate, taken back): base}`` of import VAT."""
        self.ensure_one()
        bases = defaultdict(float)
        for line in self.invoice_line_ids:
            if line.tax_ids and self.env["account.move.line"]._get_customs_tax_key(
                line
            ):
                rate = line._get_customs_vat_rate()
                key = line.customs_charge_id, rate, line.customs_taken_back
                bases[key] += line.amount_currency
        return bases

    def _customs_force_import_vat(self, amounts):
        """Make the tax items of a draft bill equal the assessed import VAT.

        :param amounts: ``{(charge, rate, taken back): signed amount}`` in the bill's
            currency
        """
        self.ensure_one()
        commands = []
        for key, amount in amounts.items():
            lines = self._get_customs_vat_lines(*key)
            if not lines:
                raise UserError(
                    self.env._(
                        "The tax for import VAT of %(rate)s %% makes no tax item. "
                        "Choose another under Settings, Customs, Import VAT.",
                        rate=f"{key[1]:g}",
                    )
                )
            shares = self.env["account.tax"]._share_customs_vat(lines, amount)
            commands += [
                Command.update(line.id, {"amount_currency": share})
                for line, share in shares.items()
                if self.currency_id.compare_amounts(line.amount_currency, share)
            ]
        if commands:
            self.write({"line_ids": commands})

    # === CHECKS === #

    def _check_customs_client(self):
        """Everybody is billed for their own files, and for what they pay of others."""
        problems = []
        for line in self.sudo().line_ids:  # sudo: see _get_customs_declarations
            move, charge = line.move_id, line.customs_charge_id
            payer = charge.bill_to_id or line.customs_declaration_id.client_id
            if (
                charge
                and move._bills_client()
                and move.commercial_partner_id != payer.commercial_partner_id
            ):
                problems.append(
                    self.env._(
                        "%(charge)s of %(declaration)s belongs to %(client)s and "
                        "cannot be billed to %(partner)s.",
                        charge=charge.name,
                        declaration=line.customs_declaration_id.name,
                        client=payer.display_name,
                        partner=move.partner_id.display_name,
                    )
                )
        if problems:
            raise UserError("\n".join(problems))

    def _check_customs_currency(self):
        """Refuse currencies without a rate: outlays would be billed one to one."""
        problems = [
            problem
            for move in self
            if move._bills_client() and move.sudo().line_ids.customs_charge_id
            for problem in move.company_id._get_customs_rate_problems(move.currency_id)
        ]
        if problems:
            raise UserError("\n".join(problems))

    def _check_customs_over_billing(self):
        """Refuse to bill a client more than was charged or agreed, or to credit more
        than was billed."""
        billed_now, gaps = defaultdict(float), defaultdict(float)
        for line in self.sudo().line_ids:  # sudo: see _get_customs_declarations
            move, charge = line.move_id, line.customs_charge_id
            if charge and move._bills_client() and move.state == "draft":
                billed_now[charge] += line._get_customs_billed()
                gaps[charge] += move._get_customs_rounding_gap()
        problems = [
            problem
            for charge, amount in billed_now.items()
            if (problem := charge._get_billing_problem(amount, gaps[charge]))
        ]
        if problems:
            raise UserError("\n".join(problems))

    def _check_customs_assessment(self, deltas):
        """An authority's bill says what its assessment says, posted by who may.

        :param deltas: ``{assessment: {target: (base, amount)}}`` to post
        """
        for move in self.filtered("customs_assessment_id"):
            assessment = move.customs_assessment_id
            # on the model: who lacks the right may lack that of reading the file too
            self.env["customs.declaration"]._check_verifier(
                self.env._("post an assessment")
            )
            assessment._check_four_eyes()
        drafts = self.filtered(lambda m: m.state == "draft" and not m.reversed_entry_id)
        for assessment in drafts.customs_assessment_id:
            # every draft of the version counts: one payment each
            moves = assessment.move_ids.filtered(
                lambda m: m.state == "draft" and not m.reversed_entry_id
            )
            wanted = deltas[assessment]
            moves._check_customs_payment(wanted)
            held = assessment.declaration_id._sum_targets(moves.line_ids)
            for key in {**wanted, **held}:
                amounts = (found.get(key, (0.0, 0.0))[1] for found in (wanted, held))
                if assessment.currency_id.compare_amounts(*amounts):
                    raise UserError(
                        self.env._(
                            "%(move)s differs from %(assessment)s in %(charge)s. "
                            "Delete this draft and post the assessment again.",
                            move=", ".join(moves.mapped("display_name")),
                            assessment=assessment.display_name,
                            charge=key.charge.name,
                        )
                    )

    def _check_customs_payment(self, deltas):
        """Refuse drafts that owe on another account than their charges are paid by.

        :param deltas: ``{target: (base, amount)}`` that the drafts of a version post
        """
        assessment = self.customs_assessment_id
        nothing = self.env["account.account"]
        groups = assessment._group_by_payment(deltas)
        for move in self:
            held = assessment.declaration_id._sum_targets(move.line_ids)
            for payment, part in groups.items():
                both = held.keys() & part.keys()
                if both and payment.account not in [*move.line_ids.account_id, nothing]:
                    charges = self.env["customs.charge"].union(
                        *(t.charge for t in both)
                    )
                    raise UserError(
                        self.env._(
                            "%(move)s is not booked on %(account)s, which %(charges)s "
                            "is paid by now. Delete this draft and post the assessment "
                            "again.",
                            move=move.display_name,
                            account=payment.account.display_name,
                            charges=", ".join(charges.mapped("name")),
                        )
                    )

    def _check_customs_accounts(self):
        """Charges stay on the accounts that their open amounts are read from."""
        problems = []
        for move in self:
            # sudo: see _get_customs_declarations
            for line in move.sudo().line_ids.filtered("customs_charge_id"):
                account = line._get_customs_account_due()
                wrong = account and line.account_id != account
                if wrong and not line._is_customs_taking_back():
                    problems.append(
                        self.env._(
                            "%(move)s: %(charge)s of %(declaration)s belongs on "
                            "%(account)s, not on %(other)s.",
                            move=move.display_name,
                            charge=line.customs_charge_id.name,
                            declaration=line.customs_declaration_id.name,
                            account=account.display_name,
                            other=line.account_id.display_name,
                        )
                    )
        if problems:
            raise UserError("\n".join(problems))

    # === SETTLEMENT === #

    def _get_customs_rounding_gap(self):
        """Return what one rounding of the invoice currency is worth, 0 in our own."""
        self.ensure_one()
        currency, company = self.currency_id, self.company_id
        if currency == company.currency_id or not self.invoice_currency_rate:
            return 0.0
        return float_round(
            currency.rounding / 2 / self.invoice_currency_rate,
            precision_rounding=company.currency_id.rounding,
            rounding_method="UP",
        )

    def _customs_settle_control(self):
        """Match outlays with what clients were billed, per charge.

        Runs on every posting, whichever side comes last. Reset to draft, cancelling
        and reversing undo it.
        """
        # sudo: see _get_customs_declarations
        lines = self.sudo().line_ids.filtered(lambda line: line._is_customs_control())
        lines.customs_charge_id._settle_control()

    def _customs_link_rounding(self):
        """Tie rounding entries to their match, so undoing it reverses them."""
        for move in self:
            line = move.line_ids.filtered("customs_charge_id")
            matches = line.matched_debit_ids | line.matched_credit_ids
            matches[:1].exchange_move_id = move
