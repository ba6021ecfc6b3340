"""The ledger: the only place with SQL. Append-only rows; instants are JST text from the clock passed in."""
