from collections import defaultdict

from odoo import models

from ..engine.apportion import apportion
from ..tools import to_decimal


class CustomsWriteOff(models.Model):
    """What a write-off does to the books."""

    _inherit = "customs.write.off"

    # === CHECKS === #

    def _get_problem(self):
        """Return why the loss cannot be booked as asked, else nothing."""
        self.ensure_one()
        journal = self.company_id._get_customs_entry_journal()
        locks = self.company_id._get_violated_lock_dates(
            self.date, self.kind == "insolvency", journal
        )
        if locks:
            return self.env._(
                "%(name)s: %(date)s is in a locked period: %(locks)s. Refuse it and "
                "ask again with a later date.",
                name=self.name,
                date=self.date.isoformat(),
                locks=self.company_id._format_lock_dates(locks),
            )
        if self.kind == "outlay":
            return self._get_outlay_problem()
        return self._get_insolvency_problem()

    def _get_outlay_problem(self):
        charge, currency = self.charge_id, self.currency_id
        names = {"charge": charge.name, "file": charge.declaration_id.name}
        open_amount = min(charge.control_balance, charge.amount_to_bill)
        if currency.compare_amounts(charge.control_balance, 0.0) < 0:
            return self.env._(
                "%(charge)s of %(file)s: the client was billed %(amount)s more than "
                "was charged. That is the client's money, no income: give a credit "
                "note.",
                amount=currency.format(-charge.control_balance),
                **names,
            )
        if currency.compare_amounts(self.amount, 0.0) <= 0:
            return self.env._(
                "%(charge)s of %(file)s: enter an amount above zero.", **names
            )
        asked = sum(self._get_others_asked().mapped("amount")) + self.amount
        if currency.compare_amounts(asked, open_amount) > 0:
            return self.env._(
                "%(charge)s of %(file)s: %(asked)s is to be written off, but only "
                "%(open)s is open, drafts of invoices counted as billed.",
                asked=currency.format(asked),
                open=currency.format(open_amount),
                **names,
            )
        return ""

    def _get_others_asked(self):
        """Return the other requests for the same charge or invoice."""
        return self.search(
            [
                ("state", "=", "requested"),
                ("id", "!=", self._origin.id),
                ("kind", "=", self.kind),
                ("charge_id", "=", self.charge_id.id),
                ("invoice_id", "=", self.invoice_id.id),
            ]
        )

    def _get_insolvency_problem(self):
        invoice, currency = self.invoice_id, self.currency_id
        names = {"invoice": invoice.display_name}
        if invoice.state != "posted" or invoice.move_type != "out_invoice":
            return self.env._("%(invoice)s is no posted client invoice.", **names)
        open_amount = self._get_open_receivable()
        if currency.compare_amounts(self.amount, open_amount):
            return self.env._(
                "%(invoice)s: %(asked)s was to be written off, but %(open)s is open "
                "now. Ask again for what is open.",
                asked=currency.format(self.amount),
                open=currency.format(open_amount),
                **names,
            )
        if currency.is_zero(open_amount):
            return self.env._("%(invoice)s is paid.", **names)
        if self._get_others_asked():
            return self.env._(
                "%(invoice)s: a write-off is waiting for approval already.", **names
            )
        held = invoice.line_ids.customs_declaration_id._get_deposits()
        if any(amount > 0 for amount in held.values()):
            return self.env._(
                "%(invoice)s: we hold %(amount)s of this client for the same file. "
                "Apply the deposit first.",
                amount=currency.format(sum(held.values())),
                **names,
            )
        return ""

    def _get_open_terms(self):
        return self.invoice_id._get_customs_open_terms().get(
            self.invoice_id, self.env["account.move.line"]
        )

    def _get_open_receivable(self):
        """Return what is open of the invoice, in the currency of the company."""
        self.ensure_one()
        return self.currency_id.round(
            sum(self._get_open_terms().mapped("amount_residual"))
        )

    # === ENTRIES === #

    def _create_entry(self):
        """Return the draft entry of the loss."""
        self.ensure_one()
        lines = (
            self._prepare_outlay_lines()
            if self.kind == "outlay"
            else self._prepare_insolvency_lines()
        )
        reasons = dict(self._fields["reason"]._description_selection(self.env))
        return self.env["account.move"]._create_customs_entry(
            self.company_id,
            "write_off",
            self.date,
            lines,
            ref=f"{self.name}: {reasons[self.reason]}",
        )

    def _prepare_outlay_lines(self):
        charge, declaration = self.charge_id, self.declaration_id
        common = {
            "name": self.env._(
                "Write-off of %(charge)s, %(file)s",
                charge=charge.name,
                file=declaration.name,
            ),
            "partner_id": declaration.client_id.id,
            "customs_declaration_id": declaration.id,
        }
        company = self.company_id
        return [
            {
                **common,
                "account_id": company._get_customs_account("disb_variance").id,
                "balance": self.amount,
                "analytic_distribution": charge._get_analytic_distribution(),
            },
            {
                **common,
                "account_id": company._get_customs_account("disb_control").id,
                "balance": -self.amount,
                "customs_charge_id": charge.id,
            },
        ]

    def _prepare_insolvency_lines(self):
        """Return the loss per file, the tax that is given back, and the receivable.

        What is open of a partly paid invoice is spread over its parts.
        """
        terms = self._get_open_terms()
        losses, taxes = self._get_invoice_parts()
        weights = [*losses.values(), *taxes.values()]
        unit = to_decimal(self.currency_id.rounding)
        parts = apportion(to_decimal(self.amount), weights, unit)
        label = self.env._("Bad debt %(invoice)s", invoice=self.invoice_id.name)
        partner = self.invoice_id.commercial_partner_id
        common = {"name": label, "partner_id": partner.id}
        only_file = next(iter(losses)).id if len(losses) == 1 else False
        account = self.company_id._get_customs_account("bad_debt")
        lines = [
            {
                **common,
                "account_id": account.id,
                "balance": float(part),
                "customs_declaration_id": declaration.id,
            }
            for declaration, part in zip(losses, parts, strict=False)
            if part
        ]
        lines += [
            {**common, **self._prepare_relief(tax), "balance": float(part)}
            for tax, part in zip(taxes, parts[len(losses) :], strict=True)
            if part
        ]
        lines += [
            {
                **common,
                "account_id": term.account_id.id,
                "balance": -term.amount_residual,
                "currency_id": term.currency_id.id,
                "amount_currency": -term.amount_residual_currency,
                "customs_declaration_id": only_file,
            }
            for term in terms
        ]
        return lines

    def _get_invoice_parts(self):
        """Return ``({file: net amount}, {tax item: amount})`` of the invoice."""
        losses, taxes = defaultdict(float), {}
        lines = self.invoice_id.line_ids.filtered(
            lambda line: line.account_type != "asset_receivable"
        )
        for line in lines:
            if line.tax_line_id:
                taxes[line] = to_decimal(-line.balance)
            else:
                losses[line.customs_declaration_id] -= line.balance
        losses = {file: to_decimal(amount) for file, amount in losses.items()}
        return losses, taxes

    def _prepare_relief(self, tax_item):
        """Return account and tax of output tax that is given back.

        Tax due on payment was never due: it only leaves its waiting account.
        """
        values = {"account_id": tax_item.account_id.id}
        tax = tax_item.tax_line_id
        if tax.tax_exigibility == "on_payment":
            return values
        sold = tax_item.tax_repartition_line_id
        refund = tax.refund_repartition_line_ids.filtered(
            lambda line: line.repartition_type == "tax"
            and line.factor_percent == sold.factor_percent
        )[:1]
        return {
            **values,
            "tax_repartition_line_id": refund.id,
            "tax_tag_ids": [(6, 0, refund.tag_ids.ids)],
        }

    def _settle_invoice(self):
        """Match the written-off receivable with the invoice."""
        self.ensure_one()
        terms = self._get_open_terms()
        ours = self.move_id.line_ids.filtered(
            lambda line: line.account_id in terms.account_id
        )
        # The tax of a cash-basis invoice does not fall due with a loss
        (terms | ours).with_context(no_cash_basis=True).reconcile()
