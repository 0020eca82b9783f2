from odoo import api, models


class CustomsMatchCharges(models.TransientModel):
    """Lines of vendors that have contract prices for the charges of a file."""

    _inherit = "customs.match.charges"

    @api.model_create_multi
    def create(self, vals_list):
        wizards = super().create(vals_list)
        for wizard, vals in zip(wizards, vals_list, strict=True):
            if "addressed_to" not in vals and wizard._is_expected_for_client():
                wizard.addressed_to = "client"
        return wizards

    def _is_expected_for_client(self):
        """Whether all that rate cards expect of the vendor is paid for clients."""
        self.ensure_one()
        files = self.declaration_ids._origin
        services = files.charge_ids.browse().union(
            *map(self._get_contract_services, files)
        )
        return set(services.mapped("nature")) == {"disbursement"}

    def _prepare_debt_rows(self, files):
        """Leave the debts of a file to its broker where the vendor bills a service.

        A debt of the very amount of the bill or of a line of it is paid by anybody.
        """
        rows = super()._prepare_debt_rows(files)
        lines = self._get_product_lines()
        billed = [self.amount_bill, *lines.mapped("price_subtotal")]
        for row in rows:
            file = files.browse(row["declaration_id"])
            is_paid_here = any(
                self.currency_id.compare_amounts(amount, row["amount"]) == 0
                for amount in billed
            )
            services = self._get_contract_services(file)
            if not row["is_chosen"] or is_paid_here or not services:
                continue
            row["is_chosen"] = False
            row["note"] = self.env._(
                "%(vendor)s bills %(charges)s by its rate card. Tick this too if it "
                "paid duty.",
                vendor=self.partner_id.display_name,
                charges=", ".join(services.mapped("name")),
            )
        return rows

    def _get_contract_services(self, file):
        """Return what a vendor that is not the broker of the file bills by contract."""
        vendor = self.partner_id.commercial_partner_id
        if file.broker_id.commercial_partner_id == vendor:
            return file.charge_ids.browse()
        contract = file.charge_ids._filter_contract
        return contract(vendor, "service") | contract(vendor, "disbursement")

    def _prepare_row(self, file, role, amount, **vals):
        row = super()._prepare_row(file, role, amount, **vals)
        if role in ("service", "disbursement") and not row.get("charge_id"):
            charge = self._find_contract_charge(file, row)
            if charge:
                row["charge_id"] = charge.id
        return row

    def _find_contract_charge(self, file, row):
        """Return the charge a line is for: by product or words, else the only one."""
        charges = file.charge_ids._filter_contract(self.partner_id, row["role"])
        line = self.env["account.move.line"].browse(row["move_line_id"] or [])
        if line.product_id:
            found = charges.filtered(
                lambda charge: charge.charge_code_id.product_id == line.product_id
            )
            if found:
                return found[:1]
        words = (row.get("name") or "").casefold()
        named = charges.filtered(
            lambda charge: (
                charge.name.casefold() in words
                or charge.charge_code_id.code.casefold() in words.split()
            )
        )
        if len(named) == 1:
            return named
        return charges if len(charges) == 1 else charges.browse()
