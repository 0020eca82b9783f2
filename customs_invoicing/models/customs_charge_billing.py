from odoo import api, fields, models
from odoo.exceptions import UserError

from .customs_charge_amounts import CLIENT_MOVE_TYPES


class CustomsCharge(models.Model):
    """Who is billed for a charge."""

    _inherit = "customs.charge"

    bill_to_id = fields.Many2one(
        comodel_name="res.partner",
        string="Billed to",
        compute="_compute_bill_to_id",
        inverse="_inverse_bill_to_id",
        store=True,
        readonly=False,
        precompute=True,
        index="btree_not_null",
        domain="['|', ('company_id', '=', False), "
        "('company_id', 'parent_of', company_id)]",
        help="The client, unless its billing profile names another payer or somebody "
        "is chosen here. It stays once the charge is on an invoice.",
    )
    is_payer_chosen = fields.Boolean(
        string="Payer chosen by hand",
        copy=False,
        readonly=True,
        help="Whom to bill was chosen on the charge; the billing profile no longer "
        "changes it.",
    )

    @api.depends("declaration_id.client_id", "charge_code_id", "tax_code_id")
    def _compute_bill_to_id(self):
        invoiced = self._get_invoiced()
        for record in self:
            if record.bill_to_id and (
                record.is_payer_chosen or record._origin in invoiced
            ):
                record.bill_to_id = record.bill_to_id
                continue
            profile = record.declaration_id._get_billing_profile()
            payer = profile and profile._get_payer(record)
            record.bill_to_id = payer or record.declaration_id.client_id

    def _inverse_bill_to_id(self):
        """Keep a choice by hand, unless it went to an invoice before."""
        invoiced = self._get_invoiced()
        for record in self:
            record.is_payer_chosen = bool(record.bill_to_id)
        problems = [
            self.env._(
                "%(charge)s of %(declaration)s is on an invoice to %(partner)s. Credit "
                "it, or delete the draft, before somebody else is billed.",
                charge=record.name,
                declaration=record.declaration_id.name,
                partner=partner.display_name,
            )
            for record in self & invoiced
            for partner in record._get_invoiced_partners()
            if partner != record.bill_to_id.commercial_partner_id
        ]
        if problems:
            raise UserError("\n".join(problems))

    def action_follow_profile(self):
        """Bill whom the profile of the client names again."""
        self.is_payer_chosen = False
        self.env.add_to_compute(self._fields["bill_to_id"], self)
        return True

    def _get_invoice_items_domain(self):
        return [
            ("customs_charge_id", "in", self._origin.ids),
            ("move_id.move_type", "in", CLIENT_MOVE_TYPES),
            ("parent_state", "in", ("draft", "posted")),
        ]

    def _get_invoiced(self):
        """Return the charges on draft invoices, or posted ones and not all credited."""
        if not self._origin:
            return self.browse()
        # sudo: what the books hold decides, whichever items the user may read
        groups = (
            self.env["account.move.line"]
            .sudo()
            ._read_group(
                self._get_invoice_items_domain(),
                ["customs_charge_id", "company_currency_id", "parent_state"],
                ["balance:sum", "__count"],
            )
        )
        return self.browse(
            [
                charge.id
                for charge, currency, state, balance, _count in groups
                if state == "draft" or not currency.is_zero(balance)
            ]
        )

    def _get_invoiced_partners(self):
        """Return the companies on whose invoices these charges are."""
        items = self.env["account.move.line"].sudo()  # sudo: see _get_invoiced
        found = items.search(self._get_invoice_items_domain())
        return found.move_id.commercial_partner_id

    @api.model
    def _refresh_bill_to(self, clients=None, companies=None):
        """Find anew who is billed for what is not billed yet.

        :param clients: those whose files are meant, all of them by default
        :param companies: those of the files, all of them by default
        """
        domain = [
            ("declaration_id.state", "not in", ("closed", "cancelled")),
            ("is_payer_chosen", "=", False),
            ("nature", "!=", "own_cost"),
        ]
        if clients is not None:
            domain.append(("client_id", "child_of", clients.ids))
        if companies is not None:
            domain.append(("company_id", "in", companies.ids))
        # sudo: a profile is shared by files the user may not see
        charges = self.sudo().search(domain)
        self.env.add_to_compute(self._fields["bill_to_id"], charges)

    # === ON INVOICES === #

    def _get_print_order(self):
        """Return the place of the charge among those of its file."""
        self.ensure_one()
        code = self.charge_code_id
        return code.group_id.sequence, code.sequence, self.sequence, self.id

    def _get_earlier_invoices(self):
        """Return ``{charge: the last posted invoice to a client that bills it}``."""
        # sudo: which invoice came before is no secret to whoever makes the next
        lines = (
            self.env["account.move.line"]
            .sudo()
            .search(
                [
                    ("customs_charge_id", "in", self.ids),
                    ("move_id.move_type", "in", ("out_invoice", "out_receipt")),
                    ("parent_state", "=", "posted"),
                ],
                order="date, id",
            )
        )
        moves = self.env["account.move"]
        return {
            self.browse(line.customs_charge_id.id): moves.browse(line.move_id.id)
            for line in lines
        }

    def _get_follow_up_label(self, label, invoice, lang):
        """Return the text of a line for a charge that was billed before."""
        self.ensure_one()
        record = self.with_context(lang=lang)
        if record.currency_id.compare_amounts(record.amount_to_bill, 0.0) < 0:
            return record.env._(
                "Correction of %(invoice)s: %(charge)s",
                invoice=invoice.name,
                charge=label,
            )
        if record.currency_id.is_zero(record.amount_billed):
            return label  # credited in full: billed anew
        return record.env._(
            "Supplement to %(invoice)s: %(charge)s", invoice=invoice.name, charge=label
        )
