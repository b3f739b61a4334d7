#!/usr/bin/env bash
# Runs several make targets one after the other, all of them even when one fails, and says at the
# end how long each took: tools/parts.sh setup-test lint types pytest
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

now() { local t=${EPOCHREALTIME/[.,]/}; printf '%s' "$((t / 1000))"; }

names=() spent=() results=()
total=0 failed=0
for part in "$@"; do
    printf '== %s\n' "$part"
    start=$(now)
    if "${MAKE:-make}" --no-print-directory "$part"; then
        result=passed
    else
        result=FAILED
        failed=1
    fi
    took=$(($(now) - start))
    names+=("$part") spent+=("$took") results+=("$result")
    total=$((total + took))
    # Without its tools nothing else can run.
    if [[ $part == setup* && $result == FAILED ]]; then break; fi
done

printf '\n%-12s %9s %6s\n' part seconds share
for i in "${!names[@]}"; do
    tenths=$((total ? 1000 * spent[i] / total : 0))
    printf '%-12s %5d.%03d %3d.%d%%  %s\n' "${names[i]}" \
        $((spent[i] / 1000)) $((spent[i] % 1000)) $((tenths / 10)) $((tenths % 10)) "${results[i]}"
done
printf '%-12s %5d.%03d\n' all $((total / 1000)) $((total % 1000))
exit "$failed"
