"""What the tests of allocating own costs share: departments, files, the screen."""

from posting import PostingCase


class AllocationCase(PostingCase):
    """Own imports for use: two items of 1 000.00, duty 100.00, VAT 315.00."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.user.group_ids += cls.env.ref("analytic.group_analytic_accounting")
        cls.plan = cls.env["account.analytic.plan"].create({"name": "Departments"})
        cls.research, cls.operations = cls.env["account.analytic.account"].create(
            [
                {"name": name, "plan_id": cls.plan.id, "company_id": cls.company.id}
                for name in ("Research", "Operations")
            ]
        )

    def own_file(self, items=({}, {}), use="expense"):
        declaration = self.file("own", items=items, goods_use=use)
        self.assess(
            declaration,
            ("CID", 60.00, {"item_number": 1}),
            ("CID", 40.00, {"item_number": 2}),
            ("VAT", 315.00),
        )
        return declaration

    def wizard(self, declarations, departments=(), **vals):
        action = declarations.action_allocate_costs()
        wizard = self.env["customs.allocate.costs"].browse(action["res_id"])
        if departments:
            wizard.line_ids.unlink()
            vals["line_ids"] = [
                (0, 0, {"account_id": account.id, "percent": percent})
                for account, percent in departments
            ]
        wizard.write({"date": "2026-03-20", **vals})
        return wizard

    def allocate(self, declarations, departments=(), **vals):
        before = declarations._get_customs_moves()
        self.wizard(declarations, departments, **vals).action_allocate()
        return declarations._get_customs_moves() - before

    def give(self, wizard, accounts):
        """Choose the departments of the items, in their order."""
        lines = wizard.item_ids.sorted("number")
        for line, account in zip(lines, accounts, strict=True):
            line.account_id = account

    def departments(self, declaration):
        """Return ``{department: cost}`` of the analytic items of a file."""
        lines = self.env["account.analytic.line"].search(
            [("move_line_id.customs_declaration_id", "=", declaration.id)]
        )
        column = self.plan._column_name()
        sums = {}
        for line in lines:
            name = line[column].name
            sums[name] = sums.get(name, 0.0) - line.amount
        return {name: round(amount, 2) for name, amount in sums.items()}

    def assert_books(self, declaration, charged=415.00, allocated=100.00):
        declaration.invalidate_recordset()
        declaration.charge_ids.invalidate_recordset()
        self.assertAlmostEqual(declaration.amount_charged, charged, 2)
        self.assertAlmostEqual(declaration.amount_allocated, allocated, 2)
        self.assertAlmostEqual(declaration.amount_billed, allocated, 2)
