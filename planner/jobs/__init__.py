"""Solves as jobs: what the command line and the browser share below them, and a manager that knows no face."""
