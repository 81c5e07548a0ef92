// SPDX-License-Identifier: MIT
// Builds: the same headers, used rightly.
#include "mgkit/clip/list.hpp"
#include "mgkit/testing/conformance.hpp"
#include "stages.hpp"
#include "training.hpp"

template <testing::complete_backend B>
void use_backend() {}

struct early {
    static constexpr std::string_view name = "late";
    bool accepts(const clip::candidate& c) const { return c.window.end < 250; }
};

struct hidden : still {
    void each_setting(auto&& f) const { f(angle_); }

private:
    double angle_ = 1;
};

int main() {
    using both = augment::sequence<still, augment::with_probability<hidden>>;
    augment::n_views<2, augment::one_of<both, still>> views;
    views.policy.weights = {1, 2};

    clip::rejection<clip::duration_prior, clip::all<clip::no_cut, early>> sampler;
    sampler.quota = 1;

    context ctx;
    const good x{eigen::tensor<double>(ctx, {2, 3})};
    use_backend<without<>>();
    testing::conformance<without<>>();
    run_model<without<>>(ctx);
    return static_cast<int>(shape_of(gelu(ctx, x))[0]) - 2 +
           static_cast<int>(run_fit(ctx, quiet{}));
}
