/** The form in which an operator says what is translated into. */

const TIMEOUT_MS = 4_000;

/** What `show` is told stands in the field, unless somebody is writing there. */
export function form() {
  const element = /** @type {HTMLFormElement} */ (document.getElementById("translate"));
  const field = /** @type {HTMLInputElement} */ (document.getElementById("to"));
  const outcome = /** @type {HTMLOutputElement} */ (document.getElementById("changed"));
  let shown = "";

  element.addEventListener("submit", (event) => {
    event.preventDefault();
    void change();
  });

  async function change() {
    const to = field.value.split(/[\s,;，、]+/u).filter((tag) => tag);
    try {
      const answer = await fetch("/v1/languages", {
        method: "PUT",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ to }),
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      if (answer.ok) {
        shown = "";
        field.blur();
        tell("Changed.", false);
      } else {
        const { message, hint } = await answer.json();
        tell(hint ? `${message} (${hint})` : message, true);
      }
    } catch {
      tell("The server did not answer.", true);
    }
  }

  /** @param {string} text @param {boolean} failed */
  function tell(text, failed) {
    outcome.textContent = text;
    outcome.toggleAttribute("data-failed", failed);
  }

  return {
    /** @param {string[]} targets */
    show(targets) {
      const text = targets.join(", ");
      if (text === shown || document.activeElement === field) return;
      shown = text;
      field.value = text;
    },
  };
}
