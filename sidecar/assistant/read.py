"""What a shop knows, from its files: CSV, Excel, YAML, TOML and Markdown, one file or a folder of them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sidecar.assistant import columns, markdown, sheet, tree
from sidecar.assistant.check import check
from sidecar.assistant.entry import Knowledge
from sidecar.assistant.record import Found
from sidecar.errors import UsageError
from sidecar.glossary.problem import Problem, Severity
from sidecar.tabular import Unreadable, in_code_page, utf

SHEETS = frozenset({".csv", ".tsv", ".txt"})
WORKBOOKS = frozenset({".xlsx", ".xls", ".ods"})
TREES = {".yaml": tree.read_yaml, ".yml": tree.read_yaml, ".toml": tree.read_toml}
PAGES = frozenset({".md", ".markdown"})
KINDS = SHEETS | WORKBOOKS | TREES.keys() | PAGES
MAX_BYTES = 20_000_000
_HINT = "save it as UTF-8"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What can be used of ``files``, and what is wrong with the rest; ``broken`` cannot be read at all."""

    knowledge: Knowledge
    problems: tuple[Problem, ...]
    files: tuple[Path, ...]
    broken: tuple[Path, ...] = ()

    @property
    def errors(self) -> tuple[Problem, ...]:
        return tuple(problem for problem in self.problems if problem.severity is Severity.ERROR)


def read(path: Path) -> Reading:
    """What the shop knows by ``path``. Blocks. Raises `UsageError` where there is no such file, or none in it."""
    from sidecar.translation import tongue

    chosen = files(path)
    found = Found()
    broken: list[Path] = []
    for file in chosen:
        try:
            _read(file, str(file), found)
        except Unreadable as exc:
            found.problem(str(file), exc.line, f"the file is {exc}", "put it right, or save it anew")
            broken.append(file)
        except OSError as exc:
            found.problem(str(file), 1, f"cannot be read: {exc.strerror}", "check its permissions")
            broken.append(file)
    knowledge, problems = check(found, tongue.shares)
    return Reading(knowledge=knowledge, problems=tuple(problems), files=chosen, broken=tuple(broken))


def files(path: Path) -> tuple[Path, ...]:
    """The files that ``path`` stands for: itself, or those in the folder. Raises `UsageError` where there are none."""
    if path.is_dir():
        chosen = tuple(sorted(each for each in path.rglob("*") if _is_ours(each, path)))
        if not chosen:
            raise UsageError(f"there is no FAQ in {path}", hint=f"files that are read: {_kinds()}")
        return chosen
    if not path.exists():
        raise UsageError(f"no FAQ {path}", hint="give an existing file or folder")
    if path.suffix.lower() not in KINDS:
        raise UsageError(f"{path.name} is no FAQ by its name", hint=f"files that are read: {_kinds()}")
    return (path,)


def _is_ours(file: Path, folder: Path) -> bool:
    hidden = any(part.startswith((".", "~$")) for part in file.relative_to(folder).parts)
    return not hidden and file.suffix.lower() in KINDS and file.stem.casefold() != "readme" and file.is_file()


def _read(path: Path, file: str, found: Found) -> None:
    suffix = path.suffix.lower()
    name, _, tail = path.stem.rpartition(".")
    lang = columns.tag(tail) if name or len(tail) <= 7 else None
    name = name if name and lang else path.stem
    if path.stat().st_size > MAX_BYTES:
        raise Unreadable(f"bigger than {MAX_BYTES // 1_000_000} MB")
    if suffix in WORKBOOKS:
        sheet.read_excel(path, file, lang, found)
        return
    text = _text(path.read_bytes(), file, found)
    if suffix in TREES:
        TREES[suffix](text, file, name, lang, found)
    elif suffix in PAGES:
        markdown.read_markdown(text, file, lang, found)
    else:
        sheet.read_csv(text, file, name, lang, found)


def _text(raw: bytes, file: str, found: Found) -> str:
    if (text := utf(raw)) is not None:
        return text
    text, guessed = in_code_page(raw)
    found.warning(file, guessed.line, f"the file is not UTF-8; it was read as {guessed.encoding.upper()}", _HINT)
    return text


def _kinds() -> str:
    return ", ".join(sorted(KINDS))
