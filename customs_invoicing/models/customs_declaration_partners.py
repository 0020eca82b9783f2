from collections import defaultdict

from odoo import models


class CustomsDeclaration(models.Model):
    """Finding the traders named in a file among our contacts."""

    _inherit = "customs.declaration"

    def _get_partners(self, document):
        """Return ``{party: partner id}``: by code, then by name, else created."""
        header = document.header
        parties = [p for p in (header.importer, header.exporter, header.declarant) if p]
        by_code, by_name = self._search_partners(parties)
        result, created = {}, {}
        for party in parties:
            partner = by_code.get(party.code) or by_name.get(_fold(party.name))
            if not partner:
                key = party.code or _fold(party.name)
                if key not in created:
                    created[key] = self._create_partner(party)
                partner = created[key]
            result[party] = partner.id
        return result

    def _get_partner_problems(self, filename, document):
        """Refuse to guess between contacts with the same customs code."""
        header = document.header
        codes = [p.code for p in (header.importer, header.declarant) if p.code]
        partner_model = self.env["res.partner"]
        groups = partner_model._read_group(
            [
                *partner_model._check_company_domain(self.env.company),
                ("customs_code", "in", codes),
                ("parent_id", "=", False),
            ],
            ["customs_code"],
            ["id:recordset"],
        )
        return [
            self.env._(
                "%(filename)s: customs code %(code)s is on several contacts: "
                "%(partners)s. Leave it on one of them.",
                filename=filename,
                code=code,
                partners=", ".join(partners.mapped("display_name")),
            )
            for code, partners in groups
            if len(partners) > 1
        ]

    def _search_partners(self, parties):
        """Return ``({code: partner}, {folded name: partner})`` in two queries."""
        partner_model = self.env["res.partner"]
        allowed = partner_model._check_company_domain(self.env.company)
        codes = [party.code for party in parties if party.code]
        by_code = {}
        matches = partner_model.search(
            [
                *allowed,
                "|",
                "|",
                ("customs_code", "in", codes),
                ("vat", "in", codes),
                ("ref", "in", codes),
            ]
        )
        # Contacts share the codes of their company, which is the trader
        matches = matches.sorted(lambda partner: not partner.parent_id)
        for field in ("ref", "vat", "customs_code"):  # the last one wins
            by_code.update({p[field]: p for p in matches if p[field] in codes})
        names = [party.name for party in parties if party.name]
        domain = [("name", "=ilike", _escape_like(name)) for name in names]
        by_name = defaultdict(partner_model.browse)
        if domain:
            alternatives = ["|"] * (len(domain) - 1) + domain
            for partner in partner_model.search([*allowed, *alternatives]):
                if _fold(partner.name) not in by_name:
                    by_name[_fold(partner.name)] = partner
        # A namesake with another customs code is another trader
        return by_code, {
            name: partner
            for name, partner in by_name.items()
            if not _has_other_code(partner, parties)
        }

    def _create_partner(self, party):
        return self.env["res.partner"].create(
            {
                "name": party.name or party.code,
                "is_company": True,
                "customs_code": party.code,
                "customs_to_review": True,
                "street": party.address[0] if party.address else False,
                "street2": ", ".join(party.address[1:]) or False,
            }
        )


def _has_other_code(partner, parties):
    return any(
        party.code and partner.customs_code and party.code != partner.customs_code
        for party in parties
        if _fold(party.name) == _fold(partner.name)
    )


def _fold(name):
    return " ".join((name or "").casefold().split())


def _escape_like(text):
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
