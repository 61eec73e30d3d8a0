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
rm -rf "$work"/{assets,data,lib,pages,templates,test}  # of a file that is gone, too
cp -r src/site/. "$work"
"$pages" >"$work/pages.json"
# What the program says of itself, if it was built: the last that was.
rm -rf "$work/help" && mkdir "$work/help"
program=$(ls -t build/*/bin/loom 2>/dev/null | head -n 1) || true
if [ -n "$program" ]; then
  "$program" --help >"$work/help/loom"
  for command in $(sed -n '/^Subcommands:/,/^$/s/^  \([a-z][a-z-]*\) .*/\1/p' "$work/help/loom"); do
    "$program" "$command" --help >"$work/help/$command"
  done
fi

cd "$work"
if ! cmp -s package-lock.json node_modules/.installed; then
  npm ci --no-audit --no-fund --loglevel=error >&2 || exit 69  # EX_UNAVAILABLE: the registry is not to be had
  cp package-lock.json node_modules/.installed
fi

# The compiler in a page. Without exceptions, so fmt is header-only; a formula's graphs lie on the stack, so it is large.
# Made again only if something it is made of changed.
stamp=$(cd "$root" && cat src/site/*.?pp src/formula/* $(find include -type f | sort) src/site/build.sh | sha256sum)
if [ ! -f playground.wasm ] || [ "$(cat playground.stamp 2>/dev/null)" != "$stamp" ]; then
  rm -rf wasm && mkdir -p wasm/include
  ln -s /usr/include/boost /usr/include/fmt wasm/include  # alone: the headers of this machine are not those of another
  flags=(--target=wasm32-wasi -std=c++20 -Oz -fno-rtti -DFMT_HEADER_ONLY -DFMT_EXCEPTIONS=0 -DNDEBUG -ffunction-sections -fdata-sections
         -mbulk-memory -Wall -Wextra -Wshadow -Werror -I "$root/include" -I "$root/src" -isystem wasm/include)
  printf '%s\0' "$root"/src/site/{mathematics,typeset,show,playground}.cpp |
    xargs -0 -I SOURCE -P "${JOBS:-$(nproc)}" sh -c '"$@" -c SOURCE -o "wasm/$(basename SOURCE .cpp).o"' sh "$clang" "${flags[@]}" -fno-exceptions
  printf '%s\0' "$root"/src/formula/{build,infer,parse,print,program,scope,syntax,words}.cpp "$root/src/site/wasi.cpp" |
    xargs -0 -I SOURCE -P "${JOBS:-$(nproc)}" sh -c '"$@" -c SOURCE -o "wasm/$(basename SOURCE .cpp).o"' sh "$clang" "${flags[@]}" \
      -fwasm-exceptions -include "$root/src/site/wasi.hpp"
  "$clang" --target=wasm32-wasi -mexec-model=reactor -Oz -Wl,--gc-sections,--strip-all,-z,stack-size=8388608 \
    -Wl,--export=loom_show,--export=loom_request wasm/*.o -o wasm/playground.wasm
  node_modules/.bin/wasm-opt -Oz --enable-bulk-memory --enable-sign-ext --enable-mutable-globals --enable-nontrapping-float-to-int --enable-exception-handling --enable-reference-types \
    wasm/playground.wasm -o playground.wasm
  echo "$stamp" >playground.stamp
fi

rm -rf "$output"
LOOM_ROOT=$root LOOM_SITE_WORK=$work LOOM_SITE_OUTPUT=$output node_modules/.bin/eleventy --config=eleventy.config.js >&2
