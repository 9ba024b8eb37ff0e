"""Imported first where very much is to be imported next: Python's collector would look through it again and again.

That takes a sixth of the time. `gc.enable()` follows when all is there.
"""

import gc

gc.disable()
