import { styleSheet } from '@micro/service'

/** How pages for people look: light or dark as its reader's system is, one column where there is no room for two. */
export const pageStyle = styleSheet(`
:root {
  color-scheme: light dark;
  --page: light-dark(#f5f6f8, #14161a);
  --card: light-dark(#ffffff, #1d2026);
  --text: light-dark(#16191f, #eceef2);
  --quiet: light-dark(#5b6270, #a3abb9);
  --line: light-dark(#d9dde4, #363b45);
  --accent: light-dark(#2f55d4, #7f9dff);
  --on-accent: light-dark(#ffffff, #0c1020);
  --wrong: light-dark(#b3261e, #ff9d94);
  --wrong-back: light-dark(#fdecea, #3a1d1b);
  --note: light-dark(#fff4d6, #3a3116);
}
* { box-sizing: border-box; }
body {
  margin: 0;
  background: var(--page);
  color: var(--text);
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif;
}
main {
  display: grid;
  gap: 1.5rem;
  max-width: 60rem;
  margin: 0 auto;
  padding: 3rem 1.25rem;
}
main.narrow { max-width: 30rem; }
section > :last-child { margin-bottom: 0; }
section {
  padding: 1.75rem;
  background: var(--card);
  border: 1px solid var(--line);
  border-radius: 0.9rem;
}
h1 { margin: 0 0 0.25rem; font-size: 1rem; font-weight: 500; color: var(--quiet); }
h2 { margin: 0 0 1.25rem; font-size: 1.15rem; }
.total { margin: 0 0 1.5rem; font-size: 2rem; font-weight: 650; letter-spacing: -0.02em; }
ul { margin: 0; padding: 0; list-style: none; }
li {
  display: flex;
  gap: 1rem;
  justify-content: space-between;
  padding: 0.75rem 0;
  border-top: 1px solid var(--line);
}
li span { overflow-wrap: anywhere; }
li b { font-weight: 500; white-space: nowrap; font-variant-numeric: tabular-nums; }
small, .quiet { color: var(--quiet); font-size: 0.875rem; }
li small { display: block; }
a { color: var(--accent); }
.test {
  margin: 0 0 1.25rem;
  padding: 0.6rem 0.85rem;
  border-radius: 0.5rem;
  background: var(--note);
  font-size: 0.875rem;
}
.alert {
  margin: 0 0 1.25rem;
  padding: 0.75rem 0.85rem;
  border-radius: 0.5rem;
  background: var(--wrong-back);
  color: var(--wrong);
}
.field { margin-bottom: 1rem; }
.pair { display: grid; grid-template-columns: 1fr 1fr; gap: 0 1rem; }
label { display: block; margin-bottom: 0.3rem; font-size: 0.9rem; font-weight: 550; }
input {
  width: 100%;
  padding: 0.65rem 0.75rem;
  border: 1px solid var(--line);
  border-radius: 0.5rem;
  background: var(--page);
  color: inherit;
  font: inherit;
}
input[aria-invalid="true"] { border-color: var(--wrong); }
.wrong { margin: 0.3rem 0 0; color: var(--wrong); font-size: 0.875rem; }
input:focus-visible, button:focus-visible, a:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
button {
  width: 100%;
  margin-top: 0.5rem;
  padding: 0.8rem;
  border: 0;
  border-radius: 0.5rem;
  background: var(--accent);
  color: var(--on-accent);
  font: inherit;
  font-weight: 600;
  cursor: pointer;
}
button:hover { filter: brightness(1.08); }
button.other { border: 1px solid var(--line); background: transparent; color: inherit; }
@media (min-width: 50rem) {
  main:not(.narrow) { grid-template-columns: 5fr 6fr; align-items: start; }
}
@media (max-width: 24rem) {
  main { padding: 1rem 0.75rem; }
  section { padding: 1.25rem; }
}
`)
