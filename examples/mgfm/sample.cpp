// SPDX-License-Identifier: MIT
// mgfm sample and mgfm audit: clips of micro-gesture length from untrimmed recordings.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>

#include "commands.hpp"
#include "mgkit/report/audit_json.hpp"
#include "mgkit/report/audit_text.hpp"
#include "outputs.hpp"
#include "sampling.hpp"

namespace mgfm {

using namespace mgkit;

namespace {

struct sample_options {
    recording_options recordings;
    sampling_options sampling;
    run_options run;
    clip_output clips;
    std::string json, command_line;
    std::vector<int> quotas{50, 80, 100};
    std::vector<double> thresholds{0.1, 0.3, 0.5, 0.75};
    bool sweep = false;
};

std::string heading(const char* command, const report::audit& a) {
    std::string out =
        text("mgfm ", command, ": ", report::clean(a.corpus), ", ", a.recordings, " recordings\n");
    if (a.synthetic)
        out += text("Synthetic corpus, generator ", report::clean(a.generator),
                    ": its figures test samplers and plumbing, never accuracy on people.\n");
    out += text("Quota ", a.policy.quota, ", at most ", a.policy.budget,
                " candidates a recording, threshold ", report::fixed(a.policy.threshold, 2),
                a.policy.redraw_start ? ", starts redrawn" : "", "\n");
    return out;
}

void run_sample(const sample_options& o) {
    check_outputs(o.json, {});
    const report::audit audit =
        sample_to_folder(o.recordings, o.sampling, o.clips, o.run.thread_count(), o.command_line);
    put_json(o.json, report::to_json(audit));
    print(heading("sample", audit) + report::to_text(audit) +
              text("\nWritten: ", o.clips.folder, "\nNext: mgfm pretrain --data ", o.clips.folder,
                   " --out encoder.safetensors\n"),
          o.json);
}

/// Settings of the sweep: every quota and every threshold, the other as stated.
std::vector<std::pair<std::string, sampling_options>> settings_of(const sample_options& o) {
    std::vector<std::pair<std::string, sampling_options>> out{{"", o.sampling}};
    if (!o.sweep) return out;
    for (const int quota : o.quotas) {
        out.emplace_back("quota", o.sampling);
        out.back().second.quota = quota;
    }
    for (const double threshold : o.thresholds) {
        out.emplace_back("threshold", o.sampling);
        out.back().second.threshold = threshold;
    }
    return out;
}

void run_audit(const sample_options& o) {
    check_outputs(o.json, {});
    const recordings from = open(o.recordings);
    const auto entries = entries_on(from, o.sampling.side);
    const named_prior prior = prior_of(from, o.recordings, o.sampling);
    const auto settings = settings_of(o);
    std::vector<sampling_run> runs;
    for (const auto& [parameter, sampling] : settings) runs.emplace_back(sampling, prior.prior);
    recording_facts facts;
    const int threads = o.run.thread_count();
    const data::findings reading = for_each_recording(
        from, o.recordings, entries, threads, "auditing", [&](std::size_t entry, auto& loaded) {
            facts.add(loaded);
            for (auto& run : runs) run.add(from, entry, loaded, threads);
        });
    report::audit audit = runs.front().result(from);
    audit.found = from.found();
    audit.found.append(prior.found);
    audit.found.append(reading);
    describe(audit, from, o.sampling, prior, facts);
    audit.command = o.command_line;
    for (std::size_t k = 1; k < runs.size(); ++k)
        if (const auto overlap = runs[k].mean_overlap()) {
            const auto& [parameter, sampling] = settings[k];
            audit.sweep.push_back({parameter,
                                   parameter == "quota" ? sampling.quota : sampling.threshold,
                                   static_cast<std::int64_t>(runs[k].clips()), *overlap});
        }
    put_json(o.json, report::to_json(audit));
    print(heading("audit", audit) + report::to_text(audit), o.json);
}

}  // namespace

void add_sample(CLI::App& program, const std::string& command_line) {
    auto options = std::make_shared<sample_options>();
    options->command_line = command_line;
    CLI::App* command = program.add_subcommand(
        "sample",
        "Cut clips of micro-gesture length out of untrimmed recordings: durations drawn from a "
        "prior, every frame of a clip showing the face, no two clips overlapping. Prints what was "
        "proposed, accepted and refused, and overlap with annotated gestures beside chance.");
    command->footer(
        "Example:\n  mgfm sample --corpus recordings --out clips\n"
        "The folder has the layout that pretrain, study and embed read, and clips.csv says where "
        "each clip comes from.");
    options->recordings.add_to(*command);
    options->sampling.add_to(*command, "train");
    options->run.add_to(*command);
    options->clips.add_to(*command);
    add_json(*command, options->json, "The audit");
    command->callback([options] { run_sample(*options); });
}

void add_audit(CLI::App& program, const std::string& command_line) {
    auto options = std::make_shared<sample_options>();
    options->command_line = command_line;
    CLI::App* command = program.add_subcommand(
        "audit",
        "Run the sampler without writing clips and report what it does: prior fit, rejections, "
        "overlap with annotated gestures beside chance, and how that changes with the quota and "
        "the visibility threshold.");
    command->footer("Example:\n  mgfm audit --corpus recordings --sweep --json audit.json");
    options->recordings.add_to(*command);
    options->sampling.add_to(*command, "all");
    options->run.add_to(*command);
    command->option_defaults()->group("Sweep");
    command->add_flag("--sweep", options->sweep, "Repeat under the quotas and thresholds below");
    command->add_option("--quotas", options->quotas, "Quotas: 50,80,100")->delimiter(',');
    command->add_option("--thresholds", options->thresholds, "Thresholds: 0.1,0.3,0.5,0.75")
        ->delimiter(',');
    add_json(*command, options->json, "The audit");
    command->callback([options] { run_audit(*options); });
}

}  // namespace mgfm
