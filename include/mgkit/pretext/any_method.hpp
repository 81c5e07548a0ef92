// SPDX-License-Identifier: MIT
// A training method behind one type, whatever its encoder, views and loss are.
// infrastructure
#pragma once

#include <memory>
#include <string>
#include <type_traits>
#include <utility>

#include "mgkit/core/context.hpp"
#include "mgkit/nn/facts.hpp"
#include "mgkit/pretext/objective.hpp"

namespace MGKIT_NAMESPACE::pretext {

/// What training needs of a method, and no more. Virtual, so that training is compiled once for a
/// tensor type and not for each method.
template <tensor T>
class method_base {
public:
    virtual ~method_base() = default;

    virtual objective_value<variable<T>> objective(context& ctx,
                                                   const batch<variable<T>>& input) = 0;
    virtual nn::leaf_list<T> leaves() = 0;
    virtual nn::fact_map facts() const = 0;
    virtual recipe made_of() const = 0;
    virtual method_traits traits() const = 0;

    /// The method's encoder if it is of this type, else null.
    virtual void* encoder(const mgkit::detail::type_mark&) { return nullptr; }

    virtual void before_step(context&) {}
    virtual void gradients(context&, const nn::leaf_list<T>&) {}
    virtual void after_step(context&) {}
    virtual void after_epoch(context&, int) {}

    method_base() = default;
    method_base(const method_base&) = delete;
    method_base& operator=(const method_base&) = delete;
};

/// A method where it lies, as training sees it; the method must stay there.
template <method M>
class method_view final : public method_base<typename M::tensor_type> {
public:
    using T = typename M::tensor_type;

    explicit method_view(M& m) : method_(m) {}

    objective_value<variable<T>> objective(context& ctx, const batch<variable<T>>& input) override {
        return method_(ctx, input);
    }
    nn::leaf_list<T> leaves() override { return nn::leaves(method_); }
    nn::fact_map facts() const override { return nn::facts_of(method_); }
    recipe made_of() const override {
        recipe out;
        if constexpr (requires { std::string(M::name); }) out.set("method", M::name);
        return out.add(std::as_const(method_).made_of());
    }
    method_traits traits() const override { return traits_of(std::as_const(method_)); }

    void* encoder(const mgkit::detail::type_mark& wanted) override {
        if constexpr (requires { method_.encoder(); }) {
            auto& found = method_.encoder();
            if (wanted == mgkit::detail::type_mark::of<std::remove_cvref_t<decltype(found)>>())
                return &found;
        }
        return nullptr;
    }

    void before_step(context& ctx) override {
        if constexpr (requires { method_.before_step(ctx); }) method_.before_step(ctx);
    }
    void gradients(context& ctx, const nn::leaf_list<T>& all) override {
        if constexpr (requires { method_.gradients(ctx, all); }) method_.gradients(ctx, all);
    }
    void after_step(context& ctx) override {
        if constexpr (requires { method_.after_step(ctx); }) method_.after_step(ctx);
    }
    void after_epoch(context& ctx, int epoch) override {
        if constexpr (requires { method_.after_epoch(ctx, epoch); })
            method_.after_epoch(ctx, epoch);
    }

private:
    M& method_;
};

/// A method of any type, owned: programs that choose among methods when they run hold one of these,
/// and compile each method once. Trains like any other; its views are the source's to make.
template <tensor T>
class any_method {
public:
    using tensor_type = T;

    /// Takes a method over.
    template <method M>
    requires(
        !std::is_same_v<M, any_method> &&
        std::is_same_v<typename M::tensor_type, T>) explicit any_method(std::unique_ptr<M> owned)
        : view_(std::make_unique<method_view<M>>(*owned)),
          owned_(owned.release(), [](void* m) { delete static_cast<M*>(m); }) {}

    objective_value<variable<T>> operator()(context& ctx, const batch<variable<T>>& input) {
        return view_->objective(ctx, input);
    }
    nn::leaf_list<T> leaves() { return view_->leaves(); }
    nn::fact_map all_facts() const { return view_->facts(); }
    recipe made_of() const { return view_->made_of(); }
    method_traits all_traits() const { return view_->traits(); }

    /// The encoder that is trained. Errors: the method has none of this type.
    template <class E>
    E& encoder() {
        void* found = view_->encoder(mgkit::detail::type_mark::of<E>());
        if (found == nullptr)
            throw error("any_method", "a method with an encoder of the type asked for", "another",
                        "ask for the type the method was made with");
        return *static_cast<E*>(found);
    }

    void before_step(context& ctx) { view_->before_step(ctx); }
    void gradients(context& ctx, const nn::leaf_list<T>& all) { view_->gradients(ctx, all); }
    void after_step(context& ctx) { view_->after_step(ctx); }
    void after_epoch(context& ctx, int epoch) { view_->after_epoch(ctx, epoch); }

private:
    std::unique_ptr<method_base<T>> view_;
    std::unique_ptr<void, void (*)(void*)> owned_;  // destroyed first: the view holds nothing
};

/// `make_method<M>(arguments...)`: builds a method behind `any_method`.
template <method M, class... Arguments>
any_method<typename M::tensor_type> make_method(Arguments&&... arguments) {
    return any_method<typename M::tensor_type>(
        std::make_unique<M>(std::forward<Arguments>(arguments)...));
}

}  // namespace MGKIT_NAMESPACE::pretext
