from collections import defaultdict
from dataclasses import dataclass

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..engine.payment import US, who_pays
from ..engine.readiness import Blocker

#: States before a file is counted in the exposure of its client
WAITING_STATES = ("draft", "ready")
FINAL_STATES = ("closed", "cancelled")


@dataclass(frozen=True)
class Hold:
    """What a file does to the limit of who pays it, in company currency.

    :param partner: the client of the file, or another payer
    :param exposure: of the partner, with this file where it counts for it
    :param needed: what the file adds: to its client once it is lodged, its deposit
        taken off, to another payer once it is billed
    :param limit: with the overrides that count for the file
    """

    partner: models.BaseModel
    exposure: float
    needed: float
    limit: float

    @property
    def missing(self):
        return self.exposure + self.needed - self.limit


class CustomsDeclaration(models.Model):
    """Whether a client may owe us what a file costs."""

    _inherit = "customs.declaration"

    duty_limit_missing = fields.Monetary(
        string="Over the duty limit by",
        compute="_compute_duty_limit",
        help="By how much the file puts its client over the duty limit, or by how much "
        "the client is over it already.",
    )
    duty_limit_message = fields.Text(
        string="Message on the duty limit", compute="_compute_duty_limit"
    )

    @api.depends(
        "client_id",
        "capacity",
        "state",
        "payment_plan",
        "charge_ids.control_balance",
        "charge_ids.amount_to_bill",
        "funds_request_ids.move_line_ids.parent_state",
    )
    def _compute_duty_limit(self):
        holds = self._get_duty_holds()
        for record in self:
            hold = holds.get(record)
            record.duty_limit_missing = hold.missing if hold else 0.0
            record.duty_limit_message = hold and record._describe_hold(hold)

    # === DUTY LIMIT === #

    def _get_duty_holds(self, one_after_other=False):
        """Return ``{declaration: Hold}`` of the files that are over a duty limit.

        Whoever else is named as payer, what a file costs counts for its client until
        it is billed, and is held by the client's limit: it was the client who gave us
        the order. What is billed to another payer counts for that payer. So the limit
        of each payer is asked, too, whether it bears the part of the file that will
        be billed to it. Where both are over, the client comes first.

        Queries do not grow with the files.

        :param one_after_other: files are lodged together: the second of a client
            finds what the first one takes; otherwise each is asked by itself
        """
        limited = self._get_limited_parties()
        pairs = [
            (party, file) for file, parties in limited.items() for party in parties
        ]
        waiting = self.filtered(lambda r: r in limited and r.state in WAITING_STATES)
        exposures = self._get_exposures([party for party, _file in pairs])
        allowed = self.env["customs.limit.override"]._get_allowances(pairs, "duty")
        own = self.env["customs.exposure"]._query_files(waiting)
        claimed, holds = defaultdict(float), {}
        for party, record in pairs:
            owed = float(exposures[record.company_id][party]["duty_exposure"])
            extra, is_unlimited = allowed[party, record]
            needed = 0.0
            if record in waiting:
                needed = record._get_needed_limit(party, *own[record])
            hold = Hold(
                partner=party,
                exposure=owed + claimed[party],
                needed=needed,
                limit=record.company_id._get_customs_limit(party, "duty") + extra,
            )
            if one_after_other and record._is_client(party):
                claimed[party] += needed
            adds = record not in waiting or needed > 0
            over = record.currency_id.compare_amounts(hold.missing, 0.0) > 0
            if over and adds and not is_unlimited:
                holds.setdefault(record, hold)
        return holds

    def _get_limited_parties(self):
        """Return ``{open declaration: who pays its duties and has a limit}``."""
        files = self.filtered(
            lambda record: record.client_id
            and record.capacity != "own"
            and record.state not in FINAL_STATES
        )
        # of all files at once: who they are, and what their limits are
        self.env["res.partner"].union(
            files.client_id, files.charge_ids.bill_to_id
        ).mapped("commercial_partner_id")
        payers = {record: record._get_duty_payers() for record in files}
        partners = self.env["res.partner"].union(*payers.values())
        limits = {
            (company, partner): company._get_customs_limit(partner, "duty")
            for company in files.company_id
            for partner in partners
        }
        return {
            record: limited
            for record, parties in payers.items()
            if (
                limited := parties.filtered(
                    lambda party, company=record.company_id: limits[company, party]
                )
            )
        }

    def _is_client(self, partner):
        """Whether a commercial partner is the client of the file."""
        self.ensure_one()
        return partner == self.client_id.commercial_partner_id

    def _get_duty_payers(self):
        """Return the client, then others who are, or will be, billed its duties."""
        self.ensure_one()
        payers = self.charge_ids.filtered("tax_code_id").bill_to_id
        if self.state in WAITING_STATES:
            # sudo dropped: only the profile is read with more than the user's rights
            payers |= self._get_billing_profile().payer_ids.partner_id.sudo(False)
        return (self.client_id | payers).commercial_partner_id

    def _get_needed_limit(self, party, outstanding, deposit):
        """Return how much of a party's duty limit the file takes.

        :param outstanding: for duty of this file by now, by its client
        :param deposit: of the client, held for this file
        """
        self.ensure_one()
        if self._is_client(party):
            return self._get_added_exposure(outstanding, deposit)
        return self.currency_id.round(self._get_duty_shares()[party])

    def _get_duty_shares(self):
        """Return ``{commercial partner: duties and taxes it will be billed}``."""
        self.ensure_one()
        charges = self.charge_ids.filtered("tax_code_id")
        chosen = {charge.tax_code_id: charge.bill_to_id for charge in charges}
        profile = self._get_billing_profile()
        shares = defaultdict(float)
        for tax, (method, amount) in self._get_outlays_by_tax().items():
            if method and who_pays(method.payer, self.capacity) != US:
                continue
            payer = chosen.get(tax) or (
                profile and profile._get_payer_of(tax.charge_code_id, tax)
            )
            shares[(payer or self.client_id).commercial_partner_id] += amount
        return shares

    def _get_exposures(self, clients):
        """Return ``{company: {client: amounts by name}}`` of clients of these files."""
        partners = self.env["res.partner"].union(*clients)
        # sudo: all of the books counts, whichever items the user may read
        exposures = self.env["customs.exposure"].sudo()
        return {
            company: exposures._query_clients(partners, company)
            for company in self.company_id
        }

    def _get_expected_outlay(self):
        """Return the duties and taxes we will be charged for the client."""
        self.ensure_one()
        return self.currency_id.round(
            sum(
                amount
                for method, amount in self._get_tax_outlays()
                if not method or who_pays(method.payer, self.capacity) == US
            )
        )

    def _get_added_exposure(self, outstanding, deposit):
        """Return by how much lodging the file raises the exposure of its client.

        :param outstanding: for duty of this file by now
        :param deposit: held for this file
        """
        self.ensure_one()
        if not self.company_id.customs_exposure_less_deposits:
            deposit = 0.0

        def uncovered(duty):
            return duty - min(deposit, max(duty, 0.0))

        later = outstanding + self._get_expected_outlay()
        return self.currency_id.round(uncovered(later) - uncovered(outstanding))

    def _describe_hold(self, hold):
        """Return the sentence on a client over its duty limit."""
        self.ensure_one()
        money = self.currency_id.format
        values = {
            "client": hold.partner.display_name,
            "exposure": money(hold.exposure),
            "needed": money(hold.needed),
            "limit": money(hold.limit),
            "missing": money(hold.missing),
        }
        if self.state not in WAITING_STATES:
            return self.env._(
                "%(client)s owes us %(exposure)s for duties, %(missing)s more than its "
                "limit of %(limit)s. Bill what is open, and collect it.",
                **values,
            )
        if not self._is_client(hold.partner):
            return self.env._(
                "%(client)s owes us %(exposure)s for duties; with %(needed)s of this "
                "file that will be billed to it that is %(missing)s more than its "
                "limit of %(limit)s. Have its limit overridden, or choose another "
                "payer.",
                **values,
            )
        return self.env._(
            "%(client)s owes us %(exposure)s for duties; with %(needed)s for this file "
            "that is %(missing)s more than its limit of %(limit)s. Ask for a deposit, "
            "or have the limit overridden.",
            **values,
        )

    def _check_client_limits(self):
        """Hold, or only warn of, files that their client's duty limit cannot bear."""
        holds = self._get_duty_holds(one_after_other=True)
        problems = [
            f"{record.name}: {record._describe_hold(hold)}"
            for record, hold in holds.items()
            if record.company_id.customs_duty_limit_action == "block"
        ]
        if problems:
            raise UserError("\n".join(problems))
        for record, hold in holds.items():
            record.message_post(body=record._describe_hold(hold))

    @api.depends("duty_limit_message")
    def _compute_messages(self):
        self.mapped("duty_limit_message")  # of all files at once
        return super()._compute_messages()

    def _get_limit_warnings(self):
        """Return a sentence on a client over its duty limit."""
        self.ensure_one()
        return [self.duty_limit_message] if self.duty_limit_message else []

    # === BILLING === #

    def _get_billing_blockers(self):
        blockers = super()._get_billing_blockers()
        for record, hold in self._get_duty_holds().items():
            # billing does not raise what is outstanding for duty
            blockers[record].append(
                Blocker(
                    "duty_limit",
                    record._describe_hold(hold),
                    warning=True,
                    action="action_view_client_exposure",
                )
            )
        for record, holds in self._get_service_holds().items():
            warns = record.company_id.customs_service_limit_action == "warn"
            blockers[record] += [
                # no release: an override says who trusts whom with how much, till when
                Blocker(
                    "service_limit",
                    record._describe_service_hold(hold),
                    hard=not warns,
                    warning=warns,
                    action="action_override_service_limit",
                )
                for hold in holds
            ]
        return blockers

    def _get_service_holds(self):
        """Return ``{declaration: [Hold]}`` of payers over their service limit."""
        pairs = [
            (payer, record)
            for record in self
            if record.capacity != "own" and record.state not in FINAL_STATES
            for payer in record._get_payers()
            if record.company_id._get_customs_limit(payer, "service")
        ]
        exposures = self._get_exposures([payer for payer, _record in pairs])
        allowed = self.env["customs.limit.override"]._get_allowances(pairs, "service")
        found = defaultdict(list)
        for payer, record in pairs:
            extra, is_unlimited = allowed[payer, record]
            company = record.company_id
            hold = Hold(
                partner=payer,
                exposure=float(exposures[company][payer]["service_exposure"]),
                needed=0.0,
                limit=company._get_customs_limit(payer, "service") + extra,
            )
            over = record.currency_id.compare_amounts(hold.missing, 0.0) > 0
            if over and not is_unlimited:
                found[record].append(hold)
        return found

    def _describe_service_hold(self, hold):
        """Return the sentence on a payer over its service limit."""
        self.ensure_one()
        return self.env._(
            "%(client)s owes us %(owed)s for services, %(over)s more than its "
            "credit limit of %(limit)s. Collect it, or have the limit overridden.",
            client=hold.partner.display_name,
            owed=self.currency_id.format(hold.exposure),
            over=self.currency_id.format(hold.missing),
            limit=self.currency_id.format(hold.limit),
        )

    def _get_payers(self):
        """Return the commercial partners that the file is billed to."""
        self.ensure_one()
        billed = self.charge_ids.filtered(lambda c: c.nature != "own_cost")
        return (billed.bill_to_id or self.client_id).commercial_partner_id

    # === ACTIONS === #

    def action_view_client_exposure(self):
        """Open what the client, and whoever else pays for the file, owes us."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "customs_invoicing.customs_exposure_action"
        )
        parties = self._get_duty_payers() | self._get_payers()
        domain = [("partner_id", "in", parties.ids)]
        return {**action, "domain": domain, "context": {}}

    def action_request_missing_funds(self):
        """Ask the client for a deposit of what is beyond its duty limit."""
        self.ensure_one()
        hold = self._get_duty_holds().get(self)
        if hold and not self._is_client(hold.partner):
            raise UserError(
                self.env._(
                    "%(payer)s is over its limit, and a deposit of %(client)s does not "
                    "change what it owes. Have its limit overridden, or choose another "
                    "payer.",
                    payer=hold.partner.display_name,
                    client=self.client_id.display_name,
                )
            )
        action = self.action_request_funds()
        action["context"] = {
            **(action.get("context") or {}),
            "default_amount": self.duty_limit_missing,
        }
        return action

    def action_override_limit(self):
        """Open a new override of the duty limit that holds this file."""
        self.ensure_one()
        name = self.env._("Override the duty limit")
        return self._open_override(name, "duty", self._get_duty_holds().get(self))

    def action_override_service_limit(self):
        """Open a new override of the service limit that holds this file."""
        self.ensure_one()
        name = self.env._("Override the service credit limit")
        holds = self._get_service_holds().get(self)
        return self._open_override(name, "service", holds and holds[0])

    def _open_override(self, name, kind, hold):
        self.company_id._check_customs_override_right()
        partner = hold.partner if hold else self.client_id.commercial_partner_id
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": "customs.limit.override",
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_partner_id": partner.id,
                "default_company_id": self.company_id.id,
                "default_declaration_id": self.id,
                "default_kind": kind,
                "default_amount": hold.missing if hold else 0.0,
            },
        }
