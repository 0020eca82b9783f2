from collections import defaultdict
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from odoo import api, fields, models

from ..engine.containers import SIZES
from ..engine.rating_model import Facts
from ..tools import to_decimal

SERVICE_LEVELS = [
    ("standard", "Standard"),
    ("express", "Express"),
    ("out_of_hours", "Out of hours"),
]

#: Codes of documents, without the letter some countries put before them
INVOICES = {"380", "935"}
CERTIFICATES = {"018", "851", "852", "853", "856", "861", "862", "864", "865", "954"}

#: What the officer states of a file, by the unit it is
STATED = {
    "invoice": "invoice_count",
    "certificate": "certificate_count",
    "page": "page_count",
    "vehicle": "vehicle_count",
    "cbm": "volume",
    "kg": "gross_mass",
    "package": "packages",
}
#: Of these a file may have none at all, which is known once its documents are
MAY_BE_NONE = {"certificate", "document"}


class RatedFile(NamedTuple):
    """For whom and when something is rated.

    :param client: contact, perhaps empty
    :param dates: kind of day to the day, those known
    """

    company: models.BaseModel
    client: models.BaseModel
    dates: dict[str, date]

    @property
    def day(self):
        """Return the day the validity of rates is tested on by default."""
        return self.dates["registration"]


class CustomsDeclaration(models.Model):
    """What rate cards look at in a file. What is not known is missing, not zero."""

    _inherit = "customs.declaration"

    service_level = fields.Selection(
        selection=SERVICE_LEVELS,
        string="Service level",
        default="standard",
        help="What the client asked for. Rate cards may price it.",
    )
    release_date = fields.Date(
        string="Released on",
        copy=False,
        help="Day the authority released the goods; set when the file is released.",
    )
    volume = fields.Float(string="Volume (m³)", digits=(16, 3))
    invoice_count = fields.Integer(
        string="Invoices",
        help="Number of commercial invoices. Empty: counted from the documents.",
    )
    certificate_count = fields.Integer(
        string="Certificates",
        help="Certificates of origin, health and the like. Empty: counted from the "
        "documents.",
    )
    page_count = fields.Integer(
        string="Pages", help="Pages that are billed: copies, continuation sheets."
    )
    vehicle_count = fields.Integer(string="Vehicles")
    storage_from = fields.Date(
        string="Stored from",
        copy=False,
        help="Day the goods came into our store. Empty: they were not stored with us, "
        "and no storage is charged.",
    )
    storage_to = fields.Date(
        string="Stored until",
        copy=False,
        help="Day they left it. Empty: they are still there.",
    )
    container_ids = fields.One2many(
        string="Containers",
        comodel_name="customs.container",
        inverse_name="declaration_id",
        copy=False,
    )
    service_entry_ids = fields.One2many(
        string="Work done",
        comodel_name="customs.service.entry",
        inverse_name="declaration_id",
        copy=False,
    )

    _stored_in_order = models.Constraint(
        "CHECK(storage_to IS NULL OR storage_from IS NULL "
        "OR storage_from <= storage_to)",
        "The goods cannot leave the store before they came into it.",
    )
    _counts_positive = models.Constraint(
        "CHECK(volume >= 0 AND invoice_count >= 0 AND certificate_count >= 0 "
        "AND page_count >= 0 AND vehicle_count >= 0)",
        "A volume or a number of documents, pages or vehicles cannot be negative.",
    )

    def write(self, vals):
        if vals.get("state") != "released" or "release_date" in vals:
            return super().write(vals)
        new = self.filtered(lambda record: not record.release_date)
        today = fields.Date.context_today(self)
        super(CustomsDeclaration, self - new).write(vals)
        return super(CustomsDeclaration, new).write({**vals, "release_date": today})

    # === FOR WHOM AND WHEN === #

    def _get_rated_file(self):
        """Return for whom and when the file is rated."""
        self.ensure_one()
        today = self._get_rating_day()
        known = {
            "registration": self.registration_date or today,
            "arrival": self.arrival_date,
            "release": self.release_date,
            "invoice": today,
        }
        dates = {name: day for name, day in known.items() if day}
        return RatedFile(self.company_id, self.client_id, dates)

    @api.model
    def _get_rating_day(self):
        """Return the day of the invoice that is being made, else today."""
        day = self.env.context.get("customs_invoice_date")
        return fields.Date.to_date(day) or fields.Date.context_today(self)

    # === FACTS === #

    def _get_rating_facts(self):
        """Return ``{declaration: Facts}`` in the currency of its company.

        The queries do not grow with the files.
        """
        goods = self._get_goods_totals()
        quantities = self._get_rating_quantities(goods)
        amounts, costs = self._get_rating_amounts(goods)
        clocks = self._get_rating_clocks()
        minutes = self._get_rating_minutes()
        rates = self._get_rating_rates()
        digits = self._get_currency_digits()
        return {
            record: Facts(
                date=record._get_rated_file().day,
                currency=record.company_id.currency_id.name,
                attributes=record._get_rating_attributes(goods[record]["codes"]),
                quantities=quantities[record],
                amounts=amounts[record],
                sizes=record._get_container_sizes(),
                clocks=clocks[record],
                minutes=minutes[record],
                rates=rates[record.company_id],
                costs=costs[record],
                digits=digits,
            )
            for record in self
        }

    @api.model
    def _get_currency_digits(self):
        """Return ``{currency: decimals of its amounts}``."""
        return {
            currency.name: currency.decimal_places
            for currency in self.env["res.currency"].search([("active", "=", True)])
        }

    def _get_goods_totals(self):
        """Return ``{declaration: totals of its items}``, read in two queries."""
        names = (
            "gross_mass",
            "packages",
            "customs_value",
            "invoice_value",
            "value_cif",
        )
        domain = [("declaration_id", "in", self.ids)]
        totals = {
            record: {"count": 0, "codes": (), **dict.fromkeys(names, 0.0)}
            for record in self
        }
        items = self.env["customs.declaration.line"]
        for record, count, *sums in items._read_group(
            domain, ["declaration_id"], ["__count", *(f"{name}:sum" for name in names)]
        ):
            totals[record].update(zip(names, sums, strict=True), count=count)
        codes = defaultdict(list)
        for record, code in items._read_group(domain, ["declaration_id", "code"]):
            if code:
                codes[record].append(code)
        for record, found in codes.items():
            totals[record]["codes"] = tuple(sorted(found))
        return totals

    def _get_rating_attributes(self, codes):
        """Return what conditions of rate cards are compared with."""
        self.ensure_one()
        known = {
            "regime": self.procedure_id.code,
            "mode": (self.transport_mode or "").strip(),
            "port": self.office_id.code,
            "hs": codes,
            "incoterm": self.incoterm_id.code,
            "declaration_type": (self.declaration_type or "").strip(),
            "service_level": self.service_level,
        }
        return {name: value for name, value in known.items() if value}

    # === QUANTITIES === #

    def _get_rating_quantities(self, goods):
        """Return ``{declaration: {unit: number}}`` of what is known.

        What the officer states goes before work noted, that before what is counted.
        """
        counted = self._count_documents()
        noted = self._count_service_entries()
        found = {}
        for record in self:
            totals = goods[record]
            known = {
                "declaration": 1,
                "line": totals["count"],
                "hs_code": len(totals["codes"]),
                "kg": totals["gross_mass"],
                "package": totals["packages"],
                **counted[record],
                **noted[record],
                **{unit: record[name] for unit, name in STATED.items() if record[name]},
            }
            none = MAY_BE_NONE if counted[record].get("document") else ()
            quantities = {
                unit: to_decimal(number)
                for unit, number in known.items()
                if number or unit in none
            }
            found[record] = {**quantities, **record._count_containers()}
        return found

    def _count_documents(self):
        """Return ``{declaration: {unit: documents of its kind}}``."""
        groups = self.env["customs.document"]._read_group(
            [("declaration_id", "in", self.ids)],
            ["declaration_id", "code"],
            ["__count"],
        )
        kinds = {"invoice": INVOICES, "certificate": CERTIFICATES}
        found = {record: dict.fromkeys(("document", *kinds), 0) for record in self}
        for record, code, count in groups:
            found[record]["document"] += count
            number = (code or "").strip().upper().removeprefix("N")
            for unit, codes in kinds.items():
                if number in codes:
                    found[record][unit] += count
        return found

    def _count_service_entries(self):
        """Return ``{declaration: {unit: number noted}}`` of work done."""
        found = {record: {} for record in self}
        groups = self.env["customs.service.entry"]._read_group(
            [("declaration_id", "in", self.ids)],
            ["declaration_id", "unit"],
            ["quantity:sum", "minutes_charged:sum"],
        )
        for record, unit, quantity, minutes in groups:
            if unit:
                found[record][unit] = quantity
            if minutes:
                hours = found[record].get("hour", 0) + minutes / 60
                found[record]["hour"] = hours
        return found

    def _has_no_container(self):
        """Whether it is known that the goods are in no container."""
        self.ensure_one()
        return not self.container_ids and not self.container

    def _count_containers(self):
        """Return containers and twenty foot equivalents, if they are known."""
        self.ensure_one()
        containers = self.container_ids
        if self._has_no_container():
            return {"container": Decimal(0), "teu": Decimal(0)}
        if not containers:
            return {}
        found = {"container": Decimal(len(containers))}
        if all(containers.mapped("size")):
            found["teu"] = sum((SIZES[box.size].teu for box in containers), Decimal(0))
        return found

    def _get_container_sizes(self):
        """Return the containers by size, nothing while a size is not known."""
        self.ensure_one()
        if self._has_no_container():
            return {"20": Decimal(0)}
        if not all(self.container_ids.mapped("size")):
            return {}
        sizes = defaultdict(Decimal)
        for box in self.container_ids:
            sizes[box.size] += 1
        return dict(sizes)

    def _get_rating_minutes(self):
        """Return ``{declaration: {charge code: minutes}}``; work not noted is none."""
        services = self.env["customs.charge.code"].search([("kind", "=", "service")])
        found = {record: dict.fromkeys(services.ids, Decimal(0)) for record in self}
        groups = self.env["customs.service.entry"]._read_group(
            [("declaration_id", "in", self.ids)],
            ["declaration_id", "charge_code_id"],
            ["minutes_charged:sum"],
        )
        for record, code, minutes in groups:
            found[record][code.id] = to_decimal(minutes)
        return found
