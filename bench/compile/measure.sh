#!/usr/bin/env bash
# SPDX-License-Identifier: BSL-1.0
# bench/compile/measure.sh — seconds and memory to compile one loss, beside a header that everybody knows: machines differ,
# the ratio less. The shortest of some interleaved runs.
# Usage: measure.sh COMPILER... ; REPETITIONS (5), EIGEN (include folder)
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
repetitions=${REPETITIONS:-5}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

printf '%-14s %-10s %9s %9s %9s %9s\n' compiler file 'wall s' 'user s' MB 'x Eigen'
for compiler in "$@"; do
  for ((i = 0; i < repetitions; ++i)); do
    for file in eigen header calls_only one_loss; do
      command time -f '%e %U %M' -o "$work/time" "$compiler" -std=c++20 -O2 -I ../../include -isystem "${EIGEN:-/usr/include/eigen3}" \
        -c "$file.cpp" -o "$work/object.o"
      cat "$work/time" >>"$work/$compiler.$file"
    done
  done
  yardstick=$(sort -n "$work/$compiler.eigen" | head -n 1 | cut -d' ' -f1)
  for file in eigen header calls_only one_loss; do
    sort -n "$work/$compiler.$file" | head -n 1 | {
      read -r wall user memory
      awk -v c="$compiler" -v f="$file" -v w="$wall" -v u="$user" -v m="$memory" -v y="$yardstick" \
        'BEGIN { printf "%-14s %-10s %9.2f %9.2f %9.0f %9.2f\n", c, f, w, u, m / 1024, w / y }'
    }
  done
done
