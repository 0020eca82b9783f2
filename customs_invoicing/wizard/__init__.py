from . import customs_add_charges
