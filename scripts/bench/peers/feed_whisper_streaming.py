"""Feeds a file at real-time pace to whisper_streaming's online processor, the way its own simulation does.

    feed_whisper_streaming.py CHECKOUT MODEL AUDIO LANGUAGE CAP_S

Runs in that peer's environment. Writes a JSON object a line: first ``{"epoch"}``, the Unix time of audio position 0;
then ``{"t", "confirmed", "pending"}`` for every change; at last ``{"t", "through"}``, whether it has taken in all of
the audio. It stops CAP_S seconds after the epoch, however much is left.
"""

from __future__ import annotations

import json
import os
import sys
import time


def main() -> None:
    checkout, model, audio, language, cap_s = sys.argv[1:]
    sys.path.insert(0, checkout)
    import whisper_online

    whisper_online.logger.setLevel("WARNING")
    quiet = open(os.devnull, "w")  # noqa: SIM115
    asr = on_cpu(whisper_online)(language, model_dir=model)
    local_silero()
    online = whisper_online.VACOnlineASRProcessor(1.0, asr, logfile=quiet)
    samples = whisper_online.load_audio(audio)
    asr.transcribe(samples[: online.SAMPLING_RATE])  # warm
    feed(online, samples, float(cap_s))


def on_cpu(whisper_online):
    """Its recogniser, with the processor and int8 instead of the CUDA that is written into it."""

    class OnCpu(whisper_online.FasterWhisperASR):
        def load_model(self, modelsize=None, cache_dir=None, model_dir=None):
            from faster_whisper import WhisperModel

            return WhisperModel(model_dir, device="cpu", compute_type="int8")

    return OnCpu


def local_silero() -> None:
    """It loads Silero from GitHub by torch.hub; the package of the same authors has the same model."""
    import silero_vad
    import torch

    torch.hub.load = lambda *_, **__: (silero_vad.load_silero_vad(), None)


def feed(online, samples, cap_s: float) -> None:
    """Every 40 ms, or as soon as it is done, it gets all the audio there is by then."""
    rate, chunk_s = online.SAMPLING_RATE, 0.04
    duration_s = len(samples) / rate
    epoch = time.time()
    write({"epoch": epoch})
    begin = end = 0.0
    pending = ""
    while end < duration_s and end < cap_s:
        time.sleep(max(0.0, epoch + begin + chunk_s - time.time()))
        end = time.time() - epoch
        online.insert_audio_chunk(samples[int(begin * rate) : int(end * rate)])
        begin = end
        try:
            confirmed = online.process_iter()[2]
        except AssertionError:
            continue  # its simulation goes on as well
        speaking = online.status == "voice"  # what is left of an utterance that is over was returned when it ended
        rest = online.online.to_flush(online.online.transcript_buffer.complete())[2] if speaking else ""
        if confirmed or rest != pending:
            pending = rest
            write({"t": time.time() - epoch, "confirmed": confirmed, "pending": pending})
    if pending:  # else `finish` says the end of the last utterance again
        write({"t": time.time() - epoch, "confirmed": online.finish()[2], "pending": ""})
    write({"t": time.time() - epoch, "through": end >= duration_s})


def write(record: dict[str, object]) -> None:
    sys.stdout.write(json.dumps(record, ensure_ascii=False) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
