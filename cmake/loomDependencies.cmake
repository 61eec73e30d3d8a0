# SPDX-License-Identifier: BSL-1.0
# What Loom's headers include: one list for this build and for the installed package.
include(CMakeFindDependencyMacro)
find_dependency(Boost 1.74 CONFIG) # Hana: names and collections; headers only
# Needed by some targets only: whoever links loom::code or loom::threads without them is told so by name.
if(NOT TARGET fmt::fmt)
  find_package(fmt 9 CONFIG QUIET)
endif()
if(NOT TARGET TBB::tbb)
  find_package(TBB QUIET)
endif()
