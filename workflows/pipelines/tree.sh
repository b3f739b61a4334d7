#!/bin/sh
# Brings the content of a Change into a work tree of its base: texts and sites as they would be after the merge;
# program, theme, plugins and settings stay the base's. So a Change can be checked and shown before anybody trusts it.
#
#   sh workflows/pipelines/tree.sh BASE HEAD      in a work tree that stands at BASE
set -eu

die() {
    printf 'tree: %s\n' "$*" >&2
    exit 1
}

[ $# -eq 2 ] || die "usage: tree.sh BASE HEAD"
base=$1
head=$2
for commit in "$base" "$head"; do
    case $commit in
    *[!0-9a-f]* | '') die "no full commit id: $commit" ;;
    esac
    [ "${#commit}" -ge 40 ] || die "no full commit id: $commit"
done
[ "$(git rev-parse HEAD)" = "$base" ] || die "the work tree does not stand at $base"
[ -z "$(git status --porcelain --untracked-files=no)" ] || die "the work tree was changed"

merged=$(git merge-tree --write-tree "$base" "$head") || {
    printf '%s\n' "$merged" | tail -n +2 >&2
    die "the Change conflicts with its base; merge the base into it"
}

# A link or a submodule could show what lies elsewhere; attributes could run a program on the way.
odd=$(git ls-tree -r --full-tree "$merged" content sites | grep -v '^100644 blob ' || true)
[ -z "$odd" ] || die "not an ordinary file: $odd"
odd=$(git ls-tree -r --full-tree --name-only "$merged" content sites | grep -E '(^|/)"?\.git[^/]*"?$' || true)
[ -z "$odd" ] || die "a file that steers Git: $odd"

git -c core.symlinks=false -c core.autocrlf=false \
    restore --source="$merged" --staged --worktree -- content sites

others=$(git diff --name-only "$base" "$merged" -- . ':(exclude)content' ':(exclude)sites')
if [ -n "$others" ]; then
    printf 'tree: left as in the base, because they decide how texts become pages:\n%s\n' "$others"
fi
