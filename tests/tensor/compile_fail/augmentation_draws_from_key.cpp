// SPDX-License-Identifier: MIT
// A stage that draws from a key.
// error: mgkit: this type is no augmentation: it has no 'plan draw(random_stream&, const
// clip_info&) const', or one that takes
#include "stages.hpp"

struct wrong : still {
    plan draw(const random_key&, const augment::clip_info&) const { return {}; }
};

int main() {
    augment::with_probability<wrong> sometimes;
    sometimes.probability = 1;
}
