from odoo import models
from odoo.exceptions import UserError

from ..engine.corrections import Claim, overclaimed
from ..tools import to_decimal, to_float


class CustomsRefund(models.Model):
    """What keeps a claim from being handed in or accepted."""

    _inherit = "customs.refund"

    def _get_claim_problems(self):
        """Return sentences on what keeps a claim from being handed in."""
        self.ensure_one()
        problems = []
        if not self.line_ids:
            problems.append(self.env._("Add the taxes that are claimed back."))
        if not self.authority_id:
            problems.append(self.env._("No authority: choose who pays back."))
        if not self.currency_id.compare_amounts(self.amount_claimed, 0) > 0:
            problems.append(self.env._("The claim amounts to nothing."))
        problems += self._get_quantity_problems()
        problems += self._get_twice_problems("amount_claimed")
        return [f"{self.name}: {problem}" for problem in problems]

    def _get_quantity_problems(self):
        """No quantity of an item is drawn twice."""
        problems = []
        if self.kind == "drawback":
            problems = [
                self.env._(
                    "Choose the item and the quantity drawn for %(charge)s of "
                    "%(declaration)s.",
                    charge=line.charge_id.name,
                    declaration=line.declaration_id.name,
                )
                for line in self.line_ids
                if line.declaration_id.line_ids
                and not (line.item_id and line.quantity_drawn)
            ]
        # several taxes of an item are claimed on one quantity
        drawn = {}
        for line in self.line_ids.filtered("item_id"):
            quantity = to_decimal(line.quantity_drawn)
            drawn[line.item_id] = max(drawn.get(line.item_id, 0), quantity)
        taken = self.line_ids._get_drawn()
        claims = [
            Claim(
                item,
                to_decimal(item._get_declared_quantity()),
                to_decimal(taken.get(item, 0)),
                quantity,
            )
            for item, quantity in drawn.items()
        ]
        return problems + [
            self.env._(
                "Item %(item)s of %(declaration)s declares %(declared)s %(unit)s, of "
                "which %(left)s are left to draw.",
                item=claim.key.number,
                declaration=claim.key.declaration_id.name,
                declared=f"{claim.limit:f}",
                unit=claim.key._get_declared_unit(),
                left=f"{claim.room:f}",
            )
            for claim in overclaimed(claims)
        ]

    def _get_twice_problems(self, name):
        """Return sentences on taxes of which more is claimed than is left."""
        levied, taken = self.line_ids._get_levied(), self.line_ids._get_taken()
        lines = {line._get_claim_key(): line for line in self.line_ids}
        claims = [
            Claim(
                key := line._get_claim_key(),
                to_decimal(levied[key]),
                to_decimal(taken[line]),
                to_decimal(line[name]),
            )
            for line in self.line_ids
        ]
        return [
            self.env._(
                "%(charge)s of %(declaration)s: %(claimed)s is claimed, but of "
                "%(levied)s only %(left)s is left. No amount is given back twice.",
                charge=lines[claim.key].charge_id.name,
                declaration=lines[claim.key].declaration_id.name,
                claimed=self.currency_id.format(to_float(claim.claimed)),
                levied=self.currency_id.format(to_float(claim.limit)),
                left=self.currency_id.format(to_float(claim.room)),
            )
            for claim in overclaimed(claims)
        ]

    def _check_acceptable(self):
        problems = self._get_acceptance_problems()
        if problems:
            raise UserError("\n".join(problems))

    def _get_acceptance_problems(self):
        """Return sentences on what keeps an acceptance out of the books."""
        self.ensure_one()
        problems = self._get_quantity_problems()
        problems += self._get_twice_problems("amount_accepted")
        accepted = sum(self.line_ids.mapped("amount_accepted"))
        if not self.currency_id.compare_amounts(accepted, 0) > 0:
            problems.append(
                self.env._("Nothing is accepted: reject the claim instead.")
            )
        problems += [
            self.env._(
                "The assessment of %(declaration)s is not posted: post it first.",
                declaration=declaration.name,
            )
            for declaration in self.declaration_ids
            if declaration.has_unposted_assessment
        ]
        for line in self.line_ids.filtered(lambda x: not x.assessment_id):
            if line.charge_id._is_own_import_vat():
                problems.append(
                    self.env._(
                        "%(charge)s of %(declaration)s is import VAT of our own: "
                        "record the new version of the assessment and name it on the "
                        "line, so that the VAT return is right.",
                        charge=line.charge_id.name,
                        declaration=line.declaration_id.name,
                    )
                )
        if self.kind == "remission":
            problems += self._get_remission_problems()
        problems += self.company_id._get_customs_rate_problems(self.currency_id)
        return [f"{self.name}: {problem}" for problem in problems]

    def _get_remission_problems(self):
        problems = []
        if not self.currency_id.is_zero(self.interest):
            problems.append(
                self.env._(
                    "A remission pays no interest: claim back the tax code of the "
                    "interest instead."
                )
            )
        if self.line_ids.assessment_id:
            problems.append(
                self.env._(
                    "A new version of the assessment lowers the debt by itself: take "
                    "it off the lines, or make no claim."
                )
            )
        debts = self.declaration_ids._get_open_debts(self.authority_id)
        for declaration, lines in self.line_ids.grouped("declaration_id").items():
            remitted = sum(lines.mapped("amount_accepted"))
            owed = -sum(debts[declaration].mapped("amount_residual_currency"))
            if self.currency_id.compare_amounts(remitted, owed) > 0:
                problems.append(
                    self.env._(
                        "%(declaration)s owes %(owed)s to %(authority)s, less than "
                        "%(remitted)s. Claim a refund of what is paid already.",
                        declaration=declaration.name,
                        owed=self.currency_id.format(owed),
                        authority=self.authority_id.name,
                        remitted=self.currency_id.format(remitted),
                    )
                )
        return problems
