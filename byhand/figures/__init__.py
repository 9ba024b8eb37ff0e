"""Every plot and slider of the lessons, one module per notebook."""
