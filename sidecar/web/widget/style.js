/** Looks of the widget: custom properties and no specificity, so that a page can restyle it through `::part()`. */

export const WIDGET_CSS = `
:host { display: block; position: relative; }
:host([hidden]) { display: none; }
:where([hidden]) { display: none !important; }
:where(.stage) {
  box-sizing: border-box;
  display: flex;
  flex-direction: column;
  gap: 8px;
  font: 15px/1.4 system-ui, "Noto Sans", "Noto Sans CJK SC", "Noto Sans Thai", "Noto Sans Arabic", sans-serif;
  --lc-font-size: calc(var(--live-captions-font-size, var(--lc-base, 20px)) * var(--lc-size, 1));
}
:where(.stage.over) {
  position: absolute;
  z-index: var(--live-captions-z-index, 10);
  pointer-events: none;
}
:where(.stage.full) {
  position: fixed;
  inset: 0;
  width: 100%;
  height: 100%;
  margin: 0;
  padding: 0;
  border: 0;
  background: none;
  overflow: visible;
}
:where(.bar) {
  display: flex;
  flex-wrap: wrap;
  align-items: center;
  gap: 6px;
  position: relative;
}
:where(.over .bar) {
  position: absolute;
  inset-block-start: 8px;
  inset-inline-end: 8px;
  justify-content: flex-end;
  max-width: calc(100% - 16px);
  z-index: 1;
}
/* Browsers let nobody click outside of what fills the screen: only words are of use there. */
:where(.full button) { display: none; }
:where(.bar > *, .menu, .dialog) { pointer-events: auto; }
:where(button, .state, .menu, .dialog) {
  color: var(--live-captions-ink, #fff);
  background: var(--live-captions-panel, rgb(20 22 26 / 0.88));
}
:where(button) {
  box-sizing: border-box;
  min-width: 44px;
  min-height: 44px;
  padding: 4px 10px;
  border: 1px solid transparent;
  border-radius: 8px;
  font: inherit;
  font-weight: 600;
  cursor: pointer;
}
:where(button:focus-visible, select:focus-visible, input:focus-visible, .item:focus-visible) {
  outline: 3px solid #5ab0ff;
  outline-offset: 2px;
}
:where(.cc[aria-pressed="true"]) { box-shadow: inset 0 -4px 0 #5ab0ff; }
:where(.state) {
  padding: 3px 10px;
  border-radius: 99px;
  font-size: 13px;
}
:where(.state)::before { content: "● "; color: #9aa4b0; }
:where(.state[data-phase="live"])::before { color: #ff6b6b; }
:where(.state[data-phase="reconnecting"])::before { color: #ffc14d; }
:where(.menu, .dialog) {
  box-sizing: border-box;
  position: absolute;
  inset-block-start: calc(100% + 6px);
  inset-inline-end: 0;
  z-index: 2;
  max-width: min(340px, 92vw);
  max-height: min(60vh, 420px);
  overflow: auto;
  padding: 6px;
  border-radius: 10px;
  background: var(--live-captions-panel, rgb(20 22 26 / 0.97));
}
:where(.flow .menu, .flow .dialog) { inset-inline: 0 auto; }
:where(.menu) { min-width: 200px; }
:where(.item) {
  display: flex;
  gap: 8px;
  align-items: center;
  min-height: 40px;
  padding: 2px 12px;
  border-radius: 6px;
  cursor: pointer;
}
:where(.item:hover, .item:focus) { background: rgb(255 255 255 / 0.16); }
:where(.item[role="menuitemradio"])::before { content: ""; width: 1.1em; flex: none; }
:where(.item[aria-checked="true"])::before { content: "✓"; }
:where(.rule) { margin: 6px 4px; border-block-start: 1px solid rgb(255 255 255 / 0.3); }
:where(.dialog) { width: 340px; padding: 12px 14px; }
:where(.dialog h2) { margin: 0 0 8px; font-size: 16px; }
:where(.dialog label) {
  display: grid;
  grid-template-columns: 1fr minmax(0, 140px);
  align-items: center;
  gap: 10px;
  margin-block: 4px;
}
:where(.dialog select) { font: inherit; min-height: 34px; width: 100%; color: #111; background: #fff; border-radius: 6px; }
:where(.dialog input) { width: 22px; height: 22px; }
:where(.dialog .row) { display: flex; gap: 8px; margin-block-start: 10px; }
:where(.dialog button) { background: rgb(255 255 255 / 0.18); }
:where(.rows) {
  display: flex;
  flex-direction: column;
  align-items: center;
  justify-content: flex-end;
  gap: 6px;
}
:where(.over .rows) {
  flex: 1;
  min-height: 0;
  margin-block-start: auto;
  padding: 0 4% var(--live-captions-bottom, var(--lc-bottom, 6%));
}
:where(.captions) { display: contents; }
/* Room that captions may come to need is kept, so that an answer stands still. */
:where(:host([answers]) .captions) {
  display: flex;
  flex: none;
  flex-direction: column;
  align-items: center;
  justify-content: flex-end;
  gap: 6px;
  inline-size: 100%;
  min-block-size: calc(var(--lc-lines, 2) * 1.55 * var(--lc-font-size, 20px));
}
:where(.over .lc-answers) { flex: 1; margin-block-start: 60px; }
:where(.flow .rows) { min-height: calc(var(--lc-lines, 2) * 1.5 * var(--lc-font-size, 20px)); }
:where(.lc-view) { padding-inline: 0; }
:where(.lc-caption) { padding-inline: var(--lc-padding, 0.45em); }
:where(.second) { --lc-language: 1; --lc-scale: 0.85; }
:where(.log) {
  position: absolute;
  width: 1px;
  height: 1px;
  overflow: hidden;
  clip-path: inset(50%);
  white-space: nowrap;
}
@media (forced-colors: active) {
  :where(button, .menu, .dialog, .state) { border: 1px solid ButtonText; }
  :where(.cc[aria-pressed="true"], .item[aria-checked="true"]) { border: 3px solid Highlight; }
}
`;
