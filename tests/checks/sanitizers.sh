#!/bin/sh
# sanitizers.sh SOURCE_DIR BUILD_DIR CXX FOLDER...: builds the unit tests of these folders with the
# preset `asan` and runs them. One compiler at a time: other tests run beside it.
set -eu
source=$1 build=$2 cxx=$3
shift 3

cd "$source"
if [ ! -f "$build/CMakeCache.txt" ] && command -v ninja >/dev/null; then
    export CMAKE_GENERATOR=Ninja
fi
cmake --preset asan -B "$build" -DCMAKE_CXX_COMPILER="$cxx" -DMGKIT_INSTALL=OFF

targets= names=
for folder; do
    set -- "tests/$folder"/test_*.cpp
    if [ -e "$1" ]; then
        targets="$targets mgkit_test_$folder"
        names="$names|$folder"
    fi
done
# shellcheck disable=SC2086
cmake --build "$build" -j 1 --target $targets
ctest --test-dir "$build" -L quick -R "^(${names#|})\$" --output-on-failure --no-tests=error
