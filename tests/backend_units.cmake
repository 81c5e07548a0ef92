# SPDX-License-Identifier: MIT
# Units that instantiate our suites on every backend of this build (rows of cmake/components.json).
# A new backend adds a row; nothing here names one.

# Units of one component, in one library of objects: its flags reach no other. Operations of the
# default backend are optimised as programs are, all else as tests; those are too few for precompiled
# headers.
function(mgkit_backend_objects objects component sources)
    add_library(${objects} OBJECT EXCLUDE_FROM_ALL ${sources})
    target_link_libraries(${objects} PRIVATE mgkit_own mgkit_${component})
    mgkit_link_compiled(${objects})
    target_include_directories(${objects} PRIVATE ${CMAKE_CURRENT_FUNCTION_LIST_DIR})
    if(component STREQUAL mgkit_default AND NOT objects MATCHES "golden")
        mgkit_precompile(${objects} program ${mgkit_pch_base})
    else()
        mgkit_optimise_as_test(${objects})
    endif()
endfunction()

# mgkit_backend_units(<target> <folder> <components> <element> <group>...): writes one unit per
# component and group, in the backend's language, from tests/<folder>/unit.cpp.in (or
# <group>_unit.cpp.in), and tests/<folder>/registry.cpp.in.
# A component has fewer groups where mgkit_groups_<target>_<component> says so.
# A registry's @declarations@ are `void add_<group>_on_<backend>(std::vector<@element@>&);`.
function(mgkit_backend_units target folder components element)
    set(declarations "")
    set(calls "")
    foreach(component IN LISTS components)
        list(JOIN mgkit_tensors_${component} ", " tensors)
        set(extension cpp)
        set(units "")
        if(mgkit_language_${component} STREQUAL CUDA)
            set(extension cu)
        endif()
        string(APPEND calls "    all.push_back({\"${component}\", {}});\n")
        set(groups ${ARGN})
        if(DEFINED mgkit_groups_${target}_${component})
            set(groups ${mgkit_groups_${target}_${component}})
        endif()
        foreach(group IN LISTS groups)
            set(name add_${group}_on_${component})
            string(APPEND declarations "void ${name}(${element}&);\n")
            string(APPEND calls "    ${name}(all.back().families);\n")
            set(template ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/${folder}/unit.cpp.in)
            if(EXISTS ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/${folder}/${group}_unit.cpp.in)
                set(template ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/${folder}/${group}_unit.cpp.in)
            endif()
            set(unit ${group}_on_${component}.${extension})
            set(unit ${CMAKE_CURRENT_BINARY_DIR}/units/${target}/${unit})
            configure_file(${template} ${unit} @ONLY)
            list(APPEND units ${unit})
        endforeach()
        mgkit_backend_objects(${target}_on_${component} ${component} "${units}")
        target_link_libraries(${target} PRIVATE ${target}_on_${component} mgkit_${component})
    endforeach()
    set(registry ${CMAKE_CURRENT_BINARY_DIR}/units/${target}/registry.cpp)
    configure_file(${CMAKE_CURRENT_FUNCTION_LIST_DIR}/${folder}/registry.cpp.in ${registry} @ONLY)
    target_sources(${target} PRIVATE ${registry})
    target_include_directories(${target} PRIVATE ${CMAKE_CURRENT_FUNCTION_LIST_DIR})
endfunction()
