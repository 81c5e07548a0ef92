// SPDX-License-Identifier: MIT
// A study as options ask for it: encoders pre-trained and trained, beside every plain baseline.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "mgkit/report/study.hpp"
#include "mgkit/study/splits.hpp"
#include "options.hpp"
#include "pipeline.hpp"

namespace mgfm {

struct study_options {
    data_options data;
    model_options model;
    training_options training;
    split_options split;
    repetition_options repeat;  ///< streams as members.hpp reads them
    run_options run;
    std::vector<std::string> features;
    std::string linear = "ridge";  ///< ridge | sgd: the linear probe
    std::string json, html, work;
    std::string command;
    /// The system whose streams are fused.
    mgkit::report::feature_kind fused = mgkit::report::feature_kind::pretrained;
    bool all_confusions = false;  ///< of each stream, whether or not anything else is shown

    /// `--linear`, as every command has it that probes.
    void add_linear_to(CLI::App& to);
    bool wants(mgkit::report::feature_kind kind) const {
        return features.empty() || std::find(features.begin(), features.end(),
                                             mgkit::report::name(kind)) != features.end();
    }
    /// Whether what the rows do not keep is shown.
    bool shows() const { return all_confusions || !html.empty() || !json.empty(); }
};

/// Computes the rows that the folder `o.work` does not have yet; streams are settled
/// (settle_members).
mgkit::report::study run_study(const study_options& o, const corpus& from,
                               mgkit::study::splits splits);

}  // namespace mgfm
