/** Where the captions lie: over a video, wherever on the page it is, or in the flow of the text. */

/**
 * The video that captions belong to: named by `for`, inside the element, or right before it.
 *
 * @param {HTMLElement} host
 * @returns {HTMLVideoElement | null}
 */
export function findVideo(host) {
  const name = host.getAttribute("for");
  const before = host.previousElementSibling;
  const root = /** @type {Document | ShadowRoot} */ (host.getRootNode());
  const named = name ? root.getElementById(name) : null;
  const found = named instanceof HTMLVideoElement ? named : (named?.querySelector("video") ?? host.querySelector("video"));
  return found ?? (!name && before instanceof HTMLVideoElement ? before : null);
}

export class Placement {
  /** @type {HTMLVideoElement | null} */
  #video = null;
  #resize = new ResizeObserver(() => this.update());
  #search = new MutationObserver(() => this.#find());
  /** @type {() => void} */
  #onChange;

  /**
   * @param {HTMLElement} host
   * @param {HTMLElement} stage
   * @param {() => void} onChange called when there is another video or another size
   */
  constructor(host, stage, onChange) {
    this.host = host;
    this.stage = stage;
    this.#onChange = onChange;
  }

  get video() {
    return this.#video;
  }

  start() {
    window.addEventListener("scroll", this.update, { capture: true, passive: true });
    window.addEventListener("resize", this.update);
    document.addEventListener("fullscreenchange", this.update);
    this.#resize.observe(this.host);
    this.#search.observe(document, { childList: true, subtree: true });
    this.#find();
    this.update();
  }

  stop() {
    window.removeEventListener("scroll", this.update, { capture: true });
    window.removeEventListener("resize", this.update);
    document.removeEventListener("fullscreenchange", this.update);
    this.#resize.disconnect();
    this.#search.disconnect();
    this.#video = null;
  }

  /** Players replace their video, and add it late. */
  #find() {
    if (this.#video?.isConnected) return;
    const video = findVideo(this.host);
    if (video === this.#video) return;
    if (this.#video) this.#resize.unobserve(this.#video);
    this.#video = video;
    if (video) this.#resize.observe(video);
    this.update();
  }

  update = () => {
    const full = this.#coveredByFullscreen();
    this.stage.classList.toggle("over", this.#video !== null);
    this.stage.classList.toggle("flow", this.#video === null);
    this.stage.classList.toggle("full", full);
    this.#raise(full);
    if (this.#video && !full) this.#cover(this.#video);
    else for (const name of ["left", "top", "width", "height"]) this.stage.style.removeProperty(name);
    this.stage.style.setProperty("--lc-bottom", this.#video?.controls ? "max(6%, 56px)" : "6%");
    this.#onChange();
  };

  /** Whether something fills the screen that shows the video and hides the captions. */
  #coveredByFullscreen() {
    const filling = document.fullscreenElement;
    return filling !== null && this.#video !== null && filling.contains(this.#video) && !filling.contains(this.host);
  }

  /** A popover lies above what fills the screen, even a bare video. @param {boolean} full */
  #raise(full) {
    if (!("popover" in this.stage) || full === this.stage.hasAttribute("popover")) return;
    if (full) {
      this.stage.popover = "manual";
      this.stage.showPopover();
    } else {
      this.stage.removeAttribute("popover");
    }
  }

  /** @param {HTMLVideoElement} video */
  #cover(video) {
    const from = this.host.getBoundingClientRect();
    const to = video.getBoundingClientRect();
    const box = { left: to.left - from.left, top: to.top - from.top, width: to.width, height: to.height };
    for (const [name, value] of Object.entries(box)) this.stage.style.setProperty(name, `${value}px`);
  }
}
