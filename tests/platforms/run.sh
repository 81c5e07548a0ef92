#!/bin/sh
# SPDX-License-Identifier: MIT
# run.sh PLATFORM SOURCE_DIR WORK_DIR: builds and runs project/ on a platform beside this machine's
# own, with nothing of the host but the headers of Eigen, Boost, nlohmann/json and Catch2.
#   libcxx   clang with libc++ instead of libstdc++
#   mingw    64-bit Windows by mingw-w64, run by Wine
#   aarch64  Linux on 64-bit ARM, run by qemu, and one file of recorded numbers of each family
# Ends with 77 where the compiler is not there, or what runs its programs.
set -eu
platform=$1 source=$2 work=$3
here=$source/tests/platforms

skip() { # skip WHAT PACKAGES
    echo "skipped: no $1 (apt-get install $2)"
    exit 77
}
have() {
    command -v "$1" >/dev/null
}

rm -rf "$work"
mkdir -p "$work/headers"
set -- -DCMAKE_BUILD_TYPE=Debug -DCMAKE_CXX_FLAGS_DEBUG=-O0
unrun=
case $platform in
    libcxx)
        printf '%s\n' '#include <version>' '#if __clang_major__ < 16' '#error too old' '#endif' \
            'int main() {}' >"$work/tried.cpp"
        for cxx in clang++-16 clang++-17 clang++-18 clang++-19 clang++ none; do
            if have "$cxx" && "$cxx" -std=c++20 -stdlib=libc++ "$work/tried.cpp" -o "$work/tried" \
                2>/dev/null; then break; fi
        done
        [ "$cxx" != none ] || skip "clang 16 or later with libc++" "clang-16 libc++-16-dev libc++abi-16-dev"
        set -- "$@" -DCMAKE_CXX_COMPILER="$cxx" -DCMAKE_CXX_FLAGS=-stdlib=libc++
        ;;
    mingw)
        have x86_64-w64-mingw32-g++-posix || have x86_64-w64-mingw32-g++ ||
            skip "mingw-w64 compiler" g++-mingw-w64-x86-64-posix
        have wine64 || have wine || [ -x /usr/lib/wine/wine64 ] ||
            unrun="wine64, so that what was built did not run"
        set -- "$@" -DCMAKE_TOOLCHAIN_FILE="$here/mingw.cmake"
        export WINEDEBUG=-all WINEPREFIX="$work/wine"
        ;;
    aarch64)
        have aarch64-linux-gnu-g++ || skip "aarch64 compiler" g++-aarch64-linux-gnu
        have qemu-aarch64-static || skip qemu-aarch64-static qemu-user-static
        set -- "$@" -DCMAKE_TOOLCHAIN_FILE="$here/aarch64.cmake" -DMGKIT_GOLDEN=ON
        ;;
    *)
        echo "run.sh: no platform $platform; choose libcxx, mingw or aarch64"
        exit 2
        ;;
esac
for folder in eigen3 boost nlohmann catch2; do
    if [ -d "/usr/include/$folder" ]; then ln -s "/usr/include/$folder" "$work/headers/"; fi
done
if have ninja; then set -- "$@" -G Ninja; fi
if have ccache; then set -- "$@" -DCMAKE_CXX_COMPILER_LAUNCHER=ccache; fi

cmake -S "$here/project" -B "$work/build" -DMGKIT_SOURCE_DIR="$source" \
    -DMGKIT_PLATFORM_HEADERS="$work/headers" "$@"
# One compiler at a time: other tests run beside it.
cmake --build "$work/build" -j 1
if [ -n "$unrun" ]; then skip "$unrun" wine64; fi
ctest --test-dir "$work/build" --output-on-failure --no-tests=error

if [ "$platform" = aarch64 ]; then
    emulated="qemu-aarch64-static -L /usr/aarch64-linux-gnu $work/build/mgkit_golden"
    if [ -z "$(find -L "${MGKIT_GOLDEN_DIR:-none}" -name '*.safetensors' -print -quit 2>/dev/null)" ]
    then
        echo "skipped: no *.safetensors below ${MGKIT_GOLDEN_DIR:-} (set MGKIT_GOLDEN_DIR); all else ran"
        exit 77
    fi
    # shellcheck disable=SC2046,SC2086
    python3 "$here/one_of_each.py" "$MGKIT_GOLDEN_DIR" "$work/golden" $($emulated --list)
    $emulated "$work/golden" --strict
fi
echo "$platform: all built and ran"
