"""Use cases: one function, one transaction. Each takes a `Tx` first, then who acts; `now` is an argument."""
