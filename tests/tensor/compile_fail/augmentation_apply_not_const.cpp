// SPDX-License-Identifier: MIT
// A stage that changes as it is applied.
// error: mgkit: this type is no augmentation: its 'apply' is not const
#include "stages.hpp"

struct wrong : still {
    template <class S>
    void apply(const plan&, augment::workspace<S>&) {}
};

int main() {
    augment::n_views<2, wrong> views;
    return static_cast<int>(views.views);
}
