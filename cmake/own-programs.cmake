# Flags for mgkit's own programs, tests and benchmarks. Never exported.

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

# mgkit_program(<target> <output folder under the build directory> <sources>...)
function(mgkit_program target folder)
    add_executable(${target} ${ARGN})
    target_link_libraries(${target} PRIVATE mgkit_own)
    set_target_properties(${target} PROPERTIES RUNTIME_OUTPUT_DIRECTORY
                                               ${PROJECT_BINARY_DIR}/${folder})
endfunction()

# mgkit_component_of(<result> <component> <program>): the component where it is one of this build, ""
# where no backend has that name, NOTFOUND (with a message) where it is off.
function(mgkit_component_of result component program)
    if(NOT component IN_LIST mgkit_backend_names)
        set(component "")
    elseif(NOT TARGET mgkit_${component})
        message(STATUS "mgkit: component ${component} is off, ${program} is not built")
        set(component NOTFOUND)
    endif()
    set(${result} "${component}" PARENT_SCOPE)
endfunction()
