from odoo import api, models


class AccountMove(models.Model):
    """Entries in the currency of an authority: refunds and securities."""

    _inherit = "account.move"

    @api.model
    def _post_customs_items(self, company, event, currency, date, items, **vals):
        """Post an entry of items that sum to zero in a currency; return it.

        :param items: values of journal items with ``amount_currency``, debit positive;
            their order is kept
        """
        own = company.currency_id
        rate = self.env["res.currency"]._get_conversion_rate(
            currency, own, company, date
        )
        lines = []
        for item in items:
            amount = currency.round(item["amount_currency"])
            lines.append(
                {
                    "name": vals.get("ref"),
                    **item,
                    "currency_id": currency.id,
                    "amount_currency": amount,
                    "balance": own.round(amount * rate),
                }
            )
        # what single roundings leave goes with the last item
        gap = own.round(sum(line["balance"] for line in lines))
        lines[-1]["balance"] = own.round(lines[-1]["balance"] - gap)
        move = self._create_customs_entry(company, event, date, lines, **vals)
        move._post(soft=False)
        return move
