"""The oracle: a city's figures computed from its case alone, to hold the five services against."""
