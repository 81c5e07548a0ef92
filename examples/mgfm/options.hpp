// SPDX-License-Identifier: MIT
// What several commands of mgfm ask for, and how they ask.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace mgfm {

/// Names that --encoder takes, and --method of pre-training.
std::vector<std::string> encoder_names();
std::vector<std::string> pretraining_names();

/// Names of the streams.
std::vector<std::string> stream_names();

/// Words "key=value" as settings by their names. Errors: wrong_usage for other words, a key given
/// twice, a size that the clips decide, or --frames where the command has it.
std::map<std::string, std::string> stated_settings(const std::vector<std::string>& words,
                                                   bool has_frames = true);

/// Names of the built-in skeletons.
std::vector<std::string> skeleton_names();

/// Stops with exit code 2: the options contradict each other.
[[noreturn]] void wrong_usage(const std::string& message);

/// A list in words: "1, 2, 3"; as options take it with "," between.
std::string list_of(const std::vector<int>& values, const char* between = ", ");
std::string joined(const std::vector<std::string>& words, const char* between = ", ");

/// Where clips come from and how they are prepared.
struct data_options {
    std::string folder;
    bool synthetic = false;
    std::string scale = "body";      ///< body | image | none
    double image_side = 0;           ///< pixels, for image
    std::string reference = "auto";  ///< auto | clip | frame | none
    std::string zeros = "declared";  ///< declared | missing | present
    std::string not_finite = "reject";
    bool confidence = false;  ///< confidence as an input channel

    void add_to(CLI::App& command);
    /// How values are read and prepared; part of `add_to`.
    void add_reading_to(CLI::App& command);
    /// For commands that train.
    void add_confidence_to(CLI::App& command);
    /// The files of the folder.
    std::vector<std::string> files() const;
    /// Errors: wrong_usage unless there is exactly one source of clips.
    void check_source() const;
    /// The preparation in words that a file of weights keeps.
    std::map<std::string, std::string> words() const;
    /// Takes over what `words` said, where the command line says nothing else.
    void adopt(const std::map<std::string, std::string>& stored);

private:
    CLI::App* command_ = nullptr;
};

/// The encoder and its settings.
struct model_options {
    std::string encoder = "dste";          ///< by its name in encode::all
    std::string method = "decorrelation";  ///< by its name in pretext::all; for pre-training
    int queue = 0;                         ///< of methods of momentum; 0: the method's own
    int frames = 64;
    int width = 0;  ///< 0 and below for heads: see settings_of
    int heads = 0;
    std::vector<std::string> set = {};  ///< "key=value"

    void add_to(CLI::App& command);
    /// The encoder alone; part of `add_to`.
    void add_encoder_to(CLI::App& command);
    /// Everything but the method, in one line that identifies the encoder.
    std::string words() const;
};

/// How rates change, and by what.
struct rate_options {
    std::string schedule = "constant";  ///< constant | cosine | steps
    int warm_up = 0;                    ///< epochs
    std::vector<int> milestones = {};   ///< epochs, for steps
    double factor = 0.1;                ///< for steps
};

struct optimiser_options {
    std::string kind = "adam";  ///< adam | adamw | sgd
    double rate = 0;            ///< 0: the optimiser's own
    double weight_decay = -1;   ///< below 0: the optimiser's own
    double momentum = 0.9;
    bool nesterov = false;
};

/// How an encoder is trained with labels.
struct learning_options {
    int epochs = 40;
    int inner_folds = 0;  ///< of training people, who choose the number of epochs; 0: all `epochs`
    int batch = 32;
    optimiser_options optimiser = {};
    rate_options rates = {};
    std::string sampling = "shuffled";  ///< shuffled | balanced
    double logit_adjustment = 0;
    double label_smoothing = 0;
    double mix_up = 0;
    bool mix_by_row = false;
    double dropout = 0;
    double average = 0;  ///< decay of the moving average that is kept; 0: the last weights are
    std::string views = "reference";  ///< see policy_of
    int min_crop = 0;

    void add_to(CLI::App& command);
};

/// How the encoder is pre-trained.
struct training_options {
    int epochs = 40;
    int batch = 32;
    double rate = 5e-4;
    double weight_decay = 1e-5;
    int min_crop = 0;  ///< frames; 0: min(64, half the median length of the training clips)
    std::string views = "reference";  ///< see policy_of
    std::string products = "float";   ///< float | bf16: factors of matrix products

    /// Without `--views` for a command that says itself what views are.
    void add_to(CLI::App& command, bool with_views = true);
};

/// Who trains and who is tested.
struct split_options {
    std::vector<int> test_subjects;
    int folds = 0;
    bool alternate = false;

    void add_to(CLI::App& command);
};

/// What a command trains again and again: every stream, with every seed.
struct repetition_options {
    std::vector<std::string> streams{"joint"};
    int seeds = 1;

    /// `with_encoders`: a stream may be written ENCODER:STREAM, which members.hpp reads.
    void add_to(CLI::App& command, bool with_encoders = false);
    /// 1 to `seeds`.
    std::vector<std::uint64_t> seed_numbers() const;
};

/// A trained encoder in a file, or without a file one with random weights.
struct encoder_options {
    std::string weights;
    int heads = 0;                      ///< 0: as the file says
    std::string stream;                 ///< empty: as the file says
    std::string encoder = {};           ///< its name; empty: as the file says
    std::vector<std::string> set = {};  ///< settings, "key=value"

    /// Whether a file or, without one, an encoder is named.
    bool named() const { return !weights.empty() || !encoder.empty(); }

    /// Returns the option for the file.
    CLI::Option* add_to(CLI::App& command);
};

/// Threads.
struct run_options {
    int threads = 0;  ///< 0: all processors

    void add_to(CLI::App& command);
    int thread_count() const;
};

/// `--json` as every command has it.
void add_json(CLI::App& command, std::string& path, const std::string& what);

}  // namespace mgfm
