from odoo import models
from odoo.exceptions import UserError

from ..engine.payment import US, who_pays


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
        """Create draft invoices for all that is open to the payers of these files.

        How many follows from the billing profiles. Charges already on a draft or
        posted invoice are left out, so calling this twice bills once.

        :return: the new draft ``account.move`` records, empty when nothing is open
        """
        self._lock_for_money()
        self._check_billable()
        return self._create_invoices_of_groups(self._get_billing_groups())

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
        action.update(
            domain=[("id", "in", invoices.ids)],
            context={"default_move_type": "out_invoice"},
        )
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
        charges = self.charge_ids
        found = charges.filtered(
            lambda charge: charge.nature != "own_cost"
            and charge.charge_code_id.bill_by_default
            and not charge.currency_id.is_zero(charge.amount_to_bill)
        )
        # what is read of them next is read for all files at once
        return found.with_prefetch(charges._prefetch_ids)

    def _get_billing_blockers(self):
        """Return ``{declaration: [Blocker]}``: all that stops files from billing.

        Extended where each reason is known; the queries do not grow with the files.
        See :mod:`customs_invoicing.engine.readiness`.
        """
        return {record: [] for record in self}

    def _get_stopping_blockers(self):
        """Return ``{declaration: [Blocker]}``: what keeps files from being billed now.

        Extended where a reason can be released.
        """
        return {
            record: [found for found in blockers if found.stops]
            for record, blockers in self._get_billing_blockers().items()
        }

    def _check_billable(self, charges=None, codes=None):
        """Refuse to bill files while something stops them; say all of it at once.

        :param charges: what is to be billed; what stops other charges does not matter
        :param codes: reasons that count, of :mod:`..engine.readiness`; all by default
        """
        problems = []
        for record, blockers in self._get_stopping_blockers().items():
            problems += [
                found.message
                if record.name in found.message
                else f"{record.name}: {found.message}"
                for found in blockers
                if (codes is None or found.code in codes)
                and (
                    charges is None
                    or not found.charge_id
                    or found.charge_id in charges.ids
                )
            ]
        if problems:
            raise UserError("\n".join(dict.fromkeys(problems)))

    # === PRO-FORMA === #

    def action_proforma(self):
        """Print what the client will be billed: what is open, and what we expect."""
        empty = self.filtered(lambda record: not record._get_proforma_lines())
        if empty:
            raise UserError(
                self.env._(
                    "Nothing is open or expected for %(names)s. Calculate the duties, "
                    "or enter services, first.",
                    names=", ".join(empty.mapped("name")),
                )
            )
        report = self.env.ref("customs_invoicing.declaration_proforma_report")
        return report.report_action(self)

    def _get_proforma_lines(self):
        """Return what one file will still bring on invoices, in the order of prints.

        :return: list of dicts with ``payer``, ``charge`` (unsaved where there is none
            yet), ``label`` in the payer's language, ``nature``, ``amount`` and
            ``tax_amount`` in company currency, and whether it ``is_expected`` only
        """
        self.ensure_one()
        rows = [
            (charge, charge.amount_to_bill, False)
            for charge in self._get_open_charges()
        ]
        rows += self._get_expected_rows()
        rows.sort(key=lambda row: (*row[0]._get_print_order()[:-1], row[2]))
        invoices, lines = {}, []
        for charge, amount, is_expected in rows:
            payer = charge.bill_to_id or self.client_id
            if payer not in invoices:
                invoices[payer] = self._get_proforma_invoice(payer)
            invoice = invoices[payer]
            record = charge.with_context(lang=invoice._get_customs_lang())
            lines.append(
                {
                    "payer": payer,
                    "charge": charge,
                    "label": record._get_translated_name(),
                    "nature": charge.nature,
                    "amount": amount,
                    "tax_amount": charge._get_sales_tax(invoice, amount),
                    "is_expected": is_expected,
                }
            )
        return lines

    def _get_proforma_invoice(self, payer):
        """Return an unsaved invoice to a payer, for what its taxes depend on."""
        return self.env["account.move"].new(
            {
                "move_type": "out_invoice",
                "company_id": self.company_id.id,
                "partner_id": payer.id,
                "currency_id": self.currency_id.id,
                "customs_billing_profile_id": self._get_billing_profile().id,
            }
        )

    def _get_expected_rows(self):
        """Return ``[(charge, amount, True)]`` of duties that are not in the books."""
        self.ensure_one()
        charges = self._get_charges_by_tax_code()
        rows = []
        for tax, (method, amount) in self._get_outlays_by_tax().items():
            charge = charges.get(tax) or self.env["customs.charge"].new(
                self._prepare_tax_charge(tax)
            )
            if method and who_pays(method.payer, self.capacity) != US:
                continue
            rest = amount - charge.amount_charged - charge.amount_estimate
            if (
                charge.nature != "own_cost"
                and self.currency_id.compare_amounts(rest, 0.0) > 0
            ):
                rows.append((charge, self.currency_id.round(rest), True))
        return rows
