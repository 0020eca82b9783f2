from typing import NamedTuple

from odoo import api, fields, models

from ..engine.readiness import Blocker

#: Names listed on an invoice before the rest is counted
NAMES_SHOWN = 3


class BillingKey(NamedTuple):
    """What charges on one invoice have in common."""

    company: models.Model
    payer: models.Model
    currency: models.Model
    profile: models.Model
    is_refund: bool
    mode: str
    value: str


class CustomsDeclaration(models.Model):
    """What goes together on one invoice."""

    _inherit = "customs.declaration"

    client_order_reference = fields.Char(
        string="Client's order number",
        tracking=True,
        copy=False,
        index="btree_not_null",
        help="Purchase order or job number of the client. It is on every invoice of "
        "this file; some clients pay no invoice without it.",
    )

    # === PROFILE === #

    def _get_billing_profile(self):
        """Return how the client is billed: its own profile, else the company's."""
        self.ensure_one()
        # sudo: whoever makes a file has its client billed as agreed
        record = self.sudo()
        return record.company_id._get_customs_billing_profile(record.client_id)

    @api.model
    def _get_billing_currency(self, company, payer, profile):
        """Return the currency in which a payer is billed."""
        return (
            payer.customs_billing_currency_id
            or profile.currency_id
            or company.currency_id
        )

    # === WHAT STOPS === #

    def _get_billing_blockers(self):
        """Add what is wrong with payers, order numbers and currencies."""
        result = super()._get_billing_blockers()
        for record in self:
            profile = record._get_billing_profile()
            charges = record._get_open_charges()
            result[record] += record._get_order_number_blockers(profile, charges)
            for payer, part in charges.grouped("bill_to_id").items():
                found = record._get_payer_problems(payer, profile, part)
                about = [0] if part == charges else part.ids
                result[record] += [
                    Blocker(code, message, charge_id, hard=True)
                    for code, message in found
                    for charge_id in about
                ]
        return result

    def _get_order_number_blockers(self, profile, charges):
        if not (
            charges
            and profile.requires_order_reference
            and not (self.client_order_reference or "").strip()
        ):
            return []
        message = self.env._(
            "%(name)s has no order number of the client, which %(client)s asks for on "
            "invoices. Enter it on the file.",
            name=self.name,
            client=self.client_id.display_name,
        )
        return [Blocker("order_number", message)]

    def _get_payer_problems(self, payer, profile, charges):
        """Return ``[(code, message)]``: why a payer cannot be billed for charges."""
        company, problem, found = self.company_id, "", []
        if payer and not payer.active:
            problem = self.env._("is archived")
        elif payer.company_id and payer.company_id not in company.parent_ids:
            problem = self.env._(
                "belongs to %(company)s", company=payer.company_id.sudo().name
            )
        if problem:
            message = self.env._(
                "%(name)s: %(payer)s, who is billed for %(charges)s, %(problem)s. "
                "Choose another payer on the charge or in the billing profile.",
                name=self.name,
                payer=payer.display_name,
                charges=", ".join(charges.mapped("name")),
                problem=problem,
            )
            found.append(("payer", message))
        currency = self._get_billing_currency(company, payer, profile)
        problems = company._get_customs_rate_problems(currency)
        return found + [("currency", problem) for problem in problems]

    # === GROUPS === #

    def _get_billing_key(self, charges):
        """Return what makes charges of this file and one payer go on one invoice."""
        self.ensure_one()
        company = self.company_id
        profile = self._get_billing_profile()
        payer = charges[:1].bill_to_id or self.client_id
        mode, value = profile.mode or "file", ""
        if mode == "order":
            value = (self.client_order_reference or "").strip()
        if mode == "file" or (mode == "order" and not value):
            mode, value = "file", str(self.id)
        total = sum(charges.mapped("amount_to_bill"))
        return BillingKey(
            company,
            payer,
            self._get_billing_currency(company, payer, profile),
            profile,
            company.currency_id.compare_amounts(total, 0.0) < 0,
            mode,
            value,
        )

    def _get_billing_groups(self):
        """Return ``[(BillingKey, charges)]``: the open charges of each invoice to make.

        Files go together as the profile of their client says; what one payer gets of
        one file is never split.
        """
        groups = {}
        for record in self:
            by_payer = record._get_open_charges().grouped(
                lambda charge: charge.bill_to_id or charge.client_id
            )
            for charges in by_payer.values():
                groups.setdefault(record._get_billing_key(charges), []).extend(
                    charges.ids
                )
        everything = [charge_id for ids in groups.values() for charge_id in ids]
        charges = self.env["customs.charge"]
        return [
            (key, charges.browse(ids).with_prefetch(everything))
            for key, ids in groups.items()
        ]

    @api.model
    def _create_invoices_of_groups(self, groups, invoice_date=None):
        """Create one draft invoice for each group of charges.

        :param groups: as :meth:`_get_billing_groups` returns them
        :param invoice_date: of all of them; without it they get one on posting
        """
        invoices = self.env["account.move"]
        by_company = {}
        for _key, charges in groups:
            by_company.setdefault(charges.company_id, []).append(charges)
        for company, parts in by_company.items():
            moves = invoices.with_company(company)
            headers = [
                {
                    **part.declaration_id._prepare_invoice_vals(part),
                    "invoice_date": invoice_date,
                }
                for part in parts
            ]
            invoices |= moves.create(moves._customs_prepare_drafts(headers, parts))
        return invoices

    def _prepare_invoice_vals(self, charges):
        """Return the values of an invoice (or refund) for charges of these files.

        Without its lines.
        """
        key = self[:1]._get_billing_key(charges)
        profile = key.profile
        vals = {
            "move_type": "out_refund" if key.is_refund else "out_invoice",
            "company_id": key.company.id,
            "partner_id": key.payer.id,
            "currency_id": key.currency.id,
            "invoice_origin": self._join_names(self.mapped("name")),
            "ref": self._get_invoice_reference(),
            "invoice_user_id": self.user_id[:1].id,
            "customs_billing_profile_id": profile.id,
        }
        if profile.journal_id:
            vals["journal_id"] = profile.journal_id.id
        if profile.payment_term_id:
            vals["invoice_payment_term_id"] = profile.payment_term_id.id
        return vals

    def _get_invoice_reference(self):
        """Return the client's order numbers, else our own references."""
        orders = [
            order.strip()
            for order in self.mapped("client_order_reference")
            if (order or "").strip()
        ]
        return self._join_names(
            orders or [record.declarant_reference or record.mrn for record in self]
        )

    def _get_invoice_heading(self):
        """Return the heading above the lines of this file among those of others."""
        self.ensure_one()
        heading = self.env._("Declaration %(number)s", number=self.mrn or self.name)
        order = (self.client_order_reference or "").strip()
        ours = self.name if self.mrn else ""
        parts = [
            heading,
            ours and self.env._("our file %(name)s", name=ours),
            order and self.env._("your order %(order)s", order=order),
        ]
        return " · ".join(part for part in parts if part)

    def _join_names(self, names):
        """Return different names in a row, the first few of many."""
        names = [name for name in dict.fromkeys(names) if name]
        shown = ", ".join(names[:NAMES_SHOWN])
        left = len(names) - NAMES_SHOWN
        if left <= 0:
            return shown
        return self.env._("%(names)s and %(count)s more", names=shown, count=left)
