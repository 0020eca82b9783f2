"""Tests of the functional core: no Odoo, no database."""

import sys
from pathlib import Path

from hypothesis import settings

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

settings.register_profile("customs", database=None, deadline=None)
settings.load_profile("customs")
