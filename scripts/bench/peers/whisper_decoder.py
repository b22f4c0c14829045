"""The decoder of a CTranslate2 Whisper as a PyTorch checkpoint, for WhisperLiveKit's AlignAtt.

    whisper_decoder.py MODEL-FOLDER TARGET.pt

Runs in that peer's environment. The weights are the same numbers: float16, as OpenAI published them. Prints which heads
of whisper base align text with audio, as the peer knows it by the model's name.
"""

from __future__ import annotations

import struct
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np

TYPES = (np.float32, np.int8, np.int16, np.int32, np.float16)
"""By their number in the file."""
ATTENTION = {"self_attention": "attn", "attention": "cross_attn"}


def main() -> None:
    import torch
    from whisperlivekit import whisper

    folder, target = map(Path, sys.argv[1:])
    state = {name: torch.from_numpy(array.copy()) for name, array in decoder(dict(variables(folder / "model.bin")))}
    torch.save({"dims": dimensions(state), "model_state_dict": state}, target)
    sys.stdout.write(whisper._ALIGNMENT_HEADS["base"].decode())


def variables(path: Path) -> Iterator[tuple[str, np.ndarray]]:
    """The arrays of a CTranslate2 ``model.bin``, by name."""
    data, at = path.read_bytes(), 0

    def number(form: str) -> int:
        nonlocal at
        at += struct.calcsize(form)
        return struct.unpack_from(form, data, at - struct.calcsize(form))[0]

    def text() -> str:
        nonlocal at
        length = number("<H")
        at += length
        return data[at - length : at - 1].decode()

    number("<I"), text(), number("<I")  # version, kind of model, its revision
    for _ in range(number("<I")):
        name = text()
        shape = [number("<I") for _ in range(number("<B"))]
        kind, size = TYPES[number("<B")], number("<I")
        yield name, np.frombuffer(data, kind, size // np.dtype(kind).itemsize, at).reshape(shape)
        at += size


def decoder(found: dict[str, np.ndarray]) -> Iterator[tuple[str, np.ndarray]]:
    """Under the names that OpenAI's code gives to them; query, key and value are apart there, and keys have no bias."""
    yield "decoder.token_embedding.weight", found["decoder/embeddings/weight"]
    yield "decoder.positional_embedding", found["decoder/position_encodings/encodings"]
    yield from norm(found, "decoder/layer_norm", "decoder.ln")
    for number in range(sum(name.endswith("/ffn/linear_0/weight") for name in found if name.startswith("decoder/"))):
        here, there = f"decoder/layer_{number}", f"decoder.blocks.{number}"
        for of, to in ATTENTION.items():
            yield from norm(found, f"{here}/{of}/layer_norm", f"{there}.{to}_ln")
            linear = [name for name in found if name.startswith(f"{here}/{of}/linear_")]
            *inner, out = sorted({name.rpartition("/")[0] for name in linear})
            for kind in ("weight", "bias"):
                together = np.concatenate([found[f"{name}/{kind}"] for name in inner])
                for name, part in zip(("query", "key", "value"), np.split(together, 3), strict=True):
                    if (name, kind) != ("key", "bias"):
                        yield f"{there}.{to}.{name}.{kind}", part
                yield f"{there}.{to}.out.{kind}", found[f"{out}/{kind}"]
        yield from norm(found, f"{here}/ffn/layer_norm", f"{there}.mlp_ln")
        for of, to in (("linear_0", "0"), ("linear_1", "2")):
            for kind in ("weight", "bias"):
                yield f"{there}.mlp.{to}.{kind}", found[f"{here}/ffn/{of}/{kind}"]


def norm(found: dict[str, np.ndarray], of: str, to: str) -> Iterator[tuple[str, np.ndarray]]:
    yield f"{to}.weight", found[f"{of}/gamma"]
    yield f"{to}.bias", found[f"{of}/beta"]


def dimensions(state) -> dict[str, int]:
    """Of the whole model; those of the encoder are the decoder's."""
    vocabulary, width = state["decoder.token_embedding.weight"].shape
    layers = sum(name.endswith(".mlp.0.weight") for name in state)
    heads = width // 64
    return {
        "n_mels": 80,
        "n_audio_ctx": 1500,
        "n_audio_state": width,
        "n_audio_head": heads,
        "n_audio_layer": layers,
        "n_vocab": vocabulary,
        "n_text_ctx": state["decoder.positional_embedding"].shape[0],
        "n_text_state": width,
        "n_text_head": heads,
        "n_text_layer": layers,
    }


if __name__ == "__main__":
    main()
