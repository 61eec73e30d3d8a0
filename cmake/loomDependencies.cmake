# SPDX-License-Identifier: BSL-1.0
# What Loom's headers include: one list for this build and for the installed package.
include(CMakeFindDependencyMacro)
find_dependency(Boost 1.74 CONFIG) # Hana: names and collections; headers only
find_dependency(fmt 9 CONFIG)      # loom::code
