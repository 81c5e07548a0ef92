// SPDX-License-Identifier: MIT
// Resampling: the half-pixel rule, validity, parity with the reference.
#include <cmath>
#include <string>
#include <vector>

#include "catch.hpp"
#include "io/support.hpp"
#include "mgkit/clip/resample.hpp"
#include "mgkit/io/json.hpp"
#include "mgkit/io/safetensors.hpp"
#include "real_files.hpp"
#include "skeleton/poses.hpp"

using namespace mgkit;
using namespace mgkit::skeleton;
using clip::resample;
using clip::tap_of;
using namespace poses;

namespace {

template <class S>
pose<S> resampled(const pose<S>& in, int start, int length, int frames) {
    pose_shape shape = in.shape();
    shape.frames = frames;
    pose<S> out(shape, frames);
    resample<S>(in.view(), start, length, out.view());
    return out;
}

}  // namespace

TEST_CASE("taps stay inside and are ordered", "[clip][resample]") {
    for (int length = 1; length < 40; ++length)
        for (const int frames : {1, 2, 7, 16, 64, 100}) {
            double before = -1;
            for (int i = 0; i < frames; ++i) {
                const auto [low, high, weight] = tap_of(i, length, frames);
                CHECK((low >= 0 && high < length && high - low <= 1 && high >= low));
                CHECK((weight >= 0 && weight < 1));
                CHECK(low + weight >= before);
                before = low + weight;
            }
        }
    // By hand: 2 -> 4 reads at 0, .25, .75, 1.25 (the last is frame 1 alone).
    CHECK(tap_of(0, 2, 4).weight == 0);
    CHECK(tap_of(1, 2, 4).weight == .25);
    CHECK(tap_of(2, 2, 4).weight == .75);
    CHECK((tap_of(3, 2, 4).low == 1 && tap_of(3, 2, 4).weight == 0));
}

TEMPLATE_TEST_CASE("resampling laws", "[clip][resample]", float, double) {
    using S = TestType;
    const auto layout = GENERATE(channel_layout::xyz, channel_layout::xyc);
    const auto in = random_pose<S>(2, {layout, 20, 5, 2}, 17);
    SECTION("the same length is the identity on the valid frames") {
        auto want = in;
        poison(want, S(0));
        if (S* c = want.view().confidence()) std::fill(c + 17 * 10, c + want.shape().plane(), S(0));
        pose<S> out(in.shape(), 17);
        resample<S>(in.view(), 0, 17, out.view());
        CHECK(values(out) == values(want));
    }
    SECTION("a constant clip stays constant") {
        pose<S> still({layout, 9, 5, 1}, 9);
        std::fill(still.view().values, still.view().values + still.shape().size(), S(.5));
        for (const S x : values(resampled(still, 0, 9, 31))) CHECK(x == Catch::Approx(.5));
    }
    SECTION("a line in time stays on the line") {
        pose<S> line({channel_layout::xy, 12, 1, 1}, 12);
        for (int t = 0; t < 12; ++t) line.view().at(0, t, 0) = static_cast<S>(3 * t + 1);
        const auto out = resampled(line, 0, 12, 40);
        for (int i = 0; i < 40; ++i) {
            const auto tap = tap_of(i, 12, 40);
            CHECK(out.view().at(0, i, 0) == Catch::Approx(3 * (tap.low + tap.weight) + 1));
        }
    }
    SECTION("confidence is the smaller neighbour's, invalid stays invalid") {
        if (layout == channel_layout::xyz) return;
        const auto out = resampled(in, 3, 9, 25);
        const auto x = in.view(), y = out.view();
        for (int i = 0; i < 25; ++i) {
            const auto tap = tap_of(i, 9, 25);
            const int high = tap.weight == 0 ? tap.low : tap.high;
            for (int v = 0; v < 5; ++v)
                for (int m = 0; m < 2; ++m) {
                    const S want = std::min(x.at(2, 3 + tap.low, v, m), x.at(2, 3 + high, v, m));
                    CHECK(y.at(2, i, v, m) == want);
                    if (want == 0) CHECK(y.at(0, i, v, m) == 0);
                }
        }
    }
    SECTION("wrong stretches are refused") {
        CHECK_REFUSED(resampled(in, 0, 18, 4), "17 valid frames");
        CHECK_REFUSED(resampled(in, -1, 4, 4), "from frame -1");
        CHECK_REFUSED(resampled(in, 0, 0, 4), "0 frames");
        pose<S> other({layout, 4, 6, 2}, 4);
        CHECK_REFUSED(resample<S>(in.view(), 0, 4, other.view()), "another shape");
    }
}

TEST_CASE("invalid coordinates never reach a resampled clip", "[clip][resample]") {
    const auto clean = random_pose<float>(3, {channel_layout::xyzc, 30, 6, 1}, 21, 0.4);
    const auto want = values(resampled(clean, 2, 19, 64));
    for (const float value : poisons) {
        auto dirty = clean;
        poison(dirty, value);
        CHECK(values(resampled(dirty, 2, 19, 64)) == want);
    }
}

TEST_CASE("crops resampled as the reference does", "[clip][resample][golden]") {
    const std::string usdrl = real_files("MGKIT_GOLDEN_DIR", "usdrl");
    if (usdrl.empty()) return skip("no usdrl in $MGKIT_GOLDEN_DIR");
    const io::safetensors_file file(usdrl + "/crop_resize_t100v5m2c3.safetensors");
    const auto config = io::parse_json(file.metadata().at("config"), "config");
    const auto data = file.read<double>("input/data");
    const pose_shape shape{channel_layout::xyz, 110, 5, 2};
    REQUIRE(data.size() == shape.size());
    int k = 0;
    for (const auto& crop : io::get<std::vector<std::vector<int>>>(config, "crops", "config")) {
        const int valid = crop[0], start = crop[1], length = crop[2], frames = crop[3];
        const auto want = file.read<double>("output/crop_" + std::to_string(k++));
        pose_shape to = shape;
        to.frames = frames;
        pose<double> out(to, frames);
        resample<double>({data.data(), shape, valid}, start, length, out.view());
        double worst = 0;
        REQUIRE(want.size() == to.size());
        for (std::size_t i = 0; i < want.size(); ++i)
            worst = std::max(worst, std::abs(out.view().values[i] - want[i]));
        INFO("crop " << k);
        CHECK(worst < 1e-12);
    }
    CHECK(k > 3);
}
