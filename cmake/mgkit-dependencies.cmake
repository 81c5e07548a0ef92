# SPDX-License-Identifier: MIT
# What mgkit's headers include or call, as one imported target mgkit::dependencies.
#
# Used twice: by this project, and by the installed package at the consumer's configure. There the
# installation's choices hold (mgkit_installed_gemm, mgkit_installed_openmp), whatever the machine has,
# unless the consumer says otherwise.
#   MGKIT_GEMM   = auto | onednn | openblas | eigen     who multiplies matrices
#   MGKIT_OPENMP = auto | ON | OFF                      several threads, or one with the same results
# What is chosen is said; so is what a project without a build type gets.

if(NOT DEFINED mgkit_installed_gemm)
    set(MGKIT_GEMM auto CACHE STRING "Matrix product provider: auto, onednn, openblas or eigen")
    set_property(CACHE MGKIT_GEMM PROPERTY STRINGS auto onednn openblas eigen)
    set(MGKIT_OPENMP auto CACHE STRING "Threads by OpenMP: auto, ON or OFF")
    set_property(CACHE MGKIT_OPENMP PROPERTY STRINGS auto ON OFF)
endif()

# Ends the configure of this project; an installed package is "not found", with the reason, which is
# told before CMake's own words.
macro(mgkit_refuse message)
    if(CMAKE_FIND_PACKAGE_NAME STREQUAL mgkit)
        set(mgkit_FOUND FALSE)
        set(mgkit_NOT_FOUND_MESSAGE "mgkit: ${message}")
        if(NOT mgkit_FIND_QUIETLY)
            message(NOTICE "${mgkit_NOT_FOUND_MESSAGE}")
        endif()
        return()
    else()
        message(FATAL_ERROR "mgkit: ${message}")
    endif()
endmacro()

function(mgkit_say what)
    if(NOT mgkit_FIND_QUIETLY)
        message(STATUS "mgkit: ${what}")
    endif()
endfunction()

# Sets `problem` where the compiler is known to be too old.
function(mgkit_look_at_compiler problem)
    set(found "${CMAKE_CXX_COMPILER_ID} ${CMAKE_CXX_COMPILER_VERSION}")
    set(${problem} "" PARENT_SCOPE)
    if(NOT CMAKE_CXX_COMPILER_ID)
        set(found "no C++")
    elseif((CMAKE_CXX_COMPILER_ID STREQUAL GNU AND CMAKE_CXX_COMPILER_VERSION VERSION_GREATER_EQUAL 12)
       OR (CMAKE_CXX_COMPILER_ID STREQUAL Clang AND CMAKE_CXX_COMPILER_VERSION VERSION_GREATER_EQUAL 16))
        return()
    elseif(NOT CMAKE_CXX_COMPILER_ID MATCHES "^(GNU|Clang)$")
        mgkit_say("not tried with ${found}; tried are g++ 12 and clang 16 and later")
        return()
    endif()
    set(${problem} "expected g++ 12 or clang 16 or later, found ${found}; name another compiler \
with -DCMAKE_CXX_COMPILER, and enable the language CXX" PARENT_SCOPE)
endfunction()

# Says once what a project that chose no optimisation gets.
function(mgkit_look_at_build_type)
    get_property(multi_config GLOBAL PROPERTY GENERATOR_IS_MULTI_CONFIG)
    get_property(said GLOBAL PROPERTY mgkit_build_type_said)
    if(CMAKE_BUILD_TYPE OR multi_config OR said OR mgkit_FIND_QUIETLY
       OR CMAKE_CXX_FLAGS MATCHES "(^| )[-/]O")
        return()
    endif()
    set_property(GLOBAL PROPERTY mgkit_build_type_said ON)
    message(NOTICE "mgkit: expected a build type, found CMAKE_BUILD_TYPE empty: nothing is optimised, "
                   "and a clip is embedded some 40 times slower; add -DCMAKE_BUILD_TYPE=Release")
endfunction()

# mgkit_require(<target> <package> <version> <Debian's name>)
macro(mgkit_require target package version debian)
    if(NOT TARGET ${target})
        find_package(${package} ${version} CONFIG QUIET)
    endif()
    if(NOT TARGET ${target})
        set(mgkit_seen ${${package}_CONSIDERED_VERSIONS} none)
        list(GET mgkit_seen 0 mgkit_seen)
        mgkit_refuse("expected ${package} ${version}, found ${mgkit_seen}; install it (${debian}) or set \
${package}_DIR to the folder of its CMake files")
    endif()
endmacro()

# Sets MGKIT_OPENBLAS_INCLUDE_DIR and MGKIT_OPENBLAS_LIBRARY where OpenBLAS is found. A machine may
# carry the reference cblas.h as well; OpenBLAS's own folder comes first.
function(mgkit_find_openblas)
    find_path(MGKIT_OPENBLAS_INCLUDE_DIR cblas.h
              PATH_SUFFIXES openblas-pthread openblas-openmp openblas-serial openblas
                            ${CMAKE_LIBRARY_ARCHITECTURE}/openblas-pthread)
    find_library(MGKIT_OPENBLAS_LIBRARY openblas
                 PATH_SUFFIXES openblas-pthread openblas-openmp openblas-serial openblas)
    mark_as_advanced(MGKIT_OPENBLAS_INCLUDE_DIR MGKIT_OPENBLAS_LIBRARY)
endfunction()

# Sets `provider` to what `wanted` finds on this machine, "" where it finds nothing, and where it is no
# header of Eigen `definition`, `include_dir` and `library`.
function(mgkit_find_gemm wanted provider definition include_dir library)
    foreach(result provider definition include_dir library)
        set(${${result}} "" PARENT_SCOPE)
    endforeach()
    # Not find_package(dnnl): Debian's package file insists on OpenCL.
    if(wanted MATCHES "^(auto|onednn)$")
        find_path(MGKIT_ONEDNN_INCLUDE_DIR oneapi/dnnl/dnnl.h)
        find_library(MGKIT_ONEDNN_LIBRARY dnnl)
        mark_as_advanced(MGKIT_ONEDNN_INCLUDE_DIR MGKIT_ONEDNN_LIBRARY)
    endif()
    if(wanted MATCHES "^(auto|openblas)$")
        mgkit_find_openblas()
    endif()
    if(wanted MATCHES "^(auto|onednn)$" AND MGKIT_ONEDNN_INCLUDE_DIR AND MGKIT_ONEDNN_LIBRARY)
        set(chosen onednn)
    elseif(wanted MATCHES "^(auto|openblas)$" AND MGKIT_OPENBLAS_INCLUDE_DIR AND MGKIT_OPENBLAS_LIBRARY)
        set(chosen openblas)
    elseif(wanted MATCHES "^(auto|eigen)$")
        set(${provider} eigen PARENT_SCOPE)
        return()
    else()
        return()
    endif()
    string(TOUPPER ${chosen} upper)
    set(${provider} ${chosen} PARENT_SCOPE)
    set(${definition} MGKIT_GEMM_${upper}=1 PARENT_SCOPE)
    set(${include_dir} "${MGKIT_${upper}_INCLUDE_DIR}" PARENT_SCOPE)
    set(${library} "${MGKIT_${upper}_LIBRARY}" PARENT_SCOPE)
endfunction()

mgkit_look_at_compiler(mgkit_problem)
if(mgkit_problem)
    mgkit_refuse("${mgkit_problem}")
endif()
mgkit_look_at_build_type()
if(NOT TARGET mgkit::dependencies)
    mgkit_require(Eigen3::Eigen Eigen3 3.4 libeigen3-dev)
    mgkit_require(nlohmann_json::nlohmann_json nlohmann_json 3.9 nlohmann-json3-dev)
    # Hana's headers are all that is used of Boost; where it came without CMake's files they suffice.
    if(NOT TARGET Boost::headers)
        find_package(Boost 1.74 CONFIG QUIET)
    endif()
    set(mgkit_boost Boost::headers)
    if(NOT TARGET Boost::headers)
        find_path(MGKIT_BOOST_INCLUDE_DIR boost/hana.hpp)
        mark_as_advanced(MGKIT_BOOST_INCLUDE_DIR)
        if(NOT MGKIT_BOOST_INCLUDE_DIR)
            mgkit_refuse("expected the headers of Boost 1.74 (Hana), found none; install them \
(libboost-dev) or set MGKIT_BOOST_INCLUDE_DIR to the folder above boost/hana.hpp")
        endif()
        set(mgkit_boost "")
    endif()

    set(mgkit_wanted_gemm ${mgkit_installed_gemm})
    set(mgkit_chosen_by "as installed; -DMGKIT_GEMM=... takes another")
    if(DEFINED MGKIT_GEMM)
        set(mgkit_wanted_gemm ${MGKIT_GEMM})
        set(mgkit_chosen_by "MGKIT_GEMM=${MGKIT_GEMM}")
    endif()
    if(NOT mgkit_wanted_gemm MATCHES "^(auto|onednn|openblas|eigen)$")
        mgkit_refuse("MGKIT_GEMM: expected auto, onednn, openblas or eigen, found '${mgkit_wanted_gemm}'")
    endif()
    mgkit_find_gemm(${mgkit_wanted_gemm} mgkit_gemm_provider mgkit_gemm_definition mgkit_gemm_include_dir
                    mgkit_gemm_library)
    if(NOT mgkit_gemm_provider)
        mgkit_refuse("expected ${mgkit_wanted_gemm} for matrix products (${mgkit_chosen_by}), found no \
header or library of it; install it (libdnnl-dev, libopenblas-dev) or set MGKIT_GEMM=eigen")
    endif()
    mgkit_say("matrix products by ${mgkit_gemm_provider} (${mgkit_chosen_by})")

    set(mgkit_openmp ${mgkit_installed_openmp})
    if(DEFINED MGKIT_OPENMP)
        set(mgkit_openmp ${MGKIT_OPENMP})
    endif()
    if(mgkit_openmp STREQUAL auto OR mgkit_openmp)
        find_package(OpenMP QUIET COMPONENTS CXX)
    endif()
    if(mgkit_openmp STREQUAL auto)
        set(mgkit_openmp OFF)
        if(TARGET OpenMP::OpenMP_CXX)
            set(mgkit_openmp ON)
        else()
            mgkit_say("OpenMP not found, everything runs on one thread")
        endif()
    elseif(mgkit_openmp AND NOT TARGET OpenMP::OpenMP_CXX)
        mgkit_refuse("expected OpenMP, with which this installation or MGKIT_OPENMP asks for threads, \
found none; install it (for clang libomp-dev) or set MGKIT_OPENMP=OFF")
    endif()

    add_library(mgkit::dependencies INTERFACE IMPORTED)
    if(CMAKE_FIND_PACKAGE_TARGETS_GLOBAL)
        set_target_properties(mgkit::dependencies PROPERTIES IMPORTED_GLOBAL TRUE)
    endif()
    target_link_libraries(mgkit::dependencies INTERFACE Eigen3::Eigen nlohmann_json::nlohmann_json
                                                        ${mgkit_boost} ${mgkit_gemm_library})
    if(NOT mgkit_boost)
        target_include_directories(mgkit::dependencies SYSTEM INTERFACE "${MGKIT_BOOST_INCLUDE_DIR}")
    endif()
    if(mgkit_openmp)
        target_link_libraries(mgkit::dependencies INTERFACE OpenMP::OpenMP_CXX)
    endif()
    target_compile_definitions(mgkit::dependencies INTERFACE ${mgkit_gemm_definition})
    target_include_directories(mgkit::dependencies INTERFACE ${mgkit_gemm_include_dir})
    set_target_properties(mgkit::dependencies PROPERTIES MGKIT_GEMM_PROVIDER ${mgkit_gemm_provider})
endif()
