"""Content taken along and brought in: Markdown files in a ZIP, tables of CSV, WordPress's XML."""
