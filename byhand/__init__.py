"""Backprop by Hand: learn backpropagation by writing it."""
