// The one list of what the conformance kit tries: every operation declared below tensor/ops.
#pragma once

#include "mgkit/core/type_list.hpp"
#include "mgkit/testing/conformance/elementwise.hpp"
#include "mgkit/testing/conformance/layers.hpp"
#include "mgkit/testing/conformance/records.hpp"
#include "mgkit/testing/conformance/rows.hpp"
#include "mgkit/testing/conformance/structure.hpp"
#include "mgkit/testing/conformance/tokens.hpp"
#include "mgkit/testing/conformance/updates.hpp"

namespace mgkit::testing {

/// Families in the order of a report. A new operation is one entry in its family's list: a struct
/// with `name`; `inputs`; `op`, its type below mgkit::op, if it has one; `run(ctx, operands,
/// variant)`; `trials()`; `refusals()`. tests/conformance/check_operations.py names those missing.
using operation_families =
    type_list<storage_operations, record_operations, elementwise_operations, structure_operations,
              layer_operations, row_operations, token_operations, update_operations>;

/// What runs when a backend is asked for an operation, and for its gradient.
enum class implementation {
    none,         ///< no gradient, or nothing to run
    own,          ///< the backend's kernel
    rule,         ///< the primitive's rule in terms of other operations
    composition,  ///< composed of primitives
};

struct override_row {
    std::string family, operation;
    bool primitive = false;
    implementation forward = implementation::composition;
    implementation backward = implementation::composition;
};

namespace detail {

template <class Entry, tensor T>
void add_override(std::vector<override_row>& out, std::string_view family) {
    override_row row{std::string(family), std::string(Entry::name)};
    using op = typename Entry::op;
    if constexpr (requires { Entry::states; }) {
        row.forward = Entry::template own<T> ? implementation::own : implementation::composition;
        row.backward = implementation::none;
    } else {
        row.primitive = primitives::contains<op>;
        if (overrides_forward<op, T, Entry::inputs>) row.forward = implementation::own;
        if (overrides_backward<op, T, Entry::inputs>)
            row.backward = implementation::own;
        else if (row.primitive)
            row.backward = implementation::rule;
    }
    out.push_back(std::move(row));
}

}  // namespace detail

/// What T computes by kernels of its own, for every operation with a type; reshape belongs to the
/// traits.
template <tensor T>
std::vector<override_row> overrides_of() {
    std::vector<override_row> out;
    operation_families::for_each([&]<class Family>(type_tag<Family>) {
        if constexpr (requires { typename Family::entries; })
            Family::entries::for_each([&]<class Entry>(type_tag<Entry>) {
                if constexpr (requires { typename Entry::op; })
                    if constexpr (!std::same_as<typename Entry::op, op::reshape>)
                        detail::add_override<Entry, T>(out, Family::name);
            });
    });
    return out;
}

}  // namespace mgkit::testing
