from odoo import models

#: Accounts where vendors' lines clear what stands open for their file
CLEARED_ROLES = ("accrued_cost", "dispute_recv", "broker_clearing")


class AccountMoveLine(models.Model):
    """Lines of customs files on the bills of vendors."""

    _inherit = "account.move.line"

    def _is_customs_cleared(self):
        """Whether the item is on an account where bills clear what stands open."""
        self.ensure_one()
        accounts = [
            self.company_id[f"customs_{role}_account_id"] for role in CLEARED_ROLES
        ]
        return bool(self.account_id) and self.account_id in accounts

    # === CHECKS BEFORE POSTING === #

    def _get_vendor_problem(self):
        """Return why this line of a vendor cannot be posted, else nothing."""
        self.ensure_one()
        file, charge = self.customs_declaration_id, self.customs_charge_id
        values = {
            "line": self.name or self.account_id.display_name,
            "file": file.display_name,
        }
        if charge and charge.declaration_id != file:
            return self.env._(
                "“%(line)s” has a charge that %(file)s does not know. Match the bill "
                "again.",
                **values,
            )
        if file.company_id != self.company_id:
            return self.env._(
                "“%(line)s”: %(file)s is a declaration of %(other)s. Enter the bill in "
                "the books of that company.",
                other=file.company_id.name,
                **values,
            )
        if file.state in ("closed", "cancelled"):
            state = dict(file._fields["state"]._description_selection(self.env))
            return self.env._(
                "“%(line)s”: %(file)s is %(state)s. Reopen the file first, or take the "
                "line off it.",
                state=state[file.state].lower(),
                **values,
            )
        control = self.company_id.customs_disbursement_account_id
        if control and self.account_id == control and not charge:
            return self.env._(
                "“%(line)s” is paid for the client of %(file)s but has no charge to "
                "bill it with. Match it as paid for the client.",
                **values,
            )
        if charge.tax_code_id and self.balance > 0 and not charge._is_paid_by_agent():
            return self.env._(
                "“%(line)s”: by its payment method %(charge)s of %(file)s is not paid "
                "by our broker or carrier. Post the assessment and match the bill with "
                "that debt, or change the payment method of the charge.",
                charge=charge.name,
                **values,
            )
        return ""

    def _get_duty_problem(self, charge, now, left, before):
        """Return why these lines may not book so much of a charge."""
        currency = charge.declaration_id.tariff_currency_id
        values = {
            "charge": charge.name,
            "file": charge.declaration_id.display_name,
            "amount": currency.format(now),
            "left": currency.format(max(left, 0.0)),
            "payable": currency.format(left + before),
        }
        booked = charge._get_vendor_moves() - self.move_id
        if booked:
            return self.env._(
                "%(charge)s of %(file)s: the bill has %(amount)s, but of %(payable)s "
                "that are owed only %(left)s is open. %(moves)s booked it before.",
                moves=", ".join(booked.mapped("display_name")),
                **values,
            )
        return self.env._(
            "%(charge)s of %(file)s: the bill has %(amount)s, but only %(payable)s is "
            "owed. Put what was billed too much on a dispute, or record the new "
            "assessment.",
            **values,
        )

    def _get_customs_conversion_gap(self, currency):
        """Return what rounding may cost where bills are not in an amount's currency."""
        gap = 0.0
        for line in self:
            if line.currency_id != currency:
                company_currency = line.company_currency_id
                gap += max(
                    line.move_id._get_customs_rounding_gap(), company_currency.rounding
                )
        return gap
