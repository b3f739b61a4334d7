"""What every page has to pass: each gate looks at pages and returns what it found, and why it matters to somebody.

`make test` runs them on a sample of every template and language (tests/test_gates*.py), `make audit` on all pages
(tools/audit.py). No gate knows a template or a class by name: new ones are judged like all others.
"""
