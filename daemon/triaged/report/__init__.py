"""How responsive I was: figures from the ledger, and the page that shows them. Reading only."""
