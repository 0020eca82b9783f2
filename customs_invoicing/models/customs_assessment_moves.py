from collections import defaultdict

from odoo import models
from odoo.exceptions import UserError
from odoo.fields import Command

from ..engine.posting import PASSED_ON


class CustomsAssessment(models.Model):
    """The bills and entries that turn the books into a version."""

    _inherit = "customs.assessment"

    def _create_authority_moves(self, deltas):
        """Create the drafts that turn the books into these versions, one for each
        payment.

        :param deltas: ``{assessment: {target: (base, amount)}}`` to post
        """
        moves = self.env["account.move"]
        bills, amounts, entries = [], [], defaultdict(list)
        for record, own in deltas.items():
            for payment, part in record._group_by_payment(own).items():
                if payment.document == "bill":
                    bills.append(record._prepare_bill_vals(payment, part))
                    amounts.append(record._get_import_vat_amounts(part))
                else:
                    entry = record._prepare_assessment_entry(payment, part)
                    entries[record.company_id].append(entry)
        self._check_accounts_active(bills, entries)
        for company, parts in entries.items():
            moves |= moves._create_customs_entries(company, parts)
        drafts = moves.create(bills)
        for move, forced in zip(drafts, amounts, strict=True):
            move._customs_force_import_vat(forced)
        moves |= drafts
        self._carry_attachments(moves)
        return moves

    def _check_accounts_active(self, bills, entries):
        """Refuse archived accounts before Odoo does, with drafts half made."""
        lines = [vals for bill in bills for *_cmd, vals in bill["invoice_line_ids"]]
        for parts in entries.values():
            lines += [vals for _event, _date, part, _vals in parts for vals in part]
        used = {vals["account_id"] for vals in lines}
        used.update(bill["customs_payable_account_id"] for bill in bills)
        accounts = self.env["account.account"].browse(used)
        archived = accounts.filtered(lambda account: not account.active)
        if archived:
            raise UserError(
                self.env._(
                    "%(accounts)s is archived and cannot be booked. Activate it in the "
                    "chart of accounts, or choose another under Settings, Customs, "
                    "Accounts.",
                    accounts=", ".join(archived.mapped("display_name")),
                )
            )

    def _get_moves_action(self, posted):
        """Return the action that opens what was posted, else what was before."""
        self.ensure_one()
        declaration = self.declaration_id
        if not posted:
            former = declaration._get_authority_moves()
            return declaration.action_view_authority_moves() if former else True
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Posted for %(name)s", name=declaration.name),
            "res_model": posted._name,
            "view_mode": "form" if len(posted) == 1 else "list,form",
            "res_id": posted.id if len(posted) == 1 else False,
            "domain": [("id", "in", posted.ids)],
            "context": {"create": False},
        }

    def _carry_attachments(self, moves):
        """Give every entry the file of the authority as its proof."""
        vals_list = [
            {
                "name": source.name,
                "raw": source.raw,
                "res_model": moves._name,
                "res_id": move.id,
            }
            for move in moves
            # sudo: attachments of assessments are read with the file
            if (source := move.customs_assessment_id.sudo().source_attachment_id)
        ]
        self.env["ir.attachment"].create(vals_list)

    def _get_reference(self):
        """Return the reference of entries: number of the declaration and version."""
        self.ensure_one()
        reference = self.declaration_id.mrn or self.declaration_id.name
        if self.number:
            reference = f"{reference} · {self.number}"
        if self.version > 1:
            reference = f"{reference} v{self.version}"
        return reference

    def _get_import_vat_amounts(self, deltas):
        """Return ``{(charge, rate, taken back): amount}`` of the tax lines of a bill.

        A changed base carries the change of the tax, and so does a tax without one.
        Where the tax alone changed, the new tax is posted on the full base, and the old
        one taken back with it.
        """
        self.ensure_one()
        targets, amounts = self._get_targets_of_tax_alone(deltas), {}
        for target, (base, amount) in deltas.items():
            if target.way != "debt" or not target.charge._is_own_import_vat():
                continue
            full_base, new = targets.get(target, (0.0, 0.0))
            if base or not full_base:
                amounts[target.charge, target.rate, False] = amount
            else:
                amounts[target.charge, target.rate, False] = new
                amounts[target.charge, target.rate, True] = amount - new
        return amounts

    def _get_targets_of_tax_alone(self, deltas):
        """Return the targets of the version where a tax changed without its base."""
        self.ensure_one()
        alone = any(
            not base and target.charge._is_own_import_vat()
            for target, (base, _amount) in deltas.items()
        )
        return self._get_targets() if alone else {}

    def _prepare_bill_vals(self, payment, deltas):
        """Return the values of a bill, or of a refund when less is owed in total."""
        sign = -1 if sum(amount for _base, amount in deltas.values()) < 0 else 1
        targets = self._get_targets_of_tax_alone(deltas)
        return {
            **self._prepare_move_vals(payment),
            "move_type": "in_invoice" if sign > 0 else "in_refund",
            "journal_id": self.company_id._get_customs_journal().id,
            "partner_id": payment.partner.id,
            "currency_id": self.currency_id.id,
            "invoice_date": self.date,
            "date": self.date,
            "invoice_date_due": payment.due,
            "invoice_payment_term_id": False,
            "customs_payable_account_id": payment.account.id,
            "invoice_line_ids": [
                Command.create(line_vals)
                for target, (base, amount) in deltas.items()
                for line_vals in target.charge._prepare_bill_line_vals(
                    target,
                    sign * amount,
                    base=sign * (base or targets.get(target, (0.0,))[0]),
                    correction=not base and target.way == "debt",
                )
            ],
        }

    def _prepare_move_vals(self, payment):
        return {
            "company_id": self.company_id.id,
            "ref": self._get_reference(),
            "customs_assessment_id": self.id,
            "customs_event": "assessment",
            "customs_payment_account_id": payment.customs_account.id,
        }

    def _prepare_assessment_entry(self, payment, deltas):
        """Return the entry of one payment as ``_create_customs_entries`` takes it.

        The other side comes last.
        """
        self.ensure_one()
        lines = [
            vals
            for target, (base, amount) in deltas.items()
            for vals in target.charge._prepare_entry_line_vals(target, base, amount)
        ]
        lines = self._to_company_items(lines)
        if payment.account:
            lines.append(self._prepare_counterpart_vals(payment, lines))
        return "assessment", self.date, lines, self._prepare_move_vals(payment)

    def _to_company_items(self, lines):
        """Turn items in the authority's currency into items of the books."""
        company_currency = self.company_id.currency_id
        if self.currency_id == company_currency:
            return lines
        day_rate = self.env["res.currency"]._get_conversion_rate(
            self.currency_id, company_currency, self.company_id, self.date
        )
        booked = self._get_booked_rates()
        result = []
        for line in lines:
            back = line["balance"] < 0
            rate = booked.get(line["customs_charge_id"], day_rate) if back else day_rate
            amounts = {
                name: company_currency.round(line[name] * rate)
                for name in ("balance", "tax_base_amount")
                if name in line
            }
            result.append(
                {
                    **line,
                    "currency_id": self.currency_id.id,
                    "amount_currency": line["balance"],
                    **amounts,
                }
            )
        return result

    def _get_booked_rates(self):
        """Return ``{charge id: rate}`` at which outlays stand in the books.

        What is taken back of a charge leaves nothing at an older rate behind.
        """
        groups = self.env["account.move.line"]._read_group(
            [
                *self.declaration_id._get_assessed_items_domain(),
                ("customs_charge_id.nature", "in", PASSED_ON),
            ],
            ["customs_charge_id"],
            ["balance:sum", "amount_currency:sum"],
        )
        return {
            charge.id: balance / amount
            for charge, balance, amount in groups
            if not self.currency_id.is_zero(amount)
        }

    def _prepare_counterpart_vals(self, payment, lines):
        balance = self.company_id.currency_id.round(
            -sum(line["balance"] for line in lines)
        )
        vals = {
            "name": self._get_reference(),
            "account_id": payment.account.id,
            "partner_id": payment.partner.id,
            "balance": balance,
            "date_maturity": payment.due,
            "customs_declaration_id": self.declaration_id.id,
            "customs_payment_account_id": payment.customs_account.id,
            "analytic_distribution": False,
        }
        if self.currency_id != self.company_id.currency_id:
            vals["currency_id"] = self.currency_id.id
            vals["amount_currency"] = self.currency_id.round(
                -sum(line["amount_currency"] for line in lines)
            )
        return vals
