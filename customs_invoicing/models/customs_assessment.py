from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import UserError


class CustomsAssessment(models.Model):
    """What the authority said, as sent; a new figure is a new version."""

    _name = "customs.assessment"
    _description = "Customs Assessment"
    _inherit = ["customs.declaration.part", "mail.thread"]
    _order = "declaration_id, version desc"

    currency_id = fields.Many2one(
        comodel_name="res.currency",
        required=True,
        help="National currency in which the authority assessed.",
    )
    version = fields.Integer(required=True, default=1, readonly=True)
    kind = fields.Selection(
        selection=[("provisional", "Provisional"), ("final", "Final")],
        required=True,
        default="final",
        help="Final when the authority gave an assessment number.",
    )
    number = fields.Char(help="Assessment number, for example A 4802.")
    date = fields.Date(required=True)
    date_due = fields.Date(string="Due date")
    source_format = fields.Char(string="Source format", readonly=True)
    source_attachment_id = fields.Many2one(
        comodel_name="ir.attachment", string="Source file", readonly=True
    )
    source_hash = fields.Char(
        string="SHA-256 of the file", readonly=True, help="Proves the file unchanged."
    )
    fingerprint = fields.Char(
        readonly=True, index=True, help="Hash of the content, blind to layout."
    )
    line_ids = fields.One2many(
        comodel_name="customs.assessment.line", inverse_name="assessment_id"
    )
    move_ids = fields.One2many(
        comodel_name="account.move", inverse_name="customs_assessment_id"
    )
    is_current = fields.Boolean(
        string="Is current", compute="_compute_is_current", store=True
    )
    amount_assessed = fields.Monetary(
        string="Assessed", compute="_compute_amounts", store=True
    )
    amount_payable = fields.Monetary(
        string="Payable", compute="_compute_amounts", store=True
    )
    state = fields.Selection(
        selection=[("open", "To post"), ("posted", "Posted"), ("old", "Superseded")],
        compute="_compute_state",
    )

    _version_unique = models.Constraint(
        "UNIQUE(declaration_id, version)",
        "This version of the assessment exists already.",
    )

    @api.depends("declaration_id.name", "version", "number")
    def _compute_display_name(self):
        for record in self:
            number = f" {record.number}" if record.number else ""
            record.display_name = self.env._(
                "%(declaration)s · assessment%(number)s v%(version)s",
                declaration=record.declaration_id.name,
                number=number,
                version=record.version,
            )

    @api.depends(
        "declaration_id.assessment_ids.kind",
        "declaration_id.assessment_ids.date",
        "declaration_id.assessment_ids.version",
    )
    def _compute_is_current(self):
        """The newest final result wins; among equals the one that came last."""
        for declaration, records in self.grouped("declaration_id").items():
            newest = max(
                declaration.assessment_ids,
                key=lambda a: (a.kind == "final", a.date, a.version),
                default=self.browse(),
            )
            for record in records:
                record.is_current = record == newest

    @api.depends("line_ids.amount_assessed", "line_ids.amount_payable")
    def _compute_amounts(self):
        for record in self:
            record.amount_assessed = sum(record.line_ids.mapped("amount_assessed"))
            record.amount_payable = sum(record.line_ids.mapped("amount_payable"))

    @api.depends(
        "is_current",
        "line_ids.amount_payable",
        "declaration_id.charge_ids.move_line_ids.parent_state",
        "declaration_id.charge_ids.move_line_ids.amount_currency",
    )
    def _compute_state(self):
        """Posted means: the books say what this version says."""
        deltas = self._get_deltas()
        for record in self:
            if not record.is_current:
                record.state = "old"
            else:
                record.state = "open" if deltas[record] else "posted"

    def _check_not_posted(self):
        for record in self:
            if any(move.state == "posted" for move in record.move_ids):
                raise UserError(
                    self.env._(
                        "%(assessment)s is posted and cannot be changed. A new figure "
                        "of the authority is a new version.",
                        assessment=record.display_name,
                    )
                )

    def write(self, vals):
        derived = {"is_current", "amount_assessed", "amount_payable"}
        if {name for name in vals if not name.startswith("message_")} - derived:
            self._check_not_posted()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_posted(self):
        self._check_not_posted()

    # === POSTING === #

    def action_post(self):
        """Post what this version changes against the books, as a bill or refund.

        Posting the same version again finds nothing to change and does nothing.
        """
        self.declaration_id._check_verifier(self.env._("post an assessment"))
        self._check_four_eyes()
        self.declaration_id._lock_for_money()
        records = self.browse(self.ids)  # the lock emptied what self reads along with
        for record in records:
            record._check_postable()
        self.env["customs.charge"].create(
            [
                vals
                for record in records
                for vals in record.declaration_id._prepare_tax_charges(record)
            ]
        )
        records._create_authority_moves()._post(soft=False)
        if len(self) != 1:
            return True
        return self.declaration_id.action_view_authority_moves()

    def _check_postable(self):
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
        if problems:
            raise UserError(
                "\n".join(f"{declaration.name}: {problem}" for problem in problems)
            )

    def _check_four_eyes(self):
        """Where the company asks for it, whoever imported may not post."""
        for record in self:
            if (
                record.company_id.customs_four_eyes
                and record.create_uid == self.env.user
                and not self.env.su
            ):
                raise UserError(
                    self.env._(
                        "%(name)s: Posting needs a second person: you imported it "
                        "yourself.",
                        name=record.declaration_id.name,
                    )
                )

    def _get_targets(self):
        """Return ``{(charge, tax rate): (base, payable)}`` of this version.

        The rate is kept apart only for import VAT on own imports, where each rate has
        its own tax; it is 0.0 otherwise. Amounts are in the assessment's currency.
        """
        self.ensure_one()
        charges = self.declaration_id._get_charges_by_tax_code()
        targets = defaultdict(lambda: [0.0, 0.0])
        for line in self.line_ids:
            if self.currency_id.is_zero(line.amount_payable):
                continue
            # without its charge the amount stays open: an empty record is its key
            charge = charges.get(line.tax_code_id, self.env["customs.charge"])
            own_vat = charge and charge._is_own_import_vat()
            rate = line._get_import_vat_rate() if own_vat else 0.0
            target = targets[charge, rate]
            target[0] += line.base
            target[1] += line.amount_payable
        return {
            key: tuple(self.currency_id.round(amount) for amount in amounts)
            for key, amounts in targets.items()
        }

    def _get_deltas(self):
        """Return ``{assessment: {(charge, rate): (base, amount)}}`` still to post.

        What each version says minus what the books already hold, in its currency.
        """
        posted = defaultdict(dict)
        for key, sums in self.declaration_id._get_posted_by_charge_and_rate().items():
            posted[key[0].declaration_id][key] = sums
        result = {}
        for record in self:
            targets, own = record._get_targets(), posted[record.declaration_id]
            rounder, deltas = record.currency_id.round, {}
            for key in {**targets, **own}:
                new_base, new_amount = targets.get(key, (0.0, 0.0))
                old_base, old_amount = own.get(key, (0.0, 0.0))
                amount = rounder(new_amount - old_amount)
                base = rounder(new_base - old_base) if key[1] else 0.0
                if amount or base:
                    deltas[key] = (base, amount)
            result[record] = deltas
        return result

    def _create_authority_moves(self):
        """Create draft bills (or refunds) that turn the books into these versions."""
        deltas = {key: value for key, value in self._get_deltas().items() if value}
        moves = self.env["account.move"].create(
            [
                record._prepare_authority_move_vals(changes)
                for record, changes in deltas.items()
            ]
        )
        for move, (record, changes) in zip(moves, deltas.items(), strict=True):
            move._customs_force_import_vat(record._get_import_vat_amounts(changes))
        return moves

    def _get_import_vat_amounts(self, deltas):
        """Return ``{(charge, rate, taken back): amount}`` of the tax lines to post.

        A changed base carries the change of the tax. Where the tax alone changed, the
        new tax is posted on the full base, and the old one taken back with it.
        """
        self.ensure_one()
        targets, amounts = self._get_targets(), {}
        for (charge, rate), (base, amount) in deltas.items():
            if not rate:
                continue
            if base:
                amounts[charge, rate, False] = amount
            else:
                new = targets[charge, rate][1]
                amounts[charge, rate, False] = new
                amounts[charge, rate, True] = amount - new
        return amounts

    def _prepare_authority_move_vals(self, deltas):
        """Return the values of a bill, or of a refund when less is owed in total."""
        sign = -1 if sum(amount for _base, amount in deltas.values()) < 0 else 1
        targets = self._get_targets()
        declaration = self.declaration_id
        reference = declaration.mrn or declaration.name
        if self.number:
            reference = f"{reference} · {self.number}"
        if self.version > 1:
            reference = f"{reference} v{self.version}"
        return {
            "move_type": "in_invoice" if sign > 0 else "in_refund",
            "company_id": self.company_id.id,
            "journal_id": self.company_id.customs_journal_id.id,
            "partner_id": declaration.authority_id.id,
            "currency_id": self.currency_id.id,
            "invoice_date": self.date,
            "date": self.date,
            "invoice_date_due": self.date_due or self.date,
            "invoice_payment_term_id": False,
            "ref": reference,
            "customs_assessment_id": self.id,
            "invoice_line_ids": [
                (0, 0, line_vals)
                for (charge, rate), (base, amount) in deltas.items()
                for line_vals in charge._prepare_authority_line_vals(
                    sign * amount,
                    base=sign * (base or targets.get((charge, rate), (0.0,))[0]),
                    rate=rate,
                    correction=bool(rate and not base),
                )
            ],
        }
