"""What readers get: an account's public site at `/s/<handle>/`. No person, no cookie, no script."""
