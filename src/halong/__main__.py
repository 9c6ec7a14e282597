"""``python -m halong`` is the ``halong`` command."""

import sys

from halong.cli import main

sys.exit(main())
