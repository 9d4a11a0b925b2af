"""Work outside requests. Rows hold the truth; the queue only wakes somebody up."""
