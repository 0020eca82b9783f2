from odoo import fields, models
from odoo.exceptions import UserError

from ..engine.apportion import apportion
from ..tools import to_decimal, to_float


class CustomsVatEvidence(models.Model):
    """Posting what a certificate or statement says, and undoing it."""

    _inherit = "customs.vat.evidence"

    def action_post(self):
        """Post what the lines say: deduct, or correct what was declared."""
        self.env["customs.declaration"]._check_verifier(
            self.env._("post evidence of import VAT")
        )
        for record in self:
            record._check_draft()
            record.line_ids.declaration_id._lock_for_money()
            record.line_ids.invalidate_recordset(["amount_books"])
            record._check_postable()
            for line in record.line_ids:
                line.amount_found = line.amount_books
            if record.is_statement:
                record._post_statement()
            else:
                record._post_certificate()
            record.sudo().state = "posted"  # sudo: nobody writes the state himself
            record.message_post(body=record._describe_posting())
        return True

    def _check_postable(self):
        self.ensure_one()
        problems = []
        if not self.line_ids:
            problems.append(self.env._("There is no line. Add the declarations."))
        if self.amount_printed and self.currency_id.compare_amounts(
            self.amount_printed, self.amount_stated
        ):
            problems.append(
                self.env._(
                    "The lines add up to %(lines)s, the document to %(printed)s. "
                    "Complete the lines or correct the total.",
                    lines=self.currency_id.format(self.amount_stated),
                    printed=self.currency_id.format(self.amount_printed),
                )
            )
        if (
            self.company_id.customs_four_eyes
            and self.create_uid == self.env.user
            and not self.env.su
        ):
            problems.append(
                self.env._(
                    "Posting needs a second person: you recorded this document "
                    "yourself."
                )
            )
        for line in self.line_ids:
            name = line.number or line.declaration_id.name or self.env._("No number")
            problems.extend(f"{name}: {text}" for text in line._get_problems())
        if problems:
            title = self.env._("%(evidence)s:", evidence=self.display_name)
            raise UserError("\n".join([title, *problems]))

    def _post_certificate(self):
        """Turn import VAT that awaited this document into input tax."""
        self.ensure_one()
        pending = self.line_ids.declaration_id._get_pending_import_vat()
        moves = self.env["account.move"]
        for line in self.line_ids:
            if line._get_amount_to_deduct():
                vat = pending[line.declaration_id]
                # the books decide which lines are left for another document
                line.move_id = line._create_evidence_move(vat)
                moves |= line.move_id
        moves._post(soft=False)
        self._settle_pending(self.line_ids.declaration_id)

    def _settle_pending(self, declarations):
        """Match what awaited evidence with the evidence, file by file."""
        account = self.company_id.customs_vat_import_pending_account_id
        items = self.env["account.move.line"].search(
            [
                ("customs_declaration_id", "in", declarations.ids),
                ("account_id", "=", account.id),
                ("parent_state", "=", "posted"),
                ("reconciled", "=", False),
            ]
        )
        plan = [
            found
            for found in items.grouped("customs_declaration_id").values()
            if any(i.balance > 0 for i in found) and any(i.balance < 0 for i in found)
        ]
        items._reconcile_plan(plan)

    def _post_statement(self):
        """Make a new version of every assessment that the statement corrects."""
        self.ensure_one()
        for line in self.line_ids.filtered(lambda line: line.status == "difference"):
            assessment = line.declaration_id.current_assessment_id
            rows = self._prepare_corrected_lines(line)
            version = line.declaration_id._record_assessment(
                rows,
                kind=assessment.kind,
                date=self.date,
                number=assessment.number,
                date_due=max(assessment.date_due or self.date, self.date),
                reason="statement",
                note=self.display_name,
            )
            # sudo: two people have seen the statement, checked before
            version.sudo().action_post()
            line.assessment_id = version

    def _prepare_corrected_lines(self, line):
        """Return all lines of the assessment, postponed VAT as the statement has it."""
        unit = to_decimal(self.currency_id.rounding)
        postponed = line._get_postponed_lines()
        weights = [to_decimal(found.amount_assessed) for found in postponed]
        shares = apportion(
            to_decimal(line.amount_stated), weights if any(weights) else [1], unit
        )
        bases = [to_decimal(found.base) for found in postponed]
        if line.base_stated and any(bases):
            bases = apportion(to_decimal(line.base_stated), bases, unit)
        corrected = dict(zip(postponed, zip(shares, bases, strict=False), strict=False))
        rows = []
        for found in line.declaration_id.current_assessment_id.line_ids:
            row = found._get_recorded_vals()
            if found in corrected:
                vat, base = corrected[found]
                row.update(amount_assessed=to_float(vat), base=to_float(base))
            rows.append(row)
        return rows

    def _describe_posting(self):
        self.ensure_one()
        moves = self._get_moves()
        if not moves:
            return self.env._("Checked: the books say the same, nothing was posted.")
        return self.env._(
            "Posted: %(moves)s.", moves=", ".join(moves.sorted().mapped("name"))
        )

    # === UNDOING === #

    def action_undo(self):
        """Reverse the entries of a certificate; its VAT awaits evidence again.

        The versions that a statement made stay: they are what the authority says.
        """
        self.ensure_one()
        self.env["customs.declaration"]._check_verifier(
            self.env._("undo evidence of import VAT")
        )
        self.line_ids.declaration_id._lock_for_money()
        if self.state != "posted":  # undone twice is undone once
            return True
        standing = self.line_ids.filtered(lambda line: not line.is_undone)
        moves = standing.move_id.filtered(lambda move: move.state == "posted")
        day = max(fields.Date.context_today(self), self.date)
        moves._reverse_moves(
            [
                {"date": day, "ref": self.env._("Reversal of %(move)s", move=move.name)}
                for move in moves
            ],
            cancel=True,
        )
        self.sudo().state = "draft"  # sudo: nobody writes the state himself
        self.line_ids.write({"move_id": False, "assessment_id": False})
        return True
