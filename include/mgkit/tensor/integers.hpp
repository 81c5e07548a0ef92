// SPDX-License-Identifier: MIT
// Tensors of whole numbers beside those of a backend: indices, bytes, keys of draws.
#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

#include "mgkit/core/context.hpp"
#include "mgkit/core/recycled.hpp"
#include "mgkit/tensor/repeated_step.hpp"

namespace MGKIT_NAMESPACE {

/// Where whole numbers lie. The host's own form is `host_integers`; a backend may have another.
template <std::integral I>
struct integer_storage {
    virtual ~integer_storage() = default;
    /// All of them, in row-major order. Waits where they lie on a device.
    virtual void read(context& ctx, std::span<I> to) const = 0;
};

template <std::integral I>
struct host_integers final : integer_storage<I> {
    std::vector<I> values;

    host_integers() = default;
    explicit host_integers(std::vector<I> v) : values(std::move(v)) {}
    void read(context&, std::span<I> to) const override {
        std::copy(values.begin(), values.end(), to.begin());
    }
};

/// A dense row-major tensor of whole numbers that no gradient goes through: what operations take
/// besides their operands, as part of their settings. Copies share; values do not change.
///
/// Made on the host, it serves every backend: one on a device fetches it at each use, or once with
/// `on_backend<T>(ctx, x)`. Inside a recorded step (repeated_step.hpp) use `step_integers`.
template <std::integral I>
class integers {
public:
    using value_type = I;

    integers() : extents_{0} { keep(std::make_shared<host_integers<I>>(std::vector<I>())); }
    /// Errors: another number of values than the extents have.
    integers(const shape& extents, std::vector<I> values) : extents_(extents) {
        if (static_cast<extent>(values.size()) != extents.elements())
            throw error("integers", text(extents.elements(), " values for ", extents.str()),
                        text(values.size(), " values"));
        const auto [least, most] = std::minmax_element(values.begin(), values.end());
        limits_ = values.empty() ? std::pair<I, I>{I(0), I(0)} : std::pair<I, I>{*least, *most};
        keep(std::make_shared<host_integers<I>>(std::move(values)));
    }
    /// Values that a backend keeps, in a storage of a final type, which `stored` asks for;
    /// `limits`, the least and the largest, where it knows them.
    template <std::derived_from<integer_storage<I>> Storage>
    requires std::is_final_v<Storage>
    static integers kept(const shape& extents, std::shared_ptr<Storage> values,
                         std::optional<std::pair<I, I>> limits = {}) {
        integers out;
        out.extents_ = extents;
        out.limits_ = limits;
        out.keep(std::move(values));
        return out;
    }

    const shape& extents() const { return extents_; }
    extent elements() const { return extents_.elements(); }

    /// Least and largest value, where they are known without asking a device.
    const std::optional<std::pair<I, I>>& limits() const { return limits_; }
    /// The same values with limits that whoever made them vouches for.
    integers within(I least, I most) const {
        integers out = *this;
        out.limits_ = std::pair<I, I>(least, most);
        return out;
    }
    integers reshaped(const shape& extents) const {
        if (extents.elements() != elements())
            throw error("integers", text("as many elements as ", extents_.str()), extents.str());
        integers out = *this;
        out.extents_ = extents;
        return out;
    }

    /// Where they lie, as that type; null for another.
    template <class Storage>
    const Storage* stored() const {
        return type_ == detail::type_mark::of<Storage>()
                   ? static_cast<const Storage*>(values_.get())
                   : nullptr;
    }
    /// On the host: itself where it is there already.
    integers on_host(context& ctx) const {
        if (stored<host_integers<I>>()) return *this;
        std::vector<I> values(static_cast<std::size_t>(elements()));
        values_->read(ctx, values);
        integers out(extents_, std::move(values));
        return limits_ ? out.within(limits_->first, limits_->second) : out;
    }
    /// Errors: values that lie elsewhere, see on_host.
    std::span<const I> values() const {
        const auto* const host = stored<host_integers<I>>();
        if (!host)
            throw error("integers", "values on the host", "values on a device",
                        "fetch them with on_host(ctx)");
        return host->values;
    }

private:
    template <class Storage>
    void keep(std::shared_ptr<Storage> values) {
        values_ = std::move(values);
        type_ = detail::type_mark::of<std::remove_const_t<Storage>>();
    }

    shape extents_;
    std::optional<std::pair<I, I>> limits_{};
    std::shared_ptr<const integer_storage<I>> values_;
    detail::type_mark type_{};  ///< of the storage
};

/// Positions along an axis.
using index_tensor = integers<std::int32_t>;
/// Pixels and the like.
using byte_tensor = integers<std::uint8_t>;

/// Where T's operations read them without a transfer.
template <tensor T, std::integral I>
integers<I> on_backend(context& ctx, const integers<I>& x) {
    if constexpr (requires { backend_traits<T>::on_backend(ctx, x); })
        return backend_traits<T>::on_backend(ctx, x);
    else
        return x.on_host(ctx);
}

/// Whole numbers that the host computes for every step: `fill(span<I>, data...)` writes them over
/// zeros, as the action of every_step (repeated_step.hpp). `limits` holds for all of them in every
/// step. Errors, at each filling: a value outside of the limits.
template <tensor T, std::integral I, class Fill, class... Data>
integers<I> step_integers(context& ctx, const shape& extents, std::pair<I, I> limits, Fill fill,
                          Data... data) {
    static_assert(std::is_empty_v<Fill>,
                  "mgkit: what fills step_integers captures nothing: hand values over as further "
                  "arguments, which are copied; it may run when what was captured is gone");
    const auto checked = [fill, limits, ... data = std::move(data)](std::span<I> to) {
        std::fill(to.begin(), to.end(), I(0));
        fill(to, data...);
        for (const I v : to)
            if (v < limits.first || v > limits.second)
                throw error("step_integers",
                            text("values from ", limits.first, " to ", limits.second), text(v));
    };
    if constexpr (requires {
                      backend_traits<T>::template step_integers<I>(ctx, extents, checked);
                  }) {
        return backend_traits<T>::template step_integers<I>(ctx, extents, checked)
            .within(limits.first, limits.second);
    } else {
        const auto made = recycled<host_integers<I>>(ctx);
        made->values.resize(static_cast<std::size_t>(extents.elements()));
        checked(std::span(made->values));
        return integers<I>::kept(extents, made, limits);
    }
}

/// What `cast` does to the entries of an axis: scale * value + shift, each of one entry, of the
/// axis' extent, or none.
struct channel_affine {
    std::vector<double> scale{}, shift{};
    int axis = -1;
};

namespace detail {

/// Calls `f(begin, end, scale, shift)` for every run of elements that one channel owns.
template <class F>
void for_channels(const shape& extents, const channel_affine& how, F&& f) {
    const bool whole = how.scale.size() <= 1 && how.shift.size() <= 1;
    const int axis = extents.rank() == 0 || whole ? 0 : extents.axis(how.axis);
    const extent channels = whole || extents.rank() == 0 ? 1 : extents[axis];
    const extent run = whole ? extents.elements() : extents.after(axis);
    const auto of = [](const std::vector<double>& v, extent c, double none) {
        return v.empty() ? none : v[v.size() == 1 ? 0 : static_cast<std::size_t>(c)];
    };
    const extent runs = run == 0 ? 0 : extents.elements() / run;
    for (extent r = 0; r < runs; ++r)
        f(r * run, (r + 1) * run, of(how.scale, r % channels, 1), of(how.shift, r % channels, 0));
}

}  // namespace detail

/// Whole numbers as values of T: scale * x + shift for each entry of a channel axis, in one pass
/// where the backend has a kernel; video frames of bytes become normalised floats this way.
/// A constant: no gradient. Errors: another number of scales or shifts than 0, 1 or the axis'
/// extent. Cost: one pass.
template <tensor T, std::integral I>
T cast(context& ctx, const integers<I>& x, const channel_affine& how = {}) {
    const shape& in = x.extents();
    for (const auto* v : {&how.scale, &how.shift})
        if (v->size() > 1 &&
            (in.rank() == 0 || static_cast<extent>(v->size()) != in[in.axis(how.axis)]))
            throw error(
                "cast",
                text("none, one, or one for each entry of axis ", how.axis, " of ", in.str()),
                text(v->size(), " scales or shifts"));
    if constexpr (requires { backend_traits<T>::cast(ctx, x, how); }) {
        return backend_traits<T>::cast(ctx, x, how);
    } else {
        using scalar = typename backend_traits<T>::scalar;
        const integers<I> host = x.on_host(ctx);
        const std::span<const I> from = host.values();
        std::vector<scalar> to(from.size());
        detail::for_channels(in, how, [&](extent begin, extent end, double scale, double shift) {
            for (auto i = static_cast<std::size_t>(begin); i < static_cast<std::size_t>(end); ++i)
                to[i] = static_cast<scalar>(scale * static_cast<double>(from[i]) + shift);
        });
        return backend_traits<T>::from_host(ctx, to, in);
    }
}

}  // namespace MGKIT_NAMESPACE
