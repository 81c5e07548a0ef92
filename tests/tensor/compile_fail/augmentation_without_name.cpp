// SPDX-License-Identifier: MIT
// A stage whose name is no text.
// error: mgkit: this type is no augmentation: it has no 'static constexpr std::string_view name'
#include "stages.hpp"

struct wrong : still {
    static constexpr int name = 7;
};

int main() {
    augment::n_views<2, wrong> views;
    return static_cast<int>(views.views);
}
