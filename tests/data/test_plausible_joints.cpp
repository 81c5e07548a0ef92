// SPDX-License-Identifier: MIT
// Joints in another order than the skeleton's are suspected; people in whatever posture are not.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <numbers>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "catch.hpp"
#include "data/recordings.hpp"
#include "mgkit/data/convert_recording.hpp"
#include "mgkit/data/interview/generator.hpp"
#include "mgkit/data/plausible_joints.hpp"
#include "mgkit/data/primary_person.hpp"
#include "mgkit/data/read_folder.hpp"
#include "mgkit/data/readers/any.hpp"
#include "mgkit/data/synthetic.hpp"
#include "mgkit/skeleton/built_in.hpp"
#include "mgkit/skeleton/joint_name.hpp"
#include "mgkit/skeleton/list.hpp"
#include "real_files.hpp"

using namespace mgkit;
using namespace mgkit::data;
using skeleton::body_side;
using skeleton::channel_layout;

namespace {

using vec = std::array<double, 3>;

vec operator+(vec a, vec b) {
    return {a[0] + b[0], a[1] + b[1], a[2] + b[2]};
}
vec operator*(double f, vec a) {
    return {f * a[0], f * a[1], f * a[2]};
}

/// How a person stands and is seen; lengths in metres, angles in radians.
struct posture {
    double yaw = 0, roll = 0;       ///< of the camera
    double bow = 0;                 ///< of the head, forwards
    double sit = 0;                 ///< of the thighs, forwards
    double arms = 0.2, bend = 0.5;  ///< of the upper arms to the side, of the elbows
    double noise = 0.01;
    int dims = 2;
    bool up = false;    ///< y grows upwards
    bool desk = false;  ///< nothing below the hips is seen
};

/// A person whose joints can be asked for by name; x to the person's left, y up, z to the front.
class figure {
public:
    figure(const posture& p, int t) : p_(p), wave_(std::sin(0.2 * t)) {}

    vec at(const skeleton::joint_name& name) const {
        const double side = name.side == body_side::left    ? 1
                            : name.side == body_side::right ? -1
                                                            : 0;
        const std::string_view base = name.base;
        const auto is = [&](std::initializer_list<std::string_view> names) {
            for (const auto one : names)
                if (base == one) return true;
            return false;
        };
        const vec neck{0, 1.45, 0}, shoulder{0.19 * side, 1.42, 0}, hip{0.1 * side, 0.92, 0};
        const double lift = p_.arms + 0.3 * wave_;
        const vec elbow =
            shoulder + 0.29 * vec{side * std::sin(lift), -std::cos(lift), 0.1 * wave_};
        const double turn = p_.bend + 0.2 * wave_;
        const vec fore{-side * 0.3 * std::sin(turn), -std::cos(turn), std::sin(turn)};
        const vec wrist =
            elbow + (0.25 / std::sqrt(1 + 0.09 * std::sin(turn) * std::sin(turn))) * fore;
        const vec knee = hip + 0.42 * vec{0.05 * side, -std::cos(p_.sit), std::sin(p_.sit)};
        const vec ankle = knee + 0.41 * vec{0, -1, -0.05};
        if (is({"shoulder"})) return shoulder;
        if (is({"elbow"})) return elbow;
        if (is({"wrist", "handroot"})) return wrist;
        if (is({"hip"}) && side != 0) return hip;
        if (is({"hip", "midhip", "hipcenter", "spinebase"})) return {0, 0.94, 0};
        if (is({"spine", "spinemid"})) return {0, 1.15, 0.01};
        if (is({"neck", "thorax", "spineshoulder", "shouldercenter"})) return neck;
        if (is({"upperneck"})) return neck + vec{0, 0.04, 0};
        if (is({"knee"})) return knee;
        if (is({"ankle"})) return ankle;
        if (is({"heel"})) return ankle + vec{0, -0.05, -0.04};
        if (is({"foot", "bigtoe", "footindex"})) return ankle + vec{-0.01 * side, -0.06, 0.14};
        if (is({"smalltoe"})) return ankle + vec{0.05 * side, -0.06, 0.12};
        if (base.starts_with("hand") || base.starts_with("thumb") || base.starts_with("index") ||
            base.starts_with("middle") || base.starts_with("ring") || base.starts_with("pinky")) {
            const double along = base.back() >= '1' && base.back() <= '4' ? base.back() - '0' : 2;
            const double across = base.starts_with("thumb")   ? -2
                                  : base.starts_with("index") ? -1
                                  : base.starts_with("ring")  ? 1
                                  : base.starts_with("pinky") ? 2
                                                              : 0;
            return wrist + (0.03 + 0.025 * along) * fore + vec{0.015 * across, 0, 0};
        }
        // The head turns about the neck.
        vec face{0, 0.13, 0.11};
        if (is({"eye", "eyeinner", "eyeouter"}))
            face = {(base == "eye" ? 0.033 : base == "eyeinner" ? 0.02 : 0.045) * side, 0.17, 0.1};
        if (is({"ear"})) face = {0.075 * side, 0.15, 0.0};
        if (is({"mouthcorner"})) face = {0.025 * side, 0.08, 0.1};
        if (is({"head"})) face = {0, 0.2, 0.03};
        if (is({"headtop"})) face = {0, 0.3, 0.0};
        if (is({"necknose"})) face = {0, 0.06, 0.05};
        const double c = std::cos(p_.bow), s = std::sin(p_.bow);
        return neck + vec{face[0], face[1] * c - face[2] * s, face[1] * s + face[2] * c};
    }

private:
    posture p_;
    double wave_;
};

/// A recording of a figure, its joints in the order of `order`, said to be those of `said`.
recording film(std::string_view order, std::string_view said, const posture& p, int frames = 40) {
    recording out;
    out.name = "film";
    out.fps = 25;
    out.topology = *skeleton::find_built_in(said);
    const auto in = *skeleton::find_built_in(order);
    const int joints = skeleton::joint_count(in);
    out.poses.resize({p.dims == 2 ? channel_layout::xyc : channel_layout::xyzc, frames,
                      skeleton::joint_count(out.topology), 1},
                     frames);
    random_stream random({.seed = 3}, "films");
    for (int t = 0; t < frames; ++t) {
        const figure person(p, t);
        for (int j = 0; j < joints; ++j) {
            const auto name = skeleton::parse_joint_name(in.joints[std::size_t(j)]);
            vec at = person.at(name);
            if (p.desk && at[1] < 0.9) continue;
            const double x = at[0] * std::cos(p.yaw) + at[2] * std::sin(p.yaw);
            const double z = -at[0] * std::sin(p.yaw) + at[2] * std::cos(p.yaw), y = at[1] - 1;
            at = {x * std::cos(p.roll) - y * std::sin(p.roll),
                  x * std::sin(p.roll) + y * std::cos(p.roll), z};
            if (!p.up) at[1] = -at[1];
            for (int c = 0; c < p.dims; ++c)
                out.poses.view().at(c, t, j) = static_cast<float>(
                    600 + 300 * (at[std::size_t(c)] + random.uniform(-p.noise, p.noise)));
            out.poses.view().at(p.dims, t, j) = 0.8f;
        }
    }
    return out;
}

constexpr double half_turn = std::numbers::pi;

std::vector<std::pair<const char*, posture>> postures() {
    std::vector<std::pair<const char*, posture>> out{
        {"from the front", {}},
        {"from the side", {.yaw = half_turn / 2}},
        {"from behind", {.yaw = half_turn}},
        {"three quarters", {.yaw = 0.8}},
        {"lying", {.roll = half_turn / 2}},
        {"upside down", {.roll = half_turn}},
        {"y up", {.up = true}},
        {"head down", {.bow = 1.5}},
        {"head back", {.bow = -0.6}},
        {"sitting", {.yaw = 0.4, .sit = 1.4}},
        {"at a desk", {.desk = true}},
        {"at a desk, head down", {.bow = 1.2, .desk = true}},
        {"arms up", {.arms = 2.6, .bend = 0.2}},
        {"arms out", {.arms = 1.5, .bend = 0.1}},
        {"hands to the face", {.arms = 0.5, .bend = 2.6}},
        {"jittering", {.noise = 0.03}},
        {"in space", {.dims = 3}},
        {"in space, y up", {.dims = 3, .up = true}},
    };
    return out;
}

constexpr const char* bodies[] = {"coco17",         "h36m17",      "body25",      "body25b",
                                  "ntu25",          "kinect20",    "openpose18",  "halpe26",
                                  "body25_upper15", "blazepose33", "body25_hands"};

std::string told(const findings& found) {
    std::string out;
    for (const auto& line : found.sentences()) out += line + "; ";
    return out;
}

}  // namespace

TEST_CASE("people in any posture lie as their joints say", "[data][plausible][quick]") {
    for (const auto& [what, how] : postures())
        for (const char* body : bodies) {
            INFO(body << " " << what << ": " << told(check_joints(film(body, body, how))));
            CHECK(check_joints(film(body, body, how)).empty());
        }
}

TEST_CASE("joints in the order of another skeleton are suspected and named",
          "[data][plausible][quick]") {
    int pairs = 0;
    for (const char* order : bodies)
        for (const char* said : bodies) {
            const auto is = skeleton::find_built_in(order), claimed = skeleton::find_built_in(said);
            if (std::string_view(order) == said || is->joints.size() != claimed->joints.size())
                continue;
            ++pairs;
            for (const auto& [what, how] : postures()) {
                const auto found = check_joints(film(order, said, how));
                INFO(order << " as " << said << " " << what << ": " << told(found));
                CHECK(found.all().size() == 1);
                if (found.empty()) continue;
                const finding& one = found.all()[0];
                CHECK(one.kind == finding_kind::suspect);
                CHECK(one.code == "joints_doubtful");
                CHECK(one.recording == "film");
                CHECK(one.count == static_cast<std::int64_t>(claimed->joints.size()));
                CHECK(one.words.starts_with("joints that look like " + std::string(order) +
                                            " rather than " + said));
            }
        }
    CHECK(pairs == 8);
    const auto found = check_joints(film("body25b", "body25", {}));
    CHECK(contains(told(found), "eyes below the neck in 10 of 10 frames"));
    CHECK(contains(told(found), "--skeleton"));
}

TEST_CASE("a body of another order under hands", "[data][plausible][quick]") {
    // OpenPose with --hand writes 25 joints of either model and 42 of the hands.
    for (const auto& [what, how] : postures()) {
        auto one = film("body25_hands", "body25_hands", how);
        const auto body = film("body25b", "body25b", how);
        for (int c = 0; c < skeleton::channels(one.poses.shape().layout); ++c)
            for (int t = 0; t < one.frames(); ++t)
                for (int j = 0; j < 25; ++j)
                    one.poses.view().at(c, t, j) = body.poses.view().at(c, t, j);
        INFO(what << ": " << told(check_joints(one)));
        CHECK(contains(told(check_joints(one)), "look like body25b rather than body25_hands"));
    }
}

TEST_CASE("joints in no order that is known", "[data][plausible][quick]") {
    random_stream random({.seed = 9}, "orders");
    int suspected = 0, tried = 0;
    for (const char* body : {"coco17", "openpose18", "halpe26", "kinect20", "body25", "ntu25"})
        for (int trial = 0; trial < 10; ++trial) {
            const auto right = film(body, body, {.yaw = 0.3});
            auto one = right;
            std::vector<int> order(one.topology.joints.size());
            for (std::size_t j = 0; j < order.size(); ++j) order[j] = static_cast<int>(j);
            for (std::size_t k = order.size(); k > 1; --k)
                std::swap(order[k - 1], order[random.below(static_cast<std::uint32_t>(k))]);
            for (int c = 0; c < 3; ++c)
                for (int t = 0; t < one.frames(); ++t)
                    for (std::size_t j = 0; j < order.size(); ++j)
                        one.poses.view().at(c, t, static_cast<int>(j)) =
                            right.poses.view().at(c, t, order[j]);
            ++tried;
            suspected += check_joints(one).count("joints_doubtful") > 0 ? 1 : 0;
        }
    CHECK(tried == 60);
    UNSCOPED_INFO(suspected << " suspected");
    CHECK(2 * suspected > tried);
}

TEST_CASE("from whatever angle, standing, sitting and at a desk", "[data][plausible]") {
    for (int degrees = 0; degrees <= 90; degrees += 15)
        for (const double sit : {0.0, 1.4})
            for (const bool desk : {false, true})
                for (const char* order : {"coco17", "h36m17", "body25", "body25b", "ntu25"})
                    for (const char* said : {"coco17", "h36m17", "body25", "body25b", "ntu25"}) {
                        const auto right = skeleton::find_built_in(order);
                        if (right->joints.size() != skeleton::find_built_in(said)->joints.size())
                            continue;
                        const auto found = check_joints(film(order, said,
                                                             {.yaw = degrees * half_turn / 180,
                                                              .sit = sit,
                                                              .noise = 0.005,
                                                              .desk = desk}));
                        INFO(order << " as " << said << ", " << degrees << " degrees, sit " << sit
                                   << ", desk " << desk << ": " << told(found));
                        const bool same = std::string_view(order) == said;
                        CHECK(found.empty() == same);
                        if (!same) CHECK(contains(told(found), std::string("look like ") + order));
                    }
}

TEST_CASE("too little to judge by", "[data][plausible][quick]") {
    CHECK(check_joints(film("body25b", "body25", {}, 4)).empty());
    CHECK_FALSE(check_joints(film("body25b", "body25", {}, 5)).empty());
    // A face alone.
    auto face = film("h36m17", "coco17", {});
    for (int t = 0; t < face.frames(); ++t)
        for (int j = 5; j < 17; ++j) face.poses.view().at(2, t, j) = 0;
    CHECK(check_joints(face).empty());
    // Nobody, for all of it and for most of it.
    auto empty = film("body25b", "body25", {}, 600);
    for (int t = 0; t < 600; ++t)
        if (t % 8 != 0) recordings::blank(empty, t);
    CHECK_FALSE(check_joints(empty).empty());
    for (int t = 0; t < 600; ++t) recordings::blank(empty, t);
    CHECK(check_joints(empty).empty());
    // What is no body at all: points anywhere, along a line, at one vec.
    CHECK(check_joints(recordings::random_recording<skeleton::coco17>(60)).empty());
    CHECK(check_joints(recordings::random_recording<skeleton::body25>(60)).empty());
    auto line = film("body25", "body25", {});
    for (int t = 0; t < line.frames(); ++t)
        for (int j = 0; j < 25; ++j)
            for (int c = 0; c < 2; ++c)
                line.poses.view().at(c, t, j) = static_cast<float>(100 + 10 * j + c * t);
    CHECK(check_joints(line).empty());
    auto vec = film("body25b", "body25", {});
    for (int t = 0; t < vec.frames(); ++t)
        for (int j = 0; j < 25; ++j)
            for (int c = 0; c < 2; ++c) vec.poses.view().at(c, t, j) = 5;
    CHECK(check_joints(vec).empty());
}

TEST_CASE("generated people raise no suspicion", "[data][plausible]") {
    const auto set = make_synthetic({.subjects = 4, .repetitions = 2});
    for (int i = 0; i < set.size(); ++i) {
        recording one;
        one.name = "synthetic";
        one.topology = set.topology;
        const auto clip = set.clip(i);
        one.poses.resize(clip.shape, clip.length);
        std::copy(clip.values, clip.values + clip.shape.size(), one.poses.view().values);
        INFO(told(check_joints(one)));
        CHECK(check_joints(one).empty());
    }
    interview::settings few;
    few.seed = 7;
    few.recordings = 4;
    few.minutes_scale = 0.1;
    const interview::generator talks(few);
    for (int i = 0; i < talks.size(); ++i) {
        const auto talk = talks.make(i).observed;
        CHECK(check_joints(talk).empty());
        int ways = 0;
        skeleton::all::for_each([&]<class T>(type_tag<T>) {
            if constexpr (skeleton::convertible<skeleton::upper_body, T>) {
                ++ways;
                const auto other = convert_recording<T>(talk);
                INFO(T::name << ": " << told(check_joints(other)));
                CHECK(check_joints(other).empty());
            }
        });
        CHECK(ways >= 8);
    }
}

TEST_CASE("real recordings raise no suspicion", "[data][plausible][real]") {
    for (const std::string name : {"nw_ucla", "msrc12", "air_motions", "gesture_phase"}) {
        const std::string folder = real_files("MGKIT_DATA_DIR", name);
        if (folder.empty()) {
            skip("no " + name + " in $MGKIT_DATA_DIR");
            continue;
        }
        const auto clips = read_folder(folder).clips;
        int suspected = 0;
        for (int i = 0; i < clips.size(); ++i) {
            recording one;
            one.name = name;
            one.topology = clips.topology;
            const auto clip = clips.clip(i);
            one.poses.resize(clip.shape, clip.length);
            std::copy(clip.values, clip.values + clip.shape.size(), one.poses.view().values);
            const auto found = check_joints(one);
            if (!found.empty()) UNSCOPED_INFO(name << " " << i << ": " << told(found));
            suspected += found.empty() ? 0 : 1;
        }
        CHECK(suspected == 0);
    }
    for (const std::string name : {"msrc12_long", "air_motions", "gesture_phase"}) {
        const std::string folder = real_files("MGKIT_DATA_DIR", name);
        if (folder.empty()) {
            skip("no " + name + " in $MGKIT_DATA_DIR");
            continue;
        }
        if (readers::recognise(folder) != "untrimmed") continue;
        const auto names = readers::list_any(folder);
        for (std::size_t i = 0; i < names.size(); ++i) {
            const auto one = recording_of(readers::read_any(folder, i, recordings::marking));
            INFO(name << " " << i << ": " << told(check_joints(one)));
            CHECK(check_joints(one).empty());
        }
    }
}

TEST_CASE("real bodies in the order of another skeleton", "[data][plausible][real]") {
    // The first Kinect's joints that the others have too; -1: between the shoulders and the head.
    constexpr std::array<int, 17> h36m{0, 16, 17, 18, 12, 13, 14, 1, 2, -1, 3, 4, 5, 6, 8, 9, 10};
    constexpr std::array<int, 25> ntu{0,  1,  2,  3,  4,  5,  6,  7, 8, 9, 10, 11, 12,
                                      13, 14, 15, 16, 17, 18, 19, 2, 7, 7, 11, 11};
    const std::string folder = real_files("MGKIT_DATA_DIR", "nw_ucla");
    if (folder.empty()) return skip("no nw_ucla in $MGKIT_DATA_DIR");
    const auto clips = read_folder(folder).clips;
    int tried = 0, found = 0, wrong = 0;
    for (int i = 0; i < clips.size(); i += 10)
        for (const int dims : {2, 3}) {
            const auto clip = clips.clip(i);
            const auto check_as = [&](std::span<const int> from, const char* said) {
                recording one;
                one.name = "ucla";
                one.topology = *skeleton::find_built_in(said);
                one.poses.resize({dims == 2 ? channel_layout::xy : channel_layout::xyz, clip.length,
                                  static_cast<int>(from.size()), 1},
                                 clip.length);
                for (int c = 0; c < dims; ++c)
                    for (int t = 0; t < clip.length; ++t)
                        for (std::size_t j = 0; j < from.size(); ++j)
                            one.poses.view().at(c, t, static_cast<int>(j)) =
                                from[j] >= 0 ? clip.at(c, t, from[j])
                                             : (clip.at(c, t, 2) + clip.at(c, t, 3)) / 2;
                return told(check_joints(one));
            };
            wrong += check_as(h36m, "h36m17").empty() ? 0 : 1;
            wrong += check_as(ntu, "ntu25").empty() ? 0 : 1;
            tried += 3;
            found += contains(check_as(h36m, "coco17"), "look like h36m17 rather than coco17");
            for (const char* said : {"body25", "body25b"})
                found += contains(check_as(ntu, said), "look like ntu25 rather than");
        }
    CHECK(wrong == 0);
    CHECK(tried > 800);
    CHECK(found >= tried * 99 / 100);
}
