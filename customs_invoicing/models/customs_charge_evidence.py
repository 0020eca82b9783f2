from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..engine.posting import PASSED_ON
from .account_move_entry import CHARGING_EVENTS
from .customs_charge_amounts import CLIENT_MOVE_TYPES
from .customs_declaration_matching import VENDOR_MOVE_TYPES

#: Entries that rest on a document: the authority's, or a receipt
PROVING_EVENTS = ("assessment", "outlay")


class CustomsCharge(models.Model):
    """The proof of what was paid for a client."""

    _inherit = "customs.charge"

    evidence_ids = fields.Many2many(
        comodel_name="ir.attachment",
        relation="customs_charge_evidence_rel",
        string="Files",
        bypass_search_access=True,
        copy=False,
        help="Receipt, bill or notice that proves what was paid.",
    )
    evidence_document_ids = fields.Many2many(
        comodel_name="customs.document",
        relation="customs_charge_document_rel",
        string="Documents of the file",
        domain="[('declaration_id', '=', declaration_id)]",
        copy=False,
        help="Documents of this file that prove the charge. They count once their "
        "scan was received.",
    )
    evidence_state = fields.Selection(
        selection=[
            ("not_needed", "Not needed"),
            ("missing", "Missing"),
            ("there", "There"),
        ],
        string="Evidence",
        compute="_compute_evidence",
        search="_search_evidence_state",
        help="Proof of the exact amount that is passed on to the client, as the charge "
        "code asks for it.",
    )
    evidence_text = fields.Char(string="Proven by", compute="_compute_evidence")

    # === COMPUTE METHODS === #

    @api.depends(
        "nature",
        "charge_code_id.evidence",
        "move_line_ids.balance",
        "move_line_ids.parent_state",
        "evidence_ids",
        "evidence_document_ids.attachment_ids",
    )
    def _compute_evidence(self):
        rows = self._query_evidence()
        for record in self:
            charged, proven, names = rows.get(record._origin.id, (0.0, 0.0, []))
            currency = record.currency_id
            found = list(names) if proven and not currency.is_zero(proven) else []
            documents = record.evidence_document_ids.filtered("attachment_ids")
            found += documents.mapped("display_name")
            found += record.evidence_ids.mapped("name")
            record.evidence_text = ", ".join(found) or False
            asked = (
                record.nature in PASSED_ON and record.charge_code_id.evidence != "none"
            )
            if not asked:
                record.evidence_state = "not_needed"
            elif found:
                record.evidence_state = "there"
            elif not currency or currency.is_zero(charged):
                record.evidence_state = "not_needed"
            else:
                record.evidence_state = "missing"

    def _query_evidence(self):
        """Return ``{charge id: (charged, proven by documents, their names)}``."""
        if not self._origin.ids:
            return {}
        self._flush_evidence()
        rows = self.env.execute_query(
            self._get_evidence_sql(SQL("= ANY(%s)", list(self._origin.ids)))
        )
        return {row[0]: row[1:] for row in rows}

    @api.model
    def _flush_evidence(self):
        self.env["account.move.line"].flush_model(
            ["balance", "parent_state", "customs_charge_id", "move_id"]
        )
        self.env["account.move"].flush_model(["move_type", "name", "customs_event"])

    @api.model
    def _get_evidence_sql(self, condition):
        """Return the query for what is posted of charges whose id meets a condition,
        and how much of it rests on a document."""
        return SQL(
            """
            SELECT item.customs_charge_id AS charge_id,
                   SUM(item.balance) AS charged,
                   SUM(CASE WHEN proof THEN item.balance ELSE 0 END) AS proven,
                   ARRAY_AGG(DISTINCT item.name)
                       FILTER (WHERE proof AND item.balance > 0) AS names
              FROM (
                SELECT aml.customs_charge_id, aml.balance, move.name,
                       move.move_type = ANY(%(vendor_types)s)
                       OR COALESCE(move.customs_event = ANY(%(proving)s), FALSE)
                       AS proof
                  FROM account_move_line aml
                  JOIN account_move move ON move.id = aml.move_id
                 WHERE aml.customs_charge_id %(condition)s
                   AND aml.parent_state = 'posted'
                   AND move.move_type != ALL(%(client_types)s)
                   AND COALESCE(move.customs_event = ANY(%(charging)s), TRUE)
              ) item
             GROUP BY item.customs_charge_id
            """,
            vendor_types=list(VENDOR_MOVE_TYPES),
            proving=list(PROVING_EVENTS),
            client_types=list(CLIENT_MOVE_TYPES),
            charging=list(CHARGING_EVENTS),
            condition=condition,
        )

    def _search_evidence_state(self, operator, value):
        if operator != "in":
            return NotImplemented
        domains = self._get_evidence_domains()
        return Domain.OR(domains.get(state, Domain.FALSE) for state in value)

    @api.model
    def _get_evidence_domains(self):
        """Return ``{state: domain}``, as :meth:`_compute_evidence` has it."""
        self._flush_evidence()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT found.charge_id,
                       ABS(COALESCE(found.proven, 0)) >= currency.rounding / 2
                  FROM (%s) found
                  JOIN customs_charge charge ON charge.id = found.charge_id
                  JOIN res_company company ON company.id = charge.company_id
                  JOIN res_currency currency ON currency.id = company.currency_id
                 WHERE ABS(found.charged) >= currency.rounding / 2
                    OR ABS(found.proven) >= currency.rounding / 2
                """,
                self._get_evidence_sql(SQL("IS NOT NULL")),
            )
        )
        charged = Domain("id", "in", [charge for charge, _proven in rows])
        proven = Domain("id", "in", [charge for charge, proven in rows if proven])
        asked = Domain("nature", "in", PASSED_ON) & Domain(
            "charge_code_id.evidence", "!=", "none"
        )
        there = asked & (
            proven
            | Domain("evidence_ids", "!=", False)
            | Domain("evidence_document_ids.attachment_ids", "!=", False)
        )
        missing = asked & charged & ~there
        return {"there": there, "missing": missing, "not_needed": ~there & ~missing}

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        """Propose the usual vendor of a charge as its payee."""
        codes = self.env["customs.charge.code"].browse(
            vals["charge_code_id"]
            for vals in vals_list
            if vals.get("charge_code_id") and "payee_id" not in vals
        )
        vendors = {code.id: code.default_vendor_id.id for code in codes}
        return super().create(
            [
                {**vals, "payee_id": vendors[vals["charge_code_id"]]}
                if "payee_id" not in vals and vendors.get(vals.get("charge_code_id"))
                else vals
                for vals in vals_list
            ]
        )

    # === ACTIONS === #

    def action_open(self):
        """Open the charge: why it is what it is, and its proof."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.name,
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "current",
        }
