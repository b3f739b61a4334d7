"""How the pages look that a publisher writes for its own people: no script, no other file, phone and paper too."""

# Colours of at least 4.5 : 1 on their ground; words always say the same.
STYLE = """\
:root { color-scheme: light dark; --text: #1b1b1b; --soft: #595959; --ground: #fff; --line: #c9c9c9;
  --red: #a80000; --amber: #7a4d00; --green: #1b5e20; --planned: #1a4b8c; --red-ground: #fdeaea; }
@media (prefers-color-scheme: dark) { :root { --text: #f0f0f0; --soft: #b8b8b8; --ground: #161616; --line: #555;
  --red: #ff9c94; --amber: #ffc46b; --green: #9be3a1; --planned: #a9ccff; --red-ground: #3a1614; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 70rem; padding: 1rem; background: var(--ground); color: var(--text);
  font: 1rem/1.5 system-ui, "Noto Sans", sans-serif; }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 .25rem; }
h2 { font-size: 1.15rem; margin: 1.75rem 0 .5rem; }
.soft { color: var(--soft); margin: 0; }
.counts { display: grid; grid-template-columns: repeat(auto-fit, minmax(8.5rem, 1fr)); gap: .5rem;
  list-style: none; margin: 1rem 0; padding: 0; }
.counts li { border: 1px solid var(--line); border-left: .4rem solid currentColor; padding: .4rem .75rem; }
.counts b { display: block; font-size: 1.75rem; line-height: 1.2; }
.red { color: var(--red); } .amber { color: var(--amber); } .green { color: var(--green); }
.planned { color: var(--planned); }
.light { font-weight: 700; white-space: nowrap; }
.box { border: 1px solid var(--line); border-left: .4rem solid var(--red); background: var(--red-ground);
  margin: 1rem 0; padding: .5rem .75rem; }
table { border-collapse: collapse; width: 100%; }
th, td { border-bottom: 1px solid var(--line); padding: .5rem; text-align: left; vertical-align: top; }
tr.is-red { background: var(--red-ground); }
thead th { border-bottom-width: 2px; }
th[scope=row] { font-weight: 600; } th small { color: var(--soft); display: block; font-weight: 400; }
td ul { margin: 0; padding-left: 1.1rem; }
code { overflow-wrap: anywhere; }
details > summary { cursor: pointer; padding: .4rem 0; }
@media (max-width: 40rem) {
  thead { position: absolute; left: -999rem; }
  table, tbody, tr, th, td { display: block; } th, td { border: 0; padding: .15rem .5rem; }
  tr { border-bottom: 1px solid var(--line); padding: .4rem 0; }
}
"""
