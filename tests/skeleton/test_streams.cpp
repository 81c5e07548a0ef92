// SPDX-License-Identifier: MIT
// Streams: definitions, validity, parity with the reference.
#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "catch.hpp"
#include "io/support.hpp"
#include "mgkit/io/json.hpp"
#include "mgkit/io/safetensors.hpp"
#include "mgkit/skeleton/body25_upper15.hpp"
#include "mgkit/skeleton/kinect20.hpp"
#include "mgkit/skeleton/streams.hpp"
#include "real_files.hpp"
#include "skeleton/poses.hpp"

using namespace mgkit;
using namespace mgkit::skeleton;
using namespace poses;
using Catch::Matchers::WithinAbs;

namespace {

template <class S, topology T>
pose<S> stream_pose(stream kind, const T& t, const pose<S>& in) {
    pose<S> out(in.shape(), in.length());
    std::fill(out.view().values, out.view().values + in.shape().size(), S(77));
    stream_of(kind, t, in.shape().persons)(in.view(), out.view());
    return out;
}

}  // namespace

TEMPLATE_TEST_CASE("streams are their definitions", "[skeleton][streams][quick]", float, double) {
    using S = TestType;
    const body25_upper15 t;
    const pose_shape shape{GENERATE(channel_layout::xy, channel_layout::xyz, channel_layout::xyc,
                                    channel_layout::xyzc),
                           7, 15, GENERATE(1, 2)};
    const int length = GENERATE(0, 1, 5, 7);
    const auto in = random_pose<S>(3, shape, length);
    const auto x = in.view();
    const int dims = coordinates(shape.layout);
    for (const stream kind : all_streams) {
        INFO(name(kind));
        const auto made = stream_pose(kind, t, in);
        const auto y = made.view();
        const bool bone = kind == stream::bone || kind == stream::bone_motion;
        const bool moves = kind == stream::motion || kind == stream::bone_motion;
        for (int f = 0; f < shape.frames; ++f)
            for (int v = 0; v < shape.joints; ++v)
                for (int m = 0; m < shape.persons; ++m) {
                    std::vector<std::pair<int, int>> ends{{f, v}};
                    const int p = t.parents[static_cast<std::size_t>(v)];
                    if (bone) ends.push_back({f, p});
                    if (moves) ends.push_back({f + 1, v});
                    if (moves && bone) ends.push_back({f + 1, p});
                    const bool inside = f + (moves ? 1 : 0) < length;
                    bool good = inside;
                    S least = 1;
                    for (const auto& [frame, j] : ends)
                        if (inside) {
                            good = good && x.valid(frame, j, m);
                            if (x.confidence()) least = std::min(least, x.at(dims, frame, j, m));
                        }
                    for (int c = 0; c < dims; ++c) {
                        const auto bone_at = [&](int frame) {
                            return x.at(c, frame, v, m) - (bone ? x.at(c, frame, p, m) : S(0));
                        };
                        const S want = !good   ? S(0)
                                       : moves ? bone_at(f + 1) - bone_at(f)
                                               : bone_at(f);
                        // The same differences in the same order round alike.
                        CHECK(y.at(c, f, v, m) == want);
                    }
                    if (y.confidence()) CHECK(y.at(dims, f, v, m) == (good ? least : S(0)));
                }
    }
}

TEST_CASE("coordinates of invalid joints never reach a stream", "[skeleton][streams][quick]") {
    const auto clean = random_pose<float>(5, {channel_layout::xyzc, 9, 20, 2}, 6);
    for (const stream kind : all_streams) {
        const auto want = values(stream_pose(kind, kinect20{}, clean));
        for (const float value : poisons) {
            auto dirty = clean;
            poison(dirty, value);
            CHECK(values(stream_pose(kind, kinect20{}, dirty)) == want);
        }
    }
}

TEST_CASE("joint and motion work in place, bones say that they do not",
          "[skeleton][streams][quick]") {
    const auto in = random_pose<float>(6, {channel_layout::xyc, 8, 20, 1}, 8);
    for (const stream kind : {stream::joint, stream::motion}) {
        auto changed = in;
        stream_of(kind, kinect20{})(pose_view<const float>(changed.view()), changed.view());
        CHECK(values(changed) == values(stream_pose(kind, kinect20{}, in)));
    }
    auto changed = in;
    CHECK_REFUSED(
        stream_of(stream::bone, kinect20{})(pose_view<const float>(changed.view()), changed.view()),
        "input itself");
    CHECK_REFUSED(stream_of(stream::bone, body25_upper15{})(in.view(), changed.view()),
                  "15 joints");
    pose<float> other({channel_layout::xyc, 7, 20, 1}, 7);
    CHECK_REFUSED(stream_of(stream::joint, kinect20{})(in.view(), other.view()), "another shape");
    CHECK_REFUSED(parse_stream("bones"), "bone_motion");
    CHECK(parse_stream("bone_motion") == stream::bone_motion);
}

TEST_CASE("reference streams equal the recorded tokens", "[skeleton][streams][golden]") {
    const std::string usdrl = real_files("MGKIT_GOLDEN_DIR", "usdrl");
    if (usdrl.empty()) return skip("no usdrl in $MGKIT_GOLDEN_DIR");
    for (const char* file : {"t8v25m2c3", "t6v41m1c2"}) {
        INFO(file);
        const io::safetensors_file data(usdrl + "/crop_resize_modality_" + file + ".safetensors");
        const auto config = io::parse_json(data.metadata().at("config"), "config");
        const auto get = [&](const char* key) { return io::get<int>(config, key, "config"); };
        const int t = get("T"), v = get("V"), m = get("M"), c = get("C");
        const pose_shape shape{c == 2 ? channel_layout::xy : channel_layout::xyz, t, v, m};
        std::vector<joint_pair> bones;
        for (const auto& b : io::get<std::vector<std::vector<int>>>(config, "bones", "config"))
            bones.push_back({b[0], b[1]});
        const auto clips = data.read<double>("input/data");
        pose<double> out(shape, t);
        for (const char* kind : {"joint", "bone", "motion"}) {
            const auto want = data.read<double>(std::string("output/") + kind + "_t");
            for (int n = 0; n < get("batch"); ++n) {
                const auto size = static_cast<std::size_t>(n) * shape.size();
                const pose_view<const double> in{clips.data() + size, shape, t};
                if (kind[0] == 'b')
                    reference::bone<double>(bones, in, out.view());
                else if (kind[0] == 'm')
                    reference::motion<double>(in, out.view());
                else
                    std::copy(in.values, in.values + shape.size(), out.view().values);
                double worst = 0;
                for (int f = 0; f < t; ++f)
                    for (int p = 0; p < m; ++p)
                        for (int j = 0; j < v; ++j)
                            for (int k = 0; k < c; ++k) {
                                const auto at = size + std::size_t(((f * m + p) * v + j) * c + k);
                                worst =
                                    std::max(worst, std::abs(out.view().at(k, f, j, p) - want[at]));
                            }
                CHECK(worst <= 1e-12);
            }
        }
    }
    pose<double> tiny({channel_layout::xy, 2, 3, 1}, 2);
    const std::vector<joint_pair> wrong{{4, 1}};
    auto copy = tiny;
    CHECK_REFUSED(reference::bone<double>(wrong, tiny.view(), copy.view()), "bone (4, 1)");
}

TEST_CASE("a confidence channel may take the mean of both ends", "[skeleton][streams][quick]") {
    // Two joints, two frames, one person; channels x, y, c.
    pose<double> in({channel_layout::xyc, 2, 2, 1}, 2);
    const std::vector<double> values{1, 4, 2, 8, 0, 1, 0, 3, .2, .6, .4, 1};
    std::copy(values.begin(), values.end(), in.view().values);
    auto out = in;
    const std::vector<joint_pair> bones{{2, 1}, {1, 1}};
    const auto all_of = [&] {
        const double* at = out.view().values;
        return std::vector<double>(at, at + 12);
    };
    const auto check = [&](const std::vector<double>& want) {
        const auto got = all_of();
        // Whole numbers are exact; two decimals up to 1, what is made of them and what is wanted
        // round by a quarter of an epsilon each at most.
        for (std::size_t i = 0; i < 12; ++i)
            CHECK_THAT(got[i], WithinAbs(want[i], std::numeric_limits<double>::epsilon()));
    };
    reference::bone<double>(bones, in.view(), out.view(), reference::score_rule::mean);
    check({0, 3, 0, 6, 0, 1, 0, 3, .2, .4, .4, .7});
    reference::bone<double>(bones, in.view(), out.view());
    check({0, 3, 0, 6, 0, 1, 0, 3, 0, .4, 0, .6});
    reference::motion<double>(in.view(), out.view(), reference::score_rule::mean);
    check({1, 4, 0, 0, 0, 2, 0, 0, .3, .8, 0, 0});
    reference::motion<double>(in.view(), in.view(), reference::score_rule::mean);
    CHECK(std::vector<double>(in.view().values, in.view().values + 12) == all_of());
}
