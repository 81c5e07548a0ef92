// SPDX-License-Identifier: MIT
// The supervised counterpart: the same encoder trained with labels.
#pragma once

#include <algorithm>
#include <concepts>
#include <span>
#include <string>
#include <utility>

#include "mgkit/data/labels.hpp"
#include "mgkit/encode/concept.hpp"
#include "mgkit/encode/settings.hpp"
#include "mgkit/nn/linear.hpp"
#include "mgkit/pretext/objective.hpp"
#include "mgkit/tensor/repeated_step.hpp"

namespace MGKIT_NAMESPACE::pretext {

/// Encoder and a linear classifier under softmax cross-entropy; each of the K views of a clip
/// carries its label. The baseline that shows what labels would have given.
template <tensor T, class Encoder, class Views>
requires encode::sized_encoder<Encoder, T>
class supervised {
public:
    using tensor_type = T;
    static constexpr const char* name = "supervised";
    static constexpr int views = static_cast<int>(Views::views);
    static constexpr bool uses_labels = true;

    Encoder backbone;
    nn::linear<T> fc;
    Views augmentation;

    supervised(const nn::scope& at, const encode::settings_type<Encoder>& settings, int classes,
               Views augmentation_policy = {})
        : backbone(at / "backbone", settings),
          fc(at / "fc", backbone.features(), classes, 0.01),
          augmentation(std::move(augmentation_policy)),
          encoder_words_(encode::settings_words<Encoder>(settings)),
          classes_(classes) {}
    /// Takes an encoder that is made, at `at / "backbone"` where initial values shall be the same.
    template <std::same_as<Encoder> E>
    supervised(const nn::scope& at, E encoder, int classes, Views augmentation_policy = {})
        : backbone(std::move(encoder)),
          fc(at / "fc", backbone.features(), classes, 0.01),
          augmentation(std::move(augmentation_policy)),
          encoder_words_(encode::encoder_words(backbone)),
          classes_(classes) {}

    static constexpr auto fields() {
        return nn::members(nn::field("backbone", &supervised::backbone),
                           nn::field("fc", &supervised::fc));
    }

    Encoder& encoder() { return backbone; }
    const Encoder& encoder() const { return backbone; }

    recipe made_of() const { return {{"encoder", encoder_words_}, {"classes", text(classes_)}}; }

    /// Class scores [N, classes] of clips [N, C, T, V, M].
    template <operand X>
    X scores(context& ctx, const X& clips) const {
        return fc(ctx, backbone(ctx, clips));
    }

    template <operand X>
    objective_value<X> operator()(context& ctx, const batch<X>& input) const {
        using scalar = scalar_of<X>;
        const int stacked = views_of(input, "clips", views, name);
        const extent rows = shape_of(input.clips())[0];
        data::require_labels("supervised", static_cast<std::size_t>(rows / stacked),
                             input.labels().size());
        const auto one_hot = [](std::span<scalar> out, std::span<const int> labels, int classes) {
            const auto width = static_cast<std::size_t>(classes);
            for (std::size_t r = 0; r < out.size() / width; ++r) {
                const int label = labels[r % labels.size()];
                if (label < 0 || label >= classes)
                    throw error("supervised", text("labels from 0 to ", classes - 1), text(label));
                out[r * width + static_cast<std::size_t>(label)] = 1;
            }
        };
        const X truth = X{step_values<T>(ctx, {rows, classes_}, one_hot, input.labels(), classes_)};
        return {cross_entropy(ctx, scores(ctx, input.clips()), truth), {}};
    }

private:
    std::string encoder_words_;
    int classes_ = 0;
};

}  // namespace MGKIT_NAMESPACE::pretext
