// SPDX-License-Identifier: MIT
// An encoder whose type is known only when the program runs.
// infrastructure
#pragma once

#include <concepts>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "mgkit/encode/feature_map.hpp"
#include "mgkit/encode/frame_states.hpp"
#include "mgkit/encode/list.hpp"
#include "mgkit/encode/settings.hpp"
#include "mgkit/nn/clone.hpp"
#include "mgkit/nn/leaves.hpp"
#include "mgkit/nn/prepared.hpp"

namespace MGKIT_NAMESPACE::encode {

/// What `any_encoder` takes: a module that says how wide its features are, and that computes on
/// tensors and on recorded ones.
template <class E, class T>
concept trainable_encoder = sized_encoder<E, T> && nn::has_leaves<E> && std::movable<E> &&
    std::same_as<nn::leaf_tensor<E>, T> &&
    requires(const E& e, context& ctx, const variable<T>& clips) {
    { e(ctx, clips) } -> std::same_as<variable<T>>;
};

template <tensor T>
class any_encoder;

/// Makes an encoder of `List` by its name, `settings["encoder"]`, from its other settings; what
/// they leave out has the encoder's defaults. Initial values as of the encoder itself at `at`.
/// Errors: a name that no encoder of the list has, settings that it does not have or take.
template <tensor T, class List = all<T>>
any_encoder<T> make_encoder(const nn::scope& at, const nn::fact_map& settings);

/// Any encoder of tensors T, owned: for programs and tables that choose one by name. The cost of a
/// virtual call for each pass; a pipeline that knows its encoder is better off with the type.
///
/// It is a module under the names of the encoder in it, and fits wherever an encoder does, methods
/// included. Moves take leaves along without moving them; it is not copied, but nn::clone clones
/// it.
template <tensor T>
class any_encoder {
    using X = variable<T>;

public:
    using tensor_type = T;
    /// "encoder" and what that encoder is made from: {"encoder", "dste"}, {"width", "64"}, ...
    using settings = nn::fact_map;

    /// As `make_encoder`, of the library's encoders.
    MGKIT_COLD any_encoder(const nn::scope& at, const settings& s)
        : any_encoder(make_encoder<T>(at, s)) {}

    /// Takes an encoder of any type, a user's own too.
    template <trainable_encoder<T> E>
    static any_encoder of(E model) {
        return any_encoder(std::make_unique<holding<E>>(std::move(model)));
    }

    any_encoder(any_encoder&&) noexcept = default;
    any_encoder& operator=(any_encoder&&) noexcept = default;

    /// Clips [N, C, T, V, M] to features [N, features].
    T operator()(context& ctx, const T& clips) const { return held_->features_of(ctx, clips); }
    X operator()(context& ctx, const X& clips) const { return held_->features_of(ctx, clips); }

    /// The tokens of both streams. Errors: an encoder that has no two.
    stream_pair<T> tokens(context& ctx, const T& clips) const { return held_->tokens(ctx, clips); }
    stream_pair<X> tokens(context& ctx, const X& clips) const { return held_->tokens(ctx, clips); }

    /// The map whose mean is the feature, see mapping_encoder. Errors: an encoder that has none.
    T frames(context& ctx, const T& clips) const { return held_->frames(ctx, clips); }
    X frames(context& ctx, const X& clips) const { return held_->frames(ctx, clips); }

    /// What it has for each moment, see frame_states.
    T states(context& ctx, const T& clips) const { return held_->states(ctx, clips); }
    X states(context& ctx, const X& clips) const { return held_->states(ctx, clips); }
    int state_width() const { return held_->state_width(); }

    int features() const { return held_->features(); }
    /// Whether `frames` may be called.
    bool has_map() const { return held_->has_map(); }
    /// Whether the encoder has a temporal and a spatial stream, so that `tokens` and
    /// `stream_widths` may be called.
    bool two_stream() const { return held_->two_stream(); }
    /// Errors: an encoder that has no two streams.
    encode::stream_widths stream_widths() const { return held_->stream_widths(); }
    /// The encoder's name; "encoder" of a type without one.
    std::string name() const { return held_->name(); }
    /// See `encoder_words`.
    std::string words() const { return held_->words(); }

    nn::leaf_list<T> leaves() { return held_->leaves(); }
    /// See nn::clone. Errors: an encoder that cannot be copied.
    any_encoder clone(context& ctx) const { return any_encoder(held_->clone(ctx)); }
    /// What the encoder itself states, and what it and all below it do.
    nn::fact_map facts() const { return held_->facts(); }
    nn::fact_map all_facts() const { return held_->all_facts(); }
    /// See nn::prepared.
    void add_standing(context& ctx, nn::standing_values& out) const {
        held_->add_standing(ctx, out);
    }

    /// The encoder itself; null where it is of another type.
    template <class E>
    E* as() {
        auto* found = dynamic_cast<holding<E>*>(held_.get());
        return found == nullptr ? nullptr : &found->model;
    }
    template <class E>
    const E* as() const {
        const auto* found = dynamic_cast<const holding<E>*>(held_.get());
        return found == nullptr ? nullptr : &found->model;
    }

    /// `settings_words` of the encoder that `s` names, among the library's.
    static std::string words_of(const settings& s);

private:
    struct base {
        virtual ~base() = default;
        virtual T features_of(context&, const T&) const = 0;
        virtual X features_of(context&, const X&) const = 0;
        virtual stream_pair<T> tokens(context&, const T&) const = 0;
        virtual stream_pair<X> tokens(context&, const X&) const = 0;
        virtual T frames(context&, const T&) const = 0;
        virtual X frames(context&, const X&) const = 0;
        virtual T states(context&, const T&) const = 0;
        virtual X states(context&, const X&) const = 0;
        virtual int state_width() const = 0;
        virtual int features() const = 0;
        virtual bool has_map() const = 0;
        virtual std::unique_ptr<base> clone(context&) const = 0;
        virtual bool two_stream() const = 0;
        virtual encode::stream_widths stream_widths() const = 0;
        virtual std::string name() const = 0;
        virtual std::string words() const = 0;
        virtual nn::leaf_list<T> leaves() = 0;
        virtual nn::fact_map facts() const = 0;
        virtual nn::fact_map all_facts() const = 0;
        virtual void add_standing(context&, nn::standing_values&) const = 0;
    };

    template <class E>
    struct holding final : base {
        static constexpr bool has_streams = two_stream_encoder<E, T>;
        static constexpr bool maps = mapping_encoder<E, T>;

        E model;

        explicit holding(E m) : model(std::move(m)) {}

        T features_of(context& ctx, const T& clips) const override { return model(ctx, clips); }
        X features_of(context& ctx, const X& clips) const override { return model(ctx, clips); }
        stream_pair<T> tokens(context& ctx, const T& clips) const override {
            if constexpr (has_streams)
                return model.tokens(ctx, clips);
            else
                no_streams();
        }
        stream_pair<X> tokens(context& ctx, const X& clips) const override {
            if constexpr (has_streams)
                return model.tokens(ctx, clips);
            else
                no_streams();
        }
        T frames(context& ctx, const T& clips) const override { return map_of(ctx, clips); }
        X frames(context& ctx, const X& clips) const override { return map_of(ctx, clips); }
        T states(context& ctx, const T& clips) const override {
            return frame_states(ctx, model, clips);
        }
        X states(context& ctx, const X& clips) const override {
            return frame_states(ctx, model, clips);
        }
        int state_width() const override { return encode::state_width<T>(model); }
        int features() const override { return model.features(); }
        bool has_map() const override { return maps; }
        std::unique_ptr<base> clone(context& ctx) const override {
            if constexpr (nn::cloning<E> || std::copyable<E>)
                return std::make_unique<holding>(nn::clone(ctx, model));
            else
                throw error("encoder " + name(), "an encoder that can be copied",
                            "one that can only be moved",
                            "give it a copy constructor, or a member clone(context&) const");
        }
        bool two_stream() const override { return has_streams; }
        encode::stream_widths stream_widths() const override {
            if constexpr (has_streams)
                return model.stream_widths();
            else
                no_streams();
        }
        std::string name() const override {
            if constexpr (requires { std::string(E::name); })
                return E::name;
            else
                return "encoder";
        }
        std::string words() const override { return encoder_words(model); }
        nn::leaf_list<T> leaves() override { return nn::leaves(model); }
        nn::fact_map facts() const override {
            if constexpr (nn::stating<E>)
                return model.facts();
            else
                return {};
        }
        nn::fact_map all_facts() const override { return nn::facts_of(model); }
        void add_standing(context& ctx, nn::standing_values& out) const override {
            nn::add_standing(ctx, model, out);
        }

    private:
        template <operand V>
        V map_of(context& ctx, const V& clips) const {
            if constexpr (maps)
                return model.frames(ctx, clips);
            else
                throw error("encoder " + name(), "a map over frames and joints behind the feature",
                            "a feature only",
                            "train it with a method that takes features, such as pretext::moco, or "
                            "take a graph network");
        }
        [[noreturn]] void no_streams() const {
            throw error("encoder " + name(), "a temporal and a spatial stream of tokens",
                        "an encoder with features only",
                        "train it with a method that takes features, such as "
                        "pretext::feature_decorrelation");
        }
    };

    explicit any_encoder(std::unique_ptr<base> held) : held_(std::move(held)) {}

    std::unique_ptr<base> held_;
};

/// Names of the encoders in a list: "dste, sttr".
template <class List>
std::string encoder_names() {
    std::string out;
    List::for_each([&out](auto tag) {
        out += (out.empty() ? "" : ", ") + std::string(decltype(tag)::type::name);
    });
    return out;
}

/// Errors: settings that name no encoder of `names`, "dste, sttr"; `where` names the source.
void require_encoder(const nn::fact_map& settings, const std::string& names,
                     const std::string& where);

/// Calls `f(type_tag<E>{})` for the encoder E of `List` that `settings["encoder"]` names.
/// Errors: no such name, with those that there are; `where` names the source.
template <class List, class F>
void with_encoder(const nn::fact_map& settings, const std::string& where, F&& f) {
    require_encoder(settings, encoder_names<List>(), where);
    List::for_each([&](auto tag) {
        if (settings.at("encoder") == decltype(tag)::type::name) f(tag);
    });
}

/// What the named encoder of `List` states with these settings: with its defaults for all that they
/// leave out. Errors: as make_encoder; `where` names the source.
template <class List>
nn::fact_map complete_settings(const nn::fact_map& settings, const std::string& where) {
    nn::fact_map out;
    with_encoder<List>(settings, where, [&](auto tag) {
        using E = typename decltype(tag)::type;
        out = facts_of(E::name, settings_of<typename E::settings>(settings, where));
    });
    return out;
}

namespace detail {

/// Encoders of the library say where they were published; the compiled form holds them.
template <class E>
    struct published : std::bool_constant < requires {
    E::source;
} > {};
template <class E>
struct unpublished : std::bool_constant<!published<E>::value> {};

/// Makes the encoder of List that `settings` name; nothing where it has none of that name.
template <tensor T, class List>
struct encoder_factory {
    static std::optional<any_encoder<T>> make(const nn::scope& at, const nn::fact_map& settings,
                                              const std::string& where);
};
// Outside of the class: what is inline would be compiled by every user all the same.
template <tensor T, class List>
std::optional<any_encoder<T>> encoder_factory<T, List>::make(const nn::scope& at,
                                                             const nn::fact_map& settings,
                                                             const std::string& where) {
    std::optional<any_encoder<T>> out;
    List::for_each([&]<class E>(type_tag<E>) {
        if (settings.at("encoder") == E::name)
            out = any_encoder<T>::of(E(at, settings_of<typename E::settings>(settings, where)));
    });
    return out;
}

}  // namespace detail

template <tensor T, class List>
any_encoder<T> make_encoder(const nn::scope& at, const nn::fact_map& settings) {
    const std::string where = at.name.empty() ? "make_encoder" : at.name;
    require_encoder(settings, encoder_names<List>(), where);
    using library = filtered_list<List, detail::published>;
    using others = filtered_list<List, detail::unpublished>;
    auto out = detail::encoder_factory<T, library>::make(at, settings, where);
    if (!out) out = detail::encoder_factory<T, others>::make(at, settings, where);
    return std::move(*out);
}

template <tensor T>
std::string any_encoder<T>::words_of(const settings& s) {
    std::string out;
    with_encoder<all<T>>(s, "encoder", [&](auto tag) {
        using E = typename decltype(tag)::type;
        out = settings_words<E>(settings_of<typename E::settings>(s, "encoder"));
    });
    return out;
}

}  // namespace MGKIT_NAMESPACE::encode

#if defined(MGKIT_COMPILED)
#include "mgkit/backend/eigen.hpp"

namespace MGKIT_NAMESPACE::encode {
// The compiled form holds the library's encoders on the default tensors.
namespace detail {
extern template struct encoder_factory<eigen::tensor<float>,
                                       filtered_list<all<eigen::tensor<float>>, published>>;
extern template struct encoder_factory<eigen::tensor<double>,
                                       filtered_list<all<eigen::tensor<double>>, published>>;
}  // namespace detail
}  // namespace MGKIT_NAMESPACE::encode
#endif
#if !defined(MGKIT_COMPILED)
#include "mgkit/encode/any_encoder-inl.hpp"
#endif
