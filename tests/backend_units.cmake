# Units that instantiate our suites on every backend of this build (rows of cmake/backends.json).
# A new backend adds a row; nothing here names one.

# mgkit_backend_units(<target> <folder> <group>...): writes one unit per backend and group from
# tests/<folder>/unit.cpp.in (or <group>_unit.cpp.in), and tests/<folder>/registry.cpp.in.
# A registry's @declarations@ are `void add_<group>_on_<backend>(std::vector<@element@>&);`.
function(mgkit_backend_units target folder element)
    set(declarations "")
    set(calls "")
    foreach(component IN LISTS mgkit_components)
        list(JOIN mgkit_tensors_${component} ", " tensors)
        string(APPEND calls "    all.push_back({\"${component}\", {}});\n")
        foreach(group IN LISTS ARGN)
            set(name add_${group}_on_${component})
            string(APPEND declarations "void ${name}(${element}&);\n")
            string(APPEND calls "    ${name}(all.back().families);\n")
            set(template ${CMAKE_CURRENT_SOURCE_DIR}/${folder}/unit.cpp.in)
            if(EXISTS ${CMAKE_CURRENT_SOURCE_DIR}/${folder}/${group}_unit.cpp.in)
                set(template ${CMAKE_CURRENT_SOURCE_DIR}/${folder}/${group}_unit.cpp.in)
            endif()
            set(unit ${CMAKE_CURRENT_BINARY_DIR}/${folder}/${group}_on_${component}.cpp)
            configure_file(${template} ${unit} @ONLY)
            target_sources(${target} PRIVATE ${unit})
        endforeach()
        target_link_libraries(${target} PRIVATE mgkit_${component})
    endforeach()
    set(registry ${CMAKE_CURRENT_BINARY_DIR}/${folder}/registry.cpp)
    configure_file(${folder}/registry.cpp.in ${registry} @ONLY)
    target_sources(${target} PRIVATE ${registry})
    target_include_directories(${target} PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
endfunction()
