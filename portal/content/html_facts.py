"""What cleaning took away."""

from collections import Counter

Facts = Counter[tuple[str, str]]
"""(kind, name) of what was taken away -> how many times."""
