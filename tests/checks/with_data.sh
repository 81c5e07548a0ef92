#!/bin/sh
# with_data.sh GOLDEN_DIR DATA_DIR [--golden] COMMAND...: runs a test with the data folders in the
# environment; what the caller's environment already says wins. With --golden, an absent folder
# of parity files skips the test (exit 77).
: "${MGKIT_GOLDEN_DIR:=$1}" "${MGKIT_DATA_DIR:=$2}"
# Spinning OpenMP threads starve each other when a machine is shared.
: "${OMP_WAIT_POLICY:=passive}"
export MGKIT_GOLDEN_DIR MGKIT_DATA_DIR OMP_WAIT_POLICY
shift 2
if [ "$1" = --golden ]; then
    shift
    if [ ! -d "$MGKIT_GOLDEN_DIR" ]; then
        echo "skipped: no folder $MGKIT_GOLDEN_DIR (set MGKIT_GOLDEN_DIR)"
        exit 77
    fi
fi
exec "$@"
