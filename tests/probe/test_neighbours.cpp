// SPDX-License-Identifier: MIT
// Nearest neighbours by cosine: exact, in a fixed order, whatever the block or thread.
#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numeric>
#include <optional>
#include <vector>

#include "catch.hpp"
#include "metric/refused.hpp"
#include "mgkit/backend/eigen.hpp"
#include "mgkit/probe/neighbours.hpp"

namespace test {

/// Products of factors cut to seven bits of mantissa, sums in float.
struct coarse_products {
    static constexpr const char* name = "coarse";

    static float cut(float x) {
        return std::bit_cast<float>(std::bit_cast<std::uint32_t>(x) & 0xFFFF0000u);
    }
    static void run(const mgkit::gemm::problem<float>& p) {
        for (std::ptrdiff_t i = 0; i < p.m; ++i)
            for (std::ptrdiff_t j = 0; j < p.n; ++j) {
                float sum = p.beta == 0 ? 0 : p.beta * p.c[i * p.ldc + j];
                for (std::ptrdiff_t k = 0; k < p.k; ++k)
                    sum += cut(p.transpose_a ? p.a[k * p.lda + i] : p.a[i * p.lda + k]) *
                           cut(p.transpose_b ? p.b[j * p.ldb + k] : p.b[k * p.ldb + j]);
                p.c[i * p.ldc + j] = sum;
            }
    }
};

}  // namespace test

namespace MGKIT_NAMESPACE::gemm {
template <>
struct precision_of<float, test::coarse_products> {
    static constexpr const char* precision = "coarse";
    static constexpr double epsilon = 0x1p-7;
};
}  // namespace MGKIT_NAMESPACE::gemm

using namespace mgkit;
using namespace mgkit::probe;
using Catch::Approx;
using T = eigen::tensor<float>;
using D = eigen::tensor<double>;

namespace {

template <class S = float>
data::basic_feature_table<S> noise(std::uint64_t seed, std::size_t rows, std::size_t columns) {
    random_stream draws({seed}, "noise");
    data::basic_feature_table<S> out{rows, columns, {}};
    for (std::size_t i = 0; i < rows * columns; ++i)
        out.values.push_back(static_cast<S>(draws.normal()));
    return out;
}

/// All gallery rows by falling cosine, equal ones by rising row.
template <class S>
std::vector<int> by_hand(const data::basic_feature_table<S>& gallery, std::span<const S> query) {
    std::vector<double> cosine(gallery.rows);
    for (std::size_t g = 0; g < gallery.rows; ++g) {
        double dot = 0, a = 0, b = 0;
        for (std::size_t j = 0; j < gallery.columns; ++j) {
            dot += double(gallery.row(g)[j]) * double(query[j]);
            a += double(gallery.row(g)[j]) * double(gallery.row(g)[j]);
            b += double(query[j]) * double(query[j]);
        }
        cosine[g] = a > 0 && b > 0 ? dot / std::sqrt(a) / std::sqrt(b) : 0;
    }
    std::vector<int> order(gallery.rows);
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(),
                     [&](int x, int y) { return cosine[std::size_t(x)] > cosine[std::size_t(y)]; });
    return order;
}

}  // namespace

TEST_CASE("neighbours are those of a search by hand, over several blocks of queries") {
    const auto gallery = noise<double>(1, 90, 12), queries = noise<double>(2, 300, 12);
    context ctx, two{.threads = 2};
    const neighbours found = nearest<D>(ctx, gallery, queries, 90);
    REQUIRE(found.queries == 300);
    REQUIRE(found.k == 90);
    for (std::size_t q = 0; q < 300; ++q) {
        const auto want = by_hand<double>(gallery, queries.row(q));
        CHECK(std::equal(want.begin(), want.end(), found.of(q).begin()));
        for (std::size_t j = 1; j < 90; ++j)
            CHECK(found.cosine[q * 90 + j] <= found.cosine[q * 90 + j - 1]);
    }
    const neighbours again = nearest<D>(two, gallery, queries, 90);
    CHECK(again.index == found.index);
    CHECK(again.cosine == found.cosine);
    // Fewer neighbours are the first of more.
    const neighbours few = nearest<D>(ctx, gallery, queries, 3);
    for (std::size_t q = 0; q < 300; ++q)
        CHECK(std::equal(few.of(q).begin(), few.of(q).end(), found.of(q).begin()));
}

TEST_CASE("products that round only screen: the answer stays exact") {
    using coarse = eigen::tensor<float, test::coarse_products>;
    // Directions so close together that rounded products rank many of them wrongly.
    auto gallery = noise<float>(1, 4700, 24);
    const auto queries = noise<float>(2, 40, 24);
    for (std::size_t g = 0; g < gallery.rows; ++g)
        for (std::size_t j = 0; j < 24; ++j)
            gallery.row(g)[j] = queries.row(g % 40)[j] + 0.1f * gallery.row(g)[j];
    context ctx, two{.threads = 2};
    for (const std::size_t k : {std::size_t{1}, std::size_t{5}, std::size_t{600}}) {
        const neighbours exact = nearest<T>(ctx, gallery, queries, k);
        const neighbours found = nearest<coarse>(ctx, gallery, queries, k);
        CHECK(nearest<coarse>(two, gallery, queries, k).cosine == found.cosine);
        std::size_t moved = 0;
        for (std::size_t i = 0; i < found.index.size(); ++i) {
            CHECK(std::abs(found.cosine[i] - exact.cosine[i]) < 1e-6);
            moved += found.index[i] != exact.index[i];
        }
        CHECK(moved * 50 < found.index.size() + 50);  // ranks that float cannot tell apart
        for (std::size_t q = 0; k == 1 && q < 40; ++q)
            CHECK(found.of(q)[0] == by_hand<float>(gallery, queries.row(q))[0]);
    }
    // The products alone would not do.
    const auto rows = [&](const auto& features) {
        return backend_traits<coarse>::from_host(
            ctx, normalised_rows<float>(features),
            {static_cast<extent>(features.rows), static_cast<extent>(features.columns)});
    };
    const auto cosines = matmul(ctx, rows(queries), rows(gallery), false, true);
    const neighbours first = nearest<T>(ctx, gallery, queries, 1);
    int wrong = 0;
    for (extent q = 0; q < 40; ++q) {
        const float* const row = cosines.data() + q * 4700;
        wrong +=
            std::max_element(row, row + 4700) - row != first.index[static_cast<std::size_t>(q)];
    }
    CHECK(wrong > 5);
}

TEST_CASE("a neighbour whose products round down by all they can is found") {
    using coarse = eigen::tensor<float, test::coarse_products>;
    // Cut to 8 bits, values a hair below 129/1024 lose nearly 2^-7 and multiples of 2/1024 nothing.
    // The nearest row has such values, the others are exact and a little further away.
    context ctx;
    constexpr std::size_t width = 63, nearest_row = 150;
    const data::feature_table query{1, width, std::vector<float>(width, 1.f)};
    data::feature_table gallery{200, width, {}};
    for (std::size_t g = 0; g < gallery.rows; ++g)
        for (std::size_t j = 0; j < width; ++j)
            gallery.values.push_back(g == nearest_row ? (j == 0 ? 1.05f : 1.f)
                                     : j >= 40        ? 258.f
                                     : j % 2 == 0     ? 254.f
                                                      : 262.f);
    CHECK(nearest<T>(ctx, gallery, query, 1).index[0] == nearest_row);
    CHECK(nearest<coarse>(ctx, gallery, query, 1).index[0] == nearest_row);
    const auto unit = normalised_rows<float>(gallery), asked = normalised_rows<float>(query);
    const auto product = [&](std::size_t g) {
        double sum = 0;
        for (std::size_t j = 0; j < width; ++j)
            sum += double(test::coarse_products::cut(asked[j])) *
                   double(test::coarse_products::cut(unit[g * width + j]));
        return sum;
    };
    CHECK(product(0) > product(nearest_row) + 0x1p-8);
}

TEST_CASE("ties go to the lower gallery row", "[quick]") {
    // Rows of +-1 over 16 columns: norms and cosines are exact whatever the order of a sum.
    random_stream draws({std::uint64_t{5}}, "signs");
    const auto signs = [&](std::size_t rows) {
        data::feature_table out{rows, 16, {}};
        for (std::size_t i = 0; i < rows * 16; ++i)
            out.values.push_back(draws.below(2) == 0 ? 1.f : -1.f);
        return out;
    };
    const auto gallery = signs(200), queries = signs(40);
    context ctx;
    const neighbours found = nearest<T>(ctx, gallery, queries, 200);
    int ties = 0;
    for (std::size_t q = 0; q < 40; ++q) {
        const auto want = by_hand<float>(gallery, queries.row(q));
        CHECK(std::equal(want.begin(), want.end(), found.of(q).begin()));
        for (std::size_t j = 1; j < 200; ++j)
            ties += found.cosine[q * 200 + j] == found.cosine[q * 200 + j - 1];
    }
    CHECK(ties > 4000);
}

TEST_CASE("length does not matter, direction does; empty rows are unlike everything", "[quick]") {
    auto gallery = noise(1, 20, 8);
    const auto queries = noise(2, 10, 8);
    context ctx;
    const auto before = nearest<T>(ctx, gallery, queries, 20);
    for (std::size_t i = 0; i < 20; ++i)
        for (float& v : gallery.row(i)) v *= std::pow(4.f, float(i) - 10);
    const auto scaled = nearest<T>(ctx, gallery, queries, 20);
    CHECK(scaled.index == before.index);
    for (std::size_t i = 0; i < before.cosine.size(); ++i)
        CHECK(scaled.cosine[i] == Approx(before.cosine[i]).margin(1e-6));

    const auto self = nearest<T>(ctx, gallery, gallery, 1);
    for (std::size_t i = 0; i < 20; ++i) {
        CHECK(self.index[i] == static_cast<int>(i));
        CHECK(self.cosine[i] == Approx(1).epsilon(1e-6));
    }
    const data::feature_table opposed{3, 2, {-1, 0, 0, 0, 3, 0}}, one{1, 2, {2, 0}};
    const auto found = nearest<T>(ctx, opposed, one, 3);
    CHECK(found.index == std::vector<int>{2, 1, 0});
    CHECK(found.cosine == std::vector<double>{1, 0, -1});
}

TEST_CASE("votes: the majority, then the smallest label", "[quick]") {
    neighbours found{3, 5, {0, 1, 2, 3, 4, 4, 3, 2, 1, 0, 2, 2, 2, 0, 0}, std::vector<double>(15)};
    const std::vector<int> labels{5, 3, 3, 5, 1};
    CHECK(vote(found, labels, 6, 1) == std::vector<int>{5, 1, 3});
    CHECK(vote(found, labels, 6, 2) == std::vector<int>{3, 1, 3});  // 5 3, 1 5, 3 3
    CHECK(vote(found, labels, 6, 5) == std::vector<int>{3, 3, 3});
    CHECK(vote(found, labels, 6, 4) == std::vector<int>{3, 3, 3});

    CHECK(hit_at(found, labels, std::vector<int>{5, 1, 5}, 1) == Approx(2. / 3));
    CHECK(hit_at(found, labels, std::vector<int>{1, 5, 5}, 3) == Approx(1. / 3));
    CHECK(hit_at(found, labels, std::vector<int>{1, 5, 5}, 5) == 1);
    CHECK(hit_at(found, labels, std::vector<int>{0, 0, 0}, 5) == 0);

    CHECK_REFUSED(vote(found, labels, 6, 0), "1 to 5 neighbours");
    CHECK_REFUSED(vote(found, labels, 6, 6), "1 to 5 neighbours");
    CHECK_REFUSED(vote(found, labels, 5, 1), "a label from 0 to 4");
    CHECK_REFUSED(vote(found, std::vector<int>{1, 1}, 5, 5), "gallery row 2");
    CHECK_REFUSED(vote(found, labels, 0, 1), "a label from 0");
    CHECK_REFUSED(hit_at(found, labels, std::vector<int>{1, 1}, 1), "3 labels");
    CHECK_REFUSED(hit_at(found, labels, std::vector<int>{1, 1, 1}, 6), "k 6");
    CHECK_REFUSED(hit_at(found, std::vector<int>{1}, std::vector<int>{9, 9, 9}, 5),
                  "a label for gallery row 1");
    CHECK_REFUSED(hit_at({}, labels, {}, 1), "0 labels");
}

TEST_CASE("retrieval: 1-NN answers as top1, any of five as top5", "[quick]") {
    const auto gallery = noise(1, 40, 6), queries = noise(2, 30, 6);
    std::vector<int> gallery_labels(40), query_labels(30);
    for (int i = 0; i < 40; ++i) gallery_labels[std::size_t(i)] = i % 7;
    for (int i = 0; i < 30; ++i) query_labels[std::size_t(i)] = i % 5;
    context ctx;
    const auto e = retrieve<T>(ctx, gallery, gallery_labels, queries, query_labels, 7);
    int first = 0, five = 0;
    for (std::size_t q = 0; q < 30; ++q) {
        const auto order = by_hand<float>(gallery, queries.row(q));
        first += order[0] % 7 == query_labels[q];
        five += std::any_of(order.begin(), order.begin() + 5,
                            [&](int g) { return g % 7 == query_labels[q]; });
    }
    CHECK(e.top1 == Approx(first / 30.));
    CHECK(e.top5.value() == Approx(five / 30.));
    // A gallery of fewer than five rows is searched whole.
    const auto few = noise(1, 2, 6);
    CHECK(retrieve<T>(ctx, few, std::vector<int>{0, 1}, queries, query_labels, 7).top5.value() ==
          Approx(12. / 30));
    CHECK_REFUSED(retrieve<T>(ctx, gallery, std::vector<int>{1}, queries, query_labels, 7),
                  "gallery: expected a label for each of 40 clips, found 1");
}

TEST_CASE("a gallery in blocks gives the bits of the gallery in one piece") {
    // More rows than the search holds at a time, in more than one piece; more queries than a block.
    const auto gallery = noise(1, 5000, 7), queries = noise(2, 1030, 7);
    context ctx, two{.threads = 2};
    const neighbours whole = nearest<T>(ctx, gallery, queries, 40);
    const neighbours threaded = nearest<T>(two, gallery, queries, 40);
    CHECK(threaded.index == whole.index);
    CHECK(threaded.cosine == whole.cosine);
    for (const std::size_t q : {0, 511, 1023, 1024, 1029}) {
        const auto want = by_hand<float>(gallery, queries.row(q));
        std::size_t same = 0;
        for (std::size_t j = 0; j < 40; ++j) same += whole.of(q)[j] == want[j];
        CHECK(same >= 38);  // float cosines may swap two that are nearly equal
        for (std::size_t j = 1; j < 40; ++j)
            CHECK(whole.cosine[q * 40 + j] <= whole.cosine[q * 40 + j - 1]);
    }

    for (const std::size_t size : {1, 333, 4096, 6000}) {
        std::size_t next = 0;
        const auto source = [&]() -> std::optional<data::feature_table> {
            if (next == gallery.rows) return std::nullopt;
            const std::size_t rows = std::min(next == 0 ? size + 1 : size, gallery.rows - next);
            data::feature_table block{rows, 7, {}};
            const auto from = gallery.values.begin() + static_cast<std::ptrdiff_t>(next * 7);
            block.values.assign(from, from + static_cast<std::ptrdiff_t>(rows * 7));
            next += rows;
            return block;
        };
        const neighbours streamed = nearest<T>(size % 2 ? ctx : two, source, queries, 40);
        CHECK(streamed.index == whole.index);
        CHECK(streamed.cosine == whole.cosine);
    }
}

TEST_CASE("a search in blocks refuses what does not fit", "[quick]") {
    const auto gallery = noise(1, 4, 3), queries = noise(2, 2, 3);
    context ctx;
    neighbour_search<T> search(ctx, queries, 5);
    search.add(gallery);
    CHECK_REFUSED(search.add(noise(1, 4, 2)), "gallery from row 4: expected rows of 3 columns");
    auto bad = gallery;
    bad.row(3)[2] = std::numeric_limits<float>::infinity();
    CHECK_REFUSED(search.add(bad), "gallery from row 4: expected finite features");
    CHECK_REFUSED(search.add(data::feature_table{}), "a filled table");
    CHECK_REFUSED(search.add(data::feature_table{2, 3, {1, 2, 3}}), "a filled table");
    neighbour_search<T> few(ctx, queries, 5);
    CHECK_REFUSED(few.finish(), "1 to 0 neighbours, found 5");
    few.add(gallery);
    CHECK_REFUSED(few.finish(), "1 to 4 neighbours, found 5");
    few.add(gallery);
    const neighbours found = few.finish();
    for (std::size_t q = 0; q < 2; ++q) {  // every row is there twice, the lower one first
        CHECK(found.of(q)[1] == found.of(q)[0] + 4);
        CHECK(found.of(q)[3] == found.of(q)[2] + 4);
    }
    CHECK_REFUSED(neighbour_search<T>(ctx, queries, 0), "neighbours, found 0");
    CHECK_REFUSED(neighbour_search<T>(ctx, data::feature_table{}, 1), "a filled table");
    const auto empty = []() -> std::optional<data::feature_table> { return std::nullopt; };
    CHECK_REFUSED(nearest<T>(ctx, empty, queries, 1), "1 to 0 neighbours");
}

TEST_CASE("searches refuse what does not fit", "[quick]") {
    const auto gallery = noise(1, 4, 3);
    context ctx;
    CHECK_REFUSED(nearest<T>(ctx, gallery, noise(2, 2, 4), 1), "two tables of one width");
    CHECK_REFUSED(nearest<T>(ctx, gallery, data::feature_table{}, 1), "a filled table");
    CHECK_REFUSED(nearest<T>(ctx, data::feature_table{}, gallery, 1), "a filled table");
    CHECK_REFUSED(nearest<T>(ctx, gallery, gallery, 0), "1 to 4 neighbours, found 0");
    CHECK_REFUSED(nearest<T>(ctx, gallery, gallery, 5), "1 to 4 neighbours, found 5");
    auto bad = gallery;
    bad.row(2)[1] = std::numeric_limits<float>::quiet_NaN();
    CHECK_REFUSED(nearest<T>(ctx, bad, gallery, 1), "gallery: expected finite features");
    CHECK_REFUSED(nearest<T>(ctx, gallery, bad, 1), "queries: expected finite features");
    bad.row(2)[1] = std::numeric_limits<float>::infinity();
    CHECK_REFUSED(nearest<T>(ctx, bad, gallery, 1), "row 2, column 1");
}

TEST_CASE("Neighbours and features made by hand are checked") {
    probe::neighbours found{2, 3, {0, 1, 2}, {}};
    const std::vector<int> labels{0, 0, 0}, two{0, 0};
    CHECK_REFUSED(probe::vote(found, labels, 1, 1), "a query below 2");
    CHECK_REFUSED(probe::hit_at(found, labels, two, 1), "0 with 3 neighbours");
    data::feature_table table{3, 2, {1, 2, 3, 4}};
    CHECK_REFUSED(table.row(2), "row 2 of 4 values");
    CHECK_REFUSED(table.subset(std::vector<int>{2}), "a filled row below 3");
    context ctx;
    table.values.resize(6);
    CHECK_REFUSED(probe::retrieve<eigen::tensor<float>>(ctx, table, {}, table, labels, 1),
                  "a label for each of 3 clips, found 0; label the clips");
}
