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
    """What a file does to the limit of its client, in company currency.

    :param exposure: of the client, with this file where it is lodged
    :param needed: what the file adds once it is lodged, its deposit taken off
    :param limit: with the overrides that count for the file
    """

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

    def _get_duty_holds(self):
        """Return ``{declaration: Hold}`` of the files of clients over their limit.

        Files that are not lodged yet count one after the other: the second of a
        client finds what the first one takes. Queries do not grow with the files.
        """
        limited = self._filter_limited()
        waiting = limited.filtered(lambda r: r.state in WAITING_STATES)
        clients = {record: record.client_id.commercial_partner_id for record in limited}
        exposures = limited._get_exposures(clients.values())
        overrides = self.env["customs.limit.override"]
        allowed = overrides._get_allowances(
            [(client, record) for record, client in clients.items()], "duty"
        )
        own = self.env["customs.exposure"]._query_files(waiting)
        claimed, holds = defaultdict(float), {}
        for record, client in clients.items():
            owed = float(exposures[record.company_id][client]["duty_exposure"])
            extra, is_unlimited = allowed[client, record]
            needed = 0.0
            if record in waiting:
                needed = record._get_added_exposure(*own[record])
            hold = Hold(
                exposure=owed + claimed[client],
                needed=needed,
                limit=record.company_id._get_customs_limit(client, "duty") + extra,
            )
            claimed[client] += needed
            adds = record not in waiting or needed > 0
            over = record.currency_id.compare_amounts(hold.missing, 0.0) > 0
            if over and adds and not is_unlimited:
                holds[record] = hold
        return holds

    def _filter_limited(self):
        """Return the open files of clients that have a duty limit."""
        return self.filtered(
            lambda record: record.client_id
            and record.capacity != "own"
            and record.state not in FINAL_STATES
            and record.company_id._get_customs_limit(
                record.client_id.commercial_partner_id, "duty"
            )
        )

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
            "client": self.client_id.commercial_partner_id.display_name,
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
        return self.env._(
            "%(client)s owes us %(exposure)s for duties; with %(needed)s for this file "
            "that is %(missing)s more than its limit of %(limit)s. Ask for a deposit, "
            "or have the limit overridden.",
            **values,
        )

    def _check_client_limits(self):
        """Hold, or only warn of, files that their client's duty limit cannot bear."""
        holds = self._get_duty_holds()
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
        for record, text in self._get_service_holds().items():
            warns = record.company_id.customs_service_limit_action == "warn"
            blockers[record].append(
                Blocker(
                    "service_limit",
                    text,
                    warning=warns,
                    action="action_view_client_exposure",
                )
            )
        return blockers

    def _get_service_holds(self):
        """Return ``{declaration: sentence}`` of clients over their service limit."""
        pairs = [
            (payer, record)
            for record in self
            if record.capacity != "own" and record.state not in FINAL_STATES
            for payer in record._get_payers()
            if record.company_id._get_customs_limit(payer, "service")
        ]
        exposures = self._get_exposures([payer for payer, _record in pairs])
        allowed = self.env["customs.limit.override"]._get_allowances(pairs, "service")
        found = {}
        for client, record in pairs:
            extra, is_unlimited = allowed[client, record]
            company, currency = record.company_id, record.currency_id
            limit = company._get_customs_limit(client, "service") + extra
            owed = float(exposures[company][client]["service_exposure"])
            if is_unlimited or currency.compare_amounts(owed, limit) <= 0:
                continue
            found[record] = self.env._(
                "%(client)s owes us %(owed)s for services, %(over)s more than its "
                "credit limit of %(limit)s. Collect it, or have the limit overridden.",
                client=client.display_name,
                owed=currency.format(owed),
                over=currency.format(owed - limit),
                limit=currency.format(limit),
            )
        return found

    def _get_payers(self):
        """Return the commercial partners that the file is billed to."""
        self.ensure_one()
        billed = self.charge_ids.filtered(lambda c: c.nature != "own_cost")
        return (billed.bill_to_id or self.client_id).commercial_partner_id

    # === ACTIONS === #

    def action_view_client_exposure(self):
        """Open what the client owes us."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "customs_invoicing.customs_exposure_action"
        )
        client = self.client_id.commercial_partner_id
        return {**action, "domain": [("partner_id", "=", client.id)], "context": {}}

    def action_request_missing_funds(self):
        """Ask the client for a deposit of what is beyond its duty limit."""
        self.ensure_one()
        action = self.action_request_funds()
        action["context"] = {
            **(action.get("context") or {}),
            "default_amount": self.duty_limit_missing,
        }
        return action

    def action_override_limit(self):
        """Open a new override of the client's duty limit for this file."""
        self.ensure_one()
        self.company_id._check_customs_override_right()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Override the duty limit"),
            "res_model": "customs.limit.override",
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_partner_id": self.client_id.commercial_partner_id.id,
                "default_company_id": self.company_id.id,
                "default_declaration_id": self.id,
                "default_kind": "duty",
                "default_amount": self.duty_limit_missing,
            },
        }
