"""The rules, tested: values in, a value or an error out."""
