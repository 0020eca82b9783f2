from collections import defaultdict

from odoo import fields, models
from odoo.fields import Command, Domain
from odoo.tools import SQL

from ..engine.bill_matching import compact


class CustomsDeclaration(models.Model):
    """Import VAT of our own goods that awaits its evidence."""

    _inherit = "customs.declaration"

    vat_pending = fields.Monetary(
        string="Import VAT awaiting evidence",
        compute="_compute_vat_pending",
        search="_search_vat_pending",
        help="Import VAT in the books that cannot be deducted before its certificate "
        "is recorded.",
    )
    vat_evidence_line_ids = fields.One2many(
        comodel_name="customs.vat.evidence.line", inverse_name="declaration_id"
    )
    vat_evidence_count = fields.Integer(
        string="Evidence count", compute="_compute_vat_evidence_count"
    )

    # no dependency: read from the journal items whenever it is asked for
    def _compute_vat_pending(self):
        balances = self._get_vat_pending_balances()
        for record in self:
            record.vat_pending = balances.get(record.id, 0.0)

    def _get_vat_pending_balances(self):
        """Return ``{id: balance}`` on the accounts of import VAT awaiting evidence."""
        groups = self._read_vat_pending([("customs_declaration_id", "in", self.ids)])
        return {declaration.id: balance for declaration, balance in groups}

    def _read_vat_pending(self, domain):
        # sudo: officers see the amount of their files, not the journal items
        accounts = (
            self.env["res.company"]
            .sudo()
            .search([("customs_vat_import_pending_account_id", "!=", False)])
            .mapped("customs_vat_import_pending_account_id")
        )
        return (
            self.env["account.move.line"]
            .sudo()
            ._read_group(
                [
                    *domain,
                    ("account_id", "in", accounts.ids),
                    ("parent_state", "=", "posted"),
                ],
                ["customs_declaration_id"],
                ["balance:sum"],
            )
        )

    def _search_vat_pending(self, operator, value):
        """Support ``vat_pending = 0`` and ``vat_pending != 0``."""
        if operator not in ("=", "!=") or value:
            return NotImplemented
        found = [
            declaration.id
            for declaration, balance in self._read_vat_pending(
                [("customs_declaration_id", "!=", False)]
            )
            if not declaration.currency_id.is_zero(balance)
        ]
        return [("id", "in" if operator == "!=" else "not in", found)]

    def _compute_vat_evidence_count(self):
        groups = self.env["customs.vat.evidence.line"]._read_group(
            [("declaration_id", "in", self.ids)],
            ["declaration_id"],
            ["evidence_id:count_distinct"],
        )
        counts = {declaration.id: count for declaration, count in groups}
        for record in self:
            record.vat_evidence_count = counts.get(record.id, 0)

    def action_view_vat_evidence(self):
        """Open the evidence that names these files."""
        evidence = self.vat_evidence_line_ids.evidence_id
        action = self.env["ir.actions.actions"]._for_xml_id(
            "customs_invoicing.customs_vat_evidence_action"
        )
        if len(evidence) == 1:
            form = self.env.ref("customs_invoicing.customs_vat_evidence_view_form")
            return {**action, "views": [(form.id, "form")], "res_id": evidence.id}
        return {**action, "domain": [("id", "in", evidence.ids)]}

    def action_record_vat_evidence(self):
        """Open a new certificate with what awaits evidence of these files."""
        self.env["customs.vat.evidence"].check_access("create")
        lines = [
            Command.create(
                {
                    "number": record.mrn or record.name,
                    "declaration_id": record.id,
                    "amount_stated": record.vat_pending,
                }
            )
            for record in self
            if not record.currency_id.is_zero(record.vat_pending)
        ]
        action = self.env["ir.actions.actions"]._for_xml_id(
            "customs_invoicing.customs_vat_evidence_action"
        )
        form = self.env.ref("customs_invoicing.customs_vat_evidence_view_form")
        context = {"default_line_ids": lines}
        if len(self.authority_id) == 1:
            context["default_authority_id"] = self.authority_id.id
        if len(self.company_id) == 1:
            context["default_company_id"] = self.company_id.id
        return {**action, "views": [(form.id, "form")], "context": context}

    # === FINDING FILES === #

    def _find_by_printed_numbers(self, company, numbers):
        """Return ``{number: declaration}`` of numbers as an authority prints them.

        Blanks, punctuation and case do not count. What fits several files is found
        as none.
        """
        keys = {number: compact(number) for number in numbers if compact(number)}
        if not keys:
            return {}
        files = self._search(
            Domain("company_id", "=", company.id)
            & Domain("state", "!=", "cancelled")
            & Domain("capacity", "=", "own")
        )
        self.flush_model(["name", "mrn", "registration_number"])
        found = defaultdict(set)
        for column in ("mrn", "registration_number", "name"):
            bare = SQL(
                "REGEXP_REPLACE(UPPER(%s), '[^A-Z0-9]', '', 'g')",
                SQL.identifier(files.table, column),
            )
            query = SQL(
                "SELECT id, %s FROM %s WHERE id IN %s AND %s = ANY(%s)",
                bare,
                SQL.identifier(files.table),
                files.subselect(),
                bare,
                list(keys.values()),
            )
            for file_id, number in self.env.execute_query(query):
                found[number].add(file_id)
        return {
            number: self.browse(next(iter(found[key])))
            for number, key in keys.items()
            if len(found[key]) == 1
        }

    # === WHAT IS IN THE BOOKS === #

    def _get_pending_import_vat(self):
        """Return ``{declaration: {rate: (VAT, base)}}`` that awaits evidence.

        In the currency of the company; the base is what was assessed and no evidence
        has reported yet.
        """
        accounts = self.company_id.customs_vat_import_pending_account_id
        # sudo: see _read_vat_pending
        items = (
            self.env["account.move.line"]
            .sudo()
            .search(
                Domain("customs_declaration_id", "in", self.ids)
                & Domain("parent_state", "=", "posted")
                & (
                    Domain("account_id", "in", accounts.ids)
                    | Domain("move_id.customs_event", "=", "evidence")
                )
            )
        )
        result = {record: defaultdict(lambda: [0.0, 0.0]) for record in self}
        for record in self:
            for rate, base in record._get_pending_bases().items():
                result[record][rate][1] += base
        by_id = {record.id: record for record in self}
        for item in items:
            found = result[by_id[item.customs_declaration_id.id]]
            if item.account_id in accounts:
                found[item.customs_vat_rate][0] += item.balance
            elif item.tax_ids:
                found[item.customs_vat_rate][1] -= item.balance
        return {
            record: {
                rate: (vat, base)
                for rate, (vat, base) in by_rate.items()
                if not record.currency_id.is_zero(vat)
            }
            for record, by_rate in result.items()
        }

    def _get_pending_bases(self):
        """Return ``{rate: base}`` of what the assessment leaves to evidence."""
        self.ensure_one()
        charges, bases = self._get_charges_by_tax_code(), defaultdict(float)
        for line in self.current_assessment_id.line_ids:
            charge = charges.get(line.tax_code_id)
            # who pays the authority does not matter: a broker's bill waits as well
            if charge and charge._is_own_import_vat() and line.amount_payable:
                base = self._to_company_currency(line.base)
                bases[line._get_import_vat_rate()] += base
        return bases

    def _get_postponed_import_vat(self):
        """Return ``{declaration: VAT}`` the books hold as postponed."""
        result = dict.fromkeys(self, 0.0)
        for target, (_base, amount) in self._get_posted_targets().items():
            record = target.charge.declaration_id
            if target.way == "postponed" and record in result:
                result[record] += record._to_company_currency(amount)
        return result

    def _get_import_vat_charge(self):
        """Return the charge that is our own import VAT."""
        self.ensure_one()
        return self.charge_ids.filtered(lambda charge: charge._is_own_import_vat())[:1]
