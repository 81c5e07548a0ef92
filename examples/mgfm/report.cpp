// SPDX-License-Identifier: MIT
// mgfm report: results of other commands side by side on one page.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <map>
#include <memory>
#include <optional>

#include "commands.hpp"
#include "mgkit/io/atomic_file.hpp"
#include "mgkit/report/html.hpp"
#include "mgkit/report/read_run.hpp"
#include "outputs.hpp"
#include "report_parts.hpp"
#include "terminal.hpp"

namespace mgfm {

using namespace mgkit;

namespace {

struct report_options {
    std::vector<std::string> runs;
    std::string html, figures, data, title;
};

/// The clip at a row of the data, with the label and caption it had. Errors: mgkit::error where the
/// data are not those of the run.
report::study_clip found_again(const data::clip_set& clips, const report::study_clip& wanted,
                               const std::string& folder) {
    const auto at = std::find(clips.ids.begin(), clips.ids.end(), wanted.row.value_or(UINT32_MAX));
    const auto i = static_cast<std::size_t>(at - clips.ids.begin());
    if (at == clips.ids.end() || clips.labels[i] != wanted.label)
        throw error(folder, text("clip ", wanted.row.value_or(0), " of class ", wanted.label),
                    "another set", "name the folder of that run with --data");
    report::study_clip out = drawn(clips, static_cast<int>(i));
    out.caption = wanted.caption;
    return out;
}

/// Gives retrieved clips their poses. What cannot be found stays without: the page then lists it.
void draw_retrieval(report::run& run, const std::string& other_folder) {
    report::study& s = run.result;
    if (s.retrieval.empty()) return;
    const std::string folder = other_folder.empty() ? s.data.folder : other_folder;
    try {
        if (folder.empty() && !s.data.synthetic)
            throw error(run.name, "the folder of the clips", "none", "name it with --data");
        const auto [clips, same] = clips_of_run(s.settings, folder);
        if (static_cast<std::size_t>(clips.shape.joints) != s.data.joint_names.size())
            throw error(folder, text(s.data.joint_names.size(), " joints, as the run had"),
                        text(clips.shape.joints));
        if (!same)
            throw error(folder.empty() ? "the generated clips" : folder, "the clips of that run",
                        "others", "name the folder that has them with --data");
        auto examples = s.retrieval;
        for (auto& example : examples) {
            example.query = found_again(clips, example.query, folder);
            for (auto& hit : example.hits) hit.clip = found_again(clips, hit.clip, folder);
        }
        s.retrieval = std::move(examples);
    } catch (const error& e) {
        say("note: retrieved clips of " + run.name +
            " are listed, not drawn: " + std::string(e.what()));
    }
}

/// Runs of files with the same name are called by their whole path.
void tell_apart(std::vector<report::run>& runs, const std::vector<std::string>& paths) {
    std::map<std::string, int> uses;
    for (const auto& run : runs) ++uses[run.name];
    for (std::size_t i = 0; i < runs.size(); ++i)
        if (uses[runs[i].name] > 1) runs[i].name = paths[i];
}

void run_report(const report_options& o) {
    if (o.html.empty() && o.figures.empty()) wrong_usage("one of --html and --figures is required");
    check_outputs("", {o.html}, o.runs);
    std::vector<report::run> runs;
    for (const std::string& path : o.runs) runs.push_back(report::read_run(path));
    tell_apart(runs, o.runs);
    for (auto& run : runs) draw_retrieval(run, o.data);
    const std::string title = !o.title.empty()   ? o.title
                              : runs.size() == 1 ? runs.front().result.title
                                                 : text("mgfm report: ", runs.size(), " runs");
    const report::written_page page = report::compose(runs, title);
    if (!o.html.empty()) io::write_file(o.html, page.html);
    if (!o.figures.empty()) report::write_figures(o.figures, page.figures);
    std::string words = text("mgfm report: ", runs.size(), runs.size() == 1 ? " run, " : " runs, ",
                             page.figures.size(), " figures\n");
    if (!o.html.empty()) words += "Written: " + o.html + "\n";
    if (!o.figures.empty())
        words += text("Written: ", o.figures, "/*.svg and *.csv, one pair per figure\n");
    print(words, "");
}

}  // namespace

void add_report(CLI::App& program) {
    auto options = std::make_shared<report_options>();
    CLI::App* command = program.add_subcommand(
        "report",
        "Put results of study, train, pretrain, probe, retrieve, sample and audit (the files that "
        "their --json wrote) side by side on one page: scores, training curves, classes and their "
        "confusion, the sampler's audit, moving skeletons of retrieved clips.");
    command->footer(
        "Examples:\n"
        "  mgfm report study.json --html report.html\n"
        "  mgfm report small.json large.json audit.json --html report.html --figures figures");
    command->add_option("runs", options->runs, "Results in JSON")
        ->required()
        ->check(CLI::ExistingFile);
    command->add_option("--html", options->html, "The page, self-contained");
    command->add_option("--figures", options->figures,
                        "Folder for every figure as .svg with its numbers as .csv");
    command->add_option("--data", options->data,
                        "Clip folder to draw retrieved clips from, where a run's own has moved");
    command->add_option("--title", options->title, "Title of the page");
    command->callback([options] { run_report(*options); });
}

}  // namespace mgfm
