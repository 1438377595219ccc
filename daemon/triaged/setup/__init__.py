"""Setting up: what `init` finds out and writes, and what `doctor` looks at."""
