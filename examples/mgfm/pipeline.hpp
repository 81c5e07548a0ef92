// SPDX-License-Identifier: MIT
// The stages that the commands of mgfm share: clips, encoder, training, features.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "mgkit/clip/prepare.hpp"
#include "mgkit/core/recipe.hpp"
#include "mgkit/data/clip_digests.hpp"
#include "mgkit/data/clip_set.hpp"
#include "mgkit/data/feature_table.hpp"
#include "mgkit/data/read_policy.hpp"
#include "mgkit/encode/clip_input.hpp"
#include "mgkit/encode/description.hpp"
#include "mgkit/probe/neighbours.hpp"
#include "mgkit/probe/result.hpp"
#include "mgkit/report/study.hpp"
#include "mgkit/train/checkpoint.hpp"
#include "options.hpp"
#include "terminal.hpp"

namespace mgfm {

/// Clips as they were read, and with positions per frame from when somebody first asks for them.
class late_clips {
public:
    late_clips(mgkit::data::clip_set recorded, const mgkit::clip::preprocess_settings& settings,
               int threads);
    mgkit::data::clip_set& get();

private:
    mgkit::data::clip_set recorded_;
    mgkit::clip::preprocess_settings settings_;
    int threads_;
    std::optional<mgkit::data::clip_set> prepared_;
};

/// Prepared clips and what reading and preparing them found.
struct corpus {
    mgkit::data::clip_set clips;
    /// The same clips with positions per frame, while `--reference auto` is undecided.
    std::shared_ptr<late_clips> by_frame;
    mgkit::data::clip_digests read;  ///< of the clips as they were read
    std::unordered_map<std::uint32_t, mgkit::digest> read_clips;  ///< the same of each, by its id
    mgkit::data::read_report report;
    int unusable = 0;  ///< left out by pre-processing
    std::string unusable_reasons;

    /// What making the clips, reading and preparing them assumed, left out or repaired.
    mgkit::data::findings found() const;
    int excluded() const { return static_cast<int>(report.excluded.size()) + unusable; }
};

/// How clips are prepared; frames stay as recorded.
mgkit::clip::preprocess_settings preparation(const data_options& options);

/// What readers do with doubtful values.
mgkit::data::read_policy policy(const data_options& options);

/// What is done to clips as they were read, before they are prepared.
using change_of_clips = std::function<mgkit::data::clip_set(const mgkit::data::clip_set&)>;

/// Reads (or generates) and prepares clips. `as`: the skeleton whose centre and scale pair count
/// where it has as many joints; null for the clips' own.
corpus load(const data_options& options, int threads, const mgkit::skeleton::dynamic* as = nullptr,
            const change_of_clips& change = {});

/// The clips with the positions that `--reference auto` chooses from the clips `training`: per
/// frame where the centre of the body travels more than one body size in the median clip, else per
/// clip.
const mgkit::data::clip_set& positioned(const corpus& from, std::span<const int> training);

/// The rule by which `positioned` takes positions: "clip" or "frame"; `stated` where it is not
/// auto.
std::string reference_of(const corpus& from, const std::string& stated,
                         std::span<const int> training);

/// Decides `--reference auto` for good, in the corpus and in the options. `whose` says in a note
/// and in what is returned whose clips `training` are. Returns "stated" where nothing was open.
std::string settle_reference(corpus& from, data_options& options, std::span<const int> training,
                             const std::string& whose);

/// "per clip", "per clip, per frame": the rules that were used, and whether somebody stated them.
std::string positions_in_words(const corpus& from, const std::set<std::string>& rules);

/// Says what reading and preparing found, what computes the matrix products, and on how many
/// threads.
void announce(const corpus& from, int threads);

/// Subjects of the clips, each once.
std::vector<int> subjects(const mgkit::data::clip_set& clips);

/// How clips of a corpus enter an encoder.
mgkit::encode::clip_input input_of(const corpus& from, const data_options& data,
                                   const model_options& model, mgkit::skeleton::stream stream);

/// The loss of each epoch, to be drawn.
mgkit::report::study_curve loss_curve(const std::string& name,
                                      const std::vector<mgkit::train::epoch_record>& history);

/// An encoder with everything needed to use it.
class trained_encoder {
public:
    /// Random weights.
    trained_encoder(const mgkit::encode::clip_input& input, const model_options& model,
                    std::uint64_t seed, int threads);
    ~trained_encoder();
    trained_encoder(trained_encoder&&) noexcept;
    trained_encoder& operator=(trained_encoder&&) noexcept;

    mgkit::data::feature_table embed(const mgkit::data::clip_set& clips);
    /// The encoder and the clips of `from`, prepared as `data` says, that it reads.
    mgkit::encode::description describe(const corpus& from, const data_options& data) const;
    /// Writes parameters under the reference's names (`backbone.*`), with their description and
    /// what else `metadata` says; of one that was trained with labels the classifier too (`fc.*`).
    void save(const std::string& path, const mgkit::encode::description& about,
              const mgkit::io::text_map& metadata);
    std::int64_t parameters() const;

    struct state;
    state& get() { return *state_; }

private:
    std::unique_ptr<state> state_;
};

/// The shortest crop of a view in frames: as stated above 0, else half the median length of the
/// training clips, at most 64.
int shortest_crop(const mgkit::data::clip_set& training_clips, int stated);

/// Before long work: refuses settings that the encoder does not have, and says where --width or
/// --heads change nothing.
void check_settings(const model_options& model);

/// Makes the encoder once for each stream of these clips: what it refuses is told before anything
/// is written.
void try_encoder(const corpus& from, const data_options& data, const model_options& model,
                 const std::vector<std::string>& streams);

/// The encoder and its settings without the extents of clips, for reports.
std::vector<mgkit::study::setting> encoder_settings(const mgkit::encode::clip_input& input,
                                                    const model_options& model);

/// One finished training.
struct training_result {
    trained_encoder encoder;
    std::vector<mgkit::train::epoch_record> history;
    mgkit::recipe made_of;  ///< see mgkit::train::recipe_of
};

/// Self-supervised pre-training on `clips`. With a checkpoint path it resumes from that file.
/// `prepared` says how the clips were prepared.
training_result pretrain(const mgkit::data::clip_set& clips, const mgkit::encode::clip_input& input,
                         const model_options& model, const training_options& training,
                         std::uint64_t seed, int threads, const std::string& checkpoint,
                         const mgkit::recipe& prepared, const on_progress& progress);

/// What `pretrain` makes of these training clips, in parts, without the clips themselves; what a
/// random encoder is made of.
mgkit::recipe pretraining_parts(const mgkit::data::clip_set& clips,
                                const mgkit::encode::clip_input& input, const model_options& model,
                                const training_options& training);
mgkit::recipe encoder_parts(const mgkit::encode::clip_input& input, const model_options& model);
/// What the encoder reads.
mgkit::recipe input_parts(const mgkit::encode::clip_input& input);

/// The k nearest gallery rows of each query by cosine.
mgkit::probe::neighbours nearest(const mgkit::data::feature_table& gallery,
                                 const mgkit::data::feature_table& queries, std::size_t k,
                                 int threads);

}  // namespace mgfm
