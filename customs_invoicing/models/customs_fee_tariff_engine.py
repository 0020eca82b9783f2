from odoo import api, models
from odoo.fields import Domain


class CustomsFeeTariff(models.Model):
    """Which rate cards price a file."""

    _inherit = "customs.fee.tariff"

    @api.model
    def _get_engine_rules(self, declarations, side="sale", vendor=None):
        """Return ``{declaration: rules}`` of the active cards that apply to files.

        The queries do not grow with the files.

        :param side: ``sale`` for our services, ``vendor`` for expected charges
        :param vendor: whose charges are expected; none: those of any vendor
        """
        files = {record: record._get_rated_file() for record in declarations}
        return self._get_rules_of_files(files, side, vendor)

    @api.model
    def _get_rules_of_files(self, files, side="sale", vendor=None, trial=None):
        """Return ``{key: rules}`` for files that are described.

        :param files: ``{key: RatedFile}``
        :param trial: cards to count as active, for trying them out
        """
        cards = self._find_cards(files.values(), side, vendor)
        cards |= trial or self.browse()
        # all of them at once: what a rule reads is then in the cache
        rules = cards.rule_ids
        rules.child_ids.mapped("band_ids.limit")
        rules.band_ids.mapped("limit")
        ready = {}
        return {
            key: tuple(
                rule
                for card, level in file_cards
                for rule in card._get_rules_of_file(file, level, ready)
            )
            for key, file in files.items()
            for file_cards in [self._rank_cards(cards, file)]
        }

    @api.model
    def _find_cards(self, files, side, vendor):
        """Return the active cards of the clients, groups and companies of files."""
        companies, clients = self._get_scopes(files)
        groups = self._get_groups(clients)
        domain = (
            Domain("state", "=", "active")
            & Domain("side", "=", side)
            & Domain("company_id", "in", companies.ids)
            & (
                Domain("level", "in", ("branch", "general"))
                | Domain("client_id.commercial_partner_id", "in", clients.ids)
                | Domain("group_id", "in", groups.ids)
            )
        )
        if vendor:
            domain &= Domain(
                "vendor_id.commercial_partner_id", "=", vendor.commercial_partner_id.id
            )
        # sudo: a file is priced by the cards of its company, whoever prices it
        return self.sudo().search(domain)

    @api.model
    def _get_scopes(self, files):
        """Return the companies, parents included, and the clients of files."""
        companies, clients = self.env["res.company"].sudo(), self.env["res.partner"]
        for file in files:
            companies |= file.company.sudo()
            clients |= file.client.sudo().commercial_partner_id
        return companies | companies.parent_ids, clients

    @api.model
    def _get_groups(self, clients):
        """Return the tags of clients and all tags above them."""
        categories = clients.sudo().category_id
        parts = {
            int(part)
            for path in categories.mapped("parent_path")
            for part in (path or "").split("/")
            if part
        }
        return categories.browse(parts)

    @api.model
    def _rank_cards(self, cards, file):
        """Return ``[(card, level)]`` of those that apply to a file."""
        companies = file.company.sudo().parent_ids | file.company.sudo()
        client = file.client.sudo().commercial_partner_id
        groups = self._get_groups(client)
        found = []
        for card in cards:
            applies = card.company_id in companies and {
                "client": client
                and card.client_id.sudo().commercial_partner_id == client,
                "group": card.group_id in groups,
                "branch": True,
                "general": True,
            }.get(card.level)
            if applies:
                found.append((card, card.level))
        return found

    def _get_rules_of_file(self, file, level, ready):
        """Return the rules of the card in force for a file, as the engine reads them.

        A card may be valid by another day of the file than the engine tests; then its
        rules are tested here and handed over as valid.

        :param ready: rules made before, by rule and days
        """
        self.ensure_one()
        found = []
        for rule, first, last in self._get_validities():
            if not self._is_in_force(file, first, last):
                continue
            # rules of other days are let through, in the order of their first days
            first = min(first, file.day) if first else None
            last = max(last, file.day) if last else None
            key = rule, first, last
            if key not in ready:
                ready[key] = rule._to_engine(level, (first, last))
            found.append(ready[key])
        return found

    def _get_validities(self):
        """Return ``[(rule, first day, last day)]`` of the card."""
        self.ensure_one()
        return [(rule, *rule._get_validity()) for rule in self.rule_ids]

    def _is_in_force(self, file, first, last):
        """Whether the day of the file that counts for the card lies in between."""
        day = self._get_tested_day(file)
        return not ((first and day < first) or (last and day > last))

    def _get_tested_day(self, file):
        """Return the day of a file that has to lie within the validity."""
        self.ensure_one()
        return file.dates.get(self.validity_date) or file.day

    @api.model
    def _get_rules_out_of_force(self, file, side="sale", vendor=None, trial=None):
        """Return rules of cards that would apply to a file on another day."""
        cards = self._find_cards([file], side, vendor) | (trial or self.browse())
        found = self.env["customs.fee.rule"].sudo()  # sudo: as the cards are found
        for card, _level in self._rank_cards(cards, file):
            for rule, first, last in card._get_validities():
                if not card._is_in_force(file, first, last):
                    found |= rule
        return found
