// SPDX-License-Identifier: MIT
// The same pre-training with other augmentations: what each of them, and sets of them, are worth.
#pragma once

#include <string>
#include <vector>

#include "mgkit/io/json.hpp"
#include "mgkit/report/study.hpp"
#include "mgkit/report/summarise.hpp"
#include "study_run.hpp"

namespace mgfm {

/// One set of augmentations as --views takes it, and what came of it.
struct ablated_views {
    std::string views;
    int stages = 0;
    mgkit::report::study study;
    mgkit::report::study_comparison to_none, to_random, to_raw;
};

struct ablation {
    study_options asked;
    mgkit::report::study plain;  ///< random and raw features
    std::vector<ablated_views> sets;
    std::vector<std::string> refused;  ///< sets that these clips do not allow, and why
};

/// The sets that are tried: none; each stage; each pair; and the best of the paper, where its
/// stages are among `stages`. Stages of a set are applied in the order of `stages`.
std::vector<std::string> ablated_sets(const std::vector<std::string>& stages,
                                      const std::vector<std::string>& kinds);

/// Trains what the folder `o.work` does not have yet; streams are settled.
ablation ablate(const study_options& o, const corpus& from, const mgkit::study::splits& splits,
                const std::vector<std::string>& sets);

std::string to_text(const ablation& a);
mgkit::io::json to_json(const ablation& a);
std::string to_html(const ablation& a);

}  // namespace mgfm
