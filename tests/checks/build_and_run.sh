#!/bin/sh
# SPDX-License-Identifier: MIT
# build_and_run.sh BUILD_DIR TARGET COMMAND...: builds what only this test needs, and runs it.
set -eu
build=$1 target=$2
shift 2
cmake --build "$build" --target "$target"
exec "$@"
