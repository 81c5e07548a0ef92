// SPDX-License-Identifier: MIT
// Sampling clips from recordings, counted and compared with the truth.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "mgkit/clip/duration_prior.hpp"
#include "mgkit/clip/prior_sampler.hpp"
#include "mgkit/data/annotators.hpp"
#include "mgkit/data/clip_set.hpp"
#include "mgkit/metric/iod.hpp"
#include "mgkit/report/audit.hpp"
#include "recordings.hpp"

namespace mgfm {

/// Where clips go, and how long they may be.
struct clip_output {
    std::string folder;
    int frames = 128;  ///< longer clips are resampled to so many
    double rate = 0;   ///< frames per second of the clips; 0: the most common of the recordings

    void add_to(CLI::App& command);
};

/// How clips are sampled.
struct sampling_options {
    int quota = 50;
    int budget = 2000;
    double threshold = 0.3;
    bool redraw_start = false;
    int redraws = 20;   ///< starts per duration, with redraw_start
    std::string prior;  ///< CSV of segments, JSON histogram, "smg"; empty: the training side
    std::string side = "train";
    std::uint64_t seed = 1;
    int shifts = 1000;
    int draws = 100;  ///< of the sampler under other keys

    void add_to(CLI::App& command, const std::string& default_side);
    mgkit::clip::prior_sampler sampler() const;
};

/// A prior and where it comes from, in words.
struct named_prior {
    mgkit::clip::duration_prior prior;
    std::string words;
    mgkit::data::findings found{};  ///< segments that it could not be made of
};

/// Errors: mgkit::error for annotations of test recordings, none at all, malformed files.
named_prior prior_of(const recordings& from, const recording_options& options,
                     const sampling_options& sampling);

/// One setting of the sampler over a corpus, recording by recording.
class sampling_run {
public:
    sampling_run(const sampling_options& options, const mgkit::clip::duration_prior& prior);

    /// Intervals of one recording, in order of start.
    std::vector<mgkit::data::segment> add(const recordings& from, std::size_t entry,
                                          const loaded_recording& loaded, int threads);
    /// Counts, fits, overlap beside chance, cut-ins. Corpus, notes and sweep are left to the
    /// caller.
    mgkit::report::audit result(const recordings& from) const;
    /// Mean overlap with the truth (all classes), where there is one.
    std::optional<mgkit::report::audit_overlap> mean_overlap() const;
    std::uint64_t clips() const { return counts_.clips(); }
    const mgkit::clip::sample_audit& counts() const { return counts_; }

private:
    sampling_options options_;
    const mgkit::clip::duration_prior& prior_;
    mgkit::clip::sample_audit counts_;
    mgkit::metric::iod all_, without_;
    mgkit::data::annotator_counts marks_;
    std::set<int> people_;      ///< in annotated recordings
    std::int64_t unnamed_ = 0;  ///< annotated recordings whose subject nobody stated
    std::int64_t judged_ = 0;   ///< clips of annotated recordings
    std::array<std::int64_t, 3> cut_ins_{};
};

/// What the recordings of a run have in common, and what not.
struct recording_facts {
    std::vector<int> anchors;
    bool confidence = false;      ///< some state it
    std::map<double, int> rates;  ///< recordings by frame rate
    int replaced_rates = 0;       ///< recordings whose stated rate --fps replaces

    void add(const loaded_recording& loaded);
};

/// What every audit of a corpus says: names, rates, caveats.
void describe(mgkit::report::audit& out, const recordings& from, const sampling_options& sampling,
              const named_prior& prior, const recording_facts& facts);

/// What all clips cut from a corpus share, told by one of its recordings and their rate.
mgkit::data::clip_set clip_facts(const recordings& from, const mgkit::data::recording& person,
                                 int frames, double fps, const std::string& command_line);

/// Cuts clips of one frame rate and keeps count of what that took.
class clip_cutter {
public:
    /// The rate that is asked for, else the most common one of the entries, the lower of two as
    /// common. Reads recordings whose rate recordings.csv does not state.
    clip_cutter(const recordings& from, const recording_options& options, const clip_output& output,
                const std::vector<std::size_t>& entries, int threads);

    void cut(const mgkit::data::recording& person, const mgkit::data::segment& interval,
             mgkit::skeleton::pose<float>& out) const;
    /// Counts a clip that was kept, and returns its line of clips.csv.
    std::string keep(int clip, const mgkit::data::recording& person,
                     const mgkit::data::segment& interval, mgkit::data::side side);
    const mgkit::report::audit_clips& counts() const { return counts_; }

private:
    int frames_;
    mgkit::report::audit_clips counts_;
};

/// clips.csv says where each clip of a folder comes from; frames are those of the recording, fps
/// the rate of the clip.
inline constexpr const char* manifest_head = "clip,recording,start,end,seconds,subject,side,fps\n";

/// The entry of split.npy; none where the corpus has no split.
std::optional<int> published_side(const recordings& from, std::size_t entry);

/// Samples clips into a folder that the other commands read, with clips.csv beside the arrays, and
/// returns the audit.
mgkit::report::audit sample_to_folder(const recording_options& options,
                                      const sampling_options& sampling, const clip_output& output,
                                      int threads, const std::string& command_line);

}  // namespace mgfm
