// SPDX-License-Identifier: MIT
// What one training step reads: named fields of a batch.
// infrastructure
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "mgkit/core/short_list.hpp"
#include "mgkit/tensor/integers.hpp"
#include "mgkit/tensor/variable.hpp"

namespace MGKIT_NAMESPACE::pretext {

/// Fields of one batch by name: tensors [B, ...], and integers that stay on the host, such as
/// labels. A field of several views holds them one after another on the leading axis, view first:
/// [K * B, ...]. Which fields there are is the source's to say (train::source).
///
/// By convention `clips` are clips [K * B, C, T, V, M] and `labels` the classes of B clips.
template <operand X>
class batch {
public:
    struct tensor_field {
        std::string_view name;  ///< the source's, which outlives the batch
        X value;
        int views = 1;
    };
    struct integer_field {
        std::string_view name;
        std::span<const int> values;  ///< must stay while the batch is used, and its recording
    };

    batch() = default;
    using tensor_fields = short_list<tensor_field, 4>;
    using integer_fields = short_list<integer_field, 4>;

    batch(tensor_fields tensors, integer_fields integers)
        : tensors_(std::move(tensors)), integers_(std::move(integers)) {}
    /// Clips and their labels, or none. How many views lie one after another is not said.
    batch(X clips, std::span<const int> labels) {
        tensors_.push_back({"clips", std::move(clips), 0});
        if (!labels.empty()) integers_.push_back({"labels", labels});
    }

    /// Errors: a field that the source does not have, with those it has.
    const X& operator[](std::string_view name) const { return field(name).value; }
    /// Views that lie one after another in a field; 0 where the batch does not say.
    int views(std::string_view name) const { return field(name).views; }
    /// Errors: as for tensors.
    std::span<const int> integers(std::string_view name) const {
        for (const integer_field& f : integers_)
            if (f.name == name) return f.values;
        missing(name);
    }
    /// The numbers of an integer field, from 0 to count - 1, where operations on X read them; part
    /// of a step and of its recording. Errors: also a number beyond them.
    index_tensor index(context& ctx, std::string_view name, int count) const {
        const auto copy = [](std::span<std::int32_t> to, std::span<const int> from) {
            std::copy(from.begin(), from.end(), to.begin());
        };
        const std::span<const int> from = integers(name);
        return step_integers<tensor_of<X>, std::int32_t>(ctx, {static_cast<extent>(from.size())},
                                                         {0, count - 1}, copy, from);
    }
    bool has(std::string_view name) const {
        const auto named = [name](const auto& field) { return field.name == name; };
        return std::any_of(tensors_.begin(), tensors_.end(), named) ||
               std::any_of(integers_.begin(), integers_.end(), named);
    }

    const X& clips() const { return (*this)["clips"]; }
    /// Labels of the batch's B clips; empty where there are none.
    std::span<const int> labels() const {
        return has("labels") ? integers("labels") : std::span<const int>{};
    }

private:
    const tensor_field& field(std::string_view name) const {
        for (const tensor_field& f : tensors_)
            if (f.name == name) return f;
        missing(name);
    }
    [[noreturn]] void missing(std::string_view name) const {
        std::string known;
        for (const tensor_field& f : tensors_)
            known += (known.empty() ? "" : ", ") + std::string(f.name);
        for (const integer_field& f : integers_)
            known += (known.empty() ? "" : ", ") + std::string(f.name);
        throw error("training batch", "a field '" + std::string(name) + "'",
                    known.empty() ? "none" : "fields " + known,
                    "train on a source that has what the method reads");
    }

    tensor_fields tensors_;
    integer_fields integers_;
};

}  // namespace MGKIT_NAMESPACE::pretext
