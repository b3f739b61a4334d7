#!/bin/sh
# Builds the preview of a Change into a folder of its own on a preview machine: marked "CHƯA DUYỆT", noindex.
#
#   CONGTIN_PREVIEWS=/srv/congtin/previews sh workflows/pipelines/preview.sh NUMBER
#
# Look at it on that machine (or through its login): congtin serve --output /srv/congtin/previews/NUMBER
set -eu

die() {
    printf 'preview: %s\n' "$*" >&2
    exit 1
}

number=${1:-}
case $number in
'' | *[!0-9]*) die "usage: preview.sh NUMBER" ;;
esac
[ -n "${CONGTIN_PREVIEWS:-}" ] || die "CONGTIN_PREVIEWS names no folder"
# What nobody approved never stands on a machine of the state's domain.
case $(hostname -f 2>/dev/null || hostname) in
*.gov.vn | gov.vn) die "no previews on a host below gov.vn" ;;
esac
exec .venv/bin/congtin build --preview --output "$CONGTIN_PREVIEWS/$number"
