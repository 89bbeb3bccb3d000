/** Styles of the capture element. A constructed sheet, so that a page's policy need not allow inline styles. */
export const styles = `
:host {
  --capture-accent: light-dark(#0b6b5d, #5fd3bf);
  --capture-on-accent: light-dark(#ffffff, #06241f);
  --capture-line: light-dark(#8b8778, #6c717c);
  --capture-surface: light-dark(#ffffff, #1c1f25);
  --capture-text: light-dark(#1d1f24, #e9e7e2);
  --capture-bad: light-dark(#a8281f, #ff9a8f);
  color-scheme: inherit;
  display: block;
  color: var(--capture-text);
}
* { box-sizing: border-box; }
[hidden] { display: none !important; }
.stage { overflow: hidden; border-radius: 10px; background: #101216; }
.picture { position: relative; width: 100%; aspect-ratio: 4 / 3; max-height: 70vh; margin: 0 auto; }
video, svg { position: absolute; inset: 0; width: 100%; height: 100%; }
video { object-fit: contain; }
.mirrored > video, .mirrored > svg { transform: scaleX(-1); }
.shade { fill: #000; fill-opacity: 0.45; fill-rule: evenodd; }
.oval, .held { fill: none; stroke-linecap: round; }
.oval { stroke: #fff; stroke-width: 1.2; }
.held { stroke: #5fe0c9; stroke-width: 2.4; }
.arrow { fill: none; stroke: #5fe0c9; stroke-width: 2.4; stroke-linecap: round; stroke-linejoin: round; }
.told {
  min-height: 4.2em;
  margin: 0;
  padding: 0.7rem 1rem;
  display: grid;
  place-items: center;
  font-size: 1.15rem;
  line-height: 1.3;
  font-weight: 600;
  text-align: center;
  text-wrap: balance;
  color: #fff;
}
.step { margin: 0; padding: 0.45rem 1rem; font-size: 0.9rem; text-align: center; color: #fff; }
.idle { position: absolute; inset: 0; display: grid; place-items: center; padding: 1rem; }
.idle .message { margin: 0; max-width: 26rem; color: #fff; text-align: center; font-size: 1.05rem; }
.idle div { display: grid; gap: 1rem; justify-items: center; }
.row { display: flex; flex-wrap: wrap; gap: 0.6rem; margin-top: 0.7rem; }
.row:not(:has(button:not([hidden]))) { display: none; }
button {
  font: inherit;
  min-height: 2.75rem;
  padding: 0.5rem 1rem;
  cursor: pointer;
  color: var(--capture-text);
  background: var(--capture-surface);
  border: 1px solid var(--capture-line);
  border-radius: 8px;
}
button.main { color: var(--capture-on-accent); background: var(--capture-accent); border-color: var(--capture-accent); font-weight: 600; }
button[aria-pressed="true"] { border-color: var(--capture-accent); box-shadow: inset 0 0 0 1px var(--capture-accent); }
button:disabled { cursor: progress; opacity: 0.65; }
:focus-visible { outline: 3px solid var(--capture-accent); outline-offset: 2px; }
.stage :focus-visible { outline-color: #fff; }
@media (prefers-reduced-motion: no-preference) {
  .held { transition: stroke-dashoffset 120ms linear; }
}
@media (max-width: 34rem) {
  .row > button { flex: 1 1 100%; }
}
`;
