"""Facts about people that other authorities know (生命事实): dated, append-only, reversed by name."""
