// SPDX-License-Identifier: MIT
// A recurrent encoder: a state that runs over the frames of a clip, or of a stream.
// entry: encode/list.hpp all mgkit::toys::recurrent<T>
#pragma once

#include "mgkit/encode/embedding.hpp"
#include "mgkit/encode/settings.hpp"
#include "mgkit/nn/linear.hpp"

namespace MGKIT_NAMESPACE::toys {

struct recurrent_settings {
    encode::clip_extents clip;
    int width = 8;

    template <class Self, class F>
    static void each_named(Self& s, F&& f) {
        encode::clip_extents::each_named(s.clip, f);
        f("width", s.width);
    }
};

/// h_t = tanh(W x_t + U h_{t-1}); the feature is the last state.
template <model_tensor T>
class recurrent {
public:
    using tensor_type = T;
    using settings = recurrent_settings;
    static constexpr const char* name = "recurrent";

    nn::linear<T> from_frame, from_state;

    recurrent(const nn::scope& at, const settings& s)
        : from_frame((encode::check(s.clip, name), at / "from_frame"),
                     s.clip.points() * s.clip.channels, s.width),
          from_state(at / "from_state", s.width, s.width),
          settings_(s) {}
    static settings sample_settings(const encode::clip_extents& clip) { return {clip, 4}; }
    static constexpr auto fields() {
        return nn::members(nn::field("from_frame", &recurrent::from_frame),
                           nn::field("from_state", &recurrent::from_state));
    }
    const settings& configuration() const { return settings_; }
    nn::fact_map facts() const { return encode::facts_of(name, settings_); }
    int features() const { return settings_.width; }

    /// The state before the first frame [N, width].
    template <operand X>
    X start(context& ctx, extent rows) const {
        return constant<X>(ctx, {rows, settings_.width}, 0);
    }
    /// The state after a frame [N, M V C].
    template <operand X>
    X step(context& ctx, const X& frame, const X& state) const {
        return tanh(ctx, add(ctx, from_frame(ctx, frame), from_state(ctx, state)));
    }

    template <operand X>
    X operator()(context& ctx, const X& clips) const {
        const X frames = encode::temporal_tokens(ctx, clips);
        const shape s = shape_of(frames);
        X state = start<X>(ctx, s[0]);
        for (extent t = 0; t < s[1]; ++t)
            state = step(ctx, reshape(ctx, slice(ctx, frames, 1, t, 1), {s[0], s[2]}), state);
        return state;
    }

private:
    settings settings_;
};

}  // namespace MGKIT_NAMESPACE::toys
