// infrastructure: a score of intervals, not of predictions
// How much of the sampled clips is gesture, beside what chance would give.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "mgkit/core/error.hpp"
#include "mgkit/core/random.hpp"
#include "mgkit/data/recording.hpp"
#include "mgkit/metric/bootstrap.hpp"

namespace MGKIT_NAMESPACE::metric {

/// Three readings of intersection over detection, each in [0, 1].
struct iod_values {
    double mean = 0;           ///< overlap with the union of the truth / clip length, over clips
    double time_weighted = 0;  ///< frames of truth in all clips / frames of all clips
    double thresholded = 0;    ///< share of clips of which at least `threshold` is truth
};

struct iod_settings {
    int shifts = 1000;       ///< circular shifts of the truth, at least 1000 for a report
    double threshold = 0.5;  ///< of `thresholded`
    bootstrap_settings interval{};
    random_key key{};
};

/// What chance gives: mean and quantiles over `runs` of it, and the share of runs at least as good
/// as what was observed, the observation counted among them. Without runs, p is 1 and all else 0.
struct iod_chance {
    double mean = 0, low = 0, high = 0;
    double p = 1;
    int runs = 0;
};

/// A measure, its interval over groups of recordings, and chance in two readings.
///
/// `shifted`: the same clips, the truth moved around its recording. All places are alike to it.
/// `redrawn`: the truth where it is, other clips by the same sampler. A sampler that draws starts
/// from [0, L - d] reaches the ends of a recording less often than its middle, so where gestures
/// avoid the ends it covers more of them than a shift does, without looking at any. Judge a sampler
/// by `redrawn`: only what exceeds it was found.
struct iod_measure {
    double value = 0, low = 0, high = 0;
    iod_chance shifted, redrawn;
};

struct iod_report {
    iod_measure mean, time_weighted, thresholded;
    std::size_t clips = 0;
    std::size_t recordings = 0;
    int groups = 0;        ///< subjects (or recordings) that the interval resamples
    double occupancy = 0;  ///< share of the frames considered that are truth
};

/// Intersection over detection of a corpus, one recording at a time.
///
/// For each recording: truth is the union of the segments given; frames that `considered` leaves
/// out (the frames the sampler could not use) are taken out of the timeline altogether, so that
/// chance means "the same clips, the same durations, among the frames that could be chosen". Under
/// one shift the truth of every recording moves around its own timeline by its own even draw; the
/// clips stay. Redrawn clips are another draw of the same sampler each, over all recordings,
/// against the truth as it is. Means are over the clips of all recordings. The interval of the
/// observed value resamples groups (subjects) with all their clips.
///
/// Randomness: stage "iod" of the key, `clip` the index of the recording, so that the order of
/// adding matters and threads do not. Cost per recording: frames + (shifts + redrawn) times clips.
/// Memory: shifts, redrawn, and a few numbers per recording.
/// Source: the occupancy measure of MG-FM's section 4.2; chance, intervals, and the two further
/// readings are ours.
class iod {
public:
    explicit iod(iod_settings settings = {}) : settings_(settings) {
        if (settings_.shifts < 1) throw error(where, "at least one shift", text(settings_.shifts));
        if (!(settings_.threshold > 0 && settings_.threshold <= 1))
            throw error(where, "a threshold above 0 and at most 1", text(settings_.threshold));
        shifted_.resize(static_cast<std::size_t>(settings_.shifts));
    }

    /// `clips` and `truth` lie within [0, frames); their labels are not looked at. `considered` has
    /// one entry per frame, or is empty for all frames. `group` is the subject. `redrawn` holds the
    /// clips of further draws, as many for every recording (see clip::redraw).
    /// Errors: mgkit::error for intervals outside the recording, another number of entries or of
    /// draws than before.
    void add(int frames, std::span<const data::segment> clips, std::span<const data::segment> truth,
             const std::vector<bool>& considered, int group,
             std::span<const std::vector<data::segment>> redrawn = {}) {
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

    /// Errors: mgkit::error where no clip was added.
    iod_report report() const {
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

private:
    static constexpr auto where = "metric::iod";

    struct span_of_clip {
        int start, end, length;
    };
    /// What the three readings are made of.
    struct totals {
        double clips = 0, share = 0, hit_frames = 0, frames = 0, over = 0;
        void add(const totals& o, double times = 1) {
            clips += times * o.clips;
            share += times * o.share;
            hit_frames += times * o.hit_frames;
            frames += times * o.frames;
            over += times * o.over;
        }
        iod_values values() const { return {share / clips, hit_frames / frames, over / clips}; }
    };
    struct per_recording {
        totals sums;
        int group;
    };

    static void check_input(int frames, std::span<const data::segment> clips,
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

    totals sums(const std::vector<span_of_clip>& spans, const std::vector<int>& hits,
                int shift) const {
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

    iod_chance chance_of(const std::vector<totals>& drawn, double iod_values::*which,
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

    iod_measure measure(double iod_values::*which, const totals& all,
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

    iod_settings settings_;
    std::vector<totals> shifted_, redrawn_;
    std::vector<per_recording> recordings_;
    std::size_t frames_ = 0, truth_frames_ = 0;
};

}  // namespace MGKIT_NAMESPACE::metric
