// SPDX-License-Identifier: MIT
// mgfm audit-views: which augmentations destroy a class for a trained probe.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <utility>

#include "commands.hpp"
#include "features.hpp"
#include "folds.hpp"
#include "made_of.hpp"
#include "mgkit/probe/invariance.hpp"
#include "mgkit/report/invariance.hpp"
#include "mgkit/report/json.hpp"
#include "mgkit/report/text.hpp"
#include "mgkit/skeleton/built_in.hpp"
#include "mgkit/study/systems.hpp"
#include "outputs.hpp"
#include "report_parts.hpp"
#include "systems.hpp"
#include "weights.hpp"

namespace mgfm {

using namespace mgkit;

namespace {

struct audit_views_options {
    data_options data;
    encoder_options encoder;
    split_options split;
    run_options run;
    model_options model;  ///< frames of raw coordinates, where no encoder says them
    probe::invariance_settings settings;
    std::vector<std::string> views;
    std::string json, command;
};

/// Names that --views takes; they are the same for every skeleton.
std::vector<std::string> view_names() {
    std::vector<std::string> out;
    for (const auto& c : probe::default_changes(skeleton::find_built_in("upper_body").value()))
        out.push_back(c.name);
    return out;
}

/// The tested clips of all folds, each once.
class tested_clips {
public:
    void add(const data::clip_set& test) {
        for (int i = 0; i < test.size(); ++i) {
            const auto k = static_cast<std::size_t>(i);
            const auto clip = test.clip(i);
            values_.insert(values_.end(), clip.values, clip.values + clip.shape.size());
            for (const auto member :
                 {&data::clip_set::num_frames, &data::clip_set::labels, &data::clip_set::subjects})
                (all_.*member).push_back((test.*member)[k]);
            all_.ids.push_back(test.ids[k]);
        }
        all_.about = test.about;
        all_.topology = test.topology;
        all_.shape = test.shape;
        all_.class_names = test.class_names;
    }
    data::clip_set take() {
        all_.set_values(std::move(values_));
        return std::move(all_);
    }

private:
    data::clip_set all_;
    std::vector<float> values_;
};

/// Every clip scored by the probe of the fold that tests it, which never saw its person.
class scorer_of_folds {
public:
    void add(const study::fold& at, trained_probe probe) {
        for (const auto id : at.test.ids) fold_of_[id] = probes_.size();
        probes_.push_back(std::move(probe));
    }

    std::vector<float> operator()(const data::feature_table& features,
                                  const data::clip_set& clips) {
        const auto classes = static_cast<std::size_t>(clips.classes());
        std::vector<float> out(features.rows * classes);
        std::vector<std::vector<int>> rows(probes_.size());
        for (int i = 0; i < clips.size(); ++i)
            rows[fold_of_.at(clips.ids[static_cast<std::size_t>(i)])].push_back(i);
        for (std::size_t f = 0; f < rows.size(); ++f) {
            if (rows[f].empty()) continue;
            const auto found = probes_[f].scores(features.subset(rows[f]));
            for (std::size_t i = 0; i < rows[f].size(); ++i)
                std::copy_n(found.begin() + static_cast<std::ptrdiff_t>(i * classes), classes,
                            out.begin() + static_cast<std::ptrdiff_t>(
                                              static_cast<std::size_t>(rows[f][i]) * classes));
        }
        return out;
    }

    std::string ridges() const {
        std::string out;
        for (const auto& p : probes_) out += (out.empty() ? "" : ", ") + text(p.ridge);
        return out;
    }

private:
    std::vector<trained_probe> probes_;
    std::map<std::uint32_t, std::size_t> fold_of_;
};

/// Names of changes that destroy a class.
std::vector<std::string> destroying(const probe::invariance& found) {
    std::vector<std::string> out;
    for (const auto& c : found.changes)
        if (!c.destroyed().empty()) out.push_back(c.name);
    return out;
}

/// Classes about which no change could be judged.
std::vector<int> never_judged(const probe::invariance& found) {
    std::vector<int> out;
    for (std::size_t k = 0; k < found.class_names.size(); ++k)
        if (std::none_of(found.changes.begin(), found.changes.end(),
                         [&](const auto& c) { return c.refused.empty() && c.classes[k].judged; }))
            out.push_back(static_cast<int>(k));
    return out;
}

std::string features_in_words(const encoder_options& encoder) {
    return !encoder.named()          ? "raw coordinates"
           : encoder.weights.empty() ? "features of the random encoder"
                                     : "features of the encoder";
}

/// What the command says about data, encoder and probes.
report::study about(const audit_views_options& o, const encoder_and_clips& opened,
                    const corpus_folds& folds, const scorer_of_folds& probes,
                    const probe::invariance& found) {
    report::study out;
    out.data = describe(opened.from, o.data.folder);
    out.data.found.append(folds.found());
    out.title = "mgfm audit-views: " + out.data.name;
    out.split = folds.words();
    out.command = o.command;
    out.level = o.settings.level;
    if (!o.encoder.weights.empty())
        out.settings = {{"weights", o.encoder.weights},
                        {"weights digest", digest_of_file(o.encoder.weights).hex()}};
    if (o.encoder.named())
        for (auto& setting : opened.facts.settings()) out.settings.push_back(std::move(setting));
    else
        out.settings.push_back({"frames", text(o.model.frames)});
    for (const auto& note : opened.facts.notes) out.data.notes.push_back(note + ".");
    out.settings.push_back({"reference position", folds.positions()});
    out.settings.push_back({"ridge", probes.ridges()});
    out.settings.push_back({"seed", text(o.settings.seed)});
    out.settings.push_back({"draws", text(o.settings.draws)});
    add_identity(out.settings, opened.from, o.data);
    out.data.notes.push_back("The probe is linear, on " + features_in_words(o.encoder) +
                             "; each clip is changed once, at default strengths, and another "
                             "probe may read something else.");
    std::vector<std::string> silent;
    for (const int k : never_judged(found))
        silent.push_back(found.class_names[static_cast<std::size_t>(k)]);
    if (!silent.empty())
        out.data.notes.push_back(
            "Never judged, since the probe does not know them above chance or too few of their "
            "clips are tested: " +
            joined(silent) + ".");
    return out;
}

void run_audit_views(audit_views_options& o) {
    o.data.check_source();
    auto inputs = o.data.files();
    inputs.push_back(o.encoder.weights);
    check_outputs(o.json, {}, inputs);
    const int threads = o.run.thread_count();
    encoder_and_clips opened;
    if (o.encoder.named())
        opened = open_encoder(o.encoder, o.data, threads);
    else
        opened.from = load(o.data, threads);
    const corpus& from = opened.from;
    if (from.clips.classes() < 2)
        throw error((o.data.synthetic ? "--synthetic" : o.data.folder) + "/label.npy",
                    "clips of two or more classes", "one", "mgfm cut makes labelled clips");
    auto changes = probe::default_changes(from.clips.topology);
    if (!o.views.empty()) changes = probe::changes_named(changes, o.views);
    corpus_folds folds(from, o.data, choose_split(from.clips, o.split));
    announce(from, threads);

    const auto input = o.encoder.named() ? input_for(opened.facts, from)
                                         : input_of(from, o.data, o.model, skeleton::stream::joint);
    feature_source source(opened, threads);
    const study::feature_maker features =
        o.encoder.named() ? source.trained_in(folds)
                          : study::from_input([&](const std::string&) { return input; }, threads);
    tested_clips tested;
    scorer_of_folds probes;
    for (std::size_t f = 0; f < folds.count(); ++f) {
        const study::fold at = folds(f);
        say(text("training the probe of fold ", f + 1, " of ", folds.count(), ", positions per ",
                 folds.reference()));
        probes.add(at, trained_on(at, features({at, "", 0}).train, threads));
        tested.add(at.test);
    }
    std::optional<stored_encoder> stored;
    if (o.encoder.named()) stored.emplace(opened.facts, from, threads);
    const auto found = [&] {
        progress_display display("auditing", "augmentations");
        std::int64_t done = 0;  // clips as they are come first
        const auto asked = [&](const data::clip_set& some) {
            display.update(done++, static_cast<std::int64_t>(changes.size()), 0, "");
            return probes(
                stored ? stored->embed(some) : study::input_features(some, input, threads), some);
        };
        return probe::audit_invariance(tested.take(), asked, changes, o.settings);
    }();

    report::study facts = about(o, opened, folds, probes, found);
    io::json seen = nullptr;
    if (!o.encoder.weights.empty()) {
        const seen_people people = people_seen(opened.facts, from, folds.tested());
        seen = people.json();
        if (!people.words().empty()) facts.data.notes.push_back(people.words());
    }
    const auto guilty = destroying(found);
    io::json json = report::to_json(facts);
    const io::json figures = report::to_json(found);
    for (const auto& [key, value] : figures.items()) json[key] = value;
    json["kind"] = "audit-views";
    json["program"] = "mgfm audit-views";
    json["features"] = features_in_words(o.encoder);
    json["destroying"] = guilty;
    json["never_judged"] = never_judged(found);
    json["seen_in_pretraining"] = std::move(seen);
    put_json(o.json, json);

    std::string words = "mgfm audit-views: " + report::clean(facts.data.name) +
                        "\nSplit: " + report::clean(facts.split) + "\n";
    for (const auto& caveat : report::caveats(facts))
        words += "Note: " + report::clean(caveat) + "\n";
    words += "\n" + report::to_text(found) +
             (guilty.empty()
                  ? "\nNo augmentation destroys a class that could be judged.\n"
                  : "\nThese destroy a class; a method that makes views equal should not use them "
                    "where it matters: " +
                        joined(guilty) + ".\n");
    print(words, o.json);
}

}  // namespace

void add_audit_views(CLI::App& program, const std::string& command_line) {
    auto options = std::make_shared<audit_views_options>();
    options->command = command_line;
    CLI::App* command = program.add_subcommand(
        "audit-views",
        "Train a linear probe on the training side, change the clips of the other side by one "
        "augmentation after the other, and name those after which a class is answered no more "
        "rightly than without a look; on raw coordinates or on an encoder's features.");
    command->footer(
        "Examples:\n"
        "  mgfm audit-views --data clips --test-subjects 8,9,10\n"
        "  mgfm audit-views --data clips --weights encoder.safetensors --views mirror,shear");
    options->data.add_to(*command);
    options->split.add_to(*command);
    options->encoder.add_to(*command);
    command->option_defaults()->group("Augmentations");
    command
        ->add_option("--views", options->views,
                     "Augmentations, each at its default strength (default: all)")
        ->delimiter(',')
        ->check(CLI::IsMember(view_names()));
    command->add_option("--seed", options->settings.seed, "Seed of their draws")
        ->capture_default_str();
    command
        ->add_option("--draws", options->settings.draws,
                     "Draws at most until a clip is changed; stages may leave a clip as it is")
        ->check(CLI::Range(1, 256))
        ->capture_default_str();
    options->run.add_to(*command);
    add_json(*command, options->json, "All figures");
    command->callback([options] { run_audit_views(*options); });
}

}  // namespace mgfm
