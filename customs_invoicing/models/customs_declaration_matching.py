from collections import defaultdict
from typing import NamedTuple

from odoo import api, fields, models
from odoo.tools import SQL

from ..engine import bill_matching
from ..engine.posting import cost_role
from ..engine.roles import BY_CODE

#: Types of transport documents (bills of lading, waybills, manifests) by their codes
TRANSPORT_DOCUMENTS = ("703", "704", "705", "710", "714", "720", "730", "740", "741")
#: Moves of vendors
VENDOR_MOVE_TYPES = ("in_invoice", "in_refund", "in_receipt")


class VendorDebt(NamedTuple):
    """What a vendor may have paid of a file: a charge, or a debt in the books.

    Amounts are in the currency of the bill and seen from it: positive on bills and on
    refunds. ``amount`` is what is open, ``limit`` what the document may have at most.
    Without a charge it is the debt in the books that the document clears.
    """

    declaration: models.BaseModel
    charge: models.BaseModel
    amount: float
    limit: float
    note: str = ""


class CustomsDeclaration(models.Model):
    """Finding files by the numbers on bills, and what vendors may bill for them."""

    _inherit = "customs.declaration"

    vendor_bill_count = fields.Integer(
        string="Vendor bill count", compute="_compute_vendor_bill_count"
    )

    def _compute_vendor_bill_count(self):
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

    def _get_vendor_bills(self):
        """Return bills and refunds of brokers, couriers and carriers."""
        return self._get_customs_moves().filtered(
            lambda move: move._is_customs_vendor_bill()
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

    def _find_named(self, texts, companies):
        """Return ``{key: file}`` of the one of these files each text names for sure."""
        numbers = self._query_numbers(
            companies, bill_matching.possible_numbers(texts.values())
        )
        files = [
            bill_matching.File(record.id, tuple(numbers[record.id]))
            for record in self
            if record.id in numbers
        ]
        result = {}
        for key, text in texts.items():
            found = bill_matching.find_files({"": text}, files)
            sure = [match.key for match in found if match.is_sure]
            result[key] = self.browse(sure if len(sure) == 1 else [])
        return result

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

    def _is_for_client(self):
        """Whether what is paid on the file may be paid for a client."""
        return self.capacity in ("direct", "indirect")

    def _get_vendor_debts(self, move):
        """Return what is open of these files for a draft bill or refund.

        First the charges our agent pays, nothing of which is in the books; then, per
        file, the debt that is. A refund may give back all that was billed.
        """
        return [
            debt
            for debt in [*self._get_agent_debts(move), *self._get_booked_debts(move)]
            if move.currency_id.compare_amounts(debt.limit, 0) > 0
        ]

    def _get_agent_debts(self, move):
        agent = self.charge_ids.filtered(lambda charge: charge._is_paid_by_agent())
        open_targets, booked = agent._get_vendor_open()
        drafts = agent._get_vendor_drafts(move)
        sign, debts = move._customs_bill_sign(), []
        for charge in agent:
            currency = charge.declaration_id.tariff_currency_id
            own = move._customs_get_own_amount(charge)
            amount = sum(amount for _base, amount in open_targets[charge].values())
            amount = sign * (move._customs_to_bill_currency(amount, currency) - own)
            limit = amount
            if sign < 0:
                billed = sum(figure for _base, figure in booked[charge].values())
                limit = move._customs_to_bill_currency(billed, currency) + own
            note = drafts.get(charge, "")
            debts.append(VendorDebt(charge.declaration_id, charge, amount, limit, note))
        return debts

    def _get_booked_debts(self, move):
        items = self._get_open_authority_items()
        cleared = self._get_broker_cleared(move.commercial_partner_id)
        sign, debts = move._customs_bill_sign(), []
        for declaration in self:
            own = move._customs_get_own_clearing(declaration)
            amount = move._customs_get_open_debt(items[declaration])
            amount = sign * (amount - own)
            limit = amount
            if sign < 0:
                billed = move._customs_to_bill_currency(
                    cleared[declaration], move.company_currency_id
                )
                limit = max(amount, billed + own)
            none = self.env["customs.charge"]
            debts.append(VendorDebt(declaration, none, amount, limit))
        return debts

    def _get_broker_cleared(self, vendor):
        """Return ``{file: what bills of a vendor cleared of its debt}``, as booked."""
        accounts = self.company_id.customs_broker_clearing_account_id
        groups = self.env["account.move.line"]._read_group(
            [
                ("customs_declaration_id", "in", self.ids),
                ("account_id", "in", accounts.ids),
                ("partner_id", "=", vendor.id),
                ("parent_state", "=", "posted"),
                ("move_id.move_type", "in", VENDOR_MOVE_TYPES),
            ],
            ["customs_declaration_id"],
            ["balance:sum"],
        )
        result = dict.fromkeys(self, 0.0)
        result.update({self.browse(file.id): amount for file, amount in groups})
        return result

    def _get_vendor_billed(self, move):
        """Return ``{file: {bill: [amount]}}`` of duty this vendor billed before.

        For each earlier bill what it has of each charge, of the debt, and in all, in
        the currency of a draft. Reversed bills do not count.
        """
        accounts = self.company_id.customs_broker_clearing_account_id
        # sudo: to name them to whoever books the same again
        lines = self.env["account.move.line"].sudo()
        found = lines.search(
            [
                ("customs_declaration_id", "in", self.ids),
                ("parent_state", "=", "posted"),
                ("move_id.move_type", "in", ("in_invoice", "in_receipt")),
                ("move_id.customs_assessment_id", "=", False),
                ("move_id.commercial_partner_id", "=", move.commercial_partner_id.id),
                ("move_id", "not in", move.ids),
                "|",
                ("customs_charge_id.tax_code_id", "!=", False),
                ("account_id", "in", accounts.ids),
            ],
            order="date, id",
        ).filtered(
            lambda line: "posted" not in line.move_id.reversal_move_ids.mapped("state")
        )
        result = {declaration: {} for declaration in self}
        for (file, bill), items in found.grouped(
            lambda line: (line.customs_declaration_id, line.move_id)
        ).items():
            parts = [items, *items.grouped("customs_charge_id").values()]
            result[self.browse(file.id)][bill] = [
                move._customs_to_bill_currency(
                    sum(part.mapped("amount_currency")), bill.currency_id
                )
                for part in parts
            ]
        return result

    def _get_vendor_service_account(self):
        """Return where services that vendors bill us for this file are booked."""
        self.ensure_one()
        role = "cost_service"
        if self.capacity == "own":
            role = cost_role("third_party", self.goods_use)
        return self.company_id._get_customs_account(role)

    def _get_open_vendor_items(self, role, vendor):
        """Return ``{file: items}`` open for a vendor on the account of a role."""
        account = self.company_id[BY_CODE[role].field]
        # sudo: whoever enters bills may lack the right to single items
        lines = self.env["account.move.line"].sudo()
        found = lines.search(
            [
                ("customs_declaration_id", "in", self.ids),
                ("account_id", "in", account.ids),
                ("partner_id.commercial_partner_id", "=", vendor.id),
                ("parent_state", "=", "posted"),
                ("reconciled", "=", False),
            ]
        )
        result = dict.fromkeys(self, lines)
        for file, items in found.grouped("customs_declaration_id").items():
            result[self.browse(file.id)] = items
        return result

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

    def _get_transfers(self):
        """Return the active entries that moved these files' debts to brokers."""
        # sudo: whoever posts a bill sees what was moved before
        lines = self.env["account.move.line"].sudo()
        found = lines.search(
            [
                ("customs_declaration_id", "in", self.ids),
                ("move_id.customs_event", "=", "transfer"),
                ("parent_state", "=", "posted"),
            ]
        )
        return found.move_id.filtered(lambda move: move._is_active_transfer())
