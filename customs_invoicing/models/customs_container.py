from odoo import api, fields, models

from ..engine.containers import SIZES, check_digit, is_number, normalise


class CustomsContainer(models.Model):
    """A container of a declaration, and where its time went."""

    _name = "customs.container"
    _description = "Customs Container"
    _inherit = ["customs.declaration.part"]
    _order = "declaration_id, sequence, id"

    sequence = fields.Integer(default=10)
    name = fields.Char(
        string="Number", required=True, help="Box 31: owner, serial and check digit."
    )
    size = fields.Selection(
        selection=[(code, size.name) for code, size in SIZES.items()],
        string="Size and kind",
    )
    teu = fields.Float(string="TEU", compute="_compute_teu", digits=(5, 2))
    seal = fields.Char()
    gross_mass = fields.Float(string="Gross mass (kg)", digits=(16, 3))
    date_arrived = fields.Date(string="Arrived")
    date_discharged = fields.Date(
        string="Discharged", help="Free time in the port usually starts here."
    )
    date_gate_out = fields.Date(
        string="Gate out", help="Left the port: demurrage ends and detention starts."
    )
    date_returned = fields.Date(
        string="Returned empty", help="Back at the depot: detention ends."
    )
    warning = fields.Char(compute="_compute_warning")

    _number_unique = models.Constraint(
        "UNIQUE(declaration_id, name)", "The declaration has this container already."
    )

    @api.depends("size")
    def _compute_teu(self):
        for record in self:
            record.teu = float(SIZES[record.size].teu) if record.size else 0

    @api.depends(
        "name", "date_arrived", "date_discharged", "date_gate_out", "date_returned"
    )
    def _compute_warning(self):
        for record in self:
            sentences = [record._get_number_warning(), record._get_date_warning()]
            record.warning = " ".join(filter(None, sentences)) or False

    def _get_number_warning(self):
        """Return what is wrong with the number, if anything."""
        self.ensure_one()
        number = normalise(self.name)
        if not number:
            return ""
        if not is_number(number):
            return self.env._(
                "A container number is four letters and seven digits, such as "
                "CSQU3054383."
            )
        digit = check_digit(number)
        if int(number[-1]) != digit:
            return self.env._(
                "The check digit of %(number)s would be %(digit)s: compare the number "
                "with the bill of lading.",
                number=number,
                digit=digit,
            )
        return ""

    def _get_date_warning(self):
        """Return a sentence where the dates do not follow each other."""
        self.ensure_one()
        names = ("date_arrived", "date_discharged", "date_gate_out", "date_returned")
        known = [name for name in names if self[name]]
        for earlier, later in zip(known, known[1:], strict=False):
            if self[later] < self[earlier]:
                return self.env._(
                    "“%(later)s” is before “%(earlier)s”.",
                    later=self._fields[later]._description_string(self.env),
                    earlier=self._fields[earlier]._description_string(self.env),
                )
        return ""

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._with_number(vals) for vals in vals_list])

    def write(self, vals):
        return super().write(self._with_number(vals))

    def _with_number(self, vals):
        """Return values with the number as it is painted on the container."""
        number = vals.get("name") and normalise(vals["name"])
        return {**vals, "name": number} if number else vals
