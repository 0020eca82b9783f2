from odoo import api, models
from odoo.exceptions import ValidationError

#: Lists of products that EN 16931 lets an invoice name (a restriction of UNTDID 7143)
CLASSIFICATION_SCHEMES = frozenset(
    "AA AB AC AD AE AF AG AH AI AJ AK AL AM AN AO AP AQ AR AS AT AU AV AW AX AY AZ "
    "BA BB BC BD BE BF BG BH BI BJ BK BL BM BN BO BP BQ BR BS BT BU BV BW BX BY BZ "
    "CC CG CL CR CV DR DW EC EF EMD EN FS GB GN GS HS IB IN IS IT IZ MA MF MN MP NB "
    "ON PD PL PO PV QS RC RN RU RY SA SG SK SN SRS SRT SRU SRV SRW SRX SRY SRZ SS "
    "SSA SSB SSC SSD SSE SSF SSG SSH SSI SSJ SSK SSL SSM SSN SSO SSP SSQ SSR SSS SST "
    "SSU SSV SSW SSX SSY SSZ ST STA STB STC STD STE STF STG STH STI STJ STK STL STM "
    "STN STO STP STQ STR STS STT STU STV STW STX STY STZ SUA SUB SUC SUD SUE SUF SUG "
    "SUH SUI SUJ SUK SUL SUM TG TSN TSO TSP TSQ TSR TSS TST TSU UA UP VN VP VS VX "
    "ZZZ".split()
)


class CustomsChargeCode(models.Model):
    _inherit = "customs.charge.code"

    @api.constrains("item_classification_code", "item_classification_scheme")
    def _check_item_classification(self):
        problems = self._get_classification_problems()
        if problems:
            raise ValidationError("\n".join(problems))

    def _get_classification_problems(self):
        """Return why receivers would refuse classifications of these charges."""
        return [
            self.env._(
                "Charge code %(code)s: the item classification %(classification)s "
                "needs a scheme of the list UNCL 7143, such as TST for UNSPSC or HS "
                "for the Harmonized System; “%(scheme)s” is none. Correct it under "
                "Customs, Configuration, Charge codes.",
                code=code.display_name,
                classification=code.item_classification_code,
                scheme=code.item_classification_scheme or "",
            )
            for code in self
            if code.item_classification_code
            and code.item_classification_scheme not in CLASSIFICATION_SCHEMES
        ]
