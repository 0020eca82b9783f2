"""What the tests of exposure and limits share: files at each step, and amounts."""

from posting import PostingCase

#: Of one file of two items worth 1 000.00: duty 5 %, VAT 15 % of 1 050.00
DUTY, VAT, OUTLAY = 100.00, 315.00, 415.00
FEE, FEE_TAX = 200.00, 30.00


class ExposureCase(PostingCase):
    """Files of a client that we pay duty of 415.00 for, and bill 200.00 plus tax."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sale_tax = cls.company.account_sale_tax_id
        cls.sale_tax.amount = 15
        cls.service_code.product_id.taxes_id = cls.sale_tax
        cls.exposures = cls.env["customs.exposure"]

    def client_file(self, client=None, capacity="direct"):
        declaration = self.typed(
            ({}, {}), capacity=capacity, client_id=(client or self.client).id
        )
        declaration.action_mark_ready()
        return declaration

    def lodged(self, client=None):
        declaration = self.client_file(client)
        declaration.action_lodge()
        return declaration

    def assessed(self, client=None, **vals):
        declaration = self.lodged(client)
        self.assess(declaration, ("CID", DUTY), ("VAT", VAT))
        return declaration

    def posted(self, client=None):
        declaration = self.assessed(client)
        self.post(declaration)
        return declaration

    def billed(self, client=None, fee=FEE):
        declaration = self.posted(client)
        if fee:
            self.add_service(declaration, fee)
        return declaration, self.bill(declaration)

    def deposit(self, declaration, amount):
        request = self.env["customs.funds.request"].create(
            {"declaration_id": declaration.id, "amount": amount}
        )
        request._receive(
            self.company_data["default_journal_bank"],
            declaration.registration_date,
            amount,
        )
        return request

    def exposure(self, client=None):
        client = (client or self.client).commercial_partner_id
        return self.exposures._query_clients(client, self.company)[client]

    def assert_exposure(self, client=None, **expected):
        """Assert all amounts; those not named are zero."""
        names = (
            "unbilled_outlay",
            "unpaid_duty",
            "pending_duty",
            "deposit",
            "deposit_counted",
            "duty_exposure",
            "open_service",
            "unbilled_service",
            "service_exposure",
        )
        found = self.exposure(client)
        self.assertEqual(
            {name: f"{found[name]:.2f}" for name in names},
            {name: f"{expected.get(name, 0):.2f}" for name in names},
        )
