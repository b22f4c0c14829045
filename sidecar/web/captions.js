/**
 * `<script src="…/captions.js">` on any page defines `<live-captions>`.
 *
 * A classic script, so that it needs no attribute; what it loads lies beside it, on the same server.
 */
(() => {
  const script = document.currentScript;
  const found = document.querySelector('script[src$="/captions.js"]');
  const source = [script, found].find((element) => element instanceof HTMLScriptElement && element.src !== "");
  const server = new URL(".", source instanceof HTMLScriptElement ? source.src : location.href).href;
  import(`${server}web/widget/element.js`).then(
    (/** @type {typeof import("./widget/element.js")} */ module) => module.define(server),
    (error) => console.error(`Live captions could not be loaded from ${server}`, error),
  );
})();
