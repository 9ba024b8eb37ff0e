"""Backprop by Hand: learn backpropagation by writing it."""

from byhand.check import checks
from byhand.download import download_my_work
from byhand.progress import progress

__all__ = ["checks", "download_my_work", "progress"]
