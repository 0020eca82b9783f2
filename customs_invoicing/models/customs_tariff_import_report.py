from markupsafe import Markup

from odoo import api, fields, models

from .customs_tariff_import_run import COUNTERS, KINDS, KNOWN

#: Reasons of flags that the report lists, most frequent first
LISTED_REASONS = 12


class CustomsTariffImport(models.Model):
    """The report of an import: what became of every row, in words."""

    _inherit = "customs.tariff.import"

    is_nothing_imported = fields.Boolean(compute="_compute_is_nothing_imported")

    @api.depends("state", "counts")
    def _compute_is_nothing_imported(self):
        for record in self:
            record.is_nothing_imported = (
                record.state == "done"
                and not record.count_imported
                and not record.count_changed
                and not record.count_unchanged
                and bool(record.count_left_out)
            )

    def _get_nothing_words(self):
        """Return the sentence for an import that could use none of its rows."""
        self.ensure_one()
        return self.env._(
            "Nothing was imported: %(left_out)s of %(rows)s rows were left out. The "
            "flags say why.",
            left_out=self.count_left_out,
            rows=self.row_total,
        )

    @api.model
    def _get_kind_names(self):
        return {
            "codes": self.env._("Tariff codes"),
            "agreements": self.env._("Agreements"),
            "quotas": self.env._("Quota periods"),
            "measures": self.env._("Measures (rates)"),
            "exchange_rates": self.env._("Exchange rates"),
            "file": self.env._("Remarks on the file"),
        }

    @api.model
    def _get_flag_reasons(self):
        """Return ``{reason: sentence}``; readers have sentences of their own."""
        return {
            "code_not_digits": self.env._(
                "Row %(row)s: the code “%(code)s” is not made of digits."
            ),
            "code_too_long": self.env._(
                "Row %(row)s: code %(code)s has more digits than codes of this tariff "
                "may have. If it is right, raise the code length of the tariff."
            ),
            "no_code_below": self.env._(
                "Row %(row)s groups no numbered line: “%(text)s”."
            ),
            "row_twice": self.env._(
                "Row %(row)s: code %(code)s is in the file twice for the same days; "
                "the first row was taken."
            ),
            "measure_twice": self.env._(
                "Row %(row)s, %(code)s: the file has another rate of the same kind, "
                "origin and days; the first was taken, not “%(text)s”."
            ),
            "days_reversed": self.env._(
                "Row %(row)s, %(code)s: its last day is before its first day."
            ),
            "other_days": self.env._(
                "Row %(row)s, %(code)s: its days overlap those of a later line that is "
                "already there. Check the days of both."
            ),
            "measure_used": self.env._(
                "Row %(row)s, %(code)s: the rate differs from the one that starts the "
                "same day, but a declaration was calculated with that one. It was "
                "kept; the file says “%(text)s”."
            ),
            "absent_used": self.env._(
                "%(code)s: not in the file any more, but a declaration was calculated "
                "with this rate, which starts the same day. It was kept."
            ),
            "no_rate": self.env._("Row %(row)s, %(code)s: no rate is stated."),
            "area_unknown": self.env._(
                "Origin %(text)s is no country of the list of countries, and the file "
                "does not say which countries it means. Add them to the group of that "
                "code; until then its rates cover nobody."
            ),
            "country_unknown": self.env._(
                "Row %(row)s, %(code)s: %(text)s is no code of a known country or area."
            ),
            "column2_empty": self.env._(
                "Nobody is in the group of countries that pay column 2. Enter them; "
                "until then everybody pays the general rate."
            ),
            "currency_unknown": self.env._(
                "Row %(row)s, %(code)s: “%(text)s” is no currency of the list."
            ),
            "rate_not_read": self.env._(
                "Row %(row)s, %(code)s: the rate “%(text)s” could not be read."
            ),
        }

    @api.depends("counts", "notes", "state")
    def _compute_report(self):
        for record in self:
            record.report = record._render_report() if record.counts else False

    def _render_report(self):
        self.ensure_one()
        return Markup("").join(
            [
                self._render_nothing(),
                self._render_counts(),
                self._render_notes(),
                self._render_known(),
                self._render_reasons(),
            ]
        )

    def _render_nothing(self):
        if not self.is_nothing_imported:
            return Markup("")
        return Markup('<p class="text-warning fw-bold">%s</p>') % (
            self._get_nothing_words()
        )

    def _render_known(self):
        """Return where the flags are that were not opened again."""
        count = (self.counts or {}).get(KNOWN, {}).get("flags")
        if not count:
            return Markup("")
        return Markup("<p>%s</p>") % self.env._(
            "%(count)s flags are the same as in an earlier import of the same files "
            "(%(names)s) and were not opened again.",
            count=count,
            names=", ".join(self._get_earlier().mapped("name")) or "–",
        )

    def _render_counts(self):
        """Return the table of what became of the rows."""
        names = self._get_kind_names()
        heads = [
            self.env._("Rows"),
            *(
                self._fields[f"count_{name}"]._description_string(self.env)
                for name in COUNTERS
            ),
        ]
        head = Markup("").join(
            Markup('<th class="text-end">%s</th>') % text for text in heads
        )
        lines = []
        for kind in (*KINDS, "file"):
            counts = (self.counts or {}).get(kind)
            if not counts:
                continue
            figures = [self._get_row_count(counts)]
            figures += [counts.get(name, 0) for name in COUNTERS]
            cells = Markup("").join(
                Markup('<td class="text-end">%s</td>') % (f"{n:,}" if n else "–")
                for n in figures
            )
            lines.append(Markup("<tr><td>%s</td>%s</tr>") % (names[kind], cells))
        return Markup(
            '<table class="table table-sm"><thead><tr><th></th>%s</tr></thead>'
            "<tbody>%s</tbody></table>"
        ) % (head, Markup("").join(lines))

    @api.model
    def _get_row_count(self, counts):
        """Return the rows of a kind: every one was imported, or it says why not."""
        return sum(counts.get(name, 0) for name in COUNTERS[:4])

    def _render_notes(self):
        if not self.notes:
            return Markup("")
        items = Markup("").join(Markup("<li>%s</li>") % note for note in self.notes)
        return Markup("<h5>%s</h5><ul>%s</ul>") % (self.env._("Also done"), items)

    def _render_reasons(self):
        """Return the reasons of flags with how often they occur and an example."""
        groups = self.env["customs.tariff.import.flag"]._read_group(
            [("import_id", "=", self.id)],
            ["reason_code"],
            ["__count", "reason:min", "text:min"],
            order="__count desc",
            limit=LISTED_REASONS,
        )
        if not groups:
            return Markup("")
        items = Markup("").join(
            Markup("<li><b>%s ×</b> %s</li>")
            % (f"{count:,}", self._get_example(reason, example, text))
            for reason, count, example, text in groups
        )
        return Markup("<h5>%s</h5><ul>%s</ul>") % (
            self.env._("To look at, one example of each kind"),
            items,
        )

    @api.model
    def _get_example(self, reason_code, example, text):
        """Return the words for all flags of a reason; rates have one each."""
        if reason_code != "rate_not_read":
            return example
        return self.env._(
            "The rate could not be read, as in “%s”: it is unknown until somebody "
            "enters it, never zero.",
            text or "–",
        )
