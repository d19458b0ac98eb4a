"""Alembic's entry: the kit does the rest."""

from kit.migrations import run_environment

run_environment()
