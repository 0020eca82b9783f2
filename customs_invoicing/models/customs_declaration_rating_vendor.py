from odoo import models

from ..tools import to_float
from .customs_rating_outcome import CREATE, NOTHING, SAME, UPDATE, Proposal

#: Kinds of charges that vendors bill by their own prices
VENDOR_KINDS = ("third_party", "service")


class CustomsDeclaration(models.Model):
    """What vendors will charge for files, by their rate cards."""

    _inherit = "customs.declaration"

    def _rate_vendors(self, origin):
        """Write the contract prices of vendors to the charges of these files."""
        files = self.filtered(
            lambda record: record.state not in ("closed", "cancelled")
        )
        outcomes = files._get_rating_outcomes("vendor")
        proposals = files._get_vendor_proposals(outcomes)
        lines = {record: [] for record in files}
        changed = [found for found in proposals if found.action in (CREATE, UPDATE)]
        before = {id(found): found.charge.amount_rated for found in proposals}
        files._write_vendor_prices(changed)
        files._drop_vendor_prices(proposals)
        for found in proposals:
            own = lines[found.outcome.file]
            line = found.prepare_line(
                len(own), before[id(found)], found.action in (CREATE, UPDATE)
            )
            if line["effect"] == "removed":
                line["effect"] = "updated"  # the charge stays, without a price
            own.append(line)
        files._keep_ratings(lines, origin, "vendor")

    def _get_vendor_proposals(self, outcomes):
        """Return which charge of a file each contract price is for."""
        proposals = []
        for record in self:
            by_code = {}
            for outcome in outcomes[record]:
                by_code.setdefault(outcome.code, []).append(outcome)
            for code, own in by_code.items():
                charges = record.charge_ids.filtered(
                    lambda c, code=code: c.charge_code_id == code and not c.tax_code_id
                )
                proposals += [
                    record._get_vendor_proposal(outcome, charges, own)
                    for outcome in own
                ]
        return proposals

    def _get_vendor_proposal(self, outcome, charges, rivals):
        """Return what a contract price means for the charges of its code."""
        vendor = outcome.tariff.vendor_id.commercial_partner_id
        if outcome.code.kind not in VENDOR_KINDS and outcome.result != "tie":
            outcome.result = "skipped"
            outcome.message = self.env._(
                "%(charge)s is not billed by a vendor at prices of its own.",
                charge=outcome.code.name,
            )
        if outcome.result in ("tie", "problem", "skipped"):
            return Proposal(outcome, charges.browse(), NOTHING)
        own = charges.filtered(
            lambda charge: charge.payee_id.commercial_partner_id == vendor
        )
        charge = (own or charges.filtered(lambda charge: not charge.payee_id))[:1]
        if not own and len(rivals) > 1:
            outcome.result = "problem"
            outcome.message = self.env._(
                "Several vendors have a price for %(charge)s: %(vendors)s. Enter on "
                "the charge who is paid.",
                charge=outcome.code.name,
                vendors=", ".join(
                    sorted({rival.tariff.vendor_id.name or "" for rival in rivals})
                ),
            )
            return Proposal(outcome, charges.browse(), NOTHING)
        if not charge:
            return Proposal(outcome, charge, CREATE if outcome.is_priced else NOTHING)
        return Proposal(outcome, charge, _get_action(outcome, charge))

    def _write_vendor_prices(self, proposals):
        """Open charges that are expected, write the contract prices of the others."""
        # sudo: what rating finds is written by it alone
        charges = self.env["customs.charge"].sudo()
        missing = [found for found in proposals if not found.charge]
        created = charges.create(
            [
                found.outcome.file._prepare_vendor_charge(found.outcome)
                for found in missing
            ]
        )
        for found, charge in zip(missing, created, strict=True):
            found.charge = self.env["customs.charge"].browse(charge.id)
        for found in proposals:
            charge = charges.browse(found.charge.id)
            charge.write(charge._prepare_vendor_price(found.outcome))

    def _prepare_vendor_charge(self, outcome):
        """Return the values of a charge that a vendor is expected to bill."""
        self.ensure_one()
        vendor = outcome.tariff.vendor_id
        if self._is_for_client() and outcome.code.kind == "third_party":
            return self._prepare_outlay_charge(outcome.code, vendor, False)
        return {
            "declaration_id": self.id,
            "charge_code_id": outcome.code.id,
            "payee_id": vendor.id,
        }

    def _drop_vendor_prices(self, proposals):
        """Take contract prices off charges that no card has a price for any more."""
        kept = {found.charge.id for found in proposals if found.charge}
        stale = self.charge_ids.filtered(
            lambda charge: charge.vendor_rule_id and charge.id not in kept
        )
        for charge in stale.sudo():  # sudo: what rating finds is written by it alone
            charge.write(charge._prepare_no_vendor_price())


def _get_action(outcome, charge):
    same = (
        charge.vendor_rule_id == outcome.rule
        and charge.vendor_currency_id == outcome.tariff.currency_id
        and not charge.vendor_currency_id.compare_amounts(
            charge.vendor_amount, to_float(outcome.fee_amount)
        )
        and not charge.currency_id.compare_amounts(
            charge.amount_rated, to_float(outcome.price)
        )
    )
    return SAME if same else UPDATE
