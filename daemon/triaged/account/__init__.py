"""An account: its loop over one connection, and the steps of a visit to the mailbox."""
