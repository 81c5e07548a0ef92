// SPDX-License-Identifier: MIT
// Encoders in files: what a file says about its encoder, and the encoder at work on clips.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "mgkit/encode/description.hpp"
#include "mgkit/io/safetensors.hpp"
#include "pipeline.hpp"

namespace mgfm {

/// The encoder of a safetensors file as its description, or its names and shapes, show it; or one
/// with random weights, which no file holds.
struct weight_facts {
    std::shared_ptr<const mgkit::io::safetensors_file> file;  ///< null for random weights
    std::string prefix = "backbone.";                         ///< of all its names
    bool foreign = false;  ///< the file says nothing, and its encoder is stated: any known names
    mgkit::encode::description about;  ///< as stored; of other programs' files what is found out
    std::string stream = "joint";
    bool confidence = false;         ///< whether confidence is one of the channels
    std::vector<std::string> notes;  ///< what was assumed and left out

    /// Says and keeps a note, once however often it is found.
    void add_note(const std::string& note);

    /// Where it comes from, for errors.
    std::string where() const { return file ? file->path() : "--encoder"; }
    /// What the file says about itself; empty where it says nothing.
    std::string says(const std::string& key) const;
    /// The encoder's name.
    const std::string& kind() const { return about.settings.at("encoder"); }
    /// A setting of the encoder that is a number; 0 where it has none of this name.
    int number(const std::string& name) const;
    /// The encoder and its settings without the extents of clips, for reports.
    std::vector<mgkit::study::setting> settings() const;
    /// Everything as JSON.
    mgkit::io::json json() const;
};

/// What `--weights` names: a file, or one of the encoders that come with the library, whose digest
/// is then checked. A file of that name comes first.
std::string file_of_weights(const std::string& words);

/// What `mgfm pretrain` says in a file beside the description of the encoder.
mgkit::io::text_map facts_to_keep(const corpus& from);

/// How the clips of a corpus enter the encoder.
mgkit::encode::clip_input input_for(const weight_facts& facts, const corpus& from);

/// An encoder from a file, for the clips of one corpus.
class stored_encoder {
public:
    /// What the file holds beside the encoder is added to the notes of `facts`.
    /// Errors: joints, persons or channels other than the encoder's; a file that lacks parameters.
    /// Without a file as `untrained` with seed 1.
    stored_encoder(weight_facts& facts, const corpus& from, int threads);
    /// The same encoder with random weights.
    static stored_encoder untrained(weight_facts& facts, const corpus& from, std::uint64_t seed,
                                    int threads);
    ~stored_encoder();
    stored_encoder(stored_encoder&&) noexcept;

    /// Features, in order; `on_rows(done)` is called now and then. Each subject's clips pass
    /// through the encoder by themselves, so that nobody's features depend on who else is there.
    mgkit::data::feature_table embed(const mgkit::data::clip_set& clips,
                                     const std::function<void(int)>& on_rows = {});

private:
    struct state;
    stored_encoder(weight_facts& facts, const corpus& from, std::uint64_t seed, int threads,
                   bool load);
    std::unique_ptr<state> state_;
};

/// The file of --weights and clips prepared as its encoder was trained, with everything said that
/// a reader must know. Does not announce the clips. Where the file does not state its preparation,
/// `--reference auto` is left undecided.
/// Errors: everything in which file, clips and options differ, in one mgkit::error.
struct encoder_and_clips {
    weight_facts facts;
    corpus from;
};
encoder_and_clips open_encoder(const encoder_options& encoder, data_options& data, int threads);

/// Decides `--reference auto` where no people are tested: by the training side of the published
/// split, else by all clips. Returns who decided, for the record.
std::string settle_for_all(corpus& from, data_options& data);

/// People whose clips the encoder saw while it was pre-trained, found by their numbers.
struct seen_people {
    bool known = false;                    ///< the file says whose clips it was trained on
    bool with_labels = false;              ///< and that their labels were used
    std::string pretrained_on, scored_on;  ///< names of the two sets of clips
    std::vector<int> scored, shared;

    bool same_name() const { return pretrained_on == scored_on; }
    /// A sentence for reports; empty where nobody is shared.
    std::string words() const;
    mgkit::io::json json() const;
};
/// `scored` are the subjects whose clips figures are about.
seen_people people_seen(const weight_facts& facts, const corpus& from, std::vector<int> scored);

}  // namespace mgfm
