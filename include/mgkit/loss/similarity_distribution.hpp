// SPDX-License-Identifier: MIT
// How a clip is like all others, taught by an encoder that sees more of it.
#pragma once

#include <algorithm>

#include "mgkit/tensor/ops/attention.hpp"
#include "mgkit/tensor/ops/gather.hpp"
#include "mgkit/tensor/ops/objective.hpp"

namespace MGKIT_NAMESPACE::loss {

/// Of the published code.
struct similarity_settings {
    double student = 0.1, teacher = 0.04;  ///< temperatures
    double same = 0.95;  ///< what the teacher likens more than this is taken for the clip itself
    int nearest =
        8192;  ///< rows of the queue that count, by the teacher; all where there are fewer
};

/// KL divergence of the student's distribution from the teacher's, mean over rows: cosines of a
/// clip with the rows of a queue, [B, K] each. The student's are squared, so that rows it is unlike
/// count as alike as those it is like; the teacher's above `same` become -1. The teacher's
/// `nearest` rows stay, and softmaxes over the temperatures are of these alone. `present` [K] is 0
/// for rows that hold nothing: the student never chooses them. No gradient to the teacher.
///
/// Cost: K log nearest a row. Errors: unequal extents, settings out of range.
/// Source: Lin et al., "Actionlet-dependent contrastive learning for unsupervised skeleton-based
/// action recognition" (CVPR 2023), code at 7c63e60.
template <operand X>
MGKIT_COLD X similarity_distribution(context& ctx, const X& student, const tensor_of<X>& teacher,
                                     const tensor_of<X>& present,
                                     const similarity_settings& s = {}) {
    using T = tensor_of<X>;
    const shape in = shape_of(student);
    if (in.rank() != 2 || in.elements() == 0 || shape_of(teacher) != in ||
        shape_of(present) != shape{in[1]} || !(s.student > 0 && s.teacher > 0) || s.nearest < 1)
        throw error("loss::similarity_distribution",
                    "cosines [B, K] of student and teacher, a mask [K], temperatures above 0, one "
                    "row or more that counts",
                    text(in.str(), ", ", shape_of(teacher).str(), ", ", shape_of(present).str(),
                         ", ", s.student, ", ", s.teacher, ", ", s.nearest));
    const T held = mgkit::reshape(ctx, present, {1, in[1]});
    const T itself = mgkit::greater(ctx, teacher, mgkit::constant<T>(ctx, {1, 1}, s.same));
    // Below any cosine where nothing is.
    const T others =
        mgkit::add(ctx, mgkit::select(ctx, itself, mgkit::constant<T>(ctx, in, -1), teacher),
                   mgkit::affine(ctx, held, 2, -2));
    const auto count = static_cast<int>(std::min<extent>(s.nearest, in[1]));
    const index_tensor places = top_places(ctx, others, count)
                                    .reshaped({in[0], count})
                                    .within(0, static_cast<std::int32_t>(in[1] - 1));
    constexpr double far = 1e9;
    const X scores = add(ctx, square(ctx, student), X{mgkit::affine(ctx, held, far, -far)});
    const X logits = affine(ctx, gather(ctx, scores, 1, places), 1 / s.student);
    const T target = mgkit::affine(ctx, mgkit::gather(ctx, others, 1, places), 1 / s.teacher);
    const T share = mgkit::softmax(ctx, target);
    const T shifted = mgkit::sub(ctx, target, mgkit::max(ctx, target, -1, true));
    const T certain = mgkit::sub(
        ctx, shifted, mgkit::log(ctx, mgkit::sum(ctx, mgkit::exp(ctx, shifted), {-1}, true)));
    const T entropy = mgkit::affine(ctx, mgkit::sum(ctx, mgkit::mul(ctx, share, certain)),
                                    1.0 / static_cast<double>(in[0]));
    return add(ctx, cross_entropy(ctx, logits, X{share}), X{entropy});
}

}  // namespace MGKIT_NAMESPACE::loss
