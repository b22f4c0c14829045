"""A translation memory as TMX (1.1 to 1.4b), what translators' programs exchange.

A file comes from anybody: entities are refused, nothing outside the file is read, and what stands in a segment for the
formatting of another program is left out.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterable, Mapping
from xml.parsers import expat

from sidecar import __version__, language
from sidecar.errors import TranslationMemoryError, UsageError
from sidecar.glossary.entry import tidy
from sidecar.glossary.problem import Problem, Severity
from sidecar.memory.unit import Unit

_FOREIGN = frozenset({"bpt", "ept", "it", "ph", "ut", "sub"})
"""Elements in a segment that hold no words of the line."""
_NO_LANGUAGE = "*all*"


def read_tmx(raw: bytes, name: str) -> tuple[list[Unit], list[Problem]]:
    """The units of a TMX file called ``name``. Raises `TranslationMemoryError` when it is none."""
    reader = _Reader(name)
    try:
        reader.read(raw)
    except expat.ExpatError as exc:
        message = f"{name}, line {exc.lineno}: {expat.ErrorString(exc.code)}"
        raise TranslationMemoryError(message, hint="export it again as TMX 1.4") from exc
    except (ValueError, LookupError) as exc:
        raise TranslationMemoryError(f"{name} is in no encoding that is known", hint="save it as UTF-8") from exc
    if not reader.is_tmx:
        raise TranslationMemoryError(f"{name} is no TMX file", hint="export it as TMX 1.4, or as CSV")
    return reader.units, reader.problems


def write_tmx(units: Iterable[Unit]) -> bytes:
    """TMX 1.4b in UTF-8."""
    root = ET.Element("tmx", version="1.4")
    header = {
        "creationtool": "sidecar",
        "creationtoolversion": __version__,
        "segtype": "sentence",
        "o-tmf": "sidecar",
        "adminlang": "en",
        "srclang": _NO_LANGUAGE,
        "datatype": "plaintext",
    }
    ET.SubElement(root, "header", header)
    body = ET.SubElement(root, "body")
    for unit in units:
        said = ET.SubElement(body, "tu", srclang=unit.source)
        for lang, text in unit.texts.items():
            ET.SubElement(ET.SubElement(said, "tuv", {"xml:lang": lang}), "seg").text = text
    ET.indent(root)
    return ET.tostring(root, encoding="utf-8", xml_declaration=True) + b"\n"


class _Reader:
    """Collects units while expat reads."""

    def __init__(self, name: str) -> None:
        self.units: list[Unit] = []
        self.problems: list[Problem] = []
        self.is_tmx = False
        self._name = name
        self._source = ""
        self._unit_source = ""
        self._texts: dict[str, str] = {}
        self._lang = ""
        self._segment: list[str] | None = None
        self._foreign = 0
        self._line = 0
        self._parser = expat.ParserCreate()
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._characters
        self._parser.EntityDeclHandler = self._entity

    def read(self, raw: bytes) -> None:
        self._parser.Parse(raw, True)

    def _start(self, element: str, given: Mapping[str, str]) -> None:
        if element == "tmx":
            self.is_tmx = True
        elif element == "header":
            self._source = self._tag(given.get("srclang", _NO_LANGUAGE))
        elif element == "tu":
            self._texts, self._line = {}, self._parser.CurrentLineNumber
            self._unit_source = self._tag(given.get("srclang", _NO_LANGUAGE)) or self._source
        elif element == "tuv":
            self._lang = self._tag(given.get("xml:lang") or given.get("lang", ""))
        elif element == "seg":
            self._segment, self._foreign = [], 0
        elif element in _FOREIGN:
            self._foreign += 1

    def _end(self, element: str) -> None:
        if element in _FOREIGN:
            self._foreign -= 1
        elif element == "seg" and self._segment is not None:
            text, self._segment = tidy("".join(self._segment)), None
            if text and self._lang:
                self._texts[self._lang] = text
        elif element == "tu" and self._texts:
            source = self._unit_source if self._unit_source in self._texts else next(iter(self._texts))
            self.units.append(Unit(texts=self._texts, source=source, line=self._line))

    def _characters(self, text: str) -> None:
        if self._segment is not None and not self._foreign:
            self._segment.append(text)

    def _entity(self, *_declared: object) -> None:
        raise TranslationMemoryError(
            f"{self._name}, line {self._parser.CurrentLineNumber}: the file declares an entity",
            hint="a translation memory needs none: export it again",
        )

    def _tag(self, written: str) -> str:
        """The canonical tag, "" for none or one that is no language."""
        if not written or written == _NO_LANGUAGE:
            return ""
        try:
            return language.normalise(written)
        except UsageError:
            message = f"'{tidy(written)[:20]}' is no language"
            hint = "its texts are left out; use codes such as zh, en, pt-BR"
            line = self._parser.CurrentLineNumber
            self.problems.append(Problem(line=line, message=message, hint=hint, severity=Severity.WARNING))
            return ""
