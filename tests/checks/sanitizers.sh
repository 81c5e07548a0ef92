#!/bin/sh
# SPDX-License-Identifier: MIT
# sanitizers.sh SOURCE_DIR BUILD_DIR CXX FOLDER...: builds the unit tests of these folders, and the
# cases tagged [quick] of others (mgkit_test_quick), with the preset `asan` and runs them. One compiler
# at a time: other tests run beside it. MGKIT_QUICK_FOLDERS names those others, separated by spaces;
# by default they are CMake's.
set -eu
source=$1 build=$2 cxx=$3
shift 3
# Of this test as a whole, not of those inside.
unset MGKIT_SECONDS

cd "$source"
if [ ! -f "$build/CMakeCache.txt" ] && command -v ninja >/dev/null; then
    export CMAKE_GENERATOR=Ninja
fi
quick=${MGKIT_QUICK_FOLDERS:-}
cmake --preset asan -B "$build" -DCMAKE_CXX_COMPILER="$cxx" -DMGKIT_INSTALL=OFF \
    ${quick:+"-DMGKIT_QUICK_FOLDERS=$(echo "$quick" | tr ' ' ';')"}

targets=mgkit_test_quick names=quick_cases
for folder; do
    set -- "tests/$folder"/test_*.cpp
    if [ -e "$1" ]; then
        targets="$targets mgkit_test_$folder"
        names="$names|${folder}(_golden|_real|_machine)?"
    fi
done
# shellcheck disable=SC2086
cmake --build "$build" -j 1 --target $targets
ctest --test-dir "$build" -L '^(quick|sanitized)$' -R "^($names)\$" --output-on-failure \
    --no-tests=error
