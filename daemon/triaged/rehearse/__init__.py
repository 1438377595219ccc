"""What would happen: the rules over mail that is already there, or made up, over a ledger in memory. Nothing is touched outside."""
