from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ..engine.disbursement import (
    CLIENT,
    DISBURSEMENT,
    RECHARGE,
    Facts,
    decide,
)
from ..engine.posting import PASSED_ON
from .customs_charge_amounts import CLIENT_MOVE_TYPES

#: How a condition that holds, that does not, and that nobody knows is listed
MARKS = {True: "✓", False: "✗", None: "–"}

#: What does not hold is told first, what nobody knows next
ORDER = {False: 0, None: 1, True: 2}


class CustomsCharge(models.Model):
    """What a charge is towards the client: decided by the facts, with its reasons."""

    _inherit = "customs.charge"

    addressed_to = fields.Selection(
        selection=[("client", "The client"), ("us", "Us")],
        string="Document made out to",
        compute="_compute_addressed_to",
        store=True,
        readonly=False,
        precompute=True,
        help="Whose name is on the bill or receipt of the third party. Made out to us "
        "it is our cost, and passed on with tax.",
    )
    nature_override = fields.Selection(
        selection=[
            (DISBURSEMENT, "Disbursement at cost"),
            (RECHARGE, "Recharge with tax"),
        ],
        string="Decided otherwise",
        copy=False,
        readonly=True,
    )
    nature_override_reason = fields.Char(
        string="Reason of the decision", copy=False, readonly=True
    )
    nature_override_user_id = fields.Many2one(
        comodel_name="res.users", string="Decided by", copy=False, readonly=True
    )
    nature_override_date = fields.Date(string="Decided on", copy=False, readonly=True)
    nature_reason = fields.Text(string="Why", compute="_compute_nature_reason")

    # === COMPUTE METHODS === #

    @api.depends("in_client_name")
    def _compute_addressed_to(self):
        for record in self:
            record.addressed_to = (
                CLIENT if record.in_client_name else record.addressed_to
            )

    @api.depends(
        "charge_code_id.kind",
        "declaration_id.capacity",
        "declaration_id.client_id",
        "declaration_id.registration_date",
        "declaration_id.office_id",
        "declaration_id.tariff_id",
        "borne_by_us",
        "addressed_to",
        "nature_override",
    )
    def _compute_nature(self):
        """What was billed keeps the nature it was billed with."""
        kept = self._get_billed_charges()
        for record in kept:
            record.nature = record.nature
        moving = self - kept
        asking = moving.declaration_id.filtered("company_id.customs_require_mandate")
        mandates = asking._get_mandates()
        for record in moving:
            decision = decide(record._get_nature_facts(mandates))
            nature = decision.nature
            if nature in PASSED_ON:
                nature = record.nature_override or nature
                if not record.declaration_id.capacity:
                    nature = False  # nobody said yet for whom
            record.nature = nature

    def _get_billed_charges(self):
        """Return those of the charges that the client was billed, and not credited."""
        if not self._origin.ids:
            return self.browse()
        groups = self.env["account.move.line"]._read_group(
            [
                ("customs_charge_id", "in", self._origin.ids),
                ("move_id.move_type", "in", CLIENT_MOVE_TYPES),
                ("parent_state", "=", "posted"),
            ],
            ["customs_charge_id"],
            ["balance:sum"],
        )
        billed = {
            charge.id
            for charge, balance in groups
            if not charge.currency_id.is_zero(balance)
        }
        return self.filtered(lambda record: record._origin.id in billed)

    def _get_nature_facts(self, mandates):
        """Return what the decision looks at.

        :param mandates: ``{declaration: power of attorney}`` on file, where it matters
        """
        self.ensure_one()
        declaration = self.declaration_id
        return Facts(
            kind=self.charge_code_id.kind,
            capacity=declaration.capacity or "",
            addressee=self.addressed_to or "",
            mandate_required=declaration.company_id.customs_require_mandate,
            mandate=mandates.get(declaration, self.env["customs.mandate"]).kind or "",
            borne_by_us=self.borne_by_us,
        )

    @api.model
    def _refresh_nature(self, companies, clients=None):
        """Decide anew what is not billed yet, where powers of attorney changed.

        :param clients: only of these clients and their contacts, unless none is given
        """
        domain = [
            ("company_id", "in", companies.ids),
            ("kind", "!=", "service"),
            ("declaration_id.capacity", "!=", "own"),
            ("declaration_id.state", "not in", ("closed", "cancelled")),
        ]
        if clients is not None:
            domain.append(("client_id", "child_of", clients.commercial_partner_id.ids))
        # sudo: what a file is does not depend on who looks after mandates
        self.env.add_to_compute(
            self._fields["nature"], self.sudo().search(domain).sudo(False)
        )

    def _get_invoice_taxes(self, invoice):
        """Return the taxes that follow from what the charge is; empty: the product's.

        Neither a fiscal position nor a price list changes them.
        """
        self.ensure_one()
        company, code = self.company_id, self.charge_code_id
        if self.nature == DISBURSEMENT:
            return company.customs_disbursement_tax_id
        if self.nature == RECHARGE:
            return self._get_recharge_taxes(invoice)
        is_import = self.declaration_id.direction == "import"
        if self.nature == "service" and code.exempt_in_import_vat and is_import:
            return code.with_company(company).exempt_tax_id
        return self.env["account.tax"]

    # === WHY === #

    @api.depends_context("lang")
    @api.depends(
        "nature",
        "nature_override",
        "nature_override_reason",
        "declaration_id.registration_date",
        "amount_estimate",
        "evidence_state",
        "addressed_to",
    )
    def _compute_nature_reason(self):
        mandates = self.declaration_id._get_mandates()
        natures = dict(self._fields["nature"]._description_selection(self.env))
        for record in self:
            decision = record._decide_nature(mandates)
            words = record._get_nature_words(mandates[record.declaration_id])
            if decision.nature not in PASSED_ON:
                record.nature_reason = words[decision.reasons[0].words]
                continue
            lines = [f"{natures.get(record.nature)}."]
            if record.nature_override:
                lines = [record._get_override_words(natures, decision)]
            elif decision.nature != record.nature:
                lines.append(words["billed"])
            lines += [
                f"{MARKS[reason.holds]} {words[reason.words]}"
                for reason in sorted(decision.reasons, key=lambda r: ORDER[r.holds])
            ]
            record.nature_reason = "\n".join(lines)

    def _decide_nature(self, mandates):
        """Return the decision with all that is only told, not decided by."""
        self.ensure_one()
        facts = self._get_nature_facts(mandates)
        proof = {"there": True, "missing": False}.get(self.evidence_state)
        exact = None if self.amount_estimate else True
        return decide(Facts(**{**facts.__dict__, "evidence": proof, "exact": exact}))

    def _get_failed_reasons(self):
        """Return what keeps the charge from being a disbursement, in one sentence."""
        self.ensure_one()
        mandates = self.declaration_id._get_mandates()
        words = self._get_nature_words(mandates[self.declaration_id])
        failed = self._decide_nature(mandates).failed
        return " ".join(words[reason.words] for reason in failed)

    def _get_override_words(self, natures, decision):
        return self.env._(
            "%(nature)s, as %(user)s decided on %(date)s: %(reason)s. By the facts it "
            "would be: %(computed)s.",
            nature=natures[self.nature_override],
            user=self.nature_override_user_id.name,
            date=format_date(self.env, self.nature_override_date),
            reason=(self.nature_override_reason or "").rstrip("."),
            computed=natures[decision.nature],
        )

    def _get_nature_words(self, mandate):
        """Return ``{key of a sentence: the sentence}``, see engine/disbursement."""
        self.ensure_one()
        declaration = self.declaration_id
        client = declaration.client_id.display_name or self.env._("the client")
        return {
            "service": self.env._("Our own service, billed with its tax."),
            "borne": self.env._("We bear it: it is not passed on to the client."),
            "own": self.env._("Our own import: there is nobody to pass it on to."),
            "billed": self.env._("It was billed so, and stays so."),
            "agent_direct": self.env._("We act in the name of %(name)s.", name=client),
            "agent_indirect": self.env._(
                "We act in our own name for the account of %(name)s.", name=client
            ),
            "agent_unknown": self.env._("Nobody said in whose name we act."),
            "received_client": self.env._("The client received what was paid for."),
            "received_us": self.env._("Made out to us: we received what was supplied."),
            **self._get_liability_words(client),
            **self._get_mandate_words(mandate, client),
            "third_party_known": self.env._("The client sees who else supplied it."),
            "third_party_unknown": self.env._(
                "No document shows the client who supplied it."
            ),
            "itemised": self.env._("It has a line of its own on the invoice."),
            "itemised_not": self.env._("It has no line of its own on the invoice."),
            "exact": self.env._(
                "Exactly what was charged is passed on, without margin."
            ),
            "exact_not": self.env._("Not exactly what was charged is passed on."),
            "exact_estimate": self.env._("It is estimated; the difference follows."),
            "additional": self.env._("It is additional to our own services."),
            "suspense": self.env._(
                "It stands on the disbursement account, no tax of it is deducted."
            ),
            "evidence": self.env._(
                "Its proof is there: %(what)s.", what=self.evidence_text
            ),
            "evidence_missing": self.env._(
                "Its proof is missing; billing waits for it."
            ),
            "evidence_not_asked": self.env._("No proof is asked for yet."),
        }

    def _get_liability_words(self, client):
        return {
            "liable_document": self.env._(
                "The document is made out to %(name)s, who owed it.", name=client
            ),
            "liable_addressed_to_us": self.env._(
                "The document is made out to us: we owed it."
            ),
            "liable_us": self.env._(
                "Under indirect representation we owe it ourselves."
            ),
            "liable_client": self.env._(
                "%(name)s owes it to the authority.", name=client
            ),
            "liable_unknown": self.env._(
                "Nobody said to whom the document is made out."
            ),
        }

    def _get_mandate_words(self, mandate, client):
        declaration = self.declaration_id
        day = format_date(self.env, declaration._get_mandate_day())
        return {
            "mandate_valid": self.env._(
                "Authorised by power of attorney %(name)s.", name=mandate.display_name
            ),
            "mandate_kind": self.env._(
                "Power of attorney %(name)s is not for the capacity we act in.",
                name=mandate.display_name,
            ),
            "mandate_none": self.env._(
                "No power of attorney of %(name)s on file covers %(date)s.",
                name=client,
                date=day,
            ),
            "mandate_not_asked": self.env._(
                "No power of attorney on file; none is asked for."
            ),
        }

    # === DECIDING OTHERWISE === #

    def action_override_nature(self):
        """Ask for another nature, and why."""
        self.ensure_one()
        self._check_nature_open()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Decide otherwise"),
            "res_model": "customs.override.nature",
            "view_mode": "form",
            "target": "new",
            "context": {"default_charge_id": self.id},
        }

    def action_take_back_override(self):
        """Let the facts decide again."""
        charges = self.filtered("nature_override")
        charges._check_nature_open()
        charges._write_override(False, False)
        return True

    def _check_nature_open(self):
        """Refuse to decide what is decided by its kind, or billed."""
        self.env["customs.declaration"]._check_verifier(
            self.env._("decide otherwise what a charge is")
        )
        problems = []
        for charge in self:
            values = {"charge": charge.name, "file": charge.declaration_id.name}
            if charge.nature not in PASSED_ON:
                problems.append(
                    self.env._(
                        "%(charge)s of %(file)s is not an outlay passed on to a "
                        "client: there is nothing to decide.",
                        **values,
                    )
                )
            elif not charge.currency_id.is_zero(
                charge.amount_billed
            ) or not charge.currency_id.is_zero(charge.amount_in_draft):
                problems.append(
                    self.env._(
                        "%(charge)s of %(file)s is billed, or on a draft invoice. "
                        "Credit the invoice, or delete the line of the draft, first.",
                        **values,
                    )
                )
        if problems:
            raise UserError("\n".join(problems))

    def _write_override(self, nature, reason):
        """Decide otherwise, or let the facts decide again, and note it on the file."""
        natures = dict(self._fields["nature"]._description_selection(self.env))
        self.declaration_id._check_not_closed()
        before = {charge: natures.get(charge.nature) for charge in self}
        # sudo: derived fields are nobody's to write; the right was checked
        self.sudo().write(
            {
                "nature_override": nature,
                "nature_override_reason": reason,
                "nature_override_user_id": self.env.uid if nature else False,
                "nature_override_date": fields.Date.context_today(self)
                if nature
                else False,
            }
        )
        for charge in self:
            values = {
                "charge": charge.name,
                "before": before[charge],
                "after": natures.get(charge.nature),
            }
            charge.declaration_id.message_post(
                body=self.env._(
                    "%(charge)s: decided to be “%(after)s” instead of “%(before)s”. "
                    "%(reason)s",
                    reason=reason,
                    **values,
                )
                if nature
                else self.env._(
                    "%(charge)s: the decision was taken back; “%(before)s” becomes "
                    "“%(after)s” by the facts.",
                    **values,
                )
            )
