"""Faults against real processes: what readers see stays right, and heals without a hand."""
