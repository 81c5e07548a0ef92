// SPDX-License-Identifier: MIT
// The multi-grained feature decorrelation objective of USDRL.
#pragma once

#include <array>
#include <optional>
#include <span>
#include <string>

#include "mgkit/core/short_list.hpp"
#include "mgkit/tensor/ops/objective.hpp"

namespace MGKIT_NAMESPACE::loss {

/// Weights of the objective; the defaults are the reference's, except `guard`.
struct decorrelation_settings {
    double similarity = 5, variance_covariance = 1, cross_correlation = 0.001;
    double variance = 5;          ///< of the hinge inside variance_covariance
    double off_diagonal = 0.005;  ///< inside cross_correlation
    double variance_epsilon = 1e-4;
    double other_domains = 0.5;  ///< weight of the temporal and the spatial domain
    /// Added to a column's variance before dividing by its root, so that a constant column gives 0
    /// instead of NaN. 0 is the reference's behaviour; 1e-8 changes a unit-variance column by 5e-9.
    double guard = 1e-8;
};

/// One domain's or the whole objective's parts.
template <operand X>
struct decorrelation_terms {
    X total, similarity, variance_covariance, cross_correlation;
};

/// Views of which a batch has more are rare.
inline constexpr std::size_t most_views_inside = 8;

/// K views of a batch, in any list.
template <class L>
concept view_list = operand<typename L::value_type> && requires(const L& l) {
    l.size();
    l[0];
};
template <operand X>
using views_of_batch = short_list<X, most_views_inside>;

namespace detail {

/// Columns minus their means, and the variance of each column with divisor B - 1: [B, D], [1, D].
template <operand X>
struct centred_columns {
    X values, variance;
};

template <operand X>
MGKIT_COLD centred_columns<X> centre(context& ctx, const X& z) {
    const X values = sub(ctx, z, mgkit::mean(ctx, z, {0}, true));
    const double divisor = static_cast<double>(shape_of(z)[0] - 1);
    return {values, affine(ctx, mgkit::sum(ctx, square(ctx, values), {0}, true), 1 / divisor)};
}

/// The Gram matrix whose products give squared norms of a' b: rows [B, B] where B < D, so that no
/// D x D matrix is formed. |a' b|^2 = sum(a a' * b b').
template <operand X>
MGKIT_COLD X row_gram(context& ctx, const X& a) {
    return matmul(ctx, a, a, false, true);
}

template <operand X>
MGKIT_COLD X squared_norm_of_product(context& ctx, const X& a, const X& b) {
    const shape s = shape_of(a);
    if (s[0] < s[1]) return mgkit::sum(ctx, mul(ctx, row_gram(ctx, a), row_gram(ctx, b)));
    return mgkit::sum(ctx, square(ctx, matmul(ctx, a, b, true, false)));
}

/// mean_j max(0, 1 - sqrt(var_j + epsilon)).
template <operand X>
MGKIT_COLD X variance_hinge(context& ctx, const centred_columns<X>& z, double epsilon) {
    const X raised = affine(ctx, z.variance, 1, epsilon);
    const X deviation = mul(ctx, raised, rsqrt(ctx, raised));
    return mgkit::mean(ctx, relu(ctx, affine(ctx, deviation, -1, 1)));
}

/// (1/D) sum_{i != j} Cov_ij^2, divisors B - 1.
template <operand X>
MGKIT_COLD X off_diagonal_covariance(context& ctx, const centred_columns<X>& z) {
    const shape in = shape_of(z.values);
    const double divisor = static_cast<double>(in[0] - 1);
    const X all =
        affine(ctx, squared_norm_of_product(ctx, z.values, z.values), 1 / (divisor * divisor));
    const X off = sub(ctx, all, mgkit::sum(ctx, square(ctx, z.variance)));
    return affine(ctx, off, 1 / static_cast<double>(in[1]));
}

inline void check_views(const char* where, std::span<const shape> views) {
    if (views.size() < 2) throw error(where, "two or more views", text(views.size()));
    for (const shape& s : views)
        if (s.rank() != 2 || s != views[0] || s[0] < 2 || s[1] < 1)
            throw error(where, "views of one shape [B, D] with B of 2 or more",
                        text(s.str(), " beside ", views[0].str()));
}

template <view_list Views>
MGKIT_COLD void check_views(const char* where, const Views& views) {
    short_list<shape, most_views_inside> extents;
    for (const auto& z : views) extents.push_back(shape_of(z));
    check_views(where, std::span<const shape>(extents.data(), extents.size()));
}

}  // namespace detail

/// sum_{k<K-1} mse(z_k, z_{K-1}) + sum_{k<K-1} mse(z_k, c), c the mean of views 0..K-2; gradient
/// flows through c. The last view is the anchor and has no term to c. Views [B, D] each.
template <view_list Views, operand X = typename Views::value_type>
MGKIT_COLD X similarity(context& ctx, const Views& views) {
    detail::check_views("loss::similarity", views);
    const std::size_t last = views.size() - 1;
    X centre = views[0];
    for (std::size_t k = 1; k < last; ++k) centre = add(ctx, centre, views[k]);
    centre = affine(ctx, centre, 1.0 / static_cast<double>(last));
    X total = add(ctx, mse(ctx, views[0], views[last]), mse(ctx, views[0], centre));
    for (std::size_t k = 1; k < last; ++k)
        total =
            add(ctx, total, add(ctx, mse(ctx, views[k], views[last]), mse(ctx, views[k], centre)));
    return total;
}

/// variance * mean_j max(0, 1 - sqrt(var_j + epsilon)) + (1/D) sum_{i != j} Cov_ij^2 of one view
/// [B, D], divisors B - 1. Cost: B D min(B, D).
template <operand X>
MGKIT_COLD X variance_covariance(context& ctx, const X& z, const decorrelation_settings& s = {}) {
    const shape in = shape_of(z);
    const shape both[] = {in, in};
    detail::check_views("loss::variance_covariance", std::span<const shape>(both));
    const auto centred = detail::centre(ctx, z);
    return add(ctx,
               affine(ctx, detail::variance_hinge(ctx, centred, s.variance_epsilon), s.variance),
               detail::off_diagonal_covariance(ctx, centred));
}

/// Columns standardised with the B - 1 deviation: [B, D].
template <operand X>
MGKIT_COLD X standardised(context& ctx, const X& z, double guard) {
    const auto [values, variance] = detail::centre(ctx, z);
    return mul(ctx, values, rsqrt(ctx, guard > 0 ? affine(ctx, variance, 1, guard) : variance));
}

/// sum_i (c_ii - 1)^2 + off_diagonal * sum_{i != j} c_ij^2 with c = a' b / B for standardised
/// columns a, b [B, D]. Identical views give c_ii = (B - 1) / B, as in the reference.
template <operand X>
MGKIT_COLD X cross_correlation(context& ctx, const X& a, const X& b, double off_diagonal = 0.005) {
    const double rows = static_cast<double>(shape_of(a)[0]);
    const X diagonal = affine(ctx, mgkit::sum(ctx, mul(ctx, a, b), {0}), 1 / rows);
    const X on = mgkit::sum(ctx, square(ctx, affine(ctx, diagonal, 1, -1)));
    const X all = affine(ctx, detail::squared_norm_of_product(ctx, a, b), 1 / (rows * rows));
    const X off = sub(ctx, all, mgkit::sum(ctx, square(ctx, diagonal)));
    return add(ctx, on, affine(ctx, off, off_diagonal));
}

/// Sum of `cross_correlation` over all pairs of views.
template <view_list Views, operand X = typename Views::value_type>
MGKIT_COLD X cross_correlations(context& ctx, const Views& views,
                                const decorrelation_settings& s = {}) {
    detail::check_views("loss::cross_correlations", views);
    views_of_batch<X> unit;
    for (const X& z : views) unit.push_back(standardised(ctx, z, s.guard));
    std::optional<X> total;
    for (std::size_t a = 0; a < unit.size(); ++a)
        for (std::size_t b = a + 1; b < unit.size(); ++b) {
            const X pair = cross_correlation(ctx, unit[a], unit[b], s.off_diagonal);
            total = total ? add(ctx, *total, pair) : pair;
        }
    return *total;
}

/// The three terms of one domain, from its K views [B, D], and their weighted sum.
/// Cost: K^2 B D min(B, D). Errors: fewer than two views or two clips, unequal shapes.
/// Source: USDRL reference code at 7e83bb6 (its products keep D x D matrices; here the smaller Gram
/// matrix of the two carries the same sums).
template <view_list Views, operand X = typename Views::value_type>
MGKIT_COLD decorrelation_terms<X> decorrelation(context& ctx, const Views& views,
                                                const decorrelation_settings& s = {}) {
    const X alike = similarity(ctx, views);
    X spread = variance_covariance(ctx, views[0], s);
    for (std::size_t k = 1; k < views.size(); ++k)
        spread = add(ctx, spread, variance_covariance(ctx, views[k], s));
    const X cross = cross_correlations(ctx, views, s);
    const X total = add(ctx, affine(ctx, alike, s.similarity),
                        add(ctx, affine(ctx, spread, s.variance_covariance),
                            affine(ctx, cross, s.cross_correlation)));
    return {total, alike, spread, cross};
}

/// Embeddings of the three domains, K views each.
template <operand X>
struct multi_grained {
    views_of_batch<X> temporal, spatial, instance;
};

/// Each term is instance + other_domains * (temporal + spatial); the total weighs the terms.
template <operand X>
MGKIT_COLD decorrelation_terms<X> decorrelation(context& ctx, const multi_grained<X>& z,
                                                const decorrelation_settings& s = {}) {
    const auto t = decorrelation(ctx, z.temporal, s), p = decorrelation(ctx, z.spatial, s),
               i = decorrelation(ctx, z.instance, s);
    const auto blend = [&](X decorrelation_terms<X>::*term) {
        return add(ctx, i.*term, affine(ctx, add(ctx, t.*term, p.*term), s.other_domains));
    };
    using terms = decorrelation_terms<X>;
    return {blend(&terms::total), blend(&terms::similarity), blend(&terms::variance_covariance),
            blend(&terms::cross_correlation)};
}

}  // namespace MGKIT_NAMESPACE::loss
