// SPDX-License-Identifier: MIT
// Definitions of plausible_joints.hpp.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "mgkit/core/error.hpp"
#include "mgkit/data/detail/joint_stretch.hpp"
#include "mgkit/data/plausible_joints.hpp"
#include "mgkit/skeleton/built_in.hpp"
#include "mgkit/skeleton/joint_name.hpp"
#include "mgkit/skeleton/pose.hpp"

namespace MGKIT_NAMESPACE::data {

namespace detail {

/// Places of the joints that the words of a suspicion are about; -1 where there is none.
struct body_joints {
    using side_pair = std::array<int, 2>;
    side_pair eyes{}, shoulders{}, elbows{}, wrists{}, hips{}, knees{}, ankles{};
    int neck = -1, nose = -1;
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
    constexpr auto middle = skeleton::body_side::none;
    return {pair("eye"),  pair("shoulder"), pair("elbow"),      pair("wrist"),     pair("hip"),
            pair("knee"), pair("ankle"),    at("neck", middle), at("nose", middle)};
}

/// What is most often wrong with the joints as named, in words; empty where nothing is in that
/// share of the frames that show it.
MGKIT_INLINE std::string most_wrong(std::span<const joint_cloud> clouds, const body_joints& of,
                                    bool picture, double least) {
    struct rule {
        const char* words;
        std::size_t broken = 0, judged = 0;
        void judge(bool wrong) {
            ++judged;
            broken += wrong ? 1 : 0;
        }
    };
    enum { eyes, neck, arms, arm, legs, leg, face };
    std::array<rule, 7> rules{
        rule{"eyes below the neck"},      rule{"a neck that is not between the shoulders"},
        rule{"arms of unlike lengths"},   rule{"forearms unlike upper arms"},
        rule{"legs of unlike lengths"},   rule{"shanks unlike thighs"},
        rule{"a face larger than an arm"}};
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
            const double low =
                seen({of.neck}) ? height(of.neck) : (height(left) + height(right)) / 2;
            rules[eyes].judge(std::min(height(of.eyes[0]), height(of.eyes[1])) > low);
        }
        if (seen({of.neck, left, right}))
            rules[neck].judge(std::max(apart(of.neck, left), apart(of.neck, right)) >
                              1.5 * apart(left, right));
        // The longer one of both sides; 0 where none is seen.
        const auto limbs = [&](const body_joints::side_pair& from, const body_joints::side_pair& by,
                               const body_joints::side_pair& to, rule& sides, rule& halves) {
            std::array<double, 2> lengths{};
            for (std::size_t s = 0; s < 2; ++s) {
                if (!seen({from[s], by[s], to[s]})) continue;
                const double upper = apart(from[s], by[s]), lower = apart(by[s], to[s]);
                lengths[s] = upper + lower;
                halves.judge(std::max(upper, lower) > 3 * std::min(upper, lower));
            }
            const auto [less, more] = std::minmax({lengths[0], lengths[1]});
            if (less > 0) sides.judge(more > 2 * less);
            return more;
        };
        const double reach = limbs(of.shoulders, of.elbows, of.wrists, rules[arms], rules[arm]);
        limbs(of.hips, of.knees, of.ankles, rules[legs], rules[leg]);
        if (reach > 0 && seen({of.nose, of.eyes[0], of.eyes[1]}))
            rules[face].judge(std::max(apart(of.nose, of.eyes[0]), apart(of.nose, of.eyes[1])) >
                              reach);
    }
    std::string out;
    double most = least;
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
    constexpr double more = 1.1, fits = 3.6, torn = 4, share = 0.8, half = 0.5;
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
            if (ratios.back() >= more && its <= fits) ++for_it;
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
                                           skeleton::coordinates(r.poses.shape().layout) == 2,
                                           better.empty() ? share : half);
    if (wrong.empty() && better.empty()) return out;
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
