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

namespace mgkit::test {

using t64 = eigen::tensor<double>;
using t32 = eigen::tensor<float>;

/// How many views a method stacks; the tests hand in views of their own.
template <int Count>
struct ready_views {
    static constexpr int views = Count;
};

template <class T, int Views = 2>
using pretraining = pretext::decorrelation<T, encode::dste<T>, ready_views<Views>>;

/// Settings of any encoder.
template <class Encoder>
typename Encoder::settings sized(const encode::clip_extents& clip, int width, int heads) {
    typename Encoder::settings s;
    s.clip = clip;
    s.width = width;
    s.heads = heads;
    return s;
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
    nn::for_each_parameter(model, [&](const std::string& name, auto& p) {
        using T = std::remove_reference_t<decltype(p.value)>;
        random_stream stream(random_key{.seed = 17}, name);
        auto values = testing::detail::to_doubles(ctx, p.value);
        for (double& v : values) v += by * stream.normal();
        p.value = testing::detail::from_doubles<T>(ctx, values, shape_of(p.value));
    });
}

/// Every gradient of a model, by name, and its parameters' values.
template <class M>
std::vector<std::pair<std::string, std::vector<double>>> gradients_of(context& ctx, M& model) {
    std::vector<std::pair<std::string, std::vector<double>>> out;
    nn::for_each_parameter(model, [&](const std::string& name, auto& p) {
        out.emplace_back(name, p.slot.filled ? testing::detail::to_doubles(ctx, p.slot.gradient)
                                             : std::vector<double>{});
    });
    return out;
}

}  // namespace mgkit::test
