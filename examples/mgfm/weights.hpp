// Encoders in files: what a file says about its encoder, and the encoder at work on clips.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "mgkit/io/safetensors.hpp"
#include "pipeline.hpp"

namespace mgfm {

/// The encoder of a safetensors file as its tensors and metadata describe it.
struct weight_facts {
    std::shared_ptr<const mgkit::io::safetensors_file> file;
    std::string prefix;  ///< of all its names
    std::string kind;    ///< dste | sttr
    int width = 0, frames = 0, tokens = 0, channels = 0, heads = 1;
    int layers = 0;  ///< of sttr
    int gap = 4;     ///< of dste
    double alpha = 0.5;
    std::string stream = "joint";
    std::vector<std::string> notes;  ///< what was assumed

    /// What the file says about itself; empty where it says nothing.
    std::string says(const std::string& key) const;
};

/// Reads sizes from the file; heads and stream from its metadata, else from the options.
/// Errors: a file without the reference's names, with several encoders, with shapes that contradict
/// each other, or metadata that contradicts the options.
weight_facts read_facts(const encoder_options& options);

/// What `mgfm pretrain` says in a file about the encoder in it.
mgkit::io::text_map facts_to_keep(const corpus& from, const data_options& data,
                                  const model_options& model, const std::string& stream);

/// An encoder from a file, for the clips of one corpus.
class stored_encoder {
public:
    /// Errors: joints, persons or channels other than the encoder's; a file that lacks parameters.
    stored_encoder(const weight_facts& facts, const corpus& from, int threads);
    /// The same encoder with random weights.
    static stored_encoder untrained(const weight_facts& facts, const corpus& from,
                                    std::uint64_t seed, int threads);
    ~stored_encoder();
    stored_encoder(stored_encoder&&) noexcept;

    const mgkit::encode::clip_input& input() const;
    /// Features, in order; `on_rows(done)` is called now and then.
    mgkit::data::feature_table embed(const mgkit::data::clip_set& clips,
                                     const std::function<void(int)>& on_rows = {});

private:
    struct state;
    stored_encoder(const weight_facts& facts, const corpus& from, std::uint64_t seed, int threads,
                   bool load);
    std::unique_ptr<state> state_;
};

/// The file of --weights and clips prepared as its encoder was trained, with everything said that
/// a reader must know. Does not announce the clips.
struct encoder_and_clips {
    weight_facts facts;
    corpus from;
};
encoder_and_clips open_encoder(const encoder_options& encoder, data_options& data, int threads);

}  // namespace mgfm
