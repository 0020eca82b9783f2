"""The main job on a declaration file, told step by step.

Run inside the Odoo shell.  Every step looks first whether it was done, so a second run
changes nothing and tells the same.
"""

import pathlib

from odoo.tools.misc import file_path

FILE = "customs_invoicing/demo/files/sad_im4_assessed.xml"
BILLING_DAY = "2026-03-10"
PAYMENT_DAY = "2026-03-20"
LINE = "-" * 88


def main(env, output: pathlib.Path) -> None:
    """Do the main job and write the client's invoice to ``output``."""
    env = env(user=env.ref("base.user_admin").id)  # files have an officer, not a robot
    company = env.company
    company.action_create_customs_setup()
    _set_payment_accounts(env)
    declaration = _import(env)
    _post(declaration)
    _bill(declaration)
    _pay(env, declaration)
    _close(declaration)
    declaration.invalidate_recordset()
    _tell_declaration(declaration)
    _tell_moves(declaration)
    _tell_money(declaration)
    _write_invoice(env, declaration._get_client_moves()[:1], output)


# === THE JOB === #


def _set_payment_accounts(env):
    """Book payments at once, as if the bank statement had been matched already."""
    journals = env["account.journal"].search(
        [("type", "=", "bank"), ("company_id", "=", env.company.id)]
    )
    for journal in journals:
        methods = (
            journal.inbound_payment_method_line_ids
            | journal.outbound_payment_method_line_ids
        )
        methods.filtered(
            lambda method: not method.payment_account_id
        ).payment_account_id = journal.default_account_id


def _import(env):
    path = pathlib.Path(file_path(FILE))
    known = env["customs.declaration"].search([("state", "=", "closed")])
    declaration = env["customs.declaration"].import_files(
        [(path.name, path.read_bytes())]
    )
    print(f"Read {path.name}" + (" (known already)" if declaration in known else ""))
    return declaration


def _post(declaration):
    if declaration.has_unposted_assessment:
        declaration.action_post_assessment()


def _bill(declaration):
    if declaration.state == "closed":
        return
    declaration.action_create_invoices()
    for invoice in declaration._get_client_moves():
        if invoice.state == "draft":
            invoice.invoice_date = BILLING_DAY
            invoice.action_post()


def _pay(env, declaration):
    for move in declaration._get_customs_moves():
        if move.payment_state in ("not_paid", "partial") and move.is_invoice():
            env["account.payment.register"].with_context(
                active_model="account.move", active_ids=move.ids
            ).create({"payment_date": PAYMENT_DAY}).action_create_payments()


def _close(declaration):
    if declaration.state == "assessed":
        declaration.action_release()
    if declaration.state == "released":
        declaration.action_close()


# === WHAT HAPPENED === #


def _title(text):
    print(f"\n{text}\n{LINE}")


def _amount(value):
    return f"{value:>13,.2f}".replace(",", " ")


def _tell_declaration(declaration):
    _title(f"Declaration {declaration.display_name}, {declaration.state}")
    print(f"  Client    {declaration.client_id.name}")
    print(f"  Authority {declaration.authority_id.name}")
    print(
        f"  Value     {_amount(declaration.customs_value).strip()} "
        f"{declaration.tariff_currency_id.name} in {declaration.line_count} items"
    )
    _title("Duty lines                             expected     assessed      payable")
    for line in declaration.duty_line_ids:
        item = f"item {line.line_id.number}" if line.line_id else "whole"
        expected = (
            _amount(line.amount_calculated)
            if line.is_calculated
            else f"{'no rate':>13}"
        )
        mark = f"  difference {line.difference:.2f}" if line.has_difference else ""
        if line.status != "payable":
            mark += f"  {line.status}"
        print(
            f"  {item:<7}{line.tax_code_id.code:<8}{line.rate_assessed or '':<12}"
            f"{expected}{_amount(line.amount_assessed)}{_amount(line.amount_payable)}"
            f"{mark}"
        )


def _tell_moves(declaration):
    moves = declaration._get_customs_moves()
    payments = moves.matched_payment_ids.move_id
    for move in (moves | payments).sorted(lambda move: (move.date, move.id)):
        _title(f"{move.name}  {move.partner_id.name}  {move.date}")
        for line in move.line_ids.sorted(lambda line: -line.balance):
            print(
                f"  {line.account_id.code:<9}{line.account_id.name[:34]:<35}"
                f"{line.customs_tax_code or '':<7}"
                f"{_amount(line.debit) if line.debit else ' ' * 13}"
                f"{_amount(line.credit) if line.credit else ' ' * 13}"
            )


def _tell_money(declaration):
    _title("Money of the file")
    for label, name in (
        ("Expected", "amount_expected"),
        ("Assessed", "amount_assessed"),
        ("Payable", "amount_payable"),
        ("Charged", "amount_charged"),
        ("Billed", "amount_billed"),
        ("Services", "amount_service_billed"),
        ("Paid", "amount_paid"),
        ("Received", "amount_received"),
        ("Open", "amount_to_bill"),
        ("Control", "control_balance"),
    ):
        print(f"  {label:<10}{_amount(declaration[name])}")
    settled = [
        f"{move.name}: {move.payment_state.replace('_', ' ')}"
        for move in declaration._get_customs_moves()
        if move.is_invoice()
    ]
    print(f"  Settled   {', '.join(settled)}")


def _write_invoice(env, invoice, output):
    """Write the standard invoice as PDF; as HTML where PDFs cannot be made."""
    report = env["ir.actions.report"]
    print()
    if report.get_wkhtmltopdf_state() in ("install", "broken"):
        html, _type = report._render_qweb_html("account.account_invoices", invoice.ids)
        output = output.with_suffix(".html")
        output.write_bytes(html)
        print(f"Client invoice {invoice.name} as HTML (no wkhtmltopdf): {output}")
        return
    pdf, _type = report._render_qweb_pdf("account.account_invoices", invoice.ids)
    output.write_bytes(pdf)
    print(f"Client invoice {invoice.name}: {output}")
