// SPDX-License-Identifier: MIT
#pragma once

#include "mgkit/metric/iod.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "mgkit/core/error.hpp"

namespace MGKIT_NAMESPACE::metric {

MGKIT_INLINE iod::iod(iod_settings settings) : settings_(settings) {
    if (settings_.shifts < 1) throw error(where, "at least one shift", text(settings_.shifts));
    if (!(settings_.threshold > 0 && settings_.threshold <= 1))
        throw error(where, "a threshold above 0 and at most 1", text(settings_.threshold));
    shifted_.resize(static_cast<std::size_t>(settings_.shifts));
}

MGKIT_INLINE void iod::add(int frames, std::span<const data::segment> clips,
                           std::span<const data::segment> truth,
                           const std::vector<bool>& considered, int group,
                           std::span<const std::vector<data::segment>> redrawn) {
    check_input(frames, clips, truth, considered);
    for (const auto& draw : redrawn) check_input(frames, draw, {}, {});
    if (recordings_.empty()) redrawn_.resize(redrawn.size());
    if (redrawn.size() != redrawn_.size())
        throw error(where, text(redrawn_.size(), " redrawn sets of clips, as before"),
                    text(redrawn.size()));
    // before[t]: frames considered before frame t.
    std::vector<int> before(static_cast<std::size_t>(frames) + 1, 0);
    for (std::size_t t = 0; t < static_cast<std::size_t>(frames); ++t)
        before[t + 1] = before[t] + (considered.empty() || considered[t] ? 1 : 0);
    const int timeline = before.back();
    std::vector<int> hits(static_cast<std::size_t>(timeline) + 1, 0);
    for (const auto& s : truth)
        for (int t = s.start; t < s.end; ++t)
            if (const auto k = static_cast<std::size_t>(t); before[k + 1] > before[k])
                hits[static_cast<std::size_t>(before[k]) + 1] = 1;
    for (std::size_t k = 1; k < hits.size(); ++k) hits[k] += hits[k - 1];
    frames_ += static_cast<std::size_t>(timeline);
    truth_frames_ += static_cast<std::size_t>(hits.back());

    const auto spans_of = [&before](std::span<const data::segment> list) {
        std::vector<span_of_clip> out;
        for (const auto& c : list)
            out.push_back({before[static_cast<std::size_t>(c.start)],
                           before[static_cast<std::size_t>(c.end)], c.length()});
        return out;
    };
    const auto spans = spans_of(clips);
    random_key key = settings_.key;
    key.clip = static_cast<std::uint32_t>(recordings_.size());
    random_stream stream(key, "iod");
    recordings_.push_back({sums(spans, hits, 0), group});
    for (std::size_t k = 0; k < redrawn.size(); ++k)
        redrawn_[k].add(sums(spans_of(redrawn[k]), hits, 0));
    if (timeline == 0) return;
    for (auto& total : shifted_)
        total.add(sums(spans, hits,
                       static_cast<int>(stream.below(static_cast<std::uint32_t>(timeline)))));
}

MGKIT_INLINE iod_report iod::report() const {
    totals all;
    for (const auto& r : recordings_) all.add(r.sums);
    if (all.clips == 0) throw error(where, "at least one clip", "none", "sample some first");
    iod_report out;
    out.clips = static_cast<std::size_t>(all.clips);
    out.recordings = recordings_.size();
    out.occupancy =
        frames_ == 0 ? 0 : static_cast<double>(truth_frames_) / static_cast<double>(frames_);
    std::vector<int> groups;
    for (const auto& r : recordings_) groups.push_back(r.group);
    out.groups = grouping(groups).count();
    constexpr std::array members{&iod_values::mean, &iod_values::time_weighted,
                                 &iod_values::thresholded};
    const std::array measures{&out.mean, &out.time_weighted, &out.thresholded};
    for (std::size_t m = 0; m < members.size(); ++m)
        *measures[m] = measure(members[m], all, groups, out.groups);
    return out;
}

MGKIT_INLINE void iod::check_input(int frames, std::span<const data::segment> clips,
                                   std::span<const data::segment> truth,
                                   const std::vector<bool>& considered) {
    if (frames < 1) throw error(where, "at least one frame", text(frames));
    if (!considered.empty() && considered.size() != static_cast<std::size_t>(frames))
        throw error(where, text(frames, " entries, one per frame"), text(considered.size()));
    for (const auto& [list, what] :
         {std::pair{clips, "clips"}, std::pair{truth, "segments of truth"}})
        for (const auto& s : list)
            if (s.start < 0 || s.end <= s.start || s.end > frames)
                throw error(where, text(what, " within ", frames, " frames"),
                            text(s.start, " to ", s.end));
}

MGKIT_INLINE iod::totals iod::sums(const std::vector<span_of_clip>& spans,
                                   const std::vector<int>& hits, int shift) const {
    const int timeline = static_cast<int>(hits.size()) - 1;
    const auto upto = [&](int k) { return hits[static_cast<std::size_t>(k)]; };
    // Truth moved forward by `shift`: what stands at k stood at k - shift before.
    const auto between = [&](int from, int to) {
        const int a = from - shift, b = to - shift;
        if (a >= 0) return upto(b) - upto(a);
        if (b < 0) return upto(b + timeline) - upto(a + timeline);
        return upto(timeline) - upto(a + timeline) + upto(b);
    };
    totals out;
    for (const auto& s : spans) {
        const double hit = s.end > s.start ? between(s.start, s.end) : 0;
        const double share = hit / s.length;
        out.clips += 1;
        out.share += share;
        out.hit_frames += hit;
        out.frames += s.length;
        out.over += share >= settings_.threshold ? 1 : 0;
    }
    return out;
}

MGKIT_INLINE iod_chance iod::chance_of(const std::vector<totals>& drawn, double iod_values::*which,
                                       double observed) const {
    iod_chance out;
    std::vector<double> values;
    double better = 1;
    for (const auto& s : drawn) {
        if (s.clips == 0) continue;
        values.push_back(s.values().*which);
        better += values.back() >= observed ? 1 : 0;
    }
    if (values.empty()) return out;
    out.runs = static_cast<int>(values.size());
    for (const double v : values) out.mean += v / static_cast<double>(values.size());
    out.p = better / static_cast<double>(values.size() + 1);
    std::sort(values.begin(), values.end());
    const double tail = (1 - settings_.interval.level) / 2;
    out.low = metric::detail::quantile(values, tail);
    out.high = metric::detail::quantile(values, 1 - tail);
    return out;
}

MGKIT_INLINE iod_measure iod::measure(double iod_values::*which, const totals& all,
                                      const std::vector<int>& groups, int group_count) const {
    iod_measure out;
    out.value = all.values().*which;
    out.shifted = chance_of(shifted_, which, out.value);
    out.redrawn = chance_of(redrawn_, which, out.value);
    out.low = out.high = out.value;
    if (group_count < 2) return out;
    const auto spread = bootstrap(
        groups,
        [&](std::span<const double> times) {
            totals drawn;
            for (std::size_t i = 0; i < recordings_.size(); ++i)
                drawn.add(recordings_[i].sums, times[i]);
            return drawn.values().*which;
        },
        settings_.interval);
    out.low = spread.low;
    out.high = spread.high;
    return out;
}

}  // namespace MGKIT_NAMESPACE::metric
