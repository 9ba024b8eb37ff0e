"""Every plot and slider of the lessons, one module per notebook."""

from byhand.figures.picture import Picture, alt_texts, write_pictures

__all__ = ["Picture", "alt_texts", "write_pictures"]
