"""Make the font that the service prints with: `python services/registry/assets/fonts/build.py`.

Reads Noto Sans CJK SC from Debian's fonts-noto-cjk and keeps what names and papers in Chinese need:
GB 2312, GBK, all of the unified ideographs and of extension A, and every further ideograph that the
font has (extensions B to F: with them the 8,105 characters of 通用规范汉字表). No Hangul, no Kana, no
hinting, no alternate forms. The family is renamed, so that no installed font is taken for it.
"""

from __future__ import annotations

import sys
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

SOURCE = Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc")
SIMPLIFIED = 2  # in the collection: JP, KR, SC, TC, HK, then the monospaced ones
FAMILY = "Registry Sans SC"
TARGET = Path(__file__).with_name("RegistrySansSC-Regular.otf")
RANGES = (
    (0x20, 0x7E), (0xA0, 0x24F), (0x370, 0x451), (0x2000, 0x206F), (0x2100, 0x2312), (0x2460, 0x24FF),
    (0x2500, 0x2642), (0x3000, 0x303F), (0x3220, 0x33FF), (0x3400, 0x4DBF), (0x4E00, 0x9FFF),
    (0xF900, 0xFAFF), (0xFE30, 0xFE6F), (0xFF01, 0xFF5E), (0xFFE0, 0xFFE6), (0x20000, 0x3FFFF),
)  # fmt: skip


def build() -> None:
    options = subset.Options(
        layout_features=[], hinting=False, notdef_outline=True, glyph_names=False,
        font_number=SIMPLIFIED, name_IDs=["*"], recalc_timestamp=False,
    )  # fmt: skip
    options.drop_tables += ["vhea", "vmtx", "VORG", "GSUB", "GPOS", "GDEF", "BASE"]
    font = subset.load_font(str(SOURCE), options)
    has = font.getBestCmap()
    wanted = [code for first, last in RANGES for code in range(first, last + 1) if code in has]
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=wanted)
    subsetter.subset(font)
    _rename(font)
    subset.save_font(font, str(TARGET), options)
    sys.stdout.write(f"{TARGET.name}: {len(font.getBestCmap())} characters, ")
    sys.stdout.write(f"{TARGET.stat().st_size} bytes\n")


def _rename(font: TTFont) -> None:
    """Another family name; the notices of copyright and licence (0, 13, 14) stay."""
    names = font["name"]
    version = names.getDebugName(5)
    kept = {number: names.getDebugName(number) for number in (0, 13, 14)}
    names.names = []
    postscript = FAMILY.replace(" ", "") + "-Regular"
    ours = {
        1: FAMILY, 2: "Regular", 3: f"{version};{postscript}", 4: FAMILY,
        5: f"{version}; subset of Noto Sans CJK SC", 6: postscript,
    }  # fmt: skip
    for number, text in (kept | ours).items():
        if text:
            names.setName(text, number, 3, 1, 0x409)
    cff = font["CFF "].cff
    top = cff.topDictIndex[0]
    cff.fontNames[0] = postscript
    top.FullName, top.FamilyName = FAMILY, FAMILY


if __name__ == "__main__":
    build()
