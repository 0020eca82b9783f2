from odoo import models
from odoo.exceptions import UserError
from odoo.fields import Command


class CustomsDeclaration(models.Model):
    """What we pay for a file beside the authority's assessment."""

    _inherit = "customs.declaration"

    def action_record_outlay(self):
        """Open the screen for outlays, with a line for each of these files."""
        self.env["customs.outlay"].check_access("create")
        if len(self.company_id) > 1:
            raise UserError(self.env._("Record the outlays of one company at a time."))
        self._check_not_closed()
        company = self.company_id or self.env.company
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Record outlays"),
            "res_model": "customs.outlay",
            "view_mode": "form",
            "target": "new",
            "context": {
                "dialog_size": "extra-large",
                "default_company_id": company.id,
                "default_line_ids": [
                    Command.create({"declaration_id": record.id}) for record in self
                ],
            },
        }

    def _find_outlay_charge(self, code, payee):
        """Return the open charge of the file with this code and payee, if any."""
        self.ensure_one()
        return self.charge_ids.filtered(
            lambda charge: charge.charge_code_id == code
            and charge.payee_id == payee
            and charge.in_client_name
            and charge._is_open_outlay()
        )[:1]

    def _prepare_outlay_charge(self, code, payee, name):
        """Return the values of a charge that is paid for the client.

        The receipt bears the client's name, so it is passed on at cost whatever the
        capacity in which the file itself is declared.
        """
        self.ensure_one()
        values = {
            "declaration_id": self.id,
            "sequence": 50,
            "charge_code_id": code.id,
            "payee_id": payee.id,
            "in_client_name": True,
        }
        return {**values, "name": name} if name else values
