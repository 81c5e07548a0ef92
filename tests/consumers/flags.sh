#!/bin/sh
# SPDX-License-Identifier: MIT
# flags.sh SOURCE_DIR WORK_DIR EIGEN_INCLUDE PART CXX OTHER_CXX...: compiles mgkit, included by -I and
# not as system headers, under the flags that users set, without a warning.
#   PART ci:   the light program by each compiler, in C++20 and C++23, without RTTI, of two units of
#              which one has NDEBUG; every component of the lists (every_*.cpp) and a pipeline by CXX
#   PART full: the latter by the other compilers; optional backends whose headers are found by CXX
# Compilers that are not found are skipped by name.
set -eu
source=$1 work=$2 eigen=$3 part=$4 first=$5
shift 5
consumers=$source/tests/consumers
warnings="-Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion -Wshadow -Werror"

rm -rf "$work"
mkdir -p "$work"
(cd "$source/include" && find mgkit -name '*.hpp' ! -name '*-inl.hpp' ! -path 'mgkit/backend/*' \
    ! -name torch_module.hpp && echo mgkit/backend/eigen.hpp) | LC_ALL=C sort |
    sed 's/.*/#include "&"/' >"$work/every_header.hpp"

compile() { # compile CXX STANDARD SOURCE FLAGS...
    cxx=$1 standard=$2 file=$3
    shift 3
    echo "$cxx -std=$standard $* $(basename "$file")"
    # shellcheck disable=SC2086
    "$cxx" "-std=$standard" -O0 $warnings "$@" -I"$source/include" -I"$work" -isystem "$eigen" \
        -c "$file" -o "$work/$(basename "$file" .cpp).o"
}

light() {
    for standard in c++20 c++2b; do
        compile "$1" $standard "$consumers/light.cpp" -fno-rtti
        compile "$1" $standard "$consumers/light_unit.cpp" -fno-rtti -DNDEBUG
        "$1" "$work/light.o" "$work/light_unit.o" -o "$work/light"
        "$work/light"
    done
}

every() {
    compile "$1" c++20 "$consumers/every_component.cpp"
    compile "$1" c++20 "$consumers/every_model.cpp"
    compile "$1" c++20 "$consumers/every_operation.cpp"
    compile "$1" c++2b "$source/tests/checks/pipeline.cpp"
}

backend() { # backend NAME HEADER FLAGS...
    name=$1 header=$2
    shift 2
    if echo "#include <$header>" | "$first" -std=c++20 "$@" -E -x c++ - >"$work/out" 2>&1; then
        compile "$first" c++20 "$consumers/other_backend.cpp" "-DMGKIT_TEST_$name" "$@"
    else
        echo "no <$header>: skipped"
    fi
}

if [ "$part" = ci ]; then
    light "$first"
    every "$first"
else
    backend XTENSOR xtensor-blas/xlinalg.hpp
    backend EIGEN_BF16 oneapi/dnnl/dnnl.hpp -DMGKIT_GEMM_ONEDNN
    backend TORCH torch/torch.h -isystem /usr/include/torch/csrc/api/include
fi
for other in "$@"; do
    if ! command -v "$other" >"$work/out"; then
        echo "no $other: skipped"
    elif [ "$part" = ci ]; then
        light "$other"
    else
        every "$other"
    fi
done
