// SPDX-License-Identifier: MIT
// A stage whose draw is of another type than its plan.
// error: mgkit: this type is no augmentation: its 'draw' returns another type than its 'plan'
#include "stages.hpp"

struct wrong : still {
    double draw(random_stream& stream, const augment::clip_info&) const { return stream.uniform(); }
};

int main() {
    augment::sequence<wrong> one;
    one.get<0>();
}
