// SPDX-License-Identifier: MIT
// A model on a type that is no tensor.
// error: mgkit: this type is no tensor: mgkit::backend_traits of it has no floating 'scalar'
#include "training.hpp"

int main() {
    context ctx;
    run_model<std::vector<float>>(ctx);
}
