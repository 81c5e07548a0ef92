// SPDX-License-Identifier: MIT
// A stage that changes as it draws.
// error: mgkit: this type is no augmentation: its 'draw' is not const
#include "stages.hpp"

struct wrong : still {
    plan draw(random_stream&, const augment::clip_info&) { return {}; }
};

int main() {
    augment::n_views<2, wrong> views;
    return static_cast<int>(views.views);
}
