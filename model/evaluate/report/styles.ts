/** The report's style sheet; light or dark as the reader's system is set. */
export const styles = `
:root {
  color-scheme: light dark;
  --paper: light-dark(#fbfbfa, #16181b);
  --card: light-dark(#ffffff, #1e2125);
  --ink: light-dark(#1d2126, #e6e8ea);
  --soft: light-dark(#5d6670, #9aa3ad);
  --line: light-dark(#e3e6e9, #31363c);
  --genuine: light-dark(#1477b8, #57b4ee);
  --impostor: light-dark(#d9622b, #f0915f);
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.55 system-ui, sans-serif; }
main { max-width: 880px; margin: 0 auto; padding: 56px 24px 96px; }
h1 { margin: 0 0 12px; font-size: 34px; line-height: 1.2; letter-spacing: -0.02em; }
h2 { margin: 64px 0 4px; font-size: 21px; letter-spacing: -0.01em; }
h3 { margin: 0; font-size: 13px; font-weight: 500; color: var(--soft); }
p { max-width: 68ch; margin: 0 0 16px; color: var(--soft); }
b { color: var(--ink); font-weight: 600; }
figure { margin: 0; }
svg { display: block; width: 100%; height: auto; font: 13px system-ui, sans-serif; }
section > figure { padding: 16px 12px 8px; background: var(--card); border: 1px solid var(--line); border-radius: 12px; }
.aside { margin-top: 12px; font-size: 13px; }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(180px, 1fr)); gap: 12px; margin-top: 32px; }
.card { padding: 16px 18px; background: var(--card); border: 1px solid var(--line); border-radius: 12px; }
.card strong { display: block; margin: 4px 0; font-size: 28px; line-height: 1.2; letter-spacing: -0.02em; font-variant-numeric: tabular-nums; }
.card p { margin: 0; font-size: 13px; font-variant-numeric: tabular-nums; }
svg text { fill: var(--soft); font-variant-numeric: tabular-nums; }
svg .axis { font-weight: 500; fill: var(--ink); }
svg .label { font-weight: 600; fill: var(--ink); paint-order: stroke; stroke: var(--card); stroke-width: 4px; stroke-linejoin: round; }
.grid { stroke: var(--line); }
.frame { fill: none; stroke: var(--line); }
.unsupported { fill: var(--soft); opacity: 0.14; }
.curve { fill: none; stroke: var(--genuine); stroke-width: 2.25; stroke-linejoin: round; }
.band { fill: var(--genuine); opacity: 0.16; }
.point { fill: var(--card); stroke: var(--genuine); stroke-width: 2.25; }
path.genuine { fill: var(--genuine); fill-opacity: 0.5; stroke: var(--genuine); }
path.impostor { fill: var(--impostor); fill-opacity: 0.5; stroke: var(--impostor); }
line.threshold { stroke: var(--ink); stroke-width: 1.5; stroke-dasharray: 5 4; }
line.before { stroke: var(--soft); stroke-dasharray: 4 4; }
.multiples { display: grid; grid-template-columns: repeat(auto-fit, minmax(220px, 1fr)); gap: 8px; }
.multiples svg { font-size: 12px; }
.legend { margin-right: 18px; white-space: nowrap; }
.legend::before { content: ""; display: inline-block; width: 11px; height: 11px; margin-right: 7px; border-radius: 3px; }
.legend.genuine::before { background: var(--genuine); }
.legend.impostor::before { background: var(--impostor); }
.legend.threshold::before { width: 16px; height: 0; margin-bottom: 4px; border-top: 2px dashed var(--ink); border-radius: 0; }
.tabs input { position: absolute; opacity: 0; }
.tabs label { display: inline-block; margin: 0 0 8px 8px; padding: 3px 12px; border: 1px solid var(--line); border-radius: 99px; font-size: 13px; color: var(--soft); cursor: pointer; }
.tabs input:checked + label { border-color: var(--ink); color: var(--ink); }
.tabs input:focus-visible + label { outline: 2px solid var(--genuine); outline-offset: 2px; }
.tabs div { display: none; }
#linear:checked ~ .linear, #logarithmic:checked ~ .logarithmic { display: block; }
.gallery { display: grid; grid-template-columns: repeat(auto-fill, minmax(186px, 1fr)); gap: 14px; margin: 20px 0 0; padding: 0; list-style: none; }
.gallery li { padding: 8px 8px 10px; background: var(--card); border: 1px solid var(--line); border-radius: 12px; }
.gallery div { display: flex; gap: 4px; margin-bottom: 4px; }
.gallery figure { flex: 1; min-width: 0; }
.gallery img, .absent { display: block; width: 100%; aspect-ratio: 1; border-radius: 8px; background: var(--line); }
.gallery figcaption { margin-top: 4px; font-size: 11px; line-height: 1.3; color: var(--soft); overflow-wrap: anywhere; }
.gallery b { font-variant-numeric: tabular-nums; }
.gallery i { font-style: normal; font-size: 13px; color: var(--soft); }
table { width: 100%; margin: 16px 0 24px; border-collapse: collapse; font-size: 14px; font-variant-numeric: tabular-nums; }
th { font-weight: 500; text-align: left; color: var(--soft); }
th, td { padding: 7px 12px 7px 0; border-bottom: 1px solid var(--line); }
.notes { margin: 0; padding-left: 18px; font-size: 14px; color: var(--soft); }
code { font-size: 13px; }
@media print { main { max-width: none; padding: 0; } section { break-inside: avoid; } }
`;
