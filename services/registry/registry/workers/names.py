"""How a name, a household number and an employer are written, so that equal ones are found equal.

The sound of a name is a way to find possible duplicates. It never tells who somebody is.
"""

from __future__ import annotations

import os
import re
import unicodedata
from functools import lru_cache

# Names are read character by character: the dictionary of phrases would cost 44 MB for nothing.
os.environ.setdefault("PYPINYIN_NO_PHRASES", "true")

from pypinyin import lazy_pinyin

_BETWEEN = re.compile(r"[\s·•・.．\-—()（）《》“”\"'、,，]+")


def name_key(name: str) -> str:
    """A person's name without blanks and middle dots, in one width and one case."""
    key = unicodedata.normalize("NFKC", name)
    # Nearly every name has nothing in between.
    return (key if key.isalpha() else _BETWEEN.sub("", key)).upper()


@lru_cache(maxsize=20_000)
def _syllable(character: str) -> str:
    return str(lazy_pinyin(character)[0])


def name_sound(name: str) -> str:
    """The syllables of a name without tones: ``wang xiao ming``."""
    return " ".join(map(_syllable, name_key(name)))


def household_key(number: str) -> str:
    """A household number (户号) in one width and one case, without blanks and dashes."""
    return _BETWEEN.sub("", unicodedata.normalize("NFKC", number)).upper()


@lru_cache(maxsize=4_000)
def employer_key(name: str | None, code: str | None) -> str | None:
    """An enterprise by its code when it has one (统一社会信用代码, 组织机构代码), else by its name."""
    if code:
        return _BETWEEN.sub("", unicodedata.normalize("NFKC", code)).upper()
    return (_BETWEEN.sub("", unicodedata.normalize("NFKC", name)).upper() or None) if name else None
