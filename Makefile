# The commands of this repository; `python3 -m tools --help` lists them too.
PYTHON ?= python3
TOOLS = @$(PYTHON) -m tools

.DEFAULT_GOAL := help
.PHONY: help setup demo test serve lint format shell update stop clean distclean

help:
	@echo "make demo       set everything up and do the main job"
	@echo "make serve      web server on the demo database (PORT=8069)"
	@echo "make test       run the tests (ARGS='-k name', ARGS=tests/file.py)"
	@echo "make lint       check style and common mistakes"
	@echo "make format     correct what can be corrected"
	@echo "make shell      Odoo shell on the demo database"
	@echo "make update     update the add-ons in the demo database"
	@echo "make setup      install what is missing, nothing more"
	@echo "make stop       stop the servers"
	@echo "make clean      delete databases and caches"
	@echo "make distclean  delete everything that was made"

setup demo lint format shell update stop clean distclean:
	$(TOOLS) $@

test:
	$(TOOLS) test $(ARGS)

serve:
	$(TOOLS) serve $(if $(PORT),--port $(PORT))
