"""Those that the portal is measured against. Each runs in an environment of its own."""
