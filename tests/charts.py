"""Companies of several countries, each on its chart of accounts."""

from common import CustomsCase


class ChartsCase(CustomsCase):
    """``companies`` and ``offices`` by chart; a subclass states the countries."""

    #: Chart of accounts to country code
    countries = {}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.companies, cls.offices = {}, {}
        for chart, country_code in cls.countries.items():
            cls._create_company_on(chart, cls.env.ref(f"base.{country_code}"))

    @classmethod
    def _create_company_on(cls, chart, country):
        """Create a company, set up on a chart, with tariff and office."""
        company = cls.env["res.company"].create(
            {
                "name": f"Company {chart}",
                "country_id": country.id,
                "currency_id": country.currency_id.id,
            }
        )
        cls.env.user.company_ids += company
        cls._use_chart_template(company, chart)
        company.action_create_customs_setup()
        tariff = cls.env["customs.tariff"].create(
            {"name": chart, "code": chart, "currency_id": country.currency_id.id}
        )
        cls.offices[chart] = cls.env["customs.office"].create(
            {
                "code": f"OFF-{chart}",
                "name": f"Port of {country.name}",
                "tariff_id": tariff.id,
                "authority_id": cls.authority.id,
            }
        )
        cls.companies[chart] = company.with_company(company)
