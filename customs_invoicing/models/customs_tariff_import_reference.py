"""Agreements, quotas and rates of exchange: few rows, written by the ORM."""

from odoo.exceptions import UserError, ValidationError

from .customs_tariff_import_rules import overlaps


class ReferenceStep:
    """Writes rows of one kind, each in a savepoint of its own if it must."""

    kind = ""

    def __init__(self, run, lookups):
        self.run = run
        self.env = run.env
        self.lookups = lookups
        self.rows = getattr(run.document, self.kind)

    def process(self, start, stop):
        """Write the rows ``start`` to ``stop``; what the rules refuse is flagged."""
        for row in self.rows[start:stop]:
            try:
                with self.env.cr.savepoint():
                    action = self.write_row(row)
            except (UserError, ValidationError) as error:
                self._leave_out(row, "refused", words=str(error))
            else:
                if action:
                    self.run.count(self.kind, action)

    def _leave_out(self, row, reason, **values):
        self.run.leave_out(self.kind, row.row, self.get_code(row), reason, **values)

    def get_code(self, row):
        """Return what a row is known by, for flags."""
        return row.code

    def write_row(self, row):
        """Write one row; return what to count, ``None`` if it was left out."""
        raise NotImplementedError

    def update(self, record, vals):
        """Write what differs; return whether anything did."""
        changes = {
            name: value
            for name, value in vals.items()
            if _is_different(record, name, value)
        }
        if changes:
            record.write(changes)
        return "changed" if changes else "unchanged"


class AgreementsStep(ReferenceStep):
    """Agreements with their countries and proofs."""

    kind = "agreements"

    def write_row(self, row):
        model = self.env["customs.agreement"]
        vals = self._prepare_vals(row)
        rivals = model.search(
            [("tariff_id", "=", self.run.tariff_id), ("code", "=", row.code)]
        ).filtered(
            lambda r: overlaps(
                row.valid_from, row.valid_to, r.date_from or None, r.date_to or None
            )
        )
        if not rivals:
            record = model.create(
                {**vals, "tariff_id": self.run.tariff_id, "code": row.code}
            )
            self._write_proofs(record, row)
            return "imported"
        vals.pop("source")
        if not row.preference_codes:
            vals.pop("preference_codes")
        action = self.update(rivals[0], vals)
        return "changed" if self._write_proofs(rivals[0], row) else action

    def _prepare_vals(self, row):
        ids, unknown = self.lookups.get_country_ids(row.countries)
        if unknown:
            text = ", ".join(unknown)
            self.run.flag(self.kind, row.row, row.code, "country_unknown", text=text)
        return {
            "name": row.name,
            "country_ids": ids,
            "date_from": row.valid_from or False,
            "date_to": row.valid_to or False,
            "preference_codes": ", ".join(row.preference_codes) or False,
            "cumulation": row.cumulation or False,
            "source": self.run.job.name,
        }

    def _write_proofs(self, record, row):
        """Give an agreement its proofs; return whether they are other ones."""
        wanted = [self._prepare_proof_vals(row, proof) for proof in row.proofs]
        found = [
            {
                name: proof[name].id if name == "currency_id" else proof[name]
                for name in (wanted[0] if wanted else ())
            }
            for proof in record.proof_ids
        ]
        if not wanted or found == wanted:
            return False
        record.proof_ids.unlink()
        record.write({"proof_ids": [(0, 0, vals) for vals in wanted]})
        return True

    def _prepare_proof_vals(self, row, proof):
        if proof.currency and proof.currency not in self.lookups.currencies:
            self.run.flag(
                self.kind, row.row, row.code, "currency_unknown", text=proof.currency
            )
        return {
            "name": proof.name,
            "document_code": proof.document or False,
            "kind": proof.kind or False,
            "value_limit": float(proof.value_limit or 0),
            "currency_id": self.lookups.currencies.get(proof.currency, False),
            "validity_months": proof.validity_months,
        }


class QuotasStep(ReferenceStep):
    """Tariff quotas, one row for each of their periods."""

    kind = "quotas"

    def get_code(self, row):
        return row.order_number

    def write_row(self, row):
        ids, unknown = self.lookups.get_country_ids(
            [code for code in row.origins if code != "1011"]
        )
        if unknown:
            text = ", ".join(unknown)
            self.run.flag(
                self.kind, row.row, row.order_number, "country_unknown", text=text
            )
        quota = self.env["customs.quota"].browse(
            self.lookups.quotas.get(row.order_number)
        )
        if not quota:
            quota = self._create_quota(row)
        if new := set(ids) - set(quota.country_ids.ids):
            quota.country_ids = [(4, country_id) for country_id in new]
        if row.administration:
            self.update(quota, {"administration": row.administration})
        return self._write_period(quota, row)

    def _create_quota(self, row):
        quota = self.env["customs.quota"].create(
            {"tariff_id": self.run.tariff_id, "order_number": row.order_number}
        )
        self.lookups.quotas[row.order_number] = quota.id
        return quota

    def _write_period(self, quota, row):
        vals = {
            "date_to": row.valid_to or False,
            "volume": float(row.volume or 0),
            "unit": row.unit or False,
            "state": row.state,
        }
        if row.critical_threshold is not None:
            vals["critical_threshold"] = float(row.critical_threshold)
        start = row.valid_from or self.run.effective
        period = quota.period_ids.filtered(lambda p: p.date_from == start)
        if period:
            return self.update(period[0], vals)
        self.env["customs.quota.period"].create(
            {**vals, "quota_id": quota.id, "date_from": start}
        )
        return "imported"


class ExchangeRatesStep(ReferenceStep):
    """Official rates of exchange."""

    kind = "exchange_rates"

    def get_code(self, row):
        return row.currency

    def write_row(self, row):
        currency_id = self.lookups.currencies.get(row.currency)
        if not currency_id:
            return self._leave_out(row, "currency_unknown", text=row.currency)
        model = self.env["customs.exchange.rate"]
        vals = {
            "rate": float(row.rate),
            "quotation": row.quotation,
            "date_to": row.valid_to or False,
        }
        key = {
            "tariff_id": self.run.tariff_id,
            "currency_id": currency_id,
            "date_from": row.valid_from,
        }
        found = model.search([(name, "=", value) for name, value in key.items()])
        if found:
            return self.update(found, vals)
        self._end_earlier(key)
        model.create({**key, **vals, "source": self.run.job.name})
        return "imported"

    def _end_earlier(self, key):
        """End a rate that was to hold beyond the first day of the new one."""
        start = key["date_from"]
        earlier = self.env["customs.exchange.rate"].search(
            [
                ("tariff_id", "=", key["tariff_id"]),
                ("currency_id", "=", key["currency_id"]),
                ("date_from", "<", start),
                ("date_to", ">=", start),
            ]
        )
        for rate in earlier:
            rate.date_to = self.run.day_before(start)
            self.run.count(self.kind, "ended")


def _is_different(record, name, value):
    field = record._fields[name]
    if field.type == "many2many":
        return set(record[name].ids) != set(value)
    if field.type == "float":
        return abs(record[name] - value) > 1e-9
    return (record[name] or False) != (value or False)
