// SPDX-License-Identifier: MIT
// What kits write down: laws that are broken.
#pragma once

#include <algorithm>
#include <exception>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mgkit/core/error.hpp"

namespace MGKIT_NAMESPACE::testing::detail {

/// Collects sentences, each once; each after the name of what was examined.
class law_book {
public:
    explicit law_book(std::string place) : place_(std::move(place)) {}
    void require(bool kept, std::string_view law) {
        if (kept) return;
        std::string sentence = place_ + ": " + std::string(law);
        if (std::find(broken_.begin(), broken_.end(), sentence) == broken_.end())
            broken_.push_back(std::move(sentence));
    }
    /// Runs one examination; whatever it throws is a law broken.
    template <class Examine>
    void attempt(std::string_view what, Examine&& examine) {
        try {
            examine();
        } catch (const std::exception& e) {
            require(false, text(what, " throws: ", e.what()));
        } catch (...) {
            require(false, text(what, " throws what is no std::exception"));
        }
    }
    std::vector<std::string> take() { return std::move(broken_); }

private:
    std::string place_;
    std::vector<std::string> broken_;
};

}  // namespace MGKIT_NAMESPACE::testing::detail
