"""Identifiers, numbers and names of people who do not exist."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from zlib import crc32

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK = "10X98765432"
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)

SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段漕钱汤尹黎易常武乔贺赖龚文"  # noqa: E501
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰红建国志文斌海波凤云龙春梅国庆永福德成荣光兴旺淑珍贵祥"


class Ids:
    """UUIDs of version 7 made of the case and a running number, so that a repeated load sends the
    same. The time in them is the case's ``as_of``; the order of ids is the order of rows.
    """

    def __init__(self, case: str, as_of: date) -> None:
        midnight = datetime.combine(as_of, time(), UTC)
        self._head = f"{int(midnight.timestamp() * 1000):012x}"
        self._case = f"{crc32(case.encode()) & 0xFFFF:04x}"

    def prefix(self, noun: str) -> str:
        """What all ids of a noun begin with; eight hexadecimal digits of its number follow."""
        kind = crc32(noun.encode())
        return (
            f"{self._head[:8]}-{self._head[8:]}-7{kind & 0xFFF:03x}"
            f"-{0x8000 | (kind >> 12 & 0x3FFF):04x}-{self._case}"
        )


def check_character(seventeen: str) -> str:
    """Of an ID number (GB 11643, ISO 7064 MOD 11-2)."""
    total = 0
    for digit, weight in zip(seventeen.encode(), _WEIGHTS, strict=True):
        total += (digit - 48) * weight
    return _CHECK[total % 11]


def id_number(index: int, born: date, male: bool) -> str:
    """An ID number that no living person has: regions 99xxxx do not exist. Unique by index below
    five million; the parity of its 17th digit says the sex.
    """
    region, serial = divmod(index, 500)
    body = f"99{region:04d}{born:%Y%m%d}{serial * 2 + (1 if male else 0):03d}"
    return body + check_character(body)


def organisation_code(index: int) -> str:
    """An organisation code (GB 11714) in a range that no authority assigns. Unique by index below a
    million."""
    body = f"ZZ{index:06d}"
    total = sum(int(x, 36) * w for x, w in zip(body, _ORGANISATION_WEIGHTS, strict=True))
    return body + "0123456789X0"[11 - total % 11]


def name(index: int) -> str:
    """A Chinese name of two or three characters."""
    given = GIVEN[index * 7 % len(GIVEN)]
    if index % 4:
        given += GIVEN[index // 3 % len(GIVEN)]
    return SURNAMES[index * 13 % len(SURNAMES)] + given
