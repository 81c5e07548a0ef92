// SPDX-License-Identifier: MIT
// AS-CAL: momentum contrast of features as they are.
#pragma once

#include <string>

#include "mgkit/pretext/momentum_contrast.hpp"

namespace MGKIT_NAMESPACE::pretext {

/// Sizes and rates of `ascal`, the published ones.
struct ascal_settings {
    int queue = 16384;
    double momentum = 0.999;
    double temperature = 0.06;
};

/// What is special about `ascal`.
struct ascal_contrast {
    static constexpr const char* name = "ascal";
    static constexpr method_traits traits{.wanted_views = 2};
    static constexpr bool follows_before = false;
    using settings = ascal_settings;
    template <model_tensor T, class Encoder>
    using network = Encoder;

    static auto& contrast(auto& s) { return s; }
    static std::string words(const settings& s) { return settings_text(s); }
    template <model_tensor T, class Encoder>
    static Encoder make(const nn::scope&, Encoder encoder, const settings& s) {
        if (!(s.momentum >= 0 && s.momentum <= 1) || !(s.temperature > 0))
            throw error(name, "a momentum in [0, 1], a temperature above 0", settings_text(s));
        return encoder;
    }
    template <operand X>
    static X rows(context&, const X& z) {
        return z;
    }
};

/// momentum_contrast of the encoder's features as they are, without head or normalisation; the
/// second encoder follows behind the step instead of before it, as in `moco`.
///
/// Source: Rao et al., Information Sciences 2021, code at 189bc0e. There the first epoch fills the
/// queue without training; here rows that hold nothing yet do not count, and all epochs train.
template <tensor T, class Encoder, class Views>
using ascal = momentum_contrast<ascal_contrast, T, Encoder, Views>;

}  // namespace MGKIT_NAMESPACE::pretext
