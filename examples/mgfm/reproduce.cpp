// SPDX-License-Identifier: MIT
// mgfm reproduce: the tables and figures of a paper, ours beside what it prints.
#include <CLI/CLI.hpp>
#include <memory>

#include "commands.hpp"
#include "mgkit/io/atomic_file.hpp"
#include "outputs.hpp"
#include "reproduction.hpp"

namespace mgfm {

using namespace mgkit;

namespace {

void run_reproduce(reproduce_options& o) {
    o.data.check_source();
    check_runs(o);
    check_outputs(o.json, {o.html}, o.data.files());
    const corpus from = load(o.data, o.run.thread_count());
    const study::splits splits = protocol_splits(from.clips, o);
    if (o.work.empty() && !o.json.empty() && o.json != "-") o.work = o.json + ".work";
    if (!o.work.empty()) prepare_folder(o.work);
    announce(from, o.run.thread_count());
    const reproduction result = reproduce(o, from, splits);
    if (!o.html.empty()) io::write_file(o.html, to_html(result));
    put_json(o.json, to_json(result));
    print(to_text(result), o.json);
}

}  // namespace

void add_reproduce(CLI::App& program, const std::string& command_line) {
    auto options = std::make_shared<reproduce_options>();
    options->command = command_line;
    CLI::App* command = program.add_subcommand(
        "reproduce",
        "Print the tables and figures of a paper with figures of these clips beside the printed "
        "ones. Every training is a study whose rows and checkpoints stay in --work, so that what "
        "was stopped goes on.");
    command->footer(
        "Examples:\n"
        "  mgfm reproduce --paper identity-free --data clips --work work --html page.html\n"
        "  mgfm reproduce --paper identity-free --data clips --only table3,figure9 --epochs 20 \\\n"
        "      --set bigru.width=256 --set aagcn.width=16 --protocol cross-view");
    command
        ->add_option("--paper", options->paper,
                     "identity-free: contrastive learning of micro-gestures in two streams, its "
                     "tables 2 to 6 and figures 9 to 12")
        ->required()
        ->check(CLI::IsMember({"identity-free"}));
    command->add_option("--only", options->only, "Tables and figures: table3,figure9")
        ->delimiter(',')
        ->check(CLI::IsMember(identity_free::ids()));
    options->data.add_to(*command);
    options->data.add_confidence_to(*command);
    options->split.add_to(*command);
    command
        ->add_option("--protocol", options->protocol,
                     "cross-subject, or cross-view as NTU RGB+D and Northwestern-UCLA define it "
                     "(view.npy), which has the same people on both sides")
        ->check(CLI::IsMember({"cross-subject", "cross-view"}))
        ->capture_default_str();
    command->option_defaults()->group("Encoders");
    command
        ->add_option("--set", options->model.set,
                     "Setting of an encoder, ENCODER.key=value, where the paper's would be too "
                     "large; as often as needed")
        ->take_all()
        ->allow_extra_args(false);
    command->add_option("--frames", options->model.frames, "Frames of the encoders' input")
        ->check(CLI::Range(2, 200))
        ->capture_default_str();
    command
        ->add_option("--queue", options->model.queue,
                     "Embeddings of earlier batches that a method of momentum tells a clip from "
                     "(the paper: 512 for iMiGUE, 16384 for NTU-60); 0 for the method's own")
        ->check(CLI::Range(0, 1 << 20))
        ->capture_default_str();
    command->option_defaults()->group("Training");
    auto& training = options->training;
    command->add_option("--epochs", training.epochs, "Passes over the training clips")
        ->check(CLI::Range(1, 1000000))
        ->capture_default_str();
    command->add_option("--batch", training.batch, "Clips per step")
        ->check(CLI::Range(2, 65536))
        ->capture_default_str();
    command->add_option("--rate", training.rate, "Learning rate of Adam")
        ->check(CLI::PositiveNumber)
        ->capture_default_str();
    command->add_option("--seeds", options->seeds, "Repetitions with seeds 1 to N")
        ->check(CLI::Range(1, 1000))
        ->capture_default_str();
    command
        ->add_option("--linear", options->linear,
                     "Linear probe: sgd, the paper's, or ridge, that of mgfm study")
        ->check(CLI::IsMember({"ridge", "sgd"}))
        ->capture_default_str();
    options->run.add_to(*command);
    add_json(*command, options->json, "All figures, ours and the paper's");
    command->add_option("--html", options->html, "The same as one self-contained page");
    command->add_option("--work", options->work,
                        "Folder for checkpoints and finished rows (default: JSON file + .work)");
    command->callback([options] { run_reproduce(*options); });
}

}  // namespace mgfm
