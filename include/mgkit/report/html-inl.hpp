// SPDX-License-Identifier: MIT
#pragma once

#include "mgkit/report/html.hpp"

#include <algorithm>
#include <utility>

#include "mgkit/core/error.hpp"
#include "mgkit/io/atomic_file.hpp"
#include "mgkit/report/html_audit.hpp"
#include "mgkit/report/html_page.hpp"
#include "mgkit/report/html_parts.hpp"
#include "mgkit/report/html_scores.hpp"

namespace MGKIT_NAMESPACE::report {

namespace detail {

MGKIT_COLD_INLINE std::vector<std::string> caveats_of(const run& r) {
    if (!r.sampling) return caveats(r.result);
    if (!r.result.data.synthetic) return {};
    return {synthetic_caveat(r.result.data)};
}

/// Caveats of all runs, each once, with the names of the runs that it is about unless it is about
/// all of them.
MGKIT_COLD_INLINE std::vector<std::string> joint_caveats(std::span<const run> runs) {
    std::vector<std::pair<std::string, std::vector<std::string>>> found;
    for (const run& r : runs)
        for (std::string& words : caveats_of(r)) {
            const auto at = std::find_if(found.begin(), found.end(),
                                         [&](const auto& f) { return f.first == words; });
            if (at == found.end())
                found.push_back({std::move(words), {r.name}});
            else if (at->second.back() != r.name)
                at->second.push_back(r.name);
        }
    std::vector<std::string> out;
    for (auto& [words, names] : found) {
        if (names.size() == runs.size()) {
            out.push_back(std::move(words));
            continue;
        }
        std::string list;
        for (const std::string& n : names) list += (list.empty() ? "" : ", ") + n;
        out.push_back(list + ": " + words);
    }
    return out;
}

MGKIT_COLD_INLINE void head(composition& out, std::span<const run> runs, std::string_view title) {
    html_page& page = out.page;
    if (std::any_of(runs.begin(), runs.end(), [](const run& r) { return r.result.data.synthetic; }))
        page.tag("p", "Synthetic data", "mark");
    page.tag("h1", title);
    if (!out.many && !runs.empty() && !runs.front().sampling) {
        const study& s = runs.front().result;
        if (!s.data.name.empty())
            page.tag(
                "p",
                text(clean(s.data.name), ": ", s.data.clips, " clips of ", s.data.subjects,
                     " subjects",
                     s.data.class_names.empty() ? std::string()
                                                : text(", ", s.data.class_names.size(), " classes"),
                     s.data.excluded > 0 ? text("; ", s.data.excluded, " unusable clips left out")
                                         : std::string(),
                     "."),
                "lead");
        if (!s.split.empty()) page.tag("p", "Split: " + s.split, "lead");
    }
    page.markup("<section class=\"caveats\">\n").heading("Before you read the figures");
    const std::vector<std::string> warnings = joint_caveats(runs);
    if (!warnings.empty()) page.list(warnings);
    page.tag("p", responsible_use, "lead").markup("</section>\n");
}

/// The runs that `has` a part.
template <class Has>
std::vector<run> those(std::span<const run> runs, Has&& has) {
    std::vector<run> out;
    for (const run& r : runs)
        if (has(r)) out.push_back(r);
    return out;
}

}  // namespace detail

MGKIT_COLD_INLINE written_page compose(std::span<const run> runs, std::string_view title) {
    composition out;
    out.many = runs.size() > 1;
    detail::head(out, runs, title);
    if (out.many) detail::run_table(out.page, runs);
    const bool synthetic = !runs.empty() && std::all_of(runs.begin(), runs.end(), [](const run& r) {
        return r.result.data.synthetic;
    });
    const std::string mark = synthetic ? " (synthetic data)" : "";
    detail::scores(out, detail::those(runs, [](const run& r) { return !r.result.summary.empty(); }),
                   mark);
    detail::training(out, runs, mark);
    const auto section = [&](const char* words, auto has, auto write) {
        bool open = false;
        for (const run& r : runs) {
            if (!has(r)) continue;
            if (!open) out.page.heading(words + mark);
            open = true;
            write(out, r);
        }
    };
    section(
        "Classes and their confusion", [](const run& r) { return !r.result.confusions.empty(); },
        detail::classes);
    section(
        "Sampler", [](const run& r) { return r.sampling.has_value(); }, detail::sampler);
    section(
        "Retrieval", [](const run& r) { return !r.result.retrieval.empty(); }, detail::retrieval);
    if (!runs.empty()) out.page.heading("Settings and reproduction");
    for (const run& r : runs) detail::reproduction(out, r);
    return {out.page.str(std::string(synthetic ? "[synthetic] " : "") + std::string(title)),
            std::move(out.figures)};
}

MGKIT_COLD_INLINE std::string to_html(const study& s) {
    const run one[] = {{"study", "mgfm study", s, {}}};
    return compose(one, s.title).html;
}

MGKIT_COLD_INLINE void write_html(const std::string& path, const study& s) {
    io::write_file(path, to_html(s));
}

}  // namespace MGKIT_NAMESPACE::report
