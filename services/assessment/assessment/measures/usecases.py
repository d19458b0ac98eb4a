"""Measuring, for whoever evaluates or explains a figure."""

from __future__ import annotations

from assessment.measures.domain import Choice
from assessment.measures.store import contributing, measure, names, stated

__all__ = ["Choice", "contributing", "measure", "names", "stated"]
