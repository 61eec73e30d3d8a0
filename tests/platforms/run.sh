#!/usr/bin/env bash
# SPDX-License-Identifier: BSL-1.0
# tests/platforms/run.sh [name...]: values.cpp on every platform that this machine can compile for and run, each of which must
# print values.txt. Says what was skipped and the Debian packages it lacks. With names, only these rows.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
ln -s /usr/include/boost "$work/boost" # alone: the headers of this machine are not those of another
only=("$@") right=0 wrong=0 skipped=0

# The emulator of a machine, which one package has and another, linked statically.
emulator() { command -v "qemu-$1" || echo "qemu-$1-static"; }
# row NAME 'PACKAGE...' RUNNER COMPILER... : compiles, runs and compares.
row() {
  local name=$1 packages=$2 runner=$3; shift 3
  if [ ${#only[@]} -gt 0 ] && [[ " ${only[*]} " != *" $name "* ]]; then return; fi
  if ! command -v "$1" >/dev/null || { [ -n "$runner" ] && ! command -v "${runner%% *}" >/dev/null; } ||
     ! "$@" -x c++ - -o "$work/main" <<<$'#include <cstddef>\nint main() {}' 2>/dev/null; then
    printf '%-22s skipped: needs %s\n' "$name" "$packages"
    skipped=$((skipped + 1))
  elif ! "$@" -std=c++20 -O2 -Wall -Wextra -Werror -I ../../include -I "$work" values.cpp -o "$work/values" ||
       ! $runner "$work/values" >"$work/values.txt" || ! diff values.txt "$work/values.txt"; then
    printf '%-22s WRONG\n' "$name"
    wrong=$((wrong + 1))
  else
    printf '%-22s right\n' "$name"
    right=$((right + 1))
  fi
}
# refused NAME PACKAGE COMPILER : must say which compilers Loom needs.
refused() {
  if [ ${#only[@]} -gt 0 ] && [[ " ${only[*]} " != *" $1 "* ]]; then return; fi
  if ! command -v "$3" >/dev/null; then
    printf '%-22s skipped: needs %s\n' "$1" "$2"
    skipped=$((skipped + 1))
  elif [[ $("$3" -std=c++20 -I ../../include -I "$work" -fsyntax-only values.cpp 2>&1) == *'error "Loom needs g++ 12'* ]]; then
    printf '%-22s refused\n' "$1"
    right=$((right + 1))
  else
    printf '%-22s WRONG: not refused by name\n' "$1"
    wrong=$((wrong + 1))
  fi
}

refused g++-11 g++-11 g++-11
for version in 12 13 14 15; do row "g++-$version" "g++-$version" '' "g++-$version"; done
for version in 14 15 16 17 18 19 20; do row "clang-$version" "clang-$version" '' "clang++-$version"; done
row libc++ 'clang-19 libc++-19-dev libc++abi-19-dev' '' clang++-19 -stdlib=libc++
row march-native g++-12 '' g++-12 -march=native
row no-exceptions g++-12 '' g++-12 -fno-exceptions -fno-rtti
row x86-32-g++ 'g++-12-multilib' '' g++-12 -m32 -msse2 -mfpmath=sse
row x86-32-clang 'clang-19 g++-12-multilib' '' clang++-19 -m32 -msse2 -mfpmath=sse
for machine in aarch64 s390x riscv64; do # s390x is big-endian
  row "$machine" "g++-12-$machine-linux-gnu qemu-user" "$(emulator "$machine")" "$machine-linux-gnu-g++-12" -static
done
row aarch64-clang 'clang-19 g++-12-aarch64-linux-gnu qemu-user' "$(emulator aarch64)" clang++-19 --target=aarch64-linux-gnu -static
row wasm32 'clang-19 lld-19 wasi-libc libclang-rt-19-dev-wasm32 libc++-19-dev-wasm32 libc++abi-19-dev-wasm32 nodejs' \
  "node --no-warnings wasi.mjs" clang++-19 --target=wasm32-wasi -fno-exceptions

echo "$right right, $wrong wrong, $skipped skipped"
[ "$wrong" -eq 0 ] && [ "$right" -gt 0 ]
