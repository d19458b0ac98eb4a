"""Alembic's entry; what it does stands in the kit."""

from kit.migrations import run_environment

run_environment()
