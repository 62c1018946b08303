# Compiler settings, and the two functions with which every layer is declared.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE RelWithDebInfo)
endif()
# Assertions of the project are TRIBUTARY_ASSERT and stay on; NDEBUG concerns libraries only.
set(CMAKE_CXX_FLAGS_RELWITHDEBINFO "-O2 -g1 -DNDEBUG")
if(TRIBUTARY_OPTIMIZE_DEBUG)
  set(CMAKE_CXX_FLAGS_DEBUG "-O1 -g1")
endif()

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE_PROGRAM})
endif()

add_library(tributary_options INTERFACE)
target_compile_options(tributary_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror)
target_include_directories(tributary_options INTERFACE ${PROJECT_SOURCE_DIR})
if(TRIBUTARY_SANITIZE)
  add_compile_options(-fsanitize=${TRIBUTARY_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${TRIBUTARY_SANITIZE})
endif()

# tributary_layer(NAME [LIBRARIES ...]): one static library of every .cpp below this folder.
# CONFIGURE_DEPENDS lets a new file join the build without an edit here.
function(tributary_layer name)
  cmake_parse_arguments(ARG "" "" "LIBRARIES" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp)
  list(FILTER sources EXCLUDE REGEX "/main\\.cpp$|_plugin\\.cpp$")
  add_library(tributary_${name} STATIC ${sources})
  target_link_libraries(tributary_${name} PUBLIC tributary_options ${ARG_LIBRARIES})
endfunction()

# tributary_tests(FOLDER LABEL [LIBRARIES ...]): one test program of every *_test.cpp in a folder.
function(tributary_tests folder label)
  cmake_parse_arguments(ARG "" "TIMEOUT" "LIBRARIES" ${ARGN})
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 300)
  endif()
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${folder}/*.cpp)
  list(FILTER sources EXCLUDE REGEX "_plugin\\.cpp$")
  if(NOT sources)
    return()
  endif()
  string(REPLACE "/" "_" target ${folder})
  add_executable(${target}_tests ${sources})
  target_link_libraries(${target}_tests PRIVATE ${ARG_LIBRARIES} GTest::gmock GTest::gtest_main)
  gtest_discover_tests(${target}_tests
    TEST_PREFIX "${folder}/" DISCOVERY_TIMEOUT 60
    PROPERTIES LABELS ${label} TIMEOUT ${ARG_TIMEOUT})
endfunction()
