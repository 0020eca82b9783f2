from odoo import api, models
from odoo.exceptions import ValidationError

from ..engine.disbursement import DISBURSEMENT, RECHARGE
from ..engine.posting import PASSED_ON

#: What a line of a credit note has in common with the one it takes back
TAKEN_BACK = ("account_id", "customs_charge_id", "tax_ids")


class AccountMoveLine(models.Model):
    """Lines of client invoices that pass an outlay on: at cost, with their tax."""

    _inherit = "account.move.line"

    # === WHAT FOLLOWS FROM THE CHARGE === #

    def _get_customs_sale_charge(self):
        """Return the charge a client is billed for, if the line bills one."""
        self.ensure_one()
        # sudo: accountants without customs rights write these lines too
        charge = self.customs_charge_id.sudo()
        if (
            charge.company_id != self.company_id  # refused elsewhere
            or self.display_type != "product"
            or not self.move_id._bills_client()
        ):
            return charge.browse()
        return charge

    def _get_computed_taxes(self):
        """Neither fiscal position nor product decides the tax of an outlay."""
        self.ensure_one()
        charge = self._get_customs_sale_charge()
        taxes = charge._get_invoice_taxes(self.move_id) if charge else charge.browse()
        return taxes.sudo(False) if taxes else super()._get_computed_taxes()

    def _compute_price_unit(self):
        """What charges cost does not come from a price list."""
        others = self.filtered(lambda line: not line._get_customs_sale_charge())
        for line in self - others:
            line.price_unit = line.price_unit
        return super(AccountMoveLine, others)._compute_price_unit()

    def _compute_account_id(self):
        result = super()._compute_account_id()
        for line in self:
            charge = line._get_customs_sale_charge()
            if charge.nature in PASSED_ON:
                account = line._get_customs_account_due()
                line.account_id = account or line.account_id
        return result

    # === CHECKS === #

    def _is_customs_taking_back(self):
        """Whether the line takes a line of the document back that its move reverses.

        Which document that is can be written from outside: the lines have to agree.
        """
        self.ensure_one()
        original = self.move_id.reversed_entry_id
        return original.state == "posted" and any(
            all(self[name] == line[name] for name in TAKEN_BACK)
            for line in original.invoice_line_ids
        )

    @api.constrains(
        "customs_charge_id", "discount", "quantity", "tax_ids", "price_unit"
    )
    def _check_customs_disbursement(self):
        """Refuse at entry what would make an outlay dearer, cheaper or taxed."""
        problems = [
            problem
            for line in self
            if line.parent_state == "draft"
            for problem in line._get_disbursement_problems()
            + line._get_mark_up_problems()
        ]
        if problems:
            raise ValidationError("\n".join(problems))

    def _get_disbursement_problems(self):
        """Return sentences on what a line may not do to its outlay.

        A credit note mirrors what it credits, whatever the settings are by now.
        """
        self.ensure_one()
        charge = self._get_customs_sale_charge()
        if charge.nature not in PASSED_ON or self._is_customs_taking_back():
            return []
        if charge.nature == RECHARGE:
            return self._get_recharge_problems(charge)
        values = {"charge": charge.name, "file": charge.declaration_id.name}
        problems = []
        if self.discount:
            problems.append(
                self.env._(
                    "%(charge)s of %(file)s is passed on at cost: it cannot be "
                    "discounted. Take the discount off; our services may have one.",
                    **values,
                )
            )
        if self.quantity != 1:
            problems.append(
                self.env._(
                    "%(charge)s of %(file)s is passed on at cost: its quantity is 1. "
                    "To bill only a part of it, lower the price.",
                    **values,
                )
            )
        tax = self.company_id.customs_disbursement_tax_id
        if tax and self.tax_ids != tax:
            problems.append(
                self.env._(
                    "%(charge)s of %(file)s is a disbursement: its only tax is "
                    "“%(tax)s”.",
                    tax=tax.name,
                    **values,
                )
            )
        elif self.tax_ids.flatten_taxes_hierarchy().filtered("amount"):
            problems.append(
                self.env._(
                    "%(charge)s of %(file)s is a disbursement, but its tax “%(tax)s” "
                    "is not zero. Set it to 0 %%, or choose another under Settings, "
                    "Customs.",
                    tax=tax.name,
                    **values,
                )
            )
        return problems

    def _get_unfounded_problems(self):
        """Return a sentence when a line bills an outlay that no charge stands for.

        A copied invoice would bill it again; a discount would reach it.
        """
        self.ensure_one()
        company = self.company_id
        if (
            self.customs_charge_id
            or self.display_type != "product"
            or self.is_downpayment  # what the client paid already is taken off
            or self._is_customs_taking_back()
        ):
            return []
        on_control = self.account_id == company.customs_disbursement_account_id
        tax = company.customs_disbursement_tax_id
        lowers = self.price_subtotal < 0 and tax and tax in self.tax_ids
        if not (self.account_id and on_control) and not lowers:
            return []
        return [
            self.env._(
                "“%(line)s” passes on an outlay without its customs charge: it was "
                "copied or typed, or is a discount on it. Take the line off; what was "
                "paid for the client comes with “Add customs charges”, once and at "
                "cost.",
                line=self.name or self.product_id.display_name or "",
            )
        ]

    def _get_recharge_problems(self, charge):
        """Return a sentence when a recharge is billed as if it were a disbursement."""
        tax = self.company_id.customs_disbursement_tax_id
        if not self.tax_ids and (due := charge._get_recharge_taxes(self.move_id)):
            return [
                self.env._(
                    "%(charge)s of %(file)s is a recharge: it bears the tax of a sale "
                    "(%(taxes)s), which is missing on its line.",
                    charge=charge.name,
                    file=charge.declaration_id.name,
                    taxes=", ".join(due.mapped("name")),
                )
            ]
        if not tax or tax not in self.tax_ids:
            return []
        return [
            self.env._(
                "%(charge)s of %(file)s is a recharge with tax, not a disbursement: "
                "%(reason)s Take its line off and add the charge again.",
                charge=charge.name,
                file=charge.declaration_id.name,
                reason=charge._get_failed_reasons(),
            )
        ]

    def _get_deduction_problems(self):
        """Return a sentence when a vendor's bill deducts tax of a disbursement."""
        self.ensure_one()
        charge = self.customs_charge_id.sudo()
        taxed = self.tax_ids.flatten_taxes_hierarchy().filtered("amount")
        if (
            charge.nature != DISBURSEMENT
            or charge.tax_code_id
            or not taxed
            or self.move_id.reversed_entry_id
        ):
            return []
        return [
            self.env._(
                "%(charge)s of %(file)s is a disbursement: its tax is the client's, "
                "not ours to deduct. Take “%(taxes)s” off and enter the amount with "
                "tax.",
                charge=charge.name,
                file=charge.declaration_id.name,
                taxes=", ".join(taxed.mapped("name")),
            )
        ]

    def _get_mark_up_problems(self):
        """Return a sentence when a typed price is above what the outlay cost.

        In another currency only posting knows the rate.
        """
        self.ensure_one()
        charge, move = self._get_customs_sale_charge(), self.move_id
        currency = charge.currency_id
        if (
            charge.nature != DISBURSEMENT
            or self.customs_amount
            or move.move_type == "out_refund"
            or move.currency_id != currency
        ):
            return []
        excess = self.price_unit - charge.amount_charged - charge.amount_estimate
        if currency.compare_amounts(excess, 0.0) <= 0:
            return []
        return [
            self.env._(
                "%(charge)s of %(file)s: %(amount)s more would be billed than was "
                "charged. A disbursement bears no margin.",
                charge=charge.name,
                file=charge.declaration_id.name,
                amount=currency.format(excess),
            )
        ]
