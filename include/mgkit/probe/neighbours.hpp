// SPDX-License-Identifier: MIT
// Nearest neighbours by cosine: k-NN classification and retrieval.
#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <span>
#include <vector>

#include "mgkit/data/labels.hpp"
#include "mgkit/probe/neighbour_search.hpp"
#include "mgkit/probe/result.hpp"

namespace MGKIT_NAMESPACE::probe {

/// Exact search over the whole gallery. Cost and memory: as `neighbour_search`.
/// Errors: empty tables, features that are not finite, tables of different width, k outside [1, G].
template <tensor T, class F>
neighbours nearest(context& ctx, const data::basic_feature_table<F>& gallery,
                   const data::basic_feature_table<F>& queries, std::size_t k) {
    if (gallery.rows == 0 || queries.rows == 0) data::check(gallery, "probe::nearest, gallery");
    if (gallery.columns != queries.columns && queries.rows != 0)
        throw error("probe::nearest", "two tables of one width",
                    text(gallery.rows, " x ", gallery.columns, " and ", queries.rows, " x ",
                         queries.columns));
    if (k < 1 || k > gallery.rows)
        throw error("probe::nearest", text("1 to ", gallery.rows, " neighbours"), text(k));
    neighbour_search<T> search(ctx, queries, k);
    search.add(gallery);
    return search.finish();
}

/// The same over a gallery larger than memory: `next_block()` gives its rows in order, a
/// `std::optional` of a feature table at a time, none at the end.
template <tensor T, class Source, class F>
requires requires(Source& next) {
    { next().has_value() } -> std::convertible_to<bool>;
}
neighbours nearest(context& ctx, Source&& next_block, const data::basic_feature_table<F>& queries,
                   std::size_t k) {
    neighbour_search<T> search(ctx, queries, k);
    while (const auto block = next_block()) search.add(*block);
    return search.finish();
}

/// Labels by majority of the first k neighbours; the smallest label wins a tie of votes.
/// Errors: labels that do not fit the gallery or the number of classes.
std::vector<int> vote(const neighbours& found, std::span<const int> gallery_labels, int classes,
                      std::size_t k);

/// Share of queries with a neighbour of their own class among the first k.
/// Errors: no queries, labels that do not fit gallery or queries, k outside [1, found.k].
double hit_at(const neighbours& found, std::span<const int> gallery_labels,
              std::span<const int> query_labels, std::size_t k);

/// Retrieval and k-NN in one answer: 1-NN predictions as top1, any of five nearest as top5.
/// Source: USDRL's retrieval protocol (gallery = training side, cosine); top5 is the paper's.
template <tensor T>
evaluation retrieve(context& ctx, const data::feature_table& gallery,
                    std::span<const int> gallery_labels, const data::feature_table& queries,
                    std::span<const int> query_labels, int classes) {
    data::require_labels("probe::retrieve, gallery", gallery.rows, gallery_labels.size());
    data::require_labels("probe::retrieve, queries", queries.rows, query_labels.size());
    const std::size_t k = std::min<std::size_t>(5, gallery.rows);
    const neighbours found = nearest<T>(ctx, gallery, queries, k);
    evaluation out = evaluate({query_labels.begin(), query_labels.end()},
                              vote(found, gallery_labels, classes, 1), classes);
    out.top5 = hit_at(found, gallery_labels, query_labels, k);
    return out;
}

}  // namespace MGKIT_NAMESPACE::probe

#if !defined(MGKIT_COMPILED)
#include "mgkit/probe/neighbours-inl.hpp"
#endif
