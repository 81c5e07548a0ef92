// SPDX-License-Identifier: MIT
// Exact nearest neighbours by cosine, over a gallery that may arrive in blocks.
#pragma once

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstddef>
#include <functional>
#include <limits>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

#include "mgkit/core/parallel.hpp"
#include "mgkit/data/feature_table.hpp"
#include "mgkit/tensor/ops/structure.hpp"

namespace MGKIT_NAMESPACE::probe {

/// The k nearest gallery rows of every query, nearest first; ties go to the lower gallery row.
struct neighbours {
    std::size_t queries = 0, k = 0;
    std::vector<int> index;      ///< queries x k
    std::vector<double> cosine;  ///< queries x k

    /// Errors: mgkit::error for a query that is not there.
    std::span<const int> of(std::size_t query) const;
};

namespace detail {

/// Writes `row` divided by its Euclidean norm (at least 1e-30) and returns the norm's square, which
/// is finite where the row is and its squares are.
template <class S, class F>
double write_normalised(std::span<const F> row, S* out) {
    // Eight sums side by side: in a fixed order, and not one addition waiting for the last.
    constexpr std::size_t lanes = 8;
    double sums[lanes] = {};
    std::size_t j = 0;
    for (; j + lanes <= row.size(); j += lanes)
        for (std::size_t l = 0; l < lanes; ++l) {
            const double v = static_cast<double>(row[j + l]);
            sums[l] += v * v;
        }
    for (; j < row.size(); ++j)
        sums[j % lanes] += static_cast<double>(row[j]) * static_cast<double>(row[j]);
    double square = 0;
    for (const double s : sums) square += s;
    // In the wider of the two types: a finite double may be no finite float.
    using wide = std::common_type_t<S, F>;
    const auto scale = static_cast<wide>(1.0 / std::max(std::sqrt(square), 1e-30));
    for (j = 0; j < row.size(); ++j) out[j] = static_cast<S>(static_cast<wide>(row[j]) * scale);
    return square;
}

/// Sum of a[i] b[i]: many sums side by side, in a fixed order.
template <class S>
S ordered_dot(const S* a, const S* b, std::size_t size) {
    constexpr std::size_t lanes = 32;
    S sums[lanes] = {};
    std::size_t i = 0;
    for (; i + lanes <= size; i += lanes)
        for (std::size_t l = 0; l < lanes; ++l) sums[l] += a[i + l] * b[i + l];
    for (; i < size; ++i) sums[i % lanes] += a[i] * b[i];
    for (std::size_t half = lanes / 2; half > 0; half /= 2)
        for (std::size_t l = 0; l < half; ++l) sums[l] += sums[l + half];
    return sums[0];
}

/// Whether T's products are coarser than its scalar.
template <tensor T>
constexpr bool has_coarse_products() {
    if constexpr (requires { backend_traits<T>::epsilon; })
        return backend_traits<T>::epsilon >
               std::numeric_limits<typename backend_traits<T>::scalar>::epsilon();
    else
        return false;
}

/// By how much such a product of unit vectors of `size` values may be off, sums in T's scalar.
template <tensor T>
double product_margin(std::size_t size) {
    constexpr double fine = std::numeric_limits<typename backend_traits<T>::scalar>::epsilon(),
                     coarse = backend_traits<T>::epsilon;
    return coarse * (2 + coarse) + static_cast<double>(size + 4) * fine;
}

}  // namespace detail

/// Rows divided by their Euclidean norm (at least 1e-30), in the scalar of S.
template <class S, class F>
std::vector<S> normalised_rows(const data::basic_feature_table<F>& features) {
    std::vector<S> out(features.rows * features.columns);
    for (std::size_t i = 0; i < features.rows; ++i)
        detail::write_normalised(features.row(i), out.data() + i * features.columns);
    return out;
}

/// Exact search of a gallery that arrives a block of rows at a time, so that it need not fit in
/// memory: `add` the blocks in order, then `finish`. How the gallery is cut changes no bit.
///
/// On a tensor whose products round their factors (bf16) the products only screen: whatever they
/// leave within twice their error of the k nearest is compared again in the scalar, so the answer
/// is exact there too. A device that was allowed to round float products (TF32) does so unseen: the
/// answer is then as exact as those.
///
/// Cost: Q G D multiply-adds, and G comparisons per query. Memory: the queries (twice where
/// products screen), 4096 rows of the gallery, 4096 x 1024 cosines, and per query at most 2 k + 16
/// candidates. Deterministic; the same bits for any number of threads where the backend's products
/// are.
template <tensor T>
class neighbour_search {
    using S = typename backend_traits<T>::scalar;
    static constexpr bool screens = detail::has_coarse_products<T>();

public:
    /// Errors: an empty table, features that are not finite, k below 1 or beyond int.
    template <class F>
    neighbour_search(context& ctx, const data::basic_feature_table<F>& queries, std::size_t k)
        : ctx_(ctx),
          queries_(queries.rows),
          columns_(queries.columns),
          k_(k),
          best_(queries.rows),
          worst_(queries.rows, -std::numeric_limits<S>::infinity()) {
        if (k < 1 || k > most_rows)
            throw error("probe::nearest", text("1 to ", most_rows, " neighbours"), text(k));
        if constexpr (screens) margin_ = static_cast<S>(detail::product_margin<T>(columns_));
        data::check(queries, "probe::nearest, queries");
        std::vector<S> unit;
        for (std::size_t first = 0; first < queries_; first += query_block) {
            const std::size_t rows = std::min(query_block, queries_ - first);
            unit.resize(rows * columns_);
            parallel_for(ctx.threads, static_cast<std::ptrdiff_t>(rows), [&](std::ptrdiff_t i) {
                const auto at = static_cast<std::size_t>(i);
                detail::write_normalised(queries.row(first + at), unit.data() + at * columns_);
            });
            asked_.push_back(upload(unit, {static_cast<extent>(rows), width()}));
            if constexpr (screens) unit_.insert(unit_.end(), unit.begin(), unit.end());
        }
    }

    /// The next rows of the gallery.
    /// Errors: an empty table, features that are not finite, another width than the queries', more
    /// rows than an int counts.
    template <class F>
    void add(const data::basic_feature_table<F>& rows) {
        const std::size_t before = seen();
        const std::string where =
            "probe::nearest, gallery" + (before > 0 ? text(" from row ", before) : std::string());
        if (rows.rows == 0 || rows.values.size() != rows.rows * rows.columns)
            data::check(rows, where);
        if (rows.columns != columns_)
            throw error(where, text("rows of ", columns_, " columns, as the queries have"),
                        text(rows.columns));
        if (rows.rows > most_rows - before)
            throw error(where, text("at most ", most_rows, " rows"), text(before + rows.rows));
        for (std::size_t next = 0; next < rows.rows;) {
            const std::size_t held = held_,
                              count = std::min(rows.rows - next, piece * pieces - held);
            if (waiting_.size() < (held + count) * columns_)
                waiting_.resize((held + count) * columns_);
            std::atomic<bool> finite = true;
            parallel_for(ctx_.threads, static_cast<std::ptrdiff_t>(count), [&](std::ptrdiff_t i) {
                const auto at = static_cast<std::size_t>(i);
                if (!std::isfinite(detail::write_normalised(
                        rows.row(next + at), waiting_.data() + (held + at) * columns_)))
                    finite = false;
            });
            if (!finite) data::check(rows, where);
            next += count;
            held_ += count;
            if (held_ == piece * pieces) search_waiting();
        }
    }

    /// The answers. Errors: fewer rows than neighbours asked for.
    neighbours finish() {
        search_waiting();
        if (k_ > searched_)
            throw error("probe::nearest", text("1 to ", searched_, " neighbours"), text(k_));
        neighbours out{queries_, k_, std::vector<int>(queries_ * k_),
                       std::vector<double>(queries_ * k_)};
        parallel_for(ctx_.threads, static_cast<std::ptrdiff_t>(queries_), [&](std::ptrdiff_t i) {
            const auto query = static_cast<std::size_t>(i);
            auto& found = best_[query];
            std::sort(found.begin(), found.end(), nearer);
            for (std::size_t j = 0; j < k_; ++j) {
                out.index[query * k_ + j] = found[j].row;
                out.cosine[query * k_ + j] = static_cast<double>(found[j].cosine);
            }
        });
        return out;
    }

private:
    struct candidate {
        S cosine;
        int row;
    };
    static bool nearer(const candidate& a, const candidate& b) {
        return a.cosine > b.cosine || (a.cosine == b.cosine && a.row < b.row);
    }

    // A product of query_block x columns by columns x piece is large enough for any library's full
    // speed; several at a time keep several threads busy.
    static constexpr std::size_t query_block = 1024, piece = 512, pieces = 8;
    static constexpr std::size_t most_rows = std::numeric_limits<int>::max();

    extent width() const { return static_cast<extent>(columns_); }
    std::size_t seen() const { return searched_ + held_; }
    T upload(std::span<const S> values, const shape& extents) {
        return backend_traits<T>::from_host(ctx_, values, extents);
    }

    void search_waiting() {
        const std::size_t full = held_ / piece, left = held_ - full * piece;
        const std::span<const S> all = std::span<const S>(waiting_).first(held_ * columns_);
        if (full > 0)
            compare(upload(all.first(full * piece * columns_),
                           {static_cast<extent>(full), static_cast<extent>(piece), width()}),
                    0, full, piece);
        if (left > 0)
            compare(upload(all.last(left * columns_), {static_cast<extent>(left), width()}),
                    full * piece, 1, left);
        held_ = 0;
    }

    /// Gallery rows [count, rows, D] or [rows, D], those after the first `done` that wait, against
    /// every query.
    void compare(const T& gallery, std::size_t done, std::size_t count, std::size_t rows) {
        for (std::size_t b = 0; b < asked_.size(); ++b) {
            const std::size_t first = b * query_block,
                              block = std::min(query_block, queries_ - first);
            const std::size_t size = count * block * rows;
            if (cosine_.size() < size) cosine_.resize(size);
            backend_traits<T>::to_host(ctx_, matmul(ctx_, asked_[b], gallery, false, true),
                                       std::span(cosine_).first(size));
            parallel_for(ctx_.threads, static_cast<std::ptrdiff_t>(block), [&](std::ptrdiff_t i) {
                const auto query = static_cast<std::size_t>(i);
                for (std::size_t p = 0; p < count; ++p) {
                    const auto cosines =
                        std::span<const S>(cosine_).subspan((p * block + query) * rows, rows);
                    const S* const unit = waiting_.data() + (done + p * rows) * columns_;
                    if constexpr (screens)
                        screen(first + query, cosines, unit, searched_ + p * rows);
                    else
                        offer(first + query, cosines, searched_ + p * rows);
                }
            });
        }
        searched_ += count * rows;
    }

    /// Keeps what may be among the k nearest. Rows come in rising order, so one that equals the
    /// k-th of before is out.
    void offer(std::size_t query, std::span<const S> cosines, std::size_t first_row) {
        constexpr std::size_t run = 16;
        auto& found = best_[query];
        S worst = worst_[query];
        const std::size_t most = 2 * k_ + 16;
        for (std::size_t from = 0; from < cosines.size(); from += run) {
            const std::size_t to = std::min(from + run, cosines.size());
            int above = 0;
            for (std::size_t j = from; j < to; ++j) above |= cosines[j] > worst;
            if (!above) continue;
            for (std::size_t j = from; j < to; ++j)
                if (cosines[j] > worst) {
                    found.push_back({cosines[j], static_cast<int>(first_row + j)});
                    if (found.size() >= most) worst = trim(found);
                }
        }
        worst_[query] = worst;
    }

    /// As `offer`, of cosines that may be off by the margin: those that may belong to the k nearest
    /// are computed again from the rows themselves.
    void screen(std::size_t query, std::span<const S> cosines, const S* rows,
                std::size_t first_row) {
        auto& found = best_[query];
        S least = worst_[query] - margin_;
        if (found.size() < k_ && cosines.size() >= k_) {
            std::vector<S> sorted(cosines.begin(), cosines.end());
            const auto last = sorted.begin() + static_cast<std::ptrdiff_t>(k_) - 1;
            std::nth_element(sorted.begin(), last, sorted.end(), std::greater<>());
            least = *last - 2 * margin_;
        }
        const std::size_t before = found.size(), most = 2 * k_ + 16;
        const S* const asked = unit_.data() + query * columns_;
        for (std::size_t j = 0; j < cosines.size(); ++j) {
            if (!(cosines[j] > least)) continue;
            const S cosine = detail::ordered_dot(asked, rows + j * columns_, columns_);
            if (!(cosine > worst_[query])) continue;
            found.push_back({cosine, static_cast<int>(first_row + j)});
            if (found.size() >= most) {
                worst_[query] = trim(found);
                least = std::max(least, worst_[query] - margin_);
            }
        }
        if (found.size() > before && found.size() >= k_) worst_[query] = trim(found);
    }

    /// Leaves the k nearest; the cosine of the last of them.
    S trim(std::vector<candidate>& found) const {
        const auto last = found.begin() + static_cast<std::ptrdiff_t>(k_) - 1;
        std::nth_element(found.begin(), last, found.end(), nearer);
        const S worst = last->cosine;
        found.resize(k_);
        return worst;
    }

    context& ctx_;
    std::size_t queries_, columns_, k_, held_ = 0, searched_ = 0;
    S margin_ = 0;
    std::vector<T> asked_;
    std::vector<S> unit_, waiting_, cosine_;
    std::vector<std::vector<candidate>> best_;
    std::vector<S> worst_;
};

}  // namespace MGKIT_NAMESPACE::probe

#if !defined(MGKIT_COMPILED)
#include "mgkit/probe/neighbour_search-inl.hpp"
#endif
