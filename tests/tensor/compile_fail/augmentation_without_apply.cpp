// SPDX-License-Identifier: MIT
// A stage that is applied to frames.
// error: mgkit: this type is no augmentation: it has no 'template <class S> void apply(const plan&,
// workspace<S>&) const'
#include "stages.hpp"

struct wrong : still {
    template <class S>
    void apply(const plan&, std::span<S>) const {}
};

int main() {
    augment::one_of<wrong> one;
    one.get<0>();
}
