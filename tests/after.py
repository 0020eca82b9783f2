"""What tests of refunds, securities and sold goods share."""

from common import CustomsCase

from odoo.tests import new_test_user


class AfterClearanceCase(CustomsCase):
    """Own imports whose assessments are typed."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.bank_journal = cls.company_data["default_journal_bank"]
        cls.bank = cls.bank_journal.default_account_id
        cls.cogs = cls.company._get_customs_account("cogs")

    def tax(self, code):
        return self.env.ref(f"customs_invoicing.tax_code_{code.lower()}")

    def assess(self, declaration, taxes, date="2026-03-06", **vals):
        """Record and post an assessment of ``{tax code: amount or line values}``."""
        lines = []
        for code, amount in taxes.items():
            facts = amount if isinstance(amount, dict) else {"amount_assessed": amount}
            lines.append({"tax_code_id": self.tax(code).id, **facts})
        version = declaration._record_assessment(lines, date=date, **vals)
        version.action_post()
        return version

    def own_file(self, duty=5000, **vals):
        """Return our own import with a posted duty."""
        declaration = self.typed(**vals)
        self.assess(declaration, {"CID": duty})
        return declaration

    def events(self, declaration, event):
        moves = declaration._get_customs_moves()
        return moves.filtered(lambda m: m.customs_event == event).sorted("id")

    def undo(self, move, date="2026-06-30"):
        """Reverse an entry through the wizard; return the reversal, posted."""
        wizard = (
            self.env["account.move.reversal"]
            .with_context(active_model="account.move", active_ids=move.ids)
            .create({"date": date, "journal_id": move.journal_id.id})
        )
        wizard.refund_moves()
        reversal = wizard.new_move_ids
        if reversal.state == "draft":
            reversal.action_post()
        return reversal

    def as_role(self, role, record):
        """Return a record as a user of one customs group sees it."""
        login = f"after_{role}"
        user = self.env["res.users"].sudo().search([("login", "=", login)])
        user = user or new_test_user(
            self.env,
            login=login,
            groups=f"base.group_user,customs_invoicing.group_customs_{role}",
            company_id=self.company.id,
        )
        self.env.flush_all()
        self.env.invalidate_all()
        return record.with_user(user).with_company(self.company)
