from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .customs_measure import get_digits
from .customs_tariff_code_search import CODE_STATES

#: A heading: what is shorter says nothing about goods
SHORTEST_CODE = 4


class CustomsProductClassification(models.Model):
    """The tariff code of a product, or of all products of a category, from a day on."""

    _name = "customs.product.classification"
    _description = "Product Classification"
    _inherit = ["customs.validity.mixin", "mail.thread"]
    _order = "tariff_id, categ_id, product_tmpl_id, product_id, date_from desc, id desc"
    _check_company_auto = True
    _validity_key = (
        "product_tmpl_id",
        "product_id",
        "categ_id",
        "tariff_id",
        "company_id",
    )

    product_tmpl_id = fields.Many2one(
        string="Product",
        comodel_name="product.template",
        index="btree_not_null",
        ondelete="cascade",
        check_company=True,
    )
    product_id = fields.Many2one(
        string="Variant",
        comodel_name="product.product",
        index="btree_not_null",
        ondelete="cascade",
        check_company=True,
        help="Only where a variant has another code than its product.",
    )
    categ_id = fields.Many2one(
        string="Product category",
        comodel_name="product.category",
        index="btree_not_null",
        ondelete="cascade",
        help="Code of every product of the category and of those below it that has no "
        "code of its own.",
    )
    subject = fields.Char(string="Classified", compute="_compute_subject")
    tariff_id = fields.Many2one(
        comodel_name="customs.tariff",
        required=True,
        index=True,
        ondelete="cascade",
        default=lambda self: self.env["customs.tariff"]._get_default(),
        tracking=True,
    )
    company_id = fields.Many2one(
        comodel_name="res.company",
        index="btree_not_null",
        help="Empty: for all companies.",
    )
    code = fields.Char(
        string="Tariff code",
        required=True,
        tracking=True,
        help="Digits; points and blanks are removed. Type digits or words to look it "
        "up.",
    )
    tariff_code_id = fields.Many2one(
        string="Nomenclature line",
        comodel_name="customs.tariff.code",
        compute="_compute_code_state",
    )
    full_description = fields.Text(string="Full path", compute="_compute_code_state")
    code_state = fields.Selection(
        string="Code is",
        selection=CODE_STATES,
        compute="_compute_code_state",
        search="_search_code_state",
        help="On the last day of the classification, at the latest today.",
    )
    origin_id = fields.Many2one(
        comodel_name="res.country",
        tracking=True,
        help="Usual country of origin. Empty: as the category or the product says.",
    )
    date_from = fields.Date(
        default=lambda self: fields.Date.context_today(self),
        tracking=True,
        help="Empty: always was. An earlier classification ends the day before.",
    )
    date_to = fields.Date(tracking=True)
    is_current = fields.Boolean(
        string="Current", compute="_compute_is_current", search="_search_is_current"
    )
    state = fields.Selection(
        selection=[("review", "To review"), ("confirmed", "Confirmed")],
        required=True,
        default="confirmed",
        tracking=True,
    )
    source = fields.Selection(
        selection=[
            ("typed", "Entered by hand"),
            ("suggestion", "Chosen from suggestions"),
            ("import", "Imported"),
        ],
        required=True,
        default="typed",
    )
    ruling = fields.Char(
        help="Number of the ruling that settles the code: BTI, advance ruling.",
        tracking=True,
    )
    reason = fields.Text(help="Why this code: material, use, rules of interpretation.")

    _one_subject = models.Constraint(
        "CHECK(num_nonnulls(product_tmpl_id, product_id, categ_id) = 1)",
        "Classify either a product, or one variant, or a category.",
    )

    # === COMPUTE AND SEARCH METHODS === #

    @api.depends("product_tmpl_id", "product_id", "categ_id")
    def _compute_subject(self):
        for record in self:
            subject = record.product_id or record.product_tmpl_id or record.categ_id
            record.subject = subject.display_name

    @api.depends("subject", "tariff_id", "code")
    def _compute_display_name(self):
        for record in self:
            parts = [record.subject, record.tariff_id.code, record.code]
            record.display_name = " · ".join(part for part in parts if part)

    @api.depends("tariff_id", "code", "date_to")
    def _compute_code_state(self):
        lines = self.env["customs.tariff.code"]
        for day, records in self.grouped(lambda r: r._get_code_day()).items():
            checks = lines._check_codes(
                {
                    (record.tariff_id, get_digits(record.code or ""))
                    for record in records
                },
                day,
            )
            for record in records:
                check = checks[record.tariff_id, get_digits(record.code or "")]
                record.tariff_code_id = check.line
                record.full_description = check.line.full_description
                record.code_state = check.state

    def _get_code_day(self):
        """Return the day on which the code must be in force."""
        today = fields.Date.context_today(self)
        return min(self.date_to or today, today)

    def _search_code_state(self, operator, value):
        if operator != "in":
            return NotImplemented
        today = fields.Date.context_today(self)
        groups = self._read_group([], ["tariff_id", "code", "date_to:day"])
        days = {}
        for tariff, code, end in groups:
            day = min(fields.Date.to_date(end) or today, today)
            days.setdefault(day, set()).add((tariff, code))
        found = [
            [("tariff_id", "=", tariff.id), ("code", "=", code), *self._on(day, today)]
            for day, keys in days.items()
            for (tariff, code), check in self.env["customs.tariff.code"]
            ._check_codes(keys, day)
            .items()
            if check.state in value
        ]
        return fields.Domain.OR(found)

    def _on(self, day, today):
        """Return the domain of what must be in force on a day."""
        if day < today:
            return [("date_to", "=", day)]
        return ["|", ("date_to", "=", False), ("date_to", ">=", today)]

    @api.depends("date_from", "date_to")
    @api.depends_context("tz")
    def _compute_is_current(self):
        today = fields.Date.context_today(self)
        for record in self:
            record.is_current = (
                not record.date_from or record.date_from <= today
            ) and (not record.date_to or record.date_to >= today)

    def _search_is_current(self, operator, value):
        if operator != "in":
            return NotImplemented
        domain = fields.Domain(self._domain_in_force(fields.Date.context_today(self)))
        return domain if True in value else ~domain

    # === CONSTRAINTS === #

    @api.constrains("code", "tariff_id")
    def _check_code(self):
        for record in self:
            length = record.tariff_id.code_length or len(record.code)
            if not record.code.isdigit():
                raise ValidationError(
                    self.env._(
                        "Tariff code %(code)s of %(subject)s must be digits.",
                        code=record.code,
                        subject=record.subject,
                    )
                )
            if not SHORTEST_CODE <= len(record.code) <= length:
                raise ValidationError(
                    self.env._(
                        "Tariff code %(code)s of %(subject)s has %(found)s digits; "
                        "codes of %(tariff)s have %(length)s, a heading at least "
                        "%(least)s.",
                        code=record.code,
                        subject=record.subject,
                        found=len(record.code),
                        tariff=record.tariff_id.name,
                        length=length,
                        least=SHORTEST_CODE,
                    )
                )

    # === CRUD === #

    @api.model_create_multi
    def create(self, vals_list):
        vals_list = [self._clean_code(vals) for vals in vals_list]
        self._end_earlier(vals_list)
        return super().create(vals_list)

    def write(self, vals):
        return super().write(self._clean_code(vals))

    def _clean_code(self, vals):
        if vals.get("code"):
            vals = {**vals, "code": get_digits(vals["code"])}
        return vals

    def _end_earlier(self, vals_list):
        """End what has no end the day before the next of its key begins.

        Both among the records there are and within ``vals_list``, in one query.
        """
        vals_list = [
            (vals, self._add_missing_default_values(vals)) for vals in vals_list
        ]
        starts = {}
        for vals, full in vals_list:
            if start := fields.Date.to_date(full.get("date_from")):
                starts.setdefault(self._get_vals_key(full), []).append((start, vals))
        if not starts:
            return
        for (key, _start), group in self._group_open(starts).items():
            later = [start for start, _vals in starts[key] if start > _start]
            if later:
                group.date_to = min(later) - timedelta(days=1)
        for group in starts.values():
            group.sort(key=lambda pair: pair[0])
            for (_start, vals), (start, _vals) in zip(group, group[1:], strict=False):
                if not vals.get("date_to") and start > _start:
                    vals["date_to"] = start - timedelta(days=1)

    def _group_open(self, starts):
        """Return ``{(key, start): records}`` without an end, of given keys."""
        names = ("product_tmpl_id", "product_id", "categ_id")
        open_records = self.search(
            [
                ("date_to", "=", False),
                ("tariff_id", "in", [key[3] for key in starts]),
                "|",
                "|",
                *[
                    (name, "in", [key[n] for key in starts if key[n]])
                    for n, name in enumerate(names)
                ],
            ]
        )
        open_records = open_records.filtered(
            lambda r: self._get_vals_key(r._read_key()) in starts
        )
        return open_records.grouped(
            lambda r: (
                self._get_vals_key(r._read_key()),
                r.date_from or fields.Date.to_date("1900-01-01"),
            )
        )

    def _read_key(self):
        return {name: self[name].id for name in self._validity_key}

    def _get_vals_key(self, vals):
        return tuple(vals.get(name) or False for name in self._validity_key)

    # === RESOLUTION === #

    @api.model
    def _search_in_force(self, tariff, day, domain, company=None):
        """Return what is in force of a domain, those of the company first."""
        company = company or self.env.company
        records = self.search_fetch(
            fields.Domain(domain)
            & fields.Domain("tariff_id", "=", tariff.id)
            & fields.Domain("company_id", "in", [False, company.id])
            & fields.Domain(self._domain_in_force(day)),
            ["code", "origin_id", "company_id", *self._validity_key[:3]],
            order="id",
        )
        return records.sorted(lambda r: not r.company_id)

    # === ACTIONS === #

    def action_confirm(self):
        self.write({"state": "confirmed"})

    def action_change(self):
        """Open a new classification from today on; saving it ends this one."""
        self.ensure_one()
        names = [*self._validity_key, "code", "origin_id"]
        values = self.copy_data()[0]
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("New code for %(subject)s", subject=self.subject),
            "res_model": self._name,
            "view_mode": "form",
            "context": {f"default_{name}": values.get(name) for name in names},
        }

    def action_suggest(self):
        """Look for codes by the words of the product or category."""
        self.ensure_one()
        return self.env["customs.code.suggestion"]._open_for(
            self.product_id or self.product_tmpl_id or self.categ_id,
            tariff=self.tariff_id,
        )

    def action_open_calculator(self):
        self.ensure_one()
        return self.env["customs.duty.calculator"]._open(
            {
                "tariff_id": self.tariff_id.id,
                "code": self.code,
                "origin_id": self.origin_id.id,
                "product_id": self.product_id.id
                or self.product_tmpl_id.product_variant_id.id,
            }
        )
