// SPDX-License-Identifier: MIT
// A paper's tables and figures with figures of one's own beside the printed ones.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "identity_free.hpp"
#include "mgkit/io/json.hpp"
#include "mgkit/report/study.hpp"
#include "mgkit/study/splits.hpp"
#include "options.hpp"
#include "pipeline.hpp"

namespace mgfm {

struct reproduce_options {
    std::string paper;
    data_options data;
    split_options split;
    std::string protocol = "cross-subject";  ///< cross-subject | cross-view
    model_options model;  ///< frames, queue, and settings behind the names of their encoders
    training_options training;
    int seeds = 1;
    std::string linear = "sgd";
    run_options run;
    std::vector<std::string> only;  ///< of identity_free::ids(); empty: all
    std::string json, html, work, command;

    bool wants(const std::string& id) const;
};

/// A score of one's own; shares between 0 and 1.
struct own_figure {
    double top1 = 0;
    std::optional<double> top5, low, high;
    int folds = 0, seeds = 0, subjects = 0;
    int shared_people = 0;  ///< on both sides of the split
};

/// What was trained, and what it says.
struct reproduction {
    reproduce_options asked;
    mgkit::report::study_data data;
    std::string split;  ///< in words
    std::map<std::string, mgkit::report::study> runs;
    std::map<std::string, std::string> refused;  ///< runs that these clips do not allow, and why

    /// Empty where there is none.
    std::optional<own_figure> figure(const identity_free::figure_source& from) const;
    /// What the paper calls a gain beside a row, of our figures; empty where one is lacking.
    std::optional<double> gain(const identity_free::printed_table& table,
                               const identity_free::printed_row& row) const;
    /// Why there is none; empty where there is one.
    std::string without(const identity_free::figure_source& from) const;
    /// What a reader must know before any figure.
    std::vector<std::string> caveats() const;
    /// Whose the figures of one table are, and whose the paper's.
    std::string whose(const std::string& sets) const;
    /// Where the paper contradicts itself in what is shown.
    std::vector<std::string> conflicts() const;
    std::vector<mgkit::report::setting> settings() const;
};

/// Before long work: refuses settings of encoders that no wanted run has.
void check_runs(const reproduce_options& o);

/// Who is tested. Errors: mgkit::error for clips of which the protocol is not defined; wrong_usage
/// for a split and a protocol that brings its own.
mgkit::study::splits protocol_splits(const mgkit::data::clip_set& clips,
                                     const reproduce_options& o);

/// Trains what the wanted tables and figures need and the folder `o.work` does not have yet.
reproduction reproduce(const reproduce_options& o, const corpus& from,
                       const mgkit::study::splits& splits);

std::string to_text(const reproduction& r);
mgkit::io::json to_json(const reproduction& r);
std::string to_html(const reproduction& r);

}  // namespace mgfm
