# SPDX-License-Identifier: MIT
# Flags, compiler cache, linker and precompiled headers for mgkit's own programs, tests and
# benchmarks. Never exported.

option(MGKIT_PCH "Precompile what mgkit's own programs include from others" ${PROJECT_IS_TOP_LEVEL})
option(MGKIT_CCACHE "Compile mgkit's own programs through ccache where it is found"
       ${PROJECT_IS_TOP_LEVEL})
option(MGKIT_UNITY "Compile the files of each of mgkit's own programs together"
       ${PROJECT_IS_TOP_LEVEL})
option(MGKIT_LINKER "Link mgkit's own programs with mold or lld where found" ${PROJECT_IS_TOP_LEVEL})

add_library(mgkit_own INTERFACE)
target_link_libraries(mgkit_own INTERFACE mgkit::mgkit)
if(CMAKE_CXX_COMPILER_ID MATCHES "GNU|Clang")
    target_compile_options(mgkit_own INTERFACE
        $<$<AND:$<CONFIG:Release>,$<COMPILE_LANGUAGE:CXX>>:-fno-math-errno$<SEMICOLON>-fno-trapping-math>)
    if(MGKIT_WARNINGS)
        target_compile_options(mgkit_own INTERFACE
            "$<$<COMPILE_LANGUAGE:CXX>:-Wall;-Wextra;-Wpedantic;-Wshadow>")
    endif()
    if(MGKIT_NATIVE)
        target_compile_options(mgkit_own INTERFACE $<$<COMPILE_LANGUAGE:CXX>:-march=native>)
        # g++ 12.0 to 12.2 with AVX-512 turn the constants {x, x, x, 0} into {x, x, x, x} where it
        # moves them in pieces of 32 or 64 bytes; tests/core/test_toolchain.cpp shows it.
        if(CMAKE_CXX_COMPILER_ID STREQUAL GNU AND CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64"
           AND CMAKE_CXX_COMPILER_VERSION VERSION_GREATER_EQUAL 12
           AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 12.3)
            target_compile_options(mgkit_own INTERFACE
                "$<$<COMPILE_LANGUAGE:CXX>:-mmove-max=128;-mstore-max=128>")
        endif()
    endif()
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL GNU)
    # False alarms of g++ 12 inside its own AVX-512 headers and std::string, hundreds of lines.
    target_compile_options(mgkit_own INTERFACE
        "$<$<COMPILE_LANGUAGE:CXX>:-Wno-maybe-uninitialized;-Wno-restrict>")
    target_compile_options(mgkit_own INTERFACE
        $<$<CONFIG:RelWithDebInfo>:-fconcepts-diagnostics-depth=2>)
endif()

if(MGKIT_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
    find_program(MGKIT_CCACHE_PROGRAM ccache)
    mark_as_advanced(MGKIT_CCACHE_PROGRAM)
    if(MGKIT_CCACHE_PROGRAM)
        # The same unit in another folder is the same; precompiled headers ask for the sloppiness.
        set(CMAKE_CXX_COMPILER_LAUNCHER
            ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=${PROJECT_SOURCE_DIR} CCACHE_NOHASHDIR=1
            CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
            ${MGKIT_CCACHE_PROGRAM})
    endif()
endif()
if(CMAKE_CXX_COMPILER_LAUNCHER MATCHES ccache AND MGKIT_PCH)
    # Without these ccache leaves units with precompiled headers alone.
    if(CMAKE_CXX_COMPILER_ID STREQUAL GNU)
        target_compile_options(mgkit_own INTERFACE $<$<COMPILE_LANGUAGE:CXX>:-fpch-preprocess>)
    elseif(CMAKE_CXX_COMPILER_ID MATCHES "^Clang$")
        target_compile_options(mgkit_own INTERFACE
                               "$<$<COMPILE_LANGUAGE:CXX>:SHELL:-Xclang -fno-pch-timestamp>")
    endif()
endif()

if(MGKIT_LINKER AND CMAKE_CXX_COMPILER_ID MATCHES "GNU|^Clang$")
    include(CheckLinkerFlag)
    foreach(linker mold lld)
        check_linker_flag(CXX -fuse-ld=${linker} MGKIT_LINKS_WITH_${linker})
        if(MGKIT_LINKS_WITH_${linker})
            target_link_options(mgkit_own INTERFACE -fuse-ld=${linker})
            break()
        endif()
    endforeach()
endif()

if(TARGET mgkit_compiled)
    target_link_libraries(mgkit_compiled PRIVATE $<BUILD_INTERFACE:mgkit_own>)
endif()

# What mgkit::compiled holds is built once for tests, the program and benchmarks, where it is part of
# the build; the narrated examples and consumers stay header-only, so that both forms are tried.
function(mgkit_link_compiled target)
    if(TARGET mgkit_compiled)
        target_link_libraries(${target} PRIVATE mgkit::compiled)
    elseif(TARGET mgkit_simdjson)
        target_link_libraries(${target} PRIVATE mgkit_simdjson)
    endif()
endfunction()

# Tests are compiled more often than they run: less optimisation than in a program.
function(mgkit_optimise_as_test target)
    if(CMAKE_CXX_COMPILER_ID MATCHES "GNU|Clang")
        target_compile_options(${target} PRIVATE
                               $<$<AND:$<CONFIG:Release>,$<COMPILE_LANGUAGE:CXX>>:-O1>)
    endif()
    if(CMAKE_CXX_COMPILER_ID STREQUAL GNU)
        # A false alarm of g++ 12 inside its own AVX-512 headers, at -O1.
        target_compile_options(${target} PRIVATE $<$<COMPILE_LANGUAGE:CXX>:-Wno-uninitialized>)
    endif()
endfunction()

# mgkit_precompile(<target> <set> <header>...): the target's units start from these headers of others,
# precompiled. Targets of one set share them, and so must have the same flags and definitions.
function(mgkit_precompile target set)
    if(NOT MGKIT_PCH)
        return()
    endif()
    if(NOT TARGET mgkit_pch_${set})
        set(empty ${PROJECT_BINARY_DIR}/pch/${set}.cpp)
        file(CONFIGURE OUTPUT ${empty} CONTENT "" @ONLY)
        add_library(mgkit_pch_${set} OBJECT EXCLUDE_FROM_ALL ${empty})
        get_target_property(libraries ${target} LINK_LIBRARIES)
        get_target_property(flags ${target} COMPILE_OPTIONS)
        target_link_libraries(mgkit_pch_${set} PRIVATE ${libraries})
        if(flags)
            target_compile_options(mgkit_pch_${set} PRIVATE ${flags})
        endif()
        list(TRANSFORM ARGN PREPEND "$<$<COMPILE_LANGUAGE:CXX>:<")
        list(TRANSFORM ARGN APPEND "$<ANGLE-R>>")
        target_precompile_headers(mgkit_pch_${set} PRIVATE ${ARGN})
    endif()
    target_precompile_headers(${target} REUSE_FROM mgkit_pch_${set})
endfunction()

# mgkit_unite(<target> [<batch>]): the target's files are compiled together, so that what they all
# instantiate is instantiated once; in units of so many files, by default in one. Their local names
# must differ. A file that is compiled alone again in a build with MGKIT_UNITY=OFF must stand alone.
function(mgkit_unite target)
    if(NOT MGKIT_UNITY)
        return()
    endif()
    set(batch 0)
    if(ARGC GREATER 1)
        set(batch ${ARGV1})
    endif()
    set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE ${batch})
    if(CMAKE_CXX_COMPILER_ID MATCHES "GNU|Clang")
        # A local name of one file may be that of a variable of another.
        target_compile_options(${target} PRIVATE $<$<COMPILE_LANGUAGE:CXX>:-Wno-shadow>)
    endif()
endfunction()

set(mgkit_pch_std algorithm array atomic charconv chrono cmath concepts cstdint cstdio cstdlib
    cstring exception filesystem fstream functional iostream iterator limits map memory mutex
    numeric optional set span sstream stdexcept string string_view system_error thread tuple
    type_traits unordered_map utility variant vector)
set(mgkit_pch_base ${mgkit_pch_std} Eigen/Core)

# mgkit_program(<target> <output folder under the build directory> <sources>...)
function(mgkit_program target folder)
    add_executable(${target} ${ARGN})
    target_link_libraries(${target} PRIVATE mgkit_own)
    if(NOT folder STREQUAL "examples")
        mgkit_link_compiled(${target})
    endif()
    set_target_properties(${target} PROPERTIES RUNTIME_OUTPUT_DIRECTORY
                                               ${PROJECT_BINARY_DIR}/${folder})
endfunction()

# mgkit_component_of(<result> <program>): the component that a program's name begins or ends with, where it
# is one of this build; "" where there is none, NOTFOUND (with a message) where it is off.
function(mgkit_component_of result program)
    set(component "")
    foreach(one IN LISTS mgkit_known_components)
        string(LENGTH "${component}" known)
        string(LENGTH "${one}" length)
        if(program MATCHES "^${one}_|_${one}$" AND length GREATER known)
            set(component ${one})
        endif()
    endforeach()
    if(component AND NOT TARGET mgkit_${component})
        message(STATUS "mgkit: component ${component} is off, ${program} is not built")
        set(component NOTFOUND)
    endif()
    set(${result} "${component}" PARENT_SCOPE)
endfunction()
