"""Run by kit.migrations as the owner role."""

from kit.migrations import run_environment

run_environment()
