#!/bin/sh
# SPDX-License-Identifier: MIT
# run.sh SOURCE_DIR WORK_DIR CXX EIGEN_INCLUDE XTENSOR [BUILD_DIR]: builds and runs mgkit as its users
# do.
#   subdirectory: add_subdirectory(mgkit)
#   package:      find_package(mgkit) from an install tree that was moved after installing
#   xtensor:      the same with a second backend, where XTENSOR is ON
#   compiled:     the same with the component `compiled`, as BUILD_DIR has built it
#   both of the former two are told, once, where they choose no optimisation
#   plain:        the compiler with -I and nothing but the Eigen, Boost and JSON headers; the whole
#                 umbrella in two units, which the others, with a light source, need not compile again
set -eu
source=$1 work=$2 cxx=$3 eigen=$4 xtensor=$5 compiled=${6:-}
consumers=$source/tests/consumers

rm -rf "$work"
mkdir -p "$work"

configure() { # configure NAME ARGUMENTS...
    name=$1
    shift
    cmake -S "$consumers/$name" -B "$work/$name" -DCMAKE_CXX_COMPILER="$cxx" \
        -DCMAKE_BUILD_TYPE=Debug -DCMAKE_CXX_FLAGS_DEBUG=-O0 "$@"
}

echo "== subdirectory"
configure subdirectory -DMGKIT_SOURCE_DIR="$source" -DMGKIT_GEMM=eigen
cmake --build "$work/subdirectory"
"$work/subdirectory/consumer" | tee "$work/out"
grep -q "products by eigen" "$work/out"

echo "== package"
cmake -S "$source" -B "$work/library" -DCMAKE_CXX_COMPILER="$cxx" -DMGKIT_TESTS=OFF \
    -DMGKIT_EXAMPLES=OFF -DMGKIT_BENCHMARKS=OFF -DMGKIT_XTENSOR="$xtensor" >"$work/out"
cmake --install "$work/library" --prefix "$work/installed_here" >"$work/out"
mv "$work/installed_here" "$work/moved_there"
if grep -rIl -e "$work/installed_here" -e "$source" "$work/moved_there"; then
    echo "the files above name a folder of the machine that installed them"
    exit 1
fi
# The umbrella is compiled from the source tree below: what was installed must be the same.
diff -r "$source/include/mgkit" "$work/moved_there/include/mgkit"
configure package -DCMAKE_PREFIX_PATH="$work/moved_there"
cmake --build "$work/package"
"$work/package/consumer"

if [ "$xtensor" = ON ]; then
    echo "== xtensor"
    configure xtensor -DCMAKE_PREFIX_PATH="$work/moved_there"
    cmake --build "$work/xtensor"
    "$work/xtensor/consumer"
fi

if [ -n "$compiled" ]; then
    echo "== compiled"
    cmake --install "$compiled" --prefix "$work/compiled_here" >"$work/out"
    mv "$work/compiled_here" "$work/compiled_there"
    configure compiled -DCMAKE_PREFIX_PATH="$work/compiled_there"
    cmake --build "$work/compiled"
    "$work/compiled/consumer" | tee "$work/out"
    other=eigen
    if grep -q "products by eigen" "$work/out"; then other=openblas; fi
    if configure compiled -DCMAKE_PREFIX_PATH="$work/compiled_there" -DMGKIT_GEMM="$other" \
        >"$work/out" 2>&1; then
        echo "a library of other matrix products was accepted"
        exit 1
    fi
    tr '\n' ' ' <"$work/out" | tr -s ' ' | grep -q "component compiled: expected matrix products by"
fi

echo "== missing component"
if configure missing_component -DCMAKE_PREFIX_PATH="$work/moved_there" >"$work/out" 2>&1; then
    echo "an unknown component was accepted"
    exit 1
fi
grep -q "component nonesuch is not part of this installation" "$work/out"

echo "== no build type"
for name in subdirectory package; do
    for flags in "" -O2; do
        wanted=1
        if [ -n "$flags" ]; then wanted=0; fi
        configure "$name" -DCMAKE_PREFIX_PATH="$work/moved_there" -DMGKIT_SOURCE_DIR="$source" \
            -DCMAKE_BUILD_TYPE= -DCMAKE_CXX_FLAGS="$flags" >"$work/out" 2>&1
        found=$(grep -c "CMAKE_BUILD_TYPE empty" "$work/out") || true
        if [ "$found" -ne "$wanted" ]; then
            echo "$name with '$flags' and no build type is told so $found times, not $wanted"
            exit 1
        fi
    done
done

echo "== plain -I"
"$cxx" -std=c++20 -O0 -Wall -Wextra -I"$source/include" -isystem "$eigen" -MD -MF "$work/plain.d" \
    "$consumers/consumer.cpp" "$consumers/second_unit.cpp" -o "$work/plain"
"$work/plain" | tee "$work/out"
grep -q "products by eigen" "$work/out"
if grep -E '/(dnnl|cblas|omp|CLI|benchmark)[a-z_]*\.(h|hpp)' "$work/plain.d"; then
    echo "plain -I must need only the Eigen, Boost and JSON headers"
    exit 1
fi
echo "all consumers built and ran"
