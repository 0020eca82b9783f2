from collections import defaultdict

from odoo import models

from ..engine.apportion import apportion
from ..tools import to_decimal, to_float
from .customs_assessment_posting import Target
from .customs_declaration_matching import VENDOR_MOVE_TYPES


class CustomsCharge(models.Model):
    """Charges of the authority that a broker, courier or carrier pays and bills us."""

    _inherit = "customs.charge"

    def _is_paid_by_agent(self):
        """Whether our agent pays the authority: his bill brings the charge."""
        self.ensure_one()
        return bool(self.tax_code_id) and self.payer == "agent"

    # === WHAT IS OPEN === #

    def _get_vendor_open(self):
        """Return ``({charge: {target: (base, amount)}}, {charge: booked targets})``.

        What the current assessments make payable, less what bills of vendors brought,
        in the currency of the authority.
        """
        owed, booked, result = self._get_vendor_owed(), self._get_vendor_booked(), {}
        for charge in self:
            rounder = charge.declaration_id.tariff_currency_id.round
            targets, own, nothing = owed[charge], booked[charge], (0.0, 0.0)
            result[charge] = {}
            for key in {**targets, **own}:
                pairs = zip(
                    targets.get(key, nothing), own.get(key, nothing), strict=True
                )
                base, amount = (rounder(new - old) for new, old in pairs)
                if base or amount:
                    result[charge][key] = (base, amount)
        return result, booked

    def _get_vendor_owed(self):
        """Return ``{charge: {target: (base, payable)}}`` of the current assessments."""
        result = {charge: defaultdict(lambda: (0.0, 0.0)) for charge in self}
        for charge in self:
            declaration = charge.declaration_id
            own_vat = charge._is_own_import_vat()
            pending = own_vat and declaration.vat_evidence == "certificate"
            lines = declaration.current_assessment_id.line_ids.filtered(
                lambda line, tax=charge.tax_code_id: (
                    line.tax_code_id == tax and line.status != "postponed"
                )
            )
            for line in lines:
                rate = line._get_import_vat_rate() if own_vat else 0.0
                key = Target(charge, rate, "pending" if pending else "debt")
                base, amount = result[charge][key]
                result[charge][key] = (
                    base + (line.base if own_vat and not pending else 0.0),
                    amount + line.amount_payable,
                )
        return result

    def _get_vendor_booked(self):
        """Return ``{charge: {target: (base, amount)}}`` that vendors' bills brought."""
        # sudo: whoever posts a bill may lack the right to another's items
        lines = self.env["account.move.line"].sudo()
        found = lines.search(
            [
                ("customs_charge_id", "in", self.ids),
                ("parent_state", "=", "posted"),
                ("move_id.move_type", "in", VENDOR_MOVE_TYPES),
                ("move_id.customs_assessment_id", "=", False),
            ]
        )
        result = {charge: {} for charge in self}
        for key, amounts in self.env["customs.declaration"]._sum_targets(found).items():
            result[self.browse(key.charge.id)][key] = amounts
        return result

    def _get_vendor_drafts(self, move):
        """Return ``{charge: note}`` on other drafts that hold these charges."""
        lines = self.env["account.move.line"].search(
            [
                ("customs_charge_id", "in", self.ids),
                ("parent_state", "=", "draft"),
                ("move_id.move_type", "in", VENDOR_MOVE_TYPES),
                ("move_id", "not in", move.ids),
            ]
        )
        return {
            charge: self.env._(
                "On a draft already: %(moves)s",
                moves=", ".join(found.move_id.mapped("display_name")),
            )
            for charge, found in lines.grouped("customs_charge_id").items()
        }

    def _get_vendor_moves(self):
        """Return the posted bills and entries that brought these charges."""
        # sudo: to name them to whoever books the same again
        lines = self.env["account.move.line"].sudo()
        found = lines.search(
            [
                ("customs_charge_id", "in", self.ids),
                ("parent_state", "=", "posted"),
                ("move_id.move_type", "in", ("entry", *VENDOR_MOVE_TYPES)),
            ]
        )
        return found.move_id

    # === LINES OF A BILL === #

    def _get_vendor_account(self):
        """Return where a vendor's bill books the charge; empty: by its tax."""
        self.ensure_one()
        if not self._is_own_import_vat():
            return self._get_assessment_account()
        if self.declaration_id.vat_evidence == "certificate":
            return self.company_id._get_customs_account("vat_import_pending")
        return self.env["account.account"]

    def _get_vendor_shares(self, move):
        """Return ``{charge: targets}`` a document is shared over.

        What is open for a bill; what is booked for a refund, which gives it back.
        """
        open_targets, booked = self._get_vendor_open()
        if move._customs_bill_sign() > 0:
            return open_targets
        return {
            charge: {
                target: (-base, -amount) for target, (base, amount) in targets.items()
            }
            for charge, targets in booked.items()
        }

    def _prepare_vendor_lines(self, move, amount, targets):
        """Return ``(line values, import VAT)`` for an amount of a vendor's bill.

        :param amount: in the currency of the bill, seen from it
        :param targets: ``{target: (base, amount)}`` it is shared over, in the currency
            of the authority
        :return: with ``{(charge, rate, taken back): amount of the tax line}``
        """
        self.ensure_one()
        sign, owed = move._customs_bill_sign(), self._get_vendor_owed()[self]
        lines, forced = [], {}
        for target, (base, part) in self._share_vendor_amount(move, amount, targets):
            is_vat = target.rate and target.way == "debt"
            correction = is_vat and not base
            if correction:
                # the tax alone changed: it is posted anew on its base
                currency = self.declaration_id.tariff_currency_id
                full_base, full = (
                    move._customs_to_bill_currency(figure, currency)
                    for figure in owed[target]
                )
                base = sign * full_base
                forced[self, target.rate, False] = full
                forced[self, target.rate, True] = sign * part - full
            elif is_vat:
                forced[self, target.rate, False] = sign * part
            lines += self._prepare_bill_line_vals(
                target, part, base=base, correction=correction
            )
        return lines, forced

    def _share_vendor_amount(self, move, amount, targets):
        """Share an amount over targets; their bases follow in proportion."""
        currency, sign = move.currency_id, move._customs_bill_sign()
        authority = self.declaration_id.tariff_currency_id
        figures = {
            target: tuple(
                sign * move._customs_to_bill_currency(figure, authority)
                for figure in pair
            )
            for target, pair in targets.items()
            if pair[1]
        }
        weights = [to_decimal(abs(whole)) for _base, whole in figures.values()]
        parts = apportion(to_decimal(amount), weights, to_decimal(currency.rounding))
        for (target, (base, whole)), part in zip(figures.items(), parts, strict=True):
            part = to_float(part)
            if currency.is_zero(part):
                continue
            if currency.compare_amounts(part, whole):
                base = currency.round(base * part / whole)
            yield target, (base, part)
