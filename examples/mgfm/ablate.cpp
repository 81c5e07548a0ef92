// SPDX-License-Identifier: MIT
// mgfm ablate: what augmentations are worth, one by one and together.
#include <CLI/CLI.hpp>
#include <memory>

#include "ablation.hpp"
#include "commands.hpp"
#include "folds.hpp"
#include "members.hpp"
#include "mgkit/io/atomic_file.hpp"
#include "outputs.hpp"
#include "views.hpp"

namespace mgfm {

using namespace mgkit;

namespace {

struct ablate_options {
    study_options study;
    std::vector<std::string> stages{
        "stretch",        "view_perturbation", "coordinate_perturbation",
        "posterize_time", "repeat_clip",       "reverse_clip"};
    std::vector<std::string> sets{"each", "pairs", "best"};
};

void run_ablate(ablate_options& all) {
    study_options& o = all.study;
    o.data.check_source();
    o.repeat.streams = settled_streams(o.model, o.repeat.streams);
    if (o.repeat.streams.size() != 1)
        wrong_usage("--streams: expected one stream, found " + text(o.repeat.streams.size()) +
                    "; run the command once for each");
    check_outputs(o.json, {o.html}, o.data.files());
    const corpus from = load(o.data, o.run.thread_count());
    const study::splits splits = choose_split(from.clips, o.split);
    try_members(from, o.data, o.model, o.repeat.streams);
    if (o.work.empty() && !o.json.empty() && o.json != "-") o.work = o.json + ".work";
    if (!o.work.empty()) prepare_folder(o.work);
    announce(from, o.run.thread_count());
    const ablation result = ablate(o, from, splits, ablated_sets(all.stages, all.sets));
    if (!o.html.empty()) io::write_file(o.html, to_html(result));
    put_json(o.json, to_json(result));
    print(to_text(result), o.json);
}

}  // namespace

void add_ablate(CLI::App& program, const std::string& command_line) {
    auto options = std::make_shared<ablate_options>();
    study_options& study = options->study;
    study.command = command_line;
    study.model.encoder = "st_gcn";
    study.model.method = "moco";
    CLI::App* command = program.add_subcommand(
        "ablate",
        "Pre-train the same encoder with no augmentation, with each of several, with each pair and "
        "with the paper's best three, and score each on people not trained on, beside none, a "
        "random encoder and raw coordinates. What was stopped goes on in --work.");
    command->footer(
        "Examples:\n"
        "  mgfm ablate --data clips --work work --json result.json\n"
        "  mgfm ablate --data clips --stages stretch,prior.rotation --sets each --epochs 20");
    command
        ->add_option("--stages", options->stages,
                     "Augmentations; a set applies its own in this order")
        ->delimiter(',')
        ->check(CLI::IsMember(stage_names()))
        ->capture_default_str();
    command->add_option("--sets", options->sets, "Beside none: each, pairs, best (of the paper)")
        ->delimiter(',')
        ->check(CLI::IsMember({"each", "pairs", "best"}))
        ->capture_default_str();
    study.data.add_to(*command);
    study.data.add_confidence_to(*command);
    study.split.add_to(*command);
    study.model.add_to(*command);
    study.training.add_to(*command, false);
    study.repeat.add_to(*command, true);
    study.run.add_to(*command);
    study.add_linear_to(*command);
    command->add_option("--work", study.work,
                        "Folder for checkpoints and finished rows (default: JSON file + .work)");
    add_json(*command, study.json, "All figures");
    command->add_option("--html", study.html, "All figures as one self-contained page");
    command->callback([options] { run_ablate(*options); });
}

}  // namespace mgfm
