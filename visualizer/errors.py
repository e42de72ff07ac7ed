"""The two kinds of error: what the user can mend, and everything else."""


class UserError(Exception):
    """The user can mend it: one sentence that says what is wrong and what to do about it.

    Shown in the notice bar of the window and as ``error: …`` on standard error, never with a traceback.
    Any other exception is a bug.
    """
