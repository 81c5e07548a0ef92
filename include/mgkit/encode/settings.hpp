// SPDX-License-Identifier: MIT
// Settings of encoders by name: what files keep, and what an encoder is made from.
// infrastructure
#pragma once

#include <concepts>
#include <cstddef>
#include <string>
#include <string_view>
#include <type_traits>

#include "mgkit/core/error.hpp"
#include "mgkit/core/settings_text.hpp"
#include "mgkit/nn/facts.hpp"

namespace MGKIT_NAMESPACE::encode {

/// What depends on a setting: the features, so that files keep and compare it, or training alone.
enum class setting_role { features, training };

/// Sizes of a clip as the encoder sees it. Frames and tokens are fixed by the weights.
struct clip_extents {
    int channels = 3;
    int frames = 64;
    int joints = 25;
    int persons = 1;

    int points() const { return joints * persons; }

    template <class Self, class F>
    static void each_named(Self& s, F&& f) {
        f("channels", s.channels);
        f("frames", s.frames);
        f("joints", s.joints);
        f("persons", s.persons);
    }
};

/// Errors: extents below 1, more values than can be counted.
MGKIT_COLD inline void check(const clip_extents& e, const std::string& where) {
    constexpr double most = 2147483647;
    if (e.channels < 1 || e.frames < 1 || e.joints < 1 || e.persons < 1 ||
        1.0 * e.channels * e.frames * e.joints * e.persons > most)
        throw error(where,
                    "one or more channels, frames, joints and persons, fewer than 2^31 values",
                    text("C ", e.channels, ", T ", e.frames, ", V ", e.joints, ", M ", e.persons));
}

namespace detail {
struct named_visitor {
    template <class V>
    void operator()(const char*, V&, setting_role = setting_role::features) const {}
};
}  // namespace detail

/// Settings that name themselves, the one place where names and defaults of an encoder stand:
///
///     struct my_settings {
///         clip_extents clip;
///         int width = 32;
///         double drop = 0.1;
///
///         template <class Self, class F>
///         static void each_named(Self& s, F&& f) {
///             clip_extents::each_named(s.clip, f);
///             f("width", s.width);
///             f("drop", s.drop, setting_role::training);
///         }
///     };
///
/// Values are numbers, enumerations and text. No encoder may call a setting "encoder".
template <class S>
concept named_settings = std::default_initializable<S> &&
    requires(S& s, const S& same, detail::named_visitor f) {
    S::each_named(s, f);
    S::each_named(same, f);
};

/// What an encoder of this name and these settings states: all that features depend on.
template <named_settings S>
MGKIT_COLD nn::fact_map facts_of(const char* encoder, const S& settings) {
    nn::fact_map out{{"encoder", encoder}};
    S::each_named(settings, [&out]<class V>(const char* name, const V& value,
                                            setting_role role = setting_role::features) {
        if (role != setting_role::features) return;
        if constexpr (std::convertible_to<const V&, std::string_view>)
            out[name] = std::string(std::string_view(value));
        else if constexpr (std::is_enum_v<V> || std::is_same_v<V, bool>)
            out[name] = nn::exact(static_cast<int>(value));
        else
            out[name] = nn::exact(value);
    });
    return out;
}

/// Settings with what `facts` states instead of the defaults; the fact "encoder" is none of them.
/// Errors: text that is no number where one is needed, names that these settings do not have.
template <named_settings S>
MGKIT_COLD S settings_of(const nn::fact_map& facts, const std::string& where) {
    S s;
    std::string known;
    std::size_t found = facts.contains("encoder") ? 1 : 0;
    S::each_named(
        s, [&]<class V>(const char* name, V& value, setting_role = setting_role::features) {
            known += (known.empty() ? "" : ", ") + std::string(name);
            const auto stated = facts.find(name);
            if (stated == facts.end()) return;
            ++found;
            if constexpr (std::is_assignable_v<V&, const std::string&>)
                value = stated->second;
            else if constexpr (std::is_enum_v<V> || std::is_same_v<V, bool>)
                value = static_cast<V>(nn::number_of(facts, name, static_cast<int>(value), where));
            else
                value = nn::number_of(facts, name, value, where);
        });
    if (found != facts.size())
        for (const auto& [name, value] : facts)
            if (name != "encoder" && (", " + known + ",").find(", " + name + ",") == known.npos)
                throw error(where, "settings among " + known, name + " " + value);
    return s;
}

/// An encoder of type E in words, before it is made: its name, if it has one, and all that
/// `settings` say. A run is identified by it, so what a training depends on belongs into settings.
template <class E, class Settings>
MGKIT_COLD std::string settings_words(const Settings& settings) {
    if constexpr (requires { E::words_of(settings); }) {
        return E::words_of(settings);
    } else {
        std::string name;
        if constexpr (requires { std::string_view(E::name); }) name = std::string_view(E::name);
        return name + settings_text(settings);
    }
}

/// The same of an encoder that is made: from its `words()` or its `configuration()`; of one that
/// has neither, what it and all below it state to files.
template <class E>
MGKIT_COLD std::string encoder_words(const E& model) {
    if constexpr (requires {
                      { model.words() } -> std::convertible_to<std::string>;
                  }) {
        return model.words();
    } else if constexpr (requires { model.configuration(); }) {
        return settings_words<E>(model.configuration());
    } else {
        std::string out;
        if constexpr (requires { std::string_view(E::name); }) out = std::string_view(E::name);
        out += "(";
        for (const auto& [name, value] : nn::facts_of(model))
            out += (out.ends_with("(") ? "" : ", ") + name + " " + value;
        return out + ")";
    }
}

}  // namespace MGKIT_NAMESPACE::encode
