"""Developer commands of this repository: ``python3 -m tools --help``."""
