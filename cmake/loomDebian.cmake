# SPDX-License-Identifier: BSL-1.0
# cpack in the build folder makes libloom-dev_<version>_all.deb.
set(CPACK_GENERATOR DEB)
set(CPACK_INSTALL_CMAKE_PROJECTS ${PROJECT_BINARY_DIR} Loom loom /) # the headers: they are the same on every machine
set(CPACK_PACKAGE_NAME libloom-dev)
set(CPACK_PACKAGE_CONTACT "Loom <loom@localhost>")
set(CPACK_RESOURCE_FILE_LICENSE ${PROJECT_SOURCE_DIR}/LICENSE_1_0.txt)
set(CPACK_DEBIAN_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_PACKAGE_ARCHITECTURE all)
set(CPACK_DEBIAN_PACKAGE_DEPENDS "libboost-dev (>= 1.74) | libboost1.81-dev")
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "libfmt-dev (>= 9), libtbb-dev")
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
include(CPack)
