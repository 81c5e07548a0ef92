// SPDX-License-Identifier: MIT
// Whole numbers in device memory, and the kernels that read and write them for traits.
#pragma once

#include <concepts>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>

#include "mgkit/backend/cuda/plan.hpp"
#include "mgkit/backend/cuda/pool.hpp"
#include "mgkit/backend/cuda/values.hpp"
#include "mgkit/tensor/integers.hpp"

namespace MGKIT_NAMESPACE::cuda {

/// Errors: a step is being recorded, whose replays would repeat the values of this moment.
template <class Device>
void refuse_capture(context& ctx, const char* where, const char* remedy) {
    if (Device::of(ctx).capturing())
        throw error(where, "no transfer between host and device inside a captured step",
                    "one while the step is being captured", remedy);
}

/// Integers in memory of a device's pool, valid in the order of its stream.
template <std::integral I, class Device>
struct device_integers final : integer_storage<I> {
    storage<typename Device::memory> values;

    explicit device_integers(storage<typename Device::memory> v) : values(std::move(v)) {}
    void read(context& ctx, std::span<I> to) const override {
        refuse_capture<Device>(ctx, "integers", "read them after a replay");
        if (!to.empty()) Device::of(ctx).download(to.data(), values.data(), to.size_bytes());
    }
    I* data() const { return static_cast<I*>(values.data()); }
};

/// Room for integers of these extents.
template <class Device, std::integral I>
std::shared_ptr<device_integers<I, Device>> room_for_integers(context& ctx, const shape& extents) {
    return std::make_shared<device_integers<I, Device>>(
        Device::of(ctx).take(static_cast<std::size_t>(extents.elements()) * sizeof(I)));
}

/// The same integers on the device; themselves where they are there. Errors: a transfer while a
/// step is recorded.
template <class Device, std::integral I>
integers<I> on_device(context& ctx, const integers<I>& x) {
    if (x.template stored<device_integers<I, Device>>()) return x;
    refuse_capture<Device>(ctx, "integers",
                           "use step_integers, or on_backend before the step is recorded");
    const integers<I> host = x.on_host(ctx);
    auto there = room_for_integers<Device, I>(ctx, x.extents());
    const std::span<const I> from = host.values();
    if (!from.empty()) Device::of(ctx).upload(there->data(), from.data(), from.size_bytes());
    return integers<I>::kept(x.extents(), std::move(there), x.limits());
}
/// Where integers that are on the device lie.
template <class Device, std::integral I>
const I* device_data(const integers<I>& x) {
    return x.template stored<device_integers<I, Device>>()->data();
}

/// scale * x + shift, of each channel where `factors` [2, channels] is given; a channel owns runs
/// of `run` elements.
template <class S, class I>
struct cast_body {
    const I* in;
    S* out;
    const S* factors;
    extent channels, run;
    S scale, shift;
    MGKIT_DEVICE void operator()(extent i) const {
        const S x = static_cast<S>(in[i]);
        if (factors == nullptr) {
            out[i] = scale * x + shift;
            return;
        }
        const extent channel = i / run % channels;
        out[i] = factors[channel] * x + factors[channels + channel];
    }
};

/// Rows of `length` elements added to rows that are `all` apart.
template <class S>
struct add_part_body {
    values<S> part;
    places<S> whole;
    extent length, all;
    MGKIT_DEVICE void operator()(extent i) const {
        extent row = i;
        const extent at = split(row, length), to = row * all + at;
        whole.set(to, whole[to] + part[i]);
    }
};

/// Where element i of rows of `width` stands among the k largest of its row, if it does: as many
/// stand before it as are larger, or equal and earlier.
template <class S>
struct top_body {
    values<S> in;
    std::int32_t* chosen;
    extent width, k;
    MGKIT_DEVICE void operator()(extent i) const {
        extent row = i;
        const extent at = split(row, width);
        const values<S> from = in + row * width;
        const S own = from[at];
        extent before = 0;
        for (extent j = 0; j < width && before < k; ++j)
            before += precedes(from[j], j, own, at) ? 1 : 0;
        if (before < k) chosen[row * k + before] = static_cast<std::int32_t>(at);
    }

private:
    MGKIT_DEVICE static bool precedes(S a, extent i, S b, extent j) {
        const bool missing_a = a != a, missing_b = b != b;
        if (missing_a != missing_b) return missing_a;
        if (!missing_a && a != b) return a > b;
        return i < j;
    }
};

}  // namespace MGKIT_NAMESPACE::cuda
