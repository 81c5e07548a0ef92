// SPDX-License-Identifier: MIT
// A single-stream encoder: the mean of all frames through one layer.
// entry: encode/list.hpp all mgkit::toys::frame_mean<T>
#pragma once

#include "mgkit/encode/embedding.hpp"
#include "mgkit/encode/settings.hpp"
#include "mgkit/nn/linear.hpp"

namespace MGKIT_NAMESPACE::toys {

struct frame_mean_settings {
    encode::clip_extents clip;
    int width = 8;

    template <class Self, class F>
    static void each_named(Self& s, F&& f) {
        encode::clip_extents::each_named(s.clip, f);
        f("width", s.width);
    }
};

template <model_tensor T>
class frame_mean {
public:
    using tensor_type = T;
    using settings = frame_mean_settings;
    static constexpr const char* name = "frame_mean";

    nn::linear<T> layer;

    frame_mean(const nn::scope& at, const settings& s)
        : layer((encode::check(s.clip, name), at / "layer"), s.clip.points() * s.clip.channels,
                s.width),
          settings_(s) {}
    static settings sample_settings(const encode::clip_extents& clip) { return {clip, 3}; }
    static constexpr auto fields() { return nn::members(nn::field("layer", &frame_mean::layer)); }
    const settings& configuration() const { return settings_; }
    nn::fact_map facts() const { return encode::facts_of(name, settings_); }
    int features() const { return settings_.width; }

    template <operand X>
    X operator()(context& ctx, const X& clips) const {
        const X frames = encode::temporal_tokens(ctx, clips);
        const extent count = shape_of(frames)[1];
        return layer(ctx, affine(ctx, sum(ctx, frames, {1}), 1.0 / static_cast<double>(count)),
                     activation::gelu);
    }

private:
    settings settings_;
};

}  // namespace MGKIT_NAMESPACE::toys
