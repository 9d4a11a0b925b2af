"""Who may do what, where and when: accounts, people, roles, grants, decisions, scope, audit.

Knows nothing of HTTP; `portal` imports this package and never the other way round.
"""
