from odoo import api, fields, models

from ..models.customs_measure import get_digits

#: How many lines are offered at once, and how many of them of one HS subheading
SUGGESTIONS = 10
ALIKE = 3


class CustomsCodeSuggestion(models.TransientModel):
    """Tariff codes whose words are those of a product, to take one."""

    _name = "customs.code.suggestion"
    _description = "Suggest Tariff Codes"

    product_tmpl_id = fields.Many2one(
        string="Product", comodel_name="product.template", readonly=True
    )
    product_id = fields.Many2one(
        string="Variant", comodel_name="product.product", readonly=True
    )
    categ_id = fields.Many2one(
        string="Product category", comodel_name="product.category", readonly=True
    )
    tariff_id = fields.Many2one(
        comodel_name="customs.tariff",
        required=True,
        default=lambda self: self.env["customs.tariff"]._get_default(),
    )
    text = fields.Char(
        string="Words",
        required=True,
        help="What the goods are, what they are made of and for. Rare words count "
        "most; put the first digits of a code before them to search below it.",
    )
    date_from = fields.Date(
        string="From",
        required=True,
        default=lambda self: fields.Date.context_today(self),
        help="First day of the code you take. What was in force ends the day before.",
    )
    line_ids = fields.One2many(
        string="Suggestions",
        comodel_name="customs.code.suggestion.line",
        inverse_name="suggestion_id",
    )

    @api.model
    def _open_for(self, subject, tariff=None):
        """Open the ten best codes for a product, a variant or a category."""
        names = {
            "product.template": "product_tmpl_id",
            "product.product": "product_id",
            "product.category": "categ_id",
        }
        if subject._name == "product.product" and subject.product_variant_count == 1:
            subject = subject.product_tmpl_id
        tariff = tariff or self.env["customs.tariff"]._get_default()
        wizard = self.create(
            {
                names[subject._name]: subject.id,
                "tariff_id": tariff.id,
                "text": self._get_text(subject),
            }
        )
        return wizard.action_search()

    @api.model
    def _get_text(self, subject):
        """Return the words that describe a product or category."""
        if subject._name == "product.category":
            return subject.complete_name.replace(" / ", " ")
        template = subject.product_tmpl_id if "product_tmpl_id" in subject else subject
        parts = [
            template._get_hs_code(),
            subject.name,
            template.description_purchase,
            template.description_sale,
            template.categ_id.name,
        ]
        return " ".join(" ".join(part for part in parts if part).split())

    def action_search(self):
        """Look again by the words as they are now."""
        self.ensure_one()
        self.line_ids.unlink()
        codes = self._search_codes()
        self.line_ids = [
            fields.Command.create({"sequence": number, "tariff_code_id": code.id})
            for number, code in enumerate(codes, 1)
        ]
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Suggested codes"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }

    def _search_codes(self):
        """Return the lines of the tariff that the words fit best.

        Digits that open the text are the beginning of a code.
        """
        first, _blank, rest = (self.text or "").strip().partition(" ")
        digits = get_digits(first)
        is_code = digits.isdigit() and len(digits) >= 2
        lines = self.env["customs.tariff.code"]._search_words(
            self.tariff_id,
            rest if is_code else self.text,
            self.date_from,
            6 * SUGGESTIONS,
            beginning=digits[:6] if is_code else "",
        )
        offered, of_subheading = lines.browse(), {}
        for line in lines:
            alike = of_subheading[line.hs6] = of_subheading.get(line.hs6, 0) + 1
            if alike <= ALIKE or is_code:
                offered += line
        return offered[:SUGGESTIONS]

    def _prepare_classification_vals(self, code):
        return {
            "product_tmpl_id": self.product_tmpl_id.id,
            "product_id": self.product_id.id,
            "categ_id": self.categ_id.id,
            "tariff_id": self.tariff_id.id,
            "code": code,
            "date_from": self.date_from,
            "source": "suggestion",
            "reason": self.env._("Found by the words “%(words)s”.", words=self.text),
        }

    def _take(self, code):
        """Classify in a code; one taken earlier for the same day is replaced.

        The origin stays what it was, and nothing changes if the code is the same.
        """
        self.ensure_one()
        model = self.env["customs.product.classification"]
        vals = self._prepare_classification_vals(code)
        key = [(name, "=", vals.get(name) or False) for name in model._validity_key]
        current = model.search([*key, *model._domain_in_force(self.date_from)], limit=1)
        if current and current.date_from == self.date_from:
            current.write({name: vals[name] for name in ("code", "source", "reason")})
        elif current.code != code:
            model.create({**vals, "origin_id": current.origin_id.id})
        return {"type": "ir.actions.client", "tag": "soft_reload"}
