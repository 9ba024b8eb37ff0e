"""Backprop by Hand: learn backpropagation by writing it."""

from byhand.check import checks

__all__ = ["checks"]
