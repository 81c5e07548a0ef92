// SPDX-License-Identifier: MIT
// Stacks of recurrent layers.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "mgkit/nn/leaves.hpp"
#include "mgkit/tensor/ops/gather.hpp"
#include "mgkit/tensor/ops/recurrence.hpp"

namespace MGKIT_NAMESPACE::nn {

/// What a recurrent layer is made of.
enum class recurrent_cell { gru, lstm };

/// Sizes of a stack and how it reads its frames.
struct recurrent_settings {
    int input = 1;   ///< values of a frame
    int hidden = 1;  ///< units of a layer and direction
    int layers = 1;
    bool both = false;       ///< a second direction, whose layers' outputs stand beside the first's
    bool look_ahead = true;  ///< the second direction runs backwards; else it is a forward one too
};

/// States of every layer and direction, [layers * directions, N, H]: layer by layer, its
/// directions side by side. `c` is empty but for LSTM.
template <operand X>
struct recurrent_states {
    X h{}, c{};
};

template <operand X>
struct recurrent_result {
    X out;                     ///< [N, T, H], or [N, T, 2H] of both directions
    recurrent_states<X> last;  ///< after each row's last frame; of a reversed direction, its first
};

/// GRU or LSTM layers over sequences [N, T, I], parameters under the names of torch.nn.GRU and LSTM
/// (`weight_ih_l0`, `weight_hh_l0`, `bias_ih_l0`, `bias_hh_l0`, `weight_ih_l0_reverse`, ...), every
/// initial value uniform in +-1/sqrt(H). Any number of frames; rows may have lengths of their own,
/// behind which outputs are 0.
///
/// Without `look_ahead` both directions run forwards: what a bidirectional network computes that is
/// fed frame by frame with both states carried on, as the encoders of skeleton-contrast and of
/// Predict & Cluster are.
///
/// Cost: N T parts H (input + H) multiply-adds for each layer and direction, `parts` 3 or 4; the
/// frames' own share is one product for a layer, the rest is linear in T, a product a step. Errors:
/// sizes below 1; frames of another width; as mgkit::gru.
template <model_tensor T, recurrent_cell Cell>
class recurrent {
public:
    using tensor_type = T;
    static constexpr extent parts = Cell == recurrent_cell::gru ? 3 : 4;
    static constexpr const char* name = Cell == recurrent_cell::gru ? "gru" : "lstm";

    /// Parameters of a layer in one direction.
    struct direction {
        parameter<T> weight_ih, weight_hh, bias_ih, bias_hh;
    };
    std::vector<direction> directions;  ///< [layers * directions], as states lie

    recurrent() = default;
    MGKIT_COLD recurrent(const scope& at, const recurrent_settings& s) : settings_(s) {
        if (s.input < 1 || s.hidden < 1 || s.layers < 1)
            throw error(name, "one or more values of a frame, units and layers",
                        text("input ", s.input, ", hidden ", s.hidden, ", ", s.layers, " layers"));
        const extent h = s.hidden, width = parts * h;
        const double bound = 1 / std::sqrt(static_cast<double>(h));
        for (int l = 0; l < s.layers; ++l)
            for (int d = 0; d < count(); ++d) {
                const auto drawn = [&](const char* what, const shape& extents) {
                    return initial::uniform<T>(at / (what + suffix(l, d)), extents, bound);
                };
                const extent input = l == 0 ? s.input : count() * h;
                directions.push_back({drawn("weight_ih", {width, input}),
                                      drawn("weight_hh", {width, h}), drawn("bias_ih", {width}),
                                      drawn("bias_hh", {width})});
            }
    }

    const recurrent_settings& configuration() const { return settings_; }
    /// Values of a frame of the outputs.
    int features() const { return count() * settings_.hidden; }

    leaf_list<T> leaves() {
        leaf_list<T> out;
        for (std::size_t i = 0; i < directions.size(); ++i) {
            const int at = static_cast<int>(i);
            direction& d = directions[i];
            const auto add = [&](const char* what, parameter<T>& p) {
                out.push_back({.name = what + suffix(at / count(), at % count()),
                               .weights = &p,
                               .value = &p.value});
            };
            add("weight_ih", d.weight_ih);
            add("weight_hh", d.weight_hh);
            add("bias_ih", d.bias_ih);
            add("bias_hh", d.bias_hh);
        }
        return out;
    }

    /// x [N, T, I] from zero states, or from `start`; `lengths` [N] as in mgkit::recurrence.
    template <operand X>
    recurrent_result<X> operator()(context& ctx, const X& x, const index_tensor& lengths = {},
                                   const recurrent_states<X>* start = nullptr) const {
        check(shape_of(x), start);
        const recurrence how{settings_.both && settings_.look_ahead, lengths};
        const index_tensor ends = last_frames(ctx, lengths);
        X out = x;
        std::vector<X> h, c;
        for (int l = 0; l < settings_.layers; ++l) {
            out = layer(ctx, out, l, how, start);
            for (int d = 0; d < count(); ++d) {
                const bool first = how.reverse && d == count() - 1;
                h.push_back(final_state(ctx, out, d, first, ends));
                if constexpr (Cell == recurrent_cell::lstm)
                    c.push_back(final_state(ctx, out, count() + d, first, ends));
            }
            if constexpr (Cell == recurrent_cell::lstm) out = slice(ctx, out, 2, 0, features());
        }
        recurrent_result<X> result{out, {mgkit::stack(ctx, std::span<const X>(h), 0), X{}}};
        if constexpr (Cell == recurrent_cell::lstm)
            result.last.c = mgkit::stack(ctx, std::span<const X>(c), 0);
        return result;
    }

    /// The last layer's states after each row's last frame [N, D H], directions side by side.
    template <operand X>
    X feature(context& ctx, const recurrent_result<X>& of) const {
        const shape s = shape_of(of.last.h);
        return side_by_side(ctx, of.last.h, s[0] - count());
    }

private:
    static constexpr extent fewest_joined = 8;

    int count() const { return settings_.both ? 2 : 1; }
    static std::string suffix(int layer, int direction) {
        return "_l" + std::to_string(layer) + (direction == 0 ? "" : "_reverse");
    }

    void check(const shape& in, const auto* start) const {
        if (in.rank() != 3 || in[2] != settings_.input)
            throw error(name, text("frames [N, T, ", settings_.input, "]"), in.str());
        if (start == nullptr) return;
        const shape wanted{static_cast<extent>(directions.size()), in[0], settings_.hidden};
        if (shape_of(start->h) != wanted ||
            (Cell == recurrent_cell::lstm && shape_of(start->c) != wanted))
            throw error(name, text("start states ", wanted.str()), shape_of(start->h).str());
    }

    /// [count, N, H] of states from `first` on, as [N, count H].
    template <operand X>
    X side_by_side(context& ctx, const X& states, extent first) const {
        const extent rows = shape_of(states)[1];
        const X own = slice(ctx, states, 0, first, count());
        return reshape(ctx, count() == 1 ? own : permute(ctx, own, {1, 0, 2}), {rows, features()});
    }

    /// Directions first to first + many - 1 of a layer as one operation, see mgkit::gru.
    template <operand X>
    X run(context& ctx, const X& x, int first, int many, const recurrence& how,
          const X& start) const {
        const auto all = [&](parameter<T> direction::*member) {
            std::vector<X> of;
            for (int i = 0; i < many; ++i)
                of.push_back(use<X>(directions[static_cast<std::size_t>(first + i)].*member));
            return concat(ctx, 0, std::span<const X>(of));
        };
        const X w = all(&direction::weight_ih), own = all(&direction::bias_ih),
                recurring = all(&direction::weight_hh), bias = all(&direction::bias_hh);
        if constexpr (Cell == recurrent_cell::gru)
            return gru(ctx, mgkit::linear(ctx, x, w, own), recurring, bias, start, how);
        else
            return lstm(ctx, mgkit::linear(ctx, x, w, add(ctx, own, bias)), recurring, start, how);
    }

    /// A layer's outputs: h, and c where there is one, of its directions side by side.
    template <operand X>
    X layer(context& ctx, const X& x, int l, const recurrence& how,
            const recurrent_states<X>* from) const {
        constexpr bool cells = Cell == recurrent_cell::lstm;
        const int first = l * count();
        X start;
        if (from == nullptr) {
            start = constant<X>(ctx, {shape_of(x)[0], (cells ? 2 : 1) * features()}, 0);
        } else {
            start = side_by_side(ctx, from->h, first);
            if constexpr (cells) start = concat(ctx, 1, start, side_by_side(ctx, from->c, first));
        }
        if (count() == 1 || shape_of(x)[0] >= fewest_joined)
            return run(ctx, x, first, count(), how, start);
        // Few rows: putting the weights side by side would cost more than one operation saves.
        std::vector<X> of;
        const extent h = settings_.hidden;
        for (int d = 0; d < 2; ++d) {
            X own = slice(ctx, start, 1, d * h, h);
            if constexpr (cells) own = concat(ctx, 1, own, slice(ctx, start, 1, (2 + d) * h, h));
            of.push_back(run(ctx, x, first + d, 1, {how.reverse && d == 1, how.lengths}, own));
        }
        if constexpr (cells)
            of = {slice(ctx, of[0], 2, 0, h), slice(ctx, of[1], 2, 0, h),
                  slice(ctx, of[0], 2, h, h), slice(ctx, of[1], 2, h, h)};
        return concat(ctx, 2, std::span<const X>(of));
    }

    /// Where rows end, as an index of frames [N, 1]; none where all end together.
    static index_tensor last_frames(context& ctx, const index_tensor& lengths) {
        if (lengths.elements() == 0) return {};
        const index_tensor host = lengths.on_host(ctx);
        std::vector<std::int32_t> ends(host.values().begin(), host.values().end());
        for (std::int32_t& end : ends) --end;
        const shape extents{lengths.elements(), 1};
        return index_tensor(extents, std::move(ends));
    }
    /// [N, H] of a part of the outputs.
    template <operand X>
    X final_state(context& ctx, const X& out, int part, bool at_first_frame,
                  const index_tensor& ends) const {
        const shape s = shape_of(out);
        const X frame = at_first_frame         ? slice(ctx, out, 1, 0, 1)
                        : ends.elements() == 0 ? slice(ctx, out, 1, s[1] - 1, 1)
                                               : gather(ctx, out, 1, ends);
        return reshape(ctx, slice(ctx, frame, 2, part * settings_.hidden, settings_.hidden),
                       {s[0], settings_.hidden});
    }

    recurrent_settings settings_;
};

}  // namespace MGKIT_NAMESPACE::nn
