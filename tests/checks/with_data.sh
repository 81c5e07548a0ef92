#!/bin/sh
# SPDX-License-Identifier: MIT
# with_data.sh NAME GOLDEN_DIR DATA_DIR [--golden|--data] COMMAND...: runs the test NAME with the data
# folders in the environment; what the caller's environment already says wins (cases lie beside the
# data). With --golden, --data or --cases, a folder without such files skips the test (exit 77). What the test took, user
# and system seconds, is added to the file $MGKIT_SECONDS as a line "test NAME SECONDS" where that is set.
name=$1
: "${MGKIT_GOLDEN_DIR:=$2}" "${MGKIT_DATA_DIR:=$3}" "${MGKIT_CASES_DIR:=${3%/*}/cases}"
# Spinning OpenMP threads starve each other when a machine is shared.
: "${OMP_WAIT_POLICY:=passive}"
export MGKIT_GOLDEN_DIR MGKIT_DATA_DIR MGKIT_CASES_DIR OMP_WAIT_POLICY
shift 3

skip_without() { # skip_without VARIABLE FOLDER FILES
    if [ -z "$(find -L "$2" -name "$3" -print -quit 2>/dev/null)" ]; then
        echo "skipped: no $3 below $2 (set $1)"
        exit 77
    fi
}
case $1 in
    --golden)
        skip_without MGKIT_GOLDEN_DIR "$MGKIT_GOLDEN_DIR" '*.safetensors'
        shift
        ;;
    --cases)
        skip_without MGKIT_CASES_DIR "$MGKIT_CASES_DIR" 'CASES.md'
        shift
        ;;
    --data)
        skip_without MGKIT_DATA_DIR "$MGKIT_DATA_DIR" '*.json'
        shift
        ;;
esac
[ -n "${MGKIT_SECONDS:-}" ] || exec "$@"
"$@"
status=$?
times >"$MGKIT_SECONDS.$name"
awk -v name="$name" '{ for (i = 1; i <= NF; i++) { split($i, t, /[ms]/); sum += 60 * t[1] + t[2] } }
    END { printf "test %s %.2f\n", name, sum }' "$MGKIT_SECONDS.$name" >>"$MGKIT_SECONDS"
rm "$MGKIT_SECONDS.$name"
exit $status
