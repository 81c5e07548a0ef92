// SPDX-License-Identifier: MIT
// mgfm synth: a corpus of generated interviews whose truth is known.
#include <CLI/CLI.hpp>
#include <memory>
#include <string>
#include <vector>

#include "commands.hpp"
#include "mgkit/data/interview/outcome_rule.hpp"
#include "mgkit/data/interview/statistics.hpp"
#include "mgkit/data/interview/write_corpus.hpp"
#include "mgkit/report/escape.hpp"
#include "mgkit/version.hpp"
#include "options.hpp"
#include "outputs.hpp"
#include "terminal.hpp"

namespace mgfm {

using namespace mgkit;
namespace interview = data::interview;

namespace {

struct synth_options {
    interview::settings settings;
    std::string out, format = "mmpose", json;
    bool latent = false;
    bool outcomes = false;
};

io::json figures(const interview::outcome_figures& f) {
    return {{"recordings", f.recordings},
            {"count_rule_balanced_accuracy", f.balanced_accuracy},
            {"standard_error", f.deviation},
            {"always_win_accuracy", f.always_win}};
}

std::string words(const interview::outcome_figures& f) {
    return text("balanced accuracy ", report::percent(f.balanced_accuracy), " +- ",
                report::percent(f.deviation), " % (always \"win\": accuracy ",
                report::percent(f.always_win), " %, balanced 50 %)");
}

void run_synth(const synth_options& o) {
    check_outputs(o.json, {});
    const interview::generator corpus(o.settings);
    {
        progress_display display("generating", "recordings");
        int kept = 0;
        interview::write_corpus(o.out, corpus, o.format, o.latent,
                                [&](const interview::corpus_progress& p) {
                                    kept += p.skipped ? 1 : 0;
                                    display.update(p.done, p.total, kept, {});
                                });
    }
    const auto s = interview::statistics(corpus);
    std::string out =
        text("mgfm synth: ", s.recordings, " generated interviews of ", s.subjects,
             " subjects, generator ", interview::generator_version, ", seed ", o.settings.seed,
             "\n", interview::purpose, "\n", report::fixed(s.hours, 2), " hours, ", s.events,
             " gestures (mean ", report::fixed(s.mean_duration, 2), " s), occupancy ",
             report::percent(s.occupancy), " %, overlapping ", report::percent(s.overlap_share),
             " %; durations against their distribution: KS distance ",
             report::fixed(s.duration_ks, 4), "\nTest side: ", s.test_recordings, " recordings of ",
             s.test_subjects, " subjects; wins ", report::percent(s.win_share()), " %\n");
    io::json result{{"kind", "synth"},
                    {"program", "mgfm synth"},
                    {"version", mgkit::version},
                    {"synthetic", true},
                    {"generator_version", interview::generator_version},
                    {"seed", o.settings.seed},
                    {"format", o.format},
                    {"recordings", s.recordings},
                    {"subjects", s.subjects},
                    {"hours", s.hours},
                    {"gestures", s.events},
                    {"occupancy", s.occupancy},
                    {"mean_duration", s.mean_duration},
                    {"duration_ks", s.duration_ks},
                    {"win_share", s.win_share()}};
    if (o.outcomes) {
        const auto r = interview::simulate_outcomes(o.settings);
        out += text("Outcome by counting gestures, ", r.at_effect.recordings,
                    " simulated recordings:\n  effect ", report::fixed(r.effect, 2), ": ",
                    words(r.at_effect), "\n  no effect: ", words(r.control), "\n");
        result["outcome_rule"] = {{"effect", r.effect},
                                  {"at_effect", figures(r.at_effect)},
                                  {"no_effect", figures(r.control)}};
    }
    put_json(o.json, result);
    print(out + text("Written: ", o.out, "\nNext: mgfm audit --corpus ", o.out, "\n"), o.json);
}

}  // namespace

void add_synth(CLI::App& program) {
    auto options = std::make_shared<synth_options>();
    CLI::App* command = program.add_subcommand(
        "synth",
        "Generate a corpus of press conferences: pose recordings as an estimator would write them, "
        "annotations by two people, and the truth. For trying samplers and pipelines; its figures "
        "are never evidence about people.");
    command->footer(
        "Example (100 recordings, about 10 hours; stopped and started again, it goes on):\n"
        "  mgfm synth --out corpus --recordings 100");
    command->option_defaults()->group("Corpus");
    command->add_option("--recordings", options->settings.recordings, "Number of recordings")
        ->check(CLI::Range(2, 1000000))
        ->capture_default_str();
    command
        ->add_option("--seed", options->settings.seed, "Seed; the same seed gives the same bytes")
        ->capture_default_str();
    command
        ->add_option("--length", options->settings.minutes_scale,
                     "Scales the lengths (mean 350 s) and the number of gestures")
        ->check(CLI::Range(0.01, 10.0))
        ->capture_default_str();
    command
        ->add_option("--outcome-effect", options->settings.outcome_effect,
                     "How much winning and losing shift gesture rates")
        ->check(CLI::Range(0.0, 3.0))
        ->capture_default_str();
    command->add_flag("--outcomes", options->outcomes,
                      "Also simulate 3,200 recordings and report how well counting gestures "
                      "predicts the outcome, with the control without effect");
    std::vector<std::string> formats;
    for (const auto& f : data::readers::written_formats()) formats.emplace_back(f.name);
    command->add_option("--format", options->format, "File format of the recordings")
        ->check(CLI::IsMember(formats))
        ->capture_default_str();
    command->add_flag("--latent", options->latent,
                      "Also write the noise-free pose of each recording");
    command->option_defaults()->group("Output");
    command->add_option("--out", options->out, "Folder for the corpus")->required();
    add_json(*command, options->json, "Figures of the corpus");
    command->callback([options] { run_synth(*options); });
}

}  // namespace mgfm
