from collections import defaultdict
from typing import NamedTuple

from odoo import api, fields, models
from odoo.tools import SQL

from ..engine import bill_matching

#: Types of transport documents (bills of lading, waybills, manifests) by their codes
TRANSPORT_DOCUMENTS = ("703", "704", "705", "710", "714", "720", "730", "740", "741")
#: Moves of vendors
VENDOR_MOVE_TYPES = ("in_invoice", "in_refund", "in_receipt")


class VendorDebt(NamedTuple):
    """What a vendor may have paid of a file: a charge, or a debt in the books.

    ``amount`` is what is open, in the currency of the bill and seen from it: positive
    on bills and on refunds. Without a charge it is the debt that the bill clears.
    """

    declaration: models.BaseModel
    charge: models.BaseModel
    amount: float
    note: str = ""


class CustomsDeclaration(models.Model):
    """Finding files by the numbers on bills, and what vendors may bill for them."""

    _inherit = "customs.declaration"

    vendor_bill_count = fields.Integer(
        string="Vendor bill count", compute="_compute_move_counts"
    )

    def _compute_move_counts(self):
        result = super()._compute_move_counts()
        groups = self.env["account.move.line"]._read_group(
            [
                ("customs_declaration_id", "in", self.ids),
                ("move_id.move_type", "in", VENDOR_MOVE_TYPES),
                ("move_id.customs_assessment_id", "=", False),
            ],
            ["customs_declaration_id"],
            ["move_id:count_distinct"],
        )
        counts = {declaration.id: count for declaration, count in groups}
        for record in self:
            record.vendor_bill_count = counts.get(record._origin.id, 0)
            record.authority_move_count -= record.vendor_bill_count
        return result

    def _get_authority_moves(self):
        return super()._get_authority_moves() - self._get_vendor_bills()

    def _get_vendor_bills(self):
        """Return bills and refunds of brokers, couriers and carriers."""
        return self._get_customs_moves().filtered(
            lambda move: move.is_purchase_document(include_receipts=True)
            and not move.customs_assessment_id
        )

    def action_view_vendor_bills(self):
        self.ensure_one()
        return self._action_view_moves(
            self._get_vendor_bills(), "account.action_move_in_invoice_type"
        )

    # === FINDING === #

    @api.model
    def _find_by_numbers(self, companies, texts, vendor):
        """Return ``(files, {file: found})`` whose numbers stand in texts, best first.

        :param companies: where to look
        :param texts: ``{place: text}``
        :param vendor: of two files found equally well, the one it declared is meant
        """
        numbers = self._query_numbers(
            companies, bill_matching.possible_numbers(texts.values())
        )
        # read rights decide what is found, in all these companies
        records = self.with_context(allowed_company_ids=companies.ids)
        files = records.browse(numbers).exists()._filtered_access("read")
        found = bill_matching.find_files(
            texts,
            [
                bill_matching.File(
                    key=record.id,
                    numbers=tuple(numbers[record.id]),
                    favoured=bool(vendor)
                    and record.broker_id.commercial_partner_id == vendor,
                )
                for record in files
            ],
        )
        by_id = {record.id: record for record in files}
        matches = {by_id[match.key]: match for match in found}
        return self.browse([record.id for record in matches]), {
            self.browse(record.id): match for record, match in matches.items()
        }

    @api.model
    def _query_numbers(self, companies, wanted):
        """Return ``{declaration id: [number]}`` for compact numbers, in one query."""
        if not wanted or not companies:
            return {}
        for model in (
            "customs.declaration",
            "customs.declaration.line",
            "customs.document",
            "purchase.order",
        ):
            self.env[model].flush_model()
        kinds = (
            (bill_matching.MRN, SQL("mrn")),
            (bill_matching.OUR_NUMBER, SQL("name")),
            (bill_matching.DECLARANT, SQL("declarant_reference")),
            (bill_matching.REGISTRATION, SQL("registration_number")),
            (bill_matching.TRANSPORT, SQL("manifest")),
        )
        parts = [
            SQL("SELECT id AS file, %s AS kind, %s AS number FROM files", kind, column)
            for kind, column in kinds
        ]
        parts += [
            SQL(
                """SELECT declaration_id,
                          CASE WHEN regexp_replace(code, '[^0-9]', '', 'g')
                                    = ANY(%s) THEN %s ELSE %s END,
                          reference
                     FROM customs_document
                    WHERE declaration_id IN (SELECT id FROM files)""",
                list(TRANSPORT_DOCUMENTS),
                bill_matching.TRANSPORT,
                bill_matching.DOCUMENT,
            ),
            SQL(
                """SELECT declaration_id, %s, previous_document
                     FROM customs_declaration_line
                    WHERE declaration_id IN (SELECT id FROM files)""",
                bill_matching.TRANSPORT,
            ),
            SQL(
                """SELECT rel.customs_declaration_id, %s, names.number
                     FROM customs_declaration_purchase_order_rel rel
                     JOIN purchase_order po ON po.id = rel.purchase_order_id
                    CROSS JOIN LATERAL (
                          VALUES (po.name), (po.partner_ref)) names (number)
                    WHERE rel.customs_declaration_id IN (SELECT id FROM files)""",
                bill_matching.ORDER,
            ),
        ]
        rows = self.env.execute_query(
            SQL(
                """
                WITH files AS (
                    SELECT id, mrn, name, declarant_reference, registration_number,
                           manifest
                      FROM customs_declaration
                     WHERE company_id = ANY(%s) AND state != 'cancelled')
                SELECT DISTINCT file, kind, number
                  FROM (%s) found
                 WHERE regexp_replace(upper(number), '[^A-Z0-9]', '', 'g') = ANY(%s)
                 ORDER BY file, kind, number
                """,
                list(companies.ids),
                SQL(" UNION ALL ").join(parts),
                list(wanted),
            )
        )
        result = defaultdict(list)
        for file, kind, number in rows:
            result[file].append(bill_matching.Number(kind, number))
        return dict(result)

    # === WHAT VENDORS MAY BILL === #

    def _get_vendor_debts(self, move):
        """Return what is open of these files for a draft bill or refund.

        First the charges our agent pays, nothing of which is in the books; then, per
        file, the debt that is.
        """
        agent = self.charge_ids.filtered(lambda charge: charge._is_paid_by_agent())
        open_amounts = agent._get_vendor_open()
        drafts = agent._get_vendor_drafts(move)
        debts = []
        for charge in agent:
            currency = charge.declaration_id.tariff_currency_id
            amount = move._customs_to_bill_currency(open_amounts[charge], currency)
            amount -= move._customs_get_own_amount(charge)
            note = drafts.get(charge, "")
            debts.append(
                VendorDebt(charge.declaration_id, charge, amount * move._sign(), note)
            )
        items = self._get_open_authority_items()
        for declaration in self:
            amount = move._customs_get_open_debt(declaration, items[declaration])
            debts.append(VendorDebt(declaration, self.env["customs.charge"], amount))
        return [
            debt
            for debt in debts
            if move.currency_id.compare_amounts(debt.amount, 0) > 0
        ]

    def _get_open_authority_items(self):
        """Return ``{file: open items of its debt to the authority}``, by due date.

        Only its own items: never all lines of the account.
        """
        # sudo: whoever posts a bill may lack the right to the authority's items
        lines = self.env["account.move.line"].sudo()
        found = lines.search(
            [
                ("parent_state", "=", "posted"),
                ("reconciled", "=", False),
                ("account_id.account_type", "=", "liability_payable"),
                "|",
                "&",
                ("customs_declaration_id", "in", self.ids),
                ("move_id.move_type", "=", "entry"),
                ("move_id.customs_assessment_id.declaration_id", "in", self.ids),
            ],
            order="date_maturity, id",
        )
        result = {declaration: lines for declaration in self}
        for line in found:
            key = (
                line.customs_declaration_id
                or line.move_id.customs_assessment_id.declaration_id
            )
            result[self.browse(key.id)] |= line
        return result
