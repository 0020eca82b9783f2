import re
from typing import NamedTuple

from odoo import api, fields, models
from odoo.tools import SQL

from ..engine.units import find_unit
from .customs_measure import get_digits
from .customs_tariff_code import REAL_SUFFIX

#: Words shorter than this tell goods apart too rarely to search for
SHORTEST_WORD = 3
#: Words that describe a size, whatever the goods
NOISE = {"inch", "inche", "size", "piece", "pack", "approx"}
#: More words than anybody types, fewer than a product description has
MOST_WORDS = 16


class CodeCheck(NamedTuple):
    """What the nomenclature says about a code."""

    line: models.Model  # the line of the code, or of its longest beginning
    state: str  # see CODE_STATES


CODE_STATES = [
    ("ok", "Declarable"),
    ("empty", "No code"),
    ("unchecked", "No nomenclature loaded"),
    ("length", "Wrong number of digits"),
    ("unknown", "Not in the tariff"),
    ("group", "Has subdivisions"),
    ("ended", "Not in force"),
]


class CustomsTariffCode(models.Model):
    """Finding lines of a nomenclature: by code, by digits typed, by words."""

    _inherit = "customs.tariff.code"

    # === BY CODE === #

    @api.model
    def _check_codes(self, keys, day):
        """Return what the nomenclature says about codes, in two queries.

        :param keys: ``(tariff, code)`` pairs, codes of digits only
        :param day: day on which they are to be declared
        :return: ``{(tariff, code): CodeCheck}``
        """
        keys = {(tariff, code or "") for tariff, code in keys}
        lines = self._search_beginnings(keys)
        tariffs = self.env["customs.tariff"].union(*(tariff for tariff, _c in keys))
        filled = self._read_group([("tariff_id", "in", tariffs.ids)], ["tariff_id"])
        loaded = {tariff.id for (tariff,) in filled}
        return {
            (tariff, code): self._check_one(tariff, code, lines, day)
            if tariff.id in loaded
            else CodeCheck(self.browse(), self._check_length(tariff, code))
            for tariff, code in keys
        }

    def _search_beginnings(self, keys):
        """Return ``{(tariff id, code): lines}`` of all beginnings of the codes."""
        codes = {code for _tariff, code in keys}
        beginnings = {code[:size] for code in codes for size in range(2, len(code) + 1)}
        found = self.search_fetch(
            [
                ("tariff_id", "in", [tariff.id for tariff, _code in keys]),
                ("code", "in", list(beginnings)),
                ("suffix", "=", REAL_SUFFIX),
            ],
            ["code", "tariff_id", "declarable", "date_from", "date_to"],
            order="date_from, id",
        )
        lines = {}
        for line in found:
            lines.setdefault((line.tariff_id.id, line.code), []).append(line)
        return lines

    def _check_one(self, tariff, code, lines, day):
        if not code:
            return CodeCheck(self.browse(), "empty")
        own = lines.get((tariff.id, code), [])
        valid = [line for line in own if line._is_in_force(day)]
        line = next(iter(valid[-1:] or own[-1:]), None) or next(
            (
                lines[tariff.id, code[:size]][-1]
                for size in range(len(code) - 1, 1, -1)
                if (tariff.id, code[:size]) in lines
            ),
            self.browse(),
        )
        if valid and line.declarable:
            state = "ok"
        elif own and not valid:
            state = "ended"
        elif own:
            state = "group"
        else:
            is_whole = self._check_length(tariff, code) == "unchecked"
            state = "unknown" if is_whole else "length"
        return CodeCheck(line, state)

    def _check_length(self, tariff, code):
        """Return what can be said about a code without a nomenclature."""
        if not code:
            return "empty"
        is_short = tariff.code_length and len(code) != tariff.code_length
        return "length" if is_short else "unchecked"

    def _is_in_force(self, day):
        return (not self.date_from or self.date_from <= day) and (
            not self.date_to or day <= self.date_to
        )

    @api.model
    def _get_code_words(self, tariff, code, check, day):
        """Return in words what is wrong with a code, "" when nothing is."""
        names = {
            "code": code,
            "tariff": tariff.display_name,
            "found": len(code or ""),
            "length": tariff.code_length,
            "nearest": check.line.display_name or "",
            "day": day,
        }
        words = {
            "length": self.env._(
                "%(code)s has %(found)s digits; codes of %(tariff)s have %(length)s.",
                **names,
            ),
            "unknown": self.env._(
                "%(code)s is not in the nomenclature of %(tariff)s.", **names
            ),
            "group": self.env._(
                "%(code)s has subdivisions: declare one of them.", **names
            ),
            "ended": self.env._(
                "%(code)s is not in force on %(day)s. Look for its successor.", **names
            ),
        }.get(check.state, "")
        if check.state in ("length", "unknown") and check.line:
            words += " " + self.env._("The nearest line is %(nearest)s.", **names)
        return words

    # === BY DIGITS OR WORDS === #

    @api.model
    def lookup(self, tariff_id, text, day=None, limit=10):
        """Return the lines that what a user types may mean, best first.

        Digits are the beginning of a code, points and blanks ignored; words are looked
        for in the whole path.

        :return: dictionaries of ``code``, ``description``, ``path``, ``declarable``
        """
        tariff = self.env["customs.tariff"].browse(tariff_id)
        day = fields.Date.to_date(day) or fields.Date.context_today(self)
        digits = get_digits(text or "")
        if digits.isdigit():
            lines = self._search_digits(tariff, digits, day, limit)
        else:
            lines = self._search_words(tariff, text, day, limit)
        return [line._prepare_lookup_vals() for line in lines]

    def _prepare_lookup_vals(self):
        self.ensure_one()
        return {
            "id": self.id,
            "code": self.code,
            "description": self.description or "",
            "path": self.full_description or "",
            "declarable": self.declarable,
        }

    @api.model
    def _search_digits(self, tariff, digits, day, limit, declarable_only=False):
        return self.search(
            [
                ("tariff_id", "=", tariff.id),
                ("code", "=like", f"{digits}%"),
                ("suffix", "=", REAL_SUFFIX),
                ("declarable", "in", [True, declarable_only]),
                *self._domain_in_force(day),
            ],
            order="code",
            limit=limit,
        )

    @api.model
    def _search_words(self, tariff, text, day, limit, beginning=""):
        """Return the declarable lines whose path has most of the words, in one query.

        A word that few lines have counts more than one that many have, and of equals
        the line that names it first comes first.  Words match by their beginning, and
        without the s of an English plural.

        :param beginning: digits that the code is believed to begin with; such lines
            come first, even without a word in common
        """
        self.browse().check_access("read")  # what follows asks the database itself
        words = self._get_search_words(text)
        if not words and not beginning:
            return self.browse()
        self.flush_model()
        line = SQL(
            """
            line.tariff_id = %(tariff)s AND line.active AND line.declarable
            AND line.suffix = %(suffix)s
            AND COALESCE(line.date_from, '-infinity') <= %(day)s
            AND COALESCE(line.date_to, 'infinity') >= %(day)s
            """,
            tariff=tariff.id,
            suffix=REAL_SUFFIX,
            day=day,
        )
        rows = self.env.execute_query(
            SQL(
                """
                WITH hit AS (
                    SELECT line.id, line.code, word.name,
                           strpos(lower(line.full_description), word.name) AS place
                      FROM unnest(%(words)s::text[]) AS word(name)
                      JOIN customs_tariff_code line
                        ON to_tsvector('simple', COALESCE(line.full_description, ''))
                           @@ to_tsquery('simple', word.name || ':*')
                     WHERE %(line)s
                     UNION ALL
                    SELECT line.id, line.code, '', 0
                      FROM customs_tariff_code line
                     WHERE %(beginning)s != '' AND starts_with(line.code, %(beginning)s)
                       AND %(line)s
                ), weight AS (
                    SELECT name,
                           CASE WHEN name = '' THEN 1000
                                ELSE ln(1 + sum(count(*)) OVER () / count(*)) END
                           AS worth
                      FROM hit GROUP BY name
                )
                SELECT hit.id FROM hit JOIN weight USING (name)
                 GROUP BY hit.id, hit.code
                 ORDER BY sum(weight.worth) DESC, avg(hit.place), hit.code
                 LIMIT %(limit)s
                """,
                line=line,
                words=words,
                beginning=beginning,
                limit=limit,
            )
        )
        return self.browse(row[0] for row in rows)

    @api.model
    def _get_search_words(self, text):
        """Return the words worth searching for: no figures, no units, each once."""
        words = (word for word in re.findall(r"[^\W\d_]+", (text or "").casefold()))
        long = (
            word for word in words if len(word) >= SHORTEST_WORD and not find_unit(word)
        )
        stems = (
            word[:-1] if len(word) > SHORTEST_WORD + 1 and word[-1] == "s" else word
            for word in long
        )
        return [word for word in dict.fromkeys(stems) if word not in NOISE][:MOST_WORDS]
