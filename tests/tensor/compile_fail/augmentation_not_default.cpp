// SPDX-License-Identifier: MIT
// A stage without default settings.
// error: mgkit: this type is no augmentation: it cannot be made without arguments
#include "stages.hpp"

struct wrong : still {
    explicit wrong(double) {}
};

int main() {
    augment::sequence<wrong> one(wrong(1));
    one.get<0>();
}
