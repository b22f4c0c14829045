/** A short tone for what should not wait. */

const TONE_HZ = 880;
const TONE_S = 0.18;
const LOUDNESS = 0.12;

/** @type {AudioContext | null} */
let context = null;

/** Silent until somebody has used the page: browsers want it so. */
export function beep() {
  try {
    context ??= new AudioContext();
    void context.resume();
    const tone = context.createOscillator();
    const volume = context.createGain();
    const now = context.currentTime;
    tone.frequency.value = TONE_HZ;
    volume.gain.setValueAtTime(LOUDNESS, now);
    volume.gain.exponentialRampToValueAtTime(0.001, now + TONE_S);
    tone.connect(volume).connect(context.destination);
    tone.start(now);
    tone.stop(now + TONE_S);
  } catch {
    // A machine without sound is told by the title.
  }
}
