"""Records that rows of a publication name by code, found or created once a run."""

from functools import cached_property

from .customs_tariff_import_types import (
    CLAIM_CODES,
    QUOTA_TYPES,
    SAFEGUARD_TYPE,
    guess_type,
)

#: Series of types whose measures never are an amount
NO_AMOUNT = ("control", "unit")
#: Area of all origins (TARIC)
ERGA_OMNES = "1011"
COLUMN_2 = "column2"


class Lookups:
    """Countries, areas, measure types, quotas and agreements by their codes."""

    def __init__(self, run):
        self.run = run
        self.env = run.env
        self.tariff = run.tariff
        self.shared_codes = set()  # of types that are no controls in this file

    # === COUNTRIES AND AREAS === #

    @cached_property
    def countries(self):
        """``{ISO code: id}``"""
        return {
            country.code: country.id
            for country in self.env["res.country"].search_fetch([], ["code"])
        }

    @cached_property
    def areas(self):
        """``{area code: res.country.group}`` of the tariff"""
        start = self._area_code("")
        groups = self.env["res.country.group"].search([("code", "=like", f"{start}%")])
        return {group.code.removeprefix(start): group for group in groups}

    def _area_code(self, area):
        return f"{self.tariff.code}:{area}".upper()

    def create_areas(self, rows):
        """Create the areas that measures name; what is not known of them is flagged.

        Sudo because groups of countries belong to the settings; the user may maintain
        tariffs, which is checked before any row is written.
        """
        wanted = {}
        for row in rows:
            area = row.origin.upper()
            if area and area != ERGA_OMNES and area not in self.countries:
                wanted.setdefault(area, row)
                if row.origin_members and not wanted[area].origin_members:
                    wanted[area] = row
        for area, row in wanted.items():
            self._create_area(area, row)
        if any(row.type_code == COLUMN_2 and not row.origin for row in rows):
            self.get_column2_group()

    def _create_area(self, area, row):
        known = [
            self.countries[code]
            for code in row.origin_members
            if code in self.countries
        ]
        group = self.areas.get(area)
        if not group:
            name = row.origin_name or area
            group = (
                self.env["res.country.group"]
                .sudo()
                .create({"code": self._area_code(area), "name": name})
            )
            self.areas[area] = group
            self.run.note(
                self.env._(
                    "Group of countries %(code)s (%(name)s) was created.",
                    code=group.code,
                    name=name,
                )
            )
            self._flag_area(area, row, known)
        if known and set(known) != set(group.country_ids.ids):
            group.sudo().country_ids = known

    def _flag_area(self, area, row, known):
        if not known:
            self.run.flag("measures", row.row, row.code, "area_unknown", text=area)
        elif len(known) < len(row.origin_members):
            unknown = [c for c in row.origin_members if c not in self.countries]
            self.run.flag(
                "measures",
                row.row,
                row.code,
                "country_unknown",
                text=", ".join(unknown),
                column_name=area,
            )

    def get_column2_group(self):
        """Return the countries that pay the rates of column 2 (United States)."""
        area = COLUMN_2.upper()
        if area not in self.areas:
            self.areas[area] = (
                self.env["res.country.group"]
                .sudo()  # as for every area
                .create(
                    {
                        "code": self._area_code(area),
                        "name": self.env._("%s: column 2", self.tariff.name),
                    }
                )
            )
            self.run.flag("measures", 0, "", "column2_empty", text=area)
        return self.areas[area]

    def get_origin(self, row):
        """Return ``(country id, group id)`` of a measure, both ``None`` for all."""
        origin = row.origin.upper()
        if row.type_code == COLUMN_2 and not origin:
            return None, self.get_column2_group().id
        if not origin or origin == ERGA_OMNES:
            return None, None
        if origin in self.countries:
            return self.countries[origin], None
        return None, self.areas[origin].id

    def get_country_ids(self, codes):
        """Return ``(ids, codes that are not known)`` of countries and areas."""
        ids, unknown = [], []
        for code in codes:
            area = self.areas.get(code.upper()) or self._get_union(code)
            if code in self.countries:
                ids.append(self.countries[code])
            elif area and area.country_ids:
                ids += area.country_ids.ids
            else:
                unknown.append(code)
        return list(dict.fromkeys(ids)), unknown

    def _get_union(self, code):
        """Return the group that everybody means by a code: EU."""
        if code not in ("EU", "1013"):
            return None
        return self.env.ref("base.europe", raise_if_not_found=False)

    @cached_property
    def general_exclusions(self):
        """Ids of the countries to which General does not apply."""
        return sorted(self.get_column2_group().country_ids.ids)

    # === MEASURE TYPES === #

    @cached_property
    def types(self):
        """``{code: measure type}`` of the tariff, archived ones included"""
        records = (
            self.env["customs.measure.type"]
            .with_context(active_test=False)
            .search([("tariff_id", "=", self.tariff.id)])
        )
        return {record.code: record for record in records}

    def create_types(self, rows):
        """Create the measure types that the tariff lacks, and say so."""
        # one id may stand for a duty and, in another series, for a control
        self.shared_codes = {row.type_code for row in rows if not row.is_control}
        names, amounts = {}, {}
        for row in rows:
            code = self.get_type_code(row)
            names.setdefault(code, row.type_name)
            has_amount = not row.is_control and not row.unit
            amounts[code] = amounts.get(code) or has_amount
        for code, name in names.items():
            if code not in self.types:
                self._create_type(code, name, guess_type(code, amounts[code]))

    def get_type(self, row):
        """Return the measure type of a row, once the types are created."""
        return self.types[self.get_type_code(row)]

    def get_type_code(self, row):
        """Return the code of the type of a row.

        A control whose id also is a duty has a type of its own, as ``103-B``: it would
        else be filed under the duty, or left out as another rate of it.
        """
        code = row.type_code
        if not row.is_control:
            return code
        known = self.types.get(code)
        if known:
            is_other = known.series not in NO_AMOUNT
        else:
            is_other = guess_type(code, False).series != "control"
        if is_other or code in self.shared_codes:
            return f"{code}-{row.series or 'control'}"
        return code

    def _create_type(self, code, name, guess):
        measure_type = self.env["customs.measure.type"].create(
            {
                "tariff_id": self.tariff.id,
                "code": code,
                "name": name or code,
                "tax_code_id": self._get_tax_code(guess).id,
                "source": self.env._("Created by the import %s", self.run.job.name),
                "claim_codes": CLAIM_CODES.get(code, False),
                **guess.prepare_vals(),
            }
        )
        if code in QUOTA_TYPES and SAFEGUARD_TYPE in self.types:
            measure_type.exclude_type_ids = self.types[SAFEGUARD_TYPE]
        self.types[code] = measure_type
        words = self.env._(
            "Measure type %(code)s (%(name)s) was created as “%(series)s” with tax "
            "code %(tax)s.",
            code=code,
            name=measure_type.name,
            series=dict(
                measure_type._fields["series"]._description_selection(self.env)
            )[measure_type.series],
            tax=measure_type.tax_code_id.code,
        )
        if not guess.is_sure:
            words += " " + self.env._("This is a guess: check the type.")
        self.run.note(words)

    def _get_tax_code(self, guess):
        """Return the tax code for a new type: its own, else that of other duties."""
        found = self.env["customs.tax.code"]._get_by_code(self.tariff, guess.tax_codes)
        own = [found[code] for code in guess.tax_codes if code in found]
        siblings = [
            measure_type.tax_code_id
            for measure_type in self.types.values()
            if measure_type.series == guess.series
        ]
        if guess.series != "duty" or not siblings:
            siblings = own + siblings
        if not siblings:
            siblings = self.env["customs.tax.code"].search([], limit=1)
        return siblings[0]

    # === QUOTAS AND AGREEMENTS === #

    @cached_property
    def quotas(self):
        """``{order number: id}``, archived ones included"""
        records = (
            self.env["customs.quota"]
            .with_context(active_test=False)
            .search_fetch([("tariff_id", "=", self.tariff.id)], ["order_number"])
        )
        return {record.order_number: record.id for record in records}

    def create_quotas(self, rows):
        """Create the quotas that measures name and nobody defined."""
        numbers = dict.fromkeys(row.order_number for row in rows if row.order_number)
        missing = [number for number in numbers if number not in self.quotas]
        quotas = self.env["customs.quota"].create(
            [
                {"tariff_id": self.tariff.id, "order_number": number}
                for number in missing
            ]
        )
        self.quotas |= dict(zip(missing, quotas.ids, strict=True))
        if missing:
            self.run.note(
                self.env._(
                    "%(count)s quotas were created without periods: their definitions "
                    "were not in the file.",
                    count=len(missing),
                )
            )

    @cached_property
    def agreements(self):
        """``{code that is claimed: {agreement id: country ids}}``"""
        found = {}
        for record in self.env["customs.agreement"].search(
            [
                ("tariff_id", "=", self.tariff.id),
                *self.env["customs.agreement"]._domain_in_force(self.run.effective),
            ]
        ):
            codes = (record.preference_codes or record.code).split(",")
            for code in {record.code, *map(str.strip, codes)}:
                found.setdefault(code, {})[record.id] = set(record.country_ids.ids)
        return found

    def get_agreement(self, row, origin_id):
        """Return the id of the only agreement that a claim of the measure can mean."""
        if len(row.claims) != 1:
            return None
        candidates = self.agreements.get(row.claims[0], {})
        if len(candidates) > 1:
            candidates = [
                agreement
                for agreement, countries in candidates.items()
                if origin_id in countries
            ]
        return next(iter(candidates)) if len(candidates) == 1 else None

    # === CURRENCIES === #

    @cached_property
    def currencies(self):
        """``{ISO code: id}``, inactive ones included"""
        records = (
            self.env["res.currency"]
            .with_context(active_test=False)
            .search_fetch([], ["name"])
        )
        return {record.name: record.id for record in records}
