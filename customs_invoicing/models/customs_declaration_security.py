from odoo import fields, models

from ..tools import to_decimal, to_float


class CustomsDeclaration(models.Model):
    """The securities of a file."""

    _inherit = "customs.declaration"

    security_ids = fields.One2many(
        comodel_name="customs.security",
        inverse_name="declaration_id",
        string="Securities",
    )
    security_count = fields.Integer(
        string="Security count", compute="_compute_security_amounts"
    )
    amount_secured = fields.Monetary(
        string="Held as security",
        compute="_compute_security_amounts",
        currency_field="tariff_currency_id",
        help="Deposits the authority or a carrier still holds, and guarantees in use.",
    )

    def _compute_security_amounts(self):
        groups = self.env["customs.security"]._read_group(
            [("declaration_id", "in", self.ids)],
            ["declaration_id"],
            ["__count", "amount_open:sum"],
        )
        found = {declaration.id: sums for declaration, *sums in groups}
        for record in self:
            count, amount = found.get(record.id, (0, 0.0))
            record.security_count = count
            record.amount_secured = amount

    def _get_amounts_to_secure(self):
        """Return ``[(tax code, amount)]`` that the authority wants secured.

        What was assessed as secured, less the securities there are for it.
        """
        self.ensure_one()
        wanted = {}
        for line in self.current_assessment_id.line_ids:
            if line.status == "secured":
                amount = to_decimal(line.amount_assessed)
                wanted[line.tax_code_id] = wanted.get(line.tax_code_id, 0) + amount
        for security in self.security_ids:
            if security.tax_code_id in wanted:
                wanted[security.tax_code_id] -= to_decimal(security.amount)
        return [(tax, to_float(amount)) for tax, amount in wanted.items() if amount > 0]

    def _get_file_warnings(self):
        warnings = super()._get_file_warnings()
        held = self.security_ids.filtered(
            lambda security: security.kind == "cash" and security.amount_open > 0
        )
        if held and self.capacity != "own":
            warnings.append(
                self.env._(
                    "%(amount)s is held as security: it is billed to the client only "
                    "once it is converted.",
                    amount=self.tariff_currency_id.format(
                        sum(held.mapped("amount_open"))
                    ),
                )
            )
        return warnings

    # === ACTIONS === #

    def action_record_security(self):
        """Record a deposit or the use of a guarantee."""
        self.ensure_one()
        return self.env["customs.record.security"]._open("lodge", declaration=self)

    def action_view_securities(self):
        """Open the securities of the file."""
        self.ensure_one()
        action = self._action_view(
            "customs_invoicing.customs_security_action",
            domain=[("declaration_id", "=", self.id)],
            context={"default_declaration_id": self.id},
        )
        action.pop("path", None)
        return action
