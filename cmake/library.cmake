# SPDX-License-Identifier: MIT
# The library target mgkit::mgkit, and one per component of cmake/components.json.

add_library(mgkit INTERFACE)
add_library(mgkit::mgkit ALIAS mgkit)
target_compile_features(mgkit INTERFACE cxx_std_20)
target_link_libraries(mgkit INTERFACE mgkit::dependencies)
# Where encode/pretrained.hpp finds the encoders of this tree; of an installed one: install.cmake.
target_compile_definitions(mgkit INTERFACE
    $<BUILD_INTERFACE:MGKIT_ENCODERS_DIR="${PROJECT_SOURCE_DIR}/encoders">)

file(GLOB_RECURSE mgkit_headers CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/include/mgkit/*.hpp)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS
             ${PROJECT_SOURCE_DIR}/cmake/components.json)

# The component simdjson: readers parse JSON with that library. Where it is found it is part of
# mgkit::compiled and of mgkit's own programs; header-only users link mgkit::simdjson, or define
# MGKIT_JSON_SIMDJSON and link simdjson by themselves.
#   MGKIT_JSON = auto | simdjson | nlohmann
set(MGKIT_JSON auto CACHE STRING "Parser of the readers' JSON: auto, simdjson or nlohmann")
set_property(CACHE MGKIT_JSON PROPERTY STRINGS auto simdjson nlohmann)
if(NOT MGKIT_JSON MATCHES "^(auto|simdjson|nlohmann)$")
    message(FATAL_ERROR "MGKIT_JSON: expected auto, simdjson or nlohmann, found '${MGKIT_JSON}'")
endif()
if(NOT MGKIT_JSON STREQUAL "nlohmann")
    find_package(simdjson CONFIG QUIET)
    if(TARGET simdjson::simdjson)
        add_library(mgkit_simdjson INTERFACE)
        add_library(mgkit::simdjson ALIAS mgkit_simdjson)
        set_target_properties(mgkit_simdjson PROPERTIES EXPORT_NAME simdjson)
        target_link_libraries(mgkit_simdjson INTERFACE mgkit simdjson::simdjson)
        target_compile_definitions(mgkit_simdjson INTERFACE MGKIT_JSON_SIMDJSON=1)
    elseif(MGKIT_JSON STREQUAL "simdjson")
        message(FATAL_ERROR "MGKIT_JSON=simdjson: its package was not found; install it "
                            "(libsimdjson-dev) or choose auto or nlohmann")
    endif()
endif()
if(TARGET mgkit_simdjson)
    message(STATUS "mgkit: readers' JSON by simdjson ${simdjson_VERSION} (MGKIT_JSON=${MGKIT_JSON})")
else()
    message(STATUS "mgkit: readers' JSON by nlohmann (MGKIT_JSON=${MGKIT_JSON})")
endif()

# The compiled form: definitions (x-inl.hpp) built once, one unit per folder, into mgkit::compiled.
option(MGKIT_COMPILED "Provide the component compiled: host code and Eigen's kernels built once"
       ${MGKIT_TESTS})
if(MGKIT_COMPILED)
    include(cmake/compiled.cmake)
endif()

# Headers of optional backends are installed with the rest, but live in a set of their own that is
# verified only where the backend is switched on.
file(READ cmake/components.json mgkit_rows)
string(JSON mgkit_row_count LENGTH "${mgkit_rows}")
math(EXPR mgkit_row_last "${mgkit_row_count} - 1")
set(mgkit_components "")
set(mgkit_known_components "")
set(mgkit_backend_names "")
set(mgkit_optional_headers "")
foreach(row RANGE ${mgkit_row_last})
    foreach(field name kind option on)
        string(JSON mgkit_row_${field} GET "${mgkit_rows}" ${row} ${field})
    endforeach()
    list(APPEND mgkit_known_components ${mgkit_row_name})
    set(mgkit_option_of_${mgkit_row_name} -D${mgkit_row_option}=${mgkit_row_on})
    if(NOT mgkit_row_kind STREQUAL backend)
        continue()
    endif()
    foreach(field default target component language parity gemm)
        string(JSON mgkit_row_${field} GET "${mgkit_rows}" ${row} ${field})
    endforeach()
    list(APPEND mgkit_backend_names ${mgkit_row_name})
    foreach(field headers packages libraries conan_targets tensors)
        set(mgkit_row_${field} "")
        string(JSON length LENGTH "${mgkit_rows}" ${row} ${field})
        if(length GREATER 0)
            math(EXPR last "${length} - 1")
            foreach(item RANGE ${last})
                string(JSON value GET "${mgkit_rows}" ${row} ${field} ${item})
                list(APPEND mgkit_row_${field} "${value}")
            endforeach()
        endif()
    endforeach()

    if(NOT mgkit_row_default)
        list(TRANSFORM mgkit_row_headers PREPEND ${PROJECT_SOURCE_DIR}/include/mgkit/)
        file(GLOB row_files CONFIGURE_DEPENDS ${mgkit_row_headers})
        list(APPEND mgkit_optional_headers ${row_files})
        option(${mgkit_row_option} "Provide the component ${mgkit_row_component}" OFF)
    endif()
    if(mgkit_row_default OR "${${mgkit_row_option}}")
        list(APPEND mgkit_components ${mgkit_row_component})
        set(mgkit_packages_${mgkit_row_component} ${mgkit_row_packages})
        set(mgkit_tensors_${mgkit_row_component} ${mgkit_row_tensors})
        set(mgkit_language_${mgkit_row_component} ${mgkit_row_language})
        if(mgkit_row_parity)
            list(APPEND mgkit_parity_components ${mgkit_row_component})
        endif()
        add_library(mgkit_${mgkit_row_component} INTERFACE)
        add_library(${mgkit_row_target} ALIAS mgkit_${mgkit_row_component})
        set_target_properties(mgkit_${mgkit_row_component}
                              PROPERTIES EXPORT_NAME ${mgkit_row_component})
        target_link_libraries(mgkit_${mgkit_row_component} INTERFACE mgkit)
        foreach(package IN LISTS mgkit_row_packages)
            find_package(${package} REQUIRED)
        endforeach()
        target_link_libraries(mgkit_${mgkit_row_component} INTERFACE ${mgkit_row_libraries})
        set(mgkit_libraries_${mgkit_row_component} ${mgkit_row_libraries})
        set(mgkit_conan_targets_${mgkit_row_component} ${mgkit_row_conan_targets})
        if(mgkit_row_gemm AND NOT mgkit_gemm_provider STREQUAL mgkit_row_gemm)
            message(FATAL_ERROR "mgkit: ${mgkit_row_option}: expected products by ${mgkit_row_gemm}, found "
                                "${mgkit_gemm_provider}; set MGKIT_GEMM=${mgkit_row_gemm} and install it")
        endif()
    endif()
endforeach()

if(mgkit_optional_headers)
    list(REMOVE_ITEM mgkit_headers ${mgkit_optional_headers})
endif()
target_sources(mgkit INTERFACE
    FILE_SET HEADERS BASE_DIRS ${PROJECT_SOURCE_DIR}/include FILES ${mgkit_headers}
    FILE_SET optional_backends TYPE HEADERS BASE_DIRS ${PROJECT_SOURCE_DIR}/include
             FILES ${mgkit_optional_headers})
# Target all_verify_interface_header_sets compiles each of these headers alone.
set_target_properties(mgkit PROPERTIES VERIFY_INTERFACE_HEADER_SETS ${MGKIT_TESTS}
                                       INTERFACE_HEADER_SETS_TO_VERIFY HEADERS)
