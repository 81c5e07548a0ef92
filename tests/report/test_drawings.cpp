// SPDX-License-Identifier: MIT
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "catch.hpp"
#include "metric/refused.hpp"
#include "mgkit/report/chart_bars.hpp"
#include "mgkit/report/chart_confusion.hpp"
#include "mgkit/report/chart_curves.hpp"
#include "mgkit/report/chart_skeleton.hpp"
#include "report/markup.hpp"
#include "report/sample.hpp"

using namespace mgkit;
using namespace mgkit::report;

namespace {

const double not_a_number = std::nan("");
const double infinity = std::numeric_limits<double>::infinity();

std::size_t count(const std::string& text, const std::string& part) {
    std::size_t n = 0;
    for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++n;
    return n;
}

}  // namespace

TEST_CASE("drawings are well formed, named and described, alone and in a page") {
    svg s(100, 50, "title & more", "what <it> shows");
    s.line(0, 0, 1.26, 1, "axis").rectangle(0, 0, 1, 1, "panel", .5).circle(1, 2, 3, "joint");
    s.label(1, 1, hostile, "small", "end", -40).path("M0 0", "bone").open(hostile).close();
    CHECK(markup_fault(s.element()) == "");
    CHECK(markup_fault(s.document()) == "");
    CHECK(contains(s.element(), "<title>title &amp; more</title><desc>what &lt;it&gt; shows"));
    CHECK(contains(s.element(), "x2=\"1.3\""));
    CHECK_FALSE(contains(s.element(), "<style>"));
    CHECK(contains(s.document(), "<style>"));
    CHECK_REFUSED(svg(0, 1, "", ""), "size");
    CHECK_REFUSED(svg(not_a_number, 1, "", ""), "size");
}

TEST_CASE("coordinates are short and never NaN") {
    CHECK(svg::number(2) == "2");
    CHECK(svg::number(-.04) == "0");
    CHECK(svg::number(2.25) == "2.2");
    CHECK(svg::number(not_a_number) == "0");
    CHECK(svg::number(infinity) == "0");
}

TEST_CASE("bars show every figure in words") {
    const std::vector<bar> bars{{"raw", .5, .4, .6, false}, {hostile, .728, {}, {}, true}};
    const std::string s = bar_chart(hostile, bars, bar_reference{"majority", .1}).element();
    CHECK(markup_fault(s) == "");
    CHECK(contains(s, "50.0 [40.0, 60.0]"));
    CHECK(contains(s, ">72.8</text>"));
    CHECK(contains(s, "majority 10.0 %"));
    CHECK(count(s, "fill-a") == 1);
    CHECK_REFUSED(bar_chart("t", {}), "one bar");
    CHECK_REFUSED(bar_chart("t", std::vector<bar>{{"x", not_a_number, {}, {}, false}}), "finite");
    CHECK_REFUSED(bar_chart("t", std::vector<bar>{{"x", .5, not_a_number, .6, false}}), "finite");
    CHECK(markup_fault(bar_chart("t", std::vector<bar>{{"x", 7, -3., 9., true}}).element()) == "");
}

TEST_CASE("ticks are round numbers") {
    CHECK(report::detail::tick_step(10, 5) == Catch::Approx(2));
    CHECK(report::detail::tick_step(.9, 4) == Catch::Approx(.5));
    CHECK(report::detail::tick_step(1, 4) == Catch::Approx(.5));
    CHECK(report::detail::tick_step(.07, 4) == Catch::Approx(.02));
    CHECK(report::detail::tick_text(.02, .02) == "0.02");
    CHECK(report::detail::tick_text(.5, .1) == "0.5");
    CHECK(report::detail::tick_text(100, 20) == "100");
    CHECK(report::detail::tick_text(2e9, 5e8) == "2e+09");
    CHECK(report::detail::tick_text(2e-9, 1e-9) == "2e-09");
    CHECK(report::detail::tick_text(0, 0) == "0");
}

TEST_CASE("curves break at points that are not finite, and stay small") {
    const std::vector<study_curve> gap{{"a", {1, 2, 3, 4}, {5, not_a_number, 6, 7}}};
    CHECK(contains(line_chart("t", "x", "y", gap).element(), "from 5.000 to 7.000"));
    const std::string drawn = report::detail::curve_path(
        gap[0], [](double v) { return v; }, [](double v) { return v; });
    CHECK(drawn == "M1 5M3 6L4 7");

    study_curve endless{"b", {}, {}};
    for (int i = 0; i < 100000; ++i) endless.x.push_back(i), endless.y.push_back(1.0 / (1 + i));
    const std::string s = line_chart("t", "x", "y", std::vector<study_curve>{endless}).element();
    CHECK(s.size() < 20000);
    CHECK(markup_fault(s) == "");
}

TEST_CASE("curves take one point, constants, many lines and extremes") {
    std::vector<study_curve> many;
    for (int k = 0; k < 12; ++k) many.push_back({hostile, {0, 1}, {1.0 * k, 1.0 * k}});
    for (const auto& curves :
         {std::vector<study_curve>{{"a", {1}, {2}}},
          std::vector<study_curve>{{"a", {1, 2}, {0, 0}}},
          std::vector<study_curve>{{"a", {1, 2}, {-1e-300, 1e-300}}},
          std::vector<study_curve>{{"a", {1, 2}, {-1e300, 1e300}}},
          std::vector<study_curve>{{"a", {1, 2}, {0, 5e-324}}},
          std::vector<study_curve>{{"a", {-1.7e308, 1.7e308}, {-1.7e308, 1.7e308}}}, many}) {
        const std::string s = line_chart("t", "x", "y", curves).element();
        CHECK(markup_fault(s) == "");
        CHECK_FALSE(contains(s, "nan"));
    }
    CHECK_REFUSED(line_chart("t", "x", "y", {}), "one curve");
    CHECK_REFUSED(line_chart("t", "x", "y", std::vector<study_curve>{{"a", {1}, {}}}), "as many");
    CHECK_REFUSED(line_chart("t", "x", "y", std::vector<study_curve>{{"a", {1}, {not_a_number}}}),
                  "finite");
}

TEST_CASE("an axis that begins at zero", "[report]") {
    const std::vector<study_curve> high{{"a", {1, 2}, {100, 120}}};
    CHECK_FALSE(contains(line_chart("t", "x", "y", high).element(), ">0</text>"));
    CHECK(contains(line_chart("t", "x", "y", high, true).element(), ">0</text>"));
}

TEST_CASE("a confusion chart has every count and name") {
    const auto m = probe::evaluate({0, 0, 1, 2}, {0, 1, 1, 0}, 3).confusion;
    const std::vector<std::string> names{"wave", hostile};
    const std::string s = confusion_chart("t", m, names).element();
    CHECK(markup_fault(s) == "");
    CHECK(contains(s, "2 of 4 clips on the diagonal"));
    CHECK(contains(s, "class 2 answered as wave: 1 of 1"));
    CHECK(count(s, "<rect") == 9 + 4);
    CHECK_REFUSED(confusion_chart("t", {}, names), "square");
    CHECK_REFUSED(confusion_chart("t", {3, {1, 2}}, names), "square");
    CHECK_REFUSED(confusion_chart("t", {-1, {}}, names), "square");
    const metric::confusion_matrix wide{100, std::vector<std::int64_t>(10000, 1)};
    CHECK(markup_fault(confusion_chart("t", wide, {}).element()) == "");
}

TEST_CASE("a skeleton carries indices and names, and marks missing joints") {
    const auto pose = sample_pose();
    const std::vector<skeleton::joint_pair> bones{{1, 0}, {2, 1}};
    const std::vector<std::string> names{"hip", hostile};
    const std::string full = skeleton_chart("t", pose.view(), 0, bones, names).element();
    CHECK(markup_fault(full) == "");
    CHECK(count(full, "<circle") == 3);
    CHECK(count(full, "L") == 2);
    CHECK(contains(full, ">0  hip</text>"));
    CHECK(contains(full, ">2  (no name)</text>"));
    const std::string gap = skeleton_chart("t", pose.view(), 1, bones, names).element();
    CHECK(count(gap, "<circle") == 2);
    CHECK(count(gap, "(missing)") == 1);
    CHECK_REFUSED(skeleton_chart("t", pose.view(), 4, bones, names), "[0, 4)");
    CHECK_REFUSED(skeleton_chart("t", pose.view(), -1, bones, names), "-1");
    const std::vector<skeleton::joint_pair> wrong{{3, 0}};
    CHECK_REFUSED(skeleton_chart("t", pose.view(), 0, wrong, names), "(3, 0)");
    CHECK_REFUSED(skeleton_chart("t", {}, 0, bones, names), "one frame");
}

TEST_CASE("up is up: image coordinates grow downwards, camera space upwards") {
    for (auto layout : {skeleton::channel_layout::xy, skeleton::channel_layout::xyz}) {
        skeleton::pose<float> pose({layout, 1, 2, 1}, 1);
        pose.view().at(1, 0, 1) = 1;
        const report::detail::projection p(pose.view(), 0, 1, up_axis::by_layout, 0, 0, 10, 10);
        const bool larger_is_lower = p.y(0, 1, 0) > p.y(0, 0, 0);
        CHECK(larger_is_lower == (layout == skeleton::channel_layout::xy));
    }
}

TEST_CASE("skeletons fit their box whatever the coordinates are") {
    for (float scale : {1e-20f, 1.f, 1e20f}) {
        auto pose = sample_pose();
        for (int t = 0; t < 5; ++t)
            for (int v = 0; v < 3; ++v)
                for (int c = 0; c < 2; ++c) pose.view().at(c, t, v) *= scale;
        const report::detail::projection p(pose.view(), 0, 4, up_axis::by_layout, 5, 5, 90, 90);
        for (int v : {0, 2}) {
            CHECK(p.x(0, v, 0) >= 4.9);
            CHECK(p.x(3, v, 0) <= 95.1);
            CHECK(p.y(0, v, 0) >= 4.9);
            CHECK(p.y(0, v, 0) <= 95.1);
        }
    }
    skeleton::pose<float> still({skeleton::channel_layout::xy, 1, 3, 1}, 1);
    still.view().at(0, 0, 2) = std::nanf("");
    CHECK(markup_fault(skeleton_chart("t", still.view(), 0, {}, {}).element()) == "");
    skeleton::pose<float> unseen({skeleton::channel_layout::xyc, 1, 3, 1}, 1);
    CHECK(contains(skeleton_chart("t", unseen.view(), 0, {}, {}).element(), "no joint is visible"));
}
