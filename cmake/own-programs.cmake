# Flags for mgkit's own programs, tests and benchmarks. Never exported.

add_library(mgkit_own INTERFACE)
target_link_libraries(mgkit_own INTERFACE mgkit::mgkit)
if(CMAKE_CXX_COMPILER_ID MATCHES "GNU|Clang")
    target_compile_options(mgkit_own INTERFACE
        $<$<CONFIG:Release>:-fno-math-errno$<SEMICOLON>-fno-trapping-math>)
    if(MGKIT_WARNINGS)
        target_compile_options(mgkit_own INTERFACE -Wall -Wextra -Wpedantic -Wshadow)
    endif()
    if(MGKIT_NATIVE)
        target_compile_options(mgkit_own INTERFACE -march=native)
    endif()
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL GNU)
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
