// SPDX-License-Identifier: MIT
// The default tensor: row-major contiguous storage from the context's pool.
#pragma once

#include <algorithm>
#include <cstring>
#include <span>

#include "mgkit/backend/detail/gemm.hpp"
#include "mgkit/backend/detail/pool.hpp"
#include "mgkit/tensor/integers.hpp"

namespace MGKIT_NAMESPACE::eigen {

/// A dense row-major tensor in host memory. Copies share storage.
template <std::floating_point S, class Provider = gemm::default_provider>
class tensor {
public:
    using scalar = S;
    using provider = Provider;

    tensor() : shape_{0} {}
    tensor(context& ctx, const shape& extents)
        : shape_(extents),
          storage_(ctx.state.get<detail::pool_state>().shared->take(
              static_cast<std::size_t>(room_for(ctx, extents)) * sizeof(S))) {}

    const shape& extents() const { return shape_; }
    extent elements() const { return shape_.elements(); }
    S* data() { return static_cast<S*>(storage_.data()); }
    const S* data() const { return static_cast<const S*>(storage_.data()); }
    std::span<const S> values() const { return {data(), static_cast<std::size_t>(elements())}; }

    /// The same storage under other extents.
    tensor viewed(const shape& extents) const {
        tensor out = *this;
        out.shape_ = extents;
        return out;
    }

private:
    /// Values to take memory for. Random layers leave out other rows of the batch in each step:
    /// some of its rows take the memory of all, so that steps take the same blocks.
    static extent room_for(const context& ctx, const shape& extents) {
        const auto batch = static_cast<extent>(ctx.rows.size());
        if (ctx.training && extents.rank() > 1 && extents[0] < batch && 2 * extents[0] >= batch)
            return extents.elements() / extents[0] * batch;
        return extents.elements();
    }

    shape shape_;
    detail::storage storage_;
};

}  // namespace MGKIT_NAMESPACE::eigen

namespace MGKIT_NAMESPACE {

template <class S, class P>
struct backend_traits<eigen::tensor<S, P>> : gemm::precision_of<S, P> {
    using scalar = S;
    using T = eigen::tensor<S, P>;

    static const shape& shape_of(const T& t) { return t.extents(); }
    static T empty(context& ctx, const shape& extents) { return T(ctx, extents); }
    static T full(context& ctx, const shape& extents, double value) {
        T out(ctx, extents);
        std::fill_n(out.data(), out.elements(), static_cast<S>(value));
        return out;
    }
    static T from_host(context& ctx, std::span<const S> values, const shape& extents) {
        if (static_cast<extent>(values.size()) != extents.elements())
            throw error("from_host", text(extents.elements(), " values for ", extents.str()),
                        text(values.size(), " values"));
        T out(ctx, extents);
        std::copy(values.begin(), values.end(), out.data());
        return out;
    }
    static void to_host(context&, const T& t, std::span<S> target) {
        if (static_cast<extent>(target.size()) != t.elements())
            throw error("to_host", text("room for ", t.elements(), " values"),
                        text("room for ", target.size()));
        std::copy_n(t.data(), t.elements(), target.data());
    }
    /// Written where they are used: no copy.
    template <class Fill>
    static T step_values(context& ctx, const shape& extents, Fill fill) {
        T out(ctx, extents);
        fill(std::span<S>(out.data(), static_cast<std::size_t>(out.elements())));
        return out;
    }
    static T reshape(const T& t, const shape& extents) { return t.viewed(extents); }
    static void assign(context&, T& target, const T& source) {
        if (target.extents() != source.extents())
            throw error("assign", text("a source of shape ", target.extents().str()),
                        source.extents().str());
        if (target.elements() > 0)
            std::memmove(target.data(), source.data(),
                         static_cast<std::size_t>(target.elements()) * sizeof(S));
    }
    static void add_part(context& ctx, T& whole, int axis, extent begin, const T& part) {
        const extent inner = part.extents().after(axis), width = part.extents()[axis] * inner,
                     step = whole.extents()[axis] * inner, rows = part.extents().before(axis);
        const S* const from = part.data();
        S* const to = whole.data() + begin * inner;
        constexpr extent piece = 16384;
        const extent rows_each = std::max<extent>(1, piece / std::max<extent>(1, width));
        parallel_for(ctx.threads, (rows + rows_each - 1) / rows_each, [&](extent i) {
            for (extent r = i * rows_each; r < std::min(rows, (i + 1) * rows_each); ++r)
                for (extent j = 0; j < width; ++j) to[r * step + j] += from[r * width + j];
        });
    }
    /// One pass from the host's own numbers.
    template <std::integral I>
    static T cast(context& ctx, const integers<I>& x, const channel_affine& how) {
        const integers<I> host = x.on_host(ctx);
        T out(ctx, x.extents());
        const I* const from = host.values().data();
        S* const to = out.data();
        mgkit::detail::for_channels(
            x.extents(), how, [&](extent begin, extent end, double scale, double shift) {
                const S a = static_cast<S>(scale), b = static_cast<S>(shift);
                for (extent i = begin; i < end; ++i) to[i] = a * static_cast<S>(from[i]) + b;
            });
        return out;
    }
};

}  // namespace MGKIT_NAMESPACE
