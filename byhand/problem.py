"""Problems the user can solve."""


class Problem(Exception):
    """Something is wrong that the user can mend; the message is one sentence: what, and what to do.

    The `byhand` command prints the message, without a stack trace, and exits with status 1.
    """
