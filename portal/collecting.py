"""Python's garbage collector in a process that answers requests."""

import gc

YOUNG = 50_000
"""How many objects may be made before cycles are looked for; a page makes some thousands."""


def settle() -> None:
    """Look for garbage less often, and never among what lasts as long as the process.

    For whoever has made the application and is about to serve it, with the collector off so far or
    not. Most of what there is by then is code, classes and compiled templates: walking them all
    again takes longer than most pages do.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, 10, 10)
    gc.enable()
