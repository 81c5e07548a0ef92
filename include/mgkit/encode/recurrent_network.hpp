// SPDX-License-Identifier: MIT
// What the recurrent encoders share: frames as vectors, a stack of layers, its feature.
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
    bool mean = false;           ///< of all frames' states, else the last ones
    bool channel_major = false;  ///< frame vectors in the order C V M, else M V C

    /// Values of a stack of so many gates, but for biases.
    double least_values(double gates) const {
        const double h = width, directions = both ? 2 : 1,
                     input = 1.0 * clip.points() * clip.channels;
        return directions * gates * h * (input + h + (layers - 1) * (directions + 1) * h);
    }
};

/// Whether the feature is a mean. Errors: another word than "last" and "mean".
inline bool is_mean(const std::string& pooling, const char* where) {
    if (pooling != "last" && pooling != "mean") throw error(where, "pooling last or mean", pooling);
    return pooling == "mean";
}

/// A stack of layers over the frames of a clip, [N, C, T, V, M] -> [N, features]. File names
/// `encoder.gru.*` as in skeleton-contrast, `bi_lstm.*` as in AS-CAL.
template <model_tensor T, nn::recurrent_cell Cell>
class recurrent_network {
public:
    using tensor_type = T;

    nn::recurrent<T, Cell> net;

    recurrent_network() = default;
    recurrent_network(const nn::scope& at, const recurrent_plan& p, const char* name)
        : net((check(p.clip, name), at / file_name), {.input = p.clip.points() * p.clip.channels,
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
        return plan_.mean ? mgkit::mean(ctx, states.out, {1}) : net.feature(ctx, states);
    }
    template <operand X>
    X operator()(context& ctx, const X& clips) const {
        const shape s = shape_of(clips);
        const clip_extents& e = plan_.clip;
        if (s.rank() != 5 || s[1] != e.channels || s[2] == 0 || s[3] != e.joints ||
            s[4] != e.persons)
            throw error(name_,
                        text("clips [N, ", e.channels, ", T, ", e.joints, ", ", e.persons,
                             "] of one or more frames"),
                        s.str());
        if (!plan_.channel_major) return of_frames(ctx, temporal_tokens(ctx, clips));
        const X frames = permute(ctx, clips, {0, 2, 1, 3, 4});
        return of_frames(ctx, reshape(ctx, frames, {s[0], s[2], s[1] * s[3] * s[4]}));
    }

private:
    static constexpr const char* file_name =
        Cell == nn::recurrent_cell::gru ? "encoder.gru" : "bi_lstm";

    recurrent_plan plan_;
    const char* name_ = "";
};

}  // namespace MGKIT_NAMESPACE::encode
