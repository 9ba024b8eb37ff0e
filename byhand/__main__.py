"""`python -m byhand` is the command `byhand`."""

from byhand.cli import main

if __name__ == "__main__":
    main()
