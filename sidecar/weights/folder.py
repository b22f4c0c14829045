"""The folder that models are kept in, and what is remembered about their files.

``<root>/<model>/`` holds the files, or what was made of them, and ``.checked.json``: size, modification time and
SHA-256 of each when it was last hashed. While a file has that size and time it is not hashed again.
``<root>/.partial/<model>/`` holds what is on its way, ``<root>/.lock/`` one lock a model.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path

import platformdirs
import structlog
from filelock import FileLock, Timeout
from pydantic import BaseModel, ConfigDict, ValidationError

from sidecar.errors import CorruptModelError, ModelError
from sidecar.weights import digest
from sidecar.weights.manifest import Manifest, ModelFile
from sidecar.weights.progress import Progress

FOLDER_VARIABLE = "SIDECAR_MODELS"
CONVERTED = "converted"
"""The folder in that of a model that holds what was made of its files."""
_RECORD = ".checked.json"

log = structlog.get_logger()


def root(environment: Mapping[str, str] = os.environ) -> Path:
    """The folder of all models: ``SIDECAR_MODELS``, or ``models`` in the user's cache folder."""
    if own := environment.get(FOLDER_VARIABLE):
        return Path(own).expanduser()
    return platformdirs.user_cache_path("sidecar") / "models"


class Stamp(BaseModel):
    """A file as it was when it was hashed."""

    model_config = ConfigDict(frozen=True)

    size: int
    mtime_ns: int
    sha256: str

    @classmethod
    def of(cls, path: Path, sha256: str) -> Stamp:
        stat = path.stat()
        return cls(size=stat.st_size, mtime_ns=stat.st_mtime_ns, sha256=sha256)


class Record(BaseModel):
    """The files of one model that have been hashed, by path, and the commit of each repository they came from."""

    model_config = ConfigDict(frozen=True)

    files: dict[str, Stamp] = {}
    commits: dict[str, str] = {}

    def converted(self) -> list[ModelFile]:
        """The files that were made on this machine."""
        return [
            ModelFile(path=path, size=stamp.size, sha256=stamp.sha256)
            for path, stamp in self.files.items()
            if path.startswith(f"{CONVERTED}/")
        ]


class ModelFolder:
    """The files of one model on this machine."""

    def __init__(self, parent: Path, manifest: Manifest) -> None:
        self.manifest = manifest
        self.path = parent / manifest.name
        self.partial = parent / ".partial" / manifest.name
        self._lock = parent / ".lock" / f"{manifest.name}.lock"

    @property
    def entry(self) -> Path:
        """What an engine opens: a file, or the folder."""
        if self.manifest.conversion:
            return self.path / CONVERTED
        return self.path / self.manifest.entry if self.manifest.entry else self.path

    def missing(self, *, thorough: bool = False) -> list[ModelFile]:
        """The files that must be fetched. ``thorough`` hashes all, otherwise only what changed since it was hashed.

        Nothing where the model is converted already. A file whose bytes are wrong is deleted, and raises
        `CorruptModelError`.
        """
        record = self._read()
        if self._is_converted(record, thorough):
            return []
        return [file for file in self.manifest.files if not self._sound(file, record, thorough)]

    def is_ready(self, *, thorough: bool = False) -> bool:
        """Whether an engine can open the model. Raises as `missing` does."""
        if self.manifest.conversion:
            return self._is_converted(self._read(), thorough)
        return not self.missing(thorough=thorough)

    def known(self, file: ModelFile) -> ModelFile:
        """``file`` with the checksum that it had when it first came."""
        stamp = self._read().files.get(file.path)
        return file if file.sha256 or stamp is None else file.model_copy(update={"sha256": stamp.sha256})

    def commit(self, repository: str) -> str | None:
        """The commit that the first file from ``repository`` was of."""
        return self._read().commits.get(repository)

    def remember_commit(self, repository: str, commit: str) -> None:
        record = self._read()
        self.path.mkdir(parents=True, exist_ok=True)
        self._write(record.model_copy(update={"commits": {**record.commits, repository: commit}}))

    def settle(self, converted: Path) -> None:
        """Put what was made of the files in their place, and delete them."""
        shutil.rmtree(self.entry, ignore_errors=True)
        converted.replace(self.entry)
        record = self._read()
        files = {path: stamp for path, stamp in record.files.items() if not path.startswith(f"{CONVERTED}/")}
        for path in sorted(self.entry.iterdir()):
            files[f"{CONVERTED}/{path.name}"] = Stamp.of(path, digest.sha256(path))
        self._write(record.model_copy(update={"files": files}))
        for file in self.manifest.files:
            (self.path / file.path).unlink(missing_ok=True)

    def has_partial(self) -> bool:
        """Whether an earlier run has left something to go on from."""
        return any(path.is_file() for path in self.partial.rglob("*"))

    def _is_converted(self, record: Record, thorough: bool) -> bool:
        made = record.converted()
        return bool(made) and all(self._sound(file, record, thorough) for file in made)

    def _sound(self, file: ModelFile, record: Record, thorough: bool) -> bool:
        path = self.path / file.path
        if not path.is_file():
            return False
        stamp = record.files.get(file.path)
        expected = file.sha256 or (stamp.sha256 if stamp else None)
        if expected is None:
            return False
        if not thorough and stamp == Stamp.of(path, expected):
            return True
        if file.size in (None, path.stat().st_size) and digest.sha256(path) == expected:
            self.remember(file, expected)
            return True
        _discard(path)
        raise CorruptModelError(
            f"{file.path} of {self.manifest.name} is corrupt and was deleted",
            hint=f"sidecar models pull {self.manifest.name}",
        )

    def remember(self, file: ModelFile, sha256: str) -> None:
        """Note that ``file`` has just been hashed. A folder that cannot be written is hashed again next time."""
        record = self._read()
        stamps = {**record.files, file.path: Stamp.of(self.path / file.path, sha256)}
        self._write(record.model_copy(update={"files": stamps}))

    def _write(self, record: Record) -> None:
        fresh = self.path / f"{_RECORD}.{os.getpid()}"
        try:
            fresh.write_text(record.model_dump_json(indent=1), encoding="utf-8")
            fresh.replace(self.path / _RECORD)
        except OSError as exc:
            log.debug("checksums not remembered", model=self.manifest.name, reason=exc.strerror)

    def _read(self) -> Record:
        try:
            return Record.model_validate_json((self.path / _RECORD).read_bytes())
        except (OSError, ValidationError):
            return Record()

    def adopt(self, file: ModelFile, partial: Path, checksum: str) -> None:
        """Put ``partial`` in its place if it has ``checksum``; otherwise delete it and raise `CorruptModelError`."""
        if file.size not in (None, partial.stat().st_size) or not digest.matches(partial, checksum):
            _discard(partial)
            raise CorruptModelError(f"{file.path} came with a wrong checksum", hint="it was deleted, not used")
        sha256 = file.sha256 or digest.sha256(partial)
        final = self.path / file.path
        final.parent.mkdir(parents=True, exist_ok=True)
        partial.replace(final)
        self.remember(file, sha256)

    @contextmanager
    def locked(self, progress: Progress, patience_s: float = 3600) -> Generator[None]:
        """Keep other processes from fetching this model meanwhile; wait for one that does."""
        self._lock.parent.mkdir(parents=True, exist_ok=True)
        lock = FileLock(self._lock)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            progress.note(f"{self.manifest.name} is being fetched by another process; waiting for it")
            try:
                lock.acquire(timeout=patience_s)
            except Timeout as exc:
                raise ModelError(
                    f"{self.manifest.name} is being fetched by another process for more than {patience_s:.0f} s",
                    hint="end that process, or wait",
                ) from exc
        try:
            yield
        finally:
            lock.release()


def _discard(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError as exc:
        log.warning("corrupt file not deleted", file=path.name, reason=exc.strerror)
