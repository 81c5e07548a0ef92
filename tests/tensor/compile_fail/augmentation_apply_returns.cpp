// SPDX-License-Identifier: MIT
// A stage that says whether it did anything.
// error: mgkit: this type is no augmentation: its 'apply' returns something
#include "stages.hpp"

struct wrong : still {
    template <class S>
    bool apply(const plan&, augment::workspace<S>&) const {
        return true;
    }
};

int main() {
    augment::n_views<2, wrong> views;
    return static_cast<int>(views.views);
}
