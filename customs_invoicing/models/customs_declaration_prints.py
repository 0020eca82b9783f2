from collections import defaultdict
from textwrap import shorten

from odoo import models
from odoo.exceptions import UserError
from odoo.tools.misc import format_amount

from .customs_charge_amounts import CLIENT_MOVE_TYPES

#: Characters of the description of the goods that an annex prints
DESCRIPTION_SIZE = 160

#: What an annex reads of items and of their taxes
ANNEX_ITEM_FIELDS = ["number", "code", "description", "origin_id", "customs_value"]
ANNEX_DUTY_FIELDS = [
    "line_id",
    "tax_code_id",
    "base_kind",
    "base_assessed",
    "rate_assessed",
    "amount_assessed",
    "amount_payable",
    "status",
    "base_calculated",
    "rate_calculated",
    "amount_calculated",
    "payable_calculated",
    "status_calculated",
]


class CustomsDeclaration(models.Model):
    """What clients get on paper of a file: its annex and its pro-forma."""

    _inherit = "customs.declaration"

    def _get_print_lang(self, payer=None):
        """Return the language of prints: as agreed, else of the payer or client."""
        self.ensure_one()
        agreed = self._get_billing_profile().sudo().lang  # sudo: no secret to users
        return agreed or (payer or self.client_id).lang or self.env.lang

    # === ANNEX === #

    def _get_annexes(self, invoice=None):
        """Return what the annex of each file shows, in the language of the context.

        Queries do not grow with items or charges.

        :param invoice: the client's invoice the annex belongs to, else the whole file
        :return: list of dicts with the file, ``items``, ``taxes``, ``fees``, ``sums``;
            ``is_partial`` for a payer who is not the client: what was imported, for
            how much and by whom is no business of theirs, so there are no items
        """
        # all of them at once: Odoo would read them by the thousand
        self.duty_line_ids.fetch(ANNEX_DUTY_FIELDS)
        self.line_ids.fetch(ANNEX_ITEM_FIELDS)
        here, before = self._get_annex_billed(invoice)
        return [record._get_annex(invoice, here, before) for record in self]

    def _get_annex(self, invoice, here, before):
        """Return what the annex of a file shows; see :meth:`_get_annexes`."""
        self.ensure_one()
        charges = self._get_annex_charges(invoice, here).sorted(
            lambda charge: charge._get_print_order()
        )
        services = charges.filtered(lambda charge: charge.nature == "service")
        taxes = [charge._get_annex_tax(here, before) for charge in charges - services]
        fees = [charge._get_annex_fee(here, before) for charge in services]
        is_foreign = bool(invoice) and invoice.currency_id != self.currency_id
        is_partial = self._is_for_other_payer(invoice)
        sums = self._sum_annex(taxes)
        return {
            "declaration": self,
            "invoice": invoice,
            "is_partial": is_partial,
            "is_expected": not self.current_assessment_id,
            "is_foreign": is_foreign,
            "items": [] if is_partial else self._get_annex_items(),
            "taxes": taxes,
            "fees": fees,
            "sums": sums,
            "has_not_payable": any(row["not_payable"] for row in taxes),
            "fee_sums": self._sum_annex(fees),
            "currency": self.currency_id,
            "invoice_currency": invoice.currency_id if invoice else self.currency_id,
        }

    def _is_for_other_payer(self, invoice):
        """Whether an invoice goes to somebody else than the client of the file."""
        self.ensure_one()
        client = self.client_id.commercial_partner_id
        return bool(invoice) and invoice.commercial_partner_id != client

    def _sum_annex(self, rows):
        currency = self.currency_id
        keys = (
            "assessed",
            "not_payable",
            "paid_directly",
            "before",
            "own",
            "here",
            "disbursed",
        )
        return {key: currency.round(sum(row[key] for row in rows)) for key in keys}

    def _get_annex_billed(self, invoice):
        """Return what invoices bill of the charges of these files.

        :return: ``{charge id: (in the invoice's currency, in ours)}`` on the invoice,
            and ``{charge id: in ours}`` on the posted ones before it
        """
        lines = self.env["account.move.line"].search(
            [
                ("customs_declaration_id", "in", self.ids),
                ("customs_charge_id", "!=", False),
                ("move_id.move_type", "in", CLIENT_MOVE_TYPES),
                ("parent_state", "in", ["posted", "draft"]),
            ]
        )
        here, before = defaultdict(lambda: (0.0, 0.0)), defaultdict(float)
        for line in lines:
            move, charge = line.move_id, line.customs_charge_id.id
            own = -line.balance
            if line.customs_amount:
                own = abs(line.customs_amount) * (1 if own >= 0 else -1)
            if invoice and move == invoice:
                # a credit note shows what it credits, as it prints its lines
                sign = -1 if move.move_type == "out_refund" else 1
                shown, total = here[charge]
                here[charge] = (shown + line.price_subtotal, total + sign * own)
            elif move.state == "posted" and (
                not invoice
                or invoice.state != "posted"
                or (move.date, move.id) < (invoice.date, invoice.id)
            ):
                before[charge] += own
        return here, before

    def _get_annex_charges(self, invoice, here):
        """Return the charges a recipient sees: those it is billed."""
        self.ensure_one()
        charges = self.charge_ids
        if not invoice:
            return charges.filtered(
                lambda charge: (
                    charge.nature != "service"
                    or not charge.currency_id.is_zero(charge.amount)
                )
            )
        payer = invoice.commercial_partner_id
        return charges.filtered(
            lambda charge: (
                charge.id in here
                or (
                    charge.nature != "service"
                    and charge.bill_to_id.commercial_partner_id == payer
                )
            )
        )

    def _get_annex_items(self):
        """Return a row for each tax of each item, then those of the declaration."""
        self.ensure_one()
        by_item = self.duty_line_ids.grouped("line_id")
        nothing = self.env["customs.declaration.line"]
        rows = []
        for item in [*self.line_ids, nothing]:
            duties = by_item.get(item, self.env["customs.duty.line"])
            if item or duties:
                rows += self._get_annex_rows(item, duties)
        return rows

    def _get_annex_rows(self, item, duties):
        """Return the rows of an item; what is said of the item is on the first."""
        expected = not self.current_assessment_id
        write = self._get_number_writer()
        head = {"is_first": True, "is_item": bool(item)}
        if item:
            head.update(
                number=item.number,
                code=item.code or "",
                description=shorten(
                    item.description or "", DESCRIPTION_SIZE, placeholder=" …"
                ),
                origin=item.origin_id.code or "",
                value=write(item.customs_value),
            )
        rows = [
            {"number": item.number, **duty._get_annex_duty(write, expected)}
            for duty in duties
        ] or [{}]
        rows[0] = {**head, **rows[0]}
        return rows

    def _get_number_writer(self):
        """Return a function that writes numbers as the language does, fast.

        A declaration has thousands of them.
        """
        lang = self.env["res.lang"]._get_data(
            code=self.env.lang or self.env.user.lang or "en_US"
        )
        record = self.env["res.lang"].browse(lang.id)
        digits = self.tariff_currency_id.decimal_places

        def write(value, size=digits):
            return record.format(f"%.{size}f", value or 0.0, grouping=True)

        return write

    # === PRO-FORMA === #

    def _get_proformas(self):
        """Return a pro-forma for each payer of each file.

        :return: list of dicts with the file, ``payer``, ``outlays``, ``services``,
            their sums, ``tax`` and ``total``, in the currency of the company
        """
        proformas = []
        for record in self:
            by_payer = defaultdict(list)
            for line in record._get_proforma_lines():
                by_payer[line["payer"]].append(line)
            proformas += [
                record._get_proforma(payer, lines) for payer, lines in by_payer.items()
            ]
        if not proformas:
            raise UserError(
                self.env._(
                    "Nothing is expected or open for %(files)s: a pro-forma would be "
                    "empty. What is billed is on the invoices.",
                    files=", ".join(self.mapped("name")),
                )
            )
        return proformas

    def _get_proforma(self, payer, lines):
        currency = self.currency_id
        outlays = [line for line in lines if line["nature"] == "disbursement"]
        services = [line for line in lines if line["nature"] != "disbursement"]
        tax = currency.round(sum(line["tax_amount"] for line in lines))
        outlay_sum = currency.round(sum(line["amount"] for line in outlays))
        service_sum = currency.round(sum(line["amount"] for line in services))
        return {
            "declaration": self,
            "payer": payer,
            "outlays": outlays,
            "services": services,
            "outlay_sum": outlay_sum,
            "service_sum": service_sum,
            "tax": tax,
            "total": currency.round(outlay_sum + service_sum + tax),
            "has_expected": any(line["is_expected"] for line in lines),
            "currency": currency,
        }

    def _format_rate(self):
        """Return the customs exchange rate as clients read it."""
        self.ensure_one()
        if not self.customs_rate or not self.invoice_currency_id:
            return ""
        rate = self._get_number_writer()(self.customs_rate, 6).rstrip("0").rstrip(".,")
        one = format_amount(self.env, 1, self.invoice_currency_id)
        return f"{one} = {rate} {self.tariff_currency_id.name}"
