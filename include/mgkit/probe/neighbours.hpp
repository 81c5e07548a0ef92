// Nearest neighbours by cosine: k-NN classification and retrieval.
#pragma once

#include <algorithm>
#include <cmath>
#include <numeric>
#include <span>
#include <vector>

#include "mgkit/core/parallel.hpp"
#include "mgkit/data/feature_table.hpp"
#include "mgkit/probe/result.hpp"
#include "mgkit/tensor/ops/structure.hpp"

namespace mgkit::probe {

/// The k nearest gallery rows of every query, nearest first; ties go to the lower gallery row.
struct neighbours {
    std::size_t queries = 0, k = 0;
    std::vector<int> index;      ///< queries x k
    std::vector<double> cosine;  ///< queries x k

    std::span<const int> of(std::size_t query) const {
        return std::span(index).subspan(query * k, k);
    }
};

/// Rows divided by their Euclidean norm (at least 1e-12), in the scalar of S.
template <class S, class F>
std::vector<S> normalised_rows(const data::basic_feature_table<F>& features) {
    std::vector<S> out(features.values.begin(), features.values.end());
    for (std::size_t i = 0; i < features.rows; ++i) {
        S* row = out.data() + i * features.columns;
        double square = 0;
        for (std::size_t j = 0; j < features.columns; ++j)
            square += static_cast<double>(row[j]) * static_cast<double>(row[j]);
        const S scale = static_cast<S>(1.0 / std::max(std::sqrt(square), 1e-12));
        for (std::size_t j = 0; j < features.columns; ++j) row[j] *= scale;
    }
    return out;
}

/// Exact search over the whole gallery, queries a block at a time.
/// Cost: Q G D multiply-adds and G log k comparisons per query; memory one block of Q G values.
/// Errors: empty tables, features that are not finite, tables of different width, k outside [1, G].
template <tensor T, class F>
neighbours nearest(context& ctx, const data::basic_feature_table<F>& gallery,
                   const data::basic_feature_table<F>& queries, std::size_t k) {
    using S = typename backend_traits<T>::scalar;
    data::check(gallery, "probe::nearest, gallery");
    data::check(queries, "probe::nearest, queries");
    if (gallery.columns != queries.columns)
        throw error("probe::nearest", "two tables of one width",
                    text(gallery.rows, " x ", gallery.columns, " and ", queries.rows, " x ",
                         queries.columns));
    if (k < 1 || k > gallery.rows)
        throw error("probe::nearest", text("1 to ", gallery.rows, " neighbours"), text(k));
    constexpr std::size_t block = 256;
    const auto width = static_cast<extent>(gallery.columns);
    const auto count = static_cast<extent>(gallery.rows);
    const std::vector<S> unit_gallery = normalised_rows<S>(gallery);
    const std::vector<S> unit_queries = normalised_rows<S>(queries);
    const T table = backend_traits<T>::from_host(ctx, unit_gallery, {count, width});
    neighbours out{queries.rows, k, std::vector<int>(queries.rows * k),
                   std::vector<double>(queries.rows * k)};
    std::vector<S> cosine;
    for (std::size_t first = 0; first < queries.rows; first += block) {
        const std::size_t rows = std::min(block, queries.rows - first);
        const T asked = backend_traits<T>::from_host(
            ctx, std::span(unit_queries).subspan(first * gallery.columns, rows * gallery.columns),
            {static_cast<extent>(rows), width});
        cosine.resize(rows * gallery.rows);
        backend_traits<T>::to_host(ctx, matmul(ctx, asked, table, false, true), cosine);
        parallel_for(ctx.threads, static_cast<std::ptrdiff_t>(rows), [&](std::ptrdiff_t r) {
            const auto at = static_cast<std::size_t>(r);
            const S* row = cosine.data() + at * gallery.rows;
            std::vector<int> order(gallery.rows);
            std::iota(order.begin(), order.end(), 0);
            std::partial_sort(
                order.begin(), order.begin() + static_cast<std::ptrdiff_t>(k), order.end(),
                [row](int a, int b) { return row[a] > row[b] || (row[a] == row[b] && a < b); });
            for (std::size_t j = 0; j < k; ++j) {
                out.index[(first + at) * k + j] = order[j];
                out.cosine[(first + at) * k + j] = static_cast<double>(row[order[j]]);
            }
        });
    }
    return out;
}

/// Labels by majority of the first k neighbours; the smallest label wins a tie of votes.
/// Errors: labels that do not fit the gallery or the number of classes.
inline std::vector<int> vote(const neighbours& found, std::span<const int> gallery_labels,
                             int classes, std::size_t k) {
    if (k < 1 || k > found.k)
        throw error("probe::vote", text("1 to ", found.k, " neighbours"), text(k));
    std::vector<int> out(found.queries), votes(static_cast<std::size_t>(std::max(0, classes)));
    for (std::size_t q = 0; q < found.queries; ++q) {
        std::fill(votes.begin(), votes.end(), 0);
        for (std::size_t j = 0; j < k; ++j) {
            const auto row = static_cast<std::size_t>(found.of(q)[j]);
            if (row >= gallery_labels.size() || gallery_labels[row] < 0 ||
                gallery_labels[row] >= classes)
                throw error("probe::vote", text("a label from 0 to ", classes - 1),
                            text("none for gallery row ", row));
            ++votes[static_cast<std::size_t>(gallery_labels[row])];
        }
        out[q] = static_cast<int>(std::max_element(votes.begin(), votes.end()) - votes.begin());
    }
    return out;
}

/// Share of queries with a neighbour of their own class among the first k.
/// Errors: no queries, labels that do not fit gallery or queries, k outside [1, found.k].
inline double hit_at(const neighbours& found, std::span<const int> gallery_labels,
                     std::span<const int> query_labels, std::size_t k) {
    if (query_labels.empty() || query_labels.size() != found.queries || k < 1 || k > found.k)
        throw error("probe::hit_at", text(found.queries, " labels and at most ", found.k),
                    text(query_labels.size(), " labels, k ", k));
    std::size_t hits = 0;
    for (std::size_t q = 0; q < found.queries; ++q) {
        const auto rows = found.of(q).first(k);
        hits += std::any_of(rows.begin(), rows.end(), [&](int row) {
            if (static_cast<std::size_t>(row) >= gallery_labels.size())
                throw error("probe::hit_at", text("a label for gallery row ", row),
                            text(gallery_labels.size(), " labels"));
            return gallery_labels[static_cast<std::size_t>(row)] == query_labels[q];
        });
    }
    return static_cast<double>(hits) / static_cast<double>(found.queries);
}

/// Retrieval and k-NN in one answer: 1-NN predictions as top1, any of five nearest as top5.
/// Source: USDRL's retrieval protocol (gallery = training side, cosine); top5 is the paper's.
template <tensor T>
evaluation retrieve(context& ctx, const data::feature_table& gallery,
                    std::span<const int> gallery_labels, const data::feature_table& queries,
                    std::span<const int> query_labels, int classes) {
    if (gallery_labels.size() != gallery.rows || query_labels.size() != queries.rows)
        throw error("probe::retrieve", "one label per row",
                    text(gallery_labels.size(), " and ", query_labels.size(), " labels for ",
                         gallery.rows, " and ", queries.rows, " rows"));
    const std::size_t k = std::min<std::size_t>(5, gallery.rows);
    const neighbours found = nearest<T>(ctx, gallery, queries, k);
    evaluation out = evaluate({query_labels.begin(), query_labels.end()},
                              vote(found, gallery_labels, classes, 1), classes);
    out.top5 = hit_at(found, gallery_labels, query_labels, k);
    return out;
}

}  // namespace mgkit::probe
