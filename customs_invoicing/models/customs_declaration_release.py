from odoo import fields, models
from odoo.exceptions import UserError

from ..engine.readiness import in_order


class CustomsDeclaration(models.Model):
    """Billing a file in spite of what stops it: by right, with a reason, logged."""

    _inherit = "customs.declaration"

    def _get_released(self):
        """Return ``{declaration: {(code, charge id)}}`` of releases in force."""
        return {
            record: {
                (release.code, release.charge_id.id or 0)
                for release in record.billing_release_ids
                if release.state == "active"
            }
            for record in self
        }

    def action_release_billing(self):
        """Ask why the file is billed although something stops it."""
        self.ensure_one()
        self._check_verifier(self.env._("bill a file that is blocked"))
        blockers = [found for found in self._get_stopping_blockers()[self]]
        if not blockers:
            raise UserError(
                self.env._("%(name)s is not blocked: bill it.", name=self.name)
            )
        wizard = self.env["customs.release.billing"].create(
            {
                "declaration_id": self.id,
                "line_ids": [
                    (
                        0,
                        0,
                        {
                            "code": found.code,
                            "message": found.message,
                            "charge_id": found.charge_id or False,
                            "hard": found.hard,
                            "is_chosen": not found.hard,
                        },
                    )
                    for found in blockers
                ],
            }
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Bill anyway"),
            "res_model": wizard._name,
            "res_id": wizard.id,
            "view_mode": "form",
            "target": "new",
        }

    def _release_billing(self, keys, reason, date_end=None):
        """Release what stops a file; what stops it hard stays.

        :param keys: pairs ``(code, charge id)`` of what is released
        :param reason: why, in the words of who decides
        :param date_end: the last day, none for as long as it lasts
        :return: the new releases
        """
        self.ensure_one()
        self._check_verifier(self.env._("bill a file that is blocked"))
        blockers = [
            found
            for found in in_order(self._get_stopping_blockers()[self])
            if (found.code, found.charge_id) in keys
        ]
        self._check_release(blockers, reason, date_end)
        # sudo: releases are made here only
        releases = (
            self.env["customs.billing.release"]
            .sudo()
            .create(
                [
                    {
                        "declaration_id": self.id,
                        "code": found.code,
                        "charge_id": found.charge_id or False,
                        "assessment_id": self.current_assessment_id.id,
                        "message": found.message,
                        "reason": reason.strip(),
                        "date_end": date_end,
                        "user_id": self.env.user.id,
                    }
                    for found in blockers
                ]
            )
        )
        releases = releases.sudo(False)
        self.message_post(body=self._describe_release(releases, reason, date_end))
        return releases

    def _check_release(self, blockers, reason, date_end):
        problems = [
            self.env._(
                "This cannot be released, only put right: %(message)s",
                message=found.message,
            )
            for found in blockers
            if found.hard
        ]
        if not blockers:
            problems.append(self.env._("Choose what is released."))
        if not (reason or "").strip():
            problems.append(self.env._("Say why it is billed anyway."))
        if date_end and date_end < fields.Date.context_today(self):
            problems.append(self.env._("The last day of the release is over already."))
        if problems:
            raise UserError("\n".join(problems))

    def _describe_release(self, releases, reason, date_end):
        what = ", ".join(
            dict.fromkeys(release._get_code_words() for release in releases)
        )
        if date_end:
            return self.env._(
                "Released for billing until %(date)s (%(what)s): %(reason)s",
                date=fields.Date.to_string(date_end),
                what=what,
                reason=reason,
            )
        return self.env._(
            "Released for billing (%(what)s): %(reason)s", what=what, reason=reason
        )

    def action_bill_in_background(self):
        """Prepare a billing run of these files and open it."""
        if not self:
            raise UserError(self.env._("Select the files that are billed."))
        companies = self.company_id
        if len(companies) > 1:
            raise UserError(
                self.env._(
                    "A billing run is of one company: select files of %(companies)s "
                    "apart.",
                    companies=", ".join(companies.mapped("name")),
                )
            )
        run = self.env["customs.billing.run"].create(
            {"what": "selected", "company_id": companies.id}
        )
        run._set_files(self)
        return {
            "type": "ir.actions.act_window",
            "res_model": run._name,
            "res_id": run.id,
            "view_mode": "form",
            "views": [(False, "form")],
        }

    # === WHAT PUTS IT RIGHT === #

    def action_open_customs_settings(self):
        """Open the settings that a file lacks to be billed."""
        if not self.env.user.has_group("base.group_system"):
            raise UserError(
                self.env._(
                    "Ask whoever may change the settings: they are under Customs, "
                    "Configuration, Settings."
                )
            )
        return self.env["ir.actions.act_window"]._for_xml_id(
            "customs_invoicing.customs_settings_action"
        )

    def action_view_disputes(self):
        """Open the posted items of the file that are in dispute."""
        self.ensure_one()
        accounts = self.company_id.customs_dispute_recv_account_id
        return self._action_view(
            "account.action_account_moves_all",
            domain=self._get_dispute_domain(accounts),
            context={},
        )
