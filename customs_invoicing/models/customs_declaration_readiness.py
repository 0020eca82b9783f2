from collections import defaultdict

from odoo import api, fields, models

from ..engine.readiness import BLOCK, CODES, IGNORE, Blocker, in_order, still_stopping
from .customs_billing_release import REASONS
from .customs_charge_amounts import CLIENT_MOVE_TYPES

#: States in which no file is billed
UNBILLABLE = ("draft", "cancelled", "closed")
#: States in which an assessment is to be posted
ASSESSED = ("assessed", "released")


class CustomsDeclaration(models.Model):
    """Whether a file can be billed, and what stops it."""

    _inherit = "customs.declaration"

    billing_readiness = fields.Selection(
        string="Readiness",
        selection=[
            ("nothing", "Nothing to bill"),
            ("blocked", "Blocked"),
            ("ready", "Ready to bill"),
            ("billed", "On invoices"),
        ],
        compute="_compute_billing_readiness",
        search="_search_billing_readiness",
        help="Ready once nothing stops the file, or what stops it was released.",
    )
    billing_blockers = fields.Text(
        string="What stops billing",
        compute="_compute_billing_readiness",
        help="One line for each reason. Warnings are shown, but do not stop.",
    )
    billing_blocker_rows = fields.Json(
        string="Reasons with what puts them right", compute="_compute_billing_readiness"
    )
    billing_reason = fields.Selection(
        string="First reason",
        selection=REASONS,
        compute="_compute_billing_readiness",
        search="_search_billing_reason",
        help="What to put right first.",
    )
    billing_any_reason = fields.Selection(
        string="Any reason",
        selection=REASONS,
        compute="_compute_billing_readiness",
        search="_search_billing_any_reason",
        help="In filters: whatever else stops the file.",
    )
    billing_release_ids = fields.One2many(
        string="Releases",
        comodel_name="customs.billing.release",
        inverse_name="declaration_id",
    )

    # === COMPUTE METHODS === #

    @api.depends(
        "state",
        "capacity",
        "client_id",
        "has_unposted_assessment",
        "duty_line_ids.has_difference",
        "charge_ids.amount_to_bill",
        "charge_ids.amount_billed",
        "billing_release_ids.revoked_at",
    )
    @api.depends_context("lang")
    def _compute_billing_readiness(self):
        """Ask only files with something to bill; an unsaved form shows what is saved"""
        stored = self._origin
        asked = stored._get_billing_candidates()
        found = asked._get_billing_blockers() if asked else {}
        stopping = asked._get_stopping_of(found) if asked else {}
        for record in self:
            file = record._origin
            stops = stopping.get(file, ())
            if file in asked:
                readiness = "blocked" if stops else "ready"
            else:
                done = file.billing_state in ("billed", "partial")
                readiness = "billed" if done else "nothing"
            record.billing_readiness = readiness
            record.billing_reason = stops[0].code if stops else False
            record.billing_any_reason = record.billing_reason
            record.billing_blockers = "\n".join(b.message for b in stops) or False
            record.billing_blocker_rows = record._prepare_blocker_rows(
                found.get(file, ()), stops
            )

    def _prepare_blocker_rows(self, blockers, stopping):
        """Return what the banner of the form shows of each reason."""
        labels = self._get_remedy_labels()
        other = self.env._("Put it right")
        releases = {
            (release.code, release.charge_id.id or 0): release
            for release in self._origin.billing_release_ids
            if release.state == "active"
        }
        none = self.env["customs.billing.release"]
        return [
            {
                "code": found.code,
                "message": found.message,
                "action": found.action,
                "label": labels.get(found.action, other),
                "hard": found.hard,
                "warning": found.warning,
                "released": found.stops and found not in stopping,
                **releases.get(
                    (found.code, found.charge_id or 0), none
                )._prepare_blocker_row(),
            }
            for found in in_order(blockers)
            # the form warns of it above, beside what helps
            if found.code != "duty_limit"
        ]

    def _get_remedy_labels(self):
        """Return the words on the buttons that put reasons right, by method."""
        return {
            "action_open_customs_settings": self.env._("Open the settings"),
            "action_override_service_limit": self.env._("Override the limit"),
            "action_post_assessment": self.env._("Post assessment"),
            "action_record_assessment": self.env._("Record assessment"),
            "action_view_differences": self.env._("Show differences"),
            "action_view_disputes": self.env._("Show disputed items"),
        }

    def _get_billing_candidates(self):
        """Return the files that have something to bill, now or once it is posted."""
        return self.filtered(
            lambda record: (
                record._get_open_charges()
                or (
                    record.capacity != "own"
                    and record.state in ASSESSED
                    and record.has_unposted_assessment
                )
            )
        )

    # === SEARCH METHODS === #

    def _search_billing_readiness(self, operator, value):
        if operator != "in":
            return NotImplemented
        wanted = set(value)
        open_files = self._search_billing_candidates()
        ids = []
        if wanted & {"ready", "blocked"}:
            ids += open_files.filtered(lambda f: f.billing_readiness in wanted).ids
        if wanted & {"nothing", "billed"}:
            billed = self._search_billed() - open_files
            billed = billed.filtered(lambda f: f.billing_readiness == "billed")
            if "billed" in wanted:
                ids += billed.ids
            if "nothing" in wanted:
                others = ["!", ("id", "in", (open_files | billed).ids)]
                return ["|", ("id", "in", ids), *others]
        return [("id", "in", ids)]

    def _search_billing_reason(self, operator, value):
        """Find files by what stops them first; without a reason nothing does."""
        if operator != "in":
            return NotImplemented
        stopped = self._search_billing_candidates().filtered("billing_reason")
        found = stopped.filtered(lambda file: file.billing_reason in value)
        if False in value:
            return ["|", ("id", "in", found.ids), ("id", "not in", stopped.ids)]
        return [("id", "in", found.ids)]

    def _search_billing_any_reason(self, operator, value):
        """Find files that a reason stops, be it the first or another one."""
        if operator != "in" or not set(value) <= set(CODES):
            return NotImplemented
        stopping = self._search_billing_candidates()._get_stopping_blockers()
        return [
            (
                "id",
                "in",
                [
                    record.id
                    for record, blockers in stopping.items()
                    if any(found.code in value for found in blockers)
                ],
            )
        ]

    def _search_billing_candidates(self):
        """Return the files with something to bill, in a constant number of queries."""
        found = self.search(
            [
                "|",
                ("amount_to_bill", "!=", 0),
                "&",
                "&",
                ("capacity", "!=", "own"),
                ("state", "in", ASSESSED),
                ("has_unposted_assessment", "=", True),
            ]
        )
        return found._get_billing_candidates()

    def _search_billed(self):
        """Return the files that stand on drafts or posted invoices of clients."""
        lines = self.env["account.move.line"]._read_group(
            [
                ("customs_declaration_id", "!=", False),
                ("move_id.move_type", "in", CLIENT_MOVE_TYPES),
                ("parent_state", "in", ("draft", "posted")),
            ],
            ["customs_declaration_id"],
        )
        found = self.browse(declaration.id for (declaration,) in lines)
        return found.search([("id", "in", found.ids)])  # those the user may read

    def _filter_billing_due(self, days):
        """Return the files whose client's billing profile is due on one of the days.

        Clients without a profile are billed by hand.
        """
        profiles = {record: record._get_billing_profile() for record in self}
        due = {
            profile: any(map(profile._is_due, days))
            for profile in profiles.values()
            if profile
        }
        return self.filtered(lambda record: due.get(profiles[record]))

    # === WHAT STOPS === #

    def _get_stopping_blockers(self):
        """Leave out what a verifier released."""
        return self._get_stopping_of(self._get_billing_blockers())

    def _get_stopping_of(self, blockers):
        """Return ``{declaration: what stops it}`` of all that was found."""
        released = self._get_released()
        return {
            record: still_stopping(found, released[record])
            for record, found in blockers.items()
        }

    def _get_billing_blockers(self):
        blockers = super()._get_billing_blockers()
        for contribute in (
            self._get_state_blockers,
            self._get_setup_blockers,
            self._get_assessment_blockers,
            self._get_difference_blockers,
            self._get_dispute_blockers,
        ):
            for record, found in contribute().items():
                blockers[record] += found
        return blockers

    def _get_state_blockers(self):
        """Say what no release gets around: no client, nothing that may be billed."""
        found = defaultdict(list)
        labels = dict(self._fields["state"]._description_selection(self.env))
        for record in self:
            if record.state in UNBILLABLE:
                message = self.env._(
                    "The file is %(state)s: only files on their way from lodging to "
                    "closing are billed.",
                    state=labels[record.state].lower(),
                )
                found[record].append(Blocker("state", message, hard=True))
            if record.capacity == "own":
                message = self.env._(
                    "It is our own import: there is no client to bill."
                )
                found[record].append(Blocker("client", message, hard=True))
            elif not record.client_id:
                message = self.env._("No client: choose who is billed.")
                found[record].append(Blocker("client", message, hard=True))
        return found

    def _get_setup_blockers(self):
        """Say which accounts and taxes the company lacks, once for each capacity."""
        found = {}
        for (company, capacity), records in self.grouped(
            lambda record: (record.company_id, record.capacity)
        ).items():
            gaps = [
                Blocker("setup", gap, hard=True, action="action_open_customs_settings")
                for gap in company._get_customs_setup_gaps(capacity)
            ]
            found |= dict.fromkeys(records, gaps)
        return found

    def _get_assessment_blockers(self):
        """Say what the authority, or the posting of what it said, still owes."""
        found = defaultdict(list)
        for record in self:
            if record.has_unposted_assessment:
                message = self.env._(
                    "Its assessment is not posted, so outlays would be missing on the "
                    "invoice. Post it first."
                )
                action = "action_post_assessment"
            elif record._is_assessment_missing():
                message = self.env._(
                    "The authority has not assessed it yet. Read its assessment or "
                    "record it, or bill on estimate."
                )
                action = "action_record_assessment"
            else:
                continue
            found[record].append(Blocker("assessment", message, action=action))
        return found

    def _is_assessment_missing(self):
        """Whether outlays of a client are to come that nobody has assessed."""
        self.ensure_one()
        return (
            self.capacity != "own"
            and not self.current_assessment_id
            and self.state not in UNBILLABLE
            and bool(self.duty_line_ids)
            and not any(self.charge_ids.mapped("amount_estimate"))
        )

    def _get_difference_blockers(self):
        """Say where the authority's figures are not ours, as the company wants it."""
        asked = self.filtered(
            lambda record: record.company_id.customs_difference_policy != IGNORE
        )
        groups = self.env["customs.duty.line"]._read_group(
            [("declaration_id", "in", asked.ids), ("has_difference", "=", True)],
            ["declaration_id"],
            ["__count", "difference:sum"],
        )
        found = {}
        for record, count, difference in groups:
            message = self.env._(
                "%(count)s taxes were assessed otherwise than calculated, %(amount)s "
                "in all. Look at the differences before the client does.",
                count=count,
                amount=record.tariff_currency_id.format(difference),
            )
            found[self.browse(record.id)] = [
                Blocker(
                    "difference",
                    message,
                    warning=record.company_id.customs_difference_policy != BLOCK,
                    action="action_view_differences",
                )
            ]
        return found

    def _get_dispute_blockers(self):
        """Say which amounts of a file are claimed back, or asked about, elsewhere."""
        return {
            self.browse(record.id): [
                Blocker(
                    "dispute",
                    self.env._(
                        "%(amount)s of it is in dispute with %(partners)s. Settle it, "
                        "or bill what is beyond doubt.",
                        amount=record.currency_id.format(amount),
                        partners=", ".join(partners.mapped("display_name")) or "–",
                    ),
                    action="action_view_disputes",
                )
            ]
            for record, amount, partners in self._get_disputed()
        }

    def _get_disputed(self):
        """Return rows (file, open amount, partners) of posted disputes."""
        accounts = self.company_id.customs_dispute_recv_account_id
        return self.env["account.move.line"]._read_group(
            self._get_dispute_domain(accounts),
            ["customs_declaration_id"],
            ["amount_residual:sum", "partner_id:recordset"],
        )

    def _get_dispute_domain(self, accounts):
        return [
            ("customs_declaration_id", "in", self.ids),
            ("account_id", "in", accounts.ids),
            ("parent_state", "=", "posted"),
            ("amount_residual", "!=", 0),
        ]
