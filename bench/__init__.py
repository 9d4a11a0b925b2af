"""Benches: what is promised about speed, measured as ratios inside one run. See docs/benches.md."""
