# The vocabulary of this build: one function per kind of target, so that a module's own
# CMakeLists.txt says only what it is made of and what it may include.

add_library(pulse_flags INTERFACE)
target_compile_features(pulse_flags INTERFACE cxx_std_20)
target_compile_options(
  pulse_flags INTERFACE -Wall -Wextra -Wshadow -Wconversion -Wswitch-enum -Wnon-virtual-dtor -Wold-style-cast -Werror
                        # Designated initialisers leave the rest at their defaults on purpose.
                        -Wno-missing-field-initializers)
if(CMAKE_CXX_COMPILER_ID STREQUAL Clang)
  # libstdc++ 12 deprecates what its own stable_sort uses.
  target_compile_options(pulse_flags INTERFACE -Wno-deprecated-declarations)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL GNU)
  # The sanitizers' instrumentation makes g++ 12 see impossible uninitialised reads in its own headers, and inlined
  # coroutines make it see Asio's frame allocation without the frame's own delete.
  target_compile_options(pulse_flags INTERFACE -Wno-maybe-uninitialized -Wno-mismatched-new-delete)
endif()
if(PULSE_HARDEN)
  # build.hardening (tests/hardening.sh) looks for each of these in the built programs.
  target_compile_definitions(pulse_flags INTERFACE _FORTIFY_SOURCE=3 _GLIBCXX_ASSERTIONS)
  target_compile_options(pulse_flags INTERFACE -fstack-protector-strong -fstack-clash-protection)
  target_link_options(pulse_flags INTERFACE -Wl,-z,relro,-z,now,-z,noexecstack)
  check_cxx_compiler_flag(-fcf-protection=full PULSE_HAS_CF_PROTECTION) # x86
  if(PULSE_HAS_CF_PROTECTION)
    target_compile_options(pulse_flags INTERFACE -fcf-protection=full)
  endif()
endif()

# pulse_module(NAME [SOURCES ...] [USES targets...]): the library pulse::NAME from src/NAME and include/pulse/NAME.
# USES is the complete list of what the module may include; nothing else is on its include or link path.
function(pulse_module name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;USES")
  set(target pulse_${name})
  add_library(${target} STATIC ${arg_SOURCES})
  add_library(pulse::${name} ALIAS ${target})
  target_include_directories(${target} PUBLIC ${PROJECT_SOURCE_DIR}/include)
  target_link_libraries(${target} PUBLIC ${arg_USES} PRIVATE pulse_flags)
endfunction()

# pulse_program(NAME SOURCES ... USES ...): an installed program in build/<preset>/bin.
function(pulse_program name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;USES")
  add_executable(${name} ${arg_SOURCES})
  target_compile_definitions(${name} PRIVATE PULSE_VERSION="${PROJECT_VERSION}")
  target_link_libraries(${name} PRIVATE ${arg_USES} pulse_flags)
  install(TARGETS ${name} RUNTIME DESTINATION ${CMAKE_INSTALL_SBINDIR})
endfunction()

# True where a library is linked into an ordinary program; libraries that exist only as shared ones, and modules that
# a static program brings its own of, stand behind it.
set(PULSE_LINKED_DYNAMICALLY "$<NOT:$<BOOL:$<TARGET_PROPERTY:PULSE_STATIC>>>")

# pulse_static_program(NAME): links that program statically: of nanny thousands run, and every shared library costs
# each of them private memory. The sanitizers cannot do without theirs.
function(pulse_static_program target)
  if(CMAKE_CXX_FLAGS MATCHES "-fsanitize")
    return()
  endif()
  set_target_properties(${target} PROPERTIES PULSE_STATIC ON)
  # CMake's own -pie would come after -static-pie and make the program dynamic.
  set_property(TARGET ${target} PROPERTY POSITION_INDEPENDENT_CODE)
  target_compile_options(${target} PRIVATE -fPIE)
  target_link_libraries(${target} PRIVATE pulse_small_log)
  # What is relocated is private to each process: 24 KiB, where nothing is kept that nobody calls. libcap-ng asks the
  # name service in functions that nobody calls here, which the linker warns of.
  target_link_options(${target} PRIVATE -static-pie -Wl,--gc-sections,--no-warnings)
endfunction()

# pulse_unit_test(NAME SOURCES ... USES ...): pure tests, each case known to ctest by its own name.
function(pulse_unit_test name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;USES")
  set(target unit_${name})
  add_executable(${target} ${arg_SOURCES})
  target_link_libraries(${target} PRIVATE ${arg_USES} GTest::gmock_main pulse_flags)
  target_compile_definitions(${target} PRIVATE PULSE_TEST_DATA="${PROJECT_SOURCE_DIR}/tests/data")
  gtest_discover_tests(${target} DISCOVERY_MODE PRE_TEST PROPERTIES LABELS unit)
endfunction()
