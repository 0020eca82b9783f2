import base64
from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ..engine.explain import number_words
from ..formats.rate_card import CardProblem, RateCardError, read_rate_card
from ..models.customs_fee_tariff import VALIDITY_DATES
from ..tools import to_decimal, to_float

#: Facts of a card that name a record: by the field, its model
NAMED = {
    "client_id": ("client", "res.partner"),
    "group_id": ("group", "res.partner.category"),
    "vendor_id": ("vendor", "res.partner"),
}
#: Facts that a new version takes over from the file
VERSIONED = (
    "currency_id",
    "validity_date",
    "document_minimum",
    "date_from",
    "date_to",
    "rule_ids",
)


class CustomsFeeImport(models.TransientModel):
    """Read a rate card from a spreadsheet, after showing what changes."""

    _name = "customs.fee.import"
    _description = "Import a Rate Card"

    file = fields.Binary(string="Spreadsheet", attachment=False)
    filename = fields.Char()
    mode = fields.Selection(
        selection=[
            ("new", "A new rate card"),
            ("version", "A new version of a card"),
            ("replace", "The prices of a draft"),
        ],
        string="Read into",
        required=True,
        compute="_compute_mode",
        store=True,
        readonly=False,
        precompute=True,
    )
    tariff_id = fields.Many2one(comodel_name="customs.fee.tariff", string="Rate card")
    problems = fields.Text(
        string="To be corrected", compute="_compute_preview", store=True
    )
    line_ids = fields.One2many(
        comodel_name="customs.fee.import.line",
        inverse_name="wizard_id",
        string="What changes",
        compute="_compute_preview",
        store=True,
    )
    summary = fields.Char(compute="_compute_preview", store=True)

    # === COMPUTE METHODS === #

    @api.depends("tariff_id")
    def _compute_mode(self):
        for wizard in self:
            card = wizard.tariff_id
            if not card:
                wizard.mode = "new"
            elif card.state == "draft" and not card.is_used:
                wizard.mode = "replace"
            else:
                wizard.mode = "version"

    @api.depends("file", "mode", "tariff_id")
    def _compute_preview(self):
        for wizard in self:
            wizard.problems = wizard.summary = False
            rows = []
            if wizard.file:
                vals, card, problems = wizard._read()
                wizard.problems = "\n".join(problems) or False
                if not problems:
                    rows = wizard._compare(vals, card)
                    wizard.summary = wizard._summarise(rows)
            wizard.line_ids = [
                Command.clear(),
                *(
                    Command.create({"sequence": number, **row})
                    for number, row in enumerate(rows)
                ),
            ]

    # === READING === #

    def _read(self):
        """Return ``(values of the card, card of the file, problems)``."""
        self.ensure_one()
        translate = self.env["customs.fee.rule"]._translate_rating
        if self.mode != "new" and not self.tariff_id:
            return {}, None, [self.env._("Choose the rate card to read it into.")]
        try:
            # a browser asks for the size of files in place of their content
            content = self.with_context(bin_size=False).file
            card = read_rate_card(base64.b64decode(content))
        except RateCardError as error:
            problems = [
                f"{problem.place}: {problem.sentence(translate)}"
                if problem.place
                else problem.sentence(translate)
                for problem in error.problems
            ]
            if error.card:
                problems += self._prepare_facts(error.card)[1]
                problems += self.env["customs.fee.tariff"]._find_unknown(error.card)
            return {}, None, problems
        rules, problems = self.env["customs.fee.tariff"]._prepare_rules(card)
        facts, wrong = self._prepare_facts(card)
        if not rules and not problems:
            problems.append(self.env._("The file has no price. Add a row to “Rates”."))
        vals = {**facts, "rule_ids": [Command.create(rule) for rule in rules]}
        return vals, card, wrong + problems

    def _prepare_facts(self, card):
        """Return ``(values of the card, problems)`` of what the file states of it."""
        problems = []

        def flag(fact, text):
            problem = CardProblem(
                "unknown_record", "Card", column=fact, values={"text": text}
            )
            translate = self.env["customs.fee.rule"]._translate_rating
            problems.append(f"{problem.place}: {problem.sentence(translate)}")

        vals = {
            "name": card.name or (self.filename or "").rsplit(".", 1)[0],
            "level": card.level or "general",
            "side": card.side or "sale",
            "date_from": card.valid_from,
            "date_to": card.valid_to,
            "document_minimum": to_float(card.document_minimum),
        }
        if card.currency:
            currency = self.env["res.currency"].search([("name", "=", card.currency)])
            vals["currency_id"] = currency.id
            if not currency:
                flag("currency", card.currency)
        if card.validity_date:
            names = {key.casefold() for key, _name in VALIDITY_DATES}
            vals["validity_date"] = card.validity_date.casefold()
            if vals["validity_date"] not in names:
                flag("validity_date", card.validity_date)
        if self.mode == "new":
            vals.update(self._find_named(card, flag))
        return {name: value for name, value in vals.items() if value}, problems

    def _find_named(self, card, flag):
        """Return the client, group and vendor that the file names."""
        vals = {}
        for field, (fact, model) in NAMED.items():
            text = getattr(card, fact)
            if not text:
                continue
            found = self.env[model].search([("name", "=", text)], limit=2)
            if len(found) != 1:
                flag(fact, text)
            vals[field] = found[:1].id
        return vals

    # === WHAT CHANGES === #

    def _compare(self, vals, card):
        """Return values of lines: what the file adds, changes and removes."""
        self.ensure_one()
        if self.mode == "new":
            before, after = [], self._describe_facts(vals)
        else:
            kept = {name: vals[name] for name in VERSIONED if name in vals}
            before = self._describe_facts(self._get_own_facts(kept))
            after = self._describe_facts(kept)
        rows = [
            self._prepare_change(subject, old, new)
            for subject, old, new in _pair(before, after)
            if old != new or self.mode == "new"
        ]
        old_rules = self.env["customs.fee.rule"]
        if self.mode != "new":
            old_rules = self.tariff_id.rule_ids
        new_rules = [
            old_rules.new({**command[2], "tariff_id": self._get_currency_card(vals)})
            for command in vals["rule_ids"]
        ]
        return rows + [
            self._prepare_change(*pair)
            for pair in _pair(
                [self._describe_rule(rule) for rule in old_rules],
                [self._describe_rule(rule) for rule in new_rules],
            )
        ]

    def _get_currency_card(self, vals):
        """Return a card that is not written, for the currency of new prices."""
        currency = vals.get("currency_id") or self.tariff_id.currency_id.id
        currency = currency or self.env.company.currency_id.id
        return self.env["customs.fee.tariff"].new({"currency_id": currency})

    def _get_own_facts(self, names):
        """Return what the card has so far."""
        return {
            name: self.tariff_id._fields[name].convert_to_write(
                self.tariff_id[name], self.tariff_id
            )
            for name in names
            if name != "rule_ids"
        }

    def _describe_facts(self, vals):
        """Return ``[(name of a fact, its value in words)]``."""
        card = self.env["customs.fee.tariff"].new(
            {name: value for name, value in vals.items() if name != "rule_ids"}
        )
        described = []
        for name in vals:
            if name == "rule_ids":
                continue
            field = card._fields[name]
            value = card[name]
            if field.type == "many2one":
                value = value.display_name
            elif field.type == "selection":
                value = dict(field._description_selection(self.env)).get(value, value)
            elif field.type == "monetary":
                value = value and number_words(to_decimal(value), 2)
            words = str(value) if value else ""
            described.append((field._description_string(self.env), words))
        return described

    def _describe_rule(self, rule):
        conditions = rule.condition_words
        words = f"{rule.words} ({conditions})" if conditions else rule.words
        return rule.display_name, words

    def _prepare_change(self, subject, before, after):
        if before is None:
            change = "added"
        elif after is None:
            change = "removed"
        else:
            change = "same" if before == after else "changed"
        return {
            "change": change,
            "subject": subject,
            "before": before or "",
            "after": after or "",
        }

    def _summarise(self, rows):
        counts = defaultdict(int)
        for row in rows:
            counts[row["change"]] += 1
        return self.env._(
            "%(added)s added, %(changed)s changed, %(removed)s removed, %(same)s "
            "unchanged.",
            **{key: counts[key] for key in ("added", "changed", "removed", "same")},
        )

    # === ACTIONS === #

    def action_import(self):
        """Write the card that was shown, or nothing."""
        self.ensure_one()
        if not self.file:
            raise UserError(self.env._("Choose the spreadsheet first."))
        vals, _card, problems = self._read()
        if problems:
            raise UserError("\n".join(problems))
        cards = self.env["customs.fee.tariff"]
        if self.mode == "new":
            return cards.create(vals)._get_form_action()
        kept = {name: vals[name] for name in VERSIONED if name in vals}
        card = self.tariff_id
        if self.mode == "version":
            card, kept = card._create_version(), self._with_later_start(kept)
        elif card.state != "draft":
            raise UserError(
                self.env._(
                    "%(card)s is in force. Read the file into a new version of it.",
                    card=card.display_name,
                )
            )
        card.rule_ids.unlink()
        card.write(kept)
        return card._get_form_action()

    def _with_later_start(self, vals):
        """Return values in which the new version does not begin with the old one."""
        start = vals.get("date_from")
        if start and start <= self.tariff_id.date_from:
            return {name: value for name, value in vals.items() if name != "date_from"}
        return vals


def _pair(before, after):
    """Return ``[(subject, words before, words after)]``; equal subjects in order."""
    left = defaultdict(list)
    for subject, words in before:
        left[subject].append(words)
    found = [
        (subject, left[subject].pop(0) if left[subject] else None, words)
        for subject, words in after
    ]
    return found + [
        (subject, words, None) for subject, rest in left.items() for words in rest
    ]
