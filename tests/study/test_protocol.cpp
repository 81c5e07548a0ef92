// SPDX-License-Identifier: MIT
// A study: rows of every system, stopped and resumed, and never of anything else.
#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "catch.hpp"
#include "io/support.hpp"
#include "mgkit/data/clip_digests.hpp"
#include "mgkit/io/json.hpp"
#include "mgkit/metric/fusion.hpp"
#include "mgkit/study/protocol.hpp"
#include "mgkit/study/row_file.hpp"
#include "mgkit/study/systems.hpp"
#include "mgkit/version.hpp"
#include "study/small.hpp"

using namespace mgkit;
using study::feature_kind;

namespace {

/// Features of a "trained" encoder whose only setting is a width.
study::fold_features trained(const study::task& t, std::size_t width) {
    const std::uint64_t seed = t.seed + (t.stream == "bone" ? 100 : 0);
    return {features_like(t.at.train.labels, 1.5, seed, width),
            features_like(t.at.test.labels, 1.5, seed + 10, width)};
}

/// Majority, warping, and an encoder of two seeds, its probe shuffled too, on two streams.
struct small_study {
    data::clip_set clips = small_clips();
    study::splits who = study::choose_splits(clips, {.folds = 2});
    std::size_t width = 12;
    std::vector<std::string> made;  ///< answers, in order
    int stop_after = -1;            ///< answers

    study::plan plan() const {
        const auto make =
            study::remembered([this](const study::task& t) { return trained(t, width); });
        const auto parts = [this](const study::task&) { return recipe{{"width", text(width)}}; };
        return {
            .systems = {study::majority_system(), study::dtw_system(),
                        study::probed_system<T>(feature_kind::pretrained, make, parts, 1, {1, 2}),
                        study::shuffled_system<T>(make, parts, 1, {1, 2})},
            .streams = {"joint", "bone"}};
    }
    recipe data() const {
        return data::recipe_of(data::digests_of(clips)).set("version", mgkit::version);
    }
    recipe whole() const { return data().set("width", text(width)).set("split", who.words); }

    study::row_store run(const std::string& path) {
        study::row_store rows = study::open_rows(path, whole(), data());
        run(rows);
        return rows;
    }
    void run(study::row_store& rows, bool again = false) {
        made.clear();
        study::run(plan(), clips, who, rows,
                   {.on_answer =
                        [&](const study::task& t, feature_kind kind, const study::answer&, bool) {
                            if (static_cast<int>(made.size()) == stop_after)
                                throw error("the machine", "power", "none");
                            made.push_back(text(study::name(kind), " ", t.stream, " ", t.at.number,
                                                " ", t.seed));
                        },
                    .again = [again](const study::task&, feature_kind) { return again; }});
    }
};

/// Stands for an encoder, trained on a training side.
struct toy_encoder {
    std::uint64_t seed;
    data::feature_table embed(const data::clip_set& clips) const {
        return features_like(clips.labels, 2, seed, 9);
    }
};
toy_encoder pretrained_on(const data::clip_set&, int epochs, std::uint64_t seed) {
    return {seed + static_cast<std::uint64_t>(epochs)};
}

constexpr int answers_of_all = 2 * (2 + 1 + 2 * 2 * 2);  // folds, majority, warping, learned
constexpr int rows_of_all = answers_of_all + 2 * 2;      // and fused: folds, seeds

}  // namespace

TEST_CASE("every system answers in every fold, stream and seed that it has") {
    small_study s;
    const auto rows = s.run("").rows();
    REQUIRE(rows.size() == rows_of_all);
    REQUIRE(s.made.size() == answers_of_all);
    const std::vector<std::string> first(s.made.begin(), s.made.begin() + 11);
    CHECK(first == std::vector<std::string>{
                       "majority joint 0 0", "dtw joint 0 0", "pretrained joint 0 1",
                       "shuffled joint 0 1", "pretrained joint 0 2", "shuffled joint 0 2",
                       "majority bone 0 0", "pretrained bone 0 1", "shuffled bone 0 1",
                       "pretrained bone 0 2", "shuffled bone 0 2"});
    std::map<feature_kind, int> count;
    for (const auto& r : rows) {
        ++count[r.features];
        const auto& tested = s.who.folds[static_cast<std::size_t>(r.fold)].test;
        REQUIRE(r.clip.size() == tested.size());
        for (std::size_t i = 0; i < tested.size(); ++i)
            CHECK(r.clip[i] == s.clips.ids[static_cast<std::size_t>(tested[i])]);
        CHECK(r.knn_hit.size() + r.linear_hit.size() > 0);
    }
    CHECK(count == std::map<feature_kind, int>{{feature_kind::majority, 4},
                                               {feature_kind::dtw, 2},
                                               {feature_kind::pretrained, 12},
                                               {feature_kind::shuffled, 8}});
}

TEST_CASE("streams are fused by their class shares") {
    small_study s;
    const auto rows = s.run("").rows();
    const study::row& fused = rows[11];
    CHECK(fused.stream == "joint+bone");
    CHECK_FALSE(fused.knn_top1);
    const study::fold at = study::fold_of(s.clips, s.who, 0);
    std::vector<std::vector<float>> scores;
    for (const char* stream : {"joint", "bone"}) {
        context ctx;
        const study::task t{at, stream, 1};
        scores.push_back(study::linear_probe<T>(ctx, at, trained(t, s.width)).scores.scores);
    }
    CHECK(*fused.linear_top1 ==
          probe::evaluate_scores(at.test.labels, metric::fuse(scores, 6), 6).top1);
}

TEST_CASE("streams are fused with stated weights, and heard of") {
    small_study s;
    auto plan = s.plan();
    plan.weights = {.8, .2};
    study::row_store rows;
    std::vector<std::string> fused;
    std::vector<float> last;
    study::events told{
        .on_fused = [&](const study::task& t, feature_kind kind, const study::answer& a) {
            fused.push_back(text(study::name(kind), " ", t.stream, " ", t.at.number, " ", t.seed));
            if (fused.size() == 1) last = a.linear->scores;
        }};
    study::run(plan, s.clips, s.who, rows, told);
    CHECK(fused ==
          std::vector<std::string>{"pretrained joint+bone 0 1", "pretrained joint+bone 0 2",
                                   "pretrained joint+bone 1 1", "pretrained joint+bone 1 2"});
    const study::fold at = study::fold_of(s.clips, s.who, 0);
    std::vector<std::vector<float>> scores;
    for (const char* stream : {"joint", "bone"}) {
        context ctx;
        const study::task t{at, stream, 1};
        scores.push_back(study::linear_probe<T>(ctx, at, trained(t, s.width)).scores.scores);
    }
    CHECK(last == metric::fuse(scores, 6, plan.weights));
    CHECK(last != metric::fuse(scores, 6));
    // Other weights are another row; the same ones are made again where somebody asks.
    const std::size_t before = rows.entries().size();
    fused.clear();
    study::run(plan, s.clips, s.who, rows, told);
    CHECK((fused.empty() && rows.entries().size() == before));
    told.again = [](const study::task& t, feature_kind) { return t.stream == "joint+bone"; };
    study::run(plan, s.clips, s.who, rows, told);
    CHECK((fused.size() == 4 && rows.entries().size() == before));
    plan.weights = {.5, .5};
    study::run(plan, s.clips, s.who, rows, told);
    CHECK(rows.entries().size() == before + 4);
    plan.weights = {1};
    CHECK_REFUSED(study::run(plan, s.clips, s.who, rows), "a weight for each of 2 streams");
}

TEST_CASE("a study that was stopped anywhere ends as one that was not") {
    small_study s;
    scratch_folder folder;
    const std::string whole = words(s.run(folder / "whole.json").rows());
    REQUIRE(whole == words(s.run("").rows()));
    for (const int stop : {0, 1, 6, 11, 15, answers_of_all - 1}) {
        const std::string path = folder / text("rows", stop, ".json");
        s.stop_after = stop;
        CHECK_REFUSED(s.run(path), "the machine");
        s.stop_after = -1;
        const auto resumed = s.run(path);
        CHECK(words(resumed.rows()) == whole);
        CHECK(resumed.used_again() >= stop);
        CHECK(resumed.used_again() + resumed.added() == rows_of_all);
        CHECK(resumed.notes.empty());
        const auto again = s.run(path);
        CHECK(words(again.rows()) == whole);
        CHECK(again.added() == 0);
        CHECK(s.made.empty());
    }
}

TEST_CASE("a fused row that is missing is made from its streams again") {
    small_study s;
    scratch_folder folder;
    const std::string path = folder / "rows.json";
    const std::string whole = words(s.run(path).rows());
    io::json file = io::read_json(path);
    auto& rows = file["rows"];
    for (std::size_t i = rows.size(); i-- > 0;)
        if (rows[i]["stream"] == "joint+bone") rows.erase(i);
    io::write_json(path, file);
    const auto again = s.run(path);
    CHECK(words(again.rows()) == whole);
    CHECK(again.added() == 4);
    CHECK(s.made.size() == 8);
}

TEST_CASE("rows of other data are not used again") {
    small_study s;
    scratch_folder folder;
    const std::string path = folder / "rows.json";
    s.run(path);
    SECTION("a value") {
        s.clips = with_values(s.clips, [](int i, float v) { return i == 5 ? v + 1e-6f : v; });
    }
    SECTION("a label") {
        s.clips.labels[3] = 5;
    }
    SECTION("a subject") {
        std::swap(s.clips.subjects.front(), s.clips.subjects.back());
        s.who = study::choose_splits(s.clips, {.folds = 2});
    }
    const auto rows = s.run(path);
    CHECK(rows.used_again() == 0);
    CHECK(rows.added() == rows_of_all);
    REQUIRE(rows.notes.size() == 1);
    CHECK(contains(rows.notes[0], "of other data"));
    small_study fresh;
    fresh.clips = s.clips;
    fresh.who = s.who;
    CHECK(words(rows.rows()) == words(fresh.run("").rows()));
}

TEST_CASE("rows that do not depend on a setting are used again, the others are not") {
    small_study s;
    scratch_folder folder;
    const std::string path = folder / "rows.json";
    s.run(path);
    s.width = 16;
    const auto wider = s.run(path);
    CHECK(wider.used_again() == 6);
    CHECK(wider.added() == rows_of_all - 6);
    REQUIRE(wider.notes.size() == 1);
    CHECK(contains(wider.notes[0], "width"));
    small_study fresh;
    fresh.width = 16;
    CHECK(words(wider.rows()) == words(fresh.run("").rows()));
    s.who = study::choose_splits(s.clips, {.test_subjects = {1}});
    CHECK(s.run(path).used_again() == 0);
}

TEST_CASE("a half-finished study of other settings is refused, and stays as it is") {
    small_study s;
    scratch_folder folder;
    const std::string path = folder / "rows.json";
    s.stop_after = 4;
    CHECK_REFUSED(s.run(path), "the machine");
    s.stop_after = -1;
    const io::json half = io::read_json(path);
    CHECK(half["finished"] == false);
    s.width = 16;
    const std::string told = refusal([&] { s.run(path); });
    CHECK(contains(told, "width 16"));
    CHECK(contains(told, "width 12"));
    CHECK(contains(told, "not finished"));
    CHECK(contains(told, "name another file"));
    CHECK(io::read_json(path) == half);
    s.width = 12;
    CHECK(s.run(path).used_again() == 4);
    CHECK(io::read_json(path)["finished"] == true);
}

TEST_CASE("files that are no rows are refused; those of an earlier version are replaced") {
    small_study s;
    scratch_folder folder;
    const std::string path = folder / "rows.json";
    const io::json sound = [&] {
        s.run(path);
        return io::read_json(path);
    }();
    const auto with = [&](const char* key, io::json value) {
        io::json out = sound;
        out[key] = std::move(value);
        return out;
    };
    for (const io::json& damaged :
         {io::json::object(), io::json::array(), with("rows", 3), with("study", {{"a", 1}}),
          with("finished", "yes"), with("rows", {io::json::object()})}) {
        io::write_json(path, damaged);
        CHECK_REFUSED(s.run(path), "rows.json");
    }
    io::write_json(path, {{"run", "of before"}, {"rows", io::json::array()}});
    const auto rows = s.run(path);
    CHECK(rows.added() == rows_of_all);
    REQUIRE(rows.notes.size() == 1);
    CHECK(contains(rows.notes[0], "another version"));
    CHECK_REFUSED(s.run(folder / "absent/rows.json"), "absent");
}

TEST_CASE("an answer that is wanted again is made again, and its row stays") {
    small_study s;
    study::row_store rows;
    s.run(rows);
    const std::string whole = words(rows.rows());
    s.run(rows);
    CHECK(s.made.empty());
    s.run(rows, true);
    CHECK(s.made.size() == answers_of_all);
    CHECK(rows.added() == rows_of_all);
    CHECK(words(rows.rows()) == whole);
}

TEST_CASE("a study is a few lines") {
    const scratch_folder folder;
    const data::clip_set clips = small_clips();
    const std::string path = folder / "rows.json";
    const int epochs = 3;
    for (const int added : {8, 0}) {
        const auto who = study::choose_splits(clips, {.folds = 2});
        const recipe training{{"epochs", text(epochs)}};
        const auto parts = [&](const study::task&) { return training; };
        const auto features = study::remembered([&](const study::task& t) {
            const auto encoder = pretrained_on(t.at.train, epochs, t.seed);
            return study::fold_features{encoder.embed(t.at.train), encoder.embed(t.at.test)};
        });
        const study::plan plan{
            .systems = {study::majority_system(), study::dtw_system(),
                        study::probed_system<T>(feature_kind::pretrained, features, parts),
                        study::shuffled_system<T>(features, parts)}};
        const recipe data = data::recipe_of(data::digests_of(clips)).set("version", version);
        auto rows = study::open_rows(path, recipe(data).add(training), data);
        study::run(plan, clips, who, rows);
        for (const study::row& r : rows.rows()) CHECK(r.knn_top1.value_or(-1) >= 0);
        CHECK(rows.added() == added);
    }
}

TEST_CASE("plans that cannot be run are refused", "[quick]") {
    small_study s;
    study::row_store rows;
    auto plan = s.plan();
    plan.streams.clear();
    CHECK_REFUSED(study::run(plan, s.clips, s.who, rows), "one or more streams");
    plan = s.plan();
    plan.systems[1].run = nullptr;
    CHECK_REFUSED(study::run(plan, s.clips, s.who, rows), "dtw without a function");
    plan = s.plan();
    plan.systems = {study::searched_system<T>(
        feature_kind::pretrained, [&](const study::task& t) { return trained(t, 9); }, {})};
    CHECK_REFUSED(study::run(plan, s.clips, s.who, rows), "to be fused");
}
