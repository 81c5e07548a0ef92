// SPDX-License-Identifier: MIT
#include <optional>
#include <utility>

#include "mgkit/core/error.hpp"
#include "mgkit/report/escape.hpp"
#include "mgkit/report/json.hpp"
#include "mgkit/report/table.hpp"
#include "mgkit/version.hpp"
#include "reproduction.hpp"

namespace mgfm {

using namespace mgkit;
using identity_free::printed_value;

namespace {

/// "(75.69 or 76.67, +4.19)": what the paper prints, elsewhere too, and its gain.
std::string in_brackets(const printed_value& v, double gain = 0) {
    if (v.value == 0) return "";
    return "(" + report::fixed(v.value, 2) +
           (v.elsewhere > 0 ? " or " + report::fixed(v.elsewhere, 2) : std::string()) +
           (gain > 0 ? ", +" + report::fixed(gain, 2) : std::string()) + ")";
}

std::string in_points(const std::optional<double>& gain) {
    return gain ? (*gain > 0 ? "+" : "") + report::percent(*gain) : "-";
}

std::string interval(const own_figure& f) {
    return f.low && f.high ? report::percent(*f.low) + " to " + report::percent(*f.high) : "-";
}

std::string table_text(const reproduction& r, const identity_free::printed_table& t) {
    std::vector<report::table::column> columns{
        {"Method", report::align::left},      {"", report::align::left},
        {"ours top-1", report::align::right}, {"top-5", report::align::right},
        {"interval", report::align::left},    {"shared people", report::align::right}};
    const bool gains = identity_free::has_gains(t);
    if (gains) columns.push_back({"gain", report::align::right});
    for (const std::string& column : t.columns)
        columns.push_back({"(paper " + column + ")", report::align::right});
    columns.push_back({"", report::align::left});
    report::table out(columns);
    for (const auto& row : t.rows) {
        const auto ours = r.figure(row.ours);
        std::vector<std::string> cells{row.method, row.stream};
        cells.push_back(ours ? report::percent(ours->top1) : "-");
        cells.push_back(ours && ours->top5 ? report::percent(*ours->top5) : "-");
        cells.push_back(ours ? interval(*ours) : "-");
        cells.push_back(ours ? text(ours->shared_people) : "-");
        if (gains) cells.push_back(in_points(r.gain(t, row)));
        for (std::size_t k = 0; k < row.values.size(); ++k)
            cells.push_back(in_brackets(row.values[k], identity_free::gain(t, row, k)));
        cells.push_back(r.without(row.ours));
        out.add(std::move(cells));
    }
    return out.str();
}

std::string figure_text(const reproduction& r, const identity_free::printed_figure& f) {
    report::table out({{"Group", report::align::left},
                       {"Augmentation", report::align::left},
                       {"ours top-1", report::align::right},
                       {"interval", report::align::left},
                       {"shared people", report::align::right},
                       {"(paper)", report::align::right},
                       {"", report::align::left}});
    for (const auto& bar : f.bars) {
        const auto ours = r.figure(bar.ours);
        out.add({bar.group, bar.name, ours ? report::percent(ours->top1) : "-",
                 ours ? interval(*ours) : "-", ours ? text(ours->shared_people) : "-",
                 in_brackets(bar.value), r.without(bar.ours)});
    }
    return out.str();
}

std::string confusion_text(const reproduction& r) {
    std::string out =
        "Figure 11: confusion, drawn on the page of --html; t-SNE is not in the library yet\n" +
        r.whose("NTU RGB+D 60") + "\n";
    const auto run = r.runs.find(identity_free::confusion_source);
    if (run == r.runs.end()) return out;
    for (const auto& one : run->second.confusions)
        out += text(one.title, ": ", one.matrix.classes, " classes\n");
    return out;
}

io::json number(double value) {
    return value == 0 ? io::json(nullptr) : io::json(value);
}

io::json own_json(const reproduction& r, const identity_free::figure_source& from) {
    const auto ours = r.figure(from);
    if (!ours) return nullptr;
    io::json out{{"run", from.run},
                 {"linear_top1", ours->top1},
                 {"linear_top5", report::detail::number(ours->top5)},
                 {"folds", ours->folds},
                 {"seeds", ours->seeds},
                 {"subjects", ours->subjects},
                 {"shared_people", ours->shared_people}};
    if (ours->low && ours->high) out["linear_top1_interval"] = {*ours->low, *ours->high};
    return out;
}

io::json why(const reproduction& r, const identity_free::figure_source& from) {
    const std::string words = r.without(from);
    return words.empty() ? io::json(nullptr) : io::json(report::clean(words));
}

io::json paper_json(const printed_value& v) {
    io::json out{{"printed", number(v.value)}};
    if (v.elsewhere > 0) out["printed_elsewhere"] = v.elsewhere;
    return out;
}

}  // namespace

std::string to_text(const reproduction& r) {
    std::string out = "mgfm reproduce: " + r.asked.paper + " on " + report::clean(r.data.name) +
                      "\nAccuracy in percent: ours, and in brackets what the paper prints.\n";
    for (const auto& words : r.caveats()) out += "- " + report::clean(words) + "\n";
    for (const auto& words : r.conflicts())
        out += "- The paper contradicts itself. " + words + "\n";
    const auto section = [&](const auto& one, const std::string& body) {
        out += "\n" + one.title + "\n" + report::clean(r.whose(one.sets)) + "\n" + body;
        if (!one.further.empty()) out += one.further + "\n";
    };
    for (const auto& t : identity_free::tables())
        if (r.asked.wants(t.id)) section(t, table_text(r, t));
    for (const auto& f : identity_free::figures()) {
        if (f.id == "figure12" && r.asked.wants(identity_free::confusion_figure))
            out += "\n" + confusion_text(r);
        if (r.asked.wants(f.id)) section(f, figure_text(r, f));
    }
    return out;
}

io::json to_json(const reproduction& r) {
    io::json tables = io::json::array(), figures = io::json::array(), settings = io::json::object(),
             confusions = io::json::array(), results = io::json::object();
    for (const auto& t : identity_free::tables()) {
        if (!r.asked.wants(t.id)) continue;
        io::json rows = io::json::array();
        for (const auto& row : t.rows) {
            io::json paper = io::json::array();
            for (const auto& v : row.values) paper.push_back(paper_json(v));
            rows.push_back({{"group", row.group},
                            {"method", row.method},
                            {"stream", row.stream},
                            {"ours", own_json(r, row.ours)},
                            {"gain", report::detail::number(r.gain(t, row))},
                            {"without", why(r, row.ours)},
                            {"paper", std::move(paper)}});
        }
        tables.push_back({{"id", t.id},
                          {"title", t.title},
                          {"paper_data", t.sets},
                          {"whose", report::clean(r.whose(t.sets))},
                          {"paper_columns", t.columns},
                          {"note", t.further},
                          {"rows", std::move(rows)}});
    }
    for (const auto& f : identity_free::figures()) {
        if (!r.asked.wants(f.id)) continue;
        io::json bars = io::json::array();
        for (const auto& bar : f.bars)
            bars.push_back({{"group", bar.group},
                            {"augmentation", bar.name},
                            {"ours", own_json(r, bar.ours)},
                            {"without", why(r, bar.ours)},
                            {"paper", paper_json(bar.value)}});
        figures.push_back({{"id", f.id},
                           {"title", f.title},
                           {"paper_data", f.sets},
                           {"whose", report::clean(r.whose(f.sets))},
                           {"note", f.further},
                           {"bars", std::move(bars)}});
    }
    if (r.asked.wants(identity_free::confusion_figure))
        if (const auto run = r.runs.find(identity_free::confusion_source); run != r.runs.end())
            for (const auto& one : run->second.confusions)
                confusions.push_back(report::to_json(one));
    for (const auto& s : r.settings()) settings[s.name] = s.value;
    for (const auto& [name, run] : r.runs) results[name] = report::to_json(run).at("results");
    return {{"kind", "reproduction"},
            {"program", "mgfm reproduce"},
            {"version", mgkit::version},
            {"command", r.asked.command},
            {"paper", r.asked.paper},
            {"data",
             {{"name", report::clean(r.data.name)},
              {"folder", r.data.folder},
              {"clips", r.data.clips},
              {"subjects", r.data.subjects}}},
            {"synthetic", r.data.synthetic},
            {"settings", std::move(settings)},
            {"caveats", r.caveats()},
            {"conflicts", r.conflicts()},
            {"tables", std::move(tables)},
            {"figures", std::move(figures)},
            {"confusion", std::move(confusions)},
            {"results", std::move(results)}};
}

}  // namespace mgfm
