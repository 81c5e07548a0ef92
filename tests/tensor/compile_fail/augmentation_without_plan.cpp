// SPDX-License-Identifier: MIT
// A stage that says nothing of what it draws.
// error: mgkit: this type is no augmentation: it has no type 'plan'
#include "stages.hpp"

struct wrong {
    static constexpr std::string_view name = "wrong";
    double draw(random_stream& stream, const augment::clip_info&) const { return stream.uniform(); }
    template <class S>
    void apply(double, augment::workspace<S>&) const {}
};

int main() {
    augment::sequence<still, wrong> both;
    both.get<1>();
}
