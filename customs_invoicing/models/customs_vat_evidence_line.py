from odoo import api, fields, models
from odoo.exceptions import UserError

from ..engine.import_vat import share_evidence
from ..tools import to_decimal, to_float


class CustomsVatEvidenceLine(models.Model):
    """One declaration on a certificate or statement of import VAT."""

    _name = "customs.vat.evidence.line"
    _description = "Line of Import VAT Evidence"
    _order = "evidence_id, sequence, id"
    _rec_name = "number"
    _check_company_auto = True

    evidence_id = fields.Many2one(
        comodel_name="customs.vat.evidence",
        required=True,
        index=True,
        ondelete="cascade",
        check_company=True,
    )
    company_id = fields.Many2one(
        related="evidence_id.company_id", store=True, precompute=True
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    sequence = fields.Integer(default=10)
    number = fields.Char(
        string="Number as printed",
        help="Declaration number (MRN) or registration number on the document.",
    )
    declaration_id = fields.Many2one(
        comodel_name="customs.declaration",
        compute="_compute_declaration_id",
        store=True,
        readonly=False,
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        domain="[('company_id', '=', company_id), ('capacity', '=', 'own')]",
        help="Found by the printed number; choose it where it is not.",
    )
    amount_stated = fields.Monetary(
        string="VAT stated", help="Import VAT as the document states it."
    )
    base_stated = fields.Monetary(
        string="Base stated", help="Value for VAT, where the document states it."
    )
    amount_found = fields.Monetary(
        string="VAT found when posted", readonly=True, copy=False
    )
    amount_books = fields.Monetary(
        string="VAT in the books",
        compute="_compute_amount_books",
        help="On a certificate what awaits evidence; on a postponed statement what "
        "was declared as postponed. Once posted, as it was found then.",
    )
    difference = fields.Monetary(
        compute="_compute_difference", help="Stated less what is in the books."
    )
    is_accepted = fields.Boolean(
        string="Accept difference",
        copy=False,
        help="Deduct what the document states and leave the rest awaiting evidence; "
        "never more than awaits it.",
    )
    status = fields.Selection(
        selection=[
            ("matched", "Matched"),
            ("difference", "Difference"),
            ("unknown", "Not found"),
        ],
        compute="_compute_difference",
    )
    move_id = fields.Many2one(
        comodel_name="account.move",
        string="Entry",
        readonly=True,
        copy=False,
        index="btree_not_null",
        check_company=True,
    )
    assessment_id = fields.Many2one(
        comodel_name="customs.assessment",
        string="Correction",
        readonly=True,
        copy=False,
        index="btree_not_null",
        check_company=True,
        help="Version of the assessment that carries what the statement changed.",
    )
    is_undone = fields.Boolean(
        string="Entry undone",
        compute="_compute_is_undone",
        help="The entry was reversed, reset to draft or deleted.",
    )

    # === COMPUTE METHODS === #

    @api.depends("number", "evidence_id.company_id")
    def _compute_declaration_id(self):
        for company, lines in self.grouped("company_id").items():
            found = self.env["customs.declaration"]._find_by_printed_numbers(
                company or self.env.company, lines.mapped("number")
            )
            for line in lines:
                known = found.get(line.number)
                # a choice by hand stays where the number says nothing
                line.declaration_id = known or line.declaration_id

    @api.depends("declaration_id", "evidence_id.kind", "evidence_id.state")
    def _compute_amount_books(self):
        posted = self.filtered(lambda line: line.evidence_id.state == "posted")
        for line in posted:
            line.amount_books = line.amount_found
        drafts = self - posted
        statements = drafts.filtered("evidence_id.is_statement")
        postponed = statements.declaration_id._origin._get_postponed_import_vat()
        certificates = drafts - statements
        pending = certificates.declaration_id._origin._get_vat_pending_balances()
        for line in statements:
            line.amount_books = postponed.get(line.declaration_id._origin, 0.0)
        for line in certificates:
            line.amount_books = pending.get(line.declaration_id._origin.id, 0.0)

    @api.depends("amount_stated", "amount_books", "declaration_id")
    def _compute_difference(self):
        for line in self:
            currency = line.currency_id or self.env.company.currency_id
            line.difference = currency.round(line.amount_stated - line.amount_books)
            if not line.declaration_id:
                line.status = "unknown"
            elif currency.is_zero(line.difference):
                line.status = "matched"
            else:
                line.status = "difference"

    @api.depends(
        "evidence_id.state",
        "move_id.state",
        "move_id.reversal_move_ids.state",
        "amount_found",
    )
    def _compute_is_undone(self):
        for line in self:
            # sudo: the state of the entry only
            move = line.sudo().move_id
            reversed_by = move.reversal_move_ids.filtered(
                lambda reversal: reversal.state == "posted"
            )
            line.is_undone = (
                line.evidence_id.state == "posted"
                and not line.evidence_id.is_statement
                and bool(line._get_amount_to_deduct())
                and (move.state != "posted" or bool(reversed_by))
            )

    # === CONSTRAINTS === #

    @api.constrains("number", "declaration_id")
    def _check_declaration(self):
        for line in self:
            declaration = line.declaration_id
            if declaration and declaration.capacity != "own":
                raise UserError(
                    self.env._(
                        "%(declaration)s is a client's file: its import VAT is not "
                        "ours to deduct. Choose a file of our own goods.",
                        declaration=declaration.name,
                    )
                )
        for evidence in self.evidence_id:
            lines = evidence.line_ids.filtered("declaration_id")
            for declaration, found in lines.grouped("declaration_id").items():
                if len(found) > 1:
                    raise UserError(
                        self.env._(
                            "%(declaration)s stands on %(count)s lines (%(numbers)s). "
                            "Put their amounts on one.",
                            declaration=declaration.name,
                            count=len(found),
                            numbers=", ".join(line.number or "" for line in found),
                        )
                    )

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines.evidence_id._check_draft()
        return lines

    def write(self, vals):
        self.evidence_id._check_draft()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_posted(self):
        self.evidence_id._check_draft()

    # === POSTING === #

    def _get_amount_to_deduct(self):
        """Return what a certificate lets us deduct: what it states, if awaited."""
        self.ensure_one()
        stated, awaited = self.amount_stated, self.amount_books
        if self.status == "matched":
            return awaited
        if stated * awaited <= 0:
            return 0.0
        return min(stated, awaited) if awaited > 0 else max(stated, awaited)

    def _get_problems(self):
        """Return sentences on what keeps the line from being posted."""
        self.ensure_one()
        if not self.declaration_id:
            return [
                self.env._(
                    "no file of our own goods has this number, or several have. "
                    "Choose the declaration, or delete the line."
                )
            ]
        if self.evidence_id.is_statement:
            return self._get_statement_problems()
        if self.status == "difference" and not self.is_accepted:
            return [self._describe_difference()]
        return []

    def _describe_difference(self):
        self.ensure_one()
        words = {
            "stated": self.currency_id.format(self.amount_stated),
            "books": self.currency_id.format(self.amount_books),
        }
        if self.currency_id.is_zero(self.amount_books):
            return self.env._(
                "%(stated)s is stated, but no import VAT awaits evidence: it was "
                "deducted before, or its assessment is not posted. Correct that, or "
                "accept the difference to deduct nothing.",
                **words,
            )
        return self.env._(
            "%(stated)s is stated, %(books)s awaits evidence. Correct what is wrong, "
            "or accept the difference.",
            **words,
        )

    def _get_statement_problems(self):
        """Return what keeps a postponed statement from correcting the file."""
        self.ensure_one()
        assessment, problems = self.declaration_id.current_assessment_id, []
        if not assessment or assessment.state == "open":
            problems.append(
                self.env._(
                    "its assessment is not posted. Post it first; the statement then "
                    "corrects it."
                )
            )
        elif self.status == "difference":
            if self.declaration_id.state == "closed":
                problems.append(
                    self.env._("the file is closed. Reopen it for the correction.")
                )
            if not self._get_postponed_lines():
                problems.append(
                    self.env._(
                        "its import VAT was not postponed. Record the assessment as "
                        "postponed, or delete the line."
                    )
                )
            if assessment.date > self.evidence_id.date:
                problems.append(
                    self.env._(
                        "its assessment is dated %(date)s, after this statement. Give "
                        "the statement a later date.",
                        date=assessment.date,
                    )
                )
            if assessment.currency_id != self.currency_id:
                problems.append(
                    self.env._(
                        "it was assessed in %(currency)s. Record the corrected "
                        "assessment on the file.",
                        currency=assessment.currency_id.name,
                    )
                )
        return problems

    def _get_postponed_lines(self):
        lines = self.declaration_id.current_assessment_id.line_ids
        return lines.filtered(
            lambda line: line.status == "postponed" and line.tax_code_id.kind == "vat"
        )

    def _create_evidence_move(self, pending):
        """Create the draft entry that turns awaited VAT into input tax.

        :param pending: ``{rate: (VAT, base)}`` of the declaration
        """
        self.ensure_one()
        unit = to_decimal(self.currency_id.rounding)
        shares = share_evidence(
            to_decimal(self.currency_id.round(self._get_amount_to_deduct())),
            {
                rate: tuple(to_decimal(self.currency_id.round(a)) for a in amounts)
                for rate, amounts in pending.items()
            },
            unit,
        )
        lines = [
            vals
            for rate, (vat, base) in shares.items()
            for vals in self._prepare_evidence_items(
                rate, to_float(vat), to_float(base)
            )
        ]
        return self.env["account.move"]._create_customs_entry(
            self.company_id,
            "evidence",
            self.evidence_id.date,
            lines,
            ref=self._get_label(),
        )

    def _get_label(self):
        self.ensure_one()
        declaration = self.declaration_id
        return self.env._(
            "%(evidence)s – declaration %(declaration)s",
            evidence=self.evidence_id.display_name,
            declaration=declaration.mrn or declaration.name,
        )

    def _prepare_evidence_items(self, rate, vat, base):
        """Return the items of one rate: input tax on its base, and what awaited it.

        They bear no charge: what the authority charged does not change.
        """
        declaration, company = self.declaration_id, self.company_id
        charge = declaration._get_import_vat_charge()
        common = {
            "name": self._get_label(),
            "partner_id": declaration.authority_id.id,
            "customs_declaration_id": declaration.id,
            "customs_vat_rate": rate,
        }
        taxed = dict(common)
        if distribution := charge and charge._get_analytic_distribution():
            taxed["analytic_distribution"] = distribution
        tax = company._get_customs_import_vat_tax(rate)
        return [
            *tax._prepare_customs_vat_lines(
                base,
                vat,
                company,
                "entry",
                taxed,
                cost_account=charge._get_cost_account() if charge else None,
            ),
            {
                **common,
                "account_id": company._get_customs_account("vat_import_pending").id,
                "balance": -vat,
            },
        ]
