"""Pure decisions: values in, a value or an error out. No I/O, no clock, no tables."""
