"""The pure packages without Odoo, and the folder of shared cases.

``customs_invoicing/__init__.py`` imports models, hence Odoo.  The functional core does
not need it, so its packages are loaded by path, under names of their own::

    from pure import engine, formats
"""

import importlib.util
import os
import sys
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]
ADDON = REPOSITORY / "customs_invoicing"


def load(name):
    """Return the package ``customs_invoicing/<name>`` as ``customs_<name>``."""
    alias = f"customs_{name}"
    if alias not in sys.modules:
        folder = ADDON / name
        spec = importlib.util.spec_from_file_location(
            alias, folder / "__init__.py", submodule_search_locations=[str(folder)]
        )
        module = importlib.util.module_from_spec(spec)
        sys.modules[alias] = module
        try:
            spec.loader.exec_module(module)
        except BaseException:
            del sys.modules[alias]
            raise
    return sys.modules[alias]


def cases_dir():
    """Return the folder of shared cases: ``$CUSTOMS_CASES``, or beside the checkout.

    It need not exist.
    """
    folder = os.environ.get("CUSTOMS_CASES")
    return Path(folder) if folder else REPOSITORY.parent / "shared"


formats = load("formats")
engine = load("engine")
