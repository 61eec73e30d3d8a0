# SPDX-License-Identifier: BSL-1.0
# loom::threads, for loom/threads.hpp: only where oneTBB is installed.
find_package(TBB QUIET)
if(TBB_FOUND AND NOT TARGET loom::threads)
  add_library(loom::threads INTERFACE IMPORTED GLOBAL)
  target_link_libraries(loom::threads INTERFACE loom::loom TBB::tbb)
endif()
