// How the page looks: one column, readable on a phone, light or dark as the device is.

export const STYLE = `:root {
  color-scheme: light dark;
  --ground: #f6f5f2; --card: #ffffff; --ink: #1d2024; --soft: #5c636b; --line: #dfddd6;
  --accent: #24566b; --good: #1f7a4d; --plain: #9a6700; --other: #a23b2a; --code: #f0eee9;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #15181b; --card: #1d2125; --ink: #e6e4df; --soft: #a0a7ae; --line: #32383e;
    --accent: #86c5dc; --good: #6fd39b; --plain: #e3b341; --other: #f0907e; --code: #272c31;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; background: var(--ground); color: var(--ink);
  font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif;
}
main { max-width: 46rem; margin: 0 auto; padding: 2.5rem 1.25rem 4rem; }
header { margin-bottom: 1.75rem; }
h1 { font-size: 1.75rem; line-height: 1.2; margin: 0 0 .25rem; letter-spacing: -.01em; }
h2 { font-size: 1.1rem; margin: 2.25rem 0 .75rem; }
p { margin: .5rem 0; }
header p, .soft { color: var(--soft); }
a { color: var(--accent); }
a:focus-visible, button:focus-visible, summary:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; border-radius: .4rem; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: .8rem; padding: 1.1rem 1.25rem; }
.card > :first-child { margin-top: 0; }
.card > :last-child { margin-bottom: 0; }
#check { display: flex; gap: 1rem; align-items: center; border-left-width: .4rem; }
#check[data-state=good] { border-left-color: var(--good); }
#check[data-state=plain] { border-left-color: var(--plain); }
#check[data-state=other] { border-left-color: var(--other); }
#check > div { flex: 1; }
#check strong { font-size: 1.15rem; }
#check p { margin: .1rem 0 0; }
#check [data-text]:empty { display: none; }
button {
  font: inherit; color: var(--accent); background: none; border: 1px solid var(--line); border-radius: .5rem;
  padding: .45rem .8rem; cursor: pointer; white-space: nowrap;
}
button:hover { border-color: var(--accent); }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .55rem 1.25rem; margin: 0; }
dt { color: var(--soft); }
dd { margin: 0; min-width: 0; }
code, pre { font-family: ui-monospace, "SF Mono", Consolas, "DejaVu Sans Mono", monospace; font-size: .9em; }
code { background: var(--code); border-radius: .3rem; padding: .12em .4em; overflow-wrap: anywhere; -webkit-box-decoration-break: clone; box-decoration-break: clone; }
pre { background: var(--code); border-radius: .5rem; padding: .75rem .9rem; margin: .6rem 0; white-space: pre-wrap; overflow-wrap: anywhere; }
pre code { background: none; padding: 0; }
details { background: var(--card); border: 1px solid var(--line); border-radius: .8rem; margin: .6rem 0; }
summary { cursor: pointer; padding: .8rem 1.25rem; font-weight: 600; list-style-position: inside; }
summary span { color: var(--soft); font-weight: 400; }
details > div { padding: 0 1.25rem 1rem; }
ol { margin: .4rem 0; padding-left: 1.4rem; }
li { margin: .3rem 0; }
.codes { display: grid; grid-template-columns: repeat(auto-fit, minmax(11rem, 1fr)); gap: 1rem; }
figure { margin: 0; text-align: center; }
.qr { width: 100%; max-width: 12rem; height: auto; border-radius: .6rem; border: 1px solid var(--line); }
figcaption { font-size: .9rem; color: var(--soft); margin-top: .4rem; overflow-wrap: anywhere; }
.buttons { display: flex; flex-wrap: wrap; gap: .6rem; margin: .7rem 0; }
.button { display: inline-block; text-decoration: none; border: 1px solid var(--accent); border-radius: .5rem; padding: .5rem .9rem; }
.button:hover { background: var(--code); }
.note { border-left: .25rem solid var(--plain); padding-left: .8rem; }
footer { margin-top: 2.5rem; color: var(--soft); font-size: .9rem; }
@media (max-width: 32rem) {
  main { padding-top: 1.5rem; }
  dl { grid-template-columns: 1fr; gap: .15rem; }
  dd + dt { margin-top: .6rem; }
  #check { flex-direction: column; align-items: stretch; }
}
`;
