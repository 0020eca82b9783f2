"""Entry point: refuse an old Python in one sentence, then run the command.

This file and ``tools/__init__.py`` stay readable by any Python 3, so that the
sentence below is what a user of an old one sees.
"""

import sys

MINIMUM = (3, 10)

if sys.version_info[:2] < MINIMUM:
    sys.exit(
        "error: Python {}.{} or newer is needed and this is {}.{}: install it and run "
        "make PYTHON=/path/to/python3 ...".format(*(MINIMUM + sys.version_info[:2]))
    )

from tools.cli import main  # noqa: E402

sys.exit(main())
