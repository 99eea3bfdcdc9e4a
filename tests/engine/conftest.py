"""The second engine is built from source and needs Python 3.12 or older: there its absence fails the tests."""

import sys

collect_ignore_glob = ["test_*.py"] if sys.version_info >= (3, 13) else []
