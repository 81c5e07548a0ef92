// SPDX-License-Identifier: MIT
// A stage for clips of floats.
// error: mgkit: this type is no augmentation: its 'apply' takes workspace<S> of one scalar only
#include "stages.hpp"

struct wrong : still {
    void apply(const plan&, augment::workspace<float>&) const {}
};

int main() {
    augment::with_probability<wrong> sometimes;
    sometimes.probability = 1;
}
