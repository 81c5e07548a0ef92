// SPDX-License-Identifier: MIT
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "catch.hpp"
#include "metric/refused.hpp"
#include "mgkit/io/csv.hpp"
#include "mgkit/probe/result.hpp"
#include "mgkit/report/chart_animation.hpp"
#include "mgkit/report/chart_bars.hpp"
#include "mgkit/report/chart_class_bars.hpp"
#include "mgkit/report/chart_confusion.hpp"
#include "mgkit/report/chart_curves.hpp"
#include "mgkit/report/chart_durations.hpp"
#include "mgkit/report/chart_iod.hpp"
#include "mgkit/report/chart_rejections.hpp"
#include "mgkit/report/csv.hpp"
#include "mgkit/report/escape.hpp"
#include "report/markup.hpp"
#include "report/sample.hpp"

using namespace mgkit;
using namespace mgkit::report;

namespace {

const std::vector<skeleton::joint_pair> bones{{1, 0}, {2, 1}};

io::csv_table read_back(const std::string& csv) {
    return io::parse_csv(csv, "figure.csv");
}

/// A long clip of three joints.
skeleton::pose<float> long_pose(int frames) {
    skeleton::pose<float> out({skeleton::channel_layout::xy, frames, 3, 1}, frames);
    for (int t = 0; t < frames; ++t)
        for (int v = 0; v < 3; ++v) {
            out.view().at(0, t, v) = static_cast<float>(t % 7);
            out.view().at(1, t, v) = static_cast<float>(10 * v);
        }
    return out;
}

}  // namespace

TEST_CASE("numbers survive CSV, words cannot become formulas or break lines") {
    csv_builder out({"what", "value"});
    for (const double v : {1.0 / 3, 5e-324, -1.7976931348623157e308, 0.0}) out.row({"x", v});
    out.row({"=1+1", std::nan("")}).row({hostile, std::optional<double>{}});
    const auto table = read_back(out.str());
    REQUIRE(table.rows() == 6);
    CHECK(table.real(0, 1) == 1.0 / 3);
    CHECK(table.at(1, 1) == "5e-324");
    CHECK(table.real(2, 1) == -1.7976931348623157e308);
    CHECK(table.at(4, 0) == "'=1+1");
    CHECK(table.at(4, 1).empty());
    CHECK(table.at(5, 0) == clean(hostile));
    CHECK_REFUSED(out.row({"one"}), "2 cells");
}

TEST_CASE("bars, curves and confusion give their numbers back") {
    const std::vector<bar> bars{{hostile, .25, .125, .5, true}, {"raw", .5, {}, {}, false}};
    const auto b = read_back(bars_csv(bars, bar_reference{"majority", .75}));
    REQUIRE(b.rows() == 3);
    CHECK(b.real(0, b.column("low")) == .125);
    CHECK(b.at(1, b.column("high")).empty());
    CHECK(b.real(2, b.column("value")) == .75);
    CHECK(!b.find("people_shared"));
    auto seen = bars;
    seen[1].shared_people = 3;
    const auto w = read_back(bars_csv(seen, bar_reference{"majority", .75}));
    REQUIRE(w.find("people_shared"));
    CHECK(w.integer(0, 4) == 0);
    CHECK(w.integer(1, 4) == 3);
    CHECK(w.at(2, 4).empty());

    const std::vector<study_curve> curves{{"a", {1, 2}, {.5, std::nan("")}, {.1, .05}},
                                          {"b", {1}, {3}, {}}};
    const auto c = read_back(curves_csv(curves));
    REQUIRE(c.rows() == 3);
    CHECK(c.real(1, c.column("rate")) == .05);
    CHECK(c.at(1, c.column("y")).empty());
    CHECK(c.real(2, c.column("y")) == 3);

    const auto m = probe::evaluate({0, 0, 1}, {0, 1, 1}, 2).confusion;
    const auto t = read_back(confusion_csv(m, std::vector<std::string>{"wave"}, "1-NN"));
    REQUIRE(t.rows() == 4);
    CHECK(t.at(0, t.column("answers_of")) == "1-NN");
    CHECK(t.at(3, 0) == "class 1");
    CHECK(t.integer(1, 2) == 1);
    CHECK(t.integer(2, 2) == 0);
}

TEST_CASE("classes stand in their groups, with lines between and the group's name") {
    const std::vector<std::string> groups{"hand", "head", "hand", hostile};
    CHECK(grouped_order(4, groups) == std::vector<int>{0, 2, 1, 3});
    CHECK(grouped_order(3, groups) == std::vector<int>{0, 1, 2});
    const auto m = probe::evaluate({0, 1, 2, 3}, {0, 2, 2, 1}, 4).confusion;
    const std::vector<std::string> names{"a", "b", "c", "d"};
    const std::string s = confusion_chart("t", m, names, groups).element();
    CHECK(markup_fault(s) == "");
    CHECK(occurrences(s, "class=\"divide\"") == 4);  // two borders between three groups
    CHECK(occurrences(s, ">hand</text>") == 1);
    CHECK(contains(s, "b answered as c: 1 of 1"));
    CHECK(s.find(">c</text>") < s.find(">b</text>"));
    CHECK_FALSE(contains(confusion_chart("t", m, names).element(), "divide"));
}

TEST_CASE("bars of classes go by training clips and mark classes with few test clips") {
    study_data data;
    data.class_names = {"rare", hostile, "common", "absent"};
    data.class_groups = {"hand", "hand", "head", "head"};
    std::vector<int> truth, answer;
    const auto add = [&](int t, int a, int n) {
        for (int i = 0; i < n; ++i) truth.push_back(t), answer.push_back(a);
    };
    add(0, 0, 2), add(0, 1, 1);
    add(1, 1, 10);
    add(2, 2, 6), add(2, 0, 6);
    study_confusion c{"t", probe::evaluate(truth, answer, 4).confusion, {5, 20.5, 100, 1}};
    const auto classes = class_scores(c, data);
    REQUIRE(classes.size() == 4);
    CHECK(classes[0].name == "common");
    CHECK(classes[0].accuracy().value() == .5);
    CHECK_FALSE(classes[0].few());
    CHECK_FALSE(classes[1].few());  // exactly ten
    CHECK(classes[2].few());
    CHECK_FALSE(classes[3].accuracy());
    const std::string words = class_mean_words(classes);
    CHECK(contains(words, "3 classes with test clips: 72.2 %"));  // (.5 + 1 + 2/3) / 3
    CHECK(contains(words, "the 2 with 10 or more: 75.0 %"));
    CHECK(contains(words, "1 class has fewer"));
    CHECK(contains(words, "1 class has no test clip"));
    CHECK(class_mean_words({}) == "No class has test clips.");

    const std::string s = class_bars_chart(hostile, classes).element();
    CHECK(markup_fault(s) == "");
    CHECK(occurrences(s, "\"hollow\"") == 1);
    CHECK(contains(s, "2 of 3 (few)"));
    CHECK(contains(s, "no test clip"));
    CHECK(contains(s, ">20.5</text>"));
    const auto table = read_back(class_bars_csv(classes, "linear probe"));
    CHECK(table.at(0, table.column("answers_of")) == "linear probe");
    CHECK(table.real(2, table.column("accuracy")) == 2.0 / 3);
    CHECK(table.at(2, table.column("few")) == "yes");
    CHECK(table.real(1, table.column("trained")) == 20.5);
    CHECK(table.real(1, table.column("low")) < 1);
    CHECK(table.at(3, table.column("accuracy")).empty());
    CHECK_REFUSED(class_bars_chart("t", {}), "one class");

    c.train_clips.clear();  // uncounted: most tested first, and no second panel
    CHECK(class_scores(c, data)[0].name == "common");
    CHECK_FALSE(contains(class_bars_chart("t", class_scores(c, data)).element(), "training"));
}

TEST_CASE("durations show all three distributions and say what is beyond the axis") {
    const auto d = sample_audit().durations;
    const std::string s = durations_chart(hostile, d).element();
    CHECK(markup_fault(s) == "");
    for (const char* part : {">prior</text>", ">proposed</text>", ">accepted</text>"})
        CHECK(contains(s, part));
    CHECK(occurrences(s, "<path") == 3);
    CHECK_FALSE(contains(s, "longer than"));
    const auto table = read_back(durations_csv(d));
    REQUIRE(table.rows() == 4);
    CHECK(table.real(0, table.column("accepted")) == .3);
    CHECK(table.real(3, table.column("to_seconds")) == 64);

    const std::string cut =
        durations_chart("t", {{0, 1, 2, 100}, {.5, .495, .005}, {.5, .5, 0}, {}}).element();
    CHECK(contains(cut, "longer than 2.0 s: prior 0.5 %"));
    CHECK_FALSE(contains(cut, ">accepted</text>"));
    for (const auto& extreme :
         {audit_durations{{0, 1}, {}, {1}, {0}}, audit_durations{{0, 5e-324}, {1}, {}, {}},
          audit_durations{{1e-9, 1, 1e9}, {0, 1}, {0, 0}, {1, 0}}}) {
        const std::string drawn = durations_chart("t", extreme).element();
        CHECK(markup_fault(drawn) == "");
        CHECK_FALSE(contains(drawn, "nan"));
    }
    CHECK_REFUSED(durations_chart("t", {}), "one bin");
    CHECK_REFUSED(durations_chart("t", {{0, 1, 2}, {1}, {}, {}}), "2 shares");
}

TEST_CASE("rejections are stacked by cause and carry their numbers") {
    const auto deciles = sample_audit().deciles;
    const std::string s = rejections_chart(hostile, deciles).element();
    CHECK(markup_fault(s) == "");
    CHECK(contains(s, "61.0 % of 100"));
    CHECK(occurrences(s, "change of person: 1 of 100") == 10);
    CHECK(contains(s, "not visible: 30 of 100"));
    CHECK(contains(s, "overlap: 39 of 100"));
    CHECK(occurrences(s, "longer than the recording:") == 9);  // none in the shortest decile
    const auto table = read_back(rejections_csv(deciles));
    REQUIRE(table.rows() == 10);
    for (std::size_t k = 0; k < 10; ++k)
        CHECK(table.integer(k, table.column("accepted")) == 39 - 3 * static_cast<int>(k));
    CHECK(table.integer(0, table.column("person_change")) == 1);
    CHECK(
        contains(rejections_chart("t", std::vector<audit_decile>{{}}).element(), "no candidates"));
    CHECK_REFUSED(rejections_chart("t", {}), "one decile");
}

TEST_CASE("overlap stands beside its chance") {
    const auto a = sample_audit();
    const std::vector<overlap_row> rows{{hostile, a.overlaps[0]}, {"bare", a.overlaps[1]}};
    const std::string s = iod_chart("t", rows).element();
    CHECK(markup_fault(s) == "");
    CHECK(contains(s, "25.0 [20.0, 30.0]"));
    CHECK(contains(s, "12.5 [10.0, 15.0]"));
    CHECK(contains(s, "18.8 [17.5, 20.0]"));
    CHECK(contains(s, "own chance"));
    CHECK(contains(s, ">-</text>"));
    const auto table = read_back(iod_csv(rows));
    CHECK(table.real(0, table.column("shift_chance_high")) == .15);
    CHECK(table.real(0, table.column("own_chance")) == .1875);
    CHECK(table.real(0, table.column("own_p")) == .0625);
    CHECK(table.integer(0, table.column("people")) == 3);
    CHECK(table.at(1, table.column("own_chance")).empty());
    CHECK(table.at(1, table.column("shift_chance")).empty());
    CHECK(table.integer(1, table.column("shifts")) == 1000);
    CHECK_REFUSED(iod_chart("t", {}), "one row");
    auto wrong = rows;
    wrong[0].overlap.chance = std::nan("");
    CHECK_REFUSED(iod_chart("t", wrong), "finite");
    wrong = rows;
    wrong[0].overlap.own_chance_low = std::nan("");
    CHECK_REFUSED(iod_chart("t", wrong), "finite");
}

TEST_CASE("key frames are spread over the clip, at most forty") {
    CHECK(key_frames(5, 2) == std::vector<int>{0, 1, 2, 3, 4});
    CHECK(key_frames(0, 2).empty());
    CHECK(key_frames(1000, 19).size() == 40);
    CHECK(key_frames(80, 19)[39] == 78);
    CHECK(key_frames(1000, 40).size() == 25);
    CHECK(key_frames(1000, 132).size() == 12);
    CHECK(key_frames(1000, 0).size() == 40);
}

TEST_CASE("animations move without scripts, and stand still for paper and who asks for it") {
    const auto pose = sample_pose();
    const auto longer = long_pose(100);
    const std::vector<moving_clip> clips{{pose.view(), clip_role::query, {"query", hostile}},
                                         {longer.view(), clip_role::same, {"1: same class"}},
                                         {pose.view(), clip_role::other, {"2: other class"}}};
    const svg drawing = animation_chart(hostile, clips, bones);
    const std::string s = drawing.element();
    CHECK(markup_fault(s) == "");
    CHECK(markup_fault(drawing.document()) == "");
    CHECK(contains(s, "steps(4);--mg-reel:-2240px"));
    CHECK(contains(s, "steps(40);--mg-reel:-22400px"));
    CHECK(occurrences(s, "class=\"film\"") == 3);
    CHECK(occurrences(s, "class=\"still\"") == 3);
    // The frame's colour is never alone: a tick, a cross, and words.
    CHECK(occurrences(s, "same tick") == 1);
    CHECK(occurrences(s, "other tick") == 1);
    CHECK(contains(s, "other class"));
    for (const char* rule :
         {"prefers-reduced-motion:reduce){.mg .film{display:none}", "prefers-color-scheme:dark",
          "@media print{.mg .film{display:none}.mg .still{display:inline}}"})
        CHECK(contains(drawing.document(), rule));
    CHECK_FALSE(contains(s, "<script"));
    // Bones of joint 1 are missing in frame 1: 3 of 4 frames have both bones.
    CHECK(occurrences(s.substr(0, s.find("class=\"still\"")), "l") >= 6);

    const std::vector<std::string> joints{"hip", hostile};
    const auto table = read_back(animation_csv(clips, joints, bones.size()));
    CHECK(table.rows() == (4 + 40 + 4) * 3);
    CHECK(table.at(0, table.column("joint")) == "hip");
    CHECK(table.at(2, table.column("joint")) == "2");
    CHECK(table.real(2, table.column("y")) == 20);
    CHECK(table.at(4, table.column("x")).empty());  // frame 1, joint 1: missing
    CHECK(table.at(4, table.column("frame")) == "1");
    CHECK(table.at(4 * 3, table.column("role")) == "same class");

    CHECK_REFUSED(animation_chart("t", {}, bones), "one clip");
    CHECK_REFUSED(animation_chart("t", std::vector<moving_clip>{{}}, bones), "one frame");
    const std::vector<skeleton::joint_pair> wrong{{3, 0}};
    CHECK_REFUSED(animation_chart("t", clips, wrong), "(3, 0)");
    skeleton::pose<float> unseen({skeleton::channel_layout::xyc, 1, 3, 1}, 1);
    const std::vector<moving_clip> nobody{{unseen.view(), clip_role::query, {}}};
    CHECK(contains(animation_chart("t", nobody, bones).element(), "no joint is visible"));
}

TEST_CASE("an animation of six clips stays small") {
    std::vector<skeleton::joint_pair> many;
    for (int v = 1; v < 25; ++v) many.push_back({v, v - 1});
    skeleton::pose<float> pose({skeleton::channel_layout::xyz, 300, 25, 1}, 300);
    for (int t = 0; t < 300; ++t)
        for (int v = 0; v < 25; ++v) {
            pose.view().at(0, t, v) = static_cast<float>(std::sin(v + t * .1));
            pose.view().at(1, t, v) = static_cast<float>(std::cos(3 * v + t * .2));
        }
    const std::vector<moving_clip> clips(6, {pose.view(), clip_role::same, {}});
    CHECK(animation_chart("t", clips, many).element().size() < 150'000);
}
