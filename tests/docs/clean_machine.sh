#!/usr/bin/env bash
# SPDX-License-Identifier: BSL-1.0
# tests/docs/clean_machine.sh FOLDER : does what README and tutorial say on a Debian that has nothing else, in FOLDER, by debootstrap and
# chroot; as root. First with the packages that README names, without the program; then with what `./run loom` installs itself.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
image=$(realpath -m "$1")
# Debian's first archive, as this machine has it.
read -r archive suite < <(apt-get indextargets --format '$(REPO_URI) $(CODENAME)' | grep -v -e security -e updates | head -n 1)

if [ ! -e "$image/etc/debian_version" ]; then debootstrap --variant=minbase "$suite" "$image" "$archive" >&2; fi
trap 'umount -q "$image/proc" || true' EXIT
mountpoint -q "$image/proc" || mount -t proc proc "$image/proc"
cp /etc/resolv.conf "$image/etc/resolv.conf"
cp -r /etc/apt/apt.conf.d/. "$image/etc/apt/apt.conf.d/"  # proxies, and what else reaching the archive takes
rm -rf "$image/loom"
mkdir "$image/loom"
git ls-files -z | xargs -0 tar -c | tar -x -C "$image/loom"

inside() { chroot "$image" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive bash -ec "cd /loom; $1"; }
# The packages of README's lines "apt install ...".
packages=$(grep -o 'apt install [a-z0-9+ -]*' README.md | sed 's/apt install //' | tr '\n' ' ')
follow='cmake -D COMPILER=/usr/bin/g++ -D FLAGS= -D "GENERATOR=Unix Makefiles" -D WORK=/tmp/follow'
inside "apt-get update -qq; apt-get install -y -qq $packages libfmt-dev >/dev/null
        $follow -P tests/docs/follow.cmake"
inside "./run loom --version 2>/dev/null
        $follow -D PROGRAM=/loom/build/program/bin/loom -P tests/docs/follow.cmake"
