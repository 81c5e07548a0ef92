// SPDX-License-Identifier: MIT
// Tidying moves what it says, as far as it says, and never invents confidence.
#include <cmath>
#include <limits>
#include <vector>

#include "catch.hpp"
#include "data/recordings.hpp"
#include "io/support.hpp"
#include "mgkit/data/tidy.hpp"
#include "mgkit/skeleton/coco17.hpp"
#include "mgkit/skeleton/kinect20.hpp"

using namespace mgkit;
using namespace mgkit::data;
using recordings::random_recording;
using recordings::values;
using skeleton::channel_layout;

namespace {

/// Every joint at (p(t), -p(t)), confidence 0.8.
template <class P>
recording moving(int frames, P&& p) {
    auto out = random_recording<skeleton::coco17>(frames);
    const auto view = out.poses.view();
    for (int t = 0; t < frames; ++t)
        for (int v = 0; v < 17; ++v) {
            view.at(0, t, v) = static_cast<float>(p(t));
            view.at(1, t, v) = static_cast<float>(-p(t));
            view.at(2, t, v) = 0.8f;
        }
    return out;
}
void hide(recording& r, int from, int to, int joint) {
    for (int t = from; t < to; ++t)
        for (int c = 0; c < 3; ++c) r.poses.view().at(c, t, joint) = 0;
}

}  // namespace

TEST_CASE("short gaps are filled along a straight line", "[data][tidy]") {
    auto r = moving(30, [](int t) { return 10.0 * t; });
    hide(r, 5, 8, 3);    // short
    hide(r, 10, 21, 3);  // eleven frames
    hide(r, 0, 2, 4);    // at the start
    hide(r, 28, 30, 4);  // at the end
    hide(r, 12, 22, 5);  // ten frames
    r.poses.view().at(2, 4, 3) = 0.02f;
    const auto report = fill_gaps(r);
    CHECK(report.gaps == 2);
    CHECK(report.joints == 13);
    CHECK(report.gaps_left == 3);
    const auto view = r.poses.view();
    for (int t = 5; t < 8; ++t) {
        CHECK(view.at(0, t, 3) == Catch::Approx(10 * t));
        CHECK(view.at(2, t, 3) == 0.02f);  // the smaller end
    }
    CHECK(view.at(2, 15, 5) == 0.05f);  // never above the setting
    CHECK(view.at(2, 11, 5) == 0.8f);
    CHECK_FALSE(view.valid(15, 3));
    CHECK_FALSE(view.valid(0, 4));
    CHECK_FALSE(view.valid(29, 4));
    // Nothing is left to do a second time.
    const auto once = values(r);
    CHECK(fill_gaps(r).gaps == 0);
    CHECK(values(r) == once);
    CHECK(fill_gaps(r, {.max_gap_frames = 11}).gaps == 1);
    CHECK(r.poses.view().at(0, 13, 3) == Catch::Approx(130));
}

TEST_CASE("no filled joint passes a threshold that its ends fail", "[data][tidy]") {
    for (std::uint64_t seed = 0; seed < 10; ++seed) {
        auto r = random_recording<skeleton::coco17>(40, channel_layout::xyc, seed);
        const auto before = values(r);
        const auto shape = r.poses.shape();
        const auto report = fill_gaps(r);
        std::size_t filled = 0;
        const auto view = r.poses.view();
        const skeleton::pose_view<const float> old{before.data(), shape, 40};
        for (int t = 0; t < 40; ++t)
            for (int v = 0; v < 17; ++v) {
                if (old.valid(t, v)) {
                    for (int c = 0; c < 3; ++c) CHECK(view.at(c, t, v) == old.at(c, t, v));
                } else if (view.valid(t, v)) {
                    ++filled;
                    CHECK(view.at(2, t, v) <= 0.05f);
                }
            }
        CHECK(filled == report.joints);
    }
}

TEST_CASE("nothing is filled or smoothed across a cut", "[data][tidy]") {
    auto r = moving(20, [](int t) { return t < 10 ? 0.0 : 1000.0; });
    hide(r, 9, 12, 2);
    CHECK(fill_gaps(r, {.cuts = {10}}).gaps == 0);
    smooth(r, {.cuts = {10}});
    for (int t = 0; t < 20; ++t)
        CHECK(r.poses.view().at(0, t, 1) == Catch::Approx(t < 10 ? 0 : 1000).margin(1e-9));
    CHECK(fill_gaps(r).gaps == 1);
    smooth(r);
    CHECK(std::abs(r.poses.view().at(0, 9, 1)) > 10);
}

TEST_CASE("smoothing keeps parabolas and calms noise", "[data][tidy]") {
    auto curve = moving(50, [](int t) { return 3.0 + 2.0 * t - 0.1 * t * t; });
    const auto before = values(curve);
    smooth(curve);
    for (std::size_t i = 0; i < before.size(); ++i)
        CHECK(values(curve)[i] == Catch::Approx(before[i]).margin(1e-3));

    random_stream random({.seed = 2}, "noise");
    auto noisy = moving(400, [&](int) { return random.normal(); });
    const auto spread = [](const recording& r) {
        double sum = 0;
        for (int t = 5; t < 395; ++t) sum += std::pow(double(r.poses.view().at(0, t, 7)), 2);
        return sum / 390;
    };
    const double rough = spread(noisy);
    smooth(noisy);
    // White noise keeps 7 / 21 of its variance under a parabola through seven points.
    CHECK(spread(noisy) / rough == Catch::Approx(7.0 / 21).epsilon(.15));
    // The textbook weights of that window, as the response to one frame.
    auto one = moving(21, [](int t) { return t == 10 ? 21.0 : 0.0; });
    smooth(one);
    const double book[] = {-2, 3, 6, 7, 6, 3, -2};
    for (int k = 0; k < 7; ++k)
        CHECK(one.poses.view().at(0, 7 + k, 2) == Catch::Approx(book[k]).margin(1e-5));
    CHECK(one.poses.view().at(0, 6, 2) == Catch::Approx(0).margin(1e-5));
}

TEST_CASE("what is invalid neither moves nor influences", "[data][tidy]") {
    auto clean = random_recording<skeleton::coco17>(40);
    auto dirty = clean;
    for (int t = 0; t < 40; ++t)
        for (int v = 0; v < 17; ++v)
            if (!dirty.poses.view().valid(t, v))
                dirty.poses.view().at(0, t, v) = std::numeric_limits<float>::quiet_NaN();
    auto confidences = clean;
    smooth(clean);
    smooth(dirty);
    fill_gaps(clean);
    fill_gaps(dirty);
    for (int t = 0; t < 40; ++t)
        for (int v = 0; v < 17; ++v) {
            if (confidences.poses.view().valid(t, v))
                CHECK(clean.poses.view().at(2, t, v) == confidences.poses.view().at(2, t, v));
            if (!clean.poses.view().valid(t, v)) continue;
            for (int c = 0; c < 3; ++c)
                CHECK(clean.poses.view().at(c, t, v) == dirty.poses.view().at(c, t, v));
        }
}

TEST_CASE("settings out of range, short recordings, layouts without confidence", "[data][tidy]") {
    auto r = random_recording<skeleton::kinect20>(3, channel_layout::xyz);
    const auto before = values(r);
    CHECK(fill_gaps(r).gaps_left == 0);
    smooth(r);
    CHECK(values(r) == before);  // as many frames as coefficients
    smooth(r, {.window = 1, .order = 0});
    CHECK(values(r) == before);
    CHECK_REFUSED(fill_gaps(r, {.max_gap_frames = -1}), "max_gap_frames of 0 or more");
    CHECK_REFUSED(fill_gaps(r, {.confidence = 0}), "confidence above 0");
    CHECK_REFUSED(fill_gaps(r, {.cuts = {3}}), "cuts from 0 to 2, found 3");
    CHECK_REFUSED(smooth(r, {.window = 4}), "an odd window");
    CHECK_REFUSED(smooth(r, {.window = 103}), "from 1 to 101");
    CHECK_REFUSED(smooth(r, {.window = 3, .order = 3}), "below the window");
    CHECK_REFUSED(smooth(r, {.cuts = {-1}}), "cuts from 0");
    auto nobody = r;
    nobody.poses.set_length(0);
    CHECK_REFUSED(smooth(nobody), "at least one frame");
}
