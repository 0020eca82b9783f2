"""The pure packages without Odoo, and the folder of shared cases.

``customs_invoicing/__init__.py`` imports models, hence Odoo.  The functional core does
not need it, so its packages are loaded by path, under names of their own::

    from pure import engine, formats
"""

import importlib
import os
import sys
import types
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]
ADDON = REPOSITORY / "customs_invoicing"
CORE = "customs_core"


def load(name):
    """Return the package ``customs_invoicing/<name>`` as ``customs_core.<name>``.

    A bare parent package stands for the add-on, so that one package of the core can
    import another.
    """
    if CORE not in sys.modules:
        parent = types.ModuleType(CORE)
        parent.__path__ = [str(ADDON)]
        sys.modules[CORE] = parent
    return importlib.import_module(f"{CORE}.{name}")


def cases_dir():
    """Return the folder of shared cases: ``$CUSTOMS_CASES``, or beside the checkout.

    It need not exist.
    """
    folder = os.environ.get("CUSTOMS_CASES")
    return Path(folder) if folder else REPOSITORY.parent / "shared"


formats = load("formats")
engine = load("engine")
