from odoo import fields, models

#: What an item says of a refund or of a security. Amounts are summed per step, so a
#: reversal, which keeps its step, undoes them.
STEPS = [
    ("recognise", "Refund accepted"),
    ("remit", "Debt remitted"),
    ("receive", "Refund received"),
    ("interest", "Interest received"),
    ("offset", "Offset against an invoice"),
    ("pay_out", "Paid out to the client"),
    ("lodge", "Security lodged"),
    ("release", "Security released"),
    ("convert", "Security converted"),
    ("forfeit", "Security forfeited"),
]


class AccountMoveLine(models.Model):
    """Which refund or security an item belongs to, and what it says of it."""

    _inherit = "account.move.line"

    # copy=False: see customs_declaration_id
    customs_refund_line_id = fields.Many2one(
        comodel_name="customs.refund.line",
        string="Customs refund",
        index="btree_not_null",
        ondelete="restrict",
        copy=False,
        readonly=True,
        check_company=True,
    )
    customs_security_id = fields.Many2one(
        comodel_name="customs.security",
        string="Customs security",
        index="btree_not_null",
        ondelete="restrict",
        copy=False,
        readonly=True,
        check_company=True,
    )
    customs_step = fields.Selection(
        selection=STEPS, string="Customs step", copy=False, readonly=True
    )

    def _copy_data_extend_business_fields(self, values):
        result = super()._copy_data_extend_business_fields(values)
        values["customs_refund_line_id"] = self.customs_refund_line_id.id
        values["customs_security_id"] = self.customs_security_id.id
        values["customs_step"] = self.customs_step
        return result
