"""Forms, one file a screen."""
