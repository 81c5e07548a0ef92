// SPDX-License-Identifier: MIT
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "catch.hpp"
#include "metric/refused.hpp"
#include "mgkit/clip/prior_sampler.hpp"
#include "mgkit/io/csv.hpp"
#include "mgkit/io/json.hpp"
#include "mgkit/report/audit_json.hpp"
#include "mgkit/report/audit_text.hpp"
#include "mgkit/report/chart_rejections.hpp"
#include "mgkit/report/html.hpp"
#include "mgkit/report/read_run.hpp"
#include "mgkit/report/sampler_audit.hpp"
#include "mgkit/report/summarise.hpp"
#include "mgkit/report/text.hpp"
#include "report/markup.hpp"
#include "report/sample.hpp"

using namespace mgkit;
using namespace mgkit::report;

namespace {

report::study full_study() {
    report::study s = sample_study();
    s.title = "mgfm study: sample";
    s.data.class_groups = {"arm", "hand"};
    s.data.generator = "7";
    s.data.synthetic = true;
    s.data.folder = "clips";
    s.data.notes = {"a note"};
    summarise(s);
    s.confusions = {{"linear probe", probe::evaluate({0, 1}, {1, 1}, 2).confusion, {3, 1}}};
    s.curves = {{"loss, joint stream", {1, 2}, {3, std::nan("")}, {.5, .25}}};
    s.retrieval.push_back({{{}, 0, "subject 1", 3u}, {{{{}, 1, "subject 2", 4u}, .5}}});
    return s;
}

io::json written(const io::json& value) {
    return io::parse_json(io::to_text(value, "test"), "run.json");
}

std::string refused(io::json value, const std::function<void(io::json&)>& change) {
    change(value);
    try {
        run_from_json(value, "run.json");
    } catch (const error& e) {
        return e.what();
    }
    return "accepted";
}

run named(std::string name, run r) {
    r.name = std::move(name);
    return r;
}

/// The part that a path like "/summary/0/features" leads to.
io::json& part_at(io::json& whole, std::string_view path) {
    io::json* at = &whole;
    while (!path.empty()) {
        path.remove_prefix(1);
        const std::string step(path.substr(0, path.find('/')));
        path.remove_prefix(step.size());
        at = at->is_array() ? &(*at)[std::stoul(step)] : &(*at)[step];
    }
    return *at;
}

}  // namespace

TEST_CASE("a study read back is the same study") {
    const io::json j = written(to_json(full_study()));
    CHECK(j["kind"] == "study");
    const run r = run_from_json(j, "run.json");
    CHECK(written(to_json(r.result)) == j);
    CHECK(r.result.data.class_groups == std::vector<std::string>{"arm", "hand"});
    CHECK(r.result.data.folder == "clips");
    CHECK(r.result.confusions[0].train_clips == std::vector<double>{3, 1});
    CHECK(std::isnan(r.result.curves[0].y[1]));
    CHECK(r.result.retrieval[0].query.row == 3u);
    CHECK(r.result.retrieval[0].hits[0].similarity == .5);
    CHECK_FALSE(r.sampling);
}

TEST_CASE("an audit read back is the same audit") {
    const io::json j = written(to_json(sample_audit()));
    const run r = run_from_json(j, "run.json");
    REQUIRE(r.sampling);
    CHECK(written(to_json(*r.sampling)) == j);
    CHECK(r.result.data.synthetic);
    CHECK(r.result.data.generator == "7");
    CHECK(to_json(audit_from_json(to_json(audit{}), "a"))["corpus"] == "");
    io::json small = j;
    for (const char* key :
         {"deciles", "ks_proposed", "ks_accepted", "durations", "iod", "cut_ins", "sweep", "notes",
          "fps", "generator_version", "synthetic", "truth", "rates", "clips", "caveats"})
        small.erase(key);
    CHECK_FALSE(run_from_json(small, "a").result.data.synthetic);
    small["generator_version"] = 3;
    small["sweep"] = nullptr;
    CHECK(run_from_json(small, "a").sampling->generator == "3");
    CHECK(run_from_json(small, "a").sampling->synthetic);
}

TEST_CASE("an audit says who annotated, how many people, which rates and both chances") {
    const audit a = sample_audit();
    const io::json j = to_json(a);
    CHECK(j["truth"]["recordings_not_annotated"] == 30);
    CHECK(j["truth"]["segments_not_used"] == 90);
    CHECK(j["iod"][0]["own_chance"] == .1875);
    CHECK(j["iod"][0]["shift_chance"] == .125);
    CHECK(j["iod"][0]["people"] == 3);
    CHECK(j["sweep"][0]["own_chance"] == .1875);
    CHECK(j["rejections"]["person_change"] == 10);
    const std::string words = to_text(a), told = j["caveats"].dump();
    const written_page page =
        compose(std::vector<run>{{"audit", "mgfm audit", {}, sample_audit()}}, "t");
    for (const char* part :
         {"30 of 100 recordings are not annotated", "Only 3 people (recordings, where the subject",
          "narrower than they should be", "60 at 25.00, 40 at 50.00",
          "150 of them from another rate", "12 clips have more frames"}) {
        INFO(part);
        CHECK(contains(told, part));
        CHECK(contains(words, part));
        CHECK(contains(page.html, part));
    }
    for (const std::string& out : {words, page.html}) {
        CHECK(contains(out, "18.8 [17.5, 20.0]"));
        CHECK(contains(out, "12.5 [10.0, 15.0]"));
        CHECK(contains(out, "[0, L - d]"));
        CHECK(contains(out, "annotator 2"));
        CHECK(contains(out, "0.062"));
    }
    CHECK(contains(words, "own chance %"));
    CHECK(contains(words, "10 across a change of person"));
    CHECK(contains(page.html, "Own chance, %"));

    audit many = a;
    for (audit_overlap& o : many.overlaps) o.people = 12;
    many.truth->unnamed = 0;
    CHECK_FALSE(contains(to_text(many), "narrower than they should be"));
    many.overlaps[0].people = 1;
    many.overlaps[0].low = many.overlaps[0].high = std::nullopt;
    many.overlaps.resize(1);
    CHECK(contains(to_text(many), "Only 1 person: there is no interval over people."));
}

TEST_CASE("audits of earlier versions are read: one chance, three causes") {
    io::json j = to_json(sample_audit());
    j["rejections"].erase("person_change");
    for (std::size_t i = 0; i < j["iod"].size(); ++i) {
        io::json& o = j["iod"][i];
        for (const char* end : {"", "_low", "_high"}) {
            o[std::string("chance") + end] = o[std::string("shift_chance") + end];
            o.erase(std::string("shift_chance") + end);
        }
        o.erase("own_chance");
        o.erase("people");
    }
    const audit a = audit_from_json(j, "a.json");
    CHECK(a.overlaps[0].chance == .125);
    CHECK(a.overlaps[0].chance_high == .15);
    CHECK_FALSE(a.overlaps[0].own_chance);
    CHECK(a.counts.person_change == 0);
}

namespace {

struct early {
    static constexpr std::string_view name = "late<b>";
    bool accepts(const clip::candidate& c) const { return c.window.end <= 200; }
};

}  // namespace

TEST_CASE("an audit counts what constraints of one's own refused, wherever it is shown") {
    const auto prior = clip::duration_prior::from_durations({.2, .4, 1, 2, 3});
    const clip::visibility seen(500);
    clip::sample_audit counts(prior), plain(prior);
    using sampler = clip::rejection<clip::duration_prior, clip::all<early, clip::no_overlap>>;
    sampler{.budget = 300}.sample(seen, 25, prior, {}, counts);
    const audit a = audit_of(prior, counts);
    const auto late = static_cast<std::int64_t>(counts.rejected(early::name));
    REQUIRE(late > 0);
    REQUIRE(a.counts.others.size() == 1);
    CHECK(a.counts.others[0].name == "late<b>");
    CHECK(a.counts.others[0].refused == late);
    CHECK(a.counts.overlap == static_cast<std::int64_t>(counts.rejected("overlap")));
    CHECK(a.counts.proposed == 300);
    CHECK(a.counts.proposed == a.counts.accepted + late + a.counts.overlap);

    const io::json j = written(to_json(a));
    CHECK(j["rejections"]["others"][0]["cause"] == "late<b>");
    CHECK(j["rejections"]["others"][0]["refused"] == late);
    const audit back = audit_from_json(j, "a.json");
    CHECK(back.counts.by("late<b>") == late);
    std::int64_t tenths = 0;
    for (const auto& d : back.deciles) tenths += d.counts.by("late<b>");
    CHECK(tenths == late);
    io::json wrong = j;
    wrong["rejections"]["others"][0]["refused"] = 301;
    CHECK_REFUSED(audit_from_json(wrong, "a.json"), "at most as many");

    CHECK(contains(to_text(a), text(late, " late<b>")));
    CHECK(contains(to_text(a), "late<b> %"));
    const written_page page = compose(std::vector<run>{{"audit", "mgfm audit", {}, a}}, "t");
    CHECK(contains(page.html, "refused: late&lt;b&gt;"));
    CHECK(contains(page.html, "other constraints: "));
    CHECK(markup_fault(page.html) == "");
    const std::string csv = rejections_csv(a.deciles);
    CHECK(contains(csv.substr(0, csv.find('\n')), "person_change,overlap,late<b>"));

    // Without any, nothing of this is said.
    clip::prior_sampler{}.sample(seen, 25, prior, {}, plain);
    const audit usual = audit_of(prior, plain);
    CHECK(usual.counts.others.empty());
    CHECK_FALSE(to_json(usual)["rejections"].contains("others"));
    CHECK_FALSE(to_json(usual)["deciles"][0].contains("others"));
    CHECK_FALSE(contains(rejections_chart("t", usual.deciles).element(), "other constraints"));
}

TEST_CASE("every column of scores names its readout") {
    report::study s = full_study();
    const std::string words = to_text(s);
    for (const char* part : {"1-NN top-1 %", "linear top-1 %", "1-NN class mean %",
                             "linear class mean %", "1-NN top-1 points", "linear top-1 points"})
        CHECK(contains(words, part));
    CHECK_FALSE(contains(words, " class mean %  class mean %"));
    const io::json row = to_json(s)["summary"].back();
    CHECK_FALSE(row.contains("class_mean"));
    CHECK(row.contains("knn_class_mean"));
    CHECK(row.contains("linear_class_mean_interval"));
    const written_page page = compose(std::vector<run>{{"a", "mgfm study", s, {}}}, "t");
    for (const char* part : {"1-NN class mean", "Linear class mean", "1-NN top-1", "Linear top-1"})
        CHECK(contains(page.html, part));
    CHECK_FALSE(contains(page.html, ">Class mean<"));
    // A k-NN alone has no figure of a linear probe, and the other way round.
    study_row knn;
    add_knn(knn, probe::evaluate({0, 0, 1}, {0, 1, 1}, 2));
    CHECK(knn.knn_class_mean == .75);
    CHECK_FALSE(knn.linear_class_mean);
    add_linear(knn, probe::evaluate({0, 0, 1}, {1, 1, 1}, 2));
    CHECK(knn.knn_class_mean == .75);
    CHECK(knn.linear_class_mean == .5);
}

TEST_CASE("what pre-training writes becomes a curve") {
    const run r = run_from_json(
        io::parse_json(R"({"program": "mgfm pretrain", "version": "0.1", "settings": {"width": "8"},
            "data": {"name": "set", "clips": 9, "subjects": [1, 4], "subjects_out": []},
            "history": [{"epoch": 1, "loss": 2.5, "rate": 0.1, "parts": {}},
                        {"epoch": 2, "loss": 2.0, "rate": 0.05, "parts": {}}]})",
                       "p.json"),
        "p.json");
    CHECK(r.result.data.subjects == 2);
    REQUIRE(r.result.curves.size() == 1);
    CHECK(r.result.curves[0].y == std::vector<double>{2.5, 2});
    CHECK(r.result.curves[0].rate == std::vector<double>{.1, .05});
    CHECK(r.program == "mgfm pretrain");
}

TEST_CASE("results from elsewhere are refused with file and key") {
    const io::json s = written(to_json(full_study())), a = written(to_json(sample_audit()));
    const auto broken = [&](const io::json& j, const char* pointer, io::json value) {
        return refused(j, [&](io::json& c) { part_at(c, pointer) = value; });
    };
    CHECK_REFUSED(run_from_json(io::json::array(), "run.json"), "run.json");
    CHECK_REFUSED(run_from_json(io::json::object(), "run.json"), "no key 'kind'");
    CHECK(contains(broken(s, "/kind", "magic"), "magic"));
    CHECK(contains(broken(s, "/data/classes", 3), "'classes'"));
    CHECK(contains(broken(s, "/data/class_groups", {"one"}), "'class_groups'"));
    CHECK(contains(broken(s, "/data/bones", {{0, 3}}), "'bones'"));
    CHECK(contains(broken(s, "/data/bones", {{0}}), "'bones'"));
    CHECK(contains(broken(s, "/data/clips", -1), "-1"));
    CHECK(contains(broken(s, "/interval_level", 2), "'interval_level'"));
    CHECK(contains(broken(s, "/summary/0/features", "magic"), "magic"));
    CHECK(contains(broken(s, "/summary/1/knn_top1", "x"), "summary 1"));
    CHECK(contains(broken(s, "/summary/1/knn_top1_interval", {1}), "[low, high]"));
    CHECK(contains(broken(s, "/confusion/0/counts/1", {1}), "row 1"));
    CHECK(contains(broken(s, "/confusion/0/counts/1/0", -1), "-1"));
    CHECK(contains(broken(s, "/confusion/0/counts", io::json::array()), "1 to 512"));
    CHECK(contains(broken(s, "/confusion/0/train_clips", {1}), "'train_clips'"));
    CHECK(contains(broken(s, "/curves/0/y", {1}), "curve 0"));
    CHECK(contains(broken(s, "/retrieval/0/query/clip", -4), "'clip'"));
    CHECK(contains(broken(s, "/settings", {1}), "'settings'"));
    CHECK(contains(broken(a, "/deciles/2/accepted", 1000), "decile 2"));
    CHECK(contains(broken(a, "/deciles/2/to_seconds", 0), "decile 2"));
    CHECK(contains(broken(a, "/rejections/overlap", -1), "'overlap'"));
    CHECK(contains(broken(a, "/durations/edges", {1, 1}), "rising"));
    CHECK(contains(broken(a, "/durations/edges", {1, 2}), "one per bin"));
    CHECK(contains(broken(a, "/durations/prior/0", 2), "'prior'"));
    CHECK(contains(broken(a, "/iod/1/value", nullptr), "iod 1"));
    CHECK(contains(broken(a, "/ks_proposed/p", "x"), "'ks_proposed'"));
    CHECK(contains(broken(a, "/policy", 1), "'policy'"));
    CHECK(contains(broken(a, "/recordings", 1.5), "'recordings'"));
    for (const io::json& whole : {s, a})
        for (auto it = whole.begin(); it != whole.end(); ++it)  // every key of a wrong type
            for (const io::json& wrong : {io::json(true), io::json::array({nullptr})})
                refused(whole, [&](io::json& c) { c[it.key()] = wrong; });
}

TEST_CASE("runs stand side by side on one page, every drawing also among the figures") {
    const run one = run_from_json(to_json(full_study()), "a.json");
    const run audit_run = run_from_json(to_json(sample_audit()), "b.json");
    report::study pre;
    pre.data.name = "other set";
    pre.curves = {{"loss", {1, 2}, {2, 1}, {.1, .1}}};
    const std::vector<run> runs{named("first", one),
                                named("first", one),
                                named("sampler", audit_run),
                                {"pretrain", "mgfm pretrain", pre, {}}};
    const written_page page = compose(runs, "several runs");
    CHECK(markup_fault(page.html) == "");
    for (const char* part :
         {"Runs", "Scores", "Learning rate at the end", "Classes and their confusion",
          "first: accuracy of each class", "Sampler", "sampler: durations of clips",
          "Sampling number", "25.0 [20.0, 30.0]", "below 0.001", "replay of earlier frames",
          "Settings and reproduction", "generator: 7", "never that a method is good",
          "forbidden to infer the emotions", "<li>a note</li>", "2 classes have fewer",
          "@media print", "prefers-color-scheme"}) {
        INFO(part);
        CHECK(contains(page.html, part));
    }
    CHECK(occurrences(page.html, "class=\"mg\"") == page.figures.size());
    std::vector<std::string> names;
    for (const figure& f : page.figures) {
        CHECK(markup_fault(f.drawing.document()) == "");
        CHECK(io::parse_csv(f.csv, f.name).rows() > 0);
        CHECK(std::find(names.begin(), names.end(), f.name) == names.end());
        CHECK(f.name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-_ABCDEFGHIJKLMNOPQRSTU"
                                       "VWXYZ") == std::string::npos);
        names.push_back(f.name);
    }
    // Not all runs are synthetic: the caveat names those that are.
    CHECK(contains(page.html, "first, sampler: Synthetic data"));
    CHECK_FALSE(contains(page.html, "Scores (synthetic data)"));
    // Without poses, hits are listed.
    CHECK(contains(page.html, "1: other class"));
    CHECK_FALSE(contains(page.html, "etrieval example 1"));
}

TEST_CASE("retrieved clips with poses move on the page") {
    run r{"run", "mgfm study", full_study(), {}};
    r.result.retrieval[0].query.pose = sample_pose();
    r.result.retrieval[0].hits[0].clip.pose = sample_pose();
    const written_page page = compose(std::vector<run>{r}, "t");
    CHECK(markup_fault(page.html) == "");
    CHECK(contains(page.html, "Retrieval example 1"));
    CHECK(contains(page.html, "class=\"film\""));
    CHECK(page.figures.back().name == "run-retrieval-1");
}

TEST_CASE("hostile names and empty runs make sound pages") {
    run r{hostile, hostile, full_study(), {}};
    r.result.data.class_names = r.result.data.class_groups = {hostile, hostile + "2"};
    r.result.confusions[0].title = r.result.curves[0].name = hostile;
    r.result.data.generator = r.result.data.folder = hostile;
    run sampled{"x", "", {}, sample_audit()};
    sampled.sampling->overlaps[0].truth = sampled.sampling->sweep[0].parameter = hostile;
    const written_page page = compose(std::vector<run>{r, sampled, r}, hostile);
    CHECK(markup_fault(page.html) == "");
    for (const figure& f : page.figures) {
        CHECK(markup_fault(f.drawing.document()) == "");
        CHECK_NOTHROW(io::parse_csv(f.csv, f.name));
        CHECK(f.name.find_first_of("/\\.\"'<> \x1b") == std::string::npos);
    }
    CHECK(markup_fault(compose(std::vector<run>{}, "nothing").html) == "");
    run bare{"bare", "", {}, audit{}};
    CHECK(markup_fault(compose(std::vector<run>{bare, {}}, "bare").html) == "");
}

TEST_CASE("runs are read from files and called after them; figures are written to a folder") {
    const std::string path = "report_run_test.json";
    io::write_json(path, to_json(full_study()));
    const run r = read_run(path);
    CHECK(r.name == "report_run_test");
    const auto page = compose(std::vector<run>{r}, "t");
    write_figures("report_figures_test/deep", page.figures);
    for (const figure& f : page.figures) {
        std::ifstream in("report_figures_test/deep/" + f.name + ".csv");
        CHECK(std::string(std::istreambuf_iterator<char>(in), {}) == f.csv);
        CHECK(std::filesystem::exists("report_figures_test/deep/" + f.name + ".svg"));
    }
    CHECK_REFUSED(write_figures(path, page.figures), "a folder for figures");
    std::ofstream(path) << "{\"kind\": \"study\"";
    CHECK_REFUSED(read_run(path), path.c_str());
    std::remove(path.c_str());
    std::filesystem::remove_all("report_figures_test");
    CHECK_REFUSED(read_run("no_such_run.json"), "no_such_run.json");
}
