"""A city as data: the shape of a case file, the facts made of it, their way in, the report out."""
