"""`python -m triaged` is the command `triaged`."""

import sys

from triaged.cli import main

sys.exit(main())
