// SPDX-License-Identifier: MIT
// A stage whose plans cannot be compared.
// error: mgkit: this type is no augmentation: its 'plan' cannot be copied and compared
#include "stages.hpp"

struct wrong {
    static constexpr std::string_view name = "wrong";
    struct plan {
        double angle;
    };
    plan draw(random_stream& stream, const augment::clip_info&) const { return {stream.uniform()}; }
    template <class S>
    void apply(const plan&, augment::workspace<S>&) const {}
};

int main() {
    augment::one_of<still, wrong> either;
    either.get<1>();
}
