// SPDX-License-Identifier: MIT
// What the paper on identity-free micro-gesture understanding prints (dual-stream contrastive
// learning, its tables 2 to 6 and figures 9 to 12), each value in one place, and what is trained to
// have a figure of one's own beside it.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace mgfm::identity_free {

/// In percent; 0 where nothing is printed.
struct printed_value {
    double value = 0;
    double elsewhere = 0;  ///< what another place of the paper prints for the same
};

/// One training that figures are taken from, as `mgfm study` would be asked for it.
struct planned_run {
    std::string name;
    bool labels = false;  ///< trained with labels, else by `method`
    std::string encoder, method = "moco";
    std::vector<std::string> streams = {"joint"};
    std::string views = "none";
    std::vector<std::string> set = {};
};

/// Where a figure of one's own comes from.
struct figure_source {
    std::string run = {};      ///< a planned_run; empty where there is none
    std::string stream = {};   ///< empty: all streams of the run, fused
    std::string without = {};  ///< why there is none
};

struct printed_row {
    std::string group, method, stream;
    std::vector<printed_value> values;  ///< one for each column of its table
    figure_source ours;
    int gain_from = -1, gain_to = -1;  ///< rows whose difference the paper prints beside this one
};

struct printed_table {
    std::string id, title;
    std::string sets;  ///< the paper's data
    std::vector<std::string> columns;
    std::vector<printed_row> rows;
    std::string further = {};
};

struct printed_bar {
    std::string group, name;
    printed_value value;
    figure_source ours;
};

struct printed_figure {
    std::string id, title, sets;
    std::vector<printed_bar> bars;
    std::string further = {};
};

/// Two places of the paper that do not agree.
struct conflict {
    std::vector<std::string> ids;  ///< tables and figures that it is about
    std::string words;
};

/// Whether a table has gains, and the gain of one row in one column; 0 where a value is missing.
bool has_gains(const printed_table& table);
double gain(const printed_table& table, const printed_row& row, std::size_t column);

const std::vector<printed_table>& tables();
/// Figures 9, 10 and 12; figure 11 is drawn from what the runs of `confusion_source` answer.
const std::vector<printed_figure>& figures();
const std::vector<conflict>& conflicts();
const std::vector<planned_run>& runs();

inline const std::string confusion_figure = "figure11";
inline const std::string confusion_source = "dual";

/// "table2" to "table6" and "figure9" to "figure12".
std::vector<std::string> ids();

}  // namespace mgfm::identity_free
