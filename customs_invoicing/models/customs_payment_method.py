from odoo import api, fields, models
from odoo.exceptions import UserError

from ..engine.payment import ACCOUNT_KINDS, Method
from ..tools import split_codes

PAYERS = [
    ("importer", "Importer"),
    ("declarant", "Declarant: broker, forwarder or courier"),
    ("nobody", "Nobody"),
]

MECHANISMS = [
    ("payable", "On the authority's notice"),
    ("deferment", "Deferment account"),
    ("cash", "Customs cash account"),
    ("bank", "Paid at once from the bank"),
    ("postponed", "Postponed: in the VAT return"),
    ("security", "Secured"),
]

#: What decides the books: fixed once a posted charge was paid by the method
FIXED_ONCE_USED = {"payer", "mechanism"}


class CustomsPaymentMethod(models.Model):
    """How duties and taxes reach the authority, and who pays them."""

    _name = "customs.payment.method"
    _description = "Customs Payment Method"
    _inherit = ["customs.code.mixin"]
    _order = "sequence, code, id"

    code = fields.Char(required=True)
    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    payer = fields.Selection(
        selection=PAYERS,
        required=True,
        default="declarant",
        help="Who pays the authority. On our own imports the importer is us, on a "
        "client's declaration the declarant is.",
    )
    mechanism = fields.Selection(
        selection=MECHANISMS,
        required=True,
        default="payable",
        help="Decides the entry: a debt to the authority, a debt on a deferment "
        "account, or money gone at once from a cash account or the bank.",
    )
    needs_deposit = fields.Boolean(
        string="Needs a deposit",
        help="The client prefunds: money must be there before the file is lodged.",
    )
    authority_codes = fields.Char(
        string="Codes of the authority",
        help="How declarations and assessments name the method, separated by commas, "
        "for example E for a deferment account. Two methods may share a code: the "
        "account, or the standing instruction, tells them apart.",
    )
    description = fields.Html(translate=True, help="What happens, in plain words.")

    _code_unique = models.Constraint(
        "UNIQUE(code)", "A payment method with this code exists already."
    )

    def write(self, vals):
        fixed = FIXED_ONCE_USED & set(vals)
        changing = self.filtered(lambda r: any(r[name] != vals[name] for name in fixed))
        changing._check_unused()
        result = super().write(vals)
        if {"active", "authority_codes", "payer", "mechanism"} & set(vals):
            self.env["customs.declaration"]._refresh_payments([])
        return result

    def unlink(self):
        result = super().unlink()
        self.env["customs.declaration"]._refresh_payments([])
        return result

    def _check_unused(self):
        """Refuse when journal entries rest on how these methods pay."""
        if not self:
            return
        # sudo: charges of every company count
        line = (
            self.env["account.move.line"]
            .sudo()
            .search(
                [
                    ("customs_charge_id.payment_method_id", "in", self.ids),
                    ("parent_state", "=", "posted"),
                ],
                limit=1,
            )
        )
        if line:
            raise UserError(
                self.env._(
                    "%(method)s paid charges that are posted, among them of "
                    "%(declaration)s. Who pays and how cannot change; make another "
                    "method.",
                    method=line.customs_charge_id.payment_method_id.display_name,
                    declaration=line.customs_declaration_id.name,
                )
            )

    def _get_account_kind(self):
        """Return the kind of account the method is settled through, else nothing."""
        self.ensure_one()
        return ACCOUNT_KINDS.get(self.mechanism, "")

    def _to_engine(self):
        """Return these methods as the engine knows them, in their order."""
        return [Method(each.id, each.payer, each.mechanism) for each in self]

    @api.model
    def _get_all(self):
        """Return the methods in their order: a dozen, as a rule."""
        return self.search([("active", "=", True)])

    @api.model
    def _get_by_authority_code(self):
        """Return ``{code: methods}`` of the codes by which authorities name methods."""
        by_code = {}
        for method in self._get_all().filtered("authority_codes"):
            for code in split_codes(method.authority_codes.upper()):
                by_code.setdefault(code, self.browse())
                by_code[code] |= method
        return by_code
