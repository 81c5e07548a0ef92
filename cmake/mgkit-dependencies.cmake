# SPDX-License-Identifier: MIT
# What mgkit's headers include or call, as one imported target mgkit::dependencies.
#
# Used twice: by this project, and by the installed package at the consumer's configure, so the
# product provider is chosen where the program is built and not where mgkit was installed.
#   MGKIT_GEMM = auto | onednn | openblas | eigen
# A project without a build type is told what that costs.

set(MGKIT_GEMM auto CACHE STRING "Matrix product provider: auto, onednn, openblas or eigen")
set_property(CACHE MGKIT_GEMM PROPERTY STRINGS auto onednn openblas eigen)

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

function(mgkit_choose_gemm definition library provider)
    if(NOT MGKIT_GEMM MATCHES "^(auto|onednn|openblas|eigen)$")
        message(FATAL_ERROR
                "MGKIT_GEMM: expected auto, onednn, openblas or eigen, found '${MGKIT_GEMM}'")
    endif()
    set(${definition} "" PARENT_SCOPE)
    set(${library} "" PARENT_SCOPE)

    # Not find_package(dnnl): Debian's package file insists on OpenCL.
    if(MGKIT_GEMM MATCHES "^(auto|onednn)$")
        find_path(MGKIT_ONEDNN_INCLUDE_DIR oneapi/dnnl/dnnl.h)
        find_library(MGKIT_ONEDNN_LIBRARY dnnl)
        mark_as_advanced(MGKIT_ONEDNN_INCLUDE_DIR MGKIT_ONEDNN_LIBRARY)
        if(MGKIT_ONEDNN_INCLUDE_DIR AND MGKIT_ONEDNN_LIBRARY)
            set(chosen onednn)
        endif()
    endif()
    if(NOT chosen AND MGKIT_GEMM MATCHES "^(auto|openblas)$")
        mgkit_find_openblas()
        if(MGKIT_OPENBLAS_INCLUDE_DIR AND MGKIT_OPENBLAS_LIBRARY)
            set(chosen openblas)
        endif()
    endif()
    if(NOT chosen AND MGKIT_GEMM MATCHES "^(auto|eigen)$")
        set(chosen eigen)
    endif()
    if(NOT chosen)
        message(FATAL_ERROR "MGKIT_GEMM=${MGKIT_GEMM}: its header or library was not found; "
                            "install it or choose auto or eigen")
    endif()

    if(chosen STREQUAL onednn)
        set(${definition} MGKIT_GEMM_ONEDNN=1 PARENT_SCOPE)
        set(${library} "${MGKIT_ONEDNN_LIBRARY}" PARENT_SCOPE)
        set(include_dir "${MGKIT_ONEDNN_INCLUDE_DIR}")
    elseif(chosen STREQUAL openblas)
        set(${definition} MGKIT_GEMM_OPENBLAS=1 PARENT_SCOPE)
        set(${library} "${MGKIT_OPENBLAS_LIBRARY}" PARENT_SCOPE)
        set(include_dir "${MGKIT_OPENBLAS_INCLUDE_DIR}")
    endif()
    set(${definition}_INCLUDE_DIR "${include_dir}" PARENT_SCOPE)
    set(${provider} ${chosen} PARENT_SCOPE)
    if(NOT mgkit_FIND_QUIETLY)
        message(STATUS "mgkit: matrix products by ${chosen} (MGKIT_GEMM=${MGKIT_GEMM})")
    endif()
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

# In the installed package a missing dependency means "mgkit not found", with its name.
macro(mgkit_require package)
    if(CMAKE_FIND_PACKAGE_NAME STREQUAL mgkit)
        include(CMakeFindDependencyMacro)
        find_dependency(${package} ${ARGN})
    else()
        find_package(${package} ${ARGN} REQUIRED)
    endif()
endmacro()

mgkit_look_at_build_type()
if(NOT TARGET mgkit::dependencies)
    mgkit_require(Eigen3 3.4 CONFIG)
    mgkit_require(Boost 1.74)
    mgkit_require(nlohmann_json 3.9 CONFIG)
    # The language's own test; a program without OpenMP is serial, with the same results.
    find_package(OpenMP QUIET COMPONENTS CXX)

    add_library(mgkit::dependencies INTERFACE IMPORTED)
    if(CMAKE_FIND_PACKAGE_TARGETS_GLOBAL)
        set_target_properties(mgkit::dependencies PROPERTIES IMPORTED_GLOBAL TRUE)
    endif()
    target_link_libraries(mgkit::dependencies
                          INTERFACE Eigen3::Eigen Boost::headers nlohmann_json::nlohmann_json)
    if(TARGET OpenMP::OpenMP_CXX)
        target_link_libraries(mgkit::dependencies INTERFACE OpenMP::OpenMP_CXX)
    elseif(NOT mgkit_FIND_QUIETLY)
        message(STATUS "mgkit: OpenMP not found, everything runs on one thread")
    endif()

    mgkit_choose_gemm(mgkit_gemm_definition mgkit_gemm_library mgkit_gemm_provider)
    set_target_properties(mgkit::dependencies PROPERTIES MGKIT_GEMM_PROVIDER ${mgkit_gemm_provider})
    if(mgkit_gemm_definition)
        target_compile_definitions(mgkit::dependencies INTERFACE ${mgkit_gemm_definition})
        target_include_directories(mgkit::dependencies
                                   INTERFACE "${mgkit_gemm_definition_INCLUDE_DIR}")
        target_link_libraries(mgkit::dependencies INTERFACE "${mgkit_gemm_library}")
    endif()
endif()
