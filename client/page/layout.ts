/** Where things stand: headings beside their content, or above it where there is no room. */
export const LAYOUT = `
header { padding-bottom: 2rem; }
.over { color: var(--quiet); }
.lead { margin-top: 0.75rem; font-size: clamp(1.125rem, 2.6vw, 1.375rem); line-height: 1.4; max-width: 42rem; }
.states { margin-top: 1rem; display: flex; flex-wrap: wrap; gap: 0.5rem; }
.asked { margin-top: 1rem; color: var(--quiet); font-size: 0.875rem; }
.state { display: inline-block; padding: 0 0.5em; border: 1px solid; border-radius: 0.25em; font-size: 0.875rem; line-height: 1.5; }
.state.good { color: var(--good); } .state.warn { color: var(--warn); } .state.bad { color: var(--bad); }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(9.5rem, 1fr)); border-top: 2px solid var(--ink); margin-bottom: 2rem; }
.figures > div { padding: 0.75rem 1rem 0.75rem 0; }
.figures dt { color: var(--quiet); font-size: 0.875rem; }
.figures dd { font-size: 1.625rem; line-height: 1.3; font-weight: 600; letter-spacing: -0.015em; }
.figures small { display: block; color: var(--quiet); font-weight: 400; letter-spacing: 0; }
section { border-top: 1px solid var(--rule); padding: 1.75rem 0 2.25rem; }
.heading p { color: var(--quiet); font-size: 0.875rem; }
.content > * + * { margin-top: 1.5rem; }
.note, .why, .range, .none { color: var(--quiet); }
.why { display: block; font-size: 0.875rem; }
.range { white-space: nowrap; }
.facts { display: grid; gap: 0.375rem; font-size: 0.9375rem; }
.facts dt { color: var(--quiet); }
.content > h3 + .facts { margin-top: 0.5rem; }
.split { display: flex; gap: 2px; }
.split li { flex-basis: 0; min-width: 5.75rem; padding: 0.5rem 0.75rem; background: var(--accent); color: var(--ground); }
.split li + li { background: var(--shade); color: var(--ink); box-shadow: inset 0 0 0 1px var(--rule); }
.incident { border-left: 3px solid var(--warn); padding: 0.25rem 0 0.25rem 1.25rem; }
.incident.critical { border-color: var(--bad); }
.incident > * + * { margin-top: 0.5rem; }
.charts { display: grid; gap: 2rem 2.5rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 20rem), 1fr)); }
figure { min-width: 0; }
figure svg { display: block; width: 100%; height: auto; overflow: visible; }
figcaption, caption { text-align: left; font-size: 0.875rem; font-weight: 600; padding-bottom: 0.375rem; }
.charts figure { max-width: 30rem; }
.narrow { display: none; }
.legend { display: flex; flex-wrap: wrap; gap: 0.25rem 1.25rem; font-size: 0.875rem; }
.legend svg { vertical-align: middle; }
table { width: 100%; border-collapse: collapse; font-size: 0.875rem; }
th, td { text-align: left; vertical-align: top; padding: 0.4375rem 1rem 0.4375rem 0; border-top: 1px solid var(--rule); }
thead th { color: var(--quiet); font-weight: 400; border-top: 0; padding-top: 0; }
tbody th { font-weight: 600; }
th:last-child, td:last-child { padding-right: 0; }
th.figure, td.figure { text-align: right; }
th.figure + :not(.figure), td.figure + :not(.figure) { padding-left: 1rem; }
th.whole, td.whole { white-space: nowrap; }
td { min-width: 4.5rem; } tbody th { min-width: 8.75rem; }
meter { width: 5.5rem; height: 0.625rem; vertical-align: baseline; margin-left: 0.375rem; }
summary { cursor: pointer; color: var(--accent); font-size: 0.875rem; width: fit-content; }
details[open] > summary { margin-bottom: 1rem; }
details > * + table { margin-top: 1.5rem; }
footer { border-top: 1px solid var(--rule); padding-top: 1rem; color: var(--quiet); font-size: 0.875rem; }
@media (min-width: 56rem) {
  section { display: grid; grid-template-columns: 11rem minmax(0, 1fr); column-gap: 3rem; }
}
@media (max-width: 55.99rem) { .heading { margin-bottom: 1.25rem; } }
@media (min-width: 36rem) { .facts > div { display: grid; grid-template-columns: 7.5rem minmax(0, 1fr); column-gap: 1rem; } }
@media (max-width: 36rem) {
  body { padding-top: 2rem; }
  .wide { display: none; } .narrow { display: block; }
  .figures { grid-template-columns: 1fr 1fr; }
}
@media (max-width: 46rem) {
  table, caption, tbody { display: block; }
  thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  tr { display: block; padding: 0.5rem 0; border-top: 1px solid var(--rule); }
  tbody th, td, th.figure, td.figure { display: flex; justify-content: space-between; gap: 1rem; text-align: right; white-space: normal; min-width: 0; padding: 0.125rem 0 !important; border: 0; }
  tbody th { justify-content: flex-start; text-align: left; }
  td::before { content: attr(data-title); color: var(--quiet); text-align: left; white-space: nowrap; }
}
@media print {
  body { padding: 0; font-size: 10pt; }
  section { break-inside: auto; } figure, tr, .incident { break-inside: avoid; } h2, h3 { break-after: avoid; }
}
`;
