from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain


class CustomsFeeTariff(models.Model):
    """How rate cards follow each other, and which stand in each other's way."""

    _inherit = "customs.fee.tariff"

    warning = fields.Text(compute="_compute_warning")

    @api.depends(
        "state",
        "level",
        "client_id",
        "group_id",
        "company_id",
        "side",
        "vendor_id",
        "date_from",
        "date_to",
        "rule_ids.charge_code_id",
        "rule_ids.type",
    )
    def _compute_warning(self):
        rivals = self._find_rivals()
        for record in self:
            sentences = []
            if record.state == "draft" and record._get_next_in_force(rivals):
                sentences.append(record._describe_closing(rivals))
            sentences += record._describe_rivals(rivals)
            sentences += record._describe_idle()
            record.warning = "\n".join(sentences) or False

    def _describe_idle(self):
        """Return a sentence on prices that no file will ever have."""
        self.ensure_one()
        idle = self.rule_ids.filtered(lambda rule: rule._is_idle()).charge_code_id
        if not idle:
            return []
        names = ", ".join(idle.mapped("display_name"))
        if self.side == "vendor":
            text = self.env._(
                "Duties and fees of the authority come from its assessment, never from "
                "a card: %(charges)s.",
                charges=names,
            )
        else:
            text = self.env._(
                "No own services: what was paid for the client is passed on as it was, "
                "and these prices count for nothing: %(charges)s. Choose a service.",
                charges=names,
            )
        return [text]

    def _find_rivals(self):
        """Return active cards of the companies and sides of these."""
        return self.search(
            Domain("state", "=", "active")
            & Domain("company_id", "in", self.company_id.ids)
            & Domain("side", "in", self.mapped("side"))
        )

    def _get_scope(self):
        """Return what two cards have in common that price the same files."""
        self.ensure_one()
        return (
            self.company_id.id,
            self.side,
            self.vendor_id.commercial_partner_id.id,
            self.level,
            self.client_id.commercial_partner_id.id,
            self.group_id.id,
        )

    def _get_family(self):
        """Return the first version of the card."""
        self.ensure_one()
        return self.first_id or self._origin

    def _overlaps(self, other):
        self.ensure_one()
        first, last = (self.date_from, other.date_from), (self.date_to, other.date_to)
        start = max(day for day in first if day) if any(first) else None
        ends = [day for day in last if day]
        return not (start and ends and min(ends) < start)

    def _get_next_in_force(self, cards):
        """Return the other versions of this card that its activation closes."""
        self.ensure_one()
        return cards.filtered(
            lambda card: (
                card != self._origin
                and card._get_family() == self._get_family()
                and self._overlaps(card)
            )
        )

    def _describe_closing(self, cards):
        self.ensure_one()
        return self.env._(
            "Activating this version ends %(cards)s the day before %(date)s.",
            cards=", ".join(self._get_next_in_force(cards).mapped("display_name")),
            date=fields.Date.to_string(self.date_from),
        )

    def _describe_rivals(self, cards):
        """Return sentences on other cards that price the same files equally."""
        self.ensure_one()
        if self.state == "archived":
            return []
        found = cards.filtered(
            lambda card: (
                card != self._origin
                and card._get_family() != self._get_family()
                and card._get_scope() == self._get_scope()
                and self._overlaps(card)
            )
        )
        sentences = []
        for card in found:
            both = self.rule_ids.charge_code_id & card.rule_ids.charge_code_id
            if both:
                sentences.append(
                    self.env._(
                        "%(card)s is for the same files at the same time. Where "
                        "neither price is more specific or newer, nothing is rated: "
                        "%(charges)s.",
                        card=card.display_name,
                        charges=", ".join(both.mapped("name")),
                    )
                )
        return sentences

    # === ACTIONS === #

    def action_activate(self):
        """Let cards price files; an older version ends the day before."""
        for record in self:
            if not record.rule_ids:
                raise UserError(
                    self.env._(
                        "%(card)s has no price yet. Add one, then activate it.",
                        card=record.display_name,
                    )
                )
            record._close_older_versions()
            record.state = "active"
        return True

    def _close_older_versions(self):
        self.ensure_one()
        older = self._get_next_in_force(self._find_rivals())
        for card in older:
            if card.date_from and card.date_from >= self.date_from:
                raise UserError(
                    self.env._(
                        "%(other)s is in force from %(date)s. Let %(card)s start "
                        "later, or archive the other version first.",
                        other=card.display_name,
                        date=fields.Date.to_string(card.date_from),
                        card=self.display_name,
                    )
                )
        older.date_to = fields.Date.subtract(self.date_from, days=1)

    def action_archive_card(self):
        """Take cards out of use; what they rated keeps its price."""
        self.state = "archived"
        return True

    def action_reset_to_draft(self):
        """Take back cards that priced nothing yet."""
        self._check_changeable()
        self.state = "draft"
        return True

    def action_new_version(self):
        """Open a copy to change, which replaces this card once it is activated."""
        return self._create_version()._get_form_action()

    def _create_version(self):
        """Return a draft of the next version, from the day after the latest one."""
        self.ensure_one()
        first = self._get_family()
        family = self.search(["|", ("id", "=", first.id), ("first_id", "=", first.id)])
        today = fields.Date.context_today(self)
        latest = max(day for day in [*family.mapped("date_from"), today] if day)
        return self.copy(
            {
                "name": self.name,
                "version": max(family.mapped("version")) + 1,
                "first_id": first.id,
                "date_from": fields.Date.add(latest, days=1),
                "date_to": False,
            }
        )

    def _get_form_action(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "views": [(False, "form")],
        }

    def action_view_versions(self):
        self.ensure_one()
        first = self._get_family()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "customs_invoicing.customs_fee_tariff_action"
        )
        action["domain"] = ["|", ("id", "=", first.id), ("first_id", "=", first.id)]
        action["context"] = {}
        return action

    def action_view_charges(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "customs_invoicing.customs_charge_action"
        )
        action["domain"] = [
            "|",
            ("fee_tariff_id", "=", self.id),
            ("vendor_rule_id.tariff_id", "=", self.id),
        ]
        action["context"] = {}
        action.pop("path", None)
        return action
