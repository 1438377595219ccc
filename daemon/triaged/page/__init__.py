"""The person's page: what is urgent, put aside and going out, and the acts for it. Imported only when it serves."""
