// SPDX-License-Identifier: MIT
// Operations on some entries of the first axis, and weighted sums of two tensors.
#pragma once

#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "mgkit/tensor/ops/structure.hpp"
#include "mgkit/tensor/repeated_step.hpp"

namespace MGKIT_NAMESPACE {

/// Some of the entries of a first axis, in increasing order, each with a weight. Copies share.
class row_choice {
public:
    struct chosen {
        extent row;
        double weight;
    };

    row_choice(extent of, std::vector<chosen> rows)
        : row_choice(of, std::make_shared<const std::vector<chosen>>(std::move(rows))) {}
    /// Rows in memory that is used again, see `recycled`.
    row_choice(extent of, std::shared_ptr<const std::vector<chosen>> rows)
        : of_(of), rows_(std::move(rows)) {
        extent least = 0;
        for (const chosen& c : *rows_) {
            if (c.row < least || c.row >= of)
                throw error("row_choice", text("increasing rows below ", of), text("row ", c.row));
            least = c.row + 1;
        }
    }

    extent of() const { return of_; }
    extent count() const { return static_cast<extent>(rows_->size()); }
    const chosen& operator[](extent i) const { return (*rows_)[static_cast<std::size_t>(i)]; }

    /// The matrix [count, of] that takes these rows; times their weights where wanted.
    template <operand X>
    X matrix(context& ctx, bool weighted) const {
        using T = tensor_of<X>;
        const auto ones = [](std::span<scalar_of<X>> to, const row_choice& rows, bool weights) {
            for (extent i = 0; i < rows.count(); ++i)
                to[static_cast<std::size_t>(i * rows.of() + rows[i].row)] =
                    static_cast<scalar_of<X>>(weights ? rows[i].weight : 1);
        };
        return X{step_values<T>(ctx, {count(), of_}, ones, *this, weighted)};
    }

private:
    extent of_;
    std::shared_ptr<const std::vector<chosen>> rows_;
};

namespace op {

/// The chosen entries of the first axis: x [B, ...] -> [K, ...]; weights play no part.
struct take_rows {
    row_choice rows;

    shape result(const shape& in) const {
        shape out = in;
        out[0] = rows.count();
        return out;
    }
    template <operand X>
    static X compose(context& ctx, const take_rows& self, const X& x) {
        const shape in = shape_of(x);
        const X flat = mgkit::reshape(ctx, x, {in[0], in.after(0)});
        const X taken = mgkit::matmul(ctx, self.rows.matrix<X>(ctx, false), flat);
        return mgkit::reshape(ctx, taken, self.result(in));
    }
};

/// x [B, ...] with y [K, ...], times the rows' weights, added to the chosen entries.
struct add_rows {
    row_choice rows;

    template <operand X>
    static X compose(context& ctx, const add_rows& self, const X& x, const X& y) {
        const shape in = shape_of(x);
        const X flat = mgkit::reshape(ctx, y, {shape_of(y)[0], in.after(0)});
        const X spread = mgkit::matmul(ctx, self.rows.matrix<X>(ctx, true), flat, true, false);
        return mgkit::add(ctx, x, mgkit::reshape(ctx, spread, in));
    }
};

/// a x + b y, equal extents.
struct blend {
    double a = 1, b = 1;

    template <operand X>
    static X compose(context& ctx, const blend& self, const X& x, const X& y) {
        return mgkit::add(ctx, mgkit::affine(ctx, x, self.a), mgkit::affine(ctx, y, self.b));
    }
};

}  // namespace op

/// The chosen entries of the first axis of x [B, ...] -> [K, ...].
template <operand X>
X take_rows(context& ctx, const X& x, const row_choice& rows) {
    const shape in = shape_of(x);
    if (in.rank() < 1 || in[0] != rows.of())
        throw error("take_rows", text(rows.of(), " entries on the first axis"), in.str());
    return apply(ctx, op::take_rows{rows}, x);
}

/// x [B, ...] + weight * y [K, ...] on the chosen entries of the first axis.
template <operand X>
X add_rows(context& ctx, const X& x, const X& y, const row_choice& rows) {
    const shape in = shape_of(x);
    if (in.rank() < 1 || in[0] != rows.of() || op::take_rows{rows}.result(in) != shape_of(y))
        throw error(
            "add_rows",
            text(rows.of(), " entries on x's first axis, y with ", rows.count(), " of them"),
            text("x ", in.str(), ", y ", shape_of(y).str()));
    return apply(ctx, op::add_rows{rows}, x, y);
}

/// a x + b y in one pass, for equal extents.
template <operand X>
X blend(context& ctx, double a, const X& x, double b, const X& y) {
    if (shape_of(x) != shape_of(y))
        throw error("blend", "two equal shapes",
                    text(shape_of(x).str(), " and ", shape_of(y).str()));
    return apply(ctx, op::blend{a, b}, x, y);
}

}  // namespace MGKIT_NAMESPACE
