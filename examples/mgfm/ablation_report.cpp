// SPDX-License-Identifier: MIT
#include <algorithm>
#include <optional>

#include "ablation.hpp"
#include "mgkit/data/findings_json.hpp"
#include "mgkit/report/chart_bars.hpp"
#include "mgkit/report/escape.hpp"
#include "mgkit/report/html.hpp"
#include "mgkit/report/html_page.hpp"
#include "mgkit/report/table.hpp"
#include "mgkit/report/text.hpp"
#include "mgkit/version.hpp"

namespace mgfm {

using namespace mgkit;
using report::study_figure;

namespace {

const report::study_summary& summary_of(const ablated_views& s) {
    return s.study.summary.front();
}

/// From the highest to the lowest within each number of stages, as the paper's figures do.
std::vector<const ablated_views*> ordered(const ablation& a) {
    std::vector<const ablated_views*> out;
    for (const auto& s : a.sets) out.push_back(&s);
    std::stable_sort(out.begin(), out.end(), [](const auto* x, const auto* y) {
        if (x->stages != y->stages) return x->stages < y->stages;
        return summary_of(*x).linear_top1->mean > summary_of(*y).linear_top1->mean;
    });
    return out;
}

std::string verdict(const std::optional<study_figure>& f) {
    if (!f) return "";
    if (!f->low || !f->high) return "cannot be told";
    return *f->low > 0 ? "helps" : *f->high < 0 ? "hurts" : "cannot be told";
}

std::string panel(int stages) {
    return stages == 0   ? "no augmentation"
           : stages == 1 ? "one augmentation"
                         : text(stages, " augmentations");
}

/// What a reader must know before any figure, here and in every other form.
std::vector<std::string> caveats(const ablation& a) {
    std::vector<std::string> out = report::caveats(a.sets.front().study);
    out.insert(out.end(), a.refused.begin(), a.refused.end());
    return out;
}

std::string intervals(const ablation& a) {
    const auto& s = a.sets.front().study;
    return text("[low, high]: ", report::fixed(100 * s.level, 0), " % interval over ",
                summary_of(a.sets.front()).subjects,
                " people; differences are in points, on the same clips. \"helps\" and \"hurts\": "
                "the linear probe's interval excludes 0. Many sets are compared: with ",
                a.sets.size(), " of them one such interval in twenty excludes 0 by chance.");
}

void put(io::json& out, const char* name, const std::optional<study_figure>& f) {
    if (!f) return;
    out[name] = {{"mean", f->mean}};
    if (f->low && f->high) {
        out[name]["low"] = *f->low;
        out[name]["high"] = *f->high;
    }
}

io::json differences(const report::study_comparison& c) {
    io::json out = io::json::object();
    put(out, "knn_top1", c.knn_top1);
    put(out, "linear_top1", c.linear_top1);
    return out;
}

report::html_cell cell(const std::optional<study_figure>& f, bool difference) {
    if (!f) return {"-"};
    const std::string words = difference ? report::difference_text(f) : report::figure_text(f);
    const auto mean = words.substr(0, words.find(' '));
    return {mean, mean.size() < words.size() ? words.substr(mean.size() + 1) : ""};
}

void add_table(report::html_page& page, const std::vector<const ablated_views*>& sets,
               const std::string& caption) {
    const std::vector<std::string> columns{"Augmentation",    "It",          "1-NN",
                                           "Linear",          "1-NN - none", "Linear - none",
                                           "Linear - random", "Linear - raw"};
    page.heading("Figures").open_table(caption, columns, 2);
    for (const auto* s : sets) {
        const auto& own = summary_of(*s);
        const bool none = s->stages == 0;
        const std::vector<report::html_cell> cells{
            {s->views},
            {none ? "" : verdict(s->to_none.linear_top1)},
            cell(own.knn_top1, false),
            cell(own.linear_top1, false),
            none ? report::html_cell{"-"} : cell(s->to_none.knn_top1, true),
            none ? report::html_cell{"-"} : cell(s->to_none.linear_top1, true),
            cell(s->to_random.linear_top1, true),
            cell(s->to_raw.linear_top1, true)};
        page.row(cells);
    }
    page.close_table();
}

}  // namespace

std::string to_text(const ablation& a) {
    using report::align;
    report::table lines({{"augmentation"},
                         {"1-NN %", align::right},
                         {"linear %", align::right},
                         {"1-NN - none", align::right},
                         {"linear - none", align::right},
                         {"linear - random", align::right},
                         {"linear - raw", align::right},
                         {"it"}},
                        100);
    for (const auto* s : ordered(a)) {
        const auto& own = summary_of(*s);
        const bool none = s->stages == 0;
        lines.add({s->views, report::figure_text(own.knn_top1),
                   report::figure_text(own.linear_top1),
                   none ? "" : report::difference_text(s->to_none.knn_top1),
                   none ? "" : report::difference_text(s->to_none.linear_top1),
                   report::difference_text(s->to_random.linear_top1),
                   report::difference_text(s->to_raw.linear_top1),
                   none ? "" : verdict(s->to_none.linear_top1)});
    }
    const auto& first = a.sets.front().study;
    std::string out = text("mgfm ablate: ", first.data.name, "\n", "Split: ", first.split, "\n");
    for (const auto& words : caveats(a)) out += "Note: " + words + "\n";
    return out + "\n" + lines.str() + "\n" + intervals(a) + "\n";
}

io::json to_json(const ablation& a) {
    const auto& first = a.sets.front().study;
    io::json sets = io::json::array();
    for (const auto& s : a.sets) {
        const auto& own = summary_of(s);
        io::json row{{"views", s.views},
                     {"stages", s.stages},
                     {"runs", own.rows},
                     {"clips", own.clips},
                     {"subjects", own.subjects},
                     {"shared_people", own.shared_people},
                     {"to_none", differences(s.to_none)},
                     {"to_random", differences(s.to_random)},
                     {"to_raw", differences(s.to_raw)}};
        put(row, "knn_top1", own.knn_top1);
        put(row, "linear_top1", own.linear_top1);
        sets.push_back(std::move(row));
    }
    io::json settings = io::json::object();
    for (const auto& [name, value] : first.settings)
        if (name != "views") settings[name] = value;
    return {{"kind", "ablation"},
            {"program", "mgfm ablate"},
            {"version", mgkit::version},
            {"command", a.asked.command},
            {"data", first.data.name},
            {"split", first.split},
            {"level", first.level},
            {"settings", settings},
            {"sets", sets},
            {"caveats", caveats(a)},
            {"left_out", a.refused},
            {"findings", data::to_json(first.data.found)}};
}

std::string to_html(const ablation& a) {
    const auto& first = a.sets.front().study;
    const std::string title = "mgfm ablate: " + first.data.name;
    report::html_page page;
    if (first.data.synthetic) page.tag("p", "Synthetic data", "mark");
    page.tag("h1", title);
    page.tag("p",
             text(first.data.name, ": ", first.data.clips, " clips of ", first.data.subjects,
                  " subjects. Split: ", first.split, "."),
             "lead");
    page.markup("<section class=\"caveats\">\n").heading("Before you read the figures");
    page.list(caveats(a));
    page.tag("p", report::responsible_use, "lead").markup("</section>\n");
    const auto all = ordered(a);
    std::optional<report::bar_reference> none;
    if (all.front()->stages == 0)
        none = {"no augmentation", summary_of(*all.front()).linear_top1->mean};
    for (auto at = all.begin(); at != all.end();) {
        const int stages = (*at)->stages;
        std::vector<report::bar> bars;
        for (; at != all.end() && (*at)->stages == stages; ++at) {
            const auto& own = summary_of(**at);
            bars.push_back({(*at)->views, own.linear_top1->mean, own.linear_top1->low,
                            own.linear_top1->high, verdict((*at)->to_none.linear_top1) == "helps",
                            own.shared_people});
        }
        if (stages == 0) continue;
        const std::string words = "Linear probe, " + panel(stages);
        page.heading(words).figure(report::bar_chart(words, bars, none),
                                   "Dark: the interval of its difference to none lies above 0.");
    }
    add_table(page, all, intervals(a));
    page.heading("Settings and reproduction");
    std::vector<std::string> lines;
    for (const auto& s : first.settings)
        if (s.name != "views") lines.push_back(s.name + ": " + s.value);
    page.list(lines).preformatted(a.asked.command);
    return page.str(title);
}

}  // namespace mgfm
