from odoo import models
from odoo.exceptions import UserError


class CustomsDeclaration(models.Model):
    """Billing the client from the file."""

    _inherit = "customs.declaration"

    def action_post_assessment(self):
        """Post the current assessment of each file."""
        assessments = self.mapped("current_assessment_id")
        if not assessments:
            raise UserError(
                self.env._("There is no assessment to post. Import its file first.")
            )
        return assessments.action_post()

    def action_create_invoices(self):
        """Create one draft invoice per file for all that is open to its client.

        Charges already on a draft or posted invoice are left out, so calling this
        twice bills once.

        :return: the new draft ``account.move`` records, empty when nothing is open
        """
        self._lock_for_money()
        self._check_billable()
        invoices = self.env["account.move"]
        for company, declarations in self.grouped("company_id").items():
            move_model = self.env["account.move"].with_company(company)
            files = [
                (declaration, charges)
                for declaration in declarations
                if (charges := declaration._get_open_charges())
            ]
            drafts = move_model.create(
                [
                    declaration._prepare_invoice_vals(charges)
                    for declaration, charges in files
                ]
            )
            drafts._customs_add_charges([charges for _declaration, charges in files])
            invoices |= drafts
        return invoices

    def action_bill_client(self):
        """Create the invoices and open them."""
        invoices = self.action_create_invoices()
        if not invoices:
            raise UserError(
                self.env._(
                    "Nothing is open to bill. Outlays become billable once the "
                    "assessment is posted; services need a price."
                )
            )
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "account.action_move_out_invoice_type"
        )
        action.update(domain=[("id", "in", invoices.ids)], context={})
        if len(invoices) == 1:
            action.update(
                views=[(False, "form")],
                view_mode="form",
                res_id=invoices.id,
                domain=[],
            )
        return action

    def action_bill_estimate(self):
        """Bill what we expect before the authority has assessed, and open it.

        What it assesses later corrects the client's account: the difference becomes
        billable, or is credited.
        """
        self._check_estimable()
        self._lock_for_money()
        self.env["customs.charge"].create(
            [vals for record in self for vals in record._prepare_expected_charges()]
        )
        for record in self:
            for charge in record.charge_ids.filtered("tax_code_id"):
                # sudo: the estimate is our calculation, nobody writes it
                charge.sudo().amount_estimate = charge._get_estimate()
        return self.action_bill_client()

    def _drop_estimates(self):
        """Let what was expected give way to what the authority assessed."""
        charges = self.charge_ids.filtered("amount_estimate")
        charges.sudo().amount_estimate = 0.0  # sudo: see action_bill_estimate

    def _check_estimable(self):
        problems = []
        for record in self:
            if record.assessment_ids:
                problems.append(
                    self.env._(
                        "%(name)s is assessed: bill what was charged.", name=record.name
                    )
                )
            elif record.capacity == "own" or not record.duty_line_ids:
                problems.append(
                    self.env._(
                        "%(name)s has no calculated duties of a client. Calculate them "
                        "first.",
                        name=record.name,
                    )
                )
            unknown = record.duty_line_ids.filtered(lambda line: not line.is_calculated)
            if unknown:
                problems.append(
                    self.env._(
                        "%(name)s: %(taxes)s could not be calculated and cannot be "
                        "billed on estimate.",
                        name=record.name,
                        taxes=", ".join(
                            sorted(set(unknown.tax_code_id.mapped("code")))
                        ),
                    )
                )
        if problems:
            raise UserError("\n".join(problems))

    def _prepare_expected_charges(self):
        """Return the values of the charges of expected taxes that have none yet."""
        self.ensure_one()
        expected = self.duty_line_ids.filtered("payable_calculated").tax_code_id
        return [
            self._prepare_tax_charge(tax_code)
            for tax_code in expected - self.charge_ids.tax_code_id
        ]

    def _get_open_charges(self):
        """Return the charges of one file that its client still has to be billed."""
        self.ensure_one()
        return self.charge_ids.filtered(
            lambda charge: charge.nature != "own_cost"
            and charge.charge_code_id.bill_by_default
            and not charge.currency_id.is_zero(charge.amount_to_bill)
        )

    def _check_billable(self):
        problems = []
        for record in self:
            if record.state in ("draft", "cancelled", "closed"):
                problems.append(
                    self.env._(
                        "%(name)s cannot be billed while it is a draft, closed or "
                        "cancelled.",
                        name=record.name,
                    )
                )
            if record.capacity == "own":
                problems.append(
                    self.env._(
                        "%(name)s is our own import: there is no client to bill.",
                        name=record.name,
                    )
                )
            elif not record.client_id:
                problems.append(
                    self.env._(
                        "%(name)s has no client: choose who is billed.",
                        name=record.name,
                    )
                )
            currency = record.client_id.customs_billing_currency_id
            if currency:
                problems.extend(record.company_id._get_customs_rate_problems(currency))
            problems.extend(
                f"{record.name}: {gap}"
                for gap in record.company_id._get_customs_setup_gaps(record.capacity)
            )
        if problems:
            raise UserError("\n".join(problems))

    def _prepare_invoice_vals(self, charges):
        """Return the values of the client's invoice (or refund) without its lines."""
        self.ensure_one()
        total = sum(charges.mapped("amount_to_bill"))
        client = self.client_id
        currency = client.customs_billing_currency_id or self.company_id.currency_id
        return {
            "move_type": "out_refund" if total < 0 else "out_invoice",
            "company_id": self.company_id.id,
            "partner_id": client.id,
            "currency_id": currency.id,
            "invoice_origin": self.name,
            "ref": self.declarant_reference or self.mrn,
            "invoice_user_id": self.user_id.id,
        }
