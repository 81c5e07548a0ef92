// SPDX-License-Identifier: MIT
// What every metric of the list keeps.
#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "catch.hpp"
#include "io/support.hpp"
#include "mgkit/core/random.hpp"
#include "mgkit/metric/list.hpp"

using namespace mgkit;

namespace {

struct answered {
    std::vector<int> truth;
    std::vector<float> scores;  ///< N x classes
};

constexpr int classes = 6;

answered drawn(std::uint64_t seed) {
    answered out;
    random_stream draws({seed}, "answers");
    for (int i = 0; i < 40; ++i) {
        out.truth.push_back(static_cast<int>(draws.below(classes)));
        for (int c = 0; c < classes; ++c) out.scores.push_back(static_cast<float>(draws.normal()));
    }
    return out;
}

metric::predictions view(const answered& a) {
    return {a.truth, {}, a.scores, classes};
}

}  // namespace

TEST_CASE("every metric: named, within [0, 1], 1 for right answers, blind to the order of clips",
          "[metric]") {
    std::set<std::string> names;
    metric::all::for_each([&](auto tag) {
        using M = typename decltype(tag)::type;
        INFO(M::name);
        CHECK(names.insert(std::string(M::name)).second);
        const M of{};
        answered right = drawn(1);
        for (std::size_t i = 0; i < right.truth.size(); ++i)
            right.scores[i * classes + static_cast<std::size_t>(right.truth[i])] = 100;
        CHECK(of(view(right)) == 1);
        bool below = false;
        for (std::uint64_t seed = 2; seed < 6; ++seed) {
            const answered a = drawn(seed);
            const double value = of(view(a));
            CHECK(value >= 0);
            CHECK(value <= 1);
            below = below || value < 1;
            answered turned = a;
            std::reverse(turned.truth.begin(), turned.truth.end());
            for (std::size_t i = 0; i < a.truth.size(); ++i)
                std::copy_n(a.scores.begin() + static_cast<std::ptrdiff_t>(i * classes), classes,
                            turned.scores.end() - static_cast<std::ptrdiff_t>((i + 1) * classes));
            // Sums of 40 clips in another order: rounding of double alone.
            CHECK(of(view(turned)) == Catch::Approx(value).epsilon(1e-12));
        }
        CHECK(below);
        CHECK_THROWS_AS(of(metric::predictions{}), error);
    });
}
