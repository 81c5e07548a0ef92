// Definitions of plausible_joints.hpp.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <iterator>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mgkit/core/error.hpp"
#include "mgkit/data/plausible_joints.hpp"
#include "mgkit/skeleton/built_in.hpp"
#include "mgkit/skeleton/joint_name.hpp"
#include "mgkit/skeleton/pose.hpp"

namespace MGKIT_NAMESPACE::data {

namespace detail {

/// The joints seen in one frame.
struct joint_cloud {
    std::vector<std::array<double, 3>> at;
    std::vector<char> seen;
    std::size_t count = 0;  ///< seen

    double distance(std::size_t a, std::size_t b) const {
        double sum = 0;
        for (std::size_t c = 0; c < 3; ++c) sum += (at[a][c] - at[b][c]) * (at[a][c] - at[b][c]);
        return std::sqrt(sum);
    }
};

/// Frames of a recording that show enough of a body, spread over it.
MGKIT_INLINE std::vector<joint_cloud> joint_clouds(const recording& r) {
    constexpr int most_frames = 256;
    constexpr std::size_t least_joints = 6;
    constexpr float least_confidence = 0.1f;
    const auto view = r.poses.view();
    const int dims = skeleton::coordinates(view.shape.layout);
    const float* confidence = view.confidence();
    const auto joints = static_cast<std::size_t>(view.shape.joints);
    const int step = (r.frames() + most_frames - 1) / most_frames;
    std::vector<joint_cloud> out;
    for (int t = 0; t < r.frames(); t += step) {
        joint_cloud one;
        one.at.resize(joints);
        one.seen.resize(joints, 0);
        for (std::size_t j = 0; j < joints; ++j) {
            bool zero = true;
            for (int c = 0; c < dims; ++c) {
                const float x = view.row(c, t)[j];
                one.at[j][static_cast<std::size_t>(c)] = double(x);
                zero = zero && x == 0;
            }
            const bool sure = confidence == nullptr || view.row(dims, t)[j] > least_confidence;
            one.seen[j] = sure && !zero ? 1 : 0;
            one.count += one.seen[j] != 0 ? 1 : 0;
        }
        if (one.count >= least_joints) out.push_back(std::move(one));
    }
    return out;
}

/// Joints of a skeleton that a body has, and how far apart any two of them can be at most.
struct reference_body {
    std::string_view name;
    std::vector<std::size_t> joints;  ///< places in a frame
    std::vector<double> reach;        ///< joints x joints, metres
};

/// Where the joint of a name is in an adult who stands: half the width, height, depth in metres.
/// Rough: bones are compared by how much they differ, and a wrong one differs by a multiple.
MGKIT_INLINE bool place_of(const skeleton::joint_name& joint, std::array<double, 3>& out) {
    struct place {
        std::string_view base;
        double side, up, front;
    };
    constexpr place places[] = {{"nose", 0, 1.58, .11},
                                {"eye", .033, 1.62, .1},
                                {"eyeinner", .02, 1.62, .1},
                                {"eyeouter", .045, 1.62, .1},
                                {"ear", .075, 1.6, 0},
                                {"head", 0, 1.65, .03},
                                {"headtop", 0, 1.75, 0},
                                {"necknose", 0, 1.53, .05},
                                {"neck", 0, 1.45, 0},
                                {"upperneck", 0, 1.49, 0},
                                {"thorax", 0, 1.45, 0},
                                {"spineshoulder", 0, 1.45, 0},
                                {"shouldercenter", 0, 1.45, 0},
                                {"shoulder", .19, 1.42, 0},
                                {"elbow", .2, 1.13, 0},
                                {"wrist", .2, .88, 0},
                                {"hand", .2, .8, 0},
                                {"handtip", .2, .72, 0},
                                {"thumb", .2, .82, .05},
                                {"spine", 0, 1.15, 0},
                                {"spinemid", 0, 1.15, 0},
                                {"midhip", 0, .94, 0},
                                {"hipcenter", 0, .94, 0},
                                {"spinebase", 0, .94, 0},
                                {"hip", .1, .92, 0},
                                {"knee", .1, .5, 0},
                                {"ankle", .1, .09, 0},
                                {"heel", .1, .03, -.05},
                                {"foot", .1, .03, .13},
                                {"footindex", .1, .03, .13},
                                {"bigtoe", .1, .03, .13},
                                {"smalltoe", .13, .03, .11}};
    for (const place& one : places) {
        if (one.base != joint.base) continue;
        const double side = joint.side == skeleton::body_side::left    ? 1
                            : joint.side == skeleton::body_side::right ? -1
                                                                       : 0;
        out = {side * one.side, one.up, one.front};
        return true;
    }
    return false;
}

/// Two joints are at most as far apart as the bones between them are long. Joints that are not in
/// the table hand their bones on to their parent.
MGKIT_INLINE reference_body make_reference(std::string_view name,
                                           std::span<const skeleton::joint_name> names,
                                           std::span<const int> parents) {
    constexpr std::size_t none = std::numeric_limits<std::size_t>::max();
    constexpr double least = 0.03, far = 1e9;
    reference_body out;
    out.name = name;
    std::vector<std::size_t> place(names.size(), none);
    std::vector<std::array<double, 3>> at;
    for (std::size_t j = 0; j < names.size(); ++j) {
        std::array<double, 3> position{};
        if (!place_of(names[j], position)) continue;
        place[j] = out.joints.size();
        out.joints.push_back(j);
        at.push_back(position);
    }
    const std::size_t n = out.joints.size();
    out.reach.assign(n * n, far);
    std::size_t top = none;
    for (std::size_t i = 0; i < n; ++i) {
        out.reach[i * n + i] = 0;
        std::size_t above = out.joints[i];
        do {
            const auto next = static_cast<std::size_t>(parents[above]);
            above = next == above ? none : next;
        } while (above != none && place[above] == none);
        const std::size_t other = above == none ? top : place[above];
        if (above == none && top == none) top = i;
        if (other == none) continue;
        const double length =
            std::hypot(at[i][0] - at[other][0], at[i][1] - at[other][1], at[i][2] - at[other][2]);
        out.reach[i * n + other] = out.reach[other * n + i] = length;
    }
    for (std::size_t k = 0; k < n; ++k)
        for (std::size_t i = 0; i < n; ++i)
            for (std::size_t j = 0; j < n; ++j)
                out.reach[i * n + j] =
                    std::min(out.reach[i * n + j], out.reach[i * n + k] + out.reach[k * n + j]);
    for (double& reach : out.reach) reach = std::max(reach, least);
    return out;
}

/// How many times farther apart than the average the most stretched joints are, by what is
/// possible; 0 below six joints. The measure of `check_joints`.
MGKIT_INLINE double stretch(const reference_body& body, const joint_cloud& cloud,
                            std::vector<double>& ratios) {
    constexpr std::size_t least_joints = 6;
    constexpr double most_of = 0.97;
    const std::size_t n = body.joints.size();
    ratios.clear();
    std::size_t seen = 0;
    double distances = 0, reaches = 0;
    for (std::size_t i = 0; i < n; ++i) {
        if (cloud.seen[body.joints[i]] == 0) continue;
        ++seen;
        for (std::size_t k = 0; k < i; ++k) {
            if (cloud.seen[body.joints[k]] == 0) continue;
            const double distance = cloud.distance(body.joints[i], body.joints[k]);
            const double reach = body.reach[i * n + k];
            ratios.push_back(distance / reach);
            distances += distance;
            reaches += reach;
        }
    }
    if (seen < least_joints || !(distances > 0)) return 0;
    const auto at = ratios.begin() +
                    static_cast<std::ptrdiff_t>(most_of * static_cast<double>(ratios.size() - 1));
    std::nth_element(ratios.begin(), at, ratios.end());
    return *at / (distances / reaches);
}

/// Places of the joints that the words of a suspicion are about; -1 where there is none.
struct body_joints {
    using side_pair = std::array<int, 2>;
    side_pair eyes{-1, -1}, shoulders{-1, -1}, elbows{-1, -1}, wrists{-1, -1};
    int neck = -1;
};

MGKIT_INLINE body_joints find_body(std::span<const skeleton::joint_name> names) {
    const auto at = [&](std::string_view base, skeleton::body_side side) {
        for (std::size_t j = 0; j < names.size(); ++j)
            if (names[j].base == base && names[j].side == side) return static_cast<int>(j);
        return -1;
    };
    const auto pair = [&](std::string_view base) {
        return body_joints::side_pair{at(base, skeleton::body_side::left),
                                      at(base, skeleton::body_side::right)};
    };
    return {pair("eye"), pair("shoulder"), pair("elbow"), pair("wrist"),
            at("neck", skeleton::body_side::none)};
}

/// What is most often wrong with the joints as named, in words; empty where nothing is in half of
/// the frames.
MGKIT_INLINE std::string most_wrong(std::span<const joint_cloud> clouds, const body_joints& of,
                                    bool picture) {
    struct rule {
        const char* words;
        std::size_t broken = 0, judged = 0;
        void judge(bool wrong) {
            ++judged;
            broken += wrong ? 1 : 0;
        }
    };
    std::array<rule, 4> rules{rule{"eyes below the neck"},
                              rule{"a neck that is not between the "
                                   "shoulders"},
                              rule{"arms of unlike lengths"}, rule{"forearms unlike upper arms"}};
    for (const joint_cloud& cloud : clouds) {
        const auto seen = [&](std::initializer_list<int> joints) {
            for (const int j : joints)
                if (j < 0 || cloud.seen[static_cast<std::size_t>(j)] == 0) return false;
            return true;
        };
        const auto apart = [&](int a, int b) {
            return cloud.distance(static_cast<std::size_t>(a), static_cast<std::size_t>(b));
        };
        const auto height = [&](int j) { return cloud.at[static_cast<std::size_t>(j)][1]; };
        const auto [left, right] = of.shoulders;
        if (picture && seen({of.eyes[0], of.eyes[1]}) && (seen({of.neck}) || seen({left, right}))) {
            const double neck =
                seen({of.neck}) ? height(of.neck) : (height(left) + height(right)) / 2;
            rules[0].judge(std::min(height(of.eyes[0]), height(of.eyes[1])) > neck);
        }
        if (seen({of.neck, left, right}))
            rules[1].judge(std::max(apart(of.neck, left), apart(of.neck, right)) >
                           1.5 * apart(left, right));
        std::array<double, 2> arms{};
        for (std::size_t s = 0; s < 2; ++s) {
            if (!seen({of.shoulders[s], of.elbows[s], of.wrists[s]})) continue;
            const double upper = apart(of.shoulders[s], of.elbows[s]);
            const double lower = apart(of.elbows[s], of.wrists[s]);
            arms[s] = upper + lower;
            rules[3].judge(std::max(upper, lower) > 3 * std::min(upper, lower));
        }
        if (arms[0] > 0 && arms[1] > 0)
            rules[2].judge(std::max(arms[0], arms[1]) > 2 * std::min(arms[0], arms[1]));
    }
    std::string out;
    double most = 0.5;
    for (const rule& one : rules) {
        const double share = one.judged > 0 ? double(one.broken) / double(one.judged) : 0;
        if (one.broken == 0 || share < most || (!out.empty() && share == most)) continue;
        most = share;
        // In tenths, so that many recordings say the same.
        out = text(one.words, " in ", static_cast<int>(share * 10), " of 10 frames");
    }
    return out;
}

}  // namespace detail

MGKIT_INLINE findings check_joints(const recording& r) {
    constexpr std::size_t least_frames = 5;
    constexpr double more = 1.1, torn = 4, share = 0.8;
    check(r);
    findings out;
    const auto clouds = detail::joint_clouds(r);
    if (clouds.size() < least_frames) return out;
    const auto parse = [](const auto& joints) {
        std::vector<skeleton::joint_name> names;
        for (const auto& joint : joints) names.push_back(skeleton::parse_joint_name(joint));
        return names;
    };
    const auto names = parse(r.topology.joints);
    const auto stated = detail::make_reference(r.topology.name, names, r.topology.parents);
    // All joints, or those of the body before hands and a face.
    const std::size_t last = stated.joints.empty() ? 0 : stated.joints.back() + 1;
    std::vector<detail::reference_body> others;
    for (const auto& one : skeleton::built_ins()) {
        if (one.joints.size() != names.size() && one.joints.size() != last) continue;
        const auto known = parse(one.joints);
        if (!std::equal(known.begin(), known.end(), names.begin()))
            others.push_back(detail::make_reference(one.name, known, one.parents));
    }
    std::vector<double> own, ratios, scratch;
    for (const auto& cloud : clouds) own.push_back(detail::stretch(stated, cloud, scratch));
    const auto most_of = [](std::size_t count, std::size_t all) {
        return all >= least_frames && double(count) >= share * double(all);
    };
    std::string_view better;
    double best = 0;
    for (const auto& other : others) {
        ratios.clear();
        std::size_t for_it = 0;
        for (std::size_t k = 0; k < clouds.size(); ++k) {
            const double its = detail::stretch(other, clouds[k], scratch);
            if (!(own[k] > 0) || !(its > 0)) continue;
            ratios.push_back(own[k] / its);
            for_it += ratios.back() >= more ? 1 : 0;
        }
        if (!most_of(for_it, ratios.size())) continue;
        const auto middle = ratios.begin() + static_cast<std::ptrdiff_t>(ratios.size() / 2);
        std::nth_element(ratios.begin(), middle, ratios.end());
        if (*middle <= best) continue;
        best = *middle;
        better = other.name;
    }
    const auto judged = static_cast<std::size_t>(
        std::count_if(own.begin(), own.end(), [](double x) { return x > 0; }));
    const auto broken = static_cast<std::size_t>(
        std::count_if(own.begin(), own.end(), [](double x) { return x > torn; }));
    if (better.empty() && !most_of(broken, judged)) return out;
    std::string wrong = detail::most_wrong(clouds, detail::find_body(names),
                                           skeleton::coordinates(r.poses.shape().layout) == 2);
    if (wrong.empty()) wrong = "joints farther apart than bones reach";
    const std::string like = better.empty()
                                 ? text("do not look like ", r.topology.name)
                                 : text("look like ", better, " rather than ", r.topology.name);
    out.add({finding_kind::suspect,
             "joints_doubtful",
             text("joints that ", like, " (", wrong, "): state them with --skeleton or --joints"),
             r.name,
             static_cast<std::int64_t>(names.size()),
             {}});
    return out;
}

}  // namespace MGKIT_NAMESPACE::data
