"""Run the demo job: this is what `make demo` feeds to the Odoo shell.

The shell gives ``env``.  The job is a file with a function
``main(env, output)``, ``output`` being the path of the PDF file to write.
A web server runs meanwhile, so that PDF reports find their style sheets.
"""

import os
import pathlib
import runpy

from odoo.service import server

REPORT_URL = "report.url"

job = runpy.run_path(os.environ["DEMO_JOB"])
server.server.http_spawn()
parameters = env["ir.config_parameter"].sudo()  # noqa: F821
previous = parameters.get_param(REPORT_URL)
parameters.set_param(REPORT_URL, f"http://127.0.0.1:{os.environ['DEMO_PORT']}")
env.cr.commit()  # noqa: F821
try:
    job["main"](env, pathlib.Path(os.environ["DEMO_OUTPUT"]))  # noqa: F821
    env.cr.commit()  # noqa: F821
finally:
    env.cr.rollback()  # noqa: F821
    parameters.set_param(REPORT_URL, previous)
    env.cr.commit()  # noqa: F821
