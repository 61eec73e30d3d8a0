# SPDX-License-Identifier: BSL-1.0
# tests/platforms/aarch64.cmake: a toolchain for 64-bit Arm on another machine: Debian's cross compiler, or clang with its
# libraries, qemu, and the packages that `./run arm` unpacks into build/arm64.
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR aarch64)
set(CMAKE_LIBRARY_ARCHITECTURE aarch64-linux-gnu)
set(CMAKE_CXX_COMPILER_TARGET aarch64-linux-gnu) # for clang

cmake_path(SET packages NORMALIZE ${CMAKE_CURRENT_LIST_DIR}/../../build/arm64)
set(CMAKE_FIND_ROOT_PATH ${packages})
foreach(kind IN ITEMS LIBRARY INCLUDE PACKAGE)
  set(CMAKE_FIND_ROOT_PATH_MODE_${kind} ONLY)
endforeach()
set(CMAKE_CXX_FLAGS_INIT "-isystem ${packages}/usr/include/aarch64-linux-gnu") # gmp.h
set(CMAKE_CROSSCOMPILING_EMULATOR qemu-aarch64-static -L /usr/aarch64-linux-gnu
    -E LD_LIBRARY_PATH=${packages}/usr/lib/aarch64-linux-gnu)
