from odoo import Command, api, fields, models
from odoo.exceptions import UserError

from ..engine.corrections import percent_of
from ..tools import to_decimal, to_float

#: From each decision, where a claim may go
TRANSITIONS = {
    "draft": {"submitted", "cancelled"},
    "submitted": {"draft", "accepted", "rejected", "cancelled"},
    "accepted": {"submitted", "rejected", "cancelled"},
    "rejected": {"submitted", "cancelled"},
    "cancelled": {"draft"},
}

#: What a decided claim is about cannot change
FIXED_WHEN_DECIDED = {"kind", "authority_id", "company_id", "recognition"}

CLAIM_ACTIVITY = "customs_invoicing.activity_type_refund_claim"
STATEMENT_ACTIVITY = "customs_invoicing.activity_type_refund_statement"


class CustomsRefund(models.Model):
    """The way of a claim: handed in, decided, passed on."""

    _inherit = "customs.refund"

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if vals.get("name", self.env._("New")) == self.env._("New"):
                company = vals.get("company_id") or self.env.company.id
                vals["name"] = (
                    self.env["ir.sequence"]
                    .with_company(company)
                    .next_by_code("customs.refund")
                )
        records = super().create(vals_list)
        records._plan_claim()
        return records

    def write(self, vals):
        if "decision" in vals:
            self._check_transition(vals["decision"])
        if FIXED_WHEN_DECIDED & set(vals):
            self._check_undecided()
        result = super().write(vals)
        if {"date_deadline", "decision", "user_id"} & set(vals):
            self._plan_claim()
        return result

    def _check_undecided(self):
        for record in self:
            if record.decision == "accepted":
                raise UserError(
                    self.env._(
                        "%(claim)s is accepted; take it back to submitted before you "
                        "change what it is about.",
                        claim=record.name,
                    )
                )

    def _check_lines_changeable(self):
        for record in self:
            if record.decision not in ("draft", "submitted"):
                raise UserError(
                    self.env._(
                        "%(claim)s is decided: its lines cannot change any more. Take "
                        "it back to submitted first.",
                        claim=record.name,
                    )
                )

    def _check_transition(self, decision):
        labels = dict(self._fields["decision"]._description_selection(self.env))
        for record in self.filtered(lambda r: r.decision != decision):
            if decision not in TRANSITIONS[record.decision]:
                raise UserError(
                    self.env._(
                        "%(claim)s is %(state)s and cannot become %(wanted)s.",
                        claim=record.name,
                        state=labels[record.decision].lower(),
                        wanted=labels[decision].lower(),
                    )
                )
            if "accepted" in (record.decision, decision):
                self.env["customs.declaration"]._check_verifier(
                    self.env._("decide on a refund")
                )
            if record.decision == "accepted":
                record._check_nothing_booked()
            elif decision == "accepted":
                record._check_acceptable()

    def _check_nothing_booked(self):
        """A decision is taken back once nothing is in the books because of it."""
        for line in self.line_ids:
            booked = (
                line.amount_recognised,
                line.amount_remitted,
                line.amount_received,
                line.interest_received,
                line.amount_settled,
            )
            if any(not line.currency_id.is_zero(amount) for amount in booked):
                raise UserError(
                    self.env._(
                        "%(line)s has posted entries. Reverse them first.",
                        line=line.display_name,
                    )
                )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_submitted(self):
        for record in self:
            if record.decision not in ("draft", "cancelled"):
                raise UserError(
                    self.env._(
                        "%(claim)s was handed in and cannot be deleted. Cancel it "
                        "instead.",
                        claim=record.name,
                    )
                )

    @api.constrains("line_ids", "kind")
    def _check_one_beneficiary(self):
        """One claim is money of one owner, in one currency."""
        for record in self:
            declarations = record.line_ids.declaration_id
            owners = {
                d.client_id if d.capacity != "own" else None for d in declarations
            }
            if len(owners) > 1:
                raise UserError(
                    self.env._(
                        "%(claim)s mixes files of different owners. Make one claim "
                        "for our own imports and one for each client.",
                        claim=record.name,
                    )
                )
            if len(declarations.tariff_currency_id) > 1:
                raise UserError(
                    self.env._(
                        "%(claim)s mixes declarations in %(currencies)s. Make one "
                        "claim for each currency.",
                        claim=record.name,
                        currencies=", ".join(
                            declarations.tariff_currency_id.mapped("name")
                        ),
                    )
                )

    # === ACTIVITIES === #

    def _plan_claim(self):
        """Remind of the last day of a claim until it is handed in."""
        self.activity_unlink([CLAIM_ACTIVITY])
        for record in self:
            if record.decision == "draft" and record.date_deadline:
                record.activity_schedule(
                    CLAIM_ACTIVITY,
                    record.date_deadline,
                    user_id=record.user_id.id or self.env.uid,
                )

    def _plan_statement(self):
        """Remind of the written statement until the client has the money."""
        self.activity_unlink([STATEMENT_ACTIVITY])
        for record in self:
            if record.date_statement and record.amount_due_client > 0:
                record.activity_schedule(
                    STATEMENT_ACTIVITY,
                    record.date_statement,
                    user_id=record.user_id.id or self.env.uid,
                )

    # === ACTIONS === #

    def action_submit(self):
        """Record that the claim was handed in."""
        problems = [problem for r in self for problem in r._get_claim_problems()]
        if problems:
            raise UserError("\n".join(problems))
        for record in self:
            record.write(
                {
                    "decision": "submitted",
                    "date_submitted": record.date_submitted
                    or fields.Date.context_today(record),
                }
            )
        return True

    def action_reject(self):
        """Record that the authority gives nothing back."""
        for record in self:
            record.write(
                {
                    "decision": "rejected",
                    "date_decision": record.date_decision
                    or fields.Date.context_today(record),
                }
            )
        return True

    def action_cancel(self):
        """Give the claim up."""
        self.write({"decision": "cancelled"})
        return True

    def action_reset(self):
        """Take a decision back, or a cancelled claim up again."""
        for record in self:
            back = {"submitted": "draft", "cancelled": "draft"}
            record.write({"decision": back.get(record.decision, "submitted")})
        return True

    def action_propose_fee(self):
        """Open a service charge for our fee on the first declaration."""
        for record in self:
            if record.fee_charge_id:
                continue
            record._check_fee()
            amount = percent_of(
                to_decimal(record.amount_accepted),
                to_decimal(record.fee_percent),
                to_decimal(record.currency_id.rounding),
            )
            company = record.company_id
            record.fee_charge_id = self.env["customs.charge"].create(
                {
                    "declaration_id": record.declaration_ids[:1].id,
                    "charge_code_id": record.fee_charge_code_id.id,
                    "name": self.env._("Refund fee, %(claim)s", claim=record.name),
                    "amount": record.currency_id._convert(
                        to_float(amount),
                        company.currency_id,
                        company,
                        record.date_received or fields.Date.context_today(record),
                    ),
                }
            )
        return True

    def _check_fee(self):
        self.ensure_one()
        if self.beneficiary != "client" or self.fee_percent <= 0:
            raise UserError(
                self.env._(
                    "%(claim)s: A fee needs a client and a percentage above zero.",
                    claim=self.name,
                )
            )
        if not self.fee_charge_code_id:
            raise UserError(
                self.env._(
                    "%(claim)s: Choose as which service the fee is billed.",
                    claim=self.name,
                )
            )

    def action_view_declarations(self):
        self.ensure_one()
        return self.declaration_ids._get_open_action()

    def action_view_moves(self):
        """Open the journal entries of the claim."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "account.action_move_journal_line"
        )
        domain = [("line_ids.customs_refund_line_id", "in", self.line_ids.ids)]
        return {**action, "domain": domain, "context": {}}

    # === FROM A DECLARATION === #

    @api.model
    def _prepare_for_declaration(self, declaration, kind="refund"):
        """Return the values of a claim on everything levied on one file."""
        return {
            "kind": kind,
            "company_id": declaration.company_id.id,
            "line_ids": [
                Command.create(
                    {"declaration_id": declaration.id, "charge_id": charge.id}
                )
                for charge in declaration.charge_ids
                if charge.tax_code_id and charge.amount_payable
            ],
        }
