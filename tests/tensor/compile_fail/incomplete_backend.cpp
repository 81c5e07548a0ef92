// SPDX-License-Identifier: MIT
// A backend that claims to be complete.
// expect: complete_backend
// expect: op::concat
#include "tensors.hpp"

template <testing::complete_backend B>
void use_backend() {}

int main() {
    use_backend<without<op::concat>>();
}
