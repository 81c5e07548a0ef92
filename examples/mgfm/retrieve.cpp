// mgfm retrieve: the clips most like a clip.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <numeric>

#include "commands.hpp"
#include "made_of.hpp"
#include "mgkit/report/chart_skeleton.hpp"
#include "mgkit/report/html.hpp"
#include "mgkit/report/json.hpp"
#include "mgkit/report/summarise.hpp"
#include "mgkit/report/text.hpp"
#include "outputs.hpp"
#include "rows.hpp"
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

report::study about(const retrieve_options& o, const encoder_and_clips& opened) {
    report::study out;
    out.data = describe(opened.from, o.data.folder);
    out.title = "mgfm retrieve: " + out.data.name;
    out.command = o.command;
    out.settings = {{"weights", o.encoder.weights},
                    {"weights digest", digest_of_file(o.encoder.weights).hex()},
                    {"encoder", opened.facts.kind},
                    {"stream", opened.facts.stream},
                    {"width", text(opened.facts.width)},
                    {"heads", text(opened.facts.heads)},
                    {"frames", text(opened.facts.frames)}};
    add_identity(out.settings, opened.from, o.data);
    return out;
}

/// The study as a result of this command, with what else it found.
io::json result_of(const retrieve_options& o, const report::study& s, const io::json& found) {
    io::json out = report::to_json(s);
    out["kind"] = "retrieve";
    out["program"] = "mgfm retrieve";
    out["weights"] = report::clean(o.encoder.weights);
    out.update(found);
    return out;
}

/// The clips most like one clip, among all others.
void one_query(const retrieve_options& o, const encoder_and_clips& opened, int query,
               const data::feature_table& features) {
    const auto& clips = opened.from.clips;
    std::vector<int> others(static_cast<std::size_t>(clips.size()));
    std::iota(others.begin(), others.end(), 0);
    others.erase(others.begin() + query);
    if (others.empty()) throw error("mgfm retrieve", "two or more clips", "one");
    const int one[] = {query};
    const auto found = nearest(features.subset(others), features.subset(one),
                               static_cast<std::size_t>(o.top), o.run.thread_count());

    report::study page = about(o, opened);
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
    put_json(o.json, result_of(o, page, {{"query", facts_of(clips, query)}, {"hits", hits}}));
    print(text("mgfm retrieve: ", report::clean(page.data.name), "\nQuery: clip ", o.query,
               ", subject ", clips.subjects[static_cast<std::size_t>(query)], ", ",
               report::clean(class_of(clips, query)), "\n\n", table.str()),
          o.json);
}

/// Every test clip asks the training clips.
void whole_split(const retrieve_options& o, const encoder_and_clips& opened,
                 const named_split& splits, const data::feature_table& features) {
    report::study result = about(o, opened);
    result.split = splits.words;
    for (std::size_t f = 0; f < splits.folds.size(); ++f) {
        const fold_sides sides(opened.from.clips, splits, f, o.run.thread_count());
        const auto train = features.subset(splits.folds[f].train);
        const auto test = features.subset(splits.folds[f].test);
        result.results.push_back(sides.majority(opened.facts.stream));
        auto row = sides.row(feature_kind::pretrained, opened.facts.stream, 0);
        report::add_knn(row, retrieve(train, sides.train.clips.labels, test,
                                      sides.test.clips.labels, sides.classes(), sides.threads));
        result.results.push_back(std::move(row));
        if (f == 0 && !(o.html.empty() && o.json.empty()))
            result.retrieval = examples(sides, train, test, 6, static_cast<std::size_t>(o.top));
    }
    report::summarise(result);
    double top5 = 0;
    for (const auto& row : result.results)
        if (row.features == feature_kind::pretrained)
            top5 += *row.knn_top5 / static_cast<double>(splits.folds.size());
    if (!o.html.empty()) report::write_html(o.html, result);
    put_json(o.json, result_of(o, result, {{"knn_top5", top5}}));
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
    const encoder_and_clips opened = open_encoder(o.encoder, o.data, threads);
    const auto& clips = opened.from.clips;
    stored_encoder encoder(opened.facts, opened.from, threads);
    const int query = o.query.empty() ? -1 : position_of(clips, o.query);
    const named_split splits = query < 0 ? choose_split(clips, o.split) : named_split{};
    announce(opened.from, threads);
    const data::feature_table features = [&] {
        progress_display display("embedding", "clips");
        return encoder.embed(clips, [&](int done) { display.update(done, clips.size(), 0, ""); });
    }();
    data::check(features, o.encoder.weights);
    if (query < 0)
        whole_split(o, opened, splits, features);
    else
        one_query(o, opened, query, features);
}

}  // namespace

void add_retrieve(CLI::App& program, const std::string& command_line) {
    auto options = std::make_shared<retrieve_options>();
    options->command = command_line;
    CLI::App* command = program.add_subcommand(
        "retrieve",
        "Find the clips whose features are most like a clip's; without --query, how often the "
        "nearest training clip of a test clip is of its class.");
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
    add_json(*command, options->json, "Hits or accuracy");
    command->add_option("--html", options->html, "A page where query and hits move side by side");
    command->callback([options] { run_retrieve(*options); });
}

}  // namespace mgfm
