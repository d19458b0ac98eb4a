"""The record of a person through time, and the dossier: everything that is held, in one answer."""
