/**
 * `action`, at most once in `gapMs` however often it is asked for: at once after a pause, at the end of the gap otherwise.
 *
 * @param {() => void} action
 * @param {number} gapMs
 * @returns {() => void}
 */
export function paced(action, gapMs) {
  let ranAt = Number.NEGATIVE_INFINITY;
  let waiting = false;
  const run = () => {
    waiting = false;
    ranAt = performance.now();
    action();
  };
  return () => {
    if (waiting) return;
    const wait = ranAt + gapMs - performance.now();
    if (wait <= 0) run();
    else {
      waiting = true;
      setTimeout(run, wait);
    }
  };
}
