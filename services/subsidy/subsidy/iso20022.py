"""ISO 20022 messages (金融报文) as bytes: written and read through a library, checked against the
official schema on both ways.

The versions are one set of the standard's yearly releases. The schemas stand in ``schemas/`` as the
registration authority published them; nothing is fetched. What a schema finds wrong is told by line
and element only: a message holds names and account numbers.
"""

from __future__ import annotations

import re
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any, Literal

from lxml import etree
from xsdata.formats.dataclass.context import XmlContext
from xsdata.formats.dataclass.parsers import XmlParser
from xsdata.formats.dataclass.parsers.config import ParserConfig
from xsdata.formats.dataclass.serializers import XmlSerializer
from xsdata.formats.dataclass.serializers.config import SerializerConfig

from kit.refusal import Refusal

#: 客户信用转账发起 / 支付状态报告 / 银行对账单
MessageKind = Literal["pain.001", "pain.002", "camt.053"]

VERSIONS: dict[MessageKind, str] = {
    "pain.001": "001.11",
    "pain.002": "001.12",
    "camt.053": "001.10",
}
SCHEMAS = Path(__file__).parents[1] / "schemas"
#: Larger files are no statement of a city's account, and would hold the process for too long.
BYTES_MAX = 32 * 1024 * 1024

_CONTEXT = XmlContext()
#: How the validator's words begin; what follows may repeat the text of the element.
_ELEMENT = re.compile(r"Element '(?:\{[^}]*\})?(\w{1,60})'", re.ASCII)


class NoMessage(Refusal):
    """The bytes are no XML, or of no message that is read here."""

    code = "no-bank-message"


class SchemaViolated(Refusal):
    """The message breaks its schema at ``line``, in ``element``."""

    code = "bank-message-not-valid"


def namespace(kind: MessageKind) -> str:
    """The XML namespace of the version that we speak."""
    return f"urn:iso:std:iso:20022:tech:xsd:{kind}.{VERSIONS[kind]}"


def bindings(kind: MessageKind) -> Any:
    """The library's classes of a message."""
    name = f"{kind}.{VERSIONS[kind]}".replace(".", "_")
    return import_module(f"pyiso20022.{kind[:4]}.{name}")


@cache
def _schema(kind: MessageKind) -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(SCHEMAS / f"{kind}.{VERSIONS[kind]}.xsd"))


def _parser() -> etree.XMLParser:
    """No entities, no network, no document type: a bank's file is text of strangers."""
    return etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)


def write(document: Any, kind: MessageKind) -> bytes:
    """The bytes of a document, UTF-8. Raises :class:`SchemaViolated`: then it is a mistake of ours
    or a value that no bank could carry."""
    serializer = XmlSerializer(context=_CONTEXT, config=SerializerConfig(encoding="UTF-8"))
    content = serializer.render(document, ns_map={None: namespace(kind)}).encode()
    _valid(content, kind)
    return content


def kind_of(content: bytes) -> MessageKind:
    """Which message this is, by its namespace. Raises :class:`NoMessage`."""
    root = _tree(content)
    name = etree.QName(root).namespace
    found = next((kind for kind in VERSIONS if namespace(kind) == name), None)
    if found is None:
        raise NoMessage
    return found


def read(content: bytes, kind: MessageKind) -> Any:
    """The document in the library's classes, after the schema found nothing wrong. Raises
    :class:`NoMessage` or :class:`SchemaViolated`."""
    tree = _valid(content, kind)
    parser = XmlParser(context=_CONTEXT, config=ParserConfig(fail_on_unknown_properties=True))
    return parser.parse(tree, bindings(kind).Document)


def _tree(content: bytes) -> etree._Element:
    if len(content) > BYTES_MAX:
        raise NoMessage
    try:
        root = etree.fromstring(content, _parser())
    except etree.XMLSyntaxError:
        raise NoMessage from None
    if root.getroottree().docinfo.internalDTD is not None:
        raise NoMessage
    return root


def _valid(content: bytes, kind: MessageKind) -> etree._Element:
    root = _tree(content)
    schema = _schema(kind)
    if not schema.validate(root):
        first = schema.error_log[0]
        element = _ELEMENT.match(first.message)
        raise SchemaViolated(line=first.line, element=element[1] if element else "")
    return root
