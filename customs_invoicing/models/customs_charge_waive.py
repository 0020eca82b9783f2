from odoo import models
from odoo.exceptions import UserError


class CustomsCharge(models.Model):
    """Own services that are not billed after all."""

    _inherit = "customs.charge"

    def action_waive(self):
        """Bill no more of these services than is billed already."""
        problems = [
            self.env._(
                "%(charge)s of %(declaration)s cannot be waived: only own services "
                "with something left to bill can.",
                charge=record.name,
                declaration=record.declaration_id.name,
            )
            for record in self
            if record.nature != "service"
            or record.currency_id.compare_amounts(record.amount_to_bill, 0.0) <= 0
        ]
        if problems:
            raise UserError("\n".join(problems))
        self.declaration_id._lock_for_money()
        for record in self:
            left = record.amount_to_bill
            record.write(
                {
                    "amount": record.currency_id.round(record.amount - left),
                    "rating_edit_reason": self.env._("Waived"),
                }
            )
            record.declaration_id.message_post(
                body=self.env._(
                    "%(charge)s: %(amount)s waived.",
                    charge=record.name,
                    amount=record.currency_id.format(left),
                )
            )
        return True
