// SPDX-License-Identifier: MIT
// What the program mgkit_conformance knows of a backend.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "mgkit/testing/conformance.hpp"

namespace MGKIT_NAMESPACE::conformance_program {

/// One precision of a backend under some of the laws.
struct suite {
    std::string precision;
    testing::conformance_report (*run)();
    std::vector<testing::override_row> (*overrides)() = nullptr;
    double (*step_seconds)(int threads) = nullptr;  ///< of a training of some size
};

struct backend {
    std::string_view name;
    std::vector<suite> families{};
};

/// Every backend of this build, the default one first. Written by the build.
std::vector<backend> backends();
/// What is no backend of the library and keeps the laws all the same.
std::vector<backend> others();

/// What a tensor type promises, where it is not the default; a backend may specialise it.
template <class T>
testing::conformance_options options_of() {
    testing::conformance_options out;
    if constexpr (requires { backend_traits<T>::deterministic; })
        out.deterministic = backend_traits<T>::deterministic;
    if constexpr (requires { backend_traits<T>::epsilon; })
        out.epsilon = backend_traits<T>::epsilon;
    if constexpr (requires { backend_traits<T>::largest_trial; })
        out.largest = backend_traits<T>::largest_trial;
    return out;
}

template <class T>
std::string precision_of() {
    if constexpr (requires { backend_traits<T>::precision; })
        return backend_traits<T>::precision;
    else
        return sizeof(typename backend_traits<T>::scalar) == sizeof(double) ? "double" : "float";
}

/// Errors: no_device where the machine cannot hold a T or multiply two.
template <class T>
void require_device() {
    context ctx;
    const T one = backend_traits<T>::full(ctx, {1, 1}, 1);
    matmul(ctx, one, one);
}

template <class... Ts>
void add_operations(std::vector<suite>& all) {
    (all.push_back({precision_of<Ts>(),
                    [] {
                        require_device<Ts>();
                        return testing::conformance<Ts>(options_of<Ts>());
                    },
                    &testing::overrides_of<Ts>}),
     ...);
}

}  // namespace MGKIT_NAMESPACE::conformance_program
