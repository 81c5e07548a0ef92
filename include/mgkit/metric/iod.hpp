// SPDX-License-Identifier: MIT
// infrastructure: a score of intervals, not of predictions
// How much of the sampled clips is gesture, beside what chance would give.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

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
    explicit iod(iod_settings settings = {});

    /// `clips` and `truth` lie within [0, frames); their labels are not looked at. `considered` has
    /// one entry per frame, or is empty for all frames. `group` is the subject. `redrawn` holds the
    /// clips of further draws, as many for every recording (see clip::redraw).
    /// Errors: mgkit::error for intervals outside the recording, another number of entries or of
    /// draws than before.
    void add(int frames, std::span<const data::segment> clips, std::span<const data::segment> truth,
             const std::vector<bool>& considered, int group,
             std::span<const std::vector<data::segment>> redrawn = {});

    /// Errors: mgkit::error where no clip was added.
    iod_report report() const;

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
                            const std::vector<bool>& considered);

    totals sums(const std::vector<span_of_clip>& spans, const std::vector<int>& hits,
                int shift) const;

    iod_chance chance_of(const std::vector<totals>& drawn, double iod_values::*which,
                         double observed) const;

    iod_measure measure(double iod_values::*which, const totals& all,
                        const std::vector<int>& groups, int group_count) const;

    iod_settings settings_;
    std::vector<totals> shifted_, redrawn_;
    std::vector<per_recording> recordings_;
    std::size_t frames_ = 0, truth_frames_ = 0;
};

}  // namespace MGKIT_NAMESPACE::metric

#if !defined(MGKIT_COMPILED)
#include "mgkit/metric/iod-inl.hpp"
#endif
