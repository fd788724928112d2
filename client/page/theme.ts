/** Colours and type. Every pair of text and ground has a contrast of 4.5 or more, in light and in dark. */
export const THEME = `
:root {
  --ground: #fcfcfa; --ink: #1d1f22; --quiet: #5c6269; --rule: #dedfda; --shade: #f1f2ee;
  --accent: #0f6470; --good: #1f6b3a; --warn: #855300; --bad: #b3261e;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #15171a; --ink: #e6e7e4; --quiet: #a0a6ac; --rule: #33373c; --shade: #1e2125;
    --accent: #5fc3cf; --good: #74c58f; --warn: #e0ad55; --bad: #ff9288;
  }
}
@media print {
  :root {
    --ground: #fff; --ink: #000; --quiet: #444; --rule: #bbb; --shade: #fff;
    --accent: #0f6470; --good: #1f6b3a; --warn: #855300; --bad: #b3261e;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body {
  margin: 0 auto; padding: 3.5rem 1.25rem 3rem; max-width: 70rem;
  background: var(--ground); color: var(--ink);
  font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", "Noto Sans", sans-serif;
  font-variant-numeric: tabular-nums; overflow-wrap: anywhere;
}
h1, h2, h3, p, dl, dd, ul, figure, table { margin: 0; padding: 0; }
h1 { font-size: clamp(2.25rem, 6vw, 3.5rem); line-height: 1.1; font-weight: 650; letter-spacing: -0.025em; }
h2 { font-size: 1.0625rem; line-height: 1.4; font-weight: 650; }
h3 { font-size: 1rem; font-weight: 650; }
code { font: 0.875em/1.5 ui-monospace, "SF Mono", "Cascadia Mono", "DejaVu Sans Mono", monospace; }
a { color: var(--accent); text-underline-offset: 0.2em; }
ul { list-style: none; }
small { font-size: 0.8125rem; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 3px; }
`;
