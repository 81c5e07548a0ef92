// SPDX-License-Identifier: MIT
// A callback of fit whose member is misspelt.
// expect: mgkit: a callback of fit has neither on_step
#include "training.hpp"

int main() {
    context ctx;
    run_fit(ctx, mistyped{});
}
