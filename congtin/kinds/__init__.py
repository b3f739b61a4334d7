"""Kinds of Items as data: what `themes/base/kinds/<kind>/kind.yaml` declares."""
