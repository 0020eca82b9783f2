from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ..engine.readiness import Blocker
from ..tools import to_float
from .customs_rating_line import get_print
from .customs_rating_outcome import BY_ITSELF, EDITED, TO_DECIDE

#: Files whose services are priced
RATED_STATES = ("draft", "ready", "lodged", "assessed", "released")

#: Effects of a rating that it is kept for, whatever the last one found
MOVED = ("created", "updated", "removed")


class CustomsDeclaration(models.Model):
    """Rating the services of files: writing charges, keeping why."""

    _inherit = "customs.declaration"

    rating_ids = fields.One2many(
        comodel_name="customs.rating", inverse_name="declaration_id"
    )
    rating_count = fields.Integer(
        string="Rating count", compute="_compute_rating_count"
    )
    rating_problem = fields.Text(
        string="To clear up in rating",
        compute="_compute_rating_problem",
        help="What the last rating could not price, and why.",
    )
    has_rated_services = fields.Boolean(
        string="Has rated services", compute="_compute_has_rated_services"
    )
    has_edited_services = fields.Boolean(
        string="Has edited services", compute="_compute_has_rated_services"
    )
    has_unrated_services = fields.Boolean(
        string="Services not rated",
        compute="_compute_has_unrated_services",
        search="_search_has_unrated_services",
        help="A rate card prices a service of the file that has no charge yet.",
    )

    # === COMPUTE METHODS === #

    @api.depends("rating_ids")
    def _compute_rating_count(self):
        groups = self.env["customs.rating"]._read_group(
            [("declaration_id", "in", self.ids)], ["declaration_id"], ["__count"]
        )
        counts = {record.id: count for record, count in groups}
        for record in self:
            record.rating_count = counts.get(record.id, 0)

    @api.depends(
        "rating_ids",
        "charge_ids.amount",
        "charge_ids.amount_is_default",
        "charge_ids.charge_code_id",
    )
    def _compute_rating_problem(self):
        problems = self._origin._get_rating_problems()
        for record in self:
            record.rating_problem = "\n".join(problems.get(record._origin, ()))

    @api.depends("charge_ids.fee_tariff_id", "charge_ids.rating_is_edited")
    def _compute_has_rated_services(self):
        for record in self:
            charges = record.charge_ids
            record.has_rated_services = bool(charges.fee_tariff_id)
            record.has_edited_services = any(charges.mapped("rating_is_edited"))

    @api.depends("charge_ids.amount", "charge_ids.fee_tariff_id")
    def _compute_has_unrated_services(self):
        unrated = self._origin._filter_unrated()
        for record in self:
            record.has_unrated_services = record._origin in unrated

    def _search_has_unrated_services(self, operator, value):
        if operator != "in":
            return NotImplemented
        files = self.search(
            [
                ("capacity", "!=", "own"),
                ("client_id", "!=", False),
                ("state", "in", ("assessed", "released")),
            ]
        )
        found = files._filter_unrated()
        return [("id", "in" if True in value else "not in", found.ids)]

    @api.depends("rating_ids")
    def _compute_messages(self):
        return super()._compute_messages()

    def _get_warnings(self):
        """Say what is not rated, unless it is said already that it stops billing."""
        warnings = super()._get_warnings()
        if self.billing_readiness == "blocked":
            return warnings
        return [*warnings, *(self.rating_problem or "").splitlines()]

    def _get_rating_problems(self):
        """Return ``{declaration: sentences}`` on what the last rating left open.

        A price entered by hand for the charge settles it. What the file lacks is
        told as it is now, not as it was when it was rated.
        """
        left = {}
        for record, rating in self.env["customs.rating"]._get_latest(self).items():
            if record.state in ("closed", "cancelled"):
                continue
            priced = record.charge_ids.filtered(
                lambda c: (
                    c.nature == "service"
                    and not c.currency_id.is_zero(c.amount)
                    and not c.amount_is_default
                )
            ).charge_code_id
            lines = rating.line_ids.filtered("is_problem")
            left[record] = lines.filtered(
                lambda line, priced=priced: line.charge_code_id not in priced
            )
        open_files = self.browse(record.id for record, lines in left.items() if lines)
        outcomes = open_files._get_rating_outcomes() if open_files else {}
        return {
            record: [
                record._describe_unrated(line, outcomes.get(record, ()))
                for line in lines
            ]
            for record, lines in left.items()
        }

    def _describe_unrated(self, line, outcomes):
        """Return what a charge still lacks that the last rating could not price."""
        self.ensure_one()
        code = line.charge_code_id
        current = outcomes if line.side == "sale" else ()
        now = [outcome for outcome in current if outcome.code == code]
        still = [outcome for outcome in now if outcome.result in ("tie", "problem")]
        if now and not still:
            return self.env._(
                "%(charge)s could not be rated when the file was rated last, and now "
                "it can. Press “Rate again” on the file.",
                charge=code.name,
            )
        return self.env._(
            "%(charge)s is not rated: %(message)s",
            charge=code.name,
            message=still[0].message if still else line.message,
        )

    def _filter_unrated(self):
        """Return the files a rate card prices that lack one of its charges."""
        rateable = self._filter_rateable()
        if not rateable:
            return rateable
        outcomes = rateable._get_rating_outcomes()
        missing = {
            proposal.outcome.file.id
            for proposal in rateable._get_rating_proposals(outcomes)
            if proposal.is_missing
        }
        return rateable.filtered(lambda record: record.id in missing)

    def _filter_rateable(self):
        """Return the files that have a client whose services are still priced."""
        return self.filtered(
            lambda record: (
                record.capacity != "own"
                and record.client_id
                and record.state in RATED_STATES
            )
        )

    def _get_billing_blockers(self):
        """Fees that tie or could not be rated stop billing: nothing is guessed."""
        blockers = super()._get_billing_blockers()
        problems = self._get_rating_problems()
        for record, sentences in problems.items():
            blockers[record] += [
                Blocker("rating", sentence, action="action_view_last_rating")
                for sentence in sentences
            ]
        return blockers

    # === ACTIONS === #

    def action_rate_services(self):
        """Price the services of these files by their rate cards.

        New services are added and prices nobody touched follow the card. What was
        edited by hand, entered by hand or billed stays; its difference is shown.
        """
        self.env["customs.charge"].check_access("write")
        self._check_rateable()
        proposals = self._rate_services("button")
        news = [found for found in proposals if self._is_news(found)]
        if news:
            return self.env["customs.rerate"]._open(self)
        return self._get_rating_notification(proposals)

    def action_rerate_services(self):
        """Show what rating again would change, before anything is written."""
        self.env["customs.charge"].check_access("write")
        self._check_rateable()
        return self.env["customs.rerate"]._open(self)

    def action_view_ratings(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "customs_invoicing.customs_rating_action"
        )
        action.update(domain=[("declaration_id", "=", self.id)], context={})
        action.pop("path", None)
        return action

    def action_view_last_rating(self):
        self.ensure_one()
        rating = self.env["customs.rating"]._get_latest(self).get(self)
        return {
            "type": "ir.actions.act_window",
            "res_model": "customs.rating",
            "res_id": rating.id if rating else False,
            "view_mode": "form",
            "views": [(False, "form")],
        }

    def action_create_invoices(self):
        self._rate_automatically("invoice")
        return super().action_create_invoices()

    @api.model
    def _create_invoices_of_groups(self, groups, *args, **kwargs):
        """Put the fees of months that are over on monthly invoices."""
        invoices = super()._create_invoices_of_groups(groups, *args, **kwargs)
        monthly = invoices.filtered(
            lambda move: (
                move.move_type == "out_invoice"
                and move.customs_billing_profile_id.mode == "monthly"
            )
        )
        if monthly:
            self.env["customs.fee.period"]._add_to_monthly(monthly)
        return invoices

    def _check_rateable(self):
        problems = []
        for record in self - self._filter_rateable():
            if record.capacity == "own":
                sentence = self.env._(
                    "%(name)s is our own import: no client is charged for it."
                )
            elif not record.client_id:
                sentence = self.env._(
                    "%(name)s has no client: choose who is billed, its rate card "
                    "follows."
                )
            else:
                sentence = self.env._(
                    "%(name)s is closed or cancelled. Reopen it first."
                )
            problems.append(sentence % {"name": record.name})
        if problems:
            raise UserError("\n".join(problems))

    def _is_news(self, proposal):
        """Whether somebody has to look at a price that rating left alone."""
        if proposal.action not in TO_DECIDE:
            return False
        if proposal.action == EDITED:
            return proposal.charge.currency_id.compare_amounts(
                proposal.charge.rating_price, to_float(proposal.outcome.price)
            )
        return True

    def _get_rating_notification(self, proposals):
        """Return what tells the user what became of the services."""
        changed = [found for found in proposals if found.action in BY_ITSELF]
        problems = list(filter(None, self.mapped("rating_problem")))
        if problems:
            message = "\n".join(problems)
        elif changed:
            total = sum(to_float(found.outcome.price) for found in changed)
            message = self.env._(
                "%(count)s services rated, %(total)s in all.",
                count=len(changed),
                total=self.currency_id[:1].format(total),
            )
        elif any(found.outcome.is_priced for found in proposals):
            message = self.env._("All services have the price of the rate card.")
        else:
            message = self.env._(
                "No rate card prices a service of these files. See Configuration, "
                "Rate cards."
            )
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning" if problems else "success",
                "message": message,
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    # === RATING === #

    def _rate_automatically(self, origin):
        """Rate files of companies that want it done by itself."""
        files = self.filtered(
            lambda record: (
                record.company_id.customs_rate_automatically
                and record.state in RATED_STATES
            )
        )
        if files:
            files._rate_services(origin)

    def _rate_services(self, origin):
        """Rate files, write what nobody has to decide and keep why.

        :return: list of proposals for the services of clients
        """
        self._lock_for_money()
        self._rate_vendors(origin)
        files = self._filter_rateable()
        proposals = files._get_rating_proposals(files._get_rating_outcomes())
        taken = [found for found in proposals if found.action in BY_ITSELF]
        files._apply_rating(proposals, taken, origin)
        return proposals

    def _apply_rating(self, proposals, taken, origin):
        """Write what was taken of proposals to charges, and keep the run.

        :param taken: those of the proposals that are written
        """
        before = {id(found): found.previous for found in proposals}
        self._write_rated_charges(taken)
        done = {id(found) for found in taken}
        lines = {record: [] for record in self}
        for found in proposals:
            own = lines[found.outcome.file]
            own.append(
                found.prepare_line(len(own), before[id(found)], id(found) in done)
            )
        ratings = self._keep_ratings(lines, origin)
        for line in ratings.line_ids:
            if line.charge_id and line.effect in ("created", "updated"):
                # sudo: what rating finds is written by it alone
                line.charge_id.sudo().rating_line_id = line

    def _write_rated_charges(self, taken):
        """Create, price and remove charges as proposals say."""
        # sudo: what rating finds is written by it alone
        charges = self.env["customs.charge"].sudo().with_context(customs_rating=True)
        missing = [found for found in taken if not found.charge]
        created = charges.create([found.outcome.prepare_charge() for found in missing])
        for found, charge in zip(missing, created, strict=True):
            found.charge = self.env["customs.charge"].browse(charge.id)
        removed = charges.browse()
        for found in taken:
            if found in missing:
                continue
            charge = charges.browse(found.charge.id)
            if not found.outcome.is_priced and not charge.move_line_ids:
                removed |= charge
                found.charge = found.charge.browse()
            else:
                charge.write(found.outcome.prepare_rating())
        removed.unlink()

    def _keep_ratings(self, lines, origin, side="sale"):
        """Keep each run that found something else than the last, or did something.

        :param lines: ``{declaration: values of its lines}``
        :return: the ratings that were kept
        """
        latest = self.env["customs.rating"]._get_latest(self, side)
        vals_list = []
        for record, own in lines.items():
            last = latest.get(record, self.env["customs.rating"])
            moved = any(line["effect"] in MOVED for line in own)
            if not moved and last._get_print() == sorted(map(get_print, own)):
                continue
            vals_list.append(
                {
                    "declaration_id": record.id,
                    "side": side,
                    "origin": origin,
                    "date": next((line["date"] for line in own if line["date"]), False),
                    "line_ids": [
                        Command.create(
                            {key: value for key, value in line.items() if key != "date"}
                        )
                        for line in own
                    ],
                }
            )
        # sudo: nobody writes ratings but rating
        return self.env["customs.rating"].sudo().create(vals_list).sudo(False)
