// SPDX-License-Identifier: MIT
// Where a window that slides along one to three axes looks: what convolution and pooling share.
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <span>

#include "mgkit/tensor/integers.hpp"

namespace MGKIT_NAMESPACE {

/// A window along one axis: places o * stride - padding + k * dilation for tap k of output o.
struct window_axis {
    extent kernel = 1, stride = 1, padding = 0, dilation = 1;

    /// Outputs over `length` entries; 0 where the window does not fit.
    constexpr extent result(extent length) const {
        const extent room = length + 2 * padding - dilation * (kernel - 1) - 1;
        return room < 0 ? 0 : room / stride + 1;
    }
    friend constexpr bool operator==(const window_axis&, const window_axis&) = default;
};

/// A window along one to three neighbouring axes of x [N, D1, .., Dk, C].
class window {
public:
    static constexpr int max_axes = 3;

    constexpr window() = default;
    /// Errors: no axis or more than three.
    constexpr window(std::initializer_list<window_axis> axes) : count_(0) {
        if (axes.size() < 1 || axes.size() > max_axes)
            throw error("window", "one to three axes", std::to_string(axes.size()));
        for (const window_axis& a : axes) axes_[static_cast<std::size_t>(count_++)] = a;
    }

    constexpr int axes() const { return count_; }
    constexpr const window_axis& operator[](int i) const {
        return axes_[static_cast<std::size_t>(i)];
    }
    /// Places a window looks at.
    constexpr extent taps() const {
        extent out = 1;
        for (int i = 0; i < count_; ++i) out *= (*this)[i].kernel;
        return out;
    }
    constexpr bool padded() const {
        bool out = false;
        for (int i = 0; i < count_; ++i) out = out || (*this)[i].padding > 0;
        return out;
    }
    /// Whether each output looks at one entry, the one at its own place.
    constexpr bool pointwise() const {
        bool out = true;
        for (int i = 0; i < count_; ++i)
            out =
                out && (*this)[i].kernel == 1 && (*this)[i].stride == 1 && (*this)[i].padding == 0;
        return out;
    }
    /// Extents [N, O1, .., Ok, channels]. Errors, in the name of `where`: x of other axes, a window
    /// of nothing, one that fits nowhere.
    shape result(const shape& x, extent channels, const char* where) const {
        bool sound = x.rank() == count_ + 2;
        for (int i = 0; i < count_; ++i) {
            const window_axis& a = (*this)[i];
            sound = sound && a.kernel >= 1 && a.stride >= 1 && a.padding >= 0 && a.dilation >= 1;
        }
        if (!sound)
            throw error(where,
                        text("x [N, ", count_, count_ == 1 ? " axis" : " axes",
                             ", C] and a window with kernel, stride and dilation of 1 or more"),
                        x.str());
        shape out{x[0]};
        for (int i = 0; i < count_; ++i) {
            out.push_back((*this)[i].result(x[i + 1]));
            if (out[-1] == 0)
                throw error(where, text("axis ", i + 1, " of ", x.str(), " as long as the window"),
                            text("a window over ",
                                 (*this)[i].dilation * ((*this)[i].kernel - 1) + 1, " entries"),
                            "pad it, or feed longer clips");
        }
        out.push_back(channels);
        return out;
    }
    friend constexpr bool operator==(const window&, const window&) = default;

private:
    std::array<window_axis, max_axes> axes_{};
    int count_ = 1;
};

namespace detail {

/// For every output in row-major order and every tap in row-major order: `f(output, tap, place)`,
/// the place counted along the window's axes flattened, or -1 beside them. `lengths` are D1 .. Dk.
template <class F>
void for_taps(const window& over, const std::array<extent, window::max_axes>& lengths, F&& f) {
    std::array<window_axis, 3> a{};
    std::array<extent, 3> in{1, 1, 1}, out{1, 1, 1};
    for (int i = 0; i < over.axes(); ++i) {
        const auto at = static_cast<std::size_t>(i + 3 - over.axes());
        a[at] = over[i];
        in[at] = lengths[static_cast<std::size_t>(i)];
        out[at] = over[i].result(in[at]);
    }
    extent output = 0;
    for (extent o0 = 0; o0 < out[0]; ++o0)
        for (extent o1 = 0; o1 < out[1]; ++o1)
            for (extent o2 = 0; o2 < out[2]; ++o2, ++output) {
                extent tap = 0;
                for (extent k0 = 0; k0 < a[0].kernel; ++k0)
                    for (extent k1 = 0; k1 < a[1].kernel; ++k1)
                        for (extent k2 = 0; k2 < a[2].kernel; ++k2, ++tap) {
                            const extent p0 = o0 * a[0].stride - a[0].padding + k0 * a[0].dilation;
                            const extent p1 = o1 * a[1].stride - a[1].padding + k1 * a[1].dilation;
                            const extent p2 = o2 * a[2].stride - a[2].padding + k2 * a[2].dilation;
                            const bool inside = p0 >= 0 && p0 < in[0] && p1 >= 0 && p1 < in[1] &&
                                                p2 >= 0 && p2 < in[2];
                            f(output, tap, inside ? (p0 * in[1] + p1) * in[2] + p2 : extent{-1});
                        }
            }
}

inline std::array<extent, window::max_axes> window_lengths(const window& over, const shape& x) {
    std::array<extent, window::max_axes> out{1, 1, 1};
    for (int i = 0; i < over.axes(); ++i) out[static_cast<std::size_t>(i)] = x[i + 1];
    return out;
}

/// Places of all taps of all outputs, [outputs * taps], the entry behind the last one for those
/// beside x.
template <tensor T>
index_tensor tap_places(context& ctx, const window& over, const shape& x, extent outputs) {
    const auto lengths = window_lengths(over, x);
    const extent entries = lengths[0] * lengths[1] * lengths[2];
    constexpr auto fill = [](std::span<std::int32_t> to, window w,
                             std::array<extent, window::max_axes> in, extent beside) {
        const extent taps = w.taps();
        for_taps(w, in, [&](extent output, extent tap, extent place) {
            to[static_cast<std::size_t>(output * taps + tap)] =
                static_cast<std::int32_t>(place < 0 ? beside : place);
        });
    };
    return step_integers<T, std::int32_t>(
        ctx, {outputs * over.taps()},
        {0, static_cast<std::int32_t>(over.padded() ? entries : entries - 1)}, fill, over, lengths,
        entries);
}

}  // namespace detail
}  // namespace MGKIT_NAMESPACE
