#!/bin/sh
# SPDX-License-Identifier: MIT
# mixed_forms.sh SOURCE_DIR WORK_DIR CXX: units of one form link and run; units of both do not, and the
# linker names both forms, with every linker found. Two shared libraries may be of different forms.
# Not tried: what links all the same, -flto with mold 1.10, and mgkit in precompiled headers of clang.
set -eu
source=$1 work=$2 cxx=$3
here=$source/tests/linking

rm -rf "$work"
mkdir -p "$work"
cd "$work"

compile() { # compile FILE OBJECT FLAGS...
    file=$1 object=$2
    shift 2
    "$cxx" -std=c++20 -fPIC "-I$source/include" "$@" -c "$here/$file.cpp" -o "$object.o"
}

for form in header_only compiled; do
    define=
    if [ "$form" = compiled ]; then define=-DMGKIT_COMPILED; fi
    compile form_main "main_$form" $define
    compile form_unit "unit_$form" -DUNIT=other_unit $define
    compile form_unit "library_$form" -DUNIT="${form}_unit" $define
    ar rc "libunit_$form.a" "unit_$form.o"
done
compile form_libraries libraries
echo "int main() {}" | "$cxx" -fPIC -x c++ -c - -o empty.o

tried=
for linker in bfd gold lld mold; do
    if ! "$cxx" "-fuse-ld=$linker" empty.o -o empty >program.out 2>&1; then
        continue
    fi
    tried="$tried $linker"
    for flags in "" -Wl,--gc-sections; do
        for main in header_only compiled; do
            for unit in header_only compiled; do
                for object in "unit_$unit.o" "libunit_$unit.a"; do
                    what="$linker ${flags:-plainly}: $main program, $object"
                    if "$cxx" "-fuse-ld=$linker" "main_$main.o" "$object" $flags -o program \
                        >program.out 2>&1; then
                        if [ "$main" != "$unit" ]; then
                            echo "$what: linked"
                            exit 1
                        fi
                        ./program
                    elif [ "$main" = "$unit" ]; then
                        echo "$what: must link"
                        cat program.out
                        exit 1
                    else
                        for name in mgkit_header_only mgkit_compiled; do
                            if ! grep -q "$name" program.out; then
                                echo "$what: the message does not name $name"
                                cat program.out
                                exit 1
                            fi
                        done
                    fi
                done
            done
        done
    done
    for form in header_only compiled; do
        "$cxx" "-fuse-ld=$linker" -shared "library_$form.o" -o "lib$form.so"
    done
    "$cxx" "-fuse-ld=$linker" libraries.o -L. -lheader_only -lcompiled "-Wl,-rpath,$work" -o two
    ./two
done
if [ -z "$tried" ]; then
    echo "no linker works with $cxx"
    exit 1
fi
echo "forms are kept apart by:$tried"
