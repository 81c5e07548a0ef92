# SPDX-License-Identifier: MIT
# Install rules: headers, CMake package in share/cmake/mgkit, pkg-config file, licence.
# The tree holds no path of this machine, so it can be moved, and no compiled file but the library of
# the component `compiled`, so that without it it can be shared.

include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(mgkit_package_dir ${CMAKE_INSTALL_DATADIR}/cmake/mgkit)

# Exported relative to the package, so that the tree can be moved.
target_compile_definitions(mgkit INTERFACE
    $<INSTALL_INTERFACE:MGKIT_ENCODERS_DIR="$<INSTALL_PREFIX>/${CMAKE_INSTALL_DATADIR}/mgkit/encoders">)
install(DIRECTORY encoders/ DESTINATION ${CMAKE_INSTALL_DATADIR}/mgkit/encoders)
install(TARGETS mgkit EXPORT mgkit FILE_SET HEADERS FILE_SET optional_backends)
install(EXPORT mgkit FILE mgkit-targets.cmake NAMESPACE mgkit:: DESTINATION ${mgkit_package_dir})

# One targets file per backend and one for simdjson: find_package(mgkit COMPONENTS x) loads
# mgkit-component-x.cmake. Their names differ from mgkit-targets-*.cmake, which mgkit-targets.cmake takes
# for its own, one per build type, and would read without what they depend on.
set(mgkit_installed_components ${mgkit_components})
if(TARGET mgkit_simdjson)
    list(APPEND mgkit_installed_components simdjson)
    set(mgkit_packages_simdjson simdjson)
endif()
foreach(component IN LISTS mgkit_installed_components)
    install(TARGETS mgkit_${component} EXPORT mgkit_${component})
    install(EXPORT mgkit_${component} FILE mgkit-${component}-targets.cmake NAMESPACE mgkit::
            DESTINATION ${mgkit_package_dir})
    set(lines "# SPDX-License-Identifier: MIT\n")
    foreach(package IN LISTS mgkit_packages_${component})
        string(APPEND lines "find_package(${package} QUIET)\n"
               "if(NOT ${package}_FOUND)\n"
               "    set(mgkit_component_problem \"needs ${package}, of which nothing was found; install it "
               "or set ${package}_DIR to the folder of its CMake files\")\n"
               "    return()\nendif()\n")
    endforeach()
    foreach(library in_conan IN ZIP_LISTS mgkit_libraries_${component} mgkit_conan_targets_${component})
        if(in_conan)
            string(APPEND lines
                   "if(NOT TARGET ${library} AND TARGET ${in_conan})  # as ConanCenter names it\n"
                   "    add_library(${library} INTERFACE IMPORTED)\n"
                   "    target_link_libraries(${library} INTERFACE ${in_conan})\nendif()\n")
        endif()
    endforeach()
    string(APPEND lines
           "include(\"\${CMAKE_CURRENT_LIST_DIR}/mgkit-${component}-targets.cmake\")\n")
    file(CONFIGURE OUTPUT mgkit-component-${component}.cmake CONTENT "${lines}" @ONLY)
    install(FILES ${PROJECT_BINARY_DIR}/mgkit-component-${component}.cmake
            DESTINATION ${mgkit_package_dir})
endforeach()

if(MGKIT_COMPILED)
    install(TARGETS mgkit_compiled EXPORT mgkit_compiled ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
    install(EXPORT mgkit_compiled FILE mgkit-compiled-targets.cmake NAMESPACE mgkit::
            DESTINATION ${mgkit_package_dir})
    # The provider is part of the default tensors' type: a program must choose the library's.
    set(mgkit_compiled_gemm ${mgkit_gemm_provider})
    set(mgkit_compiled_json nlohmann)
    if(TARGET mgkit_simdjson)
        set(mgkit_compiled_json simdjson)
    endif()
    configure_file(cmake/mgkit-component-compiled.cmake.in mgkit-component-compiled.cmake @ONLY)
    install(FILES ${PROJECT_BINARY_DIR}/mgkit-component-compiled.cmake
            DESTINATION ${mgkit_package_dir})
    set(mgkit_any_architecture "")
else()
    set(mgkit_any_architecture ARCH_INDEPENDENT)
endif()

list(GET mgkit_components 0 mgkit_default_component)
if(MGKIT_COMPILED)
    list(APPEND mgkit_installed_components compiled)
endif()
list(JOIN mgkit_installed_components ", " mgkit_installed_names)
list(JOIN mgkit_known_components ", " mgkit_known_names)
set(mgkit_component_facts "set(mgkit_known_components ${mgkit_known_components})\n")
foreach(component IN LISTS mgkit_known_components)
    string(APPEND mgkit_component_facts "set(mgkit_option_of_${component} \"${mgkit_option_of_${component}}\")\n")
endforeach()
configure_package_config_file(cmake/mgkit-config.cmake.in mgkit-config.cmake
                              INSTALL_DESTINATION ${mgkit_package_dir}
                              NO_CHECK_REQUIRED_COMPONENTS_MACRO)
write_basic_package_version_file(mgkit-config-version.cmake COMPATIBILITY SameMinorVersion
                                 ${mgkit_any_architecture})
install(FILES ${PROJECT_BINARY_DIR}/mgkit-config.cmake
              ${PROJECT_BINARY_DIR}/mgkit-config-version.cmake cmake/mgkit-dependencies.cmake
        DESTINATION ${mgkit_package_dir})

set(mgkit_pc_dir ${CMAKE_INSTALL_DATADIR}/pkgconfig)
file(RELATIVE_PATH mgkit_pc_include ${CMAKE_INSTALL_FULL_DATADIR}/pkgconfig
     ${CMAKE_INSTALL_FULL_INCLUDEDIR})
set(mgkit_pc_requires "eigen3 >= 3.4 nlohmann_json >= 3.9")
set(mgkit_pc_flags "")
set(mgkit_pc_libraries "")
if(mgkit_gemm_provider STREQUAL openblas)
    string(APPEND mgkit_pc_requires " openblas")
elseif(mgkit_gemm_provider STREQUAL onednn)
    string(APPEND mgkit_pc_libraries " -ldnnl")
endif()
if(mgkit_gemm_definition)
    string(APPEND mgkit_pc_flags " -D${mgkit_gemm_definition}")
endif()
if(mgkit_openmp)
    string(APPEND mgkit_pc_flags " ${OpenMP_CXX_FLAGS}")
    string(APPEND mgkit_pc_libraries " ${OpenMP_CXX_FLAGS}")
endif()
configure_file(cmake/mgkit.pc.in mgkit.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/mgkit.pc DESTINATION ${mgkit_pc_dir})
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})
