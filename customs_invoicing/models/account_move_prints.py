from odoo import models


class AccountMove(models.Model):
    """A client's invoice on paper: outlays beside services, its annex, its deposit."""

    _inherit = "account.move"

    def _get_customs_print_sums(self):
        """Return what an invoice bills of outlays and of our services.

        :return: ``{"outlays", "recharges", "services"}`` in its currency, before tax;
            nothing for an invoice without outlays
        """
        self.ensure_one()
        lines = self.sudo().invoice_line_ids.filtered(  # sudo: nature is on the print
            lambda line: line.display_type == "product"
        )
        keys = {"disbursement": "outlays", "recharge": "recharges"}
        sums = dict.fromkeys(("outlays", "recharges", "services"), 0.0)
        for line in lines:
            key = keys.get(line.customs_charge_id.nature, "services")
            sums[key] += line.price_subtotal
        if not any(line.customs_charge_id.nature in keys for line in lines):
            return {}
        return {key: self.currency_id.round(amount) for key, amount in sums.items()}

    def _get_customs_print_mentions(self):
        """Return the legal mention for outlays in the language of the print.

        A payer who is not the client reads in whose name they were paid.
        """
        self.ensure_one()
        if not self._get_customs_print_sums().get("outlays"):
            return ""
        invoice = self.sudo()  # sudo: the mention is on the print
        mention = invoice.company_id._get_customs_legal_mention(self.env.lang)
        lines = invoice.invoice_line_ids.filtered(
            lambda line: line.customs_charge_id.nature == "disbursement"
        )
        clients = lines.customs_declaration_id.client_id.commercial_partner_id
        others = clients - invoice.commercial_partner_id
        if not mention or not others:
            return mention
        record = invoice.company_id._get_customs_legal_mention_record()
        texts = [mention] if record.country_id or clients - others else []
        texts.append(
            self.env._(
                "Paid in the name and for the account of %(client)s, outside the "
                "scope of VAT",
                client=", ".join(others.mapped("name")),
            )
        )
        return " – ".join(texts)

    def _get_customs_deposit_move_ids(self):
        """Return the entries by which deposits paid these invoices."""
        return (
            self.line_ids.matched_credit_ids.credit_move_id.move_id.filtered(
                lambda move: move.customs_event == "deposit"
            )
        ).ids

    # === ANNEX === #

    def _has_customs_annex(self):
        """Whether the client gets the annexes of its files with the invoice."""
        self.ensure_one()
        if self.move_type not in ("out_invoice", "out_refund"):
            return False
        # sudo: accountants without customs rights print invoices too
        partner = self.commercial_partner_id.sudo()
        wanted = partner.customs_annex or self.company_id.sudo().customs_annex
        return wanted == "yes" and bool(self._get_customs_print_sums().get("outlays"))

    def _get_customs_annexes(self):
        """Return the annexes of an invoice's files, see ``_get_annexes``."""
        self.ensure_one()
        # sudo: whoever may print the invoice prints its annex
        invoice = self.sudo()
        files = invoice.invoice_line_ids.customs_declaration_id
        return files.sorted("id")._get_annexes(invoice)

    def _get_customs_statement_files(self):
        """Return ``{entry: the files its items are for}``."""
        groups = self.env["account.move.line"]._read_group(
            [("move_id", "in", self.ids), ("customs_declaration_id", "!=", False)],
            ["move_id"],
            ["customs_declaration_id:recordset"],
        )
        return dict(groups)
