import base64

from odoo import api, models
from odoo.exceptions import UserError

from .. import formats
from ..formats.errors import MESSAGES, WARNINGS, FormatError

#: Default size limit, in MB, of the parameter customs_invoicing.max_file_mb.
MAX_FILE_MB = 25


class CustomsDeclaration(models.Model):
    """Reading the authority's files: check everything, then load."""

    _inherit = "customs.declaration"

    # === ENTRY POINTS === #

    @api.model
    def import_files(self, files):
        """Load declaration files, all of them or none.

        The same file again changes nothing; a file with new content of a known
        declaration adds a version of its assessment.

        :param files: list of ``(filename, bytes)``; over RPC, where bytes do not
            travel, the content may be a base64 string
        :return: the declarations, in the order of the files
        :raise UserError: what is wrong in which file, with nothing written
        """
        self.check_access("create")
        loaded, problems = [], []
        for filename, content in files:
            try:
                content = self._to_bytes(filename, content)
                loaded.append((filename, content, self._read_file(filename, content)))
            except UserError as error:
                problems.append(str(error))
        for filename, _content, document in loaded:
            problems.extend(self._get_import_problems(filename, document))
        if problems:
            if len(files) > 1:
                problems.append(
                    self.env._(
                        "None of the %(count)s files was imported.", count=len(files)
                    )
                )
            raise UserError("\n".join(problems))
        declarations = self.browse()
        for filename, content, document in loaded:
            declarations += self._load_document(document, filename, content)
        return declarations

    def create_document_from_attachment(self, attachment_ids):
        """Load files that were uploaded or dropped on the list of declarations."""
        attachments = self.env["ir.attachment"].browse(attachment_ids)
        if not attachments:
            raise UserError(self.env._("No file was provided."))
        declarations = self.import_files(
            [(attachment.name, attachment.raw) for attachment in attachments]
        )
        # The source is kept on the assessment; the upload itself is not needed
        attachments.filtered(lambda attachment: not attachment.res_id).unlink()
        return declarations._get_open_action()

    # === READING AND CHECKING === #

    @api.model
    def _to_bytes(self, filename, content):
        """Return the bytes of a file given as bytes or as base64 text."""
        if isinstance(content, bytes):
            return content
        try:
            return base64.b64decode(content, validate=True)
        except (TypeError, ValueError) as error:
            raise UserError(
                self.env._(
                    "%(filename)s: the content must be bytes or base64 text.",
                    filename=filename,
                )
            ) from error

    @api.model
    def _read_file(self, filename, content):
        """Return the neutral document of a file whose control totals hold."""
        parameters = self.env["ir.config_parameter"].sudo()  # readable by admins only
        limit = parameters.get_param("customs_invoicing.max_file_mb", MAX_FILE_MB)
        try:
            document = formats.read(
                filename, content, max_bytes=int(limit) * 1024 * 1024
            )
            office = self.env["customs.office"].search(
                [("code", "=", document.header.office_code)], limit=1
            )
            if office.date_order not in (False, "auto"):
                document = formats.read(
                    filename,
                    content,
                    max_bytes=int(limit) * 1024 * 1024,
                    date_order=office.date_order,
                )
        except FormatError as error:
            raise UserError(self._translate_format_error(error)) from error
        problems = formats.control_problems(document, filename)
        if problems:
            raise UserError(
                "\n".join(self._translate_format_error(error) for error in problems)
            )
        return document

    @api.model
    def _get_import_problems(self, filename, document):
        """Return sentences on what our master data lacks to load a document."""
        problems = []
        office = self._get_office(document)
        if not office:
            return [
                self.env._(
                    "%(filename)s: customs office %(code)s %(name)s is unknown. Add it "
                    "under Configuration, Customs offices, with its tariff and "
                    "authority.",
                    filename=filename,
                    code=document.header.office_code,
                    name=document.header.office_name,
                )
            ]
        codes = {tax.code for _item, tax in document.taxes()}
        known = self.env["customs.tax.code"]._get_by_code(office.tariff_id, codes)
        unknown = sorted(codes - set(known))
        if unknown:
            problems.append(
                self.env._(
                    "%(filename)s: tax code %(codes)s is unknown for tariff "
                    "%(tariff)s. Add it under Configuration, Tax codes, and say which "
                    "charge it is.",
                    filename=filename,
                    codes=", ".join(unknown),
                    tariff=office.tariff_id.name,
                )
            )
        problems.extend(self._get_currency_problems(filename, document))
        problems.extend(
            f"{filename}: {problem}"
            for problem in self.env.company._get_customs_rate_problems(
                office.tariff_id.currency_id
            )
        )
        problems.extend(self._get_partner_problems(filename, document))
        problems.extend(self._get_foreign_problems(filename, document, office))
        problems.extend(self._get_closed_problems(filename, document, office))
        return problems

    def _get_currency_problems(self, filename, document):
        codes = {money.currency for money in document.moneys() if money.currency}
        known = self._get_currencies(codes)
        return [
            self.env._(
                "%(filename)s: currency %(code)s is unknown. Correct it in the customs "
                "system and export the declaration again.",
                filename=filename,
                code=code,
            )
            for code in sorted(codes - set(known))
        ]

    def _get_foreign_problems(self, filename, document, office):
        """Refuse a declaration that another company registered."""
        registration = document.header.registration
        if not registration:
            return []
        # sudo: other companies' numbers are compared, never shown
        other = self.sudo().search(
            [
                *self._get_registration_domain(document, office),
                ("company_id", "!=", self.env.company.id),
            ],
            limit=1,
        )
        if not other:
            return []
        return [
            self.env._(
                "%(filename)s: declaration %(number)s of office %(office)s belongs to "
                "another company. Switch to that company, or check the file.",
                filename=filename,
                number=registration.display,
                office=office.code,
            )
        ]

    def _get_closed_problems(self, filename, document, office):
        """Refuse a new version for a file that is closed."""
        declaration = self._find_declaration(document, office)
        known = declaration.assessment_ids.mapped("fingerprint")
        if declaration.state != "closed" or document.fingerprint() in known:
            return []
        return [
            self.env._(
                "%(filename)s: %(name)s is closed. Reopen it to take in a new "
                "assessment.",
                filename=filename,
                name=declaration.name,
            )
        ]

    def _translate_format_error(self, error):
        """Return the sentence of a reader's error in the user's language."""
        # The sentences are marked for translators where they stand, in formats/errors
        template = MESSAGES[error.code]
        return self.env._(template, **error.values)  # pylint: disable=W8301

    def _translate_format_warning(self, warning):
        """Return the sentence of a reader's warning in the user's language."""
        template = WARNINGS[warning.code]
        return self.env._(template, **warning.values)  # pylint: disable=W8301

    # === FINDING RECORDS === #

    def _get_office(self, document):
        return self.env["customs.office"].search(
            [("code", "=", document.header.office_code)], limit=1
        )

    def _get_currencies(self, codes):
        """Return ``{code: currency}``, archived currencies included."""
        found = (
            self.env["res.currency"]
            .with_context(active_test=False)
            .search([("name", "in", list(codes))])
        )
        return {currency.name: currency for currency in found}

    def _get_registration_domain(self, document, office):
        registration = document.header.registration
        return [
            ("office_id", "=", office.id),
            ("registration_number", "=", registration.display),
            ("registration_year", "=", registration.year or 0),
            ("state", "!=", "cancelled"),
        ]

    def _find_declaration(self, document, office):
        """Return the declaration a document is about, empty when it is new.

        The authority's number decides; a file lodged before it was numbered is found
        by the declarant's reference.
        """
        own = [("company_id", "=", self.env.company.id)]
        header = document.header
        if header.registration:
            domain = self._get_registration_domain(document, office)
            found = self.search(own + domain, limit=1)
            if found:
                return found
        if not header.declarant_reference:
            return self.browse()
        candidates = self.search(
            own
            + [
                ("office_id", "=", office.id),
                ("state", "!=", "cancelled"),
                "|",
                ("name", "=", header.declarant_reference),
                ("declarant_reference", "=", header.declarant_reference),
            ]
        )
        return candidates.filtered(
            lambda declaration: not (
                header.registration and declaration.registration_number
            )
            and declaration._is_same_declarant(header)
        )[:1]

    def _is_same_declarant(self, header):
        """References repeat between declarants and years: compare these too."""
        self.ensure_one()
        year = header.declarant_reference_year or header.registration.year
        same_year = not (
            year and self.registration_year and year != self.registration_year
        )
        broker = self.broker_id
        code = header.declarant.code
        same_code = not (code and broker.customs_code and code != broker.customs_code)
        return same_year and same_code
