"""Compile the templates of the theme that comes with the engine, once for all networks.

    python tools/precompile.py

Setup calls it after every change of engine or theme. What is missing is compiled by each build for itself.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from congtin.build.compiled_templates import ship_templates
from congtin.build.frame import template_texts
from congtin.build.shipped import SHIPPED
from congtin.build.template_facts import ship_facts
from congtin.layout import THEME

ROOT = Path(__file__).resolve().parent.parent


def main() -> None:
    """Make the folder anew."""
    shutil.rmtree(SHIPPED, ignore_errors=True)
    SHIPPED.mkdir(parents=True)
    texts = template_texts(ROOT / THEME)
    ship_facts(texts)
    ship_templates(ROOT, texts)


if __name__ == "__main__":
    main()
