// SPDX-License-Identifier: MIT
// What the recurrent encoders share: frames as vectors, a stack of layers, its feature, and what
// encoders say of themselves.
// infrastructure
#pragma once

#include <string>

#include "mgkit/encode/settings.hpp"
#include "mgkit/encode/tokens.hpp"
#include "mgkit/nn/recurrent.hpp"

namespace MGKIT_NAMESPACE::encode {

/// How a clip becomes a sequence, and the sequence a feature.
struct recurrent_plan {
    clip_extents clip;
    int width = 1;
    int layers = 1;
    bool both = false;           ///< both directions
    bool look_ahead = true;      ///< see nn::recurrent_settings
    bool channel_major = false;  ///< frame vectors in the order C V M, else M V C
    std::string pooling;         ///< of states: the last ones, or the mean of all frames

    /// Values of a stack of so many gates, but for biases.
    double least_values(double gates) const {
        const double h = width, directions = both ? 2 : 1,
                     input = 1.0 * clip.points() * clip.channels;
        return directions * gates * h * (input + h + (layers - 1) * (directions + 1) * h);
    }
};

/// Errors: another pooling than "last" and "mean", unsound extents.
inline void check(const recurrent_plan& p, const char* where) {
    if (p.pooling != "last" && p.pooling != "mean")
        throw error(where, "pooling last or mean", p.pooling);
    check(p.clip, where);
}

/// A stack of layers over the frames of a clip, [N, C, T, V, M] -> [N, features]. File names
/// `encoder.gru.*` as in skeleton-contrast, `bi_lstm.*` as in AS-CAL.
template <model_tensor T, nn::recurrent_cell Cell>
class recurrent_network {
public:
    using tensor_type = T;

    nn::recurrent<T, Cell> net;

    recurrent_network() = default;
    MGKIT_COLD recurrent_network(const nn::scope& at, const recurrent_plan& p, const char* name)
        : net((check(p, name), at / file_name), {.input = p.clip.points() * p.clip.channels,
                                                 .hidden = p.width,
                                                 .layers = p.layers,
                                                 .both = p.both,
                                                 .look_ahead = p.look_ahead}),
          plan_(p),
          name_(name) {}

    static constexpr auto fields() {
        return nn::members(nn::field(file_name, &recurrent_network::net));
    }
    int features() const { return net.features(); }

    /// Feature of ready frame vectors [N, T, values of a frame].
    template <operand X>
    X of_frames(context& ctx, const X& frames) const {
        const nn::recurrent_result<X> states = net(ctx, frames);
        return plan_.pooling == "mean" ? mgkit::mean(ctx, states.out, {1})
                                       : net.feature(ctx, states);
    }
    template <operand X>
    X operator()(context& ctx, const X& clips) const {
        return of_frames(ctx, vectors(ctx, clips));
    }
    /// The last layer's states after each frame [N, T, features], whatever the pooling.
    template <operand X>
    X states(context& ctx, const X& clips) const {
        return net(ctx, vectors(ctx, clips)).out;
    }

private:
    static constexpr const char* file_name =
        Cell == nn::recurrent_cell::gru ? "encoder.gru" : "bi_lstm";

    /// Frames of clips [N, C, T, V, M] as vectors [N, T, values].
    template <operand X>
    X vectors(context& ctx, const X& clips) const {
        const shape s = shape_of(clips);
        const clip_extents& e = plan_.clip;
        if (s.rank() != 5 || s[1] != e.channels || s[2] == 0 || s[3] != e.joints ||
            s[4] != e.persons)
            throw error(name_,
                        text("clips [N, ", e.channels, ", T, ", e.joints, ", ", e.persons,
                             "] of one or more frames"),
                        s.str());
        if (!plan_.channel_major) return temporal_tokens(ctx, clips);
        const X frames = permute(ctx, clips, {0, 2, 1, 3, 4});
        return reshape(ctx, frames, {s[0], s[2], s[1] * s[3] * s[4]});
    }

    recurrent_plan plan_;
    const char* name_ = "";
};

/// A network made from settings, by their `plan()`, with all that an encoder says of itself beside
/// its `name` and `source`: those are `Encoder`'s, the class that derives from this one.
template <class Encoder, model_tensor T, nn::recurrent_cell Cell, named_settings Settings>
class recurrent_encoder : public recurrent_network<T, Cell> {
public:
    using settings = Settings;

    recurrent_encoder() = default;
    MGKIT_COLD recurrent_encoder(const nn::scope& at, const settings& s)
        : recurrent_network<T, Cell>(at, s.plan(), Encoder::name), settings_(s) {}

    /// Small settings for clips of these extents, to try the encoder with.
    static settings sample_settings(const clip_extents& clip) {
        return {.clip = clip, .width = 4, .layers = 2};
    }
    const settings& configuration() const { return settings_; }
    nn::fact_map facts() const { return facts_of(Encoder::name, settings_); }

private:
    settings settings_;
};

}  // namespace MGKIT_NAMESPACE::encode
