from odoo import fields, models
from odoo.exceptions import UserError

CHARGE_KINDS = [
    ("duty", "Customs duty"),
    ("vat", "Import VAT or sales tax"),
    ("excise", "Excise"),
    ("trade_defence", "Anti-dumping or countervailing duty"),
    ("fee", "Fee of the authority"),
    ("penalty", "Penalty"),
    ("interest", "Interest"),
    ("security", "Security"),
    ("third_party", "Cost of a third party"),
    ("service", "Own service"),
]


class CustomsChargeCode(models.Model):
    """Master of charges, with one service product each."""

    _name = "customs.charge.code"
    _description = "Customs Charge Code"
    _inherit = ["customs.code.mixin"]
    _order = "sequence, code, id"

    code = fields.Char(required=True)
    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=lambda self: self._get_next_sequence())
    active = fields.Boolean(default=True)
    kind = fields.Selection(
        selection=CHARGE_KINDS,
        required=True,
        default="service",
        help="Decides how the charge is posted: duties, taxes and fees of the "
        "authority come from its assessment; own services are billed with tax.",
    )
    product_id = fields.Many2one(
        comodel_name="product.product",
        required=True,
        ondelete="restrict",
        copy=False,
        domain=[("type", "=", "service")],
        help="Product on bills and invoices, one for each charge; left empty it is "
        "made. Its accounts and taxes apply to own services.",
    )
    revenue = fields.Selection(
        selection=[
            ("clearance", "Clearance services"),
            ("advance", "Advance and deferment fees"),
            ("recharge", "Recharged costs"),
        ],
        default="clearance",
        help="Account of revenue the set-up gives the product, where it has none.",
    )
    default_amount = fields.Float(
        string="Default amount",
        digits="Product Price",
        help="Price proposed for an own service, in the currency of the company. A "
        "rate card that prices the service goes before it.",
    )
    bill_by_default = fields.Boolean(
        string="Bill by default",
        default=True,
        help="Whether the charge is proposed when the client is billed.",
    )
    posting_account_id = fields.Many2one(
        comodel_name="account.account",
        string="Account",
        company_dependent=True,
        help="Where this charge is booked as our own cost. Empty: on the account "
        "of its kind, as set for the company. Outlays for clients are always on the "
        "disbursement account.",
    )
    landed_cost = fields.Boolean(
        string="In landed cost",
        help="Whether the charge becomes part of the cost of the goods.",
    )

    _code_unique = models.Constraint(
        "UNIQUE(code)", "A charge with this code exists already."
    )

    def _get_next_sequence(self):
        """Return the place after all others, where a new charge is printed."""
        last = self.with_context(active_test=False).search(
            [], order="sequence desc", limit=1
        )
        return last.sequence + 1 if last else 10

    def write(self, vals):
        if "kind" in vals:
            self.filtered(lambda code: code.kind != vals["kind"])._check_unused()
        return super().write(vals)

    def _check_unused(self):
        """The kind decides how charges are posted: it is fixed once one is."""
        # sudo: charges of every company count
        line = (
            self.env["account.move.line"]
            .sudo()
            .search([("customs_charge_id.charge_code_id", "in", self.ids)], limit=1)
        )
        if line:
            raise UserError(
                self.env._(
                    "%(code)s is on journal entries, among them of %(declaration)s; "
                    "its kind cannot change. Make a new charge instead.",
                    code=line.customs_charge_id.charge_code_id.display_name,
                    declaration=line.customs_declaration_id.name,
                )
            )
