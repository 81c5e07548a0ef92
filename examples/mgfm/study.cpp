// SPDX-License-Identifier: MIT
// mgfm study: how much a pre-trained encoder knows, beside every plain baseline.
#include <CLI/CLI.hpp>
#include <memory>

#include "commands.hpp"
#include "folds.hpp"
#include "members.hpp"
#include "mgkit/report/html.hpp"
#include "mgkit/report/json.hpp"
#include "mgkit/report/text.hpp"
#include "outputs.hpp"
#include "study_run.hpp"

namespace mgfm {

using namespace mgkit;
using report::feature_kind;

namespace {

void study_command(study_options& o) {
    o.data.check_source();
    o.repeat.streams = settled_streams(o.model, o.repeat.streams);
    check_outputs(o.json, {o.html}, o.data.files());
    const corpus from = load(o.data, o.run.thread_count());
    study::splits splits = choose_split(from.clips, o.split);
    try_members(from, o.data, o.model, o.repeat.streams);
    if (o.work.empty() && !o.json.empty() && o.json != "-") o.work = o.json + ".work";
    if (!o.work.empty()) prepare_folder(o.work);
    announce(from, o.run.thread_count());
    const report::study result = run_study(o, from, std::move(splits));
    if (!o.html.empty()) report::write_html(o.html, result);
    put_json(o.json, report::to_json(result));
    print(report::to_text(result), o.json);
}

}  // namespace

void add_study(CLI::App& program, const std::string& command_line) {
    auto options = std::make_shared<study_options>();
    options->command = command_line;
    CLI::App* command = program.add_subcommand(
        "study",
        "Pre-train an encoder on the training subjects and score it on the others, beside "
        "majority, summary statistics, raw coordinates, time warping, a random encoder, the same "
        "encoder trained with labels, and shuffled labels. A study that was stopped resumes.");
    command->footer(
        "Examples:\n"
        "  mgfm study --synthetic --html report.html\n"
        "  mgfm study --data clips --folds 5 --streams joint,bone,motion --json result.json\n"
        "  mgfm study --data clips --encoder aagcn --streams joint,bigru:joint --method moco "
        "\\\n"
        "      --set bigru.width=256 --linear sgd");
    options->data.add_to(*command);
    options->data.add_confidence_to(*command);
    options->split.add_to(*command);
    options->model.add_to(*command);
    options->training.add_to(*command);
    options->repeat.add_to(*command, true);
    options->run.add_to(*command);
    std::vector<std::string> kinds;
    for (const feature_kind kind : report::feature_kinds) kinds.emplace_back(report::name(kind));
    command
        ->add_option("--features", options->features,
                     "Systems to compare (default: all): majority, summary, raw, dtw, random, "
                     "supervised, shuffled, pretrained")
        ->delimiter(',')
        ->check(CLI::IsMember(kinds));
    options->add_linear_to(*command);
    command->add_option("--work", options->work,
                        "Folder for checkpoints and finished rows (default: JSON file + .work)");
    add_json(*command, options->json, "All figures");
    command->add_option("--html", options->html, "All figures as one self-contained page");
    command->callback([options] { study_command(*options); });
}

}  // namespace mgfm
