// SPDX-License-Identifier: MIT
#include <cmath>
#include <cstdio>
#include <fstream>
#include <string>
#include <vector>

#include "catch.hpp"
#include "metric/refused.hpp"
#include "mgkit/report/list.hpp"
#include "report/markup.hpp"
#include "report/sample.hpp"

using namespace mgkit;
using namespace mgkit::report;
using Catch::Approx;

TEST_CASE("means over seeds, with intervals over subjects, by hand") {
    report::study s = sample_study();
    summarise(s);
    REQUIRE(s.summary.size() == 4);
    CHECK(s.summary[0].features == feature_kind::majority);
    const study_summary& best = s.summary.back();
    CHECK(best.features == feature_kind::pretrained);
    CHECK(best.rows == 2);
    CHECK(best.seeds == 2);
    CHECK(best.folds == 1);
    CHECK(best.clips == 4);
    CHECK(best.subjects == 2);
    CHECK(best.knn_top1->mean == Approx(.75));
    CHECK(best.knn_top1->seed_spread.value() == Approx(0).margin(1e-12));
    // Averaged over seeds both subjects have .75: no uncertainty over subjects.
    CHECK(best.knn_top1->low.value() == Approx(.75));
    CHECK(best.knn_top1->high.value() == Approx(.75));
    // The majority class is right for subject 0 only.
    CHECK(s.summary[0].linear_top1->low.value() == Approx(0));
    CHECK(s.summary[0].linear_top1->high.value() == Approx(1));
    CHECK(s.summary[0].linear_class_mean->mean == Approx(.5));
}

TEST_CASE("comparisons are paired") {
    report::study s = sample_study();
    summarise(s);
    REQUIRE(s.comparisons.size() == 3);
    const study_comparison& raw = s.comparisons[1];
    CHECK(raw.against == feature_kind::raw);
    CHECK(raw.clips == 4);
    CHECK(raw.knn_top1->mean == Approx(.25));
    CHECK(raw.knn_top1->low.value() == Approx(.25));  // .75 - .5 for both subjects
    CHECK(raw.knn_top1->high.value() == Approx(.25));
}

TEST_CASE("folds of different size weigh the same, and seeds spread around their fold") {
    report::study s;
    s.results.push_back(row(feature_kind::raw, "joint", 0, 0, {0, 0, 1, 1}, {0, 0, 1, 1}));
    s.results.push_back(row(feature_kind::raw, "joint", 1, 0, {0, 0}, {1, 0}, 4));
    s.results.push_back(row(feature_kind::raw, "joint", 1, 1, {0, 1}, {1, 0}, 4));
    summarise(s);
    REQUIRE(s.summary.size() == 1);
    CHECK(s.summary[0].folds == 2);
    CHECK(s.summary[0].knn_top1->mean == Approx((1 + .25) / 2));
    // One degree of freedom: .5 and 0 around .25.
    CHECK(s.summary[0].knn_top1->seed_spread.value() == Approx(std::sqrt(2 * .0625)));
    CHECK(s.summary[0].knn_top1->low.value() <= .625);
    CHECK(s.summary[0].knn_top1->high.value() >= .625);
}

TEST_CASE("rows without answers give means without intervals; one subject gives no interval") {
    report::study s;
    study_row bare;
    bare.knn_top1 = .5;
    s.results.push_back(bare);
    summarise(s);
    CHECK(s.summary[0].knn_top1->mean == .5);
    CHECK_FALSE(s.summary[0].knn_top1->low);
    CHECK_FALSE(s.summary[0].linear_top1);

    report::study one;
    one.results.push_back(row(feature_kind::raw, "joint", 0, 0, {0, 1}, {0, 0}));
    summarise(one);
    CHECK(one.summary[0].subjects == 1);
    CHECK_FALSE(one.summary[0].knn_top1->low);
    CHECK(one.summary[0].linear_class_mean->mean == Approx(.5));
}

TEST_CASE("summaries do not depend on when they are made, but on the key") {
    report::study a, b;
    for (report::study* s : {&a, &b})
        for (int fold = 0; fold < 4; ++fold)
            s->results.push_back(row(feature_kind::raw, "joint", fold, 0, {0, fold % 2, 1, 1, 0},
                                     {0, 1, 1, 0, 0}, 10 * fold));
    summarise(a);
    summarise(b);
    CHECK(a.summary[0].knn_top1->low == b.summary[0].knn_top1->low);
    CHECK(to_json(a) == to_json(b));
}

TEST_CASE("summaries refuse rows that do not add up") {
    report::study s;
    CHECK_REFUSED(summarise(s), "at least one result");
    s.results.push_back(row(feature_kind::raw, "joint", 0, 0, {0, 1}, {0, 0}));
    s.results[0].clip.clear();
    CHECK_REFUSED(summarise(s), "row 0");
    s.results[0] = row(feature_kind::raw, "joint", 0, 0, {0, 1}, {0, 0});
    s.results[0].linear_hit.push_back(1);
    CHECK_REFUSED(summarise(s), "row 0");
    s.results[0] = study_row{};
    s.results[0].knn_top1 = std::nan("");
    CHECK_REFUSED(summarise(s), "finite");
}

TEST_CASE("the JSON has the promised keys") {
    report::study s = sample_study();
    s.data.contains = micro_gestures::no;
    summarise(s);
    const io::json j = to_json(s);
    REQUIRE(j["results"].size() == 5);
    for (const char* key :
         {"features", "stream", "fold", "seed", "knn_top1", "linear_top1", "linear_class_mean"})
        CHECK(j["results"][0].contains(key));
    CHECK(j["results"][0]["features"] == "pretrained");
    CHECK(j["results"][0]["knn_top1"] == .75);
    CHECK_FALSE(j["results"][0].contains("knn_hit"));
    CHECK(j["summary"][3]["features"] == "pretrained");
    CHECK(j["summary"][3]["linear_top1"] == .75);
    CHECK(j["summary"][3]["linear_top1_interval"] == io::json{.75, .75});
    CHECK(j["synthetic"] == false);
    CHECK(j["contains_micro_gestures"] == false);
    CHECK(j["version"] == mgkit::version);
    CHECK(contains(j["caveats"].dump(), "not how well it recognises micro-gestures"));
    s.data.contains = micro_gestures::unknown;
    s.data.synthetic = true;
    CHECK(to_json(s)["contains_micro_gestures"] == "unknown");
    CHECK(to_json(s)["synthetic"] == true);
    CHECK(contains(to_json(s)["caveats"][0].get<std::string>(), "Synthetic"));
}

TEST_CASE("rows survive a round trip, so that a study can go on") {
    study_row r = sample_study().results[0];
    r.chosen = {{"ridge", "0.001"}};
    r.seed = 18446744073709551615u;
    r.knn_top5.reset();
    const study_row back = row_from_json(
        io::parse_json(io::to_text(to_json(r, answers::keep), "test"), "test"), "test");
    CHECK(to_json(back, answers::keep) == to_json(r, answers::keep));
    CHECK(back.seed == r.seed);
    CHECK(back.knn_hit == r.knn_hit);
    CHECK_FALSE(back.knn_top5);
}

TEST_CASE("rows from elsewhere are refused in words") {
    io::json j = to_json(sample_study().results[0]);
    CHECK_REFUSED(row_from_json(io::json::array(), "f.json"), "f.json");
    j["features"] = "magic";
    CHECK_REFUSED(row_from_json(j, "f.json"), "magic");
    j["features"] = "raw";
    j["knn_top1"] = "high";
    CHECK_REFUSED(row_from_json(j, "f.json"), "knn_top1");
    j.erase("knn_top1");
    CHECK_REFUSED(row_from_json(j, "f.json"), "knn_top1");
}

TEST_CASE("the text names caveats, systems and intervals") {
    report::study s = sample_study();
    summarise(s);
    const std::string t = to_text(s);
    CHECK(contains(t, "Nothing says whether this set contains micro-gestures"));
    CHECK(contains(t, "Only 2 subjects are tested"));
    CHECK(contains(t, "75.0 [75.0, 75.0]"));
    CHECK(contains(t, "+25.0 [+25.0, +25.0]"));
    CHECK(contains(t, "95 % interval over subjects"));
    CHECK(to_text(report::study{}).size() > 0);
}

TEST_CASE("every format takes an empty and a hostile study") {
    report::study s = sample_study();
    s.title = s.data.name = s.split = s.command = hostile;
    s.data.class_names = {hostile, hostile};
    s.data.joint_names = {hostile, hostile, hostile};
    s.settings = {{hostile, hostile}};
    s.data.notes = {hostile};
    for (study_row& r : s.results) r.stream = hostile, r.chosen = {{hostile, hostile}};
    summarise(s);
    s.confusions = {{hostile, probe::evaluate({0, 1}, {1, 1}, 2).confusion}};
    s.curves = {{hostile, {1, 2}, {3, 4}}};
    s.retrieval.push_back({{sample_pose(), 0, hostile}, {{{sample_pose(), 1, hostile}, .5}}});
    report::all::for_each([&](auto tag) {
        using type = typename decltype(tag)::type;
        CHECK_FALSE(type{}(report::study{}).empty());
        const std::string out = type{}(s);
        CHECK_FALSE(contains(out, "\x1b"));
        CHECK_FALSE(contains(out, "\r"));
        CHECK(clean(out).find("\xEF\xBF\xBD") != std::string::npos);
    });
    CHECK(markup_fault(to_html(s)) == "");
}

TEST_CASE("the page has every part, nothing from elsewhere, and baselines beside the score") {
    report::study s = sample_study();
    s.data.synthetic = true;
    summarise(s);
    s.confusions = {{"linear probe", probe::evaluate({0, 1}, {1, 1}, 2).confusion}};
    s.curves = {{"seed 1", {1, 2}, {3, 4}}};
    s.retrieval.push_back({{sample_pose(), 0, "subject 1"}, {{{sample_pose(), 1, ""}, .5}}});
    const std::string page = to_html(s);
    CHECK(markup_fault(page) == "");
    for (const char* part :
         {"Synthetic data", "Before you read the figures", "Scores", "Pre-training", "confusion",
          "Retrieval", "Settings and reproduction", "mgfm study --data sample", "Random encoder",
          "Majority", "other class", "prefers-color-scheme:dark", "@media print",
          "prefers-reduced-motion", "figcaption", "aria-label", "<desc>"})
        CHECK(contains(page, part));
    for (const char* part : {"src=", "href=", "@import", "url(", "<script", "<link", "https:"})
        CHECK_FALSE(contains(page, part));
    // Caveats stand before the first figure.
    CHECK(page.find("Before you read") < page.find("75.0"));
    CHECK(markup_fault(to_html(report::study{})) == "");
    CHECK_FALSE(contains(to_html(report::study{}), "confusion"));
}

TEST_CASE("the page counts people on both sides where there are any") {
    report::study s = sample_study();
    summarise(s);
    CHECK_FALSE(contains(to_html(s), "People shared"));
    for (auto& one : s.results)
        if (one.features == feature_kind::raw) one.shared_people = 7;
    summarise(s);
    CHECK(most_shared_people(s) == 7);
    const std::string page = to_html(s);
    CHECK(markup_fault(page) == "");
    CHECK(contains(page, "People shared</th>"));
    CHECK(contains(page, "<td class=\"n\">7</td>"));
    CHECK(contains(page, "seen in training"));
}

TEST_CASE("pages are written whole or not at all") {
    const std::string path = "report_test_page.html";
    std::ofstream(path) << "old";
    report::study s = sample_study();
    summarise(s);
    s.curves = {{"empty", {}, {}}};
    CHECK_REFUSED(write_html(path, s), "finite point");
    std::string content;
    std::getline(std::ifstream(path) >> std::ws, content);
    CHECK(content == "old");
    s.curves.clear();
    write_html(path, s);
    std::ifstream in(path);
    std::getline(in, content);
    CHECK(content == "<!DOCTYPE html>");
    std::remove(path.c_str());
    CHECK_REFUSED(write_html("no/such/folder/page.html", s), "create the folder");
}
