#pragma once

#include "mgkit/data/primary_person.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <map>
#include <span>
#include <string>
#include <tuple>
#include <utility>

#include "mgkit/core/error.hpp"

namespace MGKIT_NAMESPACE::data {

MGKIT_INLINE std::vector<int> primary_report::cuts() const {
    std::vector<int> out;
    for (std::size_t i = 1; i < stretches.size(); ++i) out.push_back(stretches[i].start);
    return out;
}

namespace detail {

MGKIT_INLINE double median_of(std::vector<double>& values) {
    if (values.empty()) return 0;
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
}

/// Geometry of single people in detections.
class body_measure {
public:
    body_measure(const detections& people, double visible)
        : people_(people),
          dims_(static_cast<std::size_t>(skeleton::coordinates(people.layout))),
          channels_(static_cast<std::size_t>(skeleton::channels(people.layout))),
          confidence_(skeleton::has_confidence(people.layout)),
          visible_(static_cast<float>(visible)) {
        std::vector<double> ratios;
        scales_.resize(people.people());
        std::vector<std::size_t> unmeasured;
        for (std::size_t i = 0; i < scales_.size(); ++i) {
            const double box = box_diagonal(i), pair = pair_distance(i);
            scales_[i] = pair > 0 ? pair : box;
            if (pair > 0 && box > 0) ratios.push_back(box / pair);
            if (!(pair > 0)) unmeasured.push_back(i);
        }
        if (const double ratio = median_of(ratios); ratio > 0)
            for (const std::size_t i : unmeasured) scales_[i] /= ratio;
    }

    /// Distance of the scale pair; where it is not visible, the diagonal of the box around the
    /// visible joints, divided by what that diagonal usually is of the pair's distance.
    double scale(std::size_t person) const { return scales_[person]; }

    /// Median distance of the joints visible in both; infinite where there are none.
    double distance(std::size_t a, std::size_t b) {
        distances_.clear();
        const auto p = people_.person(a), q = people_.person(b);
        for (std::size_t v = 0; v * channels_ < p.size(); ++v) {
            if (!seen(p, v) || !seen(q, v)) continue;
            double sum = 0;
            for (std::size_t c = 0; c < dims_; ++c) {
                const double step = double(p[v * channels_ + c]) - double(q[v * channels_ + c]);
                sum += step * step;
            }
            distances_.push_back(sum);
        }
        return distances_.empty() ? std::numeric_limits<double>::infinity()
                                  : std::sqrt(median_of(distances_));
    }

private:
    bool seen(std::span<const float> p, std::size_t v) const {
        return !confidence_ || p[v * channels_ + dims_] > visible_;
    }
    double pair_distance(std::size_t i) const {
        const auto p = people_.person(i);
        const auto [a, b] = people_.topology.scale_pair;
        const auto ja = static_cast<std::size_t>(a), jb = static_cast<std::size_t>(b);
        if (!seen(p, ja) || !seen(p, jb)) return 0;
        double sum = 0;
        for (std::size_t c = 0; c < dims_; ++c)
            sum += std::pow(double(p[ja * channels_ + c]) - double(p[jb * channels_ + c]), 2);
        return std::sqrt(sum);
    }
    double box_diagonal(std::size_t i) const {
        constexpr double far = std::numeric_limits<double>::max();
        const auto p = people_.person(i);
        std::array<double, 3> low{far, far, far}, high{-far, -far, -far};
        bool any = false;
        for (std::size_t v = 0; v * channels_ < p.size(); ++v) {
            if (!seen(p, v)) continue;
            any = true;
            for (std::size_t c = 0; c < dims_; ++c) {
                low[c] = std::min(low[c], double(p[v * channels_ + c]));
                high[c] = std::max(high[c], double(p[v * channels_ + c]));
            }
        }
        double sum = 0;
        for (std::size_t c = 0; any && c < dims_; ++c)
            sum += (high[c] - low[c]) * (high[c] - low[c]);
        return std::sqrt(sum);
    }

    const detections& people_;
    std::size_t dims_, channels_;
    bool confidence_;
    float visible_;
    std::vector<double> scales_, distances_;
};

/// One person over time: the detections it consists of.
struct person_track {
    std::vector<std::pair<int, std::size_t>> at;  ///< (frame, person), frames rising
    double scale = 0;

    int start() const { return at.front().first; }
    int last() const { return at.back().first; }
};

MGKIT_INLINE std::vector<person_track> link_people(const detections& people, body_measure& bodies,
                                                   const primary_rule& rule) {
    std::vector<person_track> tracks;
    std::map<int, std::size_t> by_id;
    std::vector<std::size_t> open;
    std::vector<std::tuple<double, std::size_t, std::size_t>> pairs;
    for (int t = 0; t < people.frames(); ++t) {
        const std::size_t first = people.first[static_cast<std::size_t>(t)];
        const std::size_t end = people.first[static_cast<std::size_t>(t) + 1];
        const auto lost = [&](std::size_t k) {
            return t - tracks[k].last() - 1 > rule.max_gap_frames;
        };
        std::erase_if(open, lost);
        pairs.clear();
        for (std::size_t i = first; i < end; ++i)
            if (people.track[i] < 0)
                for (const std::size_t k : open) {
                    const std::size_t before = tracks[k].at.back().second;
                    const double size = std::max(bodies.scale(before), bodies.scale(i));
                    const double step = bodies.distance(before, i);
                    if (step <= rule.max_step * size)
                        pairs.emplace_back(size > 0 ? step / size : 0, k, i);
                }
        std::sort(pairs.begin(), pairs.end());
        std::vector<char> taken(end - first, 0);
        for (const auto& [step, k, i] : pairs) {
            if (taken[i - first] != 0 || tracks[k].last() == t) continue;
            taken[i - first] = 1;
            tracks[k].at.emplace_back(t, i);
        }
        for (std::size_t i = first; i < end; ++i) {
            if (taken[i - first] != 0) continue;
            const int id = people.track[i];
            if (id >= 0) {
                const auto known = by_id.emplace(id, tracks.size());
                const std::size_t k = known.first->second;
                if (!known.second && !lost(k) && tracks[k].last() != t) {
                    tracks[k].at.emplace_back(t, i);
                    continue;
                }
                if (!known.second && lost(k)) known.first->second = tracks.size();
            } else {
                open.push_back(tracks.size());
            }
            tracks.push_back({{{t, i}}, 0});
        }
    }
    std::vector<double> scales;
    for (auto& track : tracks) {
        scales.clear();
        for (const auto& [t, i] : track.at) scales.push_back(bodies.scale(i));
        track.scale = median_of(scales);
    }
    return tracks;
}

/// Detections with at most one person chosen per frame (index, or none) as a recording.
MGKIT_INLINE recording chosen_people(const detections& people,
                                     const std::vector<std::size_t>& chosen) {
    constexpr std::size_t none = std::numeric_limits<std::size_t>::max();
    recording out;
    out.name = people.name;
    out.fps = people.fps;
    out.width = people.width;
    out.height = people.height;
    out.topology = people.topology;
    const bool gaps = std::find(chosen.begin(), chosen.end(), none) != chosen.end();
    const bool adds = gaps && !skeleton::has_confidence(people.layout);
    const auto layout = !adds ? people.layout
                        : people.layout == skeleton::channel_layout::xy
                            ? skeleton::channel_layout::xyc
                            : skeleton::channel_layout::xyzc;
    const int frames = people.frames();
    const int joints = skeleton::joint_count(people.topology);
    out.poses.resize({layout, frames, joints, 1}, frames);
    out.confidence_assumed = people.confidence_assumed || adds;
    const auto view = out.poses.view();
    const int from = skeleton::channels(people.layout);
    for (int t = 0; t < frames; ++t) {
        const std::size_t i = chosen[static_cast<std::size_t>(t)];
        if (i == none) continue;
        const auto values = people.person(i);
        for (int v = 0; v < joints; ++v) {
            for (int c = 0; c < from; ++c)
                view.at(c, t, v) = values[static_cast<std::size_t>(v * from + c)];
            if (adds) view.at(from, t, v) = 1.0f;
        }
    }
    check(out);
    return out;
}

}  // namespace detail

MGKIT_INLINE primary_result primary_person(const detections& people, const primary_rule& rule) {
    const std::string where = "primary person of " + people.name;
    check(people);
    if (!(rule.max_step > 0) || rule.max_gap_frames < 0 || rule.min_track_frames < 0)
        throw error(where, "max_step above 0, max_gap_frames and min_track_frames of 0 or more",
                    text(rule.max_step, ", ", rule.max_gap_frames, ", ", rule.min_track_frames));
    detail::body_measure bodies(people, rule.visible);
    const auto tracks = detail::link_people(people, bodies, rule);

    // Larger tracks claim their frames first.
    std::vector<std::size_t> order(tracks.size());
    for (std::size_t k = 0; k < order.size(); ++k) order[k] = k;
    const auto is_short = [&](std::size_t k) {
        return tracks[k].at.size() < static_cast<std::size_t>(rule.min_track_frames);
    };
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
        if (is_short(a) != is_short(b)) return is_short(b);
        return tracks[a].scale > tracks[b].scale;
    });
    constexpr std::size_t none = std::numeric_limits<std::size_t>::max();
    const auto count = static_cast<std::size_t>(people.frames());
    std::vector<std::size_t> owner(count, none), chosen(count, none), next(count + 1);
    // next[t]: the first frame from t on without an owner, by path halving.
    for (std::size_t t = 0; t <= count; ++t) next[t] = t;
    const auto free_from = [&](std::size_t t) {
        while (next[t] != t) t = next[t] = next[next[t]];
        return t;
    };
    for (const std::size_t k : order) {
        const auto end = static_cast<std::size_t>(tracks[k].last()) + 1;
        for (auto t = free_from(static_cast<std::size_t>(tracks[k].start())); t < end;
             t = free_from(t)) {
            owner[t] = k;
            next[t] = t + 1;
        }
    }
    for (std::size_t k = 0; k < tracks.size(); ++k)
        for (const auto& [t, i] : tracks[k].at)
            if (owner[static_cast<std::size_t>(t)] == k) chosen[static_cast<std::size_t>(t)] = i;

    primary_result out;
    auto& report = out.report;
    report.frames = people.frames();
    report.tracks = static_cast<int>(tracks.size());
    std::size_t current = none;
    for (std::size_t t = 0; t < count; ++t) {
        report.empty_frames += chosen[t] == none ? 1 : 0;
        report.several_people += people.first[t + 1] - people.first[t] > 1 ? 1 : 0;
        const std::size_t k = owner[t];
        if (k == none) continue;
        const int frame = static_cast<int>(t);
        if (k != current) {
            report.switches += current == none ? 0 : 1;
            report.stretches.push_back({frame, frame, static_cast<int>(k), tracks[k].scale});
            current = k;
        }
        report.stretches.back().end = frame + 1;
    }
    out.person = detail::chosen_people(people, chosen);
    report.found = people.found;
    report.found.name_recording(people.name);
    return out;
}

MGKIT_INLINE recording recording_of(const detections& people) {
    check(people);
    std::vector<std::size_t> chosen(static_cast<std::size_t>(people.frames()),
                                    std::numeric_limits<std::size_t>::max());
    for (std::size_t t = 0; t < chosen.size(); ++t) {
        const std::size_t count = people.first[t + 1] - people.first[t];
        if (count > 1)
            throw error("detections " + people.name, "one person in each frame",
                        text(count, " in frame ", t), "choose one with primary_person");
        if (count == 1) chosen[t] = people.first[t];
    }
    return detail::chosen_people(people, chosen);
}

}  // namespace MGKIT_NAMESPACE::data
