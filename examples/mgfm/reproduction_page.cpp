// SPDX-License-Identifier: MIT
#include <algorithm>

#include "mgkit/core/error.hpp"
#include "mgkit/report/chart_confusion.hpp"
#include "mgkit/report/escape.hpp"
#include "mgkit/report/html.hpp"
#include "mgkit/report/html_page.hpp"
#include "mgkit/report/svg.hpp"
#include "reproduction.hpp"

namespace mgfm {

using namespace mgkit;
using identity_free::printed_bar;
using identity_free::printed_figure;
using identity_free::printed_value;

namespace {

std::string printed(const printed_value& v, double gain) {
    if (v.value == 0) return "";
    return report::fixed(v.value, 2) +
           (v.elsewhere > 0 ? " (elsewhere " + report::fixed(v.elsewhere, 2) + ")" : "") +
           (gain > 0 ? ", +" + report::fixed(gain, 2) : "");
}

/// Top-1 or top-5 with what stands beside it in small type.
report::html_cell cell(const std::optional<own_figure>& ours) {
    if (!ours) return {"-", ""};
    return {report::percent(ours->top1),
            ours->low && ours->high
                ? report::percent(*ours->low) + " to " + report::percent(*ours->high)
                : ""};
}

void add_table(report::html_page& page, const reproduction& r,
               const identity_free::printed_table& t) {
    page.heading(t.title).tag("p", r.whose(t.sets), "lead");
    std::vector<std::string> columns{"Method", "Stream", "Not computed"};
    const std::size_t names = columns.size();
    columns.insert(columns.end(), {"Ours, top-1", "Ours, top-5", "Shared people"});
    const bool gains = identity_free::has_gains(t);
    if (gains) columns.push_back("Gain");
    for (const std::string& column : t.columns) columns.push_back("Paper, " + column);
    page.open_table("Accuracy in percent; grey: what the paper prints", columns, names);
    for (const auto& row : t.rows) {
        const auto ours = r.figure(row.ours);
        std::vector<report::html_cell> cells{
            {row.method},
            {row.stream},
            {r.without(row.ours)},
            cell(ours),
            {ours && ours->top5 ? report::percent(*ours->top5) : "-"},
            {ours ? text(ours->shared_people) : "-"}};
        if (gains) {
            const auto gain = r.gain(t, row);
            cells.push_back({gain ? report::percent(*gain) : "-"});
        }
        // What stands aside is grey.
        for (std::size_t k = 0; k < row.values.size(); ++k)
            cells.push_back({"", printed(row.values[k], identity_free::gain(t, row, k))});
        page.row(cells, row.ours.run == identity_free::confusion_source);
    }
    page.close_table();
    if (!t.further.empty()) page.tag("p", t.further, "lead");
}

/// Horizontal bars in the groups of the paper, dashed lines between them and where no augmentation
/// ends; below each bar of ours, thin and grey, the paper's where it is printed.
report::svg bars(const reproduction& r, const printed_figure& f) {
    constexpr double left = 310, plot = 330, right = 150, top = 44, step = 30, between = 12;
    double most = 1;
    std::optional<double> plain;
    std::string told;
    for (const printed_bar& b : f.bars) {
        const auto ours = r.figure(b.ours);
        if (ours) most = std::max(most, 100 * ours->top1);
        most = std::max(most, b.value.value);
        if (ours && b.group == "Original") plain = 100 * ours->top1;
        told += b.name + " " + (ours ? report::percent(ours->top1) + " %" : "not computed") +
                (b.value.value > 0 ? ", paper " + report::fixed(b.value.value, 2) + " %; " : "; ");
    }
    most = std::min(100.0, 10 * (static_cast<int>(most / 10) + 1.0));
    std::size_t groups = 0;
    for (std::size_t i = 1; i < f.bars.size(); ++i)
        groups += f.bars[i].group != f.bars[i - 1].group;
    const double bottom =
        top + step * static_cast<double>(f.bars.size()) + between * static_cast<double>(groups);
    report::svg out(left + plot + right, bottom + 46, f.title, told);
    const auto x = [&](double percent) { return left + plot * std::min(1.0, percent / most); };
    out.label(8, 20, f.title, "strong");
    for (int k = 0; k <= 4; ++k) {
        out.line(x(k * most / 4), top - 4, x(k * most / 4), bottom, "grid");
        out.label(x(k * most / 4), bottom + 16,
                  report::fixed(k * most / 4, 1) + (k == 4 ? " %" : ""), "small muted", "middle");
    }
    double y = top;
    std::string group;
    for (const printed_bar& b : f.bars) {
        if (b.group != group) {
            if (!group.empty()) {
                out.line(8, y + between / 2, left + plot, y + between / 2, "reference");
                y += between;
            }
            group = b.group;
            out.label(8, y + 19, group, "strong");
        }
        const auto ours = r.figure(b.ours);
        out.open(b.name + ": " + (ours ? report::percent(ours->top1) + " %" : r.without(b.ours)));
        out.label(left - 8, y + 19, report::shorten(b.name, 32), "", "end");
        if (ours) out.rectangle(left, y + 6, x(100 * ours->top1) - left, 11, "fill-a");
        if (b.value.value > 0) out.rectangle(left, y + 19, x(b.value.value) - left, 5, "quiet");
        out.label(left + plot + 10, y + 15, ours ? report::percent(ours->top1) : "not computed",
                  ours ? "strong" : "small muted");
        if (b.value.value > 0)
            out.label(left + plot + 10, y + 27, "paper " + report::fixed(b.value.value, 2),
                      "small muted");
        out.close();
        y += step;
    }
    out.line(left, top - 4, left, bottom, "axis");
    if (plain) {
        out.line(x(*plain), top - 8, x(*plain), bottom + 4, "reference");
        out.label(x(*plain), bottom + 34, "no augmentation " + report::fixed(*plain, 1) + " %",
                  "small", "middle");
    }
    return out;
}

void add_figure(report::html_page& page, const reproduction& r, const printed_figure& f) {
    page.heading(f.title).tag("p", r.whose(f.sets), "lead");
    int shared = 0;
    std::vector<std::string> missing;
    for (const printed_bar& b : f.bars) {
        if (const auto ours = r.figure(b.ours)) shared = std::max(shared, ours->shared_people);
        if (const std::string why = r.without(b.ours); !why.empty())
            missing.push_back(b.name + ": " + why);
    }
    page.figure(bars(r, f),
                text("Blue: ours, linear probe, top-1, ", shared,
                     " people on both sides; grey: what the paper prints. ", f.further));
    if (!missing.empty()) page.list(missing);
}

void add_confusion(report::html_page& page, const reproduction& r) {
    page.heading("Figure 11: confusion of both streams").tag("p", r.whose("NTU RGB+D 60"), "lead");
    page.tag("p", "The paper draws t-SNE beside it, which is not in the library yet.");
    const auto run = r.runs.find(identity_free::confusion_source);
    if (run == r.runs.end()) {
        page.tag("p", r.without({identity_free::confusion_source, "", ""}));
        return;
    }
    for (const auto& one : run->second.confusions)
        page.figure(
            report::confusion_chart(one.title, one.matrix, r.data.class_names, r.data.class_groups),
            "");
}

}  // namespace

std::string to_html(const reproduction& r) {
    report::html_page page;
    const std::string title = "mgfm reproduce: " + r.asked.paper + " on " + r.data.name;
    if (r.data.synthetic) page.tag("p", "Synthetic data", "mark");
    page.tag("h1", title);
    page.tag("p",
             text(r.data.name, ": ", r.data.clips, " clips of ", r.data.subjects,
                  " subjects. Split: ", r.split, "."),
             "lead");
    page.markup("<section class=\"caveats\">\n").heading("Before you read the figures");
    page.list(r.caveats()).tag("p", report::responsible_use, "lead").markup("</section>\n");
    if (const auto conflicts = r.conflicts(); !conflicts.empty())
        page.heading("Where the paper contradicts itself").list(conflicts);
    for (const auto& t : identity_free::tables())
        if (r.asked.wants(t.id)) add_table(page, r, t);
    for (const auto& f : identity_free::figures()) {
        if (f.id == "figure12" && r.asked.wants(identity_free::confusion_figure))
            add_confusion(page, r);
        if (r.asked.wants(f.id)) add_figure(page, r, f);
    }
    page.heading("Settings and reproduction");
    std::vector<std::string> lines;
    for (const auto& s : r.settings()) lines.push_back(s.name + ": " + s.value);
    page.list(lines).preformatted(r.asked.command);
    return page.str(title);
}

}  // namespace mgfm
