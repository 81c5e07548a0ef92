// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "catch.hpp"
#include "metric/refused.hpp"
#include "mgkit/probe/baseline_dtw.hpp"
#include "probe/clips.hpp"

using namespace mgkit;
using namespace mgkit::probe;
using Catch::Approx;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

/// One joint that moves along x.
clip line(const std::vector<float>& x) {
    clip out({channel_layout::xy, static_cast<int>(x.size()), 1, 1}, static_cast<int>(x.size()));
    for (std::size_t t = 0; t < x.size(); ++t) out.view().at(0, static_cast<int>(t), 0) = x[t];
    return out;
}

double frame_distance(const clip& a, int i, const clip& b, int j) {
    const auto& shape = a.shape();
    double sum = 0;
    int shared = 0;
    for (int v = 0; v < shape.joints; ++v)
        for (int m = 0; m < shape.persons; ++m) {
            if (!a.view().valid(i, v, m) || !b.view().valid(j, v, m)) continue;
            ++shared;
            for (int c = 0; c < coordinates(shape.layout); ++c)
                sum += std::pow(double(a.view().at(c, i, v, m)) - b.view().at(c, j, v, m), 2);
        }
    return shared == 0 ? infinity : std::sqrt(sum * shape.points() / shared);
}

/// The whole table without band or shortcuts.
double plain_dtw(const clip& a, const clip& b) {
    const int n = a.length(), m = b.length();
    std::vector<double> cost(static_cast<std::size_t>(n * m), infinity);
    const auto at = [&](int i, int j) -> double& { return cost[std::size_t(i * m + j)]; };
    for (int i = 0; i < n; ++i)
        for (int j = 0; j < m; ++j) {
            const double d = frame_distance(a, i, b, j);
            double best = i == 0 && j == 0 ? 2 * d : infinity;
            if (i > 0) best = std::min(best, at(i - 1, j) + d);
            if (j > 0) best = std::min(best, at(i, j - 1) + d);
            if (i > 0 && j > 0) best = std::min(best, at(i - 1, j - 1) + 2 * d);
            at(i, j) = best;
        }
    return at(n - 1, m - 1) / (n + m);
}

}  // namespace

TEST_CASE("warping distance by hand", "[quick]") {
    const clip a = line({0, 1, 2}), b = line({0, 1, 1, 2}), c = line({0, 0, 0});
    const dtw_settings open{1, 0};
    CHECK(dtw_distance(a.view(), a.view(), open) == 0);
    CHECK(dtw_distance(a.view(), b.view(), open) == 0);
    // Frame 0 of a waits for all of c at no cost, then frames 1 and 2 cost 1 + 2, over 6 steps.
    CHECK(dtw_distance(a.view(), c.view(), open) == Approx(.5));
    CHECK(dtw_distance(line({5}).view(), line({2}).view()) == Approx(3));
    CHECK(dtw_distance(line({5}).view(), line({2, 5}).view(), open) == Approx(6. / 3));
}

TEST_CASE("with an open band the distance is that of the full table", "[quick]") {
    for (auto layout : {channel_layout::xyz, channel_layout::xyc, channel_layout::xyzc})
        for (std::uint32_t k = 0; k < 6; ++k) {
            const clip a = random_clip(2 * k, layout, 3 + static_cast<int>(k), 5, 2, 3);
            const clip b = random_clip(2 * k + 1, layout, 9, 5, 2);
            const double d = dtw_distance(a.view(), b.view(), {1, 0});
            CHECK(d == Approx(plain_dtw(a, b)).epsilon(1e-9));
            CHECK(d == dtw_distance(b.view(), a.view(), {1, 0}));
        }
}

TEST_CASE("a wider band never costs more, and every band connects any two lengths") {
    for (int n : {1, 2, 7, 40}) {
        const clip a = random_clip(1, channel_layout::xyz, n, 3);
        const clip b = random_clip(2, channel_layout::xyz, 13, 3);
        double last = infinity;
        for (double band : {0., .05, .1, .3, 1.}) {
            const double d = dtw_distance(a.view(), b.view(), {band, 0});
            CHECK(std::isfinite(d));
            CHECK(d <= last);
            last = d;
        }
    }
}

TEST_CASE("the band limits how far time may be warped") {
    std::vector<float> early(40, 0.f), late(40, 0.f);
    early[5] = 1;
    late[30] = 1;
    CHECK(dtw_distance(line(early).view(), line(late).view(), {1, 0}) == 0);
    CHECK(dtw_distance(line(early).view(), line(late).view(), {.1, 0}) > 0);
}

TEST_CASE("missing joints never influence distances, empty frames are left out", "[quick]") {
    clip a = random_clip(3, channel_layout::xyc, 8, 4), b = a;
    const clip other = random_clip(4, channel_layout::xyc, 8, 4);
    for (int t = 0; t < 8; ++t)
        for (int v = 0; v < 4; ++v)
            if (!a.view().valid(t, v)) b.view().at(0, t, v) = b.view().at(1, t, v) = std::nanf("");
    CHECK(dtw_distance(a.view(), other.view()) == dtw_distance(b.view(), other.view()));

    clip gap = line({0, 1, 2});
    clip full({channel_layout::xyc, 4, 1, 1}, 4), cut({channel_layout::xyc, 3, 1, 1}, 3);
    const float x[] = {0, 1, 77, 2}, c[] = {1, 1, 0, 1};
    for (int t = 0; t < 4; ++t) full.view().at(0, t, 0) = x[t], full.view().at(2, t, 0) = c[t];
    for (int t = 0; t < 3; ++t)
        cut.view().at(0, t, 0) = gap.view().at(0, t, 0), cut.view().at(2, t, 0) = 1;
    CHECK(dtw_distance(full.view(), cut.view()) == 0);
}

TEST_CASE("the nearest neighbour is that of the full search, for any number of threads") {
    for (auto layout : {channel_layout::xyz, channel_layout::xyc}) {
        std::vector<clip> train, query;
        std::vector<int> labels;
        for (std::uint32_t i = 0; i < 40; ++i) {
            train.push_back(random_clip(i, layout, 6 + static_cast<int>(i % 9), 4));
            labels.push_back(static_cast<int>(i % 3));
        }
        for (std::uint32_t i = 100; i < 112; ++i)
            query.push_back(random_clip(i, layout, 5 + static_cast<int>(i % 8), 4));
        query.push_back(train[7]);
        const dtw_settings settings{.2, 0};
        context one, two;
        two.threads = 2;
        const dtw_result r = dtw_nearest(one, views(train), labels, 3, views(query), settings);
        const dtw_result s = dtw_nearest(two, views(train), labels, 3, views(query), settings);
        CHECK(r.neighbour == s.neighbour);
        CHECK(r.distance == s.distance);
        for (std::size_t q = 0; q < query.size(); ++q) {
            double best = infinity;
            int nearest = -1;
            for (std::size_t g = 0; g < train.size(); ++g) {
                const double d = dtw_distance(query[q].view(), train[g].view(), settings);
                if (d < best) best = d, nearest = static_cast<int>(g);
            }
            CHECK(r.neighbour[q] == nearest);
            CHECK(r.distance[q] == best);
            CHECK(r.predicted[q] == labels[std::size_t(nearest)]);
        }
        CHECK(r.neighbour.back() == 7);
    }
}

TEST_CASE("equal distances go to the lowest index", "[quick]") {
    const std::vector<clip> train{line({9, 9, 9}), line({1, 2, 3}), line({1, 2, 3})};
    const dtw_result r = dtw_nearest({}, views(train), std::vector<int>{0, 1, 2}, 3,
                                     views({line({1, 2, 3}), line({.7f, 2, 3.1f})}), {1, 0});
    CHECK(r.neighbour == std::vector<int>{1, 1});
}

TEST_CASE("a poor start does not discard the nearest clip", "[quick]") {
    std::vector<float> query(10, 0.f), near(10, 0.f), far(10, 1.2f);
    query[0] = far[0] = 10;
    // near: only the first frames differ, 2 * 10 over 20 steps; far: nine frames, 2 * 1.2 each.
    const dtw_result r = dtw_nearest({}, views({line(far), line(near)}), std::vector<int>{0, 1}, 2,
                                     views({line(query)}));
    CHECK(r.neighbour == std::vector<int>{1});
    CHECK(r.distance[0] == Approx(1));
}

TEST_CASE("fewer frames keep the ends of a slow movement apart from noise") {
    std::vector<float> up(100), down(100);
    for (std::size_t t = 0; t < 100; ++t)
        up[t] = static_cast<float>(t), down[t] = 99.f - static_cast<float>(t);
    const std::vector<clip> train{line(up), line(down)};
    const dtw_result r = dtw_nearest({}, views(train), std::vector<int>{0, 1}, 2,
                                     views({line(down), line(up)}), {.1, 10});
    CHECK(r.predicted == std::vector<int>{1, 0});
    CHECK(r.distance == std::vector<double>{0, 0});
}

TEST_CASE("a query that cannot be compared gets the majority label", "[quick]") {
    clip left({channel_layout::xyc, 2, 2, 1}, 2), right = left;
    for (int t = 0; t < 2; ++t) left.view().at(2, t, 0) = 1, right.view().at(2, t, 1) = 1;
    const dtw_result r =
        dtw_nearest({}, views({left, left, left}), std::vector<int>{0, 1, 1}, 2, views({right}));
    CHECK(r.neighbour == std::vector<int>{-1});
    CHECK(r.predicted == std::vector<int>{1});
    CHECK(r.distance == std::vector<double>{infinity});
}

TEST_CASE("warping refuses bad input", "[quick]") {
    const clip a = random_clip(1, channel_layout::xyz, 4, 3);
    const clip b = random_clip(1, channel_layout::xyz, 4, 2);
    const std::vector<int> one{0};
    CHECK_REFUSED(dtw_nearest({}, {}, {}, 1, views({a})), "at least one clip");
    CHECK_REFUSED(dtw_nearest({}, views({a}), one, 1, {}), "at least one clip");
    CHECK_REFUSED(dtw_nearest({}, views({a}), one, 1, views({b})), "2 joints");
    CHECK_REFUSED(dtw_nearest({}, views({a}), {}, 1, views({a})),
                  "a label for each of 1 clips, found 0");
    CHECK_REFUSED(dtw_nearest({}, views({a}), std::vector<int>{1}, 1, views({a})), "[0, 1)");
    CHECK_REFUSED(dtw_nearest({}, views({a}), one, 1, views({a}), {-.1, 0}), "band");
    CHECK_REFUSED(dtw_nearest({}, views({a}), one, 1, views({a}), {std::nan(""), 0}), "band");
    CHECK_REFUSED(dtw_distance(a.view(), a.view(), {.1, -1}), "max_frames");
    CHECK_REFUSED(dtw_distance(a.view(), b.view()), "2 joints");
}
