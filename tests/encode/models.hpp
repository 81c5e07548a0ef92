// SPDX-License-Identifier: MIT
// Small models and clips that the tests of encoders share.
#pragma once

#include <cmath>
#include <string>
#include <vector>

#include "catch.hpp"
#include "mgkit/backend/eigen.hpp"
#include "mgkit/encode/list.hpp"
#include "mgkit/pretext/decorrelation.hpp"
#include "mgkit/testing/gradient_check.hpp"

namespace MGKIT_NAMESPACE::test {

using t64 = eigen::tensor<double>;
using t32 = eigen::tensor<float>;

/// How many views a method stacks; the tests hand in views of their own.
template <int Count>
struct ready_views {
    static constexpr int views = Count;
};

template <class T, int Views = 2>
using pretraining = pretext::decorrelation<T, encode::dste<T>, ready_views<Views>>;

/// Settings of an encoder with attention.
template <class Encoder>
typename Encoder::settings sized(const encode::clip_extents& clip, int width, int heads) {
    typename Encoder::settings s;
    s.clip = clip;
    s.width = width;
    s.heads = heads;
    return s;
}

/// An encoder of a user's own: one stream, each frame through a layer, their maximum.
template <class T>
class frame_bag {
public:
    using tensor_type = T;
    static constexpr const char* name = "frame_bag";
    struct settings {
        encode::clip_extents clip;
        int words = 6;
        double slope = 1;

        template <class Self, class F>
        static void each_named(Self& s, F&& f) {
            encode::clip_extents::each_named(s.clip, f);
            f("words", s.words);
            f("slope", s.slope);
        }
    };

    nn::linear<T> layer;

    frame_bag(const nn::scope& at, const settings& s)
        : layer((encode::check(s.clip, name), at / "layer"), s.clip.points() * s.clip.channels,
                s.words),
          settings_(s) {}
    static settings sample_settings(const encode::clip_extents& clip) { return {clip, 3, 2}; }
    static constexpr auto fields() { return nn::members(nn::field("layer", &frame_bag::layer)); }
    const settings& configuration() const { return settings_; }
    nn::fact_map facts() const { return encode::facts_of(name, settings_); }
    int features() const { return settings_.words; }

    template <operand X>
    X operator()(context& ctx, const X& clips) const {
        const X words = layer(ctx, encode::temporal_tokens(ctx, clips), activation::gelu);
        return affine(ctx, max(ctx, words, 1), settings_.slope);
    }

private:
    settings settings_;
};

inline const encode::clip_extents tiny{2, 5, 3, 1};

inline std::vector<double> numbers(context& ctx, const t64& t) {
    return testing::detail::to_doubles(ctx, t);
}

inline shape batch_shape(extent count, const encode::clip_extents& e) {
    return {count, e.channels, e.frames, e.joints, e.persons};
}

template <class T>
std::vector<typename backend_traits<T>::scalar> clip_values(const encode::clip_extents& e,
                                                            std::uint32_t clip) {
    random_stream stream(random_key{.seed = 3, .clip = clip}, "clip");
    std::vector<typename backend_traits<T>::scalar> out(
        static_cast<std::size_t>(batch_shape(1, e).elements()));
    for (auto& v : out) v = static_cast<float>(stream.normal());
    return out;
}

/// Clips by their numbers, stacked.
template <class T>
T clips_of(context& ctx, const encode::clip_extents& e, const std::vector<std::uint32_t>& which) {
    std::vector<typename backend_traits<T>::scalar> values;
    for (const std::uint32_t clip : which)
        for (const auto v : clip_values<T>(e, clip)) values.push_back(v);
    return backend_traits<T>::from_host(ctx, values,
                                        batch_shape(static_cast<extent>(which.size()), e));
}

/// Parameters that are far from their initial zeros and ones, so that no gradient hides.
template <class M>
void shake(context& ctx, M& model, double by = 0.2) {
    using T = nn::leaf_tensor<M>;
    for (const nn::leaf<T>& l : nn::parameters(nn::leaves(model))) {
        random_stream stream(random_key{.seed = 17}, l.name);
        auto values = testing::detail::to_doubles(ctx, *l.value);
        for (double& v : values) v += by * stream.normal();
        *l.value = testing::detail::from_doubles<T>(ctx, values, shape_of(*l.value));
    }
}

/// Every gradient among leaves, by name.
template <class T>
std::vector<std::pair<std::string, std::vector<double>>> gradients_of(
    context& ctx, const nn::leaf_list<T>& leaves) {
    std::vector<std::pair<std::string, std::vector<double>>> out;
    for (const auto& l : nn::parameters(leaves))
        out.emplace_back(l.name, l.weights->slot.filled
                                     ? testing::detail::to_doubles(ctx, l.weights->slot.gradient)
                                     : std::vector<double>{});
    return out;
}
/// The same of a model.
template <nn::has_leaves M>
std::vector<std::pair<std::string, std::vector<double>>> gradients_of(context& ctx, M& model) {
    return gradients_of(ctx, nn::leaves(model));
}

}  // namespace MGKIT_NAMESPACE::test
