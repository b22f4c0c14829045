"""Every error that Sidecar raises on purpose.

SidecarError
├── UsageError          a wrong option, language tag or configuration value          exit 2
├── GlossaryError       a glossary that cannot be used                                exit 65
├── TranslationMemoryError  a translation memory that cannot be used              exit 65
├── KnowledgeError      an FAQ that cannot be used                                    exit 65
├── InputError          the audio cannot be opened or is not audio                    exit 66
│   └── InputLostError  a source that worked and stopped; opening it again may help   exit 69, retryable
├── ModelError          a model is missing, corrupt or cannot be loaded               exit 69
│   └── CorruptModelError  a file whose checksum is wrong; it is never used           exit 65
├── RecognitionError    the recogniser failed on a piece of audio                     exit 70, retryable
├── TranslationError    a translator failed on a line                                 exit 70, retryable
├── ChatError           a platform's chat cannot be read or written                   exit 69
│   └── ChatBusyError   the platform did not take a message now; it may later         exit 69, retryable
├── WebhookError        a signed request that cannot be trusted                       exit 65
├── StorageError        the store cannot be opened, read or written                   exit 74, retryable
└── ServeError          the port is taken or the server cannot start                  exit 69

Exit statuses are those of sysexits.h. The command line prints ``error: MESSAGE`` and ``hint: HINT``.
"""

from __future__ import annotations

from typing import ClassVar


class SidecarError(Exception):
    """A failure with words for the person who meets it.

    ``message`` says what went wrong in one line, ``hint`` what to do about it.
    """

    code: ClassVar[str] = "error"
    exit_status: ClassVar[int] = 70
    retryable: ClassVar[bool] = False

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(SidecarError):
    code = "usage"
    exit_status = 2


class GlossaryError(SidecarError):
    code = "glossary"
    exit_status = 65


class TranslationMemoryError(SidecarError):
    code = "translation_memory"
    exit_status = 65


class KnowledgeError(SidecarError):
    code = "knowledge"
    exit_status = 65


class InputError(SidecarError):
    code = "input"
    exit_status = 66


class InputLostError(InputError):
    code = "input_lost"
    exit_status = 69
    retryable = True


class ModelError(SidecarError):
    code = "model"
    exit_status = 69


class CorruptModelError(ModelError):
    code = "model_corrupt"
    exit_status = 65


class RecognitionError(SidecarError):
    code = "recognition"
    retryable = True


class TranslationError(SidecarError):
    code = "translation"
    retryable = True


class ChatError(SidecarError):
    code = "chat"
    exit_status = 69


class ChatBusyError(ChatError):
    """The platform surely has not taken the message, and may after ``wait_s``."""

    code = "chat_busy"
    retryable = True

    def __init__(self, message: str, *, hint: str = "", wait_s: float = 1.0) -> None:
        super().__init__(message, hint=hint)
        self.wait_s = wait_s


class WebhookError(SidecarError):
    code = "webhook"
    exit_status = 65


class StorageError(SidecarError):
    code = "storage"
    exit_status = 74
    retryable = True


class ServeError(SidecarError):
    code = "serve"
    exit_status = 69
