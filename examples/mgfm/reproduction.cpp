// SPDX-License-Identifier: MIT
#include "reproduction.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "folds.hpp"
#include "members.hpp"
#include "mgkit/core/error.hpp"
#include "mgkit/study/protocol.hpp"
#include "mgkit/study/shared_people.hpp"
#include "outputs.hpp"
#include "report_parts.hpp"
#include "study_run.hpp"

namespace mgfm {

using namespace mgkit;
using identity_free::figure_source;
using identity_free::planned_run;
using report::feature_kind;

namespace {

feature_kind kind_of(const planned_run& run) {
    return run.labels ? feature_kind::supervised : feature_kind::pretrained;
}

std::vector<std::string> encoders_of(const planned_run& run) {
    std::vector<std::string> out{run.encoder};
    for (const std::string& stream : run.streams)
        if (const auto colon = stream.find(':'); colon != stream.npos)
            out.push_back(stream.substr(0, colon));
    return out;
}

std::string key_of(const std::string& setting) {
    return setting.substr(0, setting.find('='));
}

/// What `mgfm study` would be asked for.
study_options options_of(const reproduce_options& o, const planned_run& run) {
    study_options out;
    out.data = o.data;
    out.model = o.model;
    out.model.encoder = run.encoder;
    out.model.method = run.method;
    out.model.set.clear();
    const auto encoders = encoders_of(run);
    for (const std::string& setting : o.model.set)
        if (std::find(encoders.begin(), encoders.end(), setting.substr(0, setting.find('.'))) !=
            encoders.end())
            out.model.set.push_back(setting);
    for (const std::string& setting : run.set)
        if (std::none_of(
                out.model.set.begin(), out.model.set.end(),
                [&](const std::string& stated) { return key_of(stated) == key_of(setting); }))
            out.model.set.push_back(setting);
    out.training = o.training;
    out.training.views = run.views;
    out.repeat = {run.streams, o.seeds};
    out.run = o.run;
    out.features = {report::name(kind_of(run))};
    out.linear = o.linear;
    out.work = o.work.empty() ? "" : o.work + "/" + run.name;
    out.command = o.command;
    out.fused = kind_of(run);
    out.all_confusions =
        run.name == identity_free::confusion_source && o.wants(identity_free::confusion_figure);
    return out;
}

const planned_run& run_named(const std::string& name) {
    const auto& all = identity_free::runs();
    return *std::find_if(all.begin(), all.end(),
                         [&](const planned_run& run) { return run.name == name; });
}

/// The runs that the wanted tables and figures need, in the order of the list.
std::vector<planned_run> wanted_runs(const reproduce_options& o) {
    std::set<std::string> names;
    for (const auto& table : identity_free::tables())
        if (o.wants(table.id))
            for (const auto& row : table.rows) names.insert(row.ours.run);
    for (const auto& figure : identity_free::figures())
        if (o.wants(figure.id))
            for (const auto& bar : figure.bars) names.insert(bar.ours.run);
    if (o.wants(identity_free::confusion_figure)) names.insert(identity_free::confusion_source);
    std::vector<planned_run> out;
    for (const planned_run& run : identity_free::runs())
        if (names.contains(run.name)) out.push_back(run);
    return out;
}

/// Everything that these clips may refuse, before anything is trained or written.
void try_run(const study_options& o, const corpus& from) {
    try_members(from, o.data, o.model, o.repeat.streams);
    if (!o.wants(feature_kind::pretrained)) return;
    for (const std::string& stream : o.repeat.streams) {
        const study_member member = member_of(o.model, stream);
        pretraining_parts(from.clips, input_of(from, o.data, member.model, member.stream),
                          member.model, o.training);
    }
}

}  // namespace

bool reproduce_options::wants(const std::string& id) const {
    return only.empty() || std::find(only.begin(), only.end(), id) != only.end();
}

void check_runs(const reproduce_options& o) {
    std::set<std::string> encoders;
    for (const planned_run& run : wanted_runs(o)) {
        const study_options asked = options_of(o, run);
        settled_streams(asked.model, asked.repeat.streams);
        const auto used = encoders_of(run);
        encoders.insert(used.begin(), used.end());
    }
    const std::string names = joined(std::vector<std::string>(encoders.begin(), encoders.end()));
    for (const std::string& setting : o.model.set)
        if (!encoders.contains(setting.substr(0, setting.find('.'))))
            wrong_usage(error("--set " + setting, "ENCODER.key=value with one of " + names,
                              key_of(setting), "put the encoder's name and a dot before the key")
                            .what());
}

study::splits protocol_splits(const data::clip_set& clips, const reproduce_options& o) {
    if (o.protocol == "cross-subject") return choose_split(clips, o.split);
    if (o.split.folds > 0 || o.split.alternate || !o.split.test_subjects.empty())
        wrong_usage(
            "--protocol cross-view has its own split: leave out --folds, --test-subjects "
            "and --alternate");
    return clips.about.name.starts_with("Northwestern-UCLA") ? study::nw_ucla_cross_view(clips)
                                                             : study::ntu_cross_view(clips);
}

reproduction reproduce(const reproduce_options& o, const corpus& from,
                       const study::splits& splits) {
    reproduction out;
    out.asked = o;
    out.split = splits.words;
    out.data = describe(from, o.data.folder);
    const std::vector<planned_run> runs = wanted_runs(o);
    for (std::size_t i = 0; i < runs.size(); ++i) {
        study_options asked = options_of(o, runs[i]);
        asked.repeat.streams = settled_streams(asked.model, asked.repeat.streams);
        say(text("run ", i + 1, " of ", runs.size(), ": ", runs[i].name));
        try {
            try_run(asked, from);
        } catch (const error& e) {
            say("note: " + runs[i].name + " is left out: " + e.what());
            out.refused[runs[i].name] = e.what();
            continue;
        }
        if (!asked.work.empty()) prepare_folder(asked.work);
        out.runs.emplace(runs[i].name, run_study(asked, from, splits));
    }
    return out;
}

std::optional<own_figure> reproduction::figure(const figure_source& from) const {
    const auto run = runs.find(from.run);
    if (run == runs.end()) return std::nullopt;
    const report::study& s = run->second;
    const planned_run& planned = run_named(from.run);
    const std::string stream =
        from.stream.empty() ? study::fused_name(planned.streams) : from.stream;
    for (const report::study_summary& found : s.summary) {
        if (found.features != kind_of(planned) || found.stream != stream || !found.linear_top1)
            continue;
        own_figure out{found.linear_top1->mean,
                       {},
                       found.linear_top1->low,
                       found.linear_top1->high,
                       found.folds,
                       found.seeds,
                       found.subjects,
                       found.shared_people};
        double sum = 0;
        int rows = 0;
        for (const report::study_row& row : s.results)
            if (row.features == found.features && row.stream == stream && row.linear_top5) {
                sum += *row.linear_top5;
                ++rows;
            }
        if (rows > 0) out.top5 = sum / rows;
        return out;
    }
    return std::nullopt;
}

std::optional<double> reproduction::gain(const identity_free::printed_table& table,
                                         const identity_free::printed_row& row) const {
    if (row.gain_to < 0) return std::nullopt;
    const auto from = figure(table.rows[static_cast<std::size_t>(row.gain_from)].ours);
    const auto to = figure(table.rows[static_cast<std::size_t>(row.gain_to)].ours);
    if (!from || !to) return std::nullopt;
    return to->top1 - from->top1;
}

std::string reproduction::without(const figure_source& from) const {
    if (!from.without.empty()) return from.without;
    const auto found = refused.find(from.run);
    return found == refused.end() ? std::string() : "left out: " + found->second;
}

std::vector<std::string> reproduction::caveats() const {
    std::vector<std::string> out;
    for (const auto& [name, run] : runs)
        for (std::string& words : report::caveats(run))
            if (std::find(out.begin(), out.end(), words) == out.end())
                out.push_back(std::move(words));
    out.push_back(
        text("Trained by Adam for ", asked.training.epochs,
             asked.training.epochs == 1 ? " epoch" : " epochs",
             "; the paper trains by SGD with Nesterov momentum at a rate of 0.01 until the loss "
             "is stable. Figures after few epochs say what the pipeline does, not what the methods "
             "are worth."));
    return out;
}

std::string reproduction::whose(const std::string& sets) const {
    const auto names = [](const std::string& words, const char* set) {
        return words.find(set) != words.npos;
    };
    const bool same = (names(sets, "iMiGUE") && names(data.name, "iMiGUE")) ||
                      (names(sets, "NTU") && names(data.name, "NTU"));
    return "Ours: " + data.name + ", " + split + ". The paper: " + sets +
           (same ? "." : ", other data: the figures do not compare with each other.");
}

std::vector<std::string> reproduction::conflicts() const {
    std::vector<std::string> out;
    for (const auto& one : identity_free::conflicts())
        if (std::any_of(one.ids.begin(), one.ids.end(),
                        [&](const std::string& id) { return asked.wants(id); }))
            out.push_back(one.words);
    return out;
}

std::vector<report::setting> reproduction::settings() const {
    std::vector<report::setting> out{{"paper", asked.paper},
                                     {"protocol", asked.protocol},
                                     {"split", split},
                                     {"frames", text(asked.model.frames)},
                                     {"epochs", text(asked.training.epochs)},
                                     {"batch", text(asked.training.batch)},
                                     {"rate", text(asked.training.rate)},
                                     {"seeds", text("1 to ", asked.seeds)},
                                     {"linear probe", asked.linear}};
    if (asked.model.queue > 0) out.push_back({"queue", text(asked.model.queue)});
    for (const std::string& setting : asked.model.set)
        out.push_back({key_of(setting), setting.substr(setting.find('=') + 1)});
    return out;
}

}  // namespace mgfm
