from odoo import fields, models


class CustomsSummedMixin(models.AbstractModel):
    """Lets lists sum computed amounts in groups, as they do with stored ones.

    Inheriting models name them in ``_SUMMED`` and have a ``currency_id``.
    """

    _name = "customs.summed.mixin"
    _description = "Totals of Computed Amounts"

    _SUMMED = ()

    def _read_group_select(self, aggregate_spec, query):
        if self._get_summed(aggregate_spec):
            return super()._read_group_select("id:recordset", query)
        return super()._read_group_select(aggregate_spec, query)

    def _read_group_postprocess_aggregate(self, aggregate_spec, raw_values):
        name = self._get_summed(aggregate_spec)
        if not name:
            return super()._read_group_postprocess_aggregate(aggregate_spec, raw_values)
        groups = list(
            super()._read_group_postprocess_aggregate("id:recordset", raw_values)
        )
        self.union(*groups).mapped(name)  # of all groups in one query
        if aggregate_spec.endswith(":sum"):
            return [sum(records.mapped(name)) for records in groups]
        return [records._sum_in_own_currency(name) for records in groups]

    def _get_summed(self, aggregate_spec):
        """Return the amount that an aggregate sums, if it is one of ours."""
        name, _colon, function = aggregate_spec.partition(":")
        is_ours = name in self._SUMMED and function in ("sum", "sum_currency")
        return name if is_ours else ""

    def _sum_in_own_currency(self, name):
        """Return the total of an amount in the currency of the user's company."""
        company, today = self.env.company, fields.Date.context_today(self)
        return sum(
            currency._convert(
                sum(records.mapped(name)), company.currency_id, company, today
            )
            for currency, records in self.grouped("currency_id").items()
        )
