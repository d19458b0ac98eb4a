"""Why a field is refused, in Chinese and English, by the kind of error.

Keyed by pydantic's error type (and by the codes of our own types). A text may name only limits
that we set ourselves (``SAFE_LIMITS``), never what a caller sent: pydantic's own messages do quote
input here and there, so they are never used.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

#: The context values of an error that come from our schema and not from the caller.
SAFE_LIMITS = frozenset(
    {
        "ge", "gt", "le", "lt", "multiple_of", "min_length", "max_length", "pattern", "expected",
        "max_digits", "decimal_places", "whole_digits", "tz", "expected_schemes",
    }
)  # fmt: skip

UNKNOWN = ("值不合法", "the value is not valid")

_TEXTS: dict[str, tuple[str, str]] = {
    "missing": ("缺少必填项", "this is required"),
    "extra_forbidden": ("不认识的字段", "this field is not known here"),
    "none_required": ("应为空", "this must be null"),
    "literal_error": ("只能是：{expected}", "must be one of: {expected}"),
    "enum": ("只能是：{expected}", "must be one of: {expected}"),
    "bool_type": ("应为 true 或 false", "must be true or false"),
    "bool_parsing": ("应为 true 或 false", "must be true or false"),
    "int_type": ("应为整数", "must be a whole number"),
    "int_parsing": ("应为整数", "must be a whole number"),
    "int_from_float": ("应为整数", "must be a whole number"),
    "int_parsing_size": ("数值超出范围", "the number is out of range"),
    "float_type": ("应为数字", "must be a number"),
    "float_parsing": ("应为数字", "must be a number"),
    "finite_number": ("应为有限的数字", "must be a finite number"),
    "decimal_type": ("应为十进制数", "must be a decimal number"),
    "decimal_parsing": ("应为十进制数", "must be a decimal number"),
    "decimal_max_digits": ("最多 {max_digits} 位数字", "at most {max_digits} digits"),
    "decimal_max_places": ("小数最多 {decimal_places} 位", "at most {decimal_places} decimals"),
    "decimal_whole_digits": ("整数最多 {whole_digits} 位", "at most {whole_digits} whole digits"),
    "greater_than": ("应大于 {gt}", "must be more than {gt}"),
    "greater_than_equal": ("不得小于 {ge}", "must be at least {ge}"),
    "less_than": ("应小于 {lt}", "must be less than {lt}"),
    "less_than_equal": ("不得大于 {le}", "must be at most {le}"),
    "multiple_of": ("应为 {multiple_of} 的倍数", "must be a multiple of {multiple_of}"),
    "string_type": ("应为文本", "must be text"),
    "string_too_short": ("至少 {min_length} 个字符", "at least {min_length} characters"),
    "string_too_long": ("最多 {max_length} 个字符", "at most {max_length} characters"),
    "string_pattern_mismatch": ("格式不符：{pattern}", "must match {pattern}"),
    "string_unicode": ("不是有效的文本", "is not valid text"),
    "too_short": ("至少 {min_length} 项", "at least {min_length} items"),
    "too_long": ("最多 {max_length} 项", "at most {max_length} items"),
    "list_type": ("应为列表", "must be a list"),
    "set_type": ("应为列表", "must be a list"),
    "tuple_type": ("应为列表", "must be a list"),
    "dict_type": ("应为对象", "must be an object"),
    "model_type": ("应为对象", "must be an object"),
    "model_attributes_type": (
        "应为 JSON 对象（Content-Type: application/json）",
        "must be a JSON object (Content-Type: application/json)",
    ),
    "dataclass_type": ("应为对象", "must be an object"),
    "date_type": ("应为日期，如 2003-10-31", "must be a date like 2003-10-31"),
    "date_parsing": ("应为日期，如 2003-10-31", "must be a date like 2003-10-31"),
    "date_from_datetime_parsing": ("应为日期，如 2003-10-31", "must be a date like 2003-10-31"),
    "date_from_datetime_inexact": ("应为日期，不带时刻", "must be a date without a time"),
    "date_past": ("应早于今天", "must be in the past"),
    "date_future": ("应晚于今天", "must be in the future"),
    "datetime_type": ("应为带时区的时刻", "must be an instant with its time zone"),
    "datetime_parsing": ("应为带时区的时刻", "must be an instant with its time zone"),
    "datetime_from_date_parsing": ("应为带时区的时刻", "must be an instant with its time zone"),
    "timezone_aware": ("应为带时区的时刻", "must be an instant with its time zone"),
    "uuid_type": ("应为 UUID", "must be a UUID"),
    "uuid_parsing": ("应为 UUID", "must be a UUID"),
    "uuid_version": ("应为 UUID", "must be a UUID"),
    "union_tag_invalid": ("类别不在允许之列", "the kind is not one of those allowed"),
    "union_tag_not_found": ("缺少类别", "the kind is missing"),
    "json_invalid": ("不是有效的 JSON", "is not valid JSON"),
    "json_type": ("应为 JSON", "must be JSON"),
    "yuan": ("金额写成文本，如 \"1234.50\"", 'an amount in yuan is text like "1234.50"'),
    "yuan_range": ("金额超出允许范围", "the amount is out of range"),
    "id_number": ("公民身份号码不合法", "this is no valid ID number"),
    "id_number_check_digit": ("身份号码校验码不符", "the check digit is wrong"),
    "id_number_birth_date": ("身份号码中的出生日期不合法", "it holds no possible birth date"),
    "holds_id_number": ("不得含身份证号码", "must not hold an ID number"),
    "proof_incomplete": (
        "证明材料须同时填写种类、编号和日期", "a proof has its kind, its reference and its date"
    ),
    "text_not_storable": ("文本含有不能保存的字符", "it holds a character that cannot be kept"),
    "line_too_long": ("本行过长", "this line is too long"),
    "line_columns": ("列数与表头不符", "the number of columns differs from the header"),
    "line_encoding": ("字符编码不符", "the line is not in the declared encoding"),
}  # fmt: skip


def register_messages(texts: Mapping[str, tuple[str, str]]) -> None:
    """Add texts (zh, en) for error types of a service's own wire types. A second meaning raises."""
    for kind, pair in texts.items():
        if _TEXTS.setdefault(kind, pair) != pair:
            raise ValueError(f"the error type {kind!r} already means something else")


def known_types() -> frozenset[str]:
    """Every error type that has texts."""
    return frozenset(_TEXTS)


def texts(kind: str, limits: Mapping[str, Any] | None = None) -> tuple[str, str]:
    """The texts (zh, en) of one error type with our own limits filled in."""
    pair = _TEXTS.get(kind, UNKNOWN)
    if not limits or "{" not in pair[0]:
        return pair if "{" not in pair[0] else UNKNOWN
    safe = {name: value for name, value in limits.items() if name in SAFE_LIMITS}
    try:
        return pair[0].format_map(safe), pair[1].format_map(safe)
    except KeyError:
        return UNKNOWN
