"""Converts a Transformers model to CTranslate2: ``PYTHON to_ctranslate2.py ORIGINAL CONVERTED QUANTIZATION [FILE…]``.

Run by whichever Python has torch, transformers and ctranslate2: it imports nothing of Sidecar.
"""

from __future__ import annotations

import sys
from typing import Any

from ctranslate2.converters import TransformersConverter


class Converter(TransformersConverter):
    """The converter of CTranslate2, with the languages of M2M100 in the vocabulary: Transformers 5 leaves them out."""

    def load_tokenizer(self, tokenizer_class: Any, model_name_or_path: str, **kwargs: Any) -> Any:
        tokenizer: Any = super().load_tokenizer(tokenizer_class, model_name_or_path, **kwargs)
        if languages := getattr(tokenizer, "lang_token_to_id", None):
            known = tokenizer.get_vocab
            tokenizer.get_vocab = lambda: {**known(), **languages}
        return tokenizer


if __name__ == "__main__":
    original, converted, quantization, *files = sys.argv[1:]
    Converter(original, copy_files=files).convert(converted, quantization=quantization, force=True)
