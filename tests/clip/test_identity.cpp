// SPDX-License-Identifier: MIT
// Faces and lengths of bones, taken away from clips.
#include <algorithm>
#include <cmath>
#include <limits>
#include <set>
#include <string>
#include <vector>

#include "catch.hpp"
#include "metric/refused.hpp"
#include "mgkit/clip/identity.hpp"
#include "mgkit/core/random.hpp"
#include "mgkit/data/split.hpp"
#include "mgkit/skeleton/list.hpp"

using namespace mgkit;
using skeleton::channel_layout;

namespace {

/// Clips of noise by two people, the second of whom is three times as large.
data::clip_set strangers(const skeleton::dynamic& of, channel_layout layout, int persons = 1) {
    data::clip_set out;
    out.topology = of;
    out.shape = {layout, 7, skeleton::joint_count(of), persons};
    random_stream draws({std::uint64_t{21}}, "strangers");
    std::vector<float> values;
    for (int i = 0; i < 6; ++i) {
        out.ids.push_back(static_cast<std::uint32_t>(i));
        out.num_frames.push_back(5 + i % 3);
        out.subjects.push_back(i % 2);
        skeleton::pose<float> made(out.shape, out.num_frames.back());
        const auto view = made.view();
        for (int c = 0; c < skeleton::channels(layout); ++c)
            for (int t = 0; t < view.length; ++t)
                for (int v = 0; v < out.shape.joints; ++v)
                    for (int m = 0; m < persons; ++m)
                        view.at(c, t, v, m) =
                            c < skeleton::coordinates(layout)
                                ? static_cast<float>((i % 2 == 0 ? 1 : 3) * draws.normal())
                                : (draws.uniform() < .15 ? 0.f : .7f);
        values.insert(values.end(), view.values, view.values + out.shape.size());
    }
    out.set_values(std::move(values));
    return out;
}

std::vector<double> bone(skeleton::pose_view<const float> clip, int t, int v, int parent, int m) {
    std::vector<double> out;
    for (int c = 0; c < skeleton::coordinates(clip.shape.layout); ++c)
        out.push_back(double(clip.at(c, t, v, m)) - double(clip.at(c, t, parent, m)));
    return out;
}

double dot_product(const std::vector<double>& a, const std::vector<double>& b) {
    double sum = 0;
    for (std::size_t d = 0; d < a.size(); ++d) sum += a[d] * b[d];
    return sum;
}

/// Calls f(before, after) for every bone whose ends are both seen.
template <class F>
void each_bone(const data::clip_set& before, const data::clip_set& after, F&& f) {
    for (int i = 0; i < before.size(); ++i) {
        const auto a = before.clip(i), b = after.clip(i);
        for (int t = 0; t < a.length; ++t)
            for (int v = 0; v < a.shape.joints; ++v)
                for (int m = 0; m < a.shape.persons; ++m) {
                    const int parent = before.topology.parents[static_cast<std::size_t>(v)];
                    if (parent != v && a.valid(t, v, m) && a.valid(t, parent, m))
                        f(v, bone(a, t, v, parent, m), bone(b, t, v, parent, m));
                }
    }
}

double furthest(const data::clip_set& a, const data::clip_set& b) {
    double out = 0;
    for (int i = 0; i < a.size(); ++i)
        for (std::size_t k = 0; k < a.shape.size(); ++k)
            out = std::max(out, std::abs(double(a.clip(i).values[k]) - b.clip(i).values[k]));
    return out;
}

}  // namespace

TEST_CASE("bones have the lengths of the reference, and their directions", "[quick]") {
    const auto tree = skeleton::dynamic::copy_of(skeleton::upper_body{});
    for (const channel_layout layout :
         {channel_layout::xy, channel_layout::xyz, channel_layout::xyc, channel_layout::xyzc}) {
        CAPTURE(skeleton::name(layout));
        const auto clips = strangers(tree, layout, 2);
        const auto lengths = clip::mean_bone_lengths(clips, data::all_of(clips));
        const auto made = clip::normalise_bones(clips, lengths);
        CHECK(made.met.without_direction == 0);
        CHECK((made.met.hidden_parents > 0) == skeleton::has_confidence(layout));
        double worst_length = 0, worst_turn = 0, changed = 0;
        each_bone(clips, made.clips, [&](int v, const auto& before, const auto& after) {
            const double was = std::sqrt(dot_product(before, before)),
                         now = std::sqrt(dot_product(after, after)),
                         wanted = lengths[static_cast<std::size_t>(v)];
            worst_length = std::max(worst_length, std::abs(now - wanted));
            worst_turn =
                std::max(worst_turn, 1 - dot_product(before, after) / std::max(1e-12, was * now));
            changed = std::max(changed, std::abs(was - wanted));
        });
        CHECK(worst_length < 1e-5);
        CHECK(worst_turn < 1e-9);
        CHECK(changed > 1);
        const auto again = clip::normalise_bones(made.clips, lengths);
        CHECK(furthest(again.clips, made.clips) < 1e-5);
        CHECK(again.met == made.met);
        // The root, hidden joints, confidences and padding stay.
        for (int i = 0; i < clips.size(); ++i) {
            const auto a = clips.clip(i), b = made.clips.clip(i);
            CHECK(a.length == b.length);
            for (int c = 0; c < skeleton::channels(layout); ++c)
                for (int t = 0; t < a.shape.frames; ++t)
                    for (int v = 0; v < a.shape.joints; ++v)
                        for (int m = 0; m < 2; ++m)
                            if (v == skeleton::root(tree) || t >= a.length || !a.valid(t, v, m) ||
                                c >= skeleton::coordinates(layout))
                                REQUIRE(a.at(c, t, v, m) == b.at(c, t, v, m));
        }
        CHECK(furthest(clip::normalise_bones(clips, lengths, 2).clips, made.clips) == 0);
    }
}

TEST_CASE("lengths are means over people, not over clips", "[quick]") {
    auto clips = strangers(skeleton::dynamic::copy_of(skeleton::kinect20{}), channel_layout::xyz);
    const std::vector<int> small{0, 2, 4}, large{1, 3, 5};
    const auto a = clip::mean_bone_lengths(clips, small), b = clip::mean_bone_lengths(clips, large),
               both = clip::mean_bone_lengths(clips, data::all_of(clips)),
               few = clip::mean_bone_lengths(clips, std::vector<int>{0, 2, 4, 5});
    const auto last = clip::mean_bone_lengths(clips, std::vector<int>{5});
    const auto clip5 = clips.clip(5);
    double neck = 0;
    for (int t = 0; t < clip5.length; ++t) {
        const auto b21 = bone(clip5, t, 2, 1, 0);
        neck += std::sqrt(dot_product(b21, b21)) / clip5.length;
    }
    CHECK(last[2] == Catch::Approx(neck));
    CHECK(a[0] == 0);
    for (std::size_t j = 1; j < 20; ++j) {
        CHECK(both[j] == Catch::Approx((a[j] + b[j]) / 2));
        CHECK(few[j] == Catch::Approx((a[j] + last[j]) / 2));
        CHECK(b[j] > a[j]);
    }
    CHECK_REFUSED(clip::mean_bone_lengths(clips, std::vector<int>{}), "at least one clip");
    CHECK_REFUSED(clip::mean_bone_lengths(clips, std::vector<int>{6}), "clips from 0 to 6 - 1");
}

TEST_CASE("below a hidden joint, and on its parent, a joint keeps its offset", "[quick]") {
    const std::vector<skeleton::joint_pair> bones{{1, 0}, {2, 1}, {3, 2}};
    const auto chain = skeleton::dynamic::from_bones("chain", {"a", "b", "c", "d"}, bones);
    const clip::bone_normaliser longer(chain, {0, 10, 10, 10});
    skeleton::pose<float> from({channel_layout::xyc, 4, 4, 1}, 4), to(from.shape(), 4);
    const auto in = from.view(), out = to.view();
    for (int t = 0; t < 4; ++t)
        for (int v = 0; v < 4; ++v) {
            in.at(0, t, v) = static_cast<float>(v);
            in.at(1, t, v) = 5;
            in.at(2, t, v) = 1;
        }
    in.at(2, 1, 1) = 0;  // the parent of c
    in.at(2, 2, 0) = 0;  // the root
    in.at(0, 3, 2) = 1;  // c lies on b
    const auto met = longer(std::as_const(from).view(), out);
    const auto row = [&](int t) {
        return std::vector<float>{out.at(0, t, 0), out.at(0, t, 1), out.at(0, t, 2),
                                  out.at(0, t, 3)};
    };
    CHECK(row(0) == std::vector<float>{0, 10, 20, 30});
    CHECK(row(1) == std::vector<float>{0, 1, 2, 12});
    CHECK(row(2) == std::vector<float>{0, 1, 11, 21});
    CHECK(row(3) == std::vector<float>{0, 10, 10, 20});
    CHECK(met == clip::unnormalised{2, 1});
    // A bone of which nothing is known stays as it is, and those below it do not.
    const clip::bone_normaliser partly(chain, {0, 10, 0, 10});
    CHECK(partly(std::as_const(from).view(), out).without_direction == 3);
    CHECK(row(0) == std::vector<float>{0, 10, 11, 21});

    in.at(0, 0, 3) = std::numeric_limits<float>::infinity();
    CHECK_REFUSED(longer(std::as_const(from).view(), out), "joint 3 of frame 0");
    CHECK_REFUSED(longer(std::as_const(from).view(), in), "another clip of the same shape");
    CHECK_REFUSED(clip::bone_normaliser(chain, {0, 1, 1}), "a length for each of 4 joints");
    CHECK_REFUSED(clip::bone_normaliser(chain, {0, 1, -1, 1}), "-1 at joint 2");
}

TEST_CASE("parents may stand behind their children", "[quick]") {
    const std::vector<skeleton::joint_pair> bones{{0, 1}, {1, 2}};
    const auto chain = skeleton::dynamic::from_bones("turned", {"tip", "middle", "base"}, bones);
    const clip::bone_normaliser longer(chain, {2, 2, 0});
    skeleton::pose<double> from({channel_layout::xy, 1, 3, 1}, 1), to(from.shape(), 1);
    for (int v = 0; v < 3; ++v) from.view().at(1, 0, v) = 2 - v;
    longer(std::as_const(from).view(), to.view());
    CHECK(to.view().at(1, 0, 0) == 4);
    CHECK(to.view().at(1, 0, 1) == 2);
    CHECK(to.view().at(1, 0, 2) == 0);
}

TEST_CASE("faces go, and what is left is a sound skeleton with the same values", "[quick]") {
    int without = 0;
    skeleton::all::for_each([&]<class S>(type_tag<S>) {
        const auto tree = skeleton::dynamic::copy_of(S{});
        CAPTURE(tree.name);
        const auto clips = strangers(tree, channel_layout::xyc);
        const auto face = clip::face_joints(tree);
        std::set<std::string> names;
        for (const int j : face) names.insert(tree.joints[static_cast<std::size_t>(j)]);
        data::clip_set bare;
        try {
            bare = clip::without_face(clips);
        } catch (const error& e) {
            CHECK((contains(e.what(), "with a neck first") ||
                   contains(e.what(), "joints beside those of the face")));
            ++without;
            return;
        }
        const std::string fault =
            skeleton::fault(bare.topology) ? skeleton::fault(bare.topology) : "";
        CHECK(fault.empty());
        CHECK(clip::face_joints(bare.topology).empty());
        CHECK(bare.topology.joints.size() == tree.joints.size() - face.size());
        CHECK(bare.topology.name == tree.name + (face.empty() ? "" : " without face"));
        for (std::size_t k = 0; k < bare.topology.joints.size(); ++k) {
            const auto& name = bare.topology.joints[k];
            CHECK(!names.contains(name));
            const auto was = static_cast<std::size_t>(skeleton::find_joint(tree, name));
            CHECK(tree.joints[static_cast<std::size_t>(tree.mirror[was])] ==
                  bare.topology.joints[static_cast<std::size_t>(bare.topology.mirror[k])]);
            for (int i = 0; i < clips.size(); ++i)
                for (int c = 0; c < 3; ++c)
                    CHECK(bare.clip(i).at(c, 3, static_cast<int>(k)) ==
                          clips.clip(i).at(c, 3, static_cast<int>(was)));
        }
        CHECK(clip::without_face(bare).topology == bare.topology);
    });
    CHECK(without > 0);
}

TEST_CASE("which joints are a face's", "[quick]") {
    const auto names = [](const auto& of) {
        const auto tree = skeleton::dynamic::copy_of(of);
        std::string out;
        for (const int j : clip::face_joints(tree))
            out += (out.empty() ? "" : " ") + tree.joints[static_cast<std::size_t>(j)];
        return out;
    };
    CHECK(names(skeleton::imigue22{}) == "nose right_eye left_eye right_ear left_ear");
    CHECK(names(skeleton::halpe26{}) == "nose left_eye right_eye left_ear right_ear");
    CHECK(names(skeleton::kinect20{}).empty());
    CHECK(names(skeleton::ntu25{}).empty());
    CHECK(names(skeleton::upper_body{}) ==
          "nose left_eye right_eye left_ear right_ear left_brow right_brow upper_lip lower_lip "
          "left_mouth_corner right_mouth_corner chin");
    CHECK(clip::face_joints(skeleton::dynamic::copy_of(skeleton::coco_wholebody133{})).size() ==
          68 + 5);
    CHECK(clip::face_joints(skeleton::dynamic::copy_of(skeleton::body25_hands_face{})).size() ==
          70 + 5);
    const auto halpe = clip::without_face(
        strangers(skeleton::dynamic::copy_of(skeleton::halpe26{}), channel_layout::xy));
    const auto head = static_cast<std::size_t>(skeleton::find_joint(halpe.topology, "head"));
    CHECK(halpe.topology.parents[head] == skeleton::find_joint(halpe.topology, "neck"));
    CHECK(halpe.topology.anchors.empty());
    CHECK_REFUSED(clip::without_face(strangers(skeleton::dynamic::copy_of(skeleton::coco17{}),
                                               channel_layout::xy)),
                  "with a neck first");
}
