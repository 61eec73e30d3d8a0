#!/usr/bin/env bash
# SPDX-License-Identifier: BSL-1.0
# bench/compile/measure.sh — seconds and memory to compile one loss, beside a header that everybody knows and the same loss in
# libraries that are installed: machines differ, the ratio less. The shortest of some interleaved runs, by the processor's time:
# what else a machine does is not counted.
# Usage: measure.sh COMPILER... ; REPETITIONS (5), EIGEN and TORCH (include folders)
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
repetitions=${REPETITIONS:-5}
eigen=${EIGEN:-/usr/include/eigen3} torch=${TORCH:-/usr/include/torch/csrc/api/include}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# compile COMPILER FILE [MEASURE...], which runs the compiler. The headers of LibTorch are of an older standard.
compile() {
  local standard=c++20
  [ "$2" != torch_loss ] || standard=c++17
  "${@:3}" "$1" -std="$standard" -O2 -I ../../include -isystem "$eigen" -isystem "$torch" -c "$2.cpp" -o "$work/object.o"
}

files=(eigen header calls_only one_loss)
for file in eigen_loss xtensor_loss torch_loss; do
  # What is not installed is left out; what is, has to compile.
  header=$(sed -n 's/^#include <\([A-Z]*[a-z]*\/.*\)>/\1/p' "$file.cpp" | head -n 1)
  if [ -e "$eigen/$header" ] || [ -e "$torch/$header" ] || [ -e "/usr/include/$header" ]; then files+=("$file"); fi
done

for compiler in "$@"; do printf '# %s: %s\n' "$compiler" "$("$compiler" --version | head -n 1)"; done
printf '%-14s %-12s %9s %9s %9s %9s\n' compiler file 's' 'wall s' MB 'x Eigen'
for compiler in "$@"; do
  for ((i = 0; i < repetitions; ++i)); do
    for file in "${files[@]}"; do
      compile "$compiler" "$file" env time -f '%U %S %e %M' -o "$work/time"
      awk '{ print $1 + $2, $3, $4 }' "$work/time" >>"$work/$compiler.$file"
    done
  done
  yardstick=$(sort -n "$work/$compiler.eigen" | head -n 1 | cut -d' ' -f1)
  for file in "${files[@]}"; do
    sort -n "$work/$compiler.$file" | head -n 1 | {
      read -r seconds wall memory
      awk -v c="$compiler" -v f="$file" -v s="$seconds" -v w="$wall" -v m="$memory" -v y="$yardstick" \
        'BEGIN { printf "%-14s %-12s %9.2f %9.2f %9.0f %9.2f\n", c, f, s, w, m / 1024, s / y }'
    }
  done
done
