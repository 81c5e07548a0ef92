// SPDX-License-Identifier: MIT
// Learning rates over epochs, and which clips meet in a batch.
#include <algorithm>
#include <set>
#include <vector>

#include "catch.hpp"
#include "mgkit/train/batches.hpp"
#include "mgkit/train/schedule.hpp"

using namespace mgkit;
using namespace mgkit::train;
using Catch::Approx;

TEST_CASE("milestones multiply the rate from their epoch on", "[quick]") {
    const step_schedule s{{351}, .1};
    CHECK(s(0, 451) == 1);
    CHECK(s(350, 451) == 1);
    CHECK(s(351, 451) == Approx(.1));
    CHECK(s(450, 451) == Approx(.1));
    const step_schedule two{{120, 140}, .5};
    CHECK(two(119, 160) == 1);
    CHECK(two(120, 160) == .5);
    CHECK(two(140, 160) == .25);
    CHECK(step_schedule{}(1000, 10) == 1);
    CHECK(constant_schedule{}(7, 10) == 1);
}

TEST_CASE("the cosine starts at 1, warms up in equal steps and ends at its floor", "[quick]") {
    const cosine_schedule plain{};
    CHECK(plain(0, 100) == 1);
    CHECK(plain(50, 100) == Approx(.5));
    CHECK(plain(25, 100) == Approx(.5 + .5 * .70710678));
    CHECK(plain(99, 100) == Approx(.000246719).epsilon(1e-4));
    const cosine_schedule warm{.warm_up = 4, .floor = .1};
    for (int e = 0; e < 4; ++e) CHECK(warm(e, 24) == Approx((e + 1) / 5.));
    CHECK(warm(4, 24) == 1);
    CHECK(warm(14, 24) == Approx(.1 + .9 * .5));
    for (int e = 5; e < 24; ++e) {
        CHECK(warm(e, 24) < warm(e - 1, 24));
        CHECK(warm(e, 24) >= .1);
    }
    // A warm-up as long as the run, and epochs past its end.
    CHECK(warm(3, 4) == Approx(.8));
    CHECK(warm(9, 5) == Approx(.1));
}

TEST_CASE("an epoch's order is a permutation by seed and epoch", "[quick]") {
    for (const int count : {1, 2, 3, 7, 100, 1000}) {
        auto order = epoch_order(3, 1, count);
        CHECK(order == epoch_order(3, 1, count));
        auto sorted = order;
        std::sort(sorted.begin(), sorted.end());
        for (int i = 0; i < count; ++i) CHECK(sorted[static_cast<std::size_t>(i)] == i);
        if (count >= 7) {
            CHECK(order != sorted);
            CHECK(order != epoch_order(4, 1, count));
            CHECK(order != epoch_order(3, 2, count));
        }
    }
    // Each clip meets each place about equally often: 400 epochs, 8 places, sd 6.6.
    std::vector<int> first(8);
    for (std::uint32_t e = 0; e < 400; ++e) ++first[std::size_t(epoch_order(9, e, 8)[0])];
    for (const int n : first) CHECK(std::abs(n - 50) < 27);
}

TEST_CASE("batches cover an epoch once; no clip is left alone", "[quick]") {
    for (int count = 2; count <= 70; ++count)
        for (int batch = 2; batch <= 20; ++batch) {
            CAPTURE(count, batch);
            const auto starts = batch_starts(count, batch);
            REQUIRE(starts.size() >= 2);
            CHECK(starts.front() == 0);
            CHECK(starts.back() == count);
            for (std::size_t i = 0; i + 1 < starts.size(); ++i) {
                const int size = starts[i + 1] - starts[i];
                CHECK(size >= 2);
                CHECK(size <= batch + 1);
                if (i + 2 < starts.size()) CHECK(size == batch);
            }
            CHECK(static_cast<int>(starts.size()) - 1 ==
                  std::max(1, count / batch + (count % batch > 1)));
        }
    CHECK(batch_starts(9, 4) == std::vector<int>{0, 4, 9});
    CHECK(batch_starts(10, 4) == std::vector<int>{0, 4, 8, 10});
    CHECK(batch_starts(3, 100) == std::vector<int>{0, 3});
}
