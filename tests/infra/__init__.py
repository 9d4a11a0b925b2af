"""What tests stand on: real PostgreSQL, Redis, Chromium and processes, each a fixture."""
