# SPDX-License-Identifier: MIT
# Toolchain file: 64-bit Windows by mingw-w64's g++, its programs run by Wine where it is found.
set(CMAKE_SYSTEM_NAME Windows)
set(CMAKE_SYSTEM_PROCESSOR AMD64)
find_program(MGKIT_MINGW_CXX NAMES x86_64-w64-mingw32-g++-posix x86_64-w64-mingw32-g++)
find_program(MGKIT_WINE NAMES wine64 wine HINTS /usr/lib/wine)
set(CMAKE_CXX_COMPILER ${MGKIT_MINGW_CXX})
if(MGKIT_WINE)
    set(CMAKE_CROSSCOMPILING_EMULATOR ${MGKIT_WINE})
endif()
# A program needs no library of the compiler's beside it; a unit with thousands of templates needs
# more sections than an object file has by default.
set(CMAKE_EXE_LINKER_FLAGS_INIT -static)
set(CMAKE_CXX_FLAGS_INIT -Wa,-mbig-obj)
set(CMAKE_FIND_ROOT_PATH /usr/x86_64-w64-mingw32)
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
foreach(kind LIBRARY INCLUDE PACKAGE)
    set(CMAKE_FIND_ROOT_PATH_MODE_${kind} ONLY)
endforeach()
