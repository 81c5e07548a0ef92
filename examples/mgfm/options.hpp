// What several commands of mgfm ask for, and how they ask.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <string>
#include <vector>

namespace mgfm {

/// Where clips come from and how they are prepared.
struct data_options {
    std::string folder;
    bool synthetic = false;
    std::string scale = "body";      ///< body | image | none
    double image_side = 0;           ///< pixels, for image
    std::string reference = "clip";  ///< clip | frame | none
    std::string zeros = "declared";  ///< declared | missing | present
    std::string not_finite = "reject";
    bool confidence = false;  ///< confidence as an input channel

    void add_to(CLI::App& command);
};

/// Sizes of the encoder.
struct model_options {
    int frames = 64;
    int width = 64;
    int heads = 4;

    void add_to(CLI::App& command);
};

/// How the encoder is pre-trained.
struct training_options {
    int epochs = 40;
    int batch = 32;
    double rate = 5e-4;
    double weight_decay = 1e-5;
    int min_crop = 0;  ///< frames; 0: min(64, half the median length of the training clips)
    std::string views = "reference";  ///< reference | mg

    void add_to(CLI::App& command);
};

/// Threads and seed.
struct run_options {
    int threads = 0;  ///< 0: all processors

    void add_to(CLI::App& command);
    int thread_count() const;
};

}  // namespace mgfm
