"""Trellis, tested: the same tree as `bot`."""
