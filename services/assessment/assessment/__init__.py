"""Targets, indicators, facts and figures: the service that recomputes what a city publishes."""
