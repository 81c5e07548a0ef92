// SPDX-License-Identifier: MIT
// mgfm retrieve: the clips most like a clip.
#include <CLI/CLI.hpp>
#include <functional>
#include <memory>
#include <numeric>

#include "commands.hpp"
#include "features.hpp"
#include "folds.hpp"
#include "made_of.hpp"
#include "mgkit/report/chart_skeleton.hpp"
#include "mgkit/report/html.hpp"
#include "mgkit/report/json.hpp"
#include "mgkit/report/summarise.hpp"
#include "mgkit/report/table.hpp"
#include "mgkit/report/text.hpp"
#include "outputs.hpp"
#include "report_parts.hpp"
#include "systems.hpp"
#include "weights.hpp"

namespace mgfm {

using namespace mgkit;
using report::feature_kind;

namespace {

struct retrieve_options {
    data_options data;
    encoder_options encoder;
    split_options split;
    run_options run;
    std::string query, json, html, command;
    int top = 5;
    bool plain = false;
};

std::string class_of(const data::clip_set& clips, int i) {
    return clips.class_names[static_cast<std::size_t>(clips.labels[static_cast<std::size_t>(i)])];
}

io::json facts_of(const data::clip_set& clips, int i) {
    const auto k = static_cast<std::size_t>(i);
    return {{"clip", clips.ids[k]},
            {"subject", clips.subjects[k]},
            {"label", clips.labels[k]},
            {"class", report::clean(class_of(clips, i))}};
}

/// Position of the clip with this number.
int position_of(const data::clip_set& clips, const std::string& id) {
    for (int i = 0; i < clips.size(); ++i)
        if (std::to_string(clips.ids[static_cast<std::size_t>(i)]) == id) return i;
    throw error(
        "--query",
        text("the number of a usable clip, from ", clips.ids.front(), " to ", clips.ids.back()), id,
        "clips are counted from 0 in the order of data.npy");
}

/// What the command says about data and encoder; `scored` are the subjects of the queries.
report::study about(const retrieve_options& o, const encoder_and_clips& opened,
                    const seen_people& people) {
    report::study out;
    out.data = describe(opened.from, o.data.folder);
    out.title = "mgfm retrieve: " + out.data.name;
    out.command = o.command;
    if (!people.words().empty()) out.data.notes.push_back(people.words());
    for (const auto& note : opened.facts.notes) out.data.notes.push_back(note + ".");
    out.settings = {{"weights", o.encoder.weights},
                    {"weights digest", digest_of_file(o.encoder.weights).hex()},
                    {"stream", opened.facts.stream}};
    for (auto& setting : opened.facts.settings()) out.settings.push_back(std::move(setting));
    add_identity(out.settings, opened.from, o.data);
    return out;
}

/// The study as a result of this command, with what else it found.
io::json result_of(const retrieve_options& o, const report::study& s, const seen_people& people,
                   const io::json& found) {
    io::json out = report::to_json(s);
    out["kind"] = "retrieve";
    out["program"] = "mgfm retrieve";
    out["weights"] = report::clean(o.encoder.weights);
    out["seen_in_pretraining"] = people.json();
    for (const auto& [key, value] : found.items()) out[key] = value;
    return out;
}

/// The clips most like one clip, among all others.
void one_query(retrieve_options& o, encoder_and_clips& opened, int query) {
    const int threads = o.run.thread_count();
    const std::string decided_by = settle_for_all(opened.from, o.data);
    announce(opened.from, threads);
    feature_source source(opened, threads);
    const auto& features = source.trained(o.data.reference, opened.from.clips);
    const auto& clips = opened.from.clips;
    std::vector<int> others(static_cast<std::size_t>(clips.size()));
    std::iota(others.begin(), others.end(), 0);
    others.erase(others.begin() + query);
    if (others.empty()) throw error("mgfm retrieve", "two or more clips", "one");
    const int one[] = {query};
    const auto found = nearest(features.subset(others), features.subset(one),
                               static_cast<std::size_t>(o.top), threads);

    const seen_people people =
        people_seen(opened.facts, opened.from, {clips.subjects[static_cast<std::size_t>(query)]});
    report::study page = about(o, opened, people);
    page.settings.push_back({"reference position", "per " + o.data.reference});
    page.settings.push_back({"decided by", decided_by});
    page.split = "every other clip is searched, the query's own subject included";
    report::study_retrieval shown{drawn(clips, query), {}};
    io::json hits = io::json::array();
    report::table table({{"rank", report::align::right},
                         {"clip", report::align::right},
                         {"subject", report::align::right},
                         {"class", report::align::left},
                         {"similarity", report::align::right}});
    for (std::size_t j = 0; j < found.k; ++j) {
        const int hit = others[static_cast<std::size_t>(found.index[j])];
        const auto k = static_cast<std::size_t>(hit);
        shown.hits.push_back({drawn(clips, hit), found.cosine[j]});
        hits.push_back(facts_of(clips, hit));
        hits.back()["similarity"] = found.cosine[j];
        table.add({text(j + 1), text(clips.ids[k]), text(clips.subjects[k]), class_of(clips, hit),
                   report::fixed(found.cosine[j], 4)});
    }
    page.retrieval.push_back(std::move(shown));
    if (!o.html.empty()) report::write_html(o.html, page);
    put_json(o.json,
             result_of(o, page, people, {{"query", facts_of(clips, query)}, {"hits", hits}}));
    std::string notes;
    for (const auto& note : page.data.notes) notes += report::clean(note) + "\n";
    print(text("mgfm retrieve: ", report::clean(page.data.name), "\nQuery: clip ", o.query,
               ", subject ", clips.subjects[static_cast<std::size_t>(query)], ", ",
               report::clean(class_of(clips, query)), "\n", notes, "\n", table.str()),
          o.json);
}

/// Every test clip asks the training clips.
void whole_split(const retrieve_options& o, encoder_and_clips& opened) {
    const corpus& from = opened.from;
    const int threads = o.run.thread_count();
    corpus_folds folds(from, o.data, choose_split(from.clips, o.split));
    announce(from, threads);
    feature_source source(opened, threads);
    const auto features = source.trained_in(folds);
    std::vector<report::study_retrieval> shown;
    study::row_store rows;
    study::run(
        {.systems = compare({.pretrained = features,
                             .random = source.random_in(folds),
                             .input = input_for(opened.facts, from),
                             .plain = o.plain},
                            searched, threads),
         .streams = {opened.facts.stream}},
        folds.count(), std::ref(folds), rows,
        {.on_answer = [&](const study::task& t, feature_kind kind, const study::answer&, bool) {
            if (kind == feature_kind::pretrained && t.at.number == 0 &&
                !(o.html.empty() && o.json.empty()))
                shown = examples(t.at, features(t), 6, static_cast<std::size_t>(o.top), threads);
        }});
    const seen_people people = people_seen(opened.facts, from, folds.tested());
    report::study result = about(o, opened, people);
    result.split = folds.words();
    result.results = rows.rows();
    result.retrieval = std::move(shown);
    result.settings.push_back({"reference position", folds.positions()});
    report::summarise(result);
    double top5 = 0;
    for (const auto& row : result.results)
        if (row.features == feature_kind::pretrained)
            top5 += *row.knn_top5 / static_cast<double>(folds.count());
    if (!o.html.empty()) report::write_html(o.html, result);
    put_json(o.json, result_of(o, result, people, {{"knn_top5", top5}}));
    print(report::to_text(result) + "One of the five nearest is of the right class: " +
              report::percent(top5) + " % of the test clips.\n",
          o.json);
}

void run_retrieve(retrieve_options& o) {
    o.data.check_source();
    auto inputs = o.data.files();
    inputs.push_back(o.encoder.weights);
    check_outputs(o.json, {o.html}, inputs);
    const int threads = o.run.thread_count();
    encoder_and_clips opened = open_encoder(o.encoder, o.data, threads);
    if (o.query.empty())
        whole_split(o, opened);
    else
        one_query(o, opened, position_of(opened.from.clips, o.query));
}

}  // namespace

void add_retrieve(CLI::App& program, const std::string& command_line) {
    auto options = std::make_shared<retrieve_options>();
    options->command = command_line;
    CLI::App* command = program.add_subcommand(
        "retrieve",
        "Find the clips whose features are most like a clip's; without --query, how often the "
        "nearest training clip of a test clip is of its class, beside majority, raw coordinates "
        "and "
        "a random encoder.");
    command->footer(
        "Examples:\n"
        "  mgfm retrieve --data clips --weights encoder.safetensors --query 17 --html hits.html\n"
        "  mgfm retrieve --data clips --weights encoder.safetensors --test-subjects 8,9,10");
    options->data.add_to(*command);
    options->split.add_to(*command);
    options->encoder.add_to(*command)->required();
    options->run.add_to(*command);
    command->option_defaults()->group("Search");
    command->add_option("--query", options->query, "Number of a clip: its row in data.npy, from 0");
    command->add_option("--top", options->top, "Hits to show")
        ->check(CLI::Range(1, 50))
        ->capture_default_str();
    command->add_flag("--plain", options->plain,
                      "Without --query: leave out raw coordinates and the random encoder; majority "
                      "stays");
    add_json(*command, options->json, "Hits or accuracy");
    command->add_option("--html", options->html, "A page where query and hits move side by side");
    command->callback([options] { run_retrieve(*options); });
}

}  // namespace mgfm
