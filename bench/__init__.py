"""What Trellis promises of its speed, measured. One module a measure; `python -m bench` runs them."""
