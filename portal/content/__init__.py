"""What is written, and how it goes live. No Flask, no forms, no queue."""
