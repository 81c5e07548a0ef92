// SPDX-License-Identifier: MIT
#include "ablation.hpp"

#include <algorithm>
#include <utility>

#include "members.hpp"
#include "mgkit/core/error.hpp"
#include "outputs.hpp"
#include "terminal.hpp"

namespace mgfm {

using namespace mgkit;
using report::feature_kind;

namespace {

const std::vector<std::string> best_of_the_paper{"stretch", "coordinate_perturbation",
                                                 "posterize_time"};

std::vector<report::study_row> rows_of(const report::study& s, feature_kind kind) {
    std::vector<report::study_row> out;
    for (const auto& row : s.results)
        if (row.features == kind) out.push_back(row);
    return out;
}

/// The study of one set, in a folder of its own.
study_options options_for(const study_options& o, const std::string& name,
                          std::vector<std::string> features) {
    study_options out = o;
    out.features = std::move(features);
    out.html.clear();
    out.json.clear();
    out.work = o.work.empty() ? "" : o.work + "/" + name;
    if (!out.work.empty()) prepare_folder(out.work);
    return out;
}

}  // namespace

std::vector<std::string> ablated_sets(const std::vector<std::string>& stages,
                                      const std::vector<std::string>& kinds) {
    const auto wants = [&](const char* kind) {
        return std::find(kinds.begin(), kinds.end(), kind) != kinds.end();
    };
    // The others are compared with it.
    std::vector<std::string> out{"none"};
    if (wants("each")) out.insert(out.end(), stages.begin(), stages.end());
    if (wants("pairs"))
        for (std::size_t i = 0; i < stages.size(); ++i)
            for (std::size_t k = i + 1; k < stages.size(); ++k)
                out.push_back(stages[i] + "+" + stages[k]);
    if (wants("best")) {
        std::vector<std::string> found;
        for (const auto& stage : stages)
            if (std::find(best_of_the_paper.begin(), best_of_the_paper.end(), stage) !=
                best_of_the_paper.end())
                found.push_back(stage);
        if (found.size() == best_of_the_paper.size()) out.push_back(joined(found, "+"));
    }
    return out;
}

ablation ablate(const study_options& o, const corpus& from, const study::splits& splits,
                const std::vector<std::string>& sets) {
    ablation out;
    out.asked = o;
    out.plain = run_study(options_for(o, "plain", {"random", "raw"}), from, splits);
    for (std::size_t i = 0; i < sets.size(); ++i) {
        say(text("set ", i + 1, " of ", sets.size(), ": ", sets[i]));
        study_options asked = options_for(o, sets[i], {"pretrained"});
        asked.training.views = sets[i];
        try {
            for (const std::string& stream : asked.repeat.streams) {
                const study_member member = member_of(asked.model, stream);
                pretraining_parts(from.clips,
                                  input_of(from, asked.data, member.model, member.stream),
                                  member.model, asked.training);
            }
        } catch (const error& e) {
            out.refused.push_back(sets[i] + " is left out: " + e.what());
            say("note: " + out.refused.back());
            continue;
        }
        ablated_views found{sets[i],
                            static_cast<int>(1 + std::count(sets[i].begin(), sets[i].end(), '+')),
                            run_study(asked, from, splits),
                            {},
                            {},
                            {}};
        if (sets[i] == "none") found.stages = 0;
        const auto rows = rows_of(found.study, feature_kind::pretrained);
        found.to_random = report::compare(rows, rows_of(out.plain, feature_kind::random));
        found.to_raw = report::compare(rows, rows_of(out.plain, feature_kind::raw));
        const auto none = std::find_if(out.sets.begin(), out.sets.end(),
                                       [](const ablated_views& s) { return s.stages == 0; });
        if (none != out.sets.end())
            found.to_none = report::compare(rows, rows_of(none->study, feature_kind::pretrained));
        out.sets.push_back(std::move(found));
    }
    if (out.sets.empty())
        throw error("mgfm ablate", "one or more sets of augmentations",
                    "none that these clips take", "name others with --stages");
    return out;
}

}  // namespace mgfm
