import base64
import hashlib

from odoo import api, fields, models

from ..tools import to_float


class CustomsDeclaration(models.Model):
    """Loading a checked neutral document into records."""

    _inherit = "customs.declaration"

    @api.model
    def _load_document(self, document, filename, content):
        """Create or update the declaration of one checked document."""
        office = self._get_office(document)
        declaration = self._find_declaration(document, office)
        fingerprint = document.fingerprint()
        known = declaration.assessment_ids.mapped("fingerprint")
        if declaration and fingerprint in [*known, declaration.loaded_fingerprint]:
            return declaration
        declaration._lock_for_money()
        partners = self._get_partners(document)
        vals = self._prepare_declaration_vals(document, office, partners)
        if not declaration:
            declaration = self.create(
                {
                    **vals,
                    **self._prepare_capacity_vals(document, partners),
                    "company_id": self.env.company.id,
                }
            )
        assessment = declaration._create_assessment(
            document, filename, content, fingerprint
        )
        # A file without taxes says nothing about one the authority has assessed
        if assessment.is_current if assessment else not declaration.assessment_ids:
            declaration.write({**vals, "loaded_fingerprint": fingerprint})
            declaration._load_items(document)
            declaration._load_duty_lines(assessment)
        declaration._finish_import(document, assessment, filename)
        return declaration

    def _finish_import(self, document, assessment, filename):
        """Bring charges, state and expectation in line with what was loaded."""
        self.ensure_one()
        if assessment:
            self._ensure_charges(assessment)
            if assessment.is_current and self.state in ("draft", "ready", "lodged"):
                self.state = "assessed"
            self.message_post(
                body=self.env._(
                    "Assessment version %(version)s read from %(filename)s.",
                    version=assessment.version,
                    filename=filename,
                ),
                attachment_ids=assessment.source_attachment_id.ids,
            )
        elif document.header.registration and self.state in ("draft", "ready"):
            # sudo: the authority has it, whatever our limits say
            self.sudo().state = "lodged"
        for warning in document.warnings:
            self.message_post(body=self._translate_format_warning(warning))
        if self.tariff_id:
            self.action_calculate()

    def _prepare_declaration_vals(self, document, office, partners):
        """Return header values; what the file leaves out is not overwritten."""
        header = document.header
        currencies = self._get_currencies({header.invoice.currency})
        procedure = self.env["customs.procedure"].search(
            [("code", "=", header.declaration_type)], limit=1
        )
        registration, receipt = header.registration, header.receipt
        vals = {
            **self._prepare_transport_vals(header),
            "office_id": office.id,
            "direction": header.direction,
            "procedure_id": procedure.id,
            "declaration_type": header.declaration_type,
            "registration_number": registration.display,
            "registration_date": registration.date,
            "registration_year": registration.year if registration else False,
            "receipt_number": receipt.display,
            "receipt_date": receipt.date,
            "declarant_reference": header.declarant_reference,
            "manifest": header.manifest,
            "payment_account": header.payment_account,
            "payment_mode": header.payment_mode,
            "guarantee_amount": to_float(header.guarantee_amount),
            "importer_id": partners.get(header.importer),
            "exporter_id": partners.get(header.exporter),
            "broker_id": partners.get(header.declarant),
            "invoice_currency_id": currencies[header.invoice.currency].id
            if header.invoice.currency
            else False,
            "invoice_amount": to_float(header.invoice.amount),
            "customs_rate": to_float(header.invoice.rate),
            "customs_value": to_float(header.customs_value),
        }
        return {name: value for name, value in vals.items() if value}

    def _prepare_transport_vals(self, header):
        """Return the values on delivery, transport and places."""
        countries = self._get_countries(
            {
                header.country_export,
                header.country_destination,
                header.transport_nationality,
            }
        )
        incoterm = self.env["account.incoterms"].search(
            [("code", "=", header.incoterm)], limit=1
        )
        border = self.env["customs.office"].search(
            [("code", "=", header.border_office_code)], limit=1
        )
        return {
            "incoterm_id": incoterm.id,
            "incoterm_place": header.incoterm_place,
            "transport_identity": header.transport_identity,
            "transport_nationality_id": countries.get(header.transport_nationality),
            "transport_mode": header.transport_mode,
            "inland_mode": header.inland_mode,
            "container": header.container,
            "place_of_loading": header.place_of_loading,
            "location_of_goods": header.location_of_goods,
            "border_office_id": border.id,
            "country_export_id": countries.get(header.country_export),
            "country_destination_id": countries.get(header.country_destination),
            "gross_mass": to_float(header.gross_mass),
            "packages": to_float(header.packages),
        }

    def _prepare_capacity_vals(self, document, partners):
        """Decide from the importer whether the import is ours or a client's."""
        importer = self.env["res.partner"].browse(
            partners.get(document.header.importer)
        )
        company = self.env.company
        if importer and importer.commercial_partner_id == company.partner_id:
            return {"capacity": "own"}
        capacity = importer.customs_capacity or company.customs_default_capacity
        if capacity == "own":
            return {"capacity": "own"}
        return {"capacity": capacity, "client_id": importer.id}

    def _get_countries(self, codes):
        """Return ``{code: id}`` of the ISO country codes that exist."""
        found = self.env["res.country"].search(
            [("code", "in", [code for code in codes if code])]
        )
        return {country.code: country.id for country in found}

    def _sudo_duty_lines(self):
        """Return the duty lines to write: what the authority said is no user's to
        change, only files and the calculation write it."""
        return self.duty_line_ids.sudo()

    def _load_items(self, document):
        """Replace items, value build-up and documents by those of the document."""
        self.ensure_one()
        self._sudo_duty_lines().unlink()
        self.env["customs.valuation.element"].search(
            [("declaration_id", "=", self.id)]
        ).unlink()
        self.document_ids.filtered(lambda doc: not doc.attachment_ids).unlink()
        existing = {line.number: line for line in self.line_ids}
        countries = self._get_countries({item.origin for item in document.items})
        to_create = []
        for item in document.items:
            vals = self._prepare_item_vals(item, countries)
            if item.number in existing:
                existing.pop(item.number).write(vals)
            else:
                to_create.append({**vals, "declaration_id": self.id})
        for line in existing.values():
            line.unlink()
        self.env["customs.declaration.line"].create(to_create)
        self._load_value_elements(document)
        self._load_documents(document)

    def _prepare_item_vals(self, item, countries):
        unit = item.supplementary_units[0] if item.supplementary_units else None
        return {
            "number": item.number,
            "code": item.commodity_code,
            "description": item.description or item.tariff_description,
            "origin_id": countries.get(item.origin, False),
            "preference": item.preference,
            "procedure": item.procedure,
            "gross_mass": to_float(item.gross_mass),
            "net_mass": to_float(item.net_mass),
            "supplementary_unit": unit.code if unit else False,
            "supplementary_quantity": to_float(unit.quantity) if unit else 0.0,
            "packages": to_float(item.packages),
            "package_kind": item.package_kind,
            "marks": item.marks,
            "previous_document": item.previous_document,
            "invoice_value": to_float(item.invoice.amount),
            "customs_value": to_float(item.customs_value),
            "customs_value_stated": to_float(item.customs_value),
            "statistical_value": to_float(item.statistical_value),
        }

    def _load_value_elements(self, document):
        lines = {line.number: line.id for line in self.line_ids}
        sources = [(False, document.header.value_elements)]
        sources += [(lines[i.number], i.value_elements) for i in document.items]
        codes = {money.currency for money in document.moneys()}
        currencies = self._get_currencies(codes)
        vals_list = []
        for line_id, elements in sources:
            for element in elements:
                money = element.money
                if not (money.amount or money.amount_national):
                    continue
                currency = currencies.get(money.currency) or self.tariff_currency_id
                vals_list.append(
                    {
                        "declaration_id": self.id,
                        "line_id": line_id,
                        "kind": element.kind,
                        "is_stated": True,
                        "currency_id": currency.id,
                        "amount": to_float(money.amount),
                        "rate": to_float(money.rate),
                        "amount_national": to_float(money.amount_national),
                    }
                )
        self.env["customs.valuation.element"].create(vals_list)

    def _load_documents(self, document):
        lines = {line.number: line.id for line in self.line_ids}
        kept = {(doc.code, doc.reference or "") for doc in self.document_ids}
        vals_list = []
        for item in document.items:
            for reference in item.documents:
                if (reference.code, reference.reference) in kept:
                    continue
                vals_list.append(
                    {
                        "declaration_id": self.id,
                        "line_id": lines[item.number],
                        "code": reference.code,
                        "name": reference.name,
                        "reference": reference.reference,
                        "date": reference.date,
                    }
                )
        self.env["customs.document"].create(vals_list)

    def _create_assessment(self, document, filename, content, fingerprint):
        """Store what the authority said as a new version; nothing when it is silent."""
        self.ensure_one()
        assessments = self.env["customs.assessment"]
        if not document.is_assessed:
            return assessments
        header = document.header
        day = header.assessment.date or header.registration.date
        day = day or fields.Date.context_today(self)
        # sudo: assessments are read-only for every user, see _sudo_duty_lines
        assessment = assessments.sudo().create(
            {
                "declaration_id": self.id,
                "currency_id": self.tariff_currency_id.id,
                "version": max(self.assessment_ids.mapped("version"), default=0) + 1,
                "kind": "final" if header.assessment else "provisional",
                "number": header.assessment.display,
                "date": day,
                "date_due": fields.Date.add(day, days=self.office_id.payment_days),
                "source_format": header.source_format,
                "source_hash": hashlib.sha256(content).hexdigest(),
                "fingerprint": fingerprint,
                "line_ids": [
                    (0, 0, vals) for vals in self._prepare_assessment_lines(document)
                ],
            }
        )
        assessment.source_attachment_id = assessment.env["ir.attachment"].create(
            {
                "name": filename,
                "datas": base64.b64encode(content),
                "res_model": assessment._name,
                "res_id": assessment.id,
            }
        )
        return assessment.sudo(False)

    def _prepare_assessment_lines(self, document):
        codes = {tax.code for _item, tax in document.taxes()}
        tax_codes = self.env["customs.tax.code"]._get_by_code(self.tariff_id, codes)
        return [
            {
                "sequence": 10 * position,
                "item_number": number or 0,
                "tax_code_id": tax_codes[tax.code].id,
                "base": to_float(tax.base),
                "base_kind": tax.base_kind,
                "rate": to_float(tax.rate),
                "rate_kind": tax.rate_kind,
                "rate_text": tax.rate_raw,
                "amount_assessed": to_float(tax.amount_assessed),
                "amount_payable": to_float(tax.amount_payable),
                "status": tax.status,
                "payment_method": tax.payment_method,
            }
            for position, (number, tax) in enumerate(document.taxes())
        ]

    def _load_duty_lines(self, assessment):
        """Show an assessment per item and tax."""
        self.ensure_one()
        lines = {line.number: line.id for line in self.line_ids}
        self._sudo_duty_lines().create(
            [
                {
                    "declaration_id": self.id,
                    "line_id": lines.get(tax.item_number, False),
                    "sequence": tax.sequence,
                    "tax_code_id": tax.tax_code_id.id,
                    "base_assessed": tax.base,
                    "base_kind": tax.base_kind,
                    "rate_assessed": tax._get_rate_words(),
                    "amount_assessed": tax.amount_assessed,
                    "amount_payable": tax.amount_payable,
                    "status": tax.status,
                }
                for tax in assessment.line_ids
            ]
        )

    def _ensure_charges(self, assessment):
        """Open one money row per tax, and the usual services of a client's file."""
        self.ensure_one()
        vals_list = self._prepare_tax_charges(assessment)
        if self.capacity != "own" and len(self.assessment_ids) == 1:
            vals_list += self._prepare_default_services()
        charges = self.env["customs.charge"].create(vals_list)
        # sudo: that a price is a default is said here only
        charges.sudo().filtered("amount").amount_is_default = True

    def _prepare_tax_charges(self, assessment):
        """Return the values of the charges of taxes that have none yet."""
        self.ensure_one()
        groups = self.env["customs.assessment.line"]._read_group(
            [
                ("assessment_id", "=", assessment.id),
                ("tax_code_id", "not in", self.charge_ids.tax_code_id.ids),
            ],
            ["tax_code_id"],
        )
        return [self._prepare_tax_charge(tax_code) for (tax_code,) in groups]

    def _prepare_tax_charge(self, tax_code):
        return {
            "declaration_id": self.id,
            "sequence": tax_code.sequence,
            "charge_code_id": tax_code.charge_code_id.id,
            "tax_code_id": tax_code.id,
            "payee_id": self.authority_id.id,
        }

    def _prepare_default_services(self):
        services = self.env["customs.charge.code"].search(
            [
                ("kind", "=", "service"),
                ("bill_by_default", "=", True),
                ("default_amount", ">", 0),
            ]
        )
        known = self.charge_ids.charge_code_id
        return [
            {
                "declaration_id": self.id,
                "sequence": 100 + service.sequence,
                "charge_code_id": service.id,
                "amount": self.currency_id.round(service.default_amount),
            }
            for service in services - known
        ]
