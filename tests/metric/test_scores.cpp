// SPDX-License-Identifier: MIT
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "catch.hpp"
#include "metric/refused.hpp"
#include "mgkit/core/random.hpp"
#include "mgkit/metric/list.hpp"

using namespace mgkit;
using namespace mgkit::metric;
using Catch::Approx;

namespace {
// 4 clips, 3 classes; clip 2 is a tie between classes 1 and 2.
const std::vector<float> scores{.7f, .2f, .1f, .1f, .3f, .6f, .2f, .4f, .4f, .5f, .3f, .2f};
const std::vector<int> truth{0, 1, 2, 2};
}  // namespace

TEST_CASE("top-k ranks ties by the lowest class index", "[quick]") {
    CHECK(top_k_hits(scores, truth, 3, 1) == std::vector<double>{1, 0, 0, 0});
    CHECK(top_k_hits(scores, truth, 3, 2) == std::vector<double>{1, 1, 1, 0});
    CHECK(top_k_hits(scores, truth, 3, 3) == std::vector<double>{1, 1, 1, 1});
    CHECK(top_k_hits(scores, truth, 3, 50) == std::vector<double>{1, 1, 1, 1});
    CHECK(best_class(scores, 3) == std::vector<int>{0, 2, 1, 0});

    const std::vector<float> flat(6, 1.f);
    CHECK(top_k_hits(flat, std::vector<int>{0, 1}, 3, 1) == std::vector<double>{1, 0});
}

TEST_CASE("top-1 from scores equals accuracy of the best class", "[quick]") {
    const predictions p{truth, {}, scores, 3};
    CHECK(top_k<1>{}(p) == Approx(.25));
    CHECK(accuracy{}(p) == Approx(.25));
    CHECK(top_k<2>{}(p) == Approx(.75));
    CHECK(top_k<5>{}(p) == Approx(1));
}

TEST_CASE("infinite scores rank, NaN is refused", "[quick]") {
    const float infinity = std::numeric_limits<float>::infinity();
    const std::vector<float> open{-infinity, 0.f, infinity};
    CHECK(best_class(open, 3) == std::vector<int>{2});
    const std::vector<float> broken{0.f, std::nanf(""), 1.f};
    CHECK_REFUSED(top_k_hits(broken, std::vector<int>{0}, 3, 1), "NaN for clip 0, class 1");
}

TEST_CASE("confusion matrix, class mean and macro F1 by hand", "[quick]") {
    const std::vector<int> t{0, 0, 0, 0, 1, 1, 2};
    const std::vector<int> g{0, 0, 0, 1, 1, 0, 1};
    const predictions p{t, g, {}, 4};
    const confusion_matrix m = confusion(p);
    CHECK(m.at(0, 0) == 3);
    CHECK(m.at(0, 1) == 1);
    CHECK(m.at(1, 0) == 1);
    CHECK(m.at(2, 1) == 1);
    CHECK(m.support(0) == 4);
    CHECK(m.answered(1) == 3);
    CHECK(accuracy{}(p) == Approx(4.0 / 7));
    // Recalls 3/4, 1/2, 0; class 3 does not occur.
    CHECK(class_mean{}(p) == Approx((.75 + .5 + 0) / 3));
    // F1: 6/8, 2/5, 0/1; class 3 neither occurs nor is answered.
    CHECK(macro_f1{}(p) == Approx((.75 + .4 + 0) / 3));

    confusion_matrix sum;
    sum += m;
    sum += m;
    CHECK(sum.at(0, 0) == 6);
    CHECK(class_mean{}(sum) == Approx(class_mean{}(m)));
    confusion_matrix other{2, std::vector<std::int64_t>(4)};
    CHECK_THROWS_AS(sum += other, error);
}

TEST_CASE("a class answered but never true lowers macro F1", "[quick]") {
    const std::vector<int> t{0, 0}, g{0, 1};
    const predictions p{t, g, {}, 2};
    CHECK(macro_f1{}(p) == Approx((2.0 / 3 + 0) / 2));
    CHECK(class_mean{}(p) == Approx(.5));
    CHECK(reference::class_mean{}(confusion(p)) == Approx((.5 + 0) / 2));
    CHECK_THROWS_AS(reference::class_mean{}(confusion_matrix{1, {0}}), error);
}

TEST_CASE("every metric of the list refuses bad predictions and is one for perfect ones",
          "[quick]") {
    all::for_each([](auto tag) {
        using type = typename decltype(tag)::type;
        const std::vector<int> t{0, 1, 2};
        const std::vector<float> s{1, 0, 0, 0, 1, 0, 0, 0, 1};
        CHECK(type{}(predictions{t, {}, s, 3}) == Approx(1));
        CHECK_THROWS_AS(type{}(predictions{{}, {}, {}, 3}), error);
        CHECK_THROWS_AS(type{}(predictions{t, {}, s, 2}), error);
        CHECK_THROWS_AS(type{}(predictions{t, {}, s, 0}), error);
        const std::vector<float> cut(s.begin(), s.end() - 1);
        CHECK_THROWS_AS(type{}(predictions{t, {}, cut, 3}), error);
        std::vector<float> nan = s;
        nan[4] = std::nanf("");
        CHECK_THROWS_AS(type{}(predictions{t, {}, nan, 3}), error);
        const std::vector<int> negative{0, -1, 2};
        CHECK_REFUSED(type{}(predictions{negative, {}, s, 3}), "-1 at index 1");
    });
}

TEST_CASE("predicted classes are checked", "[quick]") {
    const std::vector<int> t{0, 1}, more{0, 1, 1}, out{0, 2};
    CHECK_REFUSED(accuracy{}(predictions{t, more, {}, 2}), "found 3");
    CHECK_REFUSED(confusion(predictions{t, out, {}, 2}), "2 at index 1");
    CHECK_THROWS_AS(top_k_hits(scores, truth, 3, 0), error);
    const std::vector<int> one{0};
    CHECK_REFUSED(confusion(predictions{one, one, {}, 1 << 20}), "at most");
}

TEST_CASE("fusion sums weighted scores or probabilities", "[quick]") {
    const std::vector<std::vector<float>> streams{{1, 3, 0, 2}, {10, 0, 4, 4}};
    const std::vector<float> plain =
        fuse(streams, 2, std::vector<double>{2, .5}, fusion_rule::scores);
    CHECK(plain == std::vector<float>{7, 6, 2, 6});

    const std::vector<float> soft = fuse(streams, 2);
    const double a = 1 / (1 + std::exp(2.0)), b = 1 / (1 + std::exp(-10.0));
    CHECK(soft[0] == Approx(a + b));
    CHECK(soft[0] + soft[1] == Approx(2));
    CHECK(soft[3] == Approx(1 / (1 + std::exp(-2.0)) + .5));

    const std::vector<std::vector<double>> exact{{1, 3, 0, 2}, {10, 0, 4, 4}};
    CHECK(std::abs(fuse(exact, 2)[0] - (a + b)) < 1e-15);
    CHECK(fuse(exact, 2, std::vector<double>{2, .1}, fusion_rule::scores)[0] == 2 + .1 * 10);
    CHECK_REFUSED(fuse(std::vector<std::vector<double>>{{1, std::nan("")}}, 2), "class 1");
}

TEST_CASE("two streams are fused by the sum of their probabilities, wherever their rows stand",
          "[quick]") {
    constexpr std::size_t rows = 40, classes = 5;
    // Eighths, so that sums with whole numbers are exact and leave every bit as it was.
    random_stream draws({1}, "streams");
    std::vector<std::vector<double>> streams(2, std::vector<double>(rows * classes));
    for (auto& stream : streams)
        for (double& v : stream) v = static_cast<double>(draws.below(97)) / 8 - 6;
    const std::vector<double> got = fuse(streams, classes);
    for (std::size_t i = 0; i < rows; ++i) {
        double total[2] = {0, 0};
        for (std::size_t s = 0; s < 2; ++s)
            for (std::size_t c = 0; c < classes; ++c)
                total[s] += std::exp(streams[s][i * classes + c]);
        for (std::size_t c = 0; c < classes; ++c) {
            const std::size_t at = i * classes + c;
            CHECK(got[at] ==
                  Approx(std::exp(streams[0][at]) / total[0] + std::exp(streams[1][at]) / total[1])
                      .epsilon(1e-13));
        }
    }
    auto moved = streams;
    for (std::size_t i = 0; i < rows; ++i)
        for (std::size_t c = 0; c < classes; ++c) {
            moved[0][i * classes + c] += static_cast<double>(i) - 20;
            moved[1][i * classes + c] += 1000;
        }
    CHECK(fuse(moved, classes) == got);
    const auto plain = [&](const auto& of) { return fuse(of, classes, {}, fusion_rule::scores); };
    CHECK(plain(moved) != plain(streams));
}

TEST_CASE("fusing one stream keeps its ranking; large scores stay finite", "[quick]") {
    const std::vector<std::vector<float>> one{{1000.f, 999.f, -1000.f}};
    const std::vector<float> soft = fuse(one, 3);
    CHECK(best_class(soft, 3) == std::vector<int>{0});
    CHECK(soft[0] == Approx(1 / (1 + std::exp(-1.0))));
    CHECK(soft[2] == Approx(0));
}

TEST_CASE("fusion refuses what does not fit together", "[quick]") {
    const std::vector<std::vector<float>> none, ragged{{1, 2}, {1, 2, 3, 4}}, fine{{1, 2}, {3, 4}},
        infinite{{1, std::numeric_limits<float>::infinity()}};
    CHECK_THROWS_AS(fuse(none, 2), error);
    CHECK_REFUSED(fuse(ragged, 2), "stream 1");
    CHECK_REFUSED(fuse(fine, 2, std::vector<double>{1}), "2 weights");
    CHECK_THROWS_AS(fuse(fine, 2, std::vector<double>{1, std::nan("")}), error);
    CHECK_THROWS_AS(fuse(fine, 0), error);
    CHECK_THROWS_AS(fuse(fine, 3), error);
    CHECK_THROWS_AS(fuse(infinite, 2), error);
    CHECK_THROWS_AS(fuse(infinite, 2, {}, fusion_rule::scores), error);
}

TEST_CASE("A confusion matrix made by hand is checked") {
    confusion_matrix short_one{3, std::vector<std::int64_t>(4)};
    CHECK_REFUSED(class_mean{}(short_one), "a filled table of 3 classes");
    CHECK_REFUSED(macro_f1{}(short_one), "4 counts");
    confusion_matrix whole{3, std::vector<std::int64_t>(9, 1)};
    CHECK_REFUSED(whole.at(3, 0), "class 3 answered with 0");
    CHECK_REFUSED(whole.support(-1), "class -1");
    CHECK_REFUSED(whole += short_one, "3 classes");
    CHECK_REFUSED(grouping(std::vector<int>{1, 1}).of(2), "a clip below 2");
}
