"""The staff console: Flask-Admin, deny by default."""
