// SPDX-License-Identifier: MIT
// Laws of what ActCLR makes of clips: what is exchanged, and what stays.
#include <cmath>
#include <vector>

#include "catch.hpp"
#include "metric/refused.hpp"
#include "mgkit/backend/eigen.hpp"
#include "mgkit/pretext/actionlets.hpp"
#include "nn/leaves.hpp"

using namespace mgkit;

namespace actionlets {

using T = eigen::tensor<double>;

constexpr extent clip_count = 3, frames = 8, joints = 4;
const std::vector<int> parents{1, 1, 3, 0};  // one parent stands behind its child

T clips(context& ctx, extent channels = 3) {
    random_stream draws({2}, "actionlets");
    std::vector<double> values(static_cast<std::size_t>(clip_count * channels * frames * joints));
    for (double& v : values) v = draws.normal();
    return backend_traits<T>::from_host(ctx, values, {clip_count, channels, frames, joints, 1});
}
index_tensor next() {
    return {{clip_count}, {1, 2, 0}};
}
index_tensor themselves() {
    return {{clip_count}, {0, 1, 2}};
}
void check_close(context& ctx, const T& a, const T& b, double bound) {
    const auto one = nn::host_values(ctx, a), other = nn::host_values(ctx, b);
    REQUIRE(one.size() == other.size());
    for (std::size_t i = 0; i < one.size(); ++i) CHECK(std::abs(one[i] - other[i]) < bound);
}

}  // namespace actionlets

TEST_CASE("a clip in the manner of itself is itself", "[actionlets][quick]") {
    using namespace actionlets;
    context ctx;
    const T x = clips(ctx);
    check_close(ctx, pretext::with_lengths_of(ctx, x, themselves()), x, 1e-12);
    check_close(ctx, pretext::with_bones_of(ctx, x, themselves(), parents), x, 1e-12);
    // But for what keeps the deviation off 0.
    check_close(ctx, pretext::with_motion_of(ctx, x, themselves()), x, 2e-2);
    CHECK_REFUSED(pretext::with_bones_of(ctx, x, next(), std::vector<int>{0}), "a parent for each");
    CHECK_REFUSED(pretext::with_bones_of(ctx, x, next(), std::vector<int>{1, 0, 2, 2}),
                  "2 joints that have none");
}

TEST_CASE("exchanged bones keep the root and their directions, and have the donor's lengths",
          "[actionlets][quick]") {
    using namespace actionlets;
    context ctx;
    const T x = clips(ctx);
    const auto own = nn::host_values(ctx, x),
               made = nn::host_values(ctx, pretext::with_bones_of(ctx, x, next(), parents));
    const auto bone = [&](const std::vector<double>& of, std::size_t n, std::size_t t,
                          std::size_t v) {
        std::vector<double> out;
        for (std::size_t c = 0; c < 3; ++c) {
            const std::size_t at = ((n * 3 + c) * frames + t) * joints;
            out.push_back(of[at + v] - of[at + static_cast<std::size_t>(parents[v])]);
        }
        return out;
    };
    for (std::size_t n = 0; n < clip_count; ++n)
        for (std::size_t t = 0; t < frames; ++t)
            for (std::size_t v = 0; v < joints; ++v) {
                if (v == 1) continue;
                const auto a = bone(own, n, t, v), b = bone(made, n, t, v),
                           d = bone(own, (n + 1) % clip_count, t, v);
                const double length = std::hypot(d[0], d[1], d[2]);
                CHECK(std::hypot(b[0], b[1], b[2]) == Approx(length).epsilon(1e-3));
                const double along = (a[0] * b[0] + a[1] * b[1] + a[2] * b[2]) /
                                     std::hypot(a[0], a[1], a[2]) / std::hypot(b[0], b[1], b[2]);
                CHECK(along == Approx(1));
            }
    for (std::size_t i = 1; i < own.size(); i += joints) CHECK(made[i] == own[i]);
}

TEST_CASE("a faster paste shows twice as many frames of its donor", "[actionlets][quick]") {
    using namespace actionlets;
    context ctx;
    const T x = clips(ctx, 2);
    // A map of four frames, two of the clip each; the second and third, all joints but the first.
    std::vector<double> inside(16, 0);
    for (const std::size_t i : {5, 6, 7, 9, 10, 11}) inside[i] = 1;
    const pretext::paste<T> with{next(), backend_traits<T>::from_host(ctx, inside, {4, joints})};
    const auto own = nn::host_values(ctx, x),
               made = nn::host_values(ctx, pretext::pasted_faster(ctx, x, with, 1, 2));
    for (std::size_t i = 0; i < own.size(); ++i) {
        const std::size_t v = i % joints, t = i / joints % frames;
        const bool in = v > 0 && t >= 2 && t < 6;
        const std::size_t clip = own.size() / clip_count;
        const std::size_t donor = (i - t * joints + 2 * (t - 2) * joints + clip) % own.size();
        CHECK(made[i] == own[in ? donor : i]);
    }
    CHECK_REFUSED(pretext::pasted_faster(ctx, x, with, 3, 2), "within the 4 of the map");
}

TEST_CASE("actionlets blend two clips, and shares of a mixture sum to one", "[actionlets][quick]") {
    using namespace actionlets;
    context ctx;
    const T x = clips(ctx), y = mgkit::affine(ctx, x, -2, 1);
    const auto mask = [&](double value) {
        return mgkit::constant<T>(ctx, {clip_count, 1, 3, joints}, value);
    };
    check_close(ctx, pretext::actionlet_swap(ctx, x, y, mask(1)), x, 1e-14);
    check_close(ctx, pretext::actionlet_swap(ctx, x, y, mask(0)), y, 1e-14);
    check_close(ctx, pretext::actionlet_swap(ctx, x, y, mask(.5)),
                mgkit::affine(ctx, mgkit::add(ctx, x, y), .5), 1e-14);
    CHECK_REFUSED(pretext::actionlet_swap(ctx, x, y, mgkit::slice(ctx, mask(1), 0, 0, 2)),
                  "masks [B * M, 1, t, V]");

    const T strength = mgkit::constant<T>(ctx, {clip_count, 2, 2, joints}, .3);
    const pretext::paste<T> half{
        next(), backend_traits<T>::from_host(ctx, std::vector<double>{1, 1, 1, 1, 0, 0, 0, 0},
                                             {2, joints})};
    const auto shares = pretext::shares_of(ctx, strength, half);
    check_close(ctx, mgkit::add(ctx, shares.donor, shares.own),
                mgkit::constant<T>(ctx, {clip_count}, 1), 1e-12);
    check_close(ctx, shares.own, mgkit::constant<T>(ctx, {clip_count}, .5), 1e-4);
}
