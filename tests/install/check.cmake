# SPDX-License-Identifier: BSL-1.0
# tests/install/check.cmake: installs BUILD, moves what was installed, and uses it as other projects do: by find_package with
# and without components and dependencies, by pkg-config, as a subfolder, as a Debian package.
cmake_minimum_required(VERSION 3.25)
file(REMOVE_RECURSE ${WORK})
file(MAKE_DIRECTORY ${WORK})
cmake_path(GET CMAKE_CURRENT_LIST_FILE PARENT_PATH here)
cmake_path(GET here PARENT_PATH tests)
cmake_path(GET tests PARENT_PATH root)

# expect(<sentence> <regex> command...): the command succeeds, or, with a regex, fails and says it.
function(expect sentence regex)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
  string(REGEX REPLACE "[ \n]+" " " said "${output}") # cmake breaks lines
  if(regex STREQUAL "" AND NOT result EQUAL 0)
    message(NOTICE "${output}")
    message(FATAL_ERROR "failed: ${sentence}")
  elseif(NOT regex STREQUAL "" AND result EQUAL 0)
    message(NOTICE "${output}")
    message(FATAL_ERROR "did not fail: ${sentence}")
  elseif(NOT regex STREQUAL "" AND NOT said MATCHES "${regex}")
    message(NOTICE "${output}")
    message(FATAL_ERROR "does not say '${regex}': ${sentence}")
  endif()
  message(NOTICE "${sentence}")
endfunction()

set(common -G ${GENERATOR} -DCMAKE_PREFIX_PATH=${WORK}/prefix -DCMAKE_BUILD_TYPE=Debug -DCMAKE_CXX_COMPILER=${COMPILER}
           -DCMAKE_CXX_FLAGS=${FLAGS})
set(configure ${CMAKE_COMMAND} -S ${here}/consumer -B ${WORK}/build ${common} --fresh)
# consumer(<sentence> options...): configures, builds and runs.
function(consumer sentence)
  expect("${sentence}: configured" "" ${configure} ${ARGN})
  expect("${sentence}: built" "" ${CMAKE_COMMAND} --build ${WORK}/build --config Debug)
  expect("${sentence}: run" "" ${CMAKE_CTEST_COMMAND} --test-dir ${WORK}/build --output-on-failure --no-tests=error -C Debug)
endfunction()

expect("installed" "" ${CMAKE_COMMAND} --install ${BUILD} --prefix ${WORK}/first --component loom --config ${CONFIG})
file(RENAME ${WORK}/first ${WORK}/prefix)

consumer("find_package(loom)")
expect("find_package(Loom)" "" ${configure} -DPACKAGE=Loom)
expect("a component that does not exist" "loom has no component graphs, only loom, code and threads"
       ${configure} -DCOMPONENTS=graphs)

set(without_fmt -DCMAKE_DISABLE_FIND_PACKAGE_fmt=ON)
set(without_tbb -DCMAKE_DISABLE_FIND_PACKAGE_TBB=ON)
consumer("without fmt and oneTBB" ${without_fmt} ${without_tbb})
expect("the component code without fmt" "loom::code needs fmt 9 or later" ${configure} ${without_fmt} "-DCOMPONENTS=loom code")
expect("the component threads without oneTBB" "loom::threads needs oneTBB" ${configure} ${without_tbb} -DCOMPONENTS=threads)
expect("both" "loom::code needs fmt 9 or later .*, and loom::threads needs oneTBB"
       ${configure} ${without_fmt} ${without_tbb} "-DCOMPONENTS=code threads" -DPACKAGE=Loom)
expect("loom::code linked without fmt" "loom::code. contains: fmt::fmt" ${configure} ${without_fmt} -DTARGET=loom::code)
expect("loom::threads linked without oneTBB" "loom::threads. contains: TBB::tbb" ${configure} ${without_tbb} -DTARGET=loom::threads)
expect("without Boost" "package for module Boost" ${configure} -DCMAKE_DISABLE_FIND_PACKAGE_Boost=ON)
if(HAS_TBB)
  consumer("all components" "-DCOMPONENTS=loom code threads" "-DTARGET=loom::code loom::threads")
endif()

set(own ${CMAKE_COMMAND} -S ${root} -B ${WORK}/own ${common} --fresh ${without_fmt} -DLOOM_BUILD_EXAMPLES=OFF)
expect("Loom's tests without fmt" "tests, examples and benchmarks need fmt 9 or" ${own} -DLOOM_BUILD_TESTS=ON)
expect("Loom itself without fmt" "" ${own} -DLOOM_BUILD_TESTS=OFF)

expect("a library with Loom as a subfolder: configured" ""
       ${CMAKE_COMMAND} -S ${here}/library -B ${WORK}/library ${common} -DLOOM=${root})
expect("a library with Loom as a subfolder: installed" "" ${CMAKE_COMMAND} --install ${WORK}/library --prefix ${WORK}/losses)

find_program(PKG_CONFIG NAMES pkg-config pkgconf)
if(PKG_CONFIG)
  set(ENV{PKG_CONFIG_PATH} ${WORK}/prefix/share/pkgconfig)
  expect("pkg-config has the version" "" ${PKG_CONFIG} --exact-version=${VERSION} loom)
  execute_process(COMMAND ${PKG_CONFIG} --cflags loom OUTPUT_VARIABLE cflags OUTPUT_STRIP_TRAILING_WHITESPACE)
  separate_arguments(cflags UNIX_COMMAND "${cflags} ${FLAGS}")
  expect("pkg-config: compiled" "" ${COMPILER} -std=c++20 ${cflags} ${here}/consumer/main.cpp -o ${WORK}/by_hand)
  expect("pkg-config: run" "" ${WORK}/by_hand)
endif()

find_program(DPKG_DEB dpkg-deb)
if(DPKG_DEB)
  cmake_path(GET CMAKE_COMMAND PARENT_PATH bin)
  expect("cpack" "" ${bin}/cpack --config ${WORK}/own/CPackConfig.cmake -B ${WORK}/deb)
  file(GLOB deb ${WORK}/deb/libloom-dev_${VERSION}_all.deb)
  expect("the Debian package" "" ${DPKG_DEB} -x "${deb}" ${WORK}/unpacked)
  foreach(file IN ITEMS include/loom/loom.hpp share/cmake/loom/loom-config.cmake share/pkgconfig/loom.pc)
    if(NOT EXISTS ${WORK}/unpacked/usr/${file})
      message(FATAL_ERROR "the Debian package has no /usr/${file}")
    endif()
  endforeach()
endif()
