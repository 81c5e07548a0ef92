#!/bin/sh
# SPDX-License-Identifier: MIT
# cmake_versions.sh SOURCE_DIR WORK_DIR CXX PYTHON: the tree as a subdirectory, installed and found with
# CMake 4, which must warn of nothing, and what CMake 3.22, which is too old, says of both.
set -eu
source=$1 work=$2 cxx=$3 python=$4
consumers=$source/tests/consumers

mkdir -p "$work"
cmake_of() { # cmake_of REQUIREMENT FOLDER: prints a cmake of PyPI in a folder of its own
    if [ ! -x "$work/$2/bin/cmake" ]; then
        if ! "$python" -m venv "$work/$2" >"$work/out" 2>&1 ||
            ! "$work/$2/bin/python" -m pip install -q "$1" >>"$work/out" 2>&1; then
            tail -n 1 "$work/out" >&2
            return 1
        fi
    fi
    echo "$work/$2/bin/cmake"
}
if ! new=$(cmake_of "cmake>=4,<5" new) || ! old=$(cmake_of "cmake==3.22.*" old); then
    echo "skipped: no other CMake could be installed"
    exit 77
fi
"$new" --version | head -n 1
rm -rf "$work/tree" "$work/installed"
mkdir "$work/tree"

quietly() { # quietly ARGUMENTS...: CMake 4 configures with these and has nothing to warn of
    "$new" "$@" -DCMAKE_CXX_COMPILER="$cxx" -DCMAKE_BUILD_TYPE=Release >"$work/out" 2>&1 ||
        { cat "$work/out"; exit 1; }
    if grep -i -A 5 -e "warning" -e "deprecat" "$work/out"; then
        echo "CMake warned: $*"
        exit 1
    fi
}
quietly -S "$source" -B "$work/tree/library" -DMGKIT_TESTS=OFF -DMGKIT_EXAMPLES=OFF \
    -DMGKIT_BENCHMARKS=OFF
"$new" --install "$work/tree/library" --prefix "$work/installed" >"$work/out"
quietly -S "$consumers/subdirectory" -B "$work/tree/subdirectory" -DMGKIT_SOURCE_DIR="$source"
quietly -S "$consumers/package" -B "$work/tree/package" -DCMAKE_PREFIX_PATH="$work/installed"
"$new" --build "$work/tree/package" >"$work/out"
"$work/tree/package/consumer"

refused() { # refused WORDS ARGUMENTS...: CMake 3.22 says the words in its first or second line
    words=$1
    shift
    if "$old" "$@" -DCMAKE_CXX_COMPILER="$cxx" >"$work/out" 2>"$work/errors"; then
        echo "CMake 3.22 was accepted: $*"
        exit 1
    fi
    if ! head -n 2 "$work/errors" | grep "$words"; then
        cat "$work/errors"
        exit 1
    fi
}
refused "CMake 3.24 or higher is required.  You are running version 3.22" -S "$source" -B "$work/tree/old"
refused "expected CMake 3.24 or later, found 3.22" -S "$consumers/refused" -B "$work/tree/old_package" \
    -DCMAKE_PREFIX_PATH="$work/installed"
echo "CMake 4 warns of nothing, CMake 3.22 is told"
