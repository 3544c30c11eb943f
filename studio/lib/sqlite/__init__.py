"""Django's SQLite, with an orderly queue for its one lock; named in `settings.py` as the database's engine."""
