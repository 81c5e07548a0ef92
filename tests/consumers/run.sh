#!/bin/sh
# SPDX-License-Identifier: MIT
# run.sh SOURCE_DIR WORK_DIR CXX EIGEN_INCLUDE COMPONENTS [BUILD_DIR]: builds and runs mgkit as its users
# do. COMPONENTS is a list with commas of what CMake can provide here, of BUILD_DIR also `compiled`.
#   subdirectory: add_subdirectory(mgkit)
#   fetched:      FetchContent of an archive
#   package:      find_package(mgkit) from an install tree that was moved after installing
#   components:   find_package(mgkit COMPONENTS x), a program each
#   pkg-config:   the compiler with what pkg-config says of that tree
#   plain:        the compiler with -I and nothing but the Eigen, Boost and JSON headers; the whole
#                 umbrella in two units, which the others, with a light source, need not compile again
# and what each of them says of choices, of no optimisation, and of what it cannot have.
set -eu
source=$1 work=$2 cxx=$3 eigen=$4 components=$5 built=${6:-}
consumers=$source/tests/consumers

rm -rf "$work"
mkdir -p "$work"

configure() { # configure NAME ARGUMENTS...
    name=$1
    shift
    cmake -S "$consumers/$name" -B "$work/$name" -DCMAKE_CXX_COMPILER="$cxx" \
        -DCMAKE_BUILD_TYPE=Debug -DCMAKE_CXX_FLAGS_DEBUG=-O0 "$@"
}
build_and_run() { # build_and_run NAME: leaves what the program says in $work/said
    cmake --build "$work/$1" >"$work/out" 2>&1 || { cat "$work/out"; exit 1; }
    "$work/$1/consumer" >"$work/said"
    cat "$work/said"
}
refused() { # refused WORDS NAME ARGUMENTS...: the first line of standard error has the words
    words=$1
    shift
    rm -rf "$work/$1"
    if configure "$@" >"$work/out" 2>"$work/errors"; then
        echo "$*: was accepted, expected: $words"
        exit 1
    fi
    if ! head -n 1 "$work/errors" | grep -q "$words"; then
        echo "$*: expected in the first line: $words"
        cat "$work/errors"
        exit 1
    fi
    head -n 1 "$work/errors"
}

echo "== subdirectory"
configure subdirectory -DMGKIT_SOURCE_DIR="$source" -DMGKIT_GEMM=eigen -DMGKIT_OPENMP=OFF >"$work/out"
build_and_run subdirectory
grep -q "products by eigen, one thread" "$work/said"

echo "== fetched"
(cd "$source" && cmake -E tar czf "$work/mgkit.tar.gz" CMakeLists.txt cmake include encoders LICENSE)
configure fetched -DMGKIT_URL="$work/mgkit.tar.gz" -DMGKIT_GEMM=eigen >"$work/out"
build_and_run fetched

echo "== package"
options=
for component in $(echo "$components" | tr , ' '); do
    case $component in
        eigen | compiled | simdjson) ;;
        *) options="$options -DMGKIT_$(echo "$component" | tr '[:lower:]' '[:upper:]')=ON" ;;
    esac
done
# shellcheck disable=SC2086 # several options
cmake -S "$source" -B "$work/library" -DCMAKE_CXX_COMPILER="$cxx" -DMGKIT_TESTS=OFF \
    -DMGKIT_EXAMPLES=OFF -DMGKIT_BENCHMARKS=OFF $options >"$work/out"
chosen=$(sed -n 's/.*matrix products by \([a-z]*\).*/\1/p' "$work/out")
cmake --install "$work/library" --prefix "$work/installed_here" >"$work/out"
mv "$work/installed_here" "$work/moved_there"
if grep -rIl -e "$work/installed_here" -e "$source" "$work/moved_there"; then
    echo "the files above name a folder of the machine that installed them"
    exit 1
fi
if find "$work/moved_there" -name "lib*" -o -name "*.a" | grep .; then
    echo "only the component compiled may install libraries"
    exit 1
fi
# The umbrella is compiled from the source tree below: what was installed must be the same.
diff -r "$source/include/mgkit" "$work/moved_there/include/mgkit"
configure package -DCMAKE_PREFIX_PATH="$work/moved_there" >"$work/out"
build_and_run package
# Another provider only where it is asked for; the installed one wherever nobody says anything.
grep -q "products by $chosen" "$work/said"
configure package -DCMAKE_PREFIX_PATH="$work/moved_there" -DMGKIT_GEMM=eigen -DMGKIT_OPENMP=OFF \
    >"$work/out"
build_and_run package
grep -q "products by eigen, one thread" "$work/said"

echo "== version"
for wanted in 0.2 1.0 0.0; do
    refused "" package -DCMAKE_PREFIX_PATH="$work/moved_there" -DMGKIT_WANTED=$wanted
    grep -q "version: 0.1" "$work/errors"
done

echo "== components"
if [ -n "$built" ]; then
    cmake --install "$built" --prefix "$work/compiled_here" >"$work/out"
    mv "$work/compiled_here" "$work/compiled_there"
fi
for component in $(echo "$components" | tr , ' '); do
    tree=$work/moved_there
    if [ "$component" = compiled ]; then tree=$work/compiled_there; fi
    rm -rf "$work/components"
    configure components -DCMAKE_PREFIX_PATH="$tree" -DMGKIT_COMPONENT="$component" >"$work/out"
    build_and_run components
done

echo "== refused"
there=-DCMAKE_PREFIX_PATH=$work/moved_there
refused "component nonesuch is none of mgkit's" refused "$there" -DMGKIT_COMPONENT=nonesuch
refused "component compiled is not part of this installation.*-DMGKIT_COMPILED=ON" \
    refused "$there" -DMGKIT_COMPONENT=compiled
refused "expected g++ 12 or clang 16" refused "$there" -DCOMPILER=11.4
refused "expected Eigen3" refused "$there" -DCMAKE_DISABLE_FIND_PACKAGE_Eigen3=ON
refused "expected nlohmann_json" refused "$there" -DCMAKE_DISABLE_FIND_PACKAGE_nlohmann_json=ON
refused "MGKIT_GEMM: expected" refused "$there" -DMGKIT_GEMM=mkl
if [ "$chosen" = onednn ]; then
    refused "expected onednn for matrix products" refused "$there" -DMGKIT_ONEDNN_LIBRARY=
fi
if [ -n "$built" ]; then
    other=eigen
    if grep -q "mgkit_installed_gemm eigen" \
        "$work/compiled_there/share/cmake/mgkit/mgkit-config.cmake"; then other=openblas; fi
    refused "component compiled expected matrix products by" refused \
        -DCMAKE_PREFIX_PATH="$work/compiled_there" -DMGKIT_COMPONENT=compiled -DMGKIT_GEMM="$other"
fi

echo "== no build type"
for name in subdirectory package; do
    for flags in "" -O2; do
        wanted=1
        if [ -n "$flags" ]; then wanted=0; fi
        rm -rf "${work:?}/$name"
        configure "$name" -DCMAKE_PREFIX_PATH="$work/moved_there" -DMGKIT_SOURCE_DIR="$source" \
            -DCMAKE_BUILD_TYPE= -DCMAKE_CXX_FLAGS="$flags" >"$work/out" 2>&1 ||
            { cat "$work/out"; exit 1; }
        found=$(grep -c "CMAKE_BUILD_TYPE empty" "$work/out") || true
        if [ "$found" -ne "$wanted" ]; then
            echo "$name with '$flags' and no build type is told so $found times, not $wanted"
            exit 1
        fi
    done
done

echo "== pkg-config"
if command -v pkg-config >"$work/out"; then
    said=$(PKG_CONFIG_PATH=$work/moved_there/share/pkgconfig pkg-config --cflags --libs mgkit)
    echo "$said"
    # shellcheck disable=SC2086 # several flags
    "$cxx" -std=c++20 -O0 "$consumers/light.cpp" $said -o "$work/by_pkg_config"
    "$work/by_pkg_config" | tee "$work/said"
    grep -q "products by $chosen" "$work/said"
else
    echo "no pkg-config on this machine, this way was not tried"
fi

echo "== plain -I"
"$cxx" -std=c++20 -O0 -Wall -Wextra -I"$source/include" -isystem "$eigen" -MD -MF "$work/plain.d" \
    "$consumers/consumer.cpp" "$consumers/second_unit.cpp" -o "$work/plain"
"$work/plain" | tee "$work/said"
grep -q "products by eigen" "$work/said"
if grep -E '/(dnnl|cblas|omp|CLI|benchmark)[a-z_]*\.(h|hpp)' "$work/plain.d"; then
    echo "plain -I must need only the Eigen, Boost and JSON headers"
    exit 1
fi
echo "all consumers built and ran"
