#!/usr/bin/env bash
# SPDX-License-Identifier: BSL-1.0
# src/site/build.sh — makes the site: `./run site` calls it once the programs that it needs are installed.
#   build.sh PAGES WORK OUTPUT : PAGES the program loom_site_pages, WORK a folder for what lies between, OUTPUT the site.
# The sources are copied to WORK, where node_modules lie: nothing is written beside them.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
root=$PWD pages=$1 work=$(realpath -m "$2") output=$(realpath -m "$3")
clang=${WASM_CXX:-clang++-19}

mkdir -p "$work" "$output"
cp -r src/site/. "$work"
"$pages" >"$work/pages.json"
rm -f "$work/help.txt"
for program in build/*/bin/loom; do
  if [ -x "$program" ]; then "$program" --help >"$work/help.txt" 2>&1 || rm "$work/help.txt"; break; fi
done

cd "$work"
if ! cmp -s package-lock.json node_modules/.installed; then
  npm ci --no-audit --no-fund --loglevel=error >&2
  cp package-lock.json node_modules/.installed
fi

# The compiler in a page. Without exceptions, so fmt is header-only; a formula's graphs lie on the stack, so it is large.
# Made again only if something it is made of changed.
stamp=$(cd "$root" && cat src/site/*.?pp src/formula/* $(find include -type f | sort) src/site/build.sh | sha256sum)
if [ ! -f playground.wasm ] || [ "$(cat playground.stamp 2>/dev/null)" != "$stamp" ]; then
  rm -rf wasm && mkdir -p wasm/include
  ln -sfn /usr/include/boost wasm/include/boost  # alone: the headers of this machine are not those of another
  ln -sfn /usr/include/fmt wasm/include/fmt
  printf '%s\0' "$root"/src/site/{mathematics,show,playground}.cpp "$root"/src/formula/*.cpp |
    xargs -0 -n 1 -P "${JOBS:-$(nproc)}" sh -c '
      "$0" --target=wasm32-wasi -std=c++20 -Oz -fno-exceptions -fno-rtti -DFMT_HEADER_ONLY -DFMT_EXCEPTIONS=0 -DNDEBUG \
        -ffunction-sections -fdata-sections -mbulk-memory -Wall -Wextra -Wshadow -Werror \
        -I "$1/include" -I "$1/src" -isystem wasm/include -c "$2" -o "wasm/$(basename "$2" .cpp).o"' "$clang" "$root"
  "$clang" --target=wasm32-wasi -mexec-model=reactor -fno-exceptions -Oz -Wl,--gc-sections,--strip-all,-z,stack-size=8388608 \
    -Wl,--export=loom_show,--export=loom_request wasm/*.o -o wasm/playground.wasm
  node_modules/.bin/wasm-opt -Oz --enable-bulk-memory --enable-sign-ext --enable-mutable-globals --enable-nontrapping-float-to-int \
    wasm/playground.wasm -o playground.wasm
  echo "$stamp" >playground.stamp
fi

rm -rf "$output"
LOOM_ROOT=$root LOOM_SITE_WORK=$work LOOM_SITE_OUTPUT=$output node_modules/.bin/eleventy --config=eleventy.config.js >&2
